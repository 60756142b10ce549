# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the simulated Azure: pure data, and the helpers that build and find it.

Keys are lower-cased wherever Azure compares without case. Nothing here knows HTTP.
Estate loaders build a world through the ``add_*`` methods and
``azure_simulator.providers.automation.model``.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure_simulator.clock import Clock
from azure_simulator.settings import Settings

if TYPE_CHECKING:
    from azure_simulator.providers.automation.model import Account


@dataclass(slots=True)
class Tenant:
    """An Entra tenant; ``premium`` is whether it has the licence that Privileged Identity Management needs."""

    id: str
    name: str = "Contoso"
    domain: str = "contoso.onmicrosoft.com"
    premium: bool = True


@dataclass(slots=True)
class Subscription:
    """A subscription; ``management_group`` is the name of its parent, None = the tenant's root."""

    id: str
    tenant_id: str
    name: str
    state: str = "Enabled"
    management_group: str | None = None


@dataclass(slots=True)
class ManagementGroup:
    """A management group; ``parent`` is a name, None for the root group."""

    name: str
    tenant_id: str
    display_name: str = ""
    parent: str | None = None


@dataclass(slots=True)
class ResourceGroup:
    """A resource group."""

    subscription_id: str
    name: str
    location: str = "westeurope"
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.name}"


@dataclass(slots=True)
class Resource:
    """Any resource that needs no class of its own (a vault, a mapping, a user-assigned identity)."""

    id: str
    type: str
    name: str
    properties: dict[str, Any] = field(default_factory=dict)
    location: str | None = None
    tags: dict[str, str] | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class DirectoryObject:
    """A directory object as Graph shows it (``data``), with what Graph never shows.

    ``data["keyCredentials"][n]["key"]`` holds the certificate (base64 of the DER): the
    Graph provider blanks it where the contract says so, the login checks assertions with it.
    ``secrets`` maps the keyId of a ``passwordCredentials`` item to its text.
    """

    id: str
    kind: str  # application | servicePrincipal | group | user
    tenant_id: str
    data: dict[str, Any]
    visible_from: int = 0
    deleted_at: int | None = None
    secrets: dict[str, str] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)


@dataclass(slots=True)
class RoleAssignment:
    """A role assignment; ``id`` and ``scope`` keep the casing of the request (contract 4).

    ``ends`` is when it ends (ticks); what the API shows of role assignments does not tell (contract 4.6).
    """

    id: str
    name: str
    scope: str
    role_definition_id: str
    principal_id: str
    principal_type: str = "ServicePrincipal"
    condition: str | None = None
    condition_version: str | None = None
    description: str | None = None
    created_on: int = 0
    updated_on: int = 0
    created_by: str | None = None
    updated_by: str | None = None
    visible_from: int = 0
    ends: int | None = None


@dataclass(slots=True)
class RoleDefinition:
    """A role definition; ``scope`` is where a custom one was made, "" for a built-in.

    ``visible_from`` is when a change is seen; until then ``previous`` is read, or nothing.
    """

    name: str  # the guid
    role_name: str
    kind: str = "BuiltInRole"
    description: str = ""
    scope: str = ""
    assignable_scopes: list[str] = field(default_factory=lambda: ["/"])
    permissions: list[dict[str, list[str]]] = field(default_factory=list)
    created_on: int = 0
    updated_on: int = 0
    visible_from: int = 0
    previous: RoleDefinition | None = None


@dataclass(slots=True)
class Login:
    """A ready-made login that endpoint.json hands out."""

    name: str
    tenant_id: str
    client_id: str
    secret: str
    object_id: str


@dataclass(slots=True)
class Host:
    """A machine with managed identities (object ids); ``header`` opens its token endpoint."""

    name: str
    header: str
    system: str | None = None
    user_assigned: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Endpoints:
    """The addresses the listeners got; filled when they are bound."""

    resource_manager: str = ""
    login: str = ""
    graph: str = ""
    control: str = ""
    blob: str = ""


