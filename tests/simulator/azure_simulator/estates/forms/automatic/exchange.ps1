$c = Get-AutomationConnection -Name '__CONNECTION__'
Connect-ExchangeOnline -CertificateThumbprint $c.CertificateThumbprint -AppId $c.ApplicationId -Organization contoso.onmicrosoft.com
Get-Mailbox -Identity 'box-__NUMBER__'
