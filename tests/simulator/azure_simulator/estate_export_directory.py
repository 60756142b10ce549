# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of an export: applications, service principals, groups, and what they hold in Microsoft Entra.

Keys and secrets are in no export, for Graph gives them to nobody: nobody can log in as one of these principals.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from azure_simulator import directory_roles, entra
from azure_simulator.clock import parse
from azure_simulator.estate_export_files import Answers, Wire, merged
from azure_simulator.world import DirectoryObject, World, new_id

_ID = r"([0-9a-fA-F-]{36})"
_BORN = "2019-01-01T00:00:00Z"


def add_directory(world: World, answers: Answers) -> list[str]:
    """Add what the exports tell of the directory; returns what cannot be represented."""
    tenant = next(iter(world.tenants.values())).id
    _add_service_principals(world, answers, tenant)
    _add_applications(world, answers, tenant)
    _add_deleted(world, answers, tenant)
    _add_groups(world, answers, tenant)
    _add_app_roles(world, answers, tenant)
    entra.graph_service_principal(world, tenant)
    # Whether these are there is what matters; they hold nothing that a copy needs.
    list(answers.matching("graph", "/organization"))
    return _add_directory_roles(world, answers)


def ensure_identity(
    world: World, principal_id: str, name: str, resource_id: str, client_id: str | None, *, user_assigned: bool
) -> DirectoryObject:
    """The service principal of a managed identity, made where the directory could not be read."""
    known = world.objects.get(principal_id.lower())
    if known is not None:
        return known
    tenant = next(iter(world.tenants.values())).id
    data = entra.managed_identity(
        principal_id, client_id or new_id(), name, resource_id, _BORN, tenant, user_assigned=user_assigned
    )
    return world.add_object(DirectoryObject(principal_id, entra.SERVICE_PRINCIPAL, tenant, data))


# --- objects ----------------------------------------------------------------


def _add_service_principals(world: World, answers: Answers, tenant: str) -> None:
    patterns = (r"/servicePrincipals\(appId='[^']+'\)", f"/servicePrincipals/{_ID}", "/servicePrincipals")
    for item in _objects(answers, patterns):
        name = item.get("displayName") or item["appId"]
        data = {**entra.service_principal(item["id"], item["appId"], name, _BORN, tenant), **item}
        if data["appId"].lower() == entra.GRAPH_APP_ID:
            data["appRoles"] = _with_roles(data["appRoles"], entra.GRAPH_APP_ROLES)
        _fill_keys(data)
        world.add_object(DirectoryObject(item["id"], entra.SERVICE_PRINCIPAL, tenant, data))


def _with_roles(offered: list[Wire], more: dict[str, str]) -> list[Wire]:
    """Microsoft Graph offers these to everybody, whatever of it was read: the rehearsal's login holds some."""
    known = {item["id"] for item in offered}
    return [*offered, *(entra.app_role(name, role_id) for name, role_id in more.items() if role_id not in known)]


def _add_applications(world: World, answers: Answers, tenant: str) -> None:
    federated = {
        found[1].lower(): answer.items
        for found, answer in answers.matching("graph", f"/applications/{_ID}/federatedIdentityCredentials")
    }
    domain = world.tenants[tenant.lower()].domain
    for item in _objects(answers, (r"/applications\(appId='[^']+'\)", f"/applications/{_ID}")):
        name = item.get("displayName") or item["appId"]
        data = {**entra.application(item["id"], item["appId"], name, _BORN, domain), **item}
        if federated.get(item["id"].lower()):
            data["federatedIdentityCredentials"] = federated[item["id"].lower()]
        _fill_keys(data)
        world.add_object(DirectoryObject(item["id"], entra.APPLICATION, tenant, data))


def _add_deleted(world: World, answers: Answers, tenant: str) -> None:
    pattern = r"/directory/deletedItems/microsoft\.graph\.(servicePrincipal|application)"
    for found, answer in answers.matching("graph", pattern):
        for item in _plain(answer.items):
            kind = entra.SERVICE_PRINCIPAL if found[1].lower() == "serviceprincipal" else entra.APPLICATION
            name = item.get("displayName") or item["appId"]
            make = (
                entra.service_principal(item["id"], item["appId"], name, _BORN, tenant)
                if kind == entra.SERVICE_PRINCIPAL
                else entra.application(item["id"], item["appId"], name, _BORN, world.tenants[tenant.lower()].domain)
            )
            data = {**make, **item}
            _fill_keys(data)
            gone = parse(item["deletedDateTime"]) if item.get("deletedDateTime") else world.clock.now()
            made = DirectoryObject(item["id"], kind, tenant, data, deleted_at=gone)
            world.deleted_objects[made.id.lower()] = made


