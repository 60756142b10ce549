# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of rollback_migration share: an estate with some of everything, and states that can be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
OLD = LOGIN + "Get-AzVM\n"
NEW = "Connect-AzAccount -Identity\nGet-AzVM\n"
WORK = "# half done, do not publish\n" + OLD
THEIRS = "# mine, made after the migration\nGet-Date\n"

# One account whose Run As account holds something of every kind.
ESTATE: dict[str, Any] = {
    "subscriptions": [{"name": "production", "resource_groups": ["rg-vms", "rg-other"]}],
    "applications": [
        {"name": "run-as", "app_roles": ["User.Read.All"], "directory_roles": ["Directory Readers"]},
    ],
    "groups": [
        {"name": "operators", "members": ["run-as"], "roles": [{"role": "Reader", "scope": "production/rg-other"}]}
    ],
    "key_vaults": [{"name": "kv", "access_policies": [{"principal": "run-as", "secrets": ["Get", "List"]}]}],
    "accounts": [
        {
            "name": "aa",
            "run_as": {
                "application": "run-as",
                "roles": [{"role": "Reader", "scope": "production/rg-vms"}, {"role": "Contributor"}],
            },
            "runbooks": [
                {"name": "Plain", "text": OLD},
                {"name": "Marked", "text": OLD, "bom": True, "crlf": True},
                {"name": "Pending", "text": OLD, "draft": WORK},
                {"name": "Never", "state": "new", "text": OLD},
                {"name": "Clean", "text": "Get-Date\n"},
            ],
            "schedules": [{"name": "daily"}, {"name": "weekly"}],
            "links": [
                {"runbook": "Plain", "schedule": "daily", "parameters": {"Mode": "FAKE-parameter-value"}},
                {"runbook": "Pending", "schedule": "weekly"},
            ],
            "webhooks": [{"name": "hook", "runbook": "Plain"}],
        }
    ],
    "logins": {
        "migration": {"secret": "FAKE-migration-secret", "graph": "administer", "roles": ["Owner"]},
        "no-entra": {"secret": "FAKE-no-entra-secret", "graph": "none", "roles": ["Owner"]},
        "reads-entra": {"secret": "FAKE-reads-entra-secret", "graph": "read", "roles": ["Owner"]},
        "contributor": {"secret": "FAKE-contributor-secret", "graph": "administer", "roles": ["Contributor"]},
    },
}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("enable_identity", {}),
    ("copy_runas_roles", {"join_groups": ["operators"]}),
    ("update_runbook", {"pending_draft": "keep"}),
)

# What Azure decides or keeps by itself: times, the ids of links that are made again, jobs.
_OF_AZURE = frozenset(
    {
        *("modified", "created", "lastModifiedTime", "creationTime"),
        *("createdDateTime", "deletedDateTime"),
        *("createdOn", "createdBy", "updatedOn", "updatedBy"),
    }
)


def served(tmp_path: Path, **account: Any) -> tuple[str, ...]:
    """Write the estate, with other members of its account, and return how to serve it."""
    estate = json.loads(json.dumps(ESTATE))
    estate["accounts"][0].update(account)
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(estate))
    return ("--estate", str(path), "--set", "retry_after=0")


def migrate(azure: Azure, account: str = "aa") -> None:
    """Carry out the steps of a migration."""
    for step, options in STEPS:
        result = azure.call(step, account, **options)
        assert not result.get("failed"), result["msg"]


def roll_back(azure: Azure, account: str = "aa", **options: Any) -> dict[str, Any]:
    """Take the migration back."""
    return azure.call("rollback_migration", account, **{"replication_timeout": 5, **options})


def comparable(azure: Azure) -> Any:
    """Return the whole state of Azure without what it decides or keeps by itself, lists in an order of their own."""
    state = azure.state()
    for account in state["accounts"]:
        account["job_schedules"] = [{**link, "id": None} for link in account["job_schedules"]]
        account["jobs"] = []
    return _plain(state)


def _plain(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if name not in _OF_AZURE}
    if isinstance(part, list):
        return sorted((_plain(item) for item in part), key=lambda item: json.dumps(item, sort_keys=True))
    return part


def account_of(azure: Azure, account: str = "aa") -> dict[str, Any]:
    """Return an account as the simulator holds it."""
    found: dict[str, Any] = next(item for item in azure.state()["accounts"] if item["name"] == account)
    return found


def codes(result: dict[str, Any]) -> list[str]:
    """Return the codes of a result's findings."""
    return [found["code"] for found in result["findings"]]


def kinds(result: dict[str, Any]) -> list[str]:
    """Return what a result changed, as action and kind."""
    return [f"{change['action']} {change['kind']}" for change in result["changes"]]
