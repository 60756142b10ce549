Connect-AzAccount -Identity | Out-Null
Write-Output "Task __NUMBER__ needs no AzureRunAsConnection, nor AzureRunAsCertificate, on $(Get-Date)"
