# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that suggest_roles writes: a role map to review, which nobody's work is lost for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from .suggest_estate import MACHINES, estate

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]


@pytest.fixture
def azure(start_azure: Start, tmp_path: Path) -> Azure:
    return start_azure(*estate(tmp_path))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "role_map.yml"


def test_the_file_is_the_role_map_with_its_evidence(azure: Azure, path: Path) -> None:
    result = azure.call("suggest_roles", "aa", role_map_file=str(path))
    assert result["changed"] is True
    text = path.read_text()
    assert yaml.safe_load(text) == {"copy_runas_roles_role_map": result["role_map"]}
    assert "virtualMachines/start/action, 60 times, last 20" in text
    assert "Start-AzVM in Machines, line 6" in text


def test_a_second_run_changes_nothing(azure: Azure, path: Path) -> None:
    azure.call("suggest_roles", "aa", role_map_file=str(path))
    before = path.stat().st_mtime_ns
    assert azure.call("suggest_roles", "aa", role_map_file=str(path))["changed"] is False
    assert path.stat().st_mtime_ns == before


def test_check_mode_says_what_it_would_do_and_writes_no_file(azure: Azure, path: Path) -> None:
    assert azure.call("suggest_roles", "aa", check=True, role_map_file=str(path))["changed"] is True
    assert not path.exists()


@pytest.mark.parametrize("how", ["edited", "of somebody else"])
def test_somebodys_file_is_replaced_only_by_force(azure: Azure, path: Path, how: str) -> None:
    if how == "edited":
        azure.call("suggest_roles", "aa", role_map_file=str(path))
        path.write_text(path.read_text().replace("rg-b", "rg-c"))
    else:
        path.write_text("role_map: []\n")
    before = path.read_text()
    refused = azure.call("suggest_roles", "aa", role_map_file=str(path))
    assert refused["failed"] is True
    assert "set force to true" in refused["msg"]
    assert path.read_text() == before
    assert azure.call("suggest_roles", "aa", role_map_file=str(path), force=True)["changed"] is True
    assert path.read_text() != before


def test_a_file_of_ours_is_brought_up_to_date(azure: Azure, path: Path) -> None:
    azure.call("suggest_roles", "aa", role_map_file=str(path), scope_level="subscription")
    assert azure.call("suggest_roles", "aa", role_map_file=str(path))["changed"] is True
    assert len(yaml.safe_load(path.read_text())["copy_runas_roles_role_map"][0]["to"]) == 2


def test_a_folder_in_the_place_of_the_file_is_refused(azure: Azure, path: Path) -> None:
    path.mkdir()
    assert "cannot be read" in azure.call("suggest_roles", "aa", role_map_file=str(path))["msg"]


def test_the_playbook_writes_a_file_for_each_account_and_none_in_check_mode(azure: Azure, tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    options = ("-e", f"runas_role_maps={folder}")
    checked = azure.playbook("azauto.runas_migration.suggest_roles", "--check", *options)
    assert checked.code == 0, checked.output
    assert not folder.exists()
    run = azure.playbook("azauto.runas_migration.suggest_roles", *options)
    assert run.code == 0, run.output
    assert "Virtual Machine Contributor at /subscriptions/" in run.output
    assert [path.name for path in folder.iterdir()] == ["aa.yml"]
    again = azure.playbook("azauto.runas_migration.suggest_roles", *options)
    assert "changed=0" in again.output
    assert azure.writes() == []


def test_copy_runas_roles_gives_what_the_file_says_and_no_more(start_azure: Start, tmp_path: Path, path: Path) -> None:
    account = {"name": "aa", "identity": "system", "run_as": {"application": "run-as"}}
    accounts = [{**account, "runbooks": [{"name": "Machines", "text": "Get-AzVM | Start-AzVM"}]}]
    azure = start_azure(*estate(tmp_path, accounts=accounts))
    azure.call("suggest_roles", "aa", role_map_file=str(path))
    role_map = yaml.safe_load(path.read_text())["copy_runas_roles_role_map"]
    first = azure.call("copy_runas_roles", "aa", role_map=role_map)
    assert {(item["role"], item["scope"].rsplit("/", 1)[-1]) for item in first["copied"]} == MACHINES
    assert azure.call("copy_runas_roles", "aa", role_map=role_map)["changed"] is False


def test_a_role_at_a_management_group_is_copied_to_where_the_file_says(
    start_azure: Start, tmp_path: Path, path: Path
) -> None:
    run_as = {"application": "run-as", "roles": [{"role": "Contributor", "scope": "mg:mg-top"}]}
    roles = ["Contributor", "User Access Administrator", {"role": "Reader", "scope": "mg:mg-top"}]
    members = {
        "management_groups": [{"name": "mg-top"}],
        "subscriptions": [{"name": "production", "management_group": "mg-top", "resource_groups": ["rg-a", "rg-b"]}],
        "accounts": [{"name": "aa", "identity": "system", "run_as": run_as}],
        "logins": {"migration": {"secret": "FAKE-secret", "graph": "manage", "roles": roles}},
    }
    azure = start_azure(*estate(tmp_path, **members))
    azure.call("suggest_roles", "aa", role_map_file=str(path))
    role_map = yaml.safe_load(path.read_text())["copy_runas_roles_role_map"]
    copied = azure.call("copy_runas_roles", "aa", role_map=role_map)
    assert {(item["role"], item["scope"].rsplit("/", 1)[-1]) for item in copied["copied"]} == MACHINES
