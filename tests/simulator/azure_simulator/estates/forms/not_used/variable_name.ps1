$AzureRunAsConnection = $false
$useAzureRunAsConnection = $AzureRunAsConnection
if (-not $useAzureRunAsConnection) { Connect-AzAccount -Identity | Out-Null }
Get-AzVM -Name 'vm-__NUMBER__'
