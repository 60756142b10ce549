# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: app role assignments, objects by id, the organization (contract 5)."""

from __future__ import annotations

from typing import Any

from azure_simulator import entra
from azure_simulator.graph_wire import body_of, many, not_found, one, refusal
from azure_simulator.providers.directory_groups import typed
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty
from azure_simulator.world import DirectoryObject

Wire = dict[str, Any]

_READ = "Application.Read.All"
_READ_DIRECTORY = "Directory.Read.All"
_ASSIGN = "AppRoleAssignment.ReadWrite.All"
_MOST_IDS = 1000
_DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"


def register(routes: Routes) -> None:
    principal = "/v1.0/servicePrincipals/{id}"
    for name in ("appRoleAssignments", "appRoleAssignedTo"):
        routes.add("graph", "GET", f"{principal}/{name}", list_app_roles, action=_READ)
        routes.add("graph", "POST", f"{principal}/{name}", assign_app_role, action=_ASSIGN)
        routes.add("graph", "DELETE", f"{principal}/{name}/{{assignment}}", remove_app_role, action=_ASSIGN)
    routes.add("graph", "POST", "/v1.0/directoryObjects/getByIds", get_by_ids, action=_READ_DIRECTORY, mutates=False)
    routes.add("graph", "GET", "/v1.0/organization", get_organization, action=_READ_DIRECTORY)


def list_app_roles(call: Call) -> Response:
    """The app roles that a service principal holds, or that others hold of it."""
    principal = _service_principal(call, call.params["id"])
    field = "principalId" if _asks_for_held(call) else "resourceId"
    items = list(entra.assignments_with(call.world, field, principal.id))
    return many(call, _context(call), items)


def assign_app_role(call: Call) -> Response:
    _service_principal(call, call.params["id"])
    wanted = body_of(call)
    principal = _principal(call, str(wanted.get("principalId", "")))
    resource = _service_principal(call, str(wanted.get("resourceId", "")))
    role_id = str(wanted.get("appRoleId") or _DEFAULT_ACCESS)
    if role_id != _DEFAULT_ACCESS and role_id not in [role["id"] for role in resource.data["appRoles"]]:
        raise refusal(call, 400, "Request_BadRequest", "Permission being assigned was not found on application.")
    for other in entra.assignments_with(call.world, "principalId", principal.id):
        if (other["resourceId"], other["appRoleId"]) == (resource.id, role_id):
            raise refusal(call, 400, "Request_BadRequest", "Permission being assigned already exists on the object.")
    item = entra.assign_app_role(call.world, principal, resource, role_id)
    return one(call, _context(call), item, 201)


def remove_app_role(call: Call) -> Response:
    identifier = call.params["assignment"]
    item = entra.assignments(call.world).get(identifier)
    owner = call.params["id"].lower()
    if item is None or owner not in (item["principalId"].lower(), item["resourceId"].lower()):
        raise not_found(call, identifier)
    del entra.assignments(call.world)[identifier]
    return empty(204)


def get_by_ids(call: Call) -> Response:
    """The objects with these ids; those that are not there are left out (contract 5.1)."""
    wanted = body_of(call)
    ids = wanted.get("ids")
    if not isinstance(ids, list) or len(ids) > _MOST_IDS:
        raise refusal(call, 400, "Request_BadRequest", f"ids has to be a list of at most {_MOST_IDS} ids.")
    kinds = {str(kind).lower() for kind in wanted.get("types") or []}
    found = []
    for object_id in ids:
        obj = call.world.find_object(str(object_id))
        if obj is not None and _same_tenant(call, obj) and (not kinds or obj.kind.lower() in kinds):
            found.append(typed(obj))
    return many(call, "directoryObjects", found, _MOST_IDS)


def get_organization(call: Call) -> Response:
    tenant = call.world.tenants[call.who.tenant_id.lower()]
    domain = {"capabilities": "Email", "isDefault": True, "isInitial": True, "name": tenant.domain, "type": "Managed"}
    item = {"id": tenant.id, "displayName": tenant.name, "tenantType": "AAD", "verifiedDomains": [domain]}
    return many(call, "organization", [item])


def _asks_for_held(call: Call) -> bool:
    return "/approleassignments" in call.path.lower()


def _context(call: Call) -> str:
    name = "appRoleAssignments" if _asks_for_held(call) else "appRoleAssignedTo"
    return f"servicePrincipals('{call.params['id']}')/{name}"


def _service_principal(call: Call, object_id: str) -> DirectoryObject:
    obj = _object(call, object_id)
    if obj.kind != entra.SERVICE_PRINCIPAL:
        raise not_found(call, object_id)
    return obj


def _principal(call: Call, object_id: str) -> DirectoryObject:
    obj = _object(call, object_id)
    if obj.kind == entra.APPLICATION:
        raise not_found(call, object_id)
    return obj


def _object(call: Call, object_id: str) -> DirectoryObject:
    obj = call.world.find_object(object_id)
    if obj is None or not _same_tenant(call, obj):
        raise not_found(call, object_id)
    return obj


def _same_tenant(call: Call, obj: DirectoryObject) -> bool:
    return obj.tenant_id.lower() == call.who.tenant_id.lower()
