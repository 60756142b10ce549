# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of suggest_roles share: an account whose runbook starts and stops machines, and a log of the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from .conftest import Azure

START = "Microsoft.Compute/virtualMachines/start/action"
STOP = "Microsoft.Compute/virtualMachines/deallocate/action"

SCRIPT = """\
# Get-AzStorageAccountKey is only spoken of here
$connection = Get-AutomationConnection -Name 'AzureRunAsConnection'
Connect-AzAccount -ServicePrincipal -Tenant $connection.TenantId -ApplicationId $connection.ApplicationId `
    -CertificateThumbprint $connection.CertificateThumbprint
foreach ($vm in Get-AzVM -Status) {
    if ((Get-Date).Hour -eq 6) { Start-AzVM -Name $vm.Name -ResourceGroupName $vm.ResourceGroupName }
    else { Stop-AzVM -Name $vm.Name -ResourceGroupName $vm.ResourceGroupName -Force }
}
"""


def vm(group: str, name: str = "vm1", subscription: str = "production") -> str:
    return f"{subscription}/{group}/Microsoft.Compute/virtualMachines/{name}"


def did(operation: str, scope: str, **more: Any) -> dict[str, Any]:
    """Return what the Run As account did, as an estate says it."""
    return {"principal": "run-as", "operation": operation, "scope": scope, "days": 60, "until": 1, **more}


START_AND_STOP = [did(operation, vm(group)) for group in ("rg-a", "rg-b") for operation in (START, STOP)]


def estate(
    tmp_path: Path, *arguments: str, script: str = SCRIPT, activity: Any = None, roles: Any = None, **members: Any
) -> tuple[str, ...]:
    """Write the estate, with another script, log or roles, or other members; return how to serve it."""
    run_as: dict[str, Any] = {"application": "run-as", **({} if roles is None else {"roles": roles})}
    whole = {
        "subscriptions": [{"name": "production", "resource_groups": ["rg-a", "rg-b", "rg-quiet"]}],
        "accounts": [{"name": "aa", "run_as": run_as, "runbooks": [{"name": "Machines", "text": script}]}],
        "activity": START_AND_STOP if activity is None else activity,
        **members,
    }
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(whole))
    return ("--estate", str(path), *arguments)


def suggested(result: dict[str, Any]) -> set[tuple[str, str]]:
    """Return role and scope of each suggestion, the scope as its last word."""
    return {(item["role"], item["scope"].rsplit("/", 1)[-1]) for item in result["suggestions"]}


def codes(result: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in result["findings"]}


def subscription(azure: Azure) -> str:
    return f"/subscriptions/{azure.account('aa')['subscription_id']}"


MACHINES = {("Virtual Machine Contributor", "rg-a"), ("Virtual Machine Contributor", "rg-b")}


def reasons(result: dict[str, Any]) -> set[tuple[str, str]]:
    return {(item["reason"], item["operation"] or item["text"]) for item in result["not_covered"]}
