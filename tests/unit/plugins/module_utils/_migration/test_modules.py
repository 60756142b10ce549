# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which modules a runbook lacks where it runs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.modules import (
    Shelf,
    held_modules,
    lacking,
    numbers,
    shelf_of_environment,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import NeededModule


def item(name: str, version: str | None = None, state: str = "Succeeded") -> dict[str, Any]:
    return {"name": name, "properties": {"version": version, "provisioningState": state}}


def shelf(*items: dict[str, Any], powershell: str = "5.1") -> Shelf:
    return Shelf("the modules of account aa", powershell, held_modules(items))


def needed(name: str, minimum: str | None = None) -> NeededModule:
    return NeededModule(name, minimum, 3, "Connect-AzAccount")


def codes(found: Shelf, *modules: NeededModule) -> list[str]:
    return [said.code for said in lacking(modules, found, "Rb", "/runbooks/Rb")]


def test_a_module_is_found_in_any_case() -> None:
    assert codes(shelf(item("AZ.Accounts", "2.15.0")), needed("az.accounts")) == []


def test_a_missing_module_is_named_with_the_version_that_is_wanted() -> None:
    found = lacking([needed("AzureRM.Profile", "5.8.2")], shelf(), "Rb", "/runbooks/Rb")
    assert [(said.code, said.line) for said in found] == [("RA520", 3)]
    assert found[0].sentence == (
        "Runbook Rb was not changed: Connect-AzAccount needs module AzureRM.Profile 5.8.2 or newer, which is not in "
        "the modules of account aa."
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [("5.8.2", []), ("5.10", []), ("6.0.0-preview", []), ("5.8.1", ["RA521"]), (None, ["RA523"]), ("new", ["RA521"])],
)
def test_the_version_must_be_known_to_be_new_enough(version: str | None, expected: list[str]) -> None:
    assert codes(shelf(item("AzureRM.Profile", version)), needed("AzureRM.Profile", "5.8.2")) == expected


def test_a_version_that_is_computed_asks_for_the_module_only() -> None:
    assert codes(shelf(item("Helper", "1.0")), needed("Helper", "$version")) == []
    assert codes(shelf(), needed("Helper", "$version")) == ["RA520"]


@pytest.mark.parametrize("state", ["Failed", "Creating", "ActivitiesStored", "Cancelled"])
def test_a_module_whose_import_has_not_ended_well_is_not_there(state: str) -> None:
    assert codes(shelf(item("Az.Accounts", "2.15.0", state)), needed("Az.Accounts")) == ["RA524"]


@pytest.mark.parametrize(("version", "powershell"), [("5.3.1", "5.1"), ("5.3.5", "5.1"), ("5.3.3", "7.2")])
def test_versions_beside_the_bad_ones_do(version: str, powershell: str) -> None:
    assert codes(shelf(item("Az.Accounts", version), powershell=powershell), needed("Az.Accounts")) == []


@pytest.mark.parametrize("version", ["5.3.2", "5.3.3", "5.3.4"])
def test_versions_that_are_known_to_be_bad_are_named_with_one_that_is_good(version: str) -> None:
    found = lacking([needed("Az.Accounts")], shelf(item("Az.Accounts", version)), "Rb", "/runbooks/Rb")
    assert [said.code for said in found] == ["RA522"]
    assert version in found[0].sentence and "5.2.0" in found[0].remedy


def test_what_comes_with_powershell_and_with_automation_is_not_looked_for() -> None:
    assert codes(shelf(), needed("Microsoft.PowerShell.Utility"), needed("Orchestrator.AssetManagement.Cmdlets")) == []


ENVIRONMENT = {
    "properties": {"runtime": {"language": "PowerShell", "version": "7.2"}, "defaultPackages": {"az": "12.3"}}
}


def test_a_default_package_az_brings_all_its_modules() -> None:
    found = shelf_of_environment("env", ENVIRONMENT, [])
    assert codes(found, needed("Az.Accounts"), needed("Az.Compute"), needed("Az", "12.0")) == []
    assert codes(found, needed("AzureRM.Profile"), needed("Azure")) == ["RA520", "RA520"]
    assert codes(found, needed("Az.Compute", "4.0")) == ["RA523"]


def test_an_imported_package_stands_before_a_default_one() -> None:
    found = shelf_of_environment("env", ENVIRONMENT, [item("Az.Compute", "3.0.0"), item("Helper", "1.0")])
    assert codes(found, needed("Az.Compute", "4.0"), needed("Helper", "1.0")) == ["RA521"]


def test_an_environment_without_default_packages_holds_what_was_imported() -> None:
    bare = {"properties": {"runtime": {"version": "5.1"}, "defaultPackages": None}}
    assert codes(shelf_of_environment("env", bare, [item("Az.Accounts", "5.3.3")]), needed("Az.Accounts")) == ["RA522"]


@pytest.mark.parametrize(("version", "expected"), [("1", (1, 0, 0, 0)), ("1.2.3.4", (1, 2, 3, 4)), ("", None)])
def test_versions_are_compared_as_numbers(version: str, expected: tuple[int, ...] | None) -> None:
    assert numbers(version) == expected
