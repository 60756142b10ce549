# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports of modules and packages (contract 3.5.1)."""

from __future__ import annotations

from typing import Any

import pytest

from azure_simulator.testing import Azure

GALLERY = "https://www.powershellgallery.com/api/v2/package"


def link(name: str, release: str, **keys: str) -> dict[str, Any]:
    return {"properties": {"contentLink": {"uri": f"{GALLERY}/{name}/{release}", **keys}}}


def state(azure: Azure, path: str) -> tuple[str, str | None]:
    properties = azure.send("GET", path).json["properties"]
    return properties["provisioningState"], properties["version"]


def settings(azure: Azure, **values: Any) -> None:
    azure.control("PUT", "/settings", values)


@pytest.mark.parametrize("collection", ["modules", "powershell7Modules", "powershell72Modules"])
def test_an_import_is_answered_before_it_begins_and_deleted_like_all_others(
    azure: Azure, account_path: str, collection: str
) -> None:
    path = f"{account_path}/{collection}/Contoso.Tools"
    first = azure.send("PUT", path, link("Contoso.Tools", "1.0.0"))
    assert (first.status, first.json["properties"]["provisioningState"]) == (201, "Creating")
    assert state(azure, path) == ("Succeeded", "1.0.0")
    assert azure.send("PUT", path, link("Contoso.Tools", "1.1.0", version="1.1.0")).status == 200
    assert state(azure, path) == ("Succeeded", "1.1.0")
    assert [azure.send("DELETE", path).status for dummy in range(2)] == [200, 204]


def test_an_import_takes_its_time_and_the_name_of_another_module_fails_it(azure: Azure, account_path: str) -> None:
    path = account_path + "/modules/Contoso.Tools"
    settings(azure, module_imports_end=False)
    azure.send("PUT", path, link("Contoso.Other", "1.0.0"))
    assert state(azure, path)[0] == "RunningImportModuleRunbook"
    assert azure.send("PUT", path, link("Contoso.Tools", "1.0.0")).status == 409
    settings(azure, module_imports_end=True)
    shown = azure.send("GET", path).json["properties"]
    assert shown["provisioningState"] == "Failed"
    assert "the module structure was invalid" in shown["error"]["message"]


def test_the_same_version_again_is_a_silent_no_op(azure: Azure, account_path: str) -> None:
    path = account_path + "/modules/Contoso.Tools"
    azure.send("PUT", path, link("Contoso.Tools", "1.0.0"))
    settings(azure, module_imports_end=False)
    assert azure.send("PUT", path, link("Contoso.Tools", "1.0.0")).status == 200
    assert state(azure, path) == ("Succeeded", "1.0.0")


def test_a_module_of_az_fails_without_az_accounts(azure: Azure, account_path: str) -> None:
    path = account_path + "/runtimeEnvironments/env{}"
    azure.send("PUT", path.format(""), {"properties": {"runtime": {"language": "PowerShell", "version": "7.2"}}})
    compute, accounts = path.format("/packages/Az.ContainerInstance"), path.format("/packages/Az.Accounts")
    azure.send("PUT", compute, link("Az.ContainerInstance", "3.1.0"))
    assert state(azure, compute)[0] == "Failed"
    assert "'Az.Accounts'" in azure.send("GET", compute).json["properties"]["error"]["message"]
    azure.send("PUT", accounts, link("Az.Accounts", "2.2.8"))
    azure.send("PUT", compute, link("Az.ContainerInstance", "3.1.0"))
    assert state(azure, compute)[0] == "Failed"
    azure.send("PUT", accounts, link("Az.Accounts", "2.15.0"))
    azure.send("PUT", compute, link("Az.ContainerInstance", "3.1.0"))
    assert state(azure, compute) == ("Succeeded", "3.1.0")
    listed = azure.send("GET", path.format("/packages")).json["value"]
    assert sorted(item["name"] for item in listed) == ["Az.Accounts", "Az.ContainerInstance"]


def test_a_default_module_cannot_be_deleted_and_stands_behind_an_own_copy(azure: Azure, account_path: str) -> None:
    path = account_path + "/modules/Az.Accounts"
    assert azure.send("DELETE", path).status == 400
    azure.send("PUT", path, link("Az.Accounts", "2.19.0"))
    assert azure.send("GET", path).json["properties"]["isGlobal"] is False
    assert azure.send("DELETE", path).status == 200
    shown = azure.send("GET", path).json["properties"]
    assert (shown["isGlobal"], shown["provisioningState"]) == (True, "Created")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"properties": {}}, "modules/X"),
        (link("X", "1.0.0", version="1.0.0-preview"), "modules/X"),
        (link("X", "1.0.0"), "runtimeEnvironments/PowerShell-7.2/packages/X"),
    ],
)
def test_what_azure_does_not_take(azure: Azure, account_path: str, body: dict[str, Any], path: str) -> None:
    assert azure.send("PUT", f"{account_path}/{path}", body).status == 400


def test_the_newer_az_accounts_cannot_be_loaded_in_powershell_7_1(azure: Azure, account_path: str) -> None:
    path = account_path + "/powershell7Modules/Az.Accounts"
    azure.send("PUT", path, link("Az.Accounts", "2.12.3"))
    assert state(azure, path)[0] == "Failed"
    azure.send("PUT", path, link("Az.Accounts", "2.6.0"))
    assert state(azure, path) == ("Succeeded", "2.6.0")
