# Classic deployment model; kept for the last cloud service.
$ConnectionAssetName = "AzureClassicRunAsConnection"
$connection = Get-AutomationConnection -Name $connectionAssetName
if ($null -eq $connection) {
    throw "Could not retrieve connection asset: $ConnectionAssetName."
}
$certificate = Get-AutomationCertificate -Name $connection.CertificateAssetName
Set-AzureSubscription -SubscriptionName $connection.SubscriptionName -SubscriptionId $connection.SubscriptionId -Certificate $certificate
Select-AzureSubscription -SubscriptionId $connection.SubscriptionId
Get-AzureVM | Start-AzureVM
