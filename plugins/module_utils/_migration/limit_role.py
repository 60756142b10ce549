# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The custom role that limits Run As accounts: Contributor without Key Vault. Pure (contract 4.8)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import last_segment, normal_id, subscription_of
from .._step import StepError

# The name that Microsoft's own script gave it.
DEFAULT_NAME = "Automation RunAs Contributor"
DESCRIPTION = "What Contributor may do, without Key Vault. For Run As accounts of Azure Automation."
KEY_VAULT = "Microsoft.KeyVault/*"

# Limits of Azure.
_LONGEST_NAME = 512
_ACTION = re.compile(r"[A-Za-z0-9*][\w.*-]*(?:/[\w.*-]+)+")
_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"

# The namespace of the ids that this collection gives to custom roles.
_IDS = uuid.UUID("0f4f5a0e-6c1d-5f7b-8a1e-2b9f0f6c3d52")

State = Mapping[str, Any]


@dataclass(frozen=True)
class LimitRole:
    """The custom role. ``before`` is its state as it is there, None where it is not.

    ``ours`` tells that this collection made it, or would; ``place`` is where it was seen.
    """

    guid: str
    name: str
    before: State | None
    ours: bool
    place: str = ""

    @property
    def scopes(self) -> tuple[str, ...]:
        """Where it can be assigned as it is there."""
        return tuple(self.before["assignable_scopes"]) if self.before else ()


def own_guid(tenant: str, name: str) -> str:
    """Return the id that this collection gives to a custom role: always the same for a name in a tenant.

    So two accounts that are limited at once, or a run after a crash, write one role and not two.
    """
    return str(uuid.uuid5(_IDS, f"{tenant.lower()}|{name.lower()}"))


def role_state(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a role definition's JSON is compared, shown and written; the order of its lists says nothing."""
    properties = definition["properties"]
    return {
        "name": properties["roleName"],
        "role_definition": definition["name"].lower(),
        "type": properties.get("type") or "CustomRole",
        "description": properties.get("description") or "",
        "permissions": [_entry(entry) for entry in properties.get("permissions") or []],
        "assignable_scopes": _sorted(properties.get("assignableScopes") or []),
    }


_MEMBERS = {
    "actions": "actions",
    "not_actions": "notActions",
    "data_actions": "dataActions",
    "not_data_actions": "notDataActions",
}


def _entry(entry: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: _sorted(entry.get(member) or []) for name, member in _MEMBERS.items()}


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=lambda text: (text.lower(), text))


def request_properties(state: State) -> dict[str, Any]:
    """Return the properties of the PUT that makes a role what ``state`` says."""
    return {
        "roleName": state["name"],
        "type": state["type"],
        "description": state["description"],
        "permissions": [
            {member: list(entry[name]) for name, member in _MEMBERS.items()} for entry in state["permissions"]
        ],
        "assignableScopes": list(state["assignable_scopes"]),
    }


def check_options(name: str, not_actions: Sequence[str]) -> None:
    """Raise StepError for a name or an operation that no custom role can have."""
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise StepError(f"role_name is '{name[:40]}'; it takes 1 to {_LONGEST_NAME} characters. Nothing was changed.")
    for action in not_actions:
        if not _ACTION.fullmatch(action) or action.count("*") > 1:
            raise StepError(
                f"not_actions names '{action}', which is no operation of Azure: write it like Microsoft.Compute/* or "
                "Microsoft.Compute/virtualMachines/delete, with one * at most. Nothing was changed."
            )


def refuse_other_shape(role: LimitRole) -> None:
    """Raise StepError where somebody's role of that name is not everything but some operations."""
    difference = _difference(role.before) if role.before else None
    if difference is not None:
        raise StepError(
            f"The role {role.name} ({role.guid}) is there and is no role of this kind: {difference}. Nothing was "
            "changed. Name another with role_name."
        )


def is_of_this_kind(state: State) -> bool:
    """Tell whether a role is a custom one that allows everything but some operations."""
    return _difference(state) is None


