Connect-AzAccount -Identity | Out-Null
$found = Get-AzAutomationRunbook -ResourceGroupName ops -AutomationAccountName ops | Where-Object { $_.Description -match 'AzureRunAsConnection' }
"$($found.Count) of __NUMBER__"
