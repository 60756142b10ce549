# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role-based access control: the role assignments of a world, and what they allow.

The gateway asks ``authorize`` before every ARM route with an action and ``authorize_graph``
before every Graph route with one. Every change of assignments goes through ``put`` and
``remove``, which keep the indexes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from azure_simulator import directory_roles, entra
from azure_simulator.builtin_roles import BUILTIN_ROLES
from azure_simulator.clock import parse
from azure_simulator.scopes import Hierarchy, group_scope, normal, subscription_of, with_ancestors
from azure_simulator.wire import Caller
from azure_simulator.world import RoleAssignment, RoleDefinition, World

ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments/"
DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions/"

_STATE = "rbac"
_BUILTIN_CREATED = parse("2015-02-02T21:55:09.8806423Z")
_BUILTIN_UPDATED = parse("2021-11-11T20:13:28.6061853Z")

Bucket = dict[str, RoleAssignment]


@dataclass
class _Index:
    by_principal: dict[str, Bucket] = field(default_factory=lambda: defaultdict(dict))
    by_subscription: dict[str | None, Bucket] = field(default_factory=lambda: defaultdict(dict))
    by_name: dict[str, str] = field(default_factory=dict)
    removed: list[tuple[int, RoleAssignment]] = field(default_factory=list)
    version: int = -1
    verdicts: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    hierarchy: Hierarchy = field(default_factory=Hierarchy)


def authorize(world: World, caller: Caller, action: str, scope: str) -> bool:
    """Whether role assignments at ``scope`` or above it allow ``action`` to the caller or his groups."""
    index = _fresh_index(world)
    key = (caller.object_id, action, scope)
    verdict = index.verdicts.get(key)
    if verdict is None:
        entries = permissions(world, caller.object_id, scope)
        verdict = index.verdicts[key] = any(grants(entry, action) for entry in entries)
    return verdict


def authorize_data(world: World, caller: Caller, action: str, scope: str) -> bool:
    """Whether role assignments at ``scope`` or above it allow a data action (contract 13.1)."""
    return any(
        _matches(entry.get("dataActions"), action) and not _matches(entry.get("notDataActions"), action)
        for entry in permissions(world, caller.object_id, scope)
    )


def authorize_graph(world: World, caller: Caller, permission: str) -> bool:
    """Whether the caller holds the Graph application permission or a wider one, or a directory role that allows it."""
    held = entra.graph_permissions(world, caller.object_id) | directory_roles.permissions(world, caller.object_id)
    if any(satisfies(name, permission) for name in held):
        return True
    return directory_roles.is_global_administrator(world, caller.object_id)


def satisfies(held: str, wanted: str) -> bool:
    """Whether one Graph permission covers another: ``X.ReadWrite.All`` covers ``X.Read.All``, and
    ``Directory.…`` covers what concerns any object."""
    covering = {wanted, wanted.replace(".Read.", ".ReadWrite.")}
    verb = wanted.split(".", 1)[1] if "." in wanted else wanted
    if wanted == "RoleManagement.Read.Directory":
        covering |= {"Directory.Read.All", "Directory.ReadWrite.All"}
    if wanted.startswith("GroupMember."):
        covering |= {f"Group.{verb}", f"Group.{verb.replace('Read.', 'ReadWrite.')}"}
    if wanted.startswith(("Application.", "Directory.", "GroupMember.", "Organization.")):
        covering |= {f"Directory.{verb}", f"Directory.{verb.replace('Read.', 'ReadWrite.')}"}
    return held in covering


def sees_subscription(world: World, caller: Caller, subscription_id: str) -> bool:
    """Whether the caller has any role at, above or inside a subscription, and so is shown it."""
    subscription = f"/subscriptions/{subscription_id}".lower()
    above = set(_above(world, subscription))
    places = [
        normal(assignment.scope)
        for holder in entra.principal_and_groups(world, caller.object_id)
        for assignment in of_principal(world, holder)
    ]
    return any(place in above or place.startswith(subscription + "/") for place in places)


def put(world: World, assignment: RoleAssignment) -> RoleAssignment:
    """Add an assignment, or replace the one with the same id."""
    _take_out(world, assignment.id)
    index, key = _index(world), assignment.id.lower()
    world.role_assignments[key] = assignment
    index.by_principal[assignment.principal_id.lower()][key] = assignment
    index.by_subscription[subscription_of(assignment.scope)][key] = assignment
    index.by_name[assignment.name.lower()] = key
    world.roles_changed()
    return assignment


def remove(world: World, assignment_id: str) -> RoleAssignment | None:
    """Take an assignment away; None if there was none."""
    assignment = _take_out(world, assignment_id)
    if assignment is not None:
        _index(world).removed.append((world.clock.now(), assignment))
    return assignment


def known_to_resource_graph(world: World, moment: int) -> list[RoleAssignment]:
    """The assignments that there were at a moment (ticks): what Resource Graph shows later."""
    gone = [assignment for removed, assignment in _index(world).removed if removed > moment]
    return [item for item in [*world.role_assignments.values(), *gone] if item.created_on <= moment]


def _take_out(world: World, assignment_id: str) -> RoleAssignment | None:
    key = assignment_id.lower()
    assignment = world.role_assignments.pop(key, None)
    if assignment is None:
        return None
    index = _index(world)
    index.by_principal[assignment.principal_id.lower()].pop(key, None)
    index.by_subscription[subscription_of(assignment.scope)].pop(key, None)
    index.by_name.pop(assignment.name.lower(), None)
    world.roles_changed()
    return assignment


def named(world: World, name: str) -> RoleAssignment | None:
    """The assignment of this guid, wherever it is: names are unique across scopes (contract 4.1)."""
    return world.role_assignments.get(_index(world).by_name.get(name.lower(), ""))


