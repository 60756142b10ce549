$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
$cert = Get-Item "Cert:\CurrentUser\My\$($c.CertificateThumbprint)"
$cert.Subject + " __NUMBER__"
