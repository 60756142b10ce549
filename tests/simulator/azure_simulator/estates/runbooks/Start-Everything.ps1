workflow Start-Everything
{
    param([string] $ResourceGroupName)

    $connectionName = "AzureRunAsConnection"
    $servicePrincipalConnection = Get-AutomationConnection -Name $connectionName
    Add-AzureRmAccount -ServicePrincipal -TenantId $servicePrincipalConnection.TenantId -ApplicationId $servicePrincipalConnection.ApplicationId -CertificateThumbprint $servicePrincipalConnection.CertificateThumbprint

    $machines = Get-AzureRmVM -ResourceGroupName $ResourceGroupName
    foreach -parallel ($machine in $machines)
    {
        Start-AzureRmVM -ResourceGroupName $machine.ResourceGroupName -Name $machine.Name
    }
    Checkpoint-Workflow
    InlineScript { "Started at $(Get-Date -Format o)" }
}
