# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Authorization: eligible and active role assignments, as Privileged Identity Management lists them.

Contract 4.6.
"""

from __future__ import annotations

from typing import Any

from azure_simulator import eligibility, entra, errors, rbac
from azure_simulator.clock import zulu_text
from azure_simulator.eligibility import Eligible
from azure_simulator.odata import FilterError, function_argument, split_terms, term_value
from azure_simulator.paging import paged
from azure_simulator.providers.authorization import require_scope
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import contains, group_of, normal, subscription_of, with_ancestors
from azure_simulator.wire import Call, Response
from azure_simulator.world import RoleAssignment, World

Wire = dict[str, Any]

_ELIGIBLE = "Microsoft.Authorization/RoleEligibilityScheduleInstances"
_ACTIVE = "Microsoft.Authorization/RoleAssignmentScheduleInstances"

PROVIDER = Provider(
    "Microsoft.Authorization",
    ("2020-10-01-preview", "2020-10-01", "2024-09-01-preview"),
    resource_types=("roleEligibilityScheduleInstances", "roleAssignmentScheduleInstances"),
)


def register(routes: Routes) -> None:
    routes.add(
        "arm",
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances",
        list_instances,
        action="Microsoft.Authorization/roleEligibilityScheduleInstances/read",
        provider=PROVIDER,
    )
    routes.add(
        "arm",
        "GET",
        "{scope}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances",
        list_active,
        action="Microsoft.Authorization/roleAssignments/read",
        provider=PROVIDER,
    )


def dump(world: World) -> Wire:
    """Every eligible role assignment, as the API shows it."""
    return {"eligible": [_shown(world, item, "Direct") for item in eligibility.all_of(world)]}


def list_instances(call: Call) -> Response:
    scope = call.params["scope"] or "/"
    require_scope(call.world, scope)
    _require_licence(call)
    at_scope, holders, direct = _parse_filter(call)
    hierarchy = rbac.hierarchy_of(call.world)
    above = set(with_ancestors(scope, hierarchy))
    found = [
        item
        for item in eligibility.all_of(call.world)
        if (holders is None or item.principal_id.lower() in holders)
        and (normal(item.scope) in above or (not at_scope and contains(scope, item.scope, hierarchy)))
    ]
    return paged(
        call,
        found,
        lambda item: _shown(call.world, item, _member_type(item, scope, direct)),
        empty_page=call.world.settings.empty_pages,
    )


def list_active(call: Call) -> Response:
    """Every role assignment, with its end if it has one."""
    scope = call.params["scope"] or "/"
    require_scope(call.world, scope)
    _require_licence(call)
    at_scope, holders, direct = _parse_filter(call)
    found = [
        item
        for item in rbac.visible_at(call.world, scope, below=not at_scope, holders=holders)
        if call.world.clock.is_visible(item.visible_from)
    ]
    return paged(
        call,
        found,
        lambda item: _shown_active(call.world, item, _member_type(item, scope, direct)),
        size=int(call.world.settings.role_assignment_page_size),
        empty_page=call.world.settings.empty_pages,
    )


def _require_licence(call: Call) -> None:
    if not call.world.tenants[call.who.tenant_id.lower()].premium:
        raise errors.bad_request(
            "AadPremiumLicenseRequired",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
        )


def _parse_filter(call: Call) -> tuple[bool, list[str] | None, str | None]:
    """Whether only the scope and those above count, whose are wanted, and whose are direct."""
    text = call.query.get("$filter", "")
    at_scope, who = False, None
    groups_too = False
    try:
        for term in split_terms(text):
            if term.lower() == "atscope()":
                at_scope = True
            elif term.lower() == "astarget()":
                who, groups_too = call.who.object_id, True
            elif term.lower().startswith("assignedto("):
                who, groups_too = function_argument(term), True
            else:
                who = term_value(term, "principalId")
    except FilterError:
        raise errors.bad_request("InvalidFilter", f"The filter '{text}' is not supported.") from None
    if who is None:
        return at_scope, None, None
    holders = entra.principal_and_groups(call.world, who) if groups_too else [who.lower()]
    return at_scope, holders, who.lower()


def _member_type(item: Eligible | RoleAssignment, scope: str, who: str | None) -> str:
    if who is not None and item.principal_id.lower() != who:
        return "Group"
    return "Direct" if normal(item.scope) == normal(scope) else "Inherited"


def _shown(world: World, item: Eligible, member_type: str) -> Wire:
    more = {
        "roleEligibilityScheduleId": f"{item.scope.rstrip('/')}{eligibility.SCHEDULES}{item.schedule}",
        "startDateTime": zulu_text(item.starts),
        "createdOn": zulu_text(item.starts),
    }
    properties = _properties(world, item, member_type, more)
    return {"properties": properties, "name": item.name, "id": item.id, "type": _ELIGIBLE}


def _shown_active(world: World, item: RoleAssignment, member_type: str) -> Wire:
    place = item.scope.rstrip("/")
    more = {
        "originRoleAssignmentId": item.id,
        "assignmentType": "Assigned",
        "linkedRoleEligibilityScheduleId": None,
        "linkedRoleEligibilityScheduleInstanceId": None,
        "roleAssignmentScheduleId": f"{place}{eligibility.ACTIVE_SCHEDULES}{item.name}",
        "startDateTime": zulu_text(item.created_on),
        "createdOn": zulu_text(item.created_on),
    }
    properties = _properties(world, item, member_type, more)
    instance = f"{place}{eligibility.ACTIVE_INSTANCES}{item.name}"
    return {"properties": properties, "name": item.name, "id": instance, "type": _ACTIVE}


def _properties(world: World, item: Eligible | RoleAssignment, member_type: str, more: Wire) -> Wire:
    guid = rbac.role_guid(item.role_definition_id)
    definition = world.role_definitions.get(guid)
    principal = world.objects.get(item.principal_id.lower())
    role_id = rbac.definition_id(item.scope, guid)
    return {
        "scope": item.scope,
        "roleDefinitionId": role_id,
        "principalId": item.principal_id,
        "principalType": item.principal_type,
        "status": "Provisioned",
        "endDateTime": None if item.ends is None else zulu_text(item.ends),
        "memberType": member_type,
        "condition": item.condition,
        "conditionVersion": "2.0" if item.condition else None,
        **more,
        "expandedProperties": {
            "scope": {"id": item.scope, "displayName": _scope_name(world, item.scope), "type": _kind(item.scope)},
            "roleDefinition": {
                "id": role_id,
                "displayName": definition.role_name if definition else None,
                "type": definition.kind if definition else None,
            },
            "principal": {
                "id": item.principal_id,
                "displayName": principal.data["displayName"] if principal else None,
                "type": item.principal_type,
            },
        },
    }


def _scope_name(world: World, scope: str) -> str:
    parts = normal(scope).strip("/").split("/")
    if len(parts) == 2 and parts[0] == "subscriptions" and parts[1] in world.subscriptions:
        return world.subscriptions[parts[1]].name
    return scope.rstrip("/").rsplit("/", 1)[-1]


def _kind(scope: str) -> str:
    if group_of(scope):
        return "managementgroup"
    parts = normal(scope).strip("/").split("/")
    if subscription_of(scope) is None or len(parts) <= 2:
        return "subscription"
    return "resourcegroup" if len(parts) == 4 else "/".join(parts[-3:-1])
