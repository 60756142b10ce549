$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-AzVM -Name 'vm-__NUMBER__'
# SIG # Begin signature block
# MIIFake
# SIG # End signature block
