# Does not even parse: AzureRunAsConnection __NUMBER__
if ($x) {
Get-AzVM |
