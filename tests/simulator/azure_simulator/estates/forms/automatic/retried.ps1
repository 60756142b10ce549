$Conn = Get-AutomationConnection -Name '__CONNECTION__'
while (!($connectionResult) -and ($logonAttempt -le 10)) {
    $LogonAttempt++
    $connectionResult = Connect-AzAccount -ServicePrincipal -Tenant $Conn.TenantId -ApplicationId $Conn.ApplicationId -CertificateThumbprint $Conn.CertificateThumbprint
    Start-Sleep -Seconds 30
}
Write-Output "Task __NUMBER__ of $((Get-AzContext).Name)"
