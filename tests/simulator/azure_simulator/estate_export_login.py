# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logins of a copy: one with what a migration needs (docs/permissions.md), and one that reads."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from azure_simulator import directory_roles, entra, rbac
from azure_simulator.clock import graph_text
from azure_simulator.estate_build import DAY, GRAPH_RIGHTS
from azure_simulator.estate_export_files import Answers
from azure_simulator.scopes import group_scope, subscription_of
from azure_simulator.world import DirectoryObject, Login, RoleAssignment, RoleDefinition, World, new_id

# Name: roles at each subscription, and rights in Microsoft Graph as an estate calls them.
_MIGRATION = "migration"
_LOGINS = {
    _MIGRATION: (("Contributor", "User Access Administrator"), "manage"),
    "reader": (("Reader",), "read"),
}
_DAYS = 365
_PERMISSIONS = r"(.*)/providers/Microsoft\.Authorization/permissions"
_GROUPS = "/providers/Microsoft.Management/managementGroups"


def add_logins(world: World, answers: Answers) -> None:
    """Add the logins; the one that migrates may do what the exporting one may above subscriptions and in Entra."""
    tenant = next(iter(world.tenants.values()))
    seen = [item["name"] for dummy, answer in answers.matching("arm", _GROUPS) for item in answer.items]
    for name, (roles, graph) in _LOGINS.items():
        principal = _add_login(world, name, tenant.id)
        for subscription in world.subscriptions.values():
            for role in roles:
                _assign(world, principal, role, f"/subscriptions/{subscription.id}")
        for group in seen:
            _assign(world, principal, "Reader", group_scope(group))
        more = answers.permissions if name == _MIGRATION else set()
        _allow(world, principal, {*GRAPH_RIGHTS[graph], *more})
    migration = world.objects[world.logins[_MIGRATION].object_id.lower()]
    _give_rights_above(world, answers, migration)
    for template in sorted(answers.directory_roles & set(directory_roles.TEMPLATES.values())):
        directory_roles.assign(world, migration, template)


def _give_rights_above(world: World, answers: Answers, principal: DirectoryObject) -> None:
    """Give what the exporting login may do above subscriptions, as far as it was asked for there."""
    for found, answer in answers.matching("arm", _PERMISSIONS):
        scope = found[1] or "/"
        if answer.items and subscription_of(scope) is None:
            name, now = new_id(), world.clock.now()
            shown = f"What the exporting login may do at {scope}"
            world.role_definitions[name] = RoleDefinition(
                name, shown, "CustomRole", "", scope, [scope], answer.items, now, now
            )
            _assign(world, principal, shown, scope)


def _allow(world: World, principal: DirectoryObject, permissions: Iterable[str]) -> None:
    """Give permissions of Microsoft Graph; those that the simulator does not check are left out."""
    resource = entra.graph_service_principal(world, principal.tenant_id)
    for permission in sorted(permissions):
        if permission in entra.GRAPH_APP_ROLES:
            entra.assign_app_role(world, principal, resource, entra.GRAPH_APP_ROLES[permission])


def _add_login(world: World, name: str, tenant_id: str) -> DirectoryObject:
    shown, app_id, secret, key_id = f"login-{name}", new_id(), secrets.token_urlsafe(24), new_id()
    now = world.clock.now()
    data = entra.application(new_id(), app_id, shown, graph_text(now), world.tenants[tenant_id.lower()].domain)
    end = graph_text(now + _DAYS * DAY)
    data["passwordCredentials"] = [entra.password_credential(key_id, secret, "simulator", graph_text(now), end)]
    world.add_object(DirectoryObject(data["id"], entra.APPLICATION, tenant_id, data, secrets={key_id: secret}))
    principal = entra.service_principal(new_id(), app_id, shown, graph_text(now), tenant_id)
    world.logins[name] = Login(name, tenant_id, app_id, secret, principal["id"])
    return world.add_object(DirectoryObject(principal["id"], entra.SERVICE_PRINCIPAL, tenant_id, principal))


def _assign(world: World, principal: DirectoryObject, role: str, scope: str) -> None:
    definition, name = rbac.definition_named(world, role), new_id()
    if definition is None:
        raise ValueError(f"there is no role {role}")
    role_id = rbac.definition_id(scope, definition.name)
    now = world.clock.now()
    made = RoleAssignment(rbac.assignment_id(scope, name), name, scope, role_id, principal.id)
    made.created_on = made.updated_on = now
    rbac.put(world, made)
