$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal ` 
    -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
# __NUMBER__
