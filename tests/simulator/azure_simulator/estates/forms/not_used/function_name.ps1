function Test-AzureRunAsConnection { param($Number) $Number -gt 0 }
Connect-AzAccount -Identity | Out-Null
if (Test-AzureRunAsConnection __NUMBER__) { Get-AzVM }
