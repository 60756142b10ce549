$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-MicrosoftTeams -TenantId $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
Get-Team -DisplayName 'team __NUMBER__'
