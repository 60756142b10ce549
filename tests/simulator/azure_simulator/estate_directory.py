# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an estate's principals hold in the directory: app roles, directory roles, and groups (contract 5.3 to 5.5)."""

from __future__ import annotations

from collections.abc import Iterable

from azure_simulator import directory_roles, entra, entra_resources, sign_ins
from azure_simulator import estate_model as model
from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.estate_build import DAY, Builder, find
from azure_simulator.world import DirectoryObject, Tenant

_MINUTE = 60 * TICKS_PER_SECOND


def add_resources(builder: Builder, tenant: Tenant) -> None:
    """Put the applications that offer app roles in every tenant into one."""
    entra.graph_service_principal(builder.world, tenant.id, builder.make_id("graph", tenant.id))
    for name, resource in entra_resources.BY_NAME.items():
        entra_resources.add_resource(builder.world, tenant.id, resource, builder.make_id(name, tenant.id))


def add_applications(builder: Builder) -> None:
    """Add what the estate says of applications besides their Run As accounts; those that offer come first."""
    for item in builder.estate.applications:
        place = f"applications ({item.name})"
        application = builder.add_service_principal(item.name, builder.tenant(item.tenant, place))
        for secret in item.secrets:
            builder.add_secret(application, secret)
        principal = builder.principals[item.name]
        principal.data["accountEnabled"] = item.enabled
        if item.offers:
            roles = {name: builder.make_id("app role", item.name, name) for name in item.offers}
            for obj in (application, principal):
                entra_resources.offer(obj.data, roles)
    for item in builder.estate.applications:
        give(builder, builder.principals[item.name], item, f"applications ({item.name})")


def add_sign_ins(builder: Builder) -> None:
    """Add the logins that the tenants' logs show."""
    for item in builder.estate.sign_ins:
        principal = find(builder.principals, item.application, "sign_ins", "application")
        last = builder.now - item.days * DAY - item.minutes * _MINUTE
        for number in range(item.count):
            sign_ins.add(builder.world, principal, last - number * _MINUTE, item.resource, item.error, item.address)


def add_groups(builder: Builder) -> None:
    """Add the groups, then their members, for groups may lie in each other."""
    for item in builder.estate.groups:
        tenant = builder.tenant(item.tenant, f"groups ({item.name})")
        object_id = builder.make_id("group", item.name)
        data = entra.group(object_id, item.name)
        if item.dynamic:
            data |= {"groupTypes": ["DynamicMembership"], "membershipRule": "(user.accountEnabled -eq true)"}
        data["isAssignableToRole"] = item.role_assignable or None
        data["onPremisesSyncEnabled"] = item.synced or None
        builder.principals[item.name] = builder.world.add_object(
            DirectoryObject(object_id, entra.GROUP, tenant.id, data)
        )
    for item in builder.estate.groups:
        place = f"groups ({item.name})"
        group = builder.principals[item.name]
        for member in item.members:
            group.members.add(find(builder.principals, member, f"{place}.members", "principal").id.lower())
        builder.assign_all(item.roles, group.id, builder.subscription(None, place), place, "Group")
        give(builder, group, item, place)


def give(
    builder: Builder,
    principal: DirectoryObject,
    item: model.Application | model.Group | model.Login | model.Machine,
    place: str,
) -> None:
    """Give a principal the app roles and directory roles that the estate says."""
    give_app_roles(builder, principal, item.app_roles, f"{place}.app_roles")
    for role in item.directory_roles:
        template = find(directory_roles.TEMPLATES, role.role, f"{place}.directory_roles", "directory role")
        end = None if role.days is None else builder.now + role.days * DAY
        directory_roles.assign(builder.world, principal, template, role.scope or "/", end)


def give_app_roles(builder: Builder, principal: DirectoryObject, names: Iterable[str], place: str) -> None:
    """Give app roles: ``name`` of Microsoft Graph, ``exchange/name``, ``sharepoint/name``, ``application/name``."""
    for name in names:
        owner, dummy, value = name.rpartition("/")
        resource = _resource(builder, principal.tenant_id, owner, place)
        roles = {role["value"]: role["id"] for role in resource.data["appRoles"]}
        role_id = find(roles, value, place, f"app role of {resource.data['displayName']}")
        entra.assign_app_role(builder.world, principal, resource, role_id)


def _resource(builder: Builder, tenant_id: str, owner: str, place: str) -> DirectoryObject:
    if not owner:
        return entra.graph_service_principal(builder.world, tenant_id)
    known = entra_resources.BY_NAME.get(owner)
    found = builder.world.service_principal_of_app(tenant_id, known.app_id) if known else None
    return found or find(builder.principals, owner, place, "application")


def delete_applications(builder: Builder) -> None:
    """Delete service principals as somebody would have: what they hold stays (contract 4.2)."""
    for item in builder.estate.applications:
        if item.deleted:
            entra.soft_delete(builder.world, builder.principals[item.name])
