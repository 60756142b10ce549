# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table ``authorizationresources`` of Resource Graph: role assignments and role definitions (contract 8.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from azure_simulator import rbac
from azure_simulator.clock import TICKS_PER_SECOND, zulu_text
from azure_simulator.resource_query import Row
from azure_simulator.scopes import Hierarchy, normal, subscription_of, with_ancestors
from azure_simulator.wire import Call
from azure_simulator.world import RoleAssignment, RoleDefinition, World

SCOPE_FILTERS = ("AtScopeAndBelow", "AtScopeAndAbove", "AtScopeExact", "AtScopeAboveAndBelow")

_READ_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/read"
_READ_DEFINITIONS = "Microsoft.Authorization/roleDefinitions/read"


@dataclass(frozen=True)
class Reach:
    """What a query is about.

    ``subscriptions`` are the lower-cased ids of those that it names and the caller sees, ``groups`` the normal ids of
    the management groups that it names; ``everywhere`` says that it names nothing. ``scope_filter`` is one of
    ``SCOPE_FILTERS``.
    """

    subscriptions: frozenset[str]
    groups: frozenset[str] = frozenset()
    everywhere: bool = False
    scope_filter: str = "AtScopeAndBelow"


def rows(call: Call, reach: Reach) -> list[Row]:
    """The role assignments and role definitions that a query sees, and that the caller may read."""
    return [*_assignments(call, reach), *_definitions(call, reach)]


def _assignments(call: Call, reach: Reach) -> Iterator[Row]:
    seer = _Seer(call, reach)
    for assignment in rbac.known_to_resource_graph(call.world, _known_until(call.world)):
        if seer.sees(assignment):
            yield _assignment_row(assignment, call.who.tenant_id)


def _known_until(world: World) -> int:
    """The moment whose state Resource Graph shows: it lags behind (contract 8)."""
    return world.clock.now() - int(world.settings.resource_graph_delay * TICKS_PER_SECOND)


class _Seer:
    """Tells which role assignments a query shows to its caller."""

    def __init__(self, call: Call, reach: Reach) -> None:
        self.world = call.world
        self.who = call.who
        self.reach = reach
        hierarchy = rbac.hierarchy_of(call.world)
        self.named = self._named()
        self.above = _above(self.named, hierarchy)
        self.hierarchy = hierarchy
        self.seen: dict[str, bool] = {}

    def _named(self) -> set[str]:
        """The scopes that the query names, or that it means by naming none."""
        subscriptions = {f"/subscriptions/{key}" for key in self.reach.subscriptions}
        if self.reach.groups:
            return set(self.reach.groups)
        if self.reach.everywhere and self.world.settings.resource_graph_tenant_has_groups:
            groups = {rbac.group_id(name) for name in self.world.management_groups}
            return subscriptions | groups | {"/"}
        return subscriptions

    def sees(self, assignment: RoleAssignment) -> bool:
        """Many have the same scope, and a query looks at all of them."""
        scope = assignment.scope
        if scope not in self.seen:
            place = normal(scope)
            self.seen[scope] = self._asked_for(place) and self._may_read(place)
        return self.seen[scope]

    def _asked_for(self, place: str) -> bool:
        wanted = self.reach.scope_filter
        if place in self.named:
            return True
        if wanted in ("AtScopeAndAbove", "AtScopeAboveAndBelow") and place in self.above:
            return True
        return wanted in ("AtScopeAndBelow", "AtScopeAboveAndBelow") and self._below(place)

    def _below(self, place: str) -> bool:
        """Whether a scope lies inside a named one; what lies in a subscription only if the caller sees that."""
        subscription = subscription_of(place)
        if subscription is not None:
            return subscription in self.reach.subscriptions
        return bool(self.named & set(with_ancestors(place, self.hierarchy)))

    def _may_read(self, place: str) -> bool:
        if rbac.authorize(self.world, self.who, _READ_ASSIGNMENTS, place):
            return True
        if not self.world.settings.resource_graph_shows_inherited or subscription_of(place) is not None:
            return False
        # Resource Manager lists what is inherited from above to whoever may read the list of a subscription.
        return any(
            place in with_ancestors(scope, self.hierarchy)
            and rbac.authorize(self.world, self.who, _READ_ASSIGNMENTS, scope)
            for scope in (f"/subscriptions/{key}" for key in self.reach.subscriptions)
        )


def _above(named: set[str], hierarchy: Hierarchy) -> set[str]:
    return {place for scope in named for place in with_ancestors(scope, hierarchy)}


def _definitions(call: Call, reach: Reach) -> Iterator[Row]:
    for definition in call.world.role_definitions.values():
        if definition.kind != "CustomRole" or any(_reads(call, reach, scope) for scope in definition.assignable_scopes):
            yield _definition_row(definition, call.who.tenant_id)


def _reads(call: Call, reach: Reach, scope: str) -> bool:
    subscription = subscription_of(scope)
    asked_for = subscription is None or subscription in reach.subscriptions
    return asked_for and rbac.authorize(call.world, call.who, _READ_DEFINITIONS, scope)


def _assignment_row(assignment: RoleAssignment, tenant_id: str) -> Row:
    """A role assignment as the table has it: without its condition, and with a role id that names no subscription."""
    properties = {
        "roleDefinitionId": _definition_id(rbac.role_guid(assignment.role_definition_id)),
        "principalType": assignment.principal_type,
        "principalId": assignment.principal_id,
        "scope": assignment.scope,
        "createdOn": zulu_text(assignment.created_on),
        "updatedOn": zulu_text(assignment.updated_on),
        "createdBy": assignment.created_by or "",
        "updatedBy": assignment.updated_by or "",
    }
    row_id = assignment.id.replace("/roleAssignments/", "/RoleAssignments/")
    subscription = subscription_of(assignment.scope) or ""
    return _row(row_id, assignment.name, "roleassignments", tenant_id, subscription, properties)


def _definition_row(definition: RoleDefinition, tenant_id: str) -> Row:
    properties = {
        "roleName": definition.role_name,
        "type": definition.kind,
        "isServiceRole": False,
        "description": definition.description,
        "assignableScopes": definition.assignable_scopes,
        "permissions": [rbac.as_wire(entry) for entry in definition.permissions],
        "createdOn": zulu_text(definition.created_on),
        "updatedOn": zulu_text(definition.updated_on),
    }
    return _row(_definition_id(definition.name), definition.name, "roledefinitions", tenant_id, "", properties)


def _definition_id(guid: str) -> str:
    return f"/providers/Microsoft.Authorization/RoleDefinitions/{guid}"


def _row(row_id: str, name: str, kind: str, tenant_id: str, subscription: str, properties: dict[str, Any]) -> Row:
    return {
        "id": row_id,
        "name": name,
        "type": f"microsoft.authorization/{kind}",
        "tenantId": tenant_id,
        "kind": "",
        "location": "",
        "resourceGroup": "",
        "subscriptionId": subscription,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "properties": properties,
        "tags": None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }
