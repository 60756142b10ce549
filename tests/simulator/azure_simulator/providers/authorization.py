# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Authorization: role assignments and permissions (contract 4).

Role definitions are in ``role_definitions``, next to this file.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from azure_simulator import entra, errors, rbac
from azure_simulator.clock import zulu_text
from azure_simulator.odata import FilterError, function_argument, split_terms, term_value
from azure_simulator.paging import paged
from azure_simulator.providers import role_definitions
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import contains, group_of, normal, subscription_of
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import DirectoryObject, RoleAssignment, World

_TYPE = "Microsoft.Authorization/roleAssignments"
_LIST = "{scope}/providers/Microsoft.Authorization/roleAssignments"
_ONE = _LIST + "/{name}"
_FIRST_VERSION_WITH_CONDITIONS = "2020-03-01"
_MANAGEMENT_GROUP_LIMIT = 500
_METRICS = "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignmentsUsageMetrics"

PROVIDER = Provider(
    "Microsoft.Authorization",
    (
        "2015-07-01",
        "2018-01-01-preview",
        "2018-07-01",
        "2018-09-01-preview",
        "2019-08-01-preview",
        "2020-04-01-preview",
        "2020-08-01-preview",
        "2020-10-01-preview",
        "2022-04-01",
        "2022-05-01-preview",
    ),
    resource_types=("roleAssignments", "roleDefinitions", "permissions", "roleAssignmentsUsageMetrics"),
)


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    routes.add("arm", "GET", _LIST, list_assignments, action=f"{_TYPE}/read")
    routes.add("arm", "GET", _ONE, get_assignment, action=f"{_TYPE}/read")
    # These two check the right themselves: their refusal has words of its own (contract 4.1).
    routes.add("arm", "PUT", _ONE, put_assignment)
    routes.add("arm", "DELETE", _ONE, delete_assignment)
    routes.add(
        "arm",
        "GET",
        "{scope}/providers/Microsoft.Authorization/permissions",
        list_permissions,
        action="Microsoft.Authorization/permissions/read",
    )
    metrics = "Microsoft.Authorization/roleAssignmentsUsageMetrics/read"
    routes.add("arm", "GET", _METRICS, get_metrics, action=metrics)
    role_definitions.register(routes)


def dump(world: World) -> dict[str, Any]:
    """All role assignments and the custom role definitions, as the API shows them."""
    custom = [d for d in world.role_definitions.values() if d.kind == "CustomRole"]
    return {
        "role_assignments": [shown(a) for a in world.role_assignments.values()],
        "role_definitions": [role_definitions.shown(d, d.scope) for d in custom],
    }


# --- reading --------------------------------------------------------------


@dataclass(frozen=True)
class _Filter:
    at_scope: bool = False
    principal_id: str | None = None
    assigned_to: str | None = None


def list_assignments(call: Call) -> Response:
    scope = call.params["scope"] or "/"
    require_scope(call.world, scope)
    wanted = _parse_filter(call.query.get("$filter", ""))
    found = [
        assignment
        for assignment in rbac.visible_at(
            call.world, scope, below=not wanted.at_scope, holders=_holders(call.world, wanted)
        )
        if call.world.clock.is_visible(assignment.visible_from)
    ]
    return paged(
        call,
        found,
        lambda item: _for_version(shown(item, scope), call),
        size=int(call.world.settings.role_assignment_page_size),
        empty_page=call.world.settings.empty_pages,
    )


def get_assignment(call: Call) -> Response:
    assignment = _find(call)
    if assignment is None or not call.world.clock.is_visible(assignment.visible_from):
        name = call.params["name"]
        raise errors.arm_error(404, "RoleAssignmentNotFound", f"The role assignment '{name}' is not found.")
    return json_response(_for_version(shown(assignment), call))


def list_permissions(call: Call) -> Response:
    """What the caller may do at a scope: one entry per role held there."""
    scope = call.params["scope"] or "/"
    require_scope(call.world, scope)
    entries = rbac.permissions(call.world, call.who.object_id, scope)
    return json_response({"value": [rbac.as_wire(entry) for entry in entries]})


def get_metrics(call: Call) -> Response:
    """How many role assignments a subscription holds of those that it may (contract 4.7)."""
    subscription = call.params["subscription"]
    require_scope(call.world, f"/subscriptions/{subscription}")
    limit, count = call.world.settings.role_assignment_limit, rbac.count_in_subscription(call.world, subscription)
    return json_response(
        {
            "subscriptionId": subscription,
            "roleAssignmentsLimit": limit,
            "roleAssignmentsCurrentCount": count,
            "roleAssignmentsRemainingCount": max(limit - count, 0),
        }
    )


