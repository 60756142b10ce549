$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
New-AzRoleAssignment -ApplicationId $c.ApplicationId -RoleDefinitionName Reader -ResourceGroupName 'rg-__NUMBER__'