class World:
    """Everything the simulated Azure knows."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = Clock(self.settings.replication_delay)
        self.endpoints = Endpoints()
        self.tenants: dict[str, Tenant] = {}
        self.subscriptions: dict[str, Subscription] = {}
        self.management_groups: dict[str, ManagementGroup] = {}
        self.resource_groups: dict[str, ResourceGroup] = {}
        self.resources: dict[str, Resource] = {}
        self.accounts: dict[str, Account] = {}
        self.objects: dict[str, DirectoryObject] = {}
        self.deleted_objects: dict[str, DirectoryObject] = {}
        self._by_app_id: dict[tuple[str, str, str], str] = {}
        self.role_assignments: dict[str, RoleAssignment] = {}
        self.role_definitions: dict[str, RoleDefinition] = {}
        self.roles_version = 0
        self.logins: dict[str, Login] = {}
        self.hosts: dict[str, Host] = {}
        self.operations: dict[str, int] = {}
        self.provider_state: dict[str, Any] = {}
        self._blobs: dict[bytes, bytes] = {}

    # --- where things live ------------------------------------------------

    def add_tenant(self, tenant: Tenant) -> Tenant:
        self.tenants[tenant.id.lower()] = tenant
        return tenant

    def add_subscription(self, subscription: Subscription) -> Subscription:
        self.subscriptions[subscription.id.lower()] = subscription
        return subscription

    def add_management_group(self, group: ManagementGroup) -> ManagementGroup:
        self.management_groups[group.name.lower()] = group
        return group

    def add_resource_group(self, group: ResourceGroup) -> ResourceGroup:
        self.resource_groups[group.id.lower()] = group
        return group

    def find_resource_group(self, subscription_id: str, name: str) -> ResourceGroup | None:
        return self.resource_groups.get(f"/subscriptions/{subscription_id}/resourcegroups/{name}".lower())

    def add_resource(self, resource: Resource) -> Resource:
        self.resources[resource.id.lower()] = resource
        return resource

    def resources_of_type(self, resource_type: str, under: str = "") -> list[Resource]:
        """The resources of one type whose id begins with ``under``, in order of creation."""
        wanted, prefix = resource_type.lower(), under.lower()
        return [
            resource
            for key, resource in self.resources.items()
            if resource.type.lower() == wanted and key.startswith(prefix)
        ]

    def tenant_of_subscription(self, subscription_id: str) -> str:
        return self.subscriptions[subscription_id.lower()].tenant_id

    # --- the directory ----------------------------------------------------

    def add_object(self, obj: DirectoryObject) -> DirectoryObject:
        """Put an object into the directory; applications and service principals are indexed by appId."""
        self.objects[obj.id.lower()] = obj
        if "appId" in obj.data:
            self._by_app_id[_app_key(obj)] = obj.id.lower()
        return obj

    def remove_object(self, object_id: str) -> DirectoryObject | None:
        """Take an object out of the directory; None if it was not there."""
        obj = self.objects.pop(object_id.lower(), None)
        if obj is not None and "appId" in obj.data:
            self._by_app_id.pop(_app_key(obj), None)
        return obj

    def find_object(self, object_id: str) -> DirectoryObject | None:
        """The object, if other services can see it by now."""
        obj = self.objects.get(object_id.lower())
        return obj if obj is not None and self.clock.is_visible(obj.visible_from) else None

    def service_principal_of_app(self, tenant_id: str, app_id: str) -> DirectoryObject | None:
        """The service principal of an application in one tenant, replicated or not."""
        return self._object_of_app(tenant_id, "servicePrincipal", app_id)

    def application_of_app(self, tenant_id: str, app_id: str) -> DirectoryObject | None:
        """The application object with this appId, replicated or not."""
        return self._object_of_app(tenant_id, "application", app_id)

    def _object_of_app(self, tenant_id: str, kind: str, app_id: str) -> DirectoryObject | None:
        return self.objects.get(self._by_app_id.get((tenant_id.lower(), kind, app_id.lower()), ""))

    # --- small things -----------------------------------------------------

    def share_bytes(self, content: bytes) -> bytes:
        """The one copy of equal contents: a thousand accounts carry the same runbooks."""
        return self._blobs.setdefault(hashlib.sha256(content).digest(), content)

    def apply_settings(self, values: dict[str, Any]) -> None:
        """Change settings while running; ValueError names what is wrong."""
        self.settings.update(values)
        self.clock.replication_delay = self.settings.replication_delay

    def roles_changed(self) -> None:
        """To be called after any change that RBAC depends on; drops cached verdicts."""
        self.roles_version += 1


def _app_key(obj: DirectoryObject) -> tuple[str, str, str]:
    return obj.tenant_id.lower(), obj.kind, obj.data["appId"].lower()


def new_id() -> str:
    """A fresh guid, as Azure would make one."""
    return str(uuid.uuid4())
