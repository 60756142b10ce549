$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
$token = (Get-AzContext).TokenCache.ReadItems() | Select-Object -First 1
'task __NUMBER__'
