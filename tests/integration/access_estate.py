# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of copy_runas_roles share: a small estate, and hands to change things behind the step's back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import definition_id

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
CONDITION = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'})))"
# Azure learns of a fresh identity late, and does not take principalType for an answer.
SLOW = ("--replication-delay", "2", "--set", "principal_checked_always=true")

# One account whose Run As account is Reader of one resource group, and whatever a test adds.
SMALL: dict[str, Any] = {
    "management_groups": [{"name": "mg-top"}],
    "subscriptions": [
        {"name": "production", "management_group": "mg-top", "resource_groups": ["rg-vms"]},
        {"name": "finance", "management_group": "mg-top", "resource_groups": ["rg-invoices", "rg-payroll"]},
    ],
    "accounts": [
        {
            "name": "aa",
            "identity": "system",
            "run_as": {"application": "run-as", "roles": [{"role": "Reader", "scope": "production/rg-vms"}]},
        }
    ],
}


def small(tmp_path: Path, *arguments: str, roles: list[Any] | None = None, **members: Any) -> tuple[str, ...]:
    """Write the small estate, with other roles of the Run As account or other members; return how to serve it."""
    estate = yaml.safe_load(yaml.safe_dump({**SMALL, **members}))
    if roles is not None:
        estate["accounts"][0]["run_as"]["roles"] = roles
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(estate))
    return ("--estate", str(path), *arguments)


@contextmanager
def session(azure: Azure, login: str = "migration") -> Iterator[Session]:
    """Open a session of somebody else's, to change things behind the step's back."""
    with Session(Login(**azure.login(login))) as opened:
        yield opened


def principal(azure: Azure, account: str, **options: Any) -> str:
    """Return the principal id of the identity that the step would give access to."""
    found: str = azure.call("copy_runas_roles", account, check=True, **options)["identity"]["principal_id"]
    return found


def assignments(azure: Azure, principal_id: str) -> set[tuple[Any, ...]]:
    """Return what a principal holds: scope, role, condition and description of each role assignment."""
    return {
        (
            properties["scope"].lower(),
            properties["roleDefinitionId"].rsplit("/", 1)[-1],
            properties["condition"],
            properties["description"],
        )
        for properties in (item["properties"] for item in azure.state()["role_assignments"])
        if properties["principalId"] == principal_id
    }


def assign(azure: Azure, principal_id: str, scope: str, role: str, name: str, condition: str | None = None) -> None:
    """Create a role assignment as somebody else would."""
    properties = {
        "roleDefinitionId": definition_id(scope, role),
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
        **({"condition": condition, "conditionVersion": "2.0"} if condition else {}),
    }
    with session(azure) as other:
        authorization.put_assignment(other, scope, name, properties)


def codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def roles(entries: list[dict[str, Any]]) -> list[str]:
    """Return the roles of Azure among entries of all kinds."""
    return sorted(entry["role"] for entry in of_roles(entries))


def of_roles(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entries that are role assignments."""
    return [entry for entry in entries if entry["kind"] == "role_assignment"]


def without_ids(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return changes without what only Azure decides: the principal, and the names that follow from it."""
    return [
        {
            **change,
            "target": None if change["kind"] != "role_assignment" else change["target"].rsplit("/", 1)[0],
            "after": {**change["after"], "principal_id": None, "object_id": None},
        }
        for change in changes
    ]
