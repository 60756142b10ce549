Connect-AzAccount -Identity | Out-Null
$names = @{ AzureRunAsConnection = 'old'; 'AzureRunAsCertificate' = 'old'; Identity = 'new' }
$names.Keys | ForEach-Object { "$_ __NUMBER__" }
