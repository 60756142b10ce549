$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Start-Job { Connect-AzAccount -ServicePrincipal -Tenant ($using:c).TenantId -ApplicationId ($using:c).ApplicationId -CertificateThumbprint ($using:c).CertificateThumbprint; 'task __NUMBER__' }
