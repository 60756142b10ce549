$text = Get-AutomationVariable -Name 'AzureRunAsConnection'
$credential = Get-AutomationPSCredential -Name 'AzureRunAsConnection'
Connect-AzAccount -Credential $credential
Write-Output "$text __NUMBER__"
