# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Managed identities: an account's own, and the user-assigned ones (contract 1.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from azure_simulator import entra, errors, policies, rbac
from azure_simulator.clock import graph_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account, UserAssigned
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import DirectoryObject, Resource, World, new_id

UAI_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
SYSTEM, USER = "SystemAssigned", "UserAssigned"
_KNOWN_TYPES = {"systemassigned": {SYSTEM}, "userassigned": {USER}, "none": set()}


def register(routes: Routes) -> None:
    """The read side of Microsoft.ManagedIdentity."""
    routes.add_provider(
        Provider(
            "Microsoft.ManagedIdentity",
            (
                "2018-11-30",
                "2021-09-30-preview",
                "2022-01-31-preview",
                "2023-01-31",
                "2024-11-30",
                "2025-05-31-preview",
            ),
            resource_types=("userAssignedIdentities",),
        )
    )
    group = "/subscriptions/{subscription}/resourceGroups/{group}/providers/" + UAI_TYPE
    read = UAI_TYPE + "/read"
    routes.add("arm", "GET", group + "/{name}", _get, action=read)
    routes.add("arm", "GET", group, _list, action=read)
    routes.add("arm", "GET", "/subscriptions/{subscription}/providers/" + UAI_TYPE, _list, action=read)


def add_user_assigned_identity(
    world: World, subscription_id: str, group: str, name: str, location: str = "westeurope"
) -> Resource:
    """Make a user-assigned identity with its service principal."""
    resource_id = f"/subscriptions/{subscription_id}/resourceGroups/{group}/providers/{UAI_TYPE}/{name}"
    tenant_id = world.tenant_of_subscription(subscription_id)
    principal = _add_principal(world, tenant_id, name, resource_id, explicit=True)
    return world.add_resource(
        Resource(
            resource_id,
            UAI_TYPE,
            name,
            {"tenantId": tenant_id, "principalId": principal.id, "clientId": principal.data["appId"]},
            location,
            {},
        )
    )


def enable_system_identity(world: World, account: Account) -> str:
    """Give the account a system identity if it has none; returns its principalId.

    Its service principal is seen by Graph and by role writes after the replication delay.
    """
    if account.system_principal_id is None:
        principal = _add_principal(world, account.tenant_id, account.name, account.id, explicit=False)
        account.system_principal_id = principal.id
    return account.system_principal_id


def disable_system_identity(world: World, account: Account) -> None:
    """Take it away with its service principal; its role assignments stay, orphaned."""
    if account.system_principal_id is not None:
        world.remove_object(account.system_principal_id)
        account.system_principal_id = None
        world.roles_changed()


def assign_user_identity(world: World, account: Account, resource_id: str) -> UserAssigned:
    """Assign a user-assigned identity; LookupError if there is none with this id."""
    resource = world.resources.get(resource_id.lower())
    if resource is None or resource.type.lower() != UAI_TYPE.lower():
        raise LookupError(resource_id)
    assigned = UserAssigned(resource_id, resource.properties["principalId"], resource.properties["clientId"])
    return account.user_assigned.setdefault(resource_id.lower(), assigned)


def kinds_of(account: Account) -> str | None:
    """The identity type an account shows, None when it has no identity."""
    kinds = [SYSTEM] * bool(account.system_principal_id) + [USER] * bool(account.user_assigned)
    return ", ".join(kinds) or None


def show(account: Account) -> dict[str, Any] | None:
    """The ``identity`` member; None when it is to be left out (contract 1)."""
    kinds = kinds_of(account)
    if kinds is None:
        return None
    shown: dict[str, Any] = {"type": kinds}
    if account.system_principal_id:
        shown |= {"principalId": account.system_principal_id, "tenantId": account.tenant_id}
    if account.user_assigned:
        # Pascal case is what the service answers (contract 1.1).
        shown["userAssignedIdentities"] = {
            item.id: {"PrincipalId": item.principal_id, "ClientId": item.client_id}
            for item in account.user_assigned.values()
        }
    return shown


def apply(call: Call, account: Account, wanted: Any, *, merge: bool, creating: bool = False) -> None:
    """Carry out the ``identity`` member of a PUT or PATCH; nothing is changed when it is refused."""
    kinds = _requested_kinds(wanted)
    if creating and not kinds:
        raise errors.bad_request("InvalidIdentityValues", "The identity type None is not allowed when creating.")
    changes = _requested_identities(wanted)
    if USER not in kinds and any(value is not None for value in changes.values()):
        raise errors.bad_request(
            "InvalidIdentityValues", "User assigned identities need the identity type to include UserAssigned."
        )
    _require_assignable(call, [key for key, value in changes.items() if value is not None])
    result = _resulting_identities(account, kinds, changes, merge)
    if USER in kinds and not result:
        raise errors.bad_request(
            "InvalidIdentityValues", "The identity type UserAssigned needs at least one user assigned identity."
        )
    if _changes(account, kinds, result):
        policies.refuse_identity(call.world, account.id, account.name)
    account.user_assigned = {}
    for resource_id in result:
        assign_user_identity(call.world, account, resource_id)
    if SYSTEM in kinds:
        enable_system_identity(call.world, account)
    else:
        disable_system_identity(call.world, account)


