# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which operations a call needs: the table, what is said beyond it, and what cannot be said."""

from __future__ import annotations

import re

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.cmdlet_operations import (
    CmdletOperations,
    known_operations,
    own_operations,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.cmdlet_table import TABLE
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.operations import OPERATION
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.cmdlets import CmdletCall
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError


def needed(cmdlet: str, *parameters: str, resource_type: str | None = None) -> tuple[str, ...] | None:
    found = CmdletOperations().of(CmdletCall(cmdlet, 1, frozenset(parameters), resource_type=resource_type))
    return None if found is None else found.operations


def test_the_table_names_operations_of_azure_only() -> None:
    wrong = [operation for operation in known_operations() if not OPERATION.fullmatch(operation)]
    assert wrong == []
    ends = re.compile(r"/(read|write|delete|action|\\*)$", re.IGNORECASE)
    assert [operation for operation in known_operations() if not ends.search(operation)] == []


def test_no_cmdlet_stands_in_the_table_twice() -> None:
    names: list[str] = []
    for line in TABLE.splitlines():
        if line.startswith(("=", "~", "?", "!", " ")):
            continue
        left = line.partition(":")[0]
        noun = left.rpartition("-")[2] if " -" not in left else ""
        names += [part if "-" in part else f"{part}-{noun}" for part in left.split(",")]
    doubles = {name for name in names if names.count(name) > 1}
    assert doubles == set()


@pytest.mark.parametrize(
    ("cmdlet", "parameters", "operations"),
    [
        ("start-AZVM", (), ("Microsoft.Compute/virtualMachines/start/action",)),
        ("Stop-AzVM", (), ("Microsoft.Compute/virtualMachines/deallocate/action",)),
        ("Stop-AzVM", ("stayprovisioned",), ("Microsoft.Compute/virtualMachines/powerOff/action",)),
        ("Remove-AzDisk", (), ("Microsoft.Compute/disks/delete",)),
        ("Update-AzDisk", (), ("Microsoft.Compute/disks/read", "Microsoft.Compute/disks/write")),
        ("Connect-AzAccount", (), ()),
        ("New-AzVMConfig", (), ()),
        ("Get-AzLoadBalancerRuleConfig", (), ()),
        ("Set-AzKeyVaultSecret", (), ("data:Microsoft.KeyVault/vaults/secrets/setSecret/action",)),
    ],
)
def test_a_call_needs_what_its_cmdlet_does(
    cmdlet: str, parameters: tuple[str, ...], operations: tuple[str, ...]
) -> None:
    assert needed(cmdlet, *parameters) == operations


def test_a_cmdlet_of_no_table_is_unknown_and_not_harmless() -> None:
    assert needed("Grant-AzWonder") is None
    assert needed("Suspend-AzVM") is None


def test_a_cmdlet_for_any_resource_needs_what_the_type_says() -> None:
    assert needed("Remove-AzResource", resource_type="Microsoft.Web/sites") == ("Microsoft.Web/sites/delete",)
    unknown = CmdletOperations().of(CmdletCall("Remove-AzResource", 1))
    assert unknown is not None
    assert unknown.open


def test_what_a_template_deploys_is_open() -> None:
    found = CmdletOperations().of(CmdletCall("New-AzResourceGroupDeployment", 1))
    assert found is not None
    assert found.open
    assert "Microsoft.Resources/deployments/write" in found.operations


def test_what_a_user_says_replaces_the_table() -> None:
    own = own_operations({"START-AzVM": "Microsoft.Web/sites/read", "Set-AzVM -Tag": []})
    table = CmdletOperations(own)
    assert table.of(CmdletCall("Start-AzVM", 1)).operations == ("Microsoft.Web/sites/read",)  # type: ignore[union-attr]
    assert table.of(CmdletCall("Set-AzVM", 1, frozenset({"tag"}))).operations == ()  # type: ignore[union-attr]


@pytest.mark.parametrize("given", [{"Start-AzVM": ["*"]}, {"Start-AzVM": 3}, {"nonsense": []}, {"Start-AzVM": [1]}])
def test_what_is_no_cmdlet_or_no_operation_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(StepError, match="cmdlet_operations"):
        own_operations(given)
