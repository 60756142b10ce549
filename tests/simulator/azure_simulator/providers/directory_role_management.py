# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: directory roles (contract 5.5)."""

from __future__ import annotations

from typing import Any

from azure_simulator import directory_roles as roles
from azure_simulator.clock import graph_text
from azure_simulator.graph_wire import body_of, many, matching, not_found, one, refusal
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty

Wire = dict[str, Any]

_READ = "RoleManagement.Read.Directory"
_WRITE = "RoleManagement.ReadWrite.Directory"
_PATH = "/v1.0/roleManagement/directory"
_CONTEXT = "roleManagement/directory"


def register(routes: Routes) -> None:
    routes.add("graph", "GET", f"{_PATH}/roleDefinitions", list_definitions, action=_READ)
    routes.add("graph", "GET", f"{_PATH}/roleDefinitions/{{id}}", get_definition, action=_READ)
    routes.add("graph", "GET", f"{_PATH}/roleAssignments", list_assignments, action=_READ)
    routes.add("graph", "GET", f"{_PATH}/roleAssignmentScheduleInstances", list_active, action=_READ)
    routes.add("graph", "POST", f"{_PATH}/roleAssignments", create_assignment, action=_WRITE)
    routes.add("graph", "DELETE", f"{_PATH}/roleAssignments/{{id}}", delete_assignment, action=_WRITE)


def list_definitions(call: Call) -> Response:
    items = [item for item in map(roles.definition, roles.TEMPLATES.values()) if item is not None]
    return many(call, f"{_CONTEXT}/roleDefinitions", matching(call, items))


def get_definition(call: Call) -> Response:
    item = roles.definition(call.params["id"])
    if item is None:
        raise not_found(call, call.params["id"])
    return one(call, f"{_CONTEXT}/roleDefinitions", item)


def list_assignments(call: Call) -> Response:
    """The assignments that a filter lets through; ``$expand=roleDefinition`` adds the role's own object."""
    found = matching(call, _of_tenant(call))
    if call.query.get("$expand") == "roleDefinition":
        found = [{**item, "roleDefinition": roles.definition(item["roleDefinitionId"])} for item in found]
    return many(call, f"{_CONTEXT}/roleAssignments", found)


def list_active(call: Call) -> Response:
    """Every assignment, with its end if it has one."""
    if not call.world.tenants[call.who.tenant_id.lower()].premium:
        message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
        raise refusal(call, 400, "AadPremiumLicenseRequired", message)
    found = matching(call, [_active(call, item) for item in _of_tenant(call)])
    return many(call, f"{_CONTEXT}/roleAssignmentScheduleInstances", found)


def _active(call: Call, item: Wire) -> Wire:
    end = roles.ends(call.world).get(item["id"])
    return {
        **item,
        "appScopeId": None,
        "startDateTime": None,
        "endDateTime": None if end is None else graph_text(end),
        "assignmentType": "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": item["id"],
        "roleAssignmentScheduleId": item["id"],
    }


def _of_tenant(call: Call) -> list[Wire]:
    tenant, objects = call.who.tenant_id.lower(), call.world.objects
    return [
        item
        for item in roles.assignments(call.world).values()
        if (holder := objects.get(item["principalId"].lower())) is not None and holder.tenant_id.lower() == tenant
    ]


def create_assignment(call: Call) -> Response:
    wanted = body_of(call)
    principal = call.world.find_object(str(wanted.get("principalId", "")))
    role = roles.definition(str(wanted.get("roleDefinitionId", "")))
    scope = wanted.get("directoryScopeId")
    if principal is None or principal.tenant_id.lower() != call.who.tenant_id.lower():
        raise not_found(call, str(wanted.get("principalId")))
    if role is None:
        raise not_found(call, str(wanted.get("roleDefinitionId")))
    if not isinstance(scope, str) or not scope.startswith("/"):
        raise refusal(call, 400, "Request_BadRequest", "Either directoryScopeId or appScopeId is required.")
    if roles.same(call.world, principal.id, role["id"], scope) is not None:
        raise refusal(
            call,
            400,
            "Request_BadRequest",
            "A conflicting object with one or more of the specified property values is present in the directory.",
        )
    return one(call, f"{_CONTEXT}/roleAssignments", roles.assign(call.world, principal, role["id"], scope), 201)


def delete_assignment(call: Call) -> Response:
    if roles.assignments(call.world).pop(call.params["id"], None) is None:
        raise not_found(call, call.params["id"])
    return empty(204)