def shown(assignment: RoleAssignment, seen_from: str | None = None) -> dict[str, Any]:
    """A role assignment as api-version 2022-04-01 shows it.

    One that is inherited from a management group names its role as the subscription that it is listed from does:
    the az command line finds the role's name by that very id.
    """
    role_id = assignment.role_definition_id
    if seen_from and subscription_of(seen_from):
        role_id = rbac.definition_id(seen_from, rbac.role_guid(role_id))
    return {
        "properties": {
            "roleDefinitionId": role_id,
            "principalId": assignment.principal_id,
            "principalType": assignment.principal_type,
            "scope": assignment.scope,
            "condition": assignment.condition,
            "conditionVersion": assignment.condition_version,
            "createdOn": zulu_text(assignment.created_on),
            "updatedOn": zulu_text(assignment.updated_on),
            "createdBy": assignment.created_by,
            "updatedBy": assignment.updated_by,
            "delegatedManagedIdentityResourceId": None,
            "description": assignment.description,
        },
        "id": assignment.id,
        "type": _TYPE,
        "name": assignment.name,
    }


def require_scope(world: World, scope: str) -> None:
    """404 when the scope's subscription, resource group or management group does not exist."""
    subscription, group = subscription_of(scope), group_of(scope)
    if subscription and subscription not in world.subscriptions:
        raise errors.subscription_not_found(subscription)
    parts = normal(scope).split("/")
    if len(parts) > 4 and parts[3] == "resourcegroups" and not world.find_resource_group(parts[2], parts[4]):
        raise errors.resource_group_not_found(scope.strip("/").split("/")[3])
    if group and group not in world.management_groups:
        raise errors.arm_error(404, "NotFound", f"The management group '{group}' cannot be found.")


def _parse_filter(text: str) -> _Filter:
    try:
        return _filter_of(split_terms(text))
    except FilterError:
        raise errors.bad_request(
            "UnsupportedQuery",
            f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or 'principalId eq "
            "'{value}' or assignedTo('{value}')'.",
        ) from None


def _filter_of(terms: list[str]) -> _Filter:
    at_scope, principal_id, assigned_to = False, None, None
    for term in terms:
        if term.lower() == "atscope()":
            at_scope = True
        elif term.lower().startswith("assignedto("):
            assigned_to = function_argument(term)
        else:
            principal_id = term_value(term, "principalId")
    return _Filter(at_scope, principal_id, assigned_to)


def _holders(world: World, wanted: _Filter) -> list[str] | None:
    """Whose assignments are wanted; ``assignedTo`` counts the principal's groups too (contract 4)."""
    if wanted.assigned_to is not None:
        return entra.principal_and_groups(world, wanted.assigned_to)
    return [wanted.principal_id] if wanted.principal_id is not None else None


def _find(call: Call) -> RoleAssignment | None:
    return call.world.role_assignments.get(rbac.assignment_id(call.params["scope"], call.params["name"]).lower())


def _for_version(item: dict[str, Any], call: Call) -> dict[str, Any]:
    if call.api_version >= _FIRST_VERSION_WITH_CONDITIONS:
        return item
    newer = ("condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description")
    kept = {key: value for key, value in item["properties"].items() if key not in newer}
    return {**item, "properties": kept}


# --- writing --------------------------------------------------------------


def put_assignment(call: Call) -> Response:
    scope = call.params["scope"] or "/"
    require_scope(call.world, scope)
    _require_right(call, "write")
    wanted = _requested(call, scope)
    existing = rbac.named(call.world, wanted.name)
    if existing is not None:
        return json_response(shown(_update(existing, wanted, call)))
    _refuse_duplicate(call.world, wanted)
    _refuse_above_limit(call.world, scope)
    rbac.put(call.world, wanted)
    answer = shown(wanted)
    # The answer to a create does not know its creator yet (contract 4.1).
    answer["properties"]["createdBy"] = None
    return json_response(answer, 201)


def delete_assignment(call: Call) -> Response:
    require_scope(call.world, call.params["scope"] or "/")
    _require_right(call, "delete")
    assignment = _find(call)
    if assignment is None:
        return empty(204)
    rbac.remove(call.world, assignment.id)
    return json_response(_for_version(shown(assignment), call))


def _require_right(call: Call, verb: str) -> None:
    scope, action = call.params["scope"] or "/", f"{_TYPE}/{verb}"
    if not rbac.authorize(call.world, call.who, action, scope):
        raise errors.arm_error(
            403,
            "AuthorizationFailed",
            f"The client '{call.who.app_id}' with object id '{call.who.object_id}' does not have authorization or an "
            f"ABAC condition not fulfilled to perform action '{action}' over scope '{scope}' or the scope is invalid. "
            "If access was recently granted, please refresh your credentials.",
            from_gateway=True,
        )


def _requested(call: Call, scope: str) -> RoleAssignment:
    """The role assignment that a PUT asks for, once nothing is wrong with the request itself."""
    name, properties = _guid(call.params["name"]), call.json().get("properties") or {}
    role_id, principal_id = properties.get("roleDefinitionId"), properties.get("principalId")
    if not isinstance(role_id, str) or not isinstance(principal_id, str):
        raise errors.bad_request(
            "InvalidRequestContent", "The request content was invalid: roleDefinitionId and principalId are required."
        )
    _require_condition_version(properties)
    _require_definition(call.world, role_id, scope)
    principal = _principal(call.world, principal_id, properties.get("principalType"), scope)
    now = call.world.clock.now()
    return RoleAssignment(
        id=rbac.assignment_id(call.params["scope"], name),
        name=name,
        scope=scope,
        role_definition_id=rbac.definition_id(scope, rbac.role_guid(role_id)),
        principal_id=principal_id,
        principal_type=_principal_type(principal) or properties.get("principalType") or "ServicePrincipal",
        condition=properties.get("condition"),
        condition_version=properties.get("conditionVersion"),
        description=properties.get("description"),
        created_on=now,
        updated_on=now,
        created_by=call.who.object_id,
        updated_by=call.who.object_id,
        visible_from=call.world.clock.replicated_at(),
    )


