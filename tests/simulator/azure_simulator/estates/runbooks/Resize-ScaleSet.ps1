param(
    [Parameter(Mandatory = $true)][string] $ScaleSet,
    [Parameter(Mandatory = $true)][int] $Capacity
)

$conn = Get-AutomationConnection -Name "AzureRunAsConnection"
$null = Connect-AzAccount -ServicePrincipal -Tenant $conn.TenantId -ApplicationId $conn.ApplicationId -CertificateThumbprint $conn.CertificateThumbprint

$set = Get-AzVmss | Where-Object Name -EQ $ScaleSet
$set.Sku.Capacity = $Capacity
Update-AzVmss -ResourceGroupName $set.ResourceGroupName -VMScaleSetName $set.Name -VirtualMachineScaleSet $set
