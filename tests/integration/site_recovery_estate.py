# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small estate with vaults for the tests of migrate_site_recovery, and how these look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
STEP = "migrate_site_recovery"
CONTRIBUTOR, NARROW = "Contributor", "Site Recovery Contributor"
ROLES = {
    "b24988ac-6180-42a0-ab88-20f7382dd24c": CONTRIBUTOR,
    "6670b86e-a3f7-4917-ac9b-5d6ab1be4567": NARROW,
}
GONE = (
    "/subscriptions/bdde237c-6211-5239-bab2-f19e3bee3998/resourceGroups/rg-gone/providers/Microsoft.Automation"
    "/automationAccounts/aa-gone"
)
ESTATE: dict[str, Any] = {
    "subscriptions": [{"name": "production"}, {"name": "finance"}],
    "accounts": [
        {"name": "aa", "run_as": "complete"},
        {"name": "aa-other", "identity": "system"},
        {"name": "aa-east", "region": "East US", "run_as": "complete"},
    ],
    "vaults": [
        {"name": "rsv", "mappings": [{"name": "first", "account": "aa"}]},
    ],
    "logins": {
        "migration": {
            "secret": "FAKE-migration-secret",
            "graph": "manage",
            "roles": [
                {"role": "Contributor", "scope": "production"},
                {"role": "User Access Administrator", "scope": "production"},
                {"role": "Contributor", "scope": "finance"},
                {"role": "User Access Administrator", "scope": "finance"},
            ],
        },
        # It may give no roles.
        "roleless": {
            "secret": "FAKE-roleless-secret",
            "roles": [{"role": "Contributor", "scope": "production"}],
        },
    },
}


def small(tmp_path: Path, *settings: str, **members: Any) -> tuple[str, ...]:
    """Write the small estate with other members; return how to serve it."""
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump({**ESTATE, **members}))
    return ("--estate", str(path), *(word for setting in settings for word in ("--set", setting)))


def vault(name: str, *mappings: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A vault of an estate."""
    return {"name": name, "mappings": list(mappings), **members}


def details(azure: Azure) -> dict[str, dict[str, Any]]:
    """How each mapping updates its agents, by name."""
    mappings = azure.state()["container_mappings"]
    return {item["name"]: item["properties"]["providerSpecificDetails"] for item in mappings}


def on_identity(azure: Azure, account: str = "aa") -> dict[str, bool]:
    """Whether each mapping updates its agents through the identity of an account, by name."""
    wanted = ("Enabled", account, "SystemAssignedIdentity")
    return {name: _told(item) == wanted for name, item in details(azure).items()}


def _told(item: dict[str, Any]) -> tuple[Any, ...]:
    account = str(item.get("automationAccountArmId") or "").rsplit("/", 1)[-1]
    return item.get("agentAutoUpdateStatus"), account, item.get("automationAccountAuthenticationType")


def vault_id(azure: Azure, name: str) -> str:
    """The id of a vault."""
    found: str = next(item["id"] for item in azure.state()["vaults"] if item["name"] == name)
    return found


def roles_of(azure: Azure, account: str = "aa") -> set[tuple[str, str]]:
    """The roles of an account's identity: name, and the last word of the scope."""
    state = azure.state()
    principal = next(item for item in state["accounts"] if item["name"] == account)["identity"]["principalId"]
    held = [item["properties"] for item in state["role_assignments"]]
    return {
        (ROLES[item["roleDefinitionId"].rsplit("/", 1)[-1]], item["scope"].rsplit("/", 1)[-1])
        for item in held
        if item["principalId"] == principal
    }


def patched(azure: Azure) -> list[str]:
    """The names of the mappings that were written, in order."""
    return [
        entry["path"].partition("?")[0].rsplit("/", 1)[-1]
        for entry in azure.requests()
        if entry["method"] == "PATCH" and "/replicationprotectioncontainermappings/" in entry["path"].lower()
    ]


def codes(result: dict[str, Any]) -> list[str]:
    """The codes of a result's findings."""
    return [item["code"] for item in result["findings"]]


def actions(result: dict[str, Any]) -> dict[str, str]:
    """What became of each mapping, by name."""
    return {mapping["name"]: mapping["action"] for one in result["vaults"] for mapping in one["mappings"]}


def reasons(result: dict[str, Any]) -> dict[str, str]:
    """Why mappings were left, by name."""
    return {item["name"]: item["reason"] for item in result["left"]}


def kinds(result: dict[str, Any]) -> list[str]:
    """What was changed."""
    return [f"{change['action']} {change['kind']}" for change in result["changes"]]


def journal(azure: Azure) -> list[dict[str, Any]]:
    """The records of the one account's journal."""
    path = next(azure.ledger.glob("*/journal.jsonl"))
    return [json.loads(line) for line in path.read_text().splitlines()]
