workflow Task
{
    # Get-AutomationConnection -Name 'AzureRunAsConnection' is gone
    Connect-AzAccount -Identity
    InlineScript { Write-Output "No AzureRunAsConnection in task __NUMBER__" }
}
