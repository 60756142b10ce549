param([string] $Number = '__NUMBER__')

$connection = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantID `
    -ApplicationId $connection.ApplicationID -CertificateThumbprint $connection.CertificateThumbprint

Get-AzVM | Where-Object { $_.Tags['task'] -eq $Number } | Start-AzVM -NoWait
