$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Set-AzContext -SubscriptionId $c.SubscriptionId
Get-AzVM -Name 'vm-__NUMBER__'
