Get-AutomationConnection -Name '__CONNECTION__' | ForEach-Object { Connect-AzAccount -ServicePrincipal -Tenant $_.TenantId -ApplicationId $_.ApplicationId -CertificateThumbprint $_.CertificateThumbprint }
Get-AzVM -Name 'vm-__NUMBER__'