def of_principal(world: World, principal_id: str) -> list[RoleAssignment]:
    """The assignments made directly to a principal."""
    return list(_index(world).by_principal.get(principal_id.lower(), {}).values())


def visible_at(world: World, scope: str, *, below: bool, holders: Iterable[str] | None = None) -> list[RoleAssignment]:
    """What a list at a scope shows: assignments there, those inherited from above and, with ``below``,
    those of the scopes inside it (contract 4); only those of ``holders``, if they are given."""
    above, inner = set(_above(world, scope)), normal(scope)
    candidates = _near(world, scope) if holders is None else _held_by(world, holders)
    found = []
    for assignment in candidates:
        place = normal(assignment.scope)
        if place in above or (below and inner in _above(world, place)):
            found.append(assignment)
    return found


def count_in_subscription(world: World, subscription_id: str) -> int:
    """How many assignments count against the limit of a subscription."""
    return len(_index(world).by_subscription.get(subscription_id.lower(), {}))


def permissions(world: World, principal_id: str, scope: str) -> list[dict[str, list[str]]]:
    """The permission entries of the roles that a principal holds at a scope, by itself or through its groups."""
    above = set(_above(world, scope))
    found: list[dict[str, list[str]]] = []
    for holder in entra.principal_and_groups(world, principal_id):
        for assignment in of_principal(world, holder):
            if normal(assignment.scope) in above:
                definition = world.role_definitions.get(role_guid(assignment.role_definition_id))
                found.extend(definition.permissions if definition else [])
    return found


def grants(permission: dict[str, list[str]], action: str) -> bool:
    """Whether one entry of a role definition allows an action: in ``actions`` and not in ``notActions``."""
    return _matches(permission.get("actions"), action) and not _matches(permission.get("notActions"), action)


def install_builtin_roles(world: World) -> None:
    """Put Azure's built-in role definitions into a world."""
    for role in BUILTIN_ROLES:
        world.role_definitions[role.guid] = RoleDefinition(
            name=role.guid,
            role_name=role.name,
            description=role.description,
            permissions=[role.permission()],
            created_on=_BUILTIN_CREATED,
            updated_on=_BUILTIN_UPDATED,
        )


def definition_named(world: World, role_name: str) -> RoleDefinition | None:
    """The role with this display name, in any casing."""
    for definition in world.role_definitions.values():
        if definition.role_name.lower() == role_name.lower():
            return definition
    return None


def seen_definition(world: World, guid: str) -> RoleDefinition | None:
    """A role definition as it is read and assigned by now: changes are replicated late (contract 4.8)."""
    definition = world.role_definitions.get(guid)
    while definition is not None and not world.clock.is_visible(definition.visible_from):
        definition = definition.previous
    return definition


def role_guid(role_definition_id: str) -> str:
    """The trailing guid of a role definition's id, lower-cased: the only part that identifies it (contract 4)."""
    return role_definition_id.rstrip("/").rsplit("/", 1)[-1].lower()


def definition_id(scope: str, guid: str) -> str:
    """A role definition's id as Azure writes it at a scope: qualified with the subscription, if there is one."""
    subscription = subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return f"{prefix}{DEFINITIONS}{guid}"


def assignment_id(scope: str, name: str) -> str:
    """The id of a role assignment; the scope keeps the casing of the request (contract 4)."""
    return f"{scope.rstrip('/')}{ASSIGNMENTS}{name}"


def group_id(name: str) -> str:
    """The id of a management group in the form in which scopes are compared."""
    return normal(group_scope(name))


def hierarchy_of(world: World) -> Hierarchy:
    """The management groups of a world, for questions about scopes."""
    return Hierarchy(
        {key: group.parent.lower() if group.parent else None for key, group in world.management_groups.items()},
        {key: s.management_group.lower() for key, s in world.subscriptions.items() if s.management_group},
    )


def _above(world: World, scope: str) -> list[str]:
    return with_ancestors(scope, _fresh_index(world).hierarchy)


def _held_by(world: World, holders: Iterable[str]) -> Iterator[RoleAssignment]:
    for holder in holders:
        yield from of_principal(world, holder)


def _near(world: World, scope: str) -> Iterator[RoleAssignment]:
    """A superset of what concerns a scope; small when the scope lies in one subscription."""
    subscription = subscription_of(scope)
    if subscription is None:
        return iter(list(world.role_assignments.values()))
    by_subscription = _index(world).by_subscription
    return iter([*by_subscription[subscription].values(), *by_subscription[None].values()])


def _index(world: World) -> _Index:
    index = world.provider_state.get(_STATE)
    if index is None:
        index = world.provider_state[_STATE] = _Index()
    return index


def _fresh_index(world: World) -> _Index:
    """The index without verdicts that a later change of roles, groups or subscriptions may have overturned."""
    index = _index(world)
    if index.version != world.roles_version:
        index.version = world.roles_version
        index.verdicts.clear()
        index.hierarchy = hierarchy_of(world)
    return index


def _matches(patterns: Iterable[str] | None, action: str) -> bool:
    return any(_pattern(pattern).fullmatch(action.lower()) for pattern in patterns or ())


@lru_cache(maxsize=4096)
def _pattern(pattern: str) -> re.Pattern[str]:
    """``*`` stands for any text, and ``/*/`` also for one slash (contract 4.3)."""
    deep = [".*".join(re.escape(part) for part in piece.split("*")) for piece in pattern.lower().split("/*/")]
    return re.compile("/(?:.*/)?".join(deep), re.DOTALL)


def as_wire(entry: dict[str, list[str]]) -> dict[str, Any]:
    """A permission entry with all four of its lists."""
    return {key: list(entry.get(key, [])) for key in ("actions", "notActions", "dataActions", "notDataActions")}
