# Task __NUMBER__
$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzVM | Where-Object { $_.Tags['task'] -eq '__NUMBER__' } | Start-AzVM -NoWait
