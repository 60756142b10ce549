<#
.SYNOPSIS
    Starts machines, task __NUMBER__.
.PARAMETER ConnectionName
    Not used any more. Was the name of the Run As connection, AzureRunAsConnection by default.
.EXAMPLE
    $c = Get-AutomationConnection -Name AzureRunAsConnection
.NOTES
    Certificate: AzureRunAsCertificate
#>
param(
    [Parameter(HelpMessage = 'Not AzureRunAsConnection; the identity is used')]
    [string] $MachineName
)
Connect-AzAccount -Identity | Out-Null
Get-AzVM -Name $MachineName | Start-AzVM
