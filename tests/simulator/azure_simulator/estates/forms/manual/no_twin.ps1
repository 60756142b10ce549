$c = Get-AutomationConnection -Name '__CONNECTION__'
Add-AzureRmAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
New-AzureRmSchedulerHttpJob -JobName 'job-__NUMBER__'