def differs(account: Account, wanted: Any) -> bool:
    """Whether an ``identity`` member is another than the account has; what is no identity is none."""
    kinds = _requested_kinds(wanted) if wanted else set()
    return _changes(account, kinds, (wanted or {}).get("userAssignedIdentities") or {})


def _changes(account: Account, kinds: set[str], identities: Iterable[str]) -> bool:
    had = {SYSTEM} if account.system_principal_id else set()
    had |= {USER} if account.user_assigned else set()
    return kinds != had or {item.lower() for item in identities} != set(account.user_assigned)


def _requested_kinds(wanted: Any) -> set[str]:
    text = wanted.get("type") if isinstance(wanted, dict) else None
    kinds: set[str] = set()
    parts = str(text or "").replace(" ", "").lower().split(",")
    for part in parts:
        if part not in _KNOWN_TYPES or (part == "none" and len(parts) > 1):
            raise errors.bad_request("InvalidIdentityValues", f"The identity type '{text}' is invalid.")
        kinds |= _KNOWN_TYPES[part]
    return kinds


def _requested_identities(wanted: dict[str, Any]) -> dict[str, Any]:
    changes = wanted.get("userAssignedIdentities") or {}
    for key, value in changes.items():
        if value is not None and value != {}:
            raise errors.bad_request(
                "InvalidIdentityValues",
                f"Invalid value for the identities '{key}'. The 'UserAssignedIdentities' property keys should only be "
                "empty json objects, null or the resource existing property.",
            )
    return dict(changes)


def _resulting_identities(account: Account, kinds: set[str], changes: dict[str, Any], merge: bool) -> list[str]:
    """Resource ids after the change: merged by key for PATCH, exactly those sent for PUT."""
    if USER not in kinds:
        return []
    result = {key: item.id for key, item in account.user_assigned.items()} if merge else {}
    for resource_id, value in changes.items():
        if value is None:
            result.pop(resource_id.lower(), None)
        else:
            result.setdefault(resource_id.lower(), resource_id)
    return list(result.values())


def _require_assignable(call: Call, resource_ids: list[str]) -> None:
    for resource_id in resource_ids:
        resource = call.world.resources.get(resource_id.lower())
        if resource is None or resource.type.lower() != UAI_TYPE.lower():
            raise errors.bad_request(
                "FailedIdentityOperation",
                f"Identity operation for resource '{call.path}' failed with error 'Failed to perform resource identity "
                f"operation. Status: 'NotFound'. Response: the resource '{resource_id}' was not found.'",
            )
        if not rbac.authorize(call.world, call.who, UAI_TYPE + "/assign/action", resource.id):
            raise errors.arm_error(
                403,
                "LinkedAuthorizationFailed",
                f"The client '{call.who.app_id}' with object id '{call.who.object_id}' has permission to perform "
                f"action 'Microsoft.Automation/automationAccounts/write' on scope '{call.path}'; however, it does not "
                f"have permission to perform action(s) '{UAI_TYPE}/assign/action' on the linked scope(s) "
                f"'{resource_id}' (respectively) or the linked scope(s) are invalid.",
                from_gateway=True,
            )


def _add_principal(world: World, tenant_id: str, name: str, resource_id: str, *, explicit: bool) -> DirectoryObject:
    """The service principal of a managed identity; no application object (contract 5)."""
    born = graph_text(world.clock.now())
    data = entra.managed_identity(new_id(), new_id(), name, resource_id, born, tenant_id, user_assigned=explicit)
    return world.add_object(
        DirectoryObject(data["id"], entra.SERVICE_PRINCIPAL, tenant_id, data, visible_from=world.clock.replicated_at())
    )


def _get(call: Call) -> Response:
    group, name = call.params["group"], call.params["name"]
    if call.world.find_resource_group(call.params["subscription"], group) is None:
        raise errors.resource_group_not_found(group)
    resource = call.world.resources.get(call.path.rstrip("/").lower())
    if resource is None:
        raise errors.resource_not_found(f"{UAI_TYPE}/{name}", group)
    return json_response(_show_resource(resource))


def _list(call: Call) -> Response:
    under = call.path.lower().split("/providers/")[0] + "/"
    return paged(call, call.world.resources_of_type(UAI_TYPE, under), _show_resource)


def _show_resource(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "name": resource.name,
        "type": resource.type,
        "location": resource.location,
        "tags": resource.tags or {},
        "properties": resource.properties,
    }
