$c = Get-AutomationConnection -Name '__CONNECTION__'
$tenant = $c.TenantId
$app = $c.ApplicationId
$thumb = $c.CertificateThumbprint
Connect-AzAccount -ServicePrincipal -Tenant $tenant -ApplicationId $app -CertificateThumbprint "$thumb"
Write-Output "Task __NUMBER__ in $tenant"
