# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a checked ``Estate`` to a filled world: scopes, directory, roles, vaults. Accounts are in ``estate_accounts``.

Every id is made from the names in the estate, so that an estate is the same at every start.
"""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from azure_simulator import entra, locks, policies, rbac
from azure_simulator import estate_model as model
from azure_simulator.clock import TICKS_PER_SECOND, graph_text
from azure_simulator.estate import EstateError
from azure_simulator.providers.site_recovery_resources import (
    intent_resource,
    item_resource,
    mapping_resource,
    vault_resource,
)
from azure_simulator.scopes import group_scope
from azure_simulator.world import (
    DirectoryObject,
    Host,
    Login,
    ManagementGroup,
    Resource,
    ResourceGroup,
    RoleAssignment,
    RoleDefinition,
    Subscription,
    Tenant,
    World,
)

T = TypeVar("T")

IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
DAY = 24 * 3600 * TICKS_PER_SECOND
_NAMESPACE = uuid.UUID("6f0d5c1e-2f0a-5d43-9a54-6c8d2f3b7e10")
_PRINCIPAL = "ServicePrincipal"
_LOGIN_DAYS = 365
_BORN_DAYS_AGO = 400

GRAPH_RIGHTS: dict[str, tuple[str, ...]] = {
    "none": (),
    "read": ("Application.Read.All", "Directory.Read.All"),
    "manage": ("Application.ReadWrite.All", "Directory.Read.All", "AppRoleAssignment.ReadWrite.All"),
    "administer": (
        "Application.ReadWrite.All",
        "Directory.Read.All",
        "AppRoleAssignment.ReadWrite.All",
        "RoleManagement.ReadWrite.Directory",
        "GroupMember.ReadWrite.All",
    ),
}


def build(world: World, estate: model.Estate, folder: Path) -> Builder:
    """Fill the world. ``folder`` is where runbook files are looked for. Returns what was built, by its names.

    EstateError names what refers to something that the estate does not have.
    """
    # Imported here because all of these are built with the Builder of this module.
    from azure_simulator import estate_directory
    from azure_simulator.estate_accounts import add_accounts
    from azure_simulator.estate_dependants import add_surroundings
    from azure_simulator.estate_eligible import add_eligible
    from azure_simulator.estate_key_vaults import add_key_vaults
    from azure_simulator.estate_storage import add_storage_accounts

    rbac.install_builtin_roles(world)
    builder = Builder(world, estate)
    builder.add_scopes()
    builder.add_custom_roles()
    builder.add_identities()
    add_accounts(builder, folder)
    estate_directory.add_applications(builder)
    estate_directory.add_sign_ins(builder)
    builder.add_vaults()
    add_surroundings(builder)
    builder.add_logins()
    builder.add_machines()
    estate_directory.add_groups(builder)
    add_key_vaults(builder)
    add_storage_accounts(builder)
    add_eligible(builder)
    estate_directory.delete_applications(builder)
    builder.add_locks()
    builder.add_policies()
    world.provider_state["seeded_secrets"] = list(estate.seeded_secrets)
    world.roles_changed()
    return builder


class Builder:
    """What has been built so far, found by the names of the estate."""

    def __init__(self, world: World, estate: model.Estate) -> None:
        self.world = world
        self.estate = estate
        self.now = world.clock.now()
        self.born = self.now - _BORN_DAYS_AGO * DAY
        self.tenants: dict[str, Tenant] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.identities: dict[str, Resource] = {}
        self.applications: dict[str, DirectoryObject] = {}
        self.principals: dict[str, DirectoryObject] = {}
        self.account_ids: dict[str, str] = {}

    # --- ids and references -----------------------------------------------

    def make_id(self, *names: str) -> str:
        """A guid that is always the same for the same names."""
        return str(uuid.uuid5(_NAMESPACE, "/".join(names)))

    def subscription(self, name: str | None, place: str) -> Subscription:
        """A subscription by its name; the first one without a name."""
        if name is None:
            return next(iter(self.subscriptions.values()))
        return find(self.subscriptions, name, place, "subscription")

    def tenant(self, name: str | None, place: str) -> Tenant:
        """A tenant by its name; the first one without a name."""
        if name is None:
            return next(iter(self.tenants.values()))
        return find(self.tenants, name, place, "tenant")

    def group(self, subscription: Subscription, name: str, location: str | None = None) -> ResourceGroup:
        """A resource group, made when it is not there yet."""
        known = self.world.find_resource_group(subscription.id, name)
        location = location or self.estate.region
        return known or self.world.add_resource_group(ResourceGroup(subscription.id, name, location))

    def scope(self, text: str | None, default: Subscription, place: str) -> str:
        """The scope that a role names (see ``estate_model.Role``)."""
        if text is None:
            return f"/subscriptions/{default.id}"
        if text.startswith("/"):
            return text
        if text.startswith("mg:"):
            group = find(self.world.management_groups, text[3:].lower(), place, "management group")
            return group_scope(group.name)
        name, *rest = text.split("/")
        subscription = self.subscription(name, place)
        if not rest:
            return f"/subscriptions/{subscription.id}"
        group_id = self.group(subscription, rest[0]).id
        return f"{group_id}/providers/{'/'.join(rest[1:])}" if rest[1:] else group_id

    # --- scopes -----------------------------------------------------------

    def add_scopes(self) -> None:
        from azure_simulator import estate_directory

        for tenant in self.estate.tenants:
            domain = tenant.domain or f"{tenant.name}.example"
            made = Tenant(
                tenant.id or self.make_id("tenant", tenant.name), tenant.name.capitalize(), domain, tenant.premium
            )
            self.tenants[tenant.name] = self.world.add_tenant(made)
            estate_directory.add_resources(self, made)
        for group in self.estate.management_groups:
            tenant_id = self.tenant(None, "management_groups").id
            shown = group.display_name or group.name
            self.world.add_management_group(ManagementGroup(group.name, tenant_id, shown, group.parent))
        self._check_parents()
        for item in self.estate.subscriptions:
            self._add_subscription(item)

    def _check_parents(self) -> None:
        for group in self.estate.management_groups:
            if group.parent:
                place = f"management_groups ({group.name}).parent"
                find(self.world.management_groups, group.parent.lower(), place, "management group")

    def _add_subscription(self, item: model.Subscription) -> None:
        place = f"subscriptions ({item.name})"
        if item.management_group:
            find(self.world.management_groups, item.management_group.lower(), place, "management group")
        tenant = self.tenant(item.tenant, place)
        made = Subscription(
            item.id or self.make_id("subscription", item.name),
            tenant.id,
            item.name,
            management_group=item.management_group,
        )
        self.subscriptions[item.name] = self.world.add_subscription(made)
        for name in item.resource_groups:
            self.group(made, name)

    # --- roles ------------------------------------------------------------

    def add_custom_roles(self) -> None:
        for role in self.estate.custom_roles:
            place = f"custom_roles ({role.name})"
            names = role.subscriptions or list(self.subscriptions)
            scopes = [f"/subscriptions/{self.subscription(name, place).id}" for name in names]
            entry = {
                "actions": role.actions,
                "notActions": role.not_actions,
                "dataActions": role.data_actions,
                "notDataActions": role.not_data_actions,
            }
            guid = role.id or self.make_id("role", role.name)
            self.world.role_definitions[guid.lower()] = RoleDefinition(
                guid, role.name, "CustomRole", role.description, scopes[0], scopes, [entry], self.born, self.born
            )

    def role(self, name: str, place: str) -> RoleDefinition:
        """A role definition by its name."""
        names = {definition.role_name: definition for definition in self.world.role_definitions.values()}
        return find(names, name, place, "role")

    def assign(self, role: model.Role, principal_id: str, scope: str, place: str, kind: str = _PRINCIPAL) -> None:
        """Give a role to a principal, once."""
        definition = self.role(role.role, place)
        name = self.make_id("assignment", scope.lower(), definition.name, principal_id)
        rbac.put(
            self.world,
            RoleAssignment(
                id=rbac.assignment_id(scope, name),
                name=name,
                scope=scope,
                role_definition_id=rbac.definition_id(scope, definition.name),
                principal_id=principal_id,
                principal_type=kind,
                condition=role.condition,
                condition_version="2.0" if role.condition else None,
                description=role.description,
                created_on=self.born,
                updated_on=self.born,
                created_by=self.make_id("administrator"),
                updated_by=self.make_id("administrator"),
                ends=None if role.days is None else self.now + role.days * DAY,
            ),
        )

    def assign_all(
        self,
        roles: Iterable[model.Role],
        principal_id: str,
        default: Subscription,
        place: str,
        kind: str = _PRINCIPAL,
    ) -> None:
        """Give roles to a principal; ``default`` is the scope of those that name none."""
        for role in roles:
            self.assign(role, principal_id, self.scope(role.scope, default, place), place, kind)

    # --- the directory ----------------------------------------------------

    def add_service_principal(self, name: str, tenant: Tenant) -> DirectoryObject:
        """An application by its name and its service principal; both are made once. Returns the application."""
        known = self.applications.get(name)
        if known is not None:
            return known
        born = graph_text(self.born)
        app_id = self.make_id("client", name)
        data = entra.application(self.make_id("application", name), app_id, name, born, tenant.domain)
        application = DirectoryObject(data["id"], entra.APPLICATION, tenant.id, data)
        principal_data = entra.service_principal(self.make_id("principal", name), app_id, name, born, tenant.id)
        principal = DirectoryObject(principal_data["id"], entra.SERVICE_PRINCIPAL, tenant.id, principal_data)
        self.applications[name] = self.world.add_object(application)
        self.principals[name] = self.world.add_object(principal)
        return application

    def add_managed_identity(
        self, name: str, resource_id: str, tenant_id: str, *, user_assigned: bool
    ) -> DirectoryObject:
        """The service principal of a managed identity; ``resource_id`` is the account's or the identity's own."""
        data = entra.managed_identity(
            self.make_id("identity", resource_id.lower()),
            self.make_id("identity client", resource_id.lower()),
            name,
            resource_id,
            graph_text(self.born),
            tenant_id,
            user_assigned=user_assigned,
        )
        made = DirectoryObject(data["id"], entra.SERVICE_PRINCIPAL, tenant_id, data)
        self.principals[name] = self.world.add_object(made)
        return made

    def add_identities(self) -> None:
        for item in self.estate.identities:
            place = f"identities ({item.name})"
            subscription = self.subscription(item.subscription, place)
            location = item.region or self.estate.region
            group = self.group(subscription, item.resource_group, location)
            resource_id = f"{group.id}/providers/{IDENTITY_TYPE}/{item.name}"
            principal = self.add_managed_identity(item.name, resource_id, subscription.tenant_id, user_assigned=True)
            properties = {
                "tenantId": subscription.tenant_id,
                "principalId": principal.id,
                "clientId": principal.data["appId"],
            }
            made = Resource(resource_id, IDENTITY_TYPE, item.name, properties, location, {})
            self.identities[item.name] = self.world.add_resource(made)
            self.assign_all(item.roles, principal.id, subscription, place)

    def add_secret(self, application: DirectoryObject, secret: str) -> None:
        """A client secret of an application, good for a year."""
        key_id = self.make_id("secret", application.id, secret)
        end = graph_text(self.now + _LOGIN_DAYS * DAY)
        item = entra.password_credential(key_id, secret, "simulator", graph_text(self.born), end)
        application.data["passwordCredentials"].append(item)
        application.secrets[key_id] = secret

    def add_logins(self) -> None:
        for name, item in self.estate.logins.items():
            place = f"logins ({name})"
            tenant = self.tenant(item.tenant, place)
            application = self.add_service_principal(f"login-{name}", tenant)
            self.add_secret(application, item.secret)
            principal = self.principals[f"login-{name}"]
            self._give_rights(principal, item, place)
            self.world.logins[name] = Login(name, tenant.id, application.data["appId"], item.secret, principal.id)

    def add_machines(self) -> None:
        for item in self.estate.machines:
            place = f"machines ({item.name})"
            subscription = self.subscription(None, place)
            group = self.group(subscription, "rg-machines")
            resource_id = f"{group.id}/providers/Microsoft.Compute/virtualMachines/{item.name}"
            principal = self.add_managed_identity(item.name, resource_id, subscription.tenant_id, user_assigned=False)
            header = self.make_id("header", item.name)
            self.world.hosts[header] = Host(item.name, header, principal.id)
            self._give_rights(principal, item, place)

    def _give_rights(self, principal: DirectoryObject, item: model.Login | model.Machine, place: str) -> None:
        """A role without scope is held at every subscription of the principal's tenant."""
        from azure_simulator import estate_directory

        own = [known for known in self.subscriptions.values() if known.tenant_id == principal.tenant_id]
        for role in item.roles:
            for subscription in own if role.scope is None else own[:1]:
                self.assign_all([role], principal.id, subscription, place)
        estate_directory.give_app_roles(self, principal, GRAPH_RIGHTS[item.graph], place)
        estate_directory.give(self, principal, item, place)

    # --- what stands in the way -------------------------------------------

    def add_locks(self) -> None:
        for item in self.estate.locks:
            place = f"locks ({item.name})"
            scope = self.scope(item.scope, self.subscription(None, place), place)
            locks.add(self.world, locks.Lock(item.name, item.level, scope, item.notes))

    def add_policies(self) -> None:
        for item in self.estate.policies:
            place = f"policies ({item.name})"
            scope = self.scope(item.scope, self.subscription(None, place), place)
            policies.add(self.world, policies.Policy(item.name, item.effect, scope, item.denies))

    # --- vaults -----------------------------------------------------------

    def add_vaults(self) -> None:
        for item in self.estate.vaults:
            place = f"vaults ({item.name})"
            location = item.region or self.estate.region
            group = self.group(self.subscription(item.subscription, place), item.resource_group, location)
            vault = self.world.add_resource(vault_resource(group.id, item.name, location, item.state))
            for mapping in item.mappings:
                self.world.add_resource(mapping_resource(vault.id, mapping, self._account_id(mapping.account, place)))
            for intent in item.intents:
                self.world.add_resource(intent_resource(vault.id, intent, self._account_id(intent.account, place)))
            for machine in item.items:
                self.world.add_resource(item_resource(vault.id, machine, self.now))

    def _account_id(self, name: str | None, place: str) -> str | None:
        """The id of an account; a resource id stands for itself, whether that account is there or not."""
        if name and name.startswith("/"):
            return name
        return find(self.account_ids, name, place, "account") if name else None


def find(known: Mapping[str, T], name: str, place: str, what: str) -> T:
    """What an estate calls ``name``; EstateError with a suggestion if there is no such thing."""
    try:
        return known[name]
    except KeyError:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {close[0]}" if close else ""
        raise EstateError(f"{place}: there is no {what} called {name!r}{hint}.") from None
