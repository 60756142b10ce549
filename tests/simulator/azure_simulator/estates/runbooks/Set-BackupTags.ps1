# Marks every disk of the subscription for the nightly backup.
$ServicePrincipalConnection = Get-AutomationConnection -Name 'AzureRunAsConnection'
Add-AzAccount -ServicePrincipal -TenantId $ServicePrincipalConnection.TenantId `
    -ApplicationId $ServicePrincipalConnection.ApplicationId `
    -CertificateThumbprint $ServicePrincipalConnection.CertificateThumbprint | Out-Null
Select-AzSubscription -SubscriptionId $ServicePrincipalConnection.SubscriptionId | Write-Verbose

Get-AzDisk | ForEach-Object {
    Update-AzTag -ResourceId $_.Id -Tag @{ backup = 'nightly' } -Operation Merge | Out-Null
    "Marked $($_.Name)"
}
