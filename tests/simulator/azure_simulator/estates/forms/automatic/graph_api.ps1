$c = Get-AutomationConnection -Name '__CONNECTION__'
$null = Connect-MgGraph -ClientId $c.ApplicationId -TenantId $c.TenantId -CertificateThumbprint $c.CertificateThumbprint -NoWelcome
Get-MgUser -Top __NUMBER__
