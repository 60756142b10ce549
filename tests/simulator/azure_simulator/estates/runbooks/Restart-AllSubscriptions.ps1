param([string] $ServiceTag = 'web')

function Connect-Azure {
    $connectionName = 'AzureRunAsConnection'
    $c = Get-AutomationConnection -Name $connectionName
    Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint | Out-Null
}

Connect-Azure
foreach ($subscription in Get-AzSubscription) {
    Set-AzContext -SubscriptionId $subscription.Id | Out-Null
    Get-AzVM | Where-Object { $_.Tags['service'] -eq $ServiceTag } | Restart-AzVM -NoWait
}
