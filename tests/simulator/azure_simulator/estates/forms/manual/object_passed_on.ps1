$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Send-Report -Connection $c -Number __NUMBER__