def _guid(text: str) -> str:
    try:
        uuid.UUID(text)
    except ValueError:
        raise errors.bad_request(
            "InvalidRoleAssignmentId",
            f"The role assignment ID '{text}' is not valid. The role assignment ID must be a GUID.",
        ) from None
    return text


def _require_condition_version(properties: dict[str, Any]) -> None:
    if bool(properties.get("condition")) != bool(properties.get("conditionVersion")):
        raise errors.bad_request(
            "RoleAssignmentConditionInvalid", "condition and conditionVersion must be given together."
        )


def _require_definition(world: World, role_id: str, scope: str) -> None:
    guid = rbac.role_guid(role_id)
    definition = rbac.seen_definition(world, guid)
    if definition is None:
        raise errors.arm_error(
            404,
            "RoleDefinitionDoesNotExist",
            f"The specified role definition with ID '{guid.replace('-', '')}' does not exist.",
        )
    hierarchy = rbac.hierarchy_of(world)
    if not any(contains(place, scope, hierarchy) for place in definition.assignable_scopes):
        raise errors.bad_request(
            "RoleAssignmentScopeNotAssignableToRoleDefinition",
            f"The role assignment scope '{scope}' must be within the assignable scopes of the role definition "
            f"'{definition.role_name}'.",
        )


def _principal(world: World, principal_id: str, principal_type: str | None, scope: str) -> DirectoryObject | None:
    """The principal, if the directory shows it; with a principalType its absence is not noticed (contract 4.1)."""
    principal = world.find_object(principal_id)
    checked = principal_type is None or world.settings.principal_checked_always
    if principal is None and checked:
        raise _principal_not_found(principal_id, _tenant_of(world, scope))
    actual = _principal_type(principal)
    if actual and principal_type and actual.lower() != principal_type.lower():
        raise errors.bad_request(
            "UnmatchedPrincipalType",
            f"The PrincipalId '{principal_id.replace('-', '')}' has type '{actual}' , which is different from "
            f"specified PrinciaplType '{principal_type}'.",
        )
    return principal


def _principal_not_found(principal_id: str, tenant_id: str) -> errors.Refusal:
    return errors.bad_request(
        "PrincipalNotFound",
        f"Principal {principal_id.replace('-', '')} does not exist in the directory {tenant_id}. Check that you have "
        "the correct principal ID. If you are creating this principal and then immediately assigning a role, this "
        "error might be related to a replication delay. In this case, set the role assignment principalType property "
        "to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype",
    )


def _principal_type(principal: DirectoryObject | None) -> str | None:
    if principal is None:
        return None
    return {"servicePrincipal": "ServicePrincipal", "group": "Group", "user": "User"}.get(principal.kind)


def _tenant_of(world: World, scope: str) -> str:
    subscription = subscription_of(scope)
    return world.tenant_of_subscription(subscription) if subscription else next(iter(world.tenants.values())).id


def _update(existing: RoleAssignment, wanted: RoleAssignment, call: Call) -> RoleAssignment:
    """The same assignment again: only condition and description may differ (contract 4.1)."""
    if _what(existing) != _what(wanted):
        raise errors.bad_request(
            "RoleAssignmentUpdateNotPermitted",
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
        )
    existing.condition, existing.condition_version = wanted.condition, wanted.condition_version
    existing.description = wanted.description
    existing.updated_on, existing.updated_by = wanted.updated_on, call.who.object_id
    return existing


def _refuse_duplicate(world: World, wanted: RoleAssignment) -> None:
    for other in rbac.of_principal(world, wanted.principal_id):
        if _what(other) == _what(wanted):
            # The id comes without its dashes (contract 4.1).
            raise errors.conflict(
                "RoleAssignmentExists",
                "The role assignment already exists. The ID of the existing role assignment is "
                f"{other.name.replace('-', '')}.",
            )


def _refuse_above_limit(world: World, scope: str) -> None:
    subscription = subscription_of(scope)
    if subscription:
        full = rbac.count_in_subscription(world, subscription) >= world.settings.role_assignment_limit
    else:
        there = [a for a in world.role_assignments.values() if normal(a.scope) == normal(scope)]
        full = len(there) >= _MANAGEMENT_GROUP_LIMIT
    if full:
        raise errors.bad_request("RoleAssignmentLimitExceeded", "No more role assignments can be created.")


def _what(assignment: RoleAssignment) -> tuple[str, str, str]:
    role = rbac.role_guid(assignment.role_definition_id)
    return normal(assignment.scope), assignment.principal_id.lower(), role
