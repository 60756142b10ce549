Connect-AzAccount -Identity | Out-Null
$message = 'Get-AutomationConnection -Name AzureRunAsConnection is history'
Write-Verbose $message
Get-AzVM -Name 'vm-__NUMBER__'
