<#
.SYNOPSIS
    Starts every virtual machine that carries a given tag.
.DESCRIPTION
    Runs each working day before the office opens. Logs in with the Run As account.
.PARAMETER TagName
    Name of the tag to look for.
.PARAMETER TagValue
    Value that the tag must have.
#>
param(
    [Parameter(Mandatory = $false)]
    [string] $TagName = 'Startup',

    [Parameter(Mandatory = $false)]
    [string] $TagValue = 'morning'
)

$ErrorActionPreference = 'Stop'

$connection = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantID `
    -ApplicationId $connection.ApplicationID -CertificateThumbprint $connection.CertificateThumbprint

$machines = Get-AzVM -Status | Where-Object { $_.Tags[$TagName] -eq $TagValue }
foreach ($machine in $machines) {
    if ($machine.PowerState -eq 'VM running') {
        Write-Output "$($machine.Name) runs already"
        continue
    }
    Write-Output "Starting $($machine.Name)"
    $machine | Start-AzVM -NoWait | Out-Null
}
Write-Output "$($machines.Count) virtual machines looked at"
