# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph v1.0: memberships and groups (contract 5.3)."""

from __future__ import annotations

from typing import Any

from azure_simulator import directory_roles, entra, rbac
from azure_simulator.graph_wire import body_of, many, not_found, one, refusal
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty
from azure_simulator.world import DirectoryObject

Wire = dict[str, Any]

_READ_APPLICATIONS = "Application.Read.All"
_READ_GROUPS = "GroupMember.Read.All"
_READ_DIRECTORY = "Directory.Read.All"
_WRITE = "GroupMember.ReadWrite.All"
# Who changes the members of a role-assignable group gives out roles.
_WRITE_ROLES = "RoleManagement.ReadWrite.Directory"


def register(routes: Routes) -> None:
    for name in ("transitiveMemberOf", "memberOf"):
        routes.add("graph", "GET", f"/v1.0/servicePrincipals/{{id}}/{name}", list_groups, action=_READ_APPLICATIONS)
        routes.add("graph", "GET", f"/v1.0/groups/{{id}}/{name}", list_groups, action=_READ_GROUPS)
    routes.add("graph", "GET", "/v1.0/groups/{id}", get_group, action=_READ_GROUPS)
    routes.add("graph", "GET", "/v1.0/groups/{id}/appRoleAssignments", list_app_roles, action=_READ_DIRECTORY)
    routes.add("graph", "GET", "/v1.0/groups/{id}/members", list_members, action=_READ_GROUPS)
    # What is needed depends on the group.
    routes.add("graph", "POST", "/v1.0/groups/{id}/members/$ref", add_member)
    routes.add("graph", "DELETE", "/v1.0/groups/{id}/members/{member}/$ref", remove_member)


def list_groups(call: Call) -> Response:
    """The groups and directory roles of a principal; the transitive list knows groups of groups."""
    principal = _object(call, call.params["id"])
    groups = entra.groups_of(call.world, principal.id)
    if call.path.lower().endswith("/memberof"):
        groups = [group for group in groups if principal.id.lower() in group.members]
    whole = rbac.authorize_graph(call.world, call.who, _READ_GROUPS)
    shown = [typed(group) if whole else _limited(typed(group)) for group in groups]
    return many(call, "directoryObjects", [*shown, *directory_roles.as_members(call.world, principal.id)])


def get_group(call: Call) -> Response:
    return one(call, "groups", dict(_group(call).data))


def list_app_roles(call: Call) -> Response:
    """The app roles that a group was given."""
    items = list(entra.assignments_with(call.world, "principalId", _group(call).id))
    return many(call, f"groups('{call.params['id']}')/appRoleAssignments", items)


def list_members(call: Call) -> Response:
    members = [call.world.find_object(member) for member in sorted(_group(call).members)]
    return many(call, "directoryObjects", [typed(member) for member in members if member is not None])


def add_member(call: Call) -> Response:
    group = _group(call)
    _refuse_closed(call, group)
    reference = str(body_of(call).get("@odata.id", ""))
    member = _object(call, reference.rstrip("/").rsplit("/", 1)[-1])
    if member.id.lower() in group.members:
        raise refusal(
            call,
            400,
            "Request_BadRequest",
            "One or more added object references already exist for the following modified properties: 'members'.",
        )
    group.members.add(member.id.lower())
    call.world.roles_changed()
    return empty(204)


def remove_member(call: Call) -> Response:
    group = _group(call)
    _refuse_closed(call, group)
    if call.params["member"].lower() not in group.members:
        raise not_found(call, call.params["member"])
    group.members.discard(call.params["member"].lower())
    call.world.roles_changed()
    return empty(204)


def _refuse_closed(call: Call, group: DirectoryObject) -> None:
    """Refuse to change members that a rule, an on-premises directory, or somebody with more rights decides on."""
    if not _may_change(call, group) or "DynamicMembership" in group.data["groupTypes"]:
        raise refusal(call, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if group.data.get("onPremisesSyncEnabled"):
        raise refusal(
            call,
            400,
            "Request_BadRequest",
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
            "currently undergoing migration.",
        )


def _may_change(call: Call, group: DirectoryObject) -> bool:
    permitted = rbac.authorize_graph(call.world, call.who, _WRITE)
    if not group.data.get("isAssignableToRole"):
        return permitted
    if directory_roles.TEMPLATES["Privileged Role Administrator"] in directory_roles.held(
        call.world, call.who.object_id
    ):
        return True
    return permitted and rbac.authorize_graph(call.world, call.who, _WRITE_ROLES)


def _group(call: Call) -> DirectoryObject:
    group = _object(call, call.params["id"])
    if group.kind != entra.GROUP:
        raise not_found(call, call.params["id"])
    return group


def _object(call: Call, object_id: str) -> DirectoryObject:
    obj = call.world.find_object(object_id)
    if obj is None or obj.tenant_id.lower() != call.who.tenant_id.lower():
        raise not_found(call, object_id)
    return obj


def typed(obj: DirectoryObject) -> Wire:
    """An object among others of other kinds, without certificates."""
    data = dict(obj.data)
    if "keyCredentials" in data:
        data["keyCredentials"] = [{**item, "key": None} for item in data["keyCredentials"]]
    return {"@odata.type": f"#microsoft.graph.{obj.kind}", **data}


def _limited(item: Wire) -> Wire:
    """What is left of a member that the caller may not read: its type and its id (contract 5.3)."""
    return {name: value if name in ("@odata.type", "id") else None for name, value in item.items()}
