# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts to be probed, and what the tests of probe_identity look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
OLD = LOGIN + "Get-AzVM\n"
ASKING = "param([Parameter(Mandatory = $true)][string]$Group, [bool]$Wait = $true)\n" + OLD
PREFIX = "runas-migration-probe-"
DESCRIPTION = (
    "Temporary runbook of the Ansible collection azauto.runas_migration. It logs in with the identity of the account, "
    "tells who that is, changes nothing, and is removed at once. It may be deleted."
)


def estate(**account: Any) -> dict[str, Any]:
    """Return an estate of one account with an identity that has a role; ``account`` overrides what it holds."""
    whole = {
        "name": "aa",
        "identity": ["system", "id-jobs"],
        "identity_roles": ["Reader"],
        "run_as": "complete",
        "runbooks": [
            {"name": "Plain", "text": OLD},
            {"name": "Asking", "text": ASKING},
            {"name": "Noisy", "text": OLD, "conduct": {"errors": 2, "warnings": 1}},
            {"name": "Broken", "text": OLD, "conduct": {"status": "Failed"}},
            {"name": "Endless", "text": OLD, "conduct": {"status": "Running"}},
            {"name": "Theirs", "text": OLD, "draft": "# somebody is at it\n" + OLD},
        ],
        "hybrid_worker_groups": [{"name": "on-site", "workers": [{"name": "vm-worker"}]}],
        **account,
    }
    return {
        "tenants": [{"name": "t"}],
        "subscriptions": [{"name": "s"}, {"name": "other"}],
        "identities": [{"name": "id-jobs", "roles": ["Reader"]}],
        "accounts": [whole],
    }


def written(folder: Path, content: dict[str, Any]) -> str:
    """Write an estate and return its path."""
    path = folder / "estate.json"
    path.write_text(json.dumps(content))
    return str(path)


def account_of(azure: Azure, name: str = "aa") -> dict[str, Any]:
    """Return an account as the simulator holds it."""
    found: dict[str, Any] = next(item for item in azure.state()["accounts"] if item["name"] == name)
    return found


def temporaries(azure: Azure, name: str = "aa") -> list[str]:
    """Return the temporary runbooks that an account holds."""
    return [item["name"] for item in account_of(azure, name)["runbooks"] if item["name"].startswith(PREFIX)]


def principal_of(azure: Azure, name: str = "aa") -> str:
    """Return the principal id of the account's system-assigned identity."""
    principal: str = account_of(azure, name)["identity"]["principalId"]
    return principal


def events(result: dict[str, Any], event: str) -> list[dict[str, Any]]:
    """Return the records of an event in the ledger of a result."""
    lines = (Path(result["ledger"]) / "journal.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["event"] == event]


def codes(result: dict[str, Any]) -> list[str]:
    """Return the codes of the findings."""
    return [said["code"] for said in result["findings"]]


def steps(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return action and kind of all writes, those that cancel out last."""
    return [(change["action"], change["kind"]) for change in writes_of(result)]


def writes_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return all writes of a result, those that cancel out last."""
    return [*result["changes"], *result.get("temporary", [])]


def asked(name: str, **parameters: Any) -> dict[str, Any]:
    """Return an entry of verify_runbooks."""
    return {"name": name, "parameters": parameters}


@contextmanager
def session_of(azure: Azure) -> Iterator[tuple[Session, AccountId]]:
    """Return a session of somebody else, and the account."""
    login = Login(**{name: azure.login().get(name) for name in Login.__dataclass_fields__})
    named = azure.account("aa")
    account = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    with Session(login) as session:
        yield session, account
