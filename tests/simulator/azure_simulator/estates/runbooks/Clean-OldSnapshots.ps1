param([int] $Days = 30)

Disable-AzContextAutosave -Scope Process | Out-Null

$Conn = Get-AutomationConnection -Name 'AzureRunAsConnection'
while (!($connectionResult) -and ($logonAttempt -le 10)) {
    $LogonAttempt++
    # Logging in to Azure...
    $connectionResult = Connect-AzAccount -ServicePrincipal -Tenant $Conn.TenantId -ApplicationId $Conn.ApplicationId -CertificateThumbprint $Conn.CertificateThumbprint
    Start-Sleep -Seconds 30
}

$limit = (Get-Date).AddDays(-$Days)
Get-AzSnapshot | Where-Object { $_.TimeCreated -lt $limit } | ForEach-Object {
    Write-Output "Removing snapshot $($_.Name)"
    Remove-AzSnapshot -ResourceGroupName $_.ResourceGroupName -SnapshotName $_.Name -Force | Out-Null
}