def _fill_keys(data: Wire) -> None:
    """Bytes that are no certificate stand for those that Graph does not give."""
    for key in data.get("keyCredentials") or ():
        key["key"] = base64.b64encode(entra.certificate_bytes(str(key.get("keyId")))).decode()


def _objects(answers: Answers, patterns: Iterable[str]) -> list[Wire]:
    found = [
        item for pattern in patterns for dummy, answer in answers.matching("graph", pattern) for item in answer.items
    ]
    return list(merged(_plain(item for item in found if item.get("appId"))).values())


def _plain(items: Iterable[Wire]) -> list[Wire]:
    """Objects without what OData says of them."""
    return [{name: value for name, value in item.items() if not name.startswith("@")} for item in items]


# --- groups -----------------------------------------------------------------


def _add_groups(world: World, answers: Answers, tenant: str) -> None:
    """Add groups and who is in them. Where only the whole way up is told, the nearest group is taken for the way."""
    direct = _memberships(world, answers, tenant, "memberOf")
    around = _memberships(world, answers, tenant, "transitiveMemberOf")
    for member, groups in direct.items():
        for group in groups:
            world.objects[group].members.add(member)
    for member, groups in around.items():
        reached = {group.id.lower() for group in entra.groups_of(world, member)}
        nearest = next(iter(direct.get(member, [])), member)
        for group in groups:
            if group not in reached:
                inner = next((one for one in direct.get(member, []) if group in around.get(one, [])), nearest)
                world.objects[group].members.add(inner)


def _memberships(world: World, answers: Answers, tenant: str, name: str) -> dict[str, list[str]]:
    """The groups of each member, by ids in lower case; the groups are added."""
    found: dict[str, list[str]] = {}
    for matched, answer in answers.matching("graph", f"/(?:servicePrincipals|groups)/{_ID}/{name}"):
        groups = [item for item in answer.items if str(item.get("@odata.type", "")).endswith(".group")]
        for item in _plain(groups):
            told = {key: value for key, value in item.items() if value is not None}
            known = world.objects.get(item["id"].lower())
            before = known.data if known else entra.group(item["id"], str(item.get("displayName") or item["id"]))
            members = known.members if known else set()
            world.add_object(DirectoryObject(item["id"], entra.GROUP, tenant, {**before, **told}, members=members))
        found.setdefault(matched[1].lower(), []).extend(item["id"].lower() for item in groups)
    for matched, answer in answers.matching("graph", f"/groups/{_ID}"):
        known = world.objects.get(matched[1].lower())
        data = _plain(answer.items)[0]
        members = known.members if known else set()
        base = entra.group(data["id"], str(data.get("displayName") or data["id"]))
        world.add_object(DirectoryObject(data["id"], entra.GROUP, tenant, {**base, **data}, members=members))
    return found


# --- roles ------------------------------------------------------------------


def _add_app_roles(world: World, answers: Answers, tenant: str) -> None:
    pattern = f"/(?:servicePrincipals|groups)/{_ID}/(?:appRoleAssignments|appRoleAssignedTo)"
    for dummy, answer in answers.matching("graph", pattern):
        for item in _plain(answer.items):
            entra.assignments(world)[item["id"]] = item
            if item["resourceId"].lower() not in world.objects:
                _add_resource(world, item, tenant)


def _add_resource(world: World, item: Wire, tenant: str) -> None:
    """An application that offers an app role, where it could not be read itself."""
    name = item.get("resourceDisplayName") or item["resourceId"]
    data = entra.service_principal(item["resourceId"], new_id(), name, _BORN, tenant)
    data["appRoles"] = [entra.app_role(item["appRoleId"], item["appRoleId"])]
    world.add_object(DirectoryObject(item["resourceId"], entra.SERVICE_PRINCIPAL, tenant, data))


def _add_directory_roles(world: World, answers: Answers) -> list[str]:
    said = []
    for dummy, answer in answers.matching("graph", "/roleManagement/directory/roleAssignments"):
        for item in answer.items:
            role = item.get("roleDefinition") or {}
            if item["roleDefinitionId"].lower() not in directory_roles.TEMPLATES.values():
                if not role.get("isBuiltIn") or not role.get("displayName"):
                    said.append(
                        f"not represented: the directory role {item['roleDefinitionId']} of {item['principalId']}."
                    )
                    continue
                # Ids of built-in roles are the same in every tenant, so this is true of every world.
                directory_roles.TEMPLATES[role["displayName"]] = item["roleDefinitionId"].lower()
            kept = ("id", "principalId", "directoryScopeId", "roleDefinitionId")
            directory_roles.assignments(world)[item["id"]] = {name: item.get(name) for name in kept}
    for dummy, answer in answers.matching("graph", "/roleManagement/directory/roleAssignmentScheduleInstances"):
        for item in answer.items:
            if item.get("endDateTime"):
                directory_roles.ends(world)[item["roleAssignmentOriginId"]] = parse(item["endDateTime"])
    return said
