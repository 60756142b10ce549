$connectionName = "AzureRunAsConnection"
Connect-AzAccount -Identity | Out-Null
Write-Output "Task __NUMBER__, no longer with $connectionName"
