Connect-AzAccount -ServicePrincipal -Tenant (Get-AutomationConnection '__CONNECTION__').TenantId -ApplicationId (Get-AutomationConnection '__CONNECTION__').ApplicationId -CertificateThumbprint (Get-AutomationConnection '__CONNECTION__').CertificateThumbprint
Get-AzVM -Name 'vm-__NUMBER__'
