$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzVM -Name 'vm-__NUMBER__'
$d = Get-AutomationConnection -Name '__SECOND__'
Connect-AzAccount -ServicePrincipal -Tenant $d.TenantId -ApplicationId $d.ApplicationId -CertificateThumbprint $d.CertificateThumbprint
