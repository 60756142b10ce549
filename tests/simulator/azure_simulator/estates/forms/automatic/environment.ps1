$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -Environment AzureCloud -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint -ErrorAction Stop
Get-AzVM -Name 'vm-__NUMBER__'
