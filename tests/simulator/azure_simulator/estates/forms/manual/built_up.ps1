$c = Get-AutomationConnection -Name '__CONNECTION__'
$p = @{ ServicePrincipal = $true; TenantId = $c.TenantId }
$p += @{ ApplicationId = $c.ApplicationId; CertificateThumbprint = $c.CertificateThumbprint }
Connect-AzAccount @p
Get-AzVM -Name 'vm-__NUMBER__'
