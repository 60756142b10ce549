# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ensure_modules on the simulator: what is imported, what is left alone, and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
AZ = LOGIN + "Get-AzVM\nGet-AzStorageAccount\n"
AZURERM = LOGIN.replace("-Az", "-AzureRm")
BARE = {"default_modules": False}
GALLERY = "https://www.powershellgallery.com/api/v2/package"


@pytest.fixture
def account(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa``, whose runbooks and other keys are given."""

    def start(runbooks: list[dict[str, Any]], *settings: str, **keys: Any) -> Azure:
        item = {"name": "aa", "identity": "system", "run_as": "complete", "runbooks": runbooks, **keys}
        logins = {
            "migration": {"secret": "FAKE-migration-secret", "graph": "manage", "roles": ["Contributor"]},
            "reader": {"secret": "FAKE-reader-secret", "graph": "read", "roles": ["Reader"]},
        }
        path = tmp_path / "estate.json"
        path.write_text(json.dumps({"logins": logins, "accounts": [item]}))
        given = [part for setting in settings for part in ("--set", setting)]
        return start_azure("--estate", str(path), "--set", "retry_after=0", *given)

    return start


def ensure(azure: Azure, **options: Any) -> dict[str, Any]:
    return azure.call("ensure_modules", "aa", **options)


def codes(result: dict[str, Any]) -> list[str]:
    return [said["code"] for said in result["findings"]]


def imported(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the changes as names of modules and versions."""
    return [(change["target"].split("/")[-1], change["after"]["version"]) for change in result["changes"]]


def states(result: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in result["modules"]}


def module(name: str, version: str | None, **keys: Any) -> dict[str, Any]:
    return {"name": name, "version": version, **keys}


def there(azure: Azure) -> dict[str, str]:
    """Return the modules that the account itself holds for PowerShell 5.1, with their versions."""
    (item,) = azure.state()["accounts"]
    return {one["name"]: one["properties"]["version"] for one in item["modules"]}


def records(azure: Azure) -> list[dict[str, Any]]:
    journal = next(azure.ledger.glob("*/journal.jsonl"))
    return [json.loads(line) for line in journal.read_text().splitlines()]


def test_what_the_rewritten_runbooks_need_is_imported_and_then_they_are_rewritten(
    account: Callable[..., Azure],
) -> None:
    azure = account([{"name": "Vm", "text": AZ}, {"name": "Plain", "text": "Write-Output 1"}], **BARE)
    assert codes(azure.call("update_runbook", "aa")) == ["RA520"] * 3
    predicted = ensure(azure, check=True)
    azure.forget_requests()
    made = ensure(azure)
    assert imported(made) == [("Az.Accounts", "2.15.0"), ("Az.Compute", "7.1.1"), ("Az.Storage", "6.1.0")]
    assert made["changes"] == predicted["changes"]
    assert made["plan_fingerprint"] == predicted["plan_fingerprint"]
    assert there(azure) == {"Az.Accounts": "2.15.0", "Az.Compute": "7.1.1", "Az.Storage": "6.1.0"}
    assert [write.split("?")[0].rsplit("/", 1)[1] for write in azure.writes()][0] == "Az.Accounts"
    assert ensure(azure)["changed"] is False
    rewritten = azure.call("update_runbook", "aa")
    assert [one["name"] for one in rewritten["runbooks"] if one["changed"]] == ["Vm"]
    assert ensure(azure)["modules"] == []
