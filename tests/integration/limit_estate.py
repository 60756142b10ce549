# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of limit_runas share: a small estate, and looks at what its Run As accounts hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .access_estate import CONDITION, CONTRIBUTOR

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
ROLE = "Automation RunAs Contributor"
CONTRIBUTORS_OWN = [
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
    "Microsoft.Blueprint/blueprintAssignments/delete",
    "Microsoft.Blueprint/blueprintAssignments/write",
    "Microsoft.Compute/galleries/share/action",
]
KEY_VAULT = "Microsoft.KeyVault/*"
# Where each Run As account has Contributor when nothing else is said: its subscription.
ESTATE: dict[str, Any] = {
    "management_groups": [{"name": "mg-top"}, {"name": "mg-other"}],
    "subscriptions": [
        {"name": "production", "management_group": "mg-top", "resource_groups": ["rg-vms"]},
        {"name": "finance", "management_group": "mg-other", "resource_groups": ["rg-invoices"]},
    ],
    "logins": {
        "migration": {
            "secret": "FAKE-migration-secret",
            "graph": "read",
            "roles": [
                {"role": role, "scope": f"mg:{group}"}
                for role in ("Contributor", "User Access Administrator")
                for group in ("mg-top", "mg-other")
            ],
        },
    },
    "accounts": [
        {"name": "aa", "subscription": "production", "run_as": {"application": "run-as"}},
        {"name": "aa-finance", "subscription": "finance", "run_as": {"application": "run-as-finance"}},
    ],
}


def estate(tmp_path: Path, *arguments: str, run_as: Any = None, **members: Any) -> tuple[str, ...]:
    """Write the estate, with other members of it or of the first Run As account; return how to serve it."""
    made = yaml.safe_load(yaml.safe_dump({**ESTATE, **members}))
    if isinstance(run_as, dict):
        made["accounts"][0]["run_as"].update(run_as)
    elif run_as is not None:
        made["accounts"][0]["run_as"] = run_as
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(made))
    return ("--estate", str(path), *arguments)


def with_runbooks(*runbooks: dict[str, Any]) -> dict[str, Any]:
    """Return the member of the estate that gives the first account these runbooks."""
    first, *others = ESTATE["accounts"]
    return {"accounts": [{**first, "runbooks": list(runbooks)}, *others]}


def limit(azure: Azure, account: str = "aa", **options: Any) -> dict[str, Any]:
    return azure.call("limit_runas", account, **{"replication_timeout": 20, **options})


def restore(azure: Azure, account: str = "aa", **options: Any) -> dict[str, Any]:
    return limit(azure, account, state="restored", **options)


def principal(azure: Azure, application: str = "run-as") -> str:
    """Return the object id of an application's service principal."""
    objects = azure.state()["directory"]["objects"]
    return next(str(item["id"]) for item in objects if "accountEnabled" in item and item["displayName"] == application)


def held(azure: Azure, principal_id: str) -> list[tuple[str, str, Any]]:
    """Return role, scope and condition of each role assignment of a principal."""
    state = azure.state()
    names = {item["name"]: item["properties"]["roleName"] for item in state["role_definitions"]}
    names[CONTRIBUTOR] = "Contributor"
    found = []
    for properties in (item["properties"] for item in state["role_assignments"]):
        if properties["principalId"] == principal_id:
            guid = properties["roleDefinitionId"].rsplit("/", 1)[-1]
            scope = properties["scope"].rstrip("/").rsplit("/", 1)[-1]
            found.append((names.get(guid, guid), scope, properties["condition"]))
    return sorted(found, key=str)


def roles(azure: Azure, principal_id: str) -> list[str]:
    return [role for role, dummy, dummy in held(azure, principal_id)]


def custom_roles(azure: Azure) -> dict[str, dict[str, Any]]:
    """Return the properties of each custom role, by name."""
    return {item["properties"]["roleName"]: item["properties"] for item in azure.state()["role_definitions"]}


def not_actions(azure: Azure, name: str = ROLE) -> list[str]:
    (entry,) = custom_roles(azure)[name]["permissions"]
    return list(entry["notActions"])


def kinds(result: dict[str, Any]) -> list[str]:
    return [f"{change['action']} {change['kind']}" for change in result["changes"]]


def codes(result: dict[str, Any]) -> list[str]:
    return [found["code"] for found in result["findings"]]


def journal(azure: Azure) -> list[dict[str, Any]]:
    path = next(azure.ledger.glob("aa-*/journal.jsonl"))
    return [json.loads(line) for line in path.read_text().splitlines()]


__all__ = ["CONDITION", "CONTRIBUTOR"]
