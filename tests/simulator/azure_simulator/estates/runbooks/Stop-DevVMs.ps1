# Stops the development machines in the evening.
param(
    [string] $ResourceGroupName = 'rg-dev'
)

$connectionName = "AzureRunAsConnection"
try {
    # Get the connection "AzureRunAsConnection"
    $servicePrincipalConnection = Get-AutomationConnection -Name $connectionName

    "Logging in to Azure..."
    Add-AzureRmAccount `
        -ServicePrincipal `
        -TenantId $servicePrincipalConnection.TenantId `
        -ApplicationId $servicePrincipalConnection.ApplicationId `
        -CertificateThumbprint $servicePrincipalConnection.CertificateThumbprint
}
catch {
    if (!$servicePrincipalConnection) {
        $ErrorMessage = "Connection $connectionName not found."
        throw $ErrorMessage
    } else {
        Write-Error -Message $_.Exception
        throw $_.Exception
    }
}

foreach ($vm in Get-AzureRmVM -ResourceGroupName $ResourceGroupName) {
    Write-Output "Stopping $($vm.Name)"
    Stop-AzureRmVM -ResourceGroupName $vm.ResourceGroupName -Name $vm.Name -Force | Out-Null
}