def _difference(state: State) -> str | None:
    entries = state["permissions"]
    if state["type"].lower() != "customrole":
        return "it is one of Azure's own"
    if len(entries) != 1 or entries[0]["actions"] != ["*"]:
        return "it does not allow everything but some operations"
    return "it has data actions" if entries[0]["data_actions"] else None


def wanted_state(role: LimitRole, contributor: State, not_actions: Sequence[str], scopes: Iterable[str]) -> State:
    """Return what the role has to be: what is there stays, what lacks is added.

    ``contributor`` is the state of Azure's Contributor, ``scopes`` where the role has to be assignable.
    """
    taken = [action for entry in contributor["permissions"] for action in entry["not_actions"]]
    wanted = [*taken, KEY_VAULT, *not_actions]
    if role.before is None:
        return {
            "name": role.name,
            "role_definition": role.guid,
            "type": "CustomRole",
            "description": DESCRIPTION,
            "permissions": [_everything_but(_added([], wanted))],
            "assignable_scopes": _added([], scopes),
        }
    (entry,) = role.before["permissions"]
    return {
        **role.before,
        "permissions": [{**entry, "not_actions": _added(entry["not_actions"], wanted)}],
        "assignable_scopes": _added(role.before["assignable_scopes"], scopes),
    }


def _everything_but(not_actions: list[str]) -> dict[str, list[str]]:
    return {"actions": ["*"], "not_actions": not_actions, "data_actions": [], "not_data_actions": []}


def _added(there: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return both lists as one, each text once whatever its case; what is there keeps its spelling."""
    known: dict[str, str] = {}
    for text in (*there, *wanted):
        known.setdefault(normal_id(text), text)
    return _sorted(known.values())


def merged(now: State, after: State) -> State:
    """Return what is there now, with what ``after`` has more: others may have added to the role meanwhile."""
    (entry,), (wanted,) = now["permissions"], after["permissions"]
    return {
        **now,
        "permissions": [{**entry, "not_actions": _added(entry["not_actions"], wanted["not_actions"])}],
        "assignable_scopes": _added(now["assignable_scopes"], after["assignable_scopes"]),
    }


def has_all(now: State | None, after: State) -> bool:
    """Tell whether a role takes away all that it should, and can be assigned wherever it should."""
    return now is not None and is_of_this_kind(now) and merged(now, after) == now


def taken_anew(before: State | None, after: State) -> list[str]:
    """Return the operations that a role which is there does not take away yet."""
    if before is None:
        return []
    known = {action.lower() for entry in before["permissions"] for action in entry["not_actions"]}
    return [a for entry in after["permissions"] for a in entry["not_actions"] if a.lower() not in known]


def definition_target(state: State, place: str = "") -> str:
    """Return the id of the role at one of its assignable scopes, where it is read and written.

    It is the one that ``place`` lies in, where the login has seen the role; it may not be allowed to look elsewhere.
    """
    scopes: list[str] = state["assignable_scopes"]
    scope = next((scope for scope in scopes if covers([scope], place)), scopes[0])
    return f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleDefinitions/{state['role_definition']}"


def is_management_group(scope: str) -> bool:
    """Tell whether a scope is a management group."""
    return normal_id(scope).startswith(_MANAGEMENT_GROUP)


def assignable_scope(scope: str) -> str | None:
    """Return what has to be among the assignable scopes for an assignment at ``scope``; None where nothing can.

    For all that lies in a subscription it is the subscription, as Microsoft's script made it.
    """
    subscription = subscription_of(scope)
    if subscription is not None:
        return f"/subscriptions/{subscription}"
    return scope if is_management_group(scope) else None


def covers(scopes: Iterable[str], scope: str) -> bool:
    """Tell whether an assignment at ``scope`` surely lies in one of the assignable ``scopes``.

    Which management groups lie above a scope is not known here.
    """
    inner = normal_id(scope) + "/"
    return any(inner.startswith(normal_id(outer) + "/") for outer in scopes)


def name_of_group(scope: str) -> str:
    """Return the name of a management group."""
    return last_segment(scope)
