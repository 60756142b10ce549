$c = Get-AutomationConnection -Name '__CLASSIC__'
$cert = Get-AutomationCertificate -Name $c.CertificateAssetName
Set-AzureSubscription -SubscriptionName $c.SubscriptionName -SubscriptionId $c.SubscriptionId -Certificate $cert
Get-AzureVM -Name 'vm-__NUMBER__'
