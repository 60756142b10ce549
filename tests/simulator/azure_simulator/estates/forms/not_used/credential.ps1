$credential = Get-AutomationPSCredential -Name 'Operator'
Connect-AzAccount -Credential $credential
Get-AzVM -Name 'vm-__NUMBER__'
