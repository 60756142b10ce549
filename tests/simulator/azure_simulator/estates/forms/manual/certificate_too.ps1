$c = Get-AutomationConnection -Name '__CONNECTION__'
$cert = Get-AutomationCertificate -Name '__CERTIFICATE__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $cert.Thumbprint
Get-AzVM -Name 'vm-__NUMBER__'
