# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The runbooks of generated estates: one text per form of login, with what should become of it.

``__NUMBER__`` is replaced by a number, so that no two runbooks are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["rewritable", "manual", "untouched"]


@dataclass(frozen=True)
class Form:
    """A form of runbook; ``weight`` is how often it comes among all of them."""

    name: str
    verdict: Verdict
    weight: int
    text: str
    type: str = "PowerShell"


_PLAIN = """\
# Task __NUMBER__
param([string] $Number = '__NUMBER__')

$connection = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantID `
    -ApplicationId $connection.ApplicationID -CertificateThumbprint $connection.CertificateThumbprint

Get-AzVM | Where-Object { $_.Tags['task'] -eq $Number } | Start-AzVM -NoWait
"""

_GUARDED = """\
$connectionName = "AzureRunAsConnection"
try {
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
Get-AzureRmVM | Where-Object { $_.Name -like '*-__NUMBER__' } | Stop-AzureRmVM -Force
"""

_RETRIED = """\
$Conn = Get-AutomationConnection -Name 'AzureRunAsConnection'
while (!($connectionResult) -and ($logonAttempt -le 10)) {
    $LogonAttempt++
    $connectionResult = Connect-AzAccount -ServicePrincipal -Tenant $Conn.TenantId -ApplicationId $Conn.ApplicationId -CertificateThumbprint $Conn.CertificateThumbprint
    Start-Sleep -Seconds 30
}
Write-Output "Task __NUMBER__ of $((Get-AzContext).Name)"
"""  # noqa: E501

_WORKFLOW = """\
workflow Task
{
    $c = Get-AutomationConnection -Name 'AzureRunAsConnection'
    Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
    foreach -parallel ($machine in Get-AzVM) { "$($machine.Name) __NUMBER__" }
}
"""  # noqa: E501

_PASSED_ON = """\
$c = Get-AutomationConnection -Name 'AzureRunAsConnection'
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint
New-AzRoleAssignment -ApplicationId $c.ApplicationId -RoleDefinitionName Reader -ResourceGroupName 'rg-__NUMBER__'
"""  # noqa: E501

_MIGRATED = """\
# Task __NUMBER__; needs no AzureRunAsConnection any more
Connect-AzAccount -Identity | Out-Null
Get-AzResourceGroup | Select-Object ResourceGroupName
"""

_NO_LOGIN = """\
param([string] $Message = 'task __NUMBER__')
Write-Output "$(Get-Date -Format o) $Message"
"""

UNTOUCHED = (
    Form("Get-Groups", "untouched", 10, _MIGRATED),
    Form("Write-Message", "untouched", 10, _NO_LOGIN),
)

FORMS = (
    Form("Start-Machines", "rewritable", 35, _PLAIN),
    Form("Stop-Machines", "rewritable", 20, _GUARDED),
    Form("Wait-Context", "rewritable", 10, _RETRIED),
    Form("Start-Flow", "rewritable", 5, _WORKFLOW, "PowerShellWorkflow"),
    Form("Grant-Reader", "manual", 10, _PASSED_ON),
    *UNTOUCHED,
)
