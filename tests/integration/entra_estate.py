# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of access in Microsoft Entra share: an estate with some of everything, and a copy's three kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.caller import find_graph_claims
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_around import read_around
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import Copying, Part
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import Target
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_sources import Source
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.app_roles import AppRoles
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_kind import DirectoryKind
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_reading import read_directory
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_roles import DirectoryRoles
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.groups import Groups

from .access_estate import session

if TYPE_CHECKING:
    from .conftest import Azure

# One Run As account with some of everything, and logins that may do all of it, part of it, or nothing but read.
ENTRA: dict[str, Any] = {
    "subscriptions": [{"name": "production", "resource_groups": ["rg-vms"]}],
    "accounts": [
        {"name": "aa", "identity": "system", "run_as": {"application": "run-as", "roles": []}},
        {"name": "ab", "identity": "system", "run_as": {"application": "run-as", "roles": []}},
    ],
    "applications": [
        {
            "name": "run-as",
            "app_roles": [
                "User.Read.All",
                "AppRoleAssignment.ReadWrite.All",
                "exchange/full_access_as_app",
                "exchange/Exchange.ManageAsApp",
                "sharepoint/Sites.FullControl.All",
                "billing/Invoices.Read",
            ],
            "directory_roles": ["Directory Readers", "Global Administrator"],
        },
        {"name": "billing", "offers": ["Invoices.Read"]},
    ],
    "groups": [
        {
            "name": "operators",
            "members": ["run-as"],
            "roles": [{"role": "Reader", "scope": "production/rg-vms"}],
            "app_roles": ["Mail.Send"],
        },
        {"name": "everybody", "members": ["operators"], "roles": ["Monitoring Reader"]},
        {"name": "owners", "members": ["run-as"], "roles": ["Owner"]},
        {"name": "ruled", "members": ["run-as"], "dynamic": True},
        {"name": "from-ad", "members": ["run-as"], "synced": True},
        {
            "name": "assignable",
            "members": ["run-as"],
            "role_assignable": True,
            "directory_roles": ["Directory Readers"],
        },
    ],
    "logins": {
        "migration": {"secret": "FAKE-a", "graph": "administer", "roles": ["Owner"]},
        "assigner": {"secret": "FAKE-b", "graph": "manage", "roles": ["Owner"]},
        "reader": {"secret": "FAKE-c", "graph": "read", "roles": ["Reader"]},
        "blind": {"secret": "FAKE-d", "roles": ["Reader"]},
        "applications": {"secret": "FAKE-e", "app_roles": ["Application.Read.All"], "roles": ["Reader"]},
        "role-administrator": {
            "secret": "FAKE-f",
            "directory_roles": ["Privileged Role Administrator"],
            "roles": ["Reader"],
        },
    },
}
APPLICATION, ACCOUNT = "run-as", "aa"


def entra(tmp_path: Path, **members: Any) -> tuple[str, ...]:
    """Write the estate, with other members, and return how to serve it."""
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump({**ENTRA, **members}))
    return ("--estate", str(path))


@dataclass
class Kinds:
    """The three kinds of one copy."""

    app_roles: AppRoles
    directory_roles: DirectoryRoles
    groups: Groups


def object_id(azure: Azure, name: str, kind: str = "servicePrincipal") -> str:
    """Return the id of a directory object by its display name."""
    objects = azure.state()["directory"]["objects"]
    found: str = next(
        item["id"]
        for item in objects
        if item["displayName"] == name and item["@odata.type"] == f"#microsoft.graph.{kind}"
    )
    return found


def copying(
    azure: Azure,
    account: str = ACCOUNT,
    dormant: str | None = None,
    principal_id: str | None = "",
    **choices: Any,
) -> Copying:
    """Return the copy of the Run As account to an account's identity; "" looks its principal up."""
    named = azure.account(account)
    arm_account = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    identity = object_id(azure, account) if principal_id == "" else principal_id
    source = object_id(azure, APPLICATION)
    return Copying(
        target=Target(arm_account, "system", identity),
        sources=(Source("AzureRunAsConnection", "application", source, dormant),),
        dormant={source: dormant},
        choices=Choices(**choices),
    )


@contextmanager
def kinds(azure: Azure, wanted: Copying, login: str = "migration", *, timeout: float = 5) -> Iterator[Kinds]:
    """Open a session as a login, read the directory once, and yield the kinds of a copy."""
    with session(azure, login) as opened:
        yield kinds_in(opened, wanted, timeout=timeout)


def kinds_in(opened: Session, wanted: Copying, *, timeout: float = 5) -> Kinds:
    """Return the kinds of a copy in a session that is open."""
    principals = [*wanted.dormant, *([wanted.target.principal_id] if wanted.target.principal_id else [])]
    reading = read_directory(opened, principals, find_graph_claims(opened))
    own = wanted.target.account.subscription_id
    around = read_around(opened, own, 2, search=False, vaults=False)
    return Kinds(
        AppRoles(opened, wanted, reading, 2, timeout),
        DirectoryRoles(opened, wanted, reading, 2, timeout),
        Groups(opened, wanted, reading, around, 2, timeout),
    )


def carried_out(kind: DirectoryKind, part: Part) -> list[Mapping[str, Any]]:
    """Make the changes of a part as a step would: read again, then write."""
    made = []
    for change in part.changes:
        assert kind.reread(change) == change.before
        made.append(kind.write(change))
    return made


def names(part: Part) -> dict[str, list[str]]:
    """Return what became of each right, by bucket, as names."""
    return {
        "changes": sorted(change.after["role"] for change in part.changes),
        "unchanged": sorted(entry["role"] for entry in part.unchanged),
        "not_copied": sorted(f"{entry['role']}: {entry['reason']}" for entry in part.not_copied),
        "hand_over": sorted(entry.role for entry in part.hand_over),
    }


def codes(part: Part) -> list[str]:
    """Return the codes of a part's findings."""
    return sorted(item.code for item in part.findings)
