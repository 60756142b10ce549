# Child runbook: relies on the login of the runbook that calls it.
param([bool] $WhatIfOnly = $true)

foreach ($group in Get-AzResourceGroup) {
    if (Get-AzResource -ResourceGroupName $group.ResourceGroupName) { continue }
    Write-Output "Empty: $($group.ResourceGroupName)"
    if (-not $WhatIfOnly) { Remove-AzResourceGroup -Name $group.ResourceGroupName -Force | Out-Null }
}
