$name = '__CONNECTION__'
$c = Get-AutomationConnection -Name $name
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
.\Stop-Machine.ps1 -ConnectionName $name -Number __NUMBER__
