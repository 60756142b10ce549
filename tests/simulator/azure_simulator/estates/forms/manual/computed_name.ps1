$kind = 'RunAs'
$c = Get-AutomationConnection -Name "Azure${kind}Connection"
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzVM -Name 'vm-__NUMBER__'
