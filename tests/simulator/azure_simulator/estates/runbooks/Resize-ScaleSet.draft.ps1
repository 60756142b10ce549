param(
    [Parameter(Mandatory = $true)][string] $ScaleSet,
    [Parameter(Mandatory = $true)][int] $Capacity,
    # TODO: not tested yet, do not publish before the change window (J.)
    [int] $Maximum = 20
)

if ($Capacity -gt $Maximum) { throw "Capacity $Capacity is above $Maximum" }

$conn = Get-AutomationConnection -Name "AzureRunAsConnection"
$null = Connect-AzAccount -ServicePrincipal -Tenant $conn.TenantId -ApplicationId $conn.ApplicationId -CertificateThumbprint $conn.CertificateThumbprint

$set = Get-AzVmss | Where-Object Name -EQ $ScaleSet
$set.Sku.Capacity = $Capacity
Update-AzVmss -ResourceGroupName $set.ResourceGroupName -VMScaleSetName $set.Name -VirtualMachineScaleSet $set
