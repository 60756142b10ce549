# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Who besides the migration uses an identity that a rollback would take away.

Whatever is found, or could not be read, keeps the identity: a role that somebody else
gave it tells that somebody else relies on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._azure import automation, subscriptions
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import normal_id, same_id
from .._finding import Finding
from .._runbook.identity_logins import logs_in_with_identity, names_client
from .._step import Change, in_parallel
from . import access_reading
from ._call import Call
from .access_part import VAULT_POLICY
from .directory_lookup import graph_claims
from .directory_reading import read_directory
from .directory_roles_plan import directory_role_of
from .groups_plan import groups_of
from .rollback_mappings import CONTAINER_MAPPING
from .runbook_memory import DRAFT
from .runbook_plan import digest
from .surroundings_reading import container_mappings
from .unread import unread_finding
from .usage import vault_name
from .vault_reading import read_vaults

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Going:
    """What this run takes away or changes, so that it is no use of the identity any more.

    ``targets`` are the ids of role assignments, app roles, directory roles, memberships and runbooks that go;
    ``policies`` what is left of access policies, by vault and principal; ``mappings`` what mappings are taken back to;
    ``contents`` the published contents of runbooks afterwards, by lower-case name. ``known`` are digests of contents
    that were there before the migration: they may know an identity, and did without.
    """

    targets: frozenset[str] = frozenset()
    policies: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    mappings: Mapping[str, Json] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    @staticmethod
    def of(changes: Iterable[Change], contents: Mapping[str, bytes], known: frozenset[str]) -> Going:
        """Return what a plan does away with. Pure."""
        listed = list(changes)
        return Going(
            targets=frozenset(normal_id(change.target) for change in listed if _goes(change)),
            policies={
                (normal_id(change.target), str(change.before["object_id"]).lower()): change.after
                for change in listed
                if change.kind == VAULT_POLICY
            },
            mappings={normal_id(change.target): change.after for change in listed if change.kind == CONTAINER_MAPPING},
            contents=contents,
            known=known,
        )


def _goes(change: Change) -> bool:
    """Tell whether a thing goes as a whole; a runbook stays where its draft goes."""
    return change.after is None and change.kind != DRAFT


@dataclass(frozen=True)
class Users:
    """Who uses an identity, as parts of a sentence, and findings on what could not be read."""

    users: tuple[str, ...] = ()
    unread: tuple[Finding, ...] = ()

    def __add__(self, other: Users) -> Users:
        """Return both as one."""
        return Users(self.users + other.users, self.unread + other.unread)


def users_of_system(call: Call, principal_id: str, going: Going) -> Users:
    """Return who else uses the system-assigned identity, once this run has done what it plans."""
    parts = [
        _roles(call, principal_id, going),
        _vaults(call, principal_id, going),
        _directory(call, principal_id, going),
        _mappings(call, going),
        runbooks_with(call, None, going),
    ]
    return sum(parts, Users())


def runbooks_with(call: Call, client_id: str | None, going: Going) -> Users:
    """Return the runbooks that will log in with an identity: with that of a client id, or with the account's own.

    Of a user-assigned identity nothing else counts: what it may do is not lost when an account lets go of it.
    """
    try:
        listed = automation.list_runbooks(call.session, call.account)
    except (Forbidden, Conflict, Failed) as error:
        what = f"The runbooks of account {call.account.name}"
        return Users(unread=(unread_finding(what, call.account.arm_id, error),))
    parts = in_parallel(lambda item: _runbook(call, client_id, going, str(item["name"])), listed, call.max_parallel)
    return sum(parts, Users())


def _roles(call: Call, principal_id: str, going: Going) -> Users:
    seen = access_reading.read_assignments(call.session, call.account, [principal_id], call.max_parallel)
    others = [item for item, dummy in seen.assignments if normal_id(item.id) not in going.targets]
    users = dict.fromkeys(f"a role assignment at {item.scope}" for item in others)
    return Users(tuple(users), seen.findings)


def _vaults(call: Call, principal_id: str, going: Going) -> Users:
    users: list[str] = []
    unread: list[Finding] = []
    for subscription_id in _visible(call):
        reading = read_vaults(call.session, subscription_id)
        unread += (item.finding() for item in reading.unread)
        for vault in reading.vaults:
            key = normal_id(vault.id), principal_id.lower()
            left = going.policies.get(key, vault.own(principal_id))
            if left:
                users.append(f"an access policy of key vault {vault.name}")
    return Users(tuple(users), tuple(unread))


def _visible(call: Call) -> list[str]:
    return [item["subscriptionId"] for item in subscriptions.list_subscriptions(call.session)]


def _directory(call: Call, principal_id: str, going: Going) -> Users:
    reading = read_directory(call.session, [principal_id], graph_claims(call.session))
    held = reading.of(principal_id)
    users: list[str] = []
    unread: list[Finding] = []
    for what, read, target in (
        ("app roles", held.app_roles, _app_role_target),
        ("directory roles", held.directory_roles, _directory_role_target),
        ("groups", held.direct, None),
    ):
        if isinstance(read, AzureError):
            unread.append(unread_finding(f"Which {what} principal {principal_id} has", principal_id, read))
            continue
        named = (
            [f"/groups/{group.id}/members/{principal_id}" for group in groups_of(read)]
            if target is None
            else [target(item, principal_id) for item in read]
        )
        left = [one for one in named if normal_id(one) not in going.targets]
        if left:
            users.append(f"{len(left)} of its {what} in Microsoft Entra")
    return Users(tuple(users), tuple(unread))


def _app_role_target(item: Json, principal: str) -> str:
    return f"/servicePrincipals/{item['resourceId']}/appRoleAssignedTo/{item['appRoleId']}/{principal}"


def _directory_role_target(item: Json, principal: str) -> str:
    role, scope = directory_role_of(item).right.key
    return f"/roleManagement/directory/roleAssignments/{role}|{scope}|{principal}"


def _mappings(call: Call, going: Going) -> Users:
    mappings, unread = container_mappings(call.session, _visible(call), call.max_parallel)
    users = [
        f"container mapping {mapping['name']} of vault {vault_name(mapping['id'])}"
        for mapping in mappings
        if _uses_identity(call, going.mappings.get(normal_id(mapping["id"])) or _details(mapping))
    ]
    return Users(tuple(users), tuple(item.finding() for item in unread if not item.gone))


def _details(mapping: Json) -> Json:
    details: Json = (mapping.get("properties") or {}).get("providerSpecificDetails") or {}
    return details


def _uses_identity(call: Call, details: Json) -> bool:
    authentication = str(details.get("automationAccountAuthenticationType") or "").lower()
    enabled = str(details.get("agentAutoUpdateStatus") or "").lower() == "enabled"
    here = same_id(details.get("automationAccountArmId"), call.account.arm_id)
    return enabled and here and authentication == "systemassignedidentity"


def _runbook(call: Call, client_id: str | None, going: Going, name: str) -> Users:
    if normal_id(call.account.child("runbooks", name)) in going.targets:
        return Users()
    content = going.contents.get(name.lower())
    if content is None:
        try:
            content = automation.published_content(call.session, call.account, name)
        except Absent:
            return Users()
        except (Forbidden, Conflict, Failed) as error:
            target = call.account.child("runbooks", name)
            return Users(unread=(unread_finding(f"The published content of runbook {name}", target, error),))
    if digest(content) in going.known:
        return Users()
    logs_in = logs_in_with_identity(content) is not False
    meant = logs_in and (client_id is None or names_client(content, client_id))
    return Users((f"runbook {name}",)) if meant else Users()
