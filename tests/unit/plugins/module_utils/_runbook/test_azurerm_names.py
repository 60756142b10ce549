# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of AzureRM names: made from its data, and read back as it is there."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.azurerm_names import (
    az_module_of,
    az_module_of_command,
    twin_of,
)

TOOLS = Path(__file__).parents[4] / "tools"


def generator() -> ModuleType:
    """The tool that writes the table; it lies beside the tests and in no package."""
    spec = importlib.util.spec_from_file_location("azurerm_table", TOOLS / "azurerm_table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_its_generator_makes() -> None:
    tool = generator()
    assert tool.MODULE.read_text(encoding="utf-8") == tool.module(), "run: python tests/tools/azurerm_table.py --write"


def test_every_command_of_the_data_is_read_back() -> None:
    with generator().DATA.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if twin_of(row["azurerm_command"])]
    assert len(rows) > 2200
    for row in rows:
        twin = twin_of(row["azurerm_command"].upper())
        assert twin is not None
        has_twin = row["az_module"] not in ("", "?")
        assert (twin.az_command, twin.az_module) == (
            (row["az_command"], row["az_module"]) if has_twin else (None, None)
        )
        assert ",".join(twin.gone) == (row["parameters_gone"] if has_twin else "")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("azurerm.profile", "Az.Accounts"),
        ("AzureRM.Insights", "Az.Monitor"),
        ("AzureRM.RecoveryServices.Backup", "Az.RecoveryServices"),
        ("AzureRM.Tags", "Az.Resources"),
        ("Azure.Storage", "Az.Storage"),
        ("AzureRM", "Az"),
        ("AzureRM.Scheduler", None),
    ],
)
def test_modules_have_heirs(name: str, module: str | None) -> None:
    assert az_module_of(name) == module


def test_the_module_of_an_az_command_is_known() -> None:
    assert az_module_of_command("get-azvm") == "Az.Compute"
    assert az_module_of_command("Get-AzSomethingNew") is None


@pytest.mark.parametrize("name", ["Get-AzVM", "Login-AzAccount", "Get-AzureVM", "Resolve-Error", "Get-Item"])
def test_names_of_others_are_no_azurerm(name: str) -> None:
    assert twin_of(name) is None
