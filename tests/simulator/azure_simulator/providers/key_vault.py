# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.KeyVault, management plane: vaults and their access policies (contract 7 and 7.1)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, policies
from azure_simulator.clock import TICKS_PER_SECOND, graph_text
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import Resource, World

Wire = dict[str, Any]

VAULT_TYPE = "Microsoft.KeyVault/vaults"
DELETED_TYPE = "Microsoft.KeyVault/deletedVaults"
_RETENTION = 90 * 24 * 3600 * TICKS_PER_SECOND
_PATCHED = ("accessPolicies", "enableRbacAuthorization", "networkAcls", "publicNetworkAccess")
_KINDS = ("keys", "secrets", "certificates", "storage")

PROVIDER = Provider(
    "Microsoft.KeyVault",
    (
        "2019-09-01",
        "2021-10-01",
        "2022-07-01",
        "2023-02-01",
        "2023-07-01",
        "2024-11-01",
        "2025-05-01",
        "2026-02-01",
        "2026-05-15",
    ),
    resource_types=("vaults", "deletedVaults"),
)

_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults"
_VAULT = _GROUP + "/{vault}"
_DELETED = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/deletedVaults"
_DELETED_ONE = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{vault}"


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    read = "Microsoft.KeyVault/vaults/read"
    routes.add("arm", "GET", _SUBSCRIPTION, list_vaults, action=read)
    routes.add("arm", "GET", _GROUP, list_vaults, action=read)
    routes.add("arm", "GET", _VAULT, get_vault, action=read)
    routes.add("arm", "PATCH", _VAULT, update_vault, action="Microsoft.KeyVault/vaults/write")
    routes.add("arm", "DELETE", _VAULT, delete_vault, action="Microsoft.KeyVault/vaults/delete")
    write = "Microsoft.KeyVault/vaults/accessPolicies/write"
    routes.add("arm", "PUT", _VAULT + "/accessPolicies/{operation}", change_policies, action=write)
    routes.add("arm", "GET", _DELETED, list_deleted, action="Microsoft.KeyVault/deletedVaults/read")
    routes.add("arm", "GET", _DELETED_ONE, get_deleted, action="Microsoft.KeyVault/locations/deletedVaults/read")


def dump(world: World) -> Wire:
    """Key vaults as the API shows them."""
    return {
        "key_vaults": [_shown(item) for item in world.resources_of_type(VAULT_TYPE)],
        "deleted_key_vaults": [_shown_deleted(item) for item in world.resources_of_type(DELETED_TYPE)],
    }


def key_vault_resource(group_id: str, name: str, location: str, tenant_id: str, *, rbac_on: bool) -> Resource:
    """A key vault without access policies."""
    properties = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": tenant_id,
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enableSoftDelete": True,
        "enableRbacAuthorization": rbac_on,
        "vaultUri": f"https://{name}.vault.invalid/",
        "provisioningState": "Succeeded",
    }
    return Resource(f"{group_id}/providers/{VAULT_TYPE}/{name}", VAULT_TYPE, name, properties, location, {})


def policy(tenant_id: str, object_id: str, permissions: dict[str, list[str]]) -> Wire:
    """One entry of a vault's access policies."""
    wanted = {kind: list(permissions.get(kind) or []) for kind in _KINDS}
    return {"tenantId": tenant_id, "objectId": object_id, "permissions": wanted}


def list_vaults(call: Call) -> Response:
    under = call.path.lower().split("/providers/")[0]
    settings = call.world.settings
    show = _slim if settings.slim_key_vault_list else _shown
    found = call.world.resources_of_type(VAULT_TYPE, under + "/")
    return paged(call, found, show, empty_page=settings.empty_pages)


def get_vault(call: Call) -> Response:
    return json_response(_shown(_existing(call)))


def update_vault(call: Call) -> Response:
    """What is sent replaces what was there, access policies too; null changes nothing (contract 7)."""
    vault = _existing(call)
    given = call.json().get("properties") or {}
    if given.get("accessPolicies") is not None:
        given["accessPolicies"] = [_checked(entry, vault) for entry in given["accessPolicies"]]
    vault.properties |= {name: given[name] for name in _PATCHED if given.get(name) is not None}
    return json_response(_shown(vault))


def delete_vault(call: Call) -> Response:
    """Soft-delete: gone for every other call, and in a list of its own."""
    vault = call.world.resources.get(_vault_id(call).lower())
    if vault is None:
        return empty(204)
    delete(call.world, vault)
    return empty(200)


def delete(world: World, vault: Resource) -> None:
    """Move a vault to the deleted ones, which do not tell its access policies."""
    subscription, now = vault.id.split("/")[2], world.clock.now()
    properties = {
        "vaultId": vault.id,
        "location": vault.location,
        "tags": vault.tags or {},
        "deletionDate": graph_text(now),
        "scheduledPurgeDate": graph_text(now + _RETENTION),
    }
    place = f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{vault.location}"
    del world.resources[vault.id.lower()]
    world.add_resource(Resource(f"{place}/deletedVaults/{vault.name}", DELETED_TYPE, vault.name, properties))


def list_deleted(call: Call) -> Response:
    under = f"/subscriptions/{call.params['subscription']}/"
    return paged(call, call.world.resources_of_type(DELETED_TYPE, under), _shown_deleted)


def get_deleted(call: Call) -> Response:
    found = call.world.resources.get(call.path.rstrip("/").lower())
    if found is None:
        raise errors.arm_error(404, "DeletedVaultNotFound", "The specified deleted vault does not exist.")
    return json_response(_shown_deleted(found))


def change_policies(call: Call) -> Response:
    """``add`` merges, ``replace`` sets the entries given, ``remove`` subtracts (contract 7)."""
    vault = _existing(call)
    operation = call.params["operation"]
    change = {"add": _add, "replace": _replace, "remove": _remove}.get(operation.lower())
    given = (call.json().get("properties") or {}).get("accessPolicies")
    if change is None or not isinstance(given, list):
        raise errors.bad_request("BadRequest", "An access policy operation is add, replace or remove of a list.")
    policies.refuse_access_policies(call.world, vault.id, operation)
    if vault.properties["enableRbacAuthorization"]:
        raise errors.bad_request("BadRequest", "The vault uses role-based access control; it takes no access policies.")
    entries = [_checked(entry, vault) for entry in given]
    changed = vault.properties["accessPolicies"]
    for entry in entries:
        changed = change(changed, entry)
    if len(changed) > call.world.settings.key_vault_policy_limit:
        raise _invalid()
    vault.properties["accessPolicies"] = changed
    answer = {
        # No name, and a trailing slash (contract 7).
        "id": f"{vault.id}/accessPolicies/",
        "type": f"{VAULT_TYPE}/accessPolicies",
        "properties": {"accessPolicies": vault.properties["accessPolicies"]},
    }
    return json_response(answer)


def _existing(call: Call) -> Resource:
    subscription, group, name = (call.params[key] for key in ("subscription", "group", "vault"))
    if call.world.find_resource_group(subscription, group) is None:
        raise errors.resource_group_not_found(group)
    vault = call.world.resources.get(_vault_id(call).lower())
    if vault is None:
        raise errors.resource_not_found(f"{VAULT_TYPE}/{name}", group)
    return vault


def _vault_id(call: Call) -> str:
    subscription, group, name = (call.params[key] for key in ("subscription", "group", "vault"))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{VAULT_TYPE}/{name}"


def _invalid() -> errors.Refusal:
    return errors.bad_request("BadRequest", "An invalid value was provided for 'accessPolicies'.")


def _checked(entry: Any, vault: Resource) -> Wire:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("tenantId", "objectId")):
        raise _invalid()
    if entry["tenantId"].lower() != vault.properties["tenantId"].lower():
        raise _invalid()
    made = policy(entry["tenantId"], entry["objectId"], entry.get("permissions") or {})
    if entry.get("applicationId"):
        made["applicationId"] = entry["applicationId"]
    return made


def _who(entry: Wire) -> tuple[str, str, str]:
    """Whose entry it is; with an applicationId it is another, compound identity (contract 7)."""
    return entry["tenantId"].lower(), entry["objectId"].lower(), entry.get("applicationId", "").lower()


def _add(known: list[Wire], entry: Wire) -> list[Wire]:
    return _changed(known, entry, lambda old, new: old + [p for p in new if p.lower() not in _lowered(old)])


def _remove(known: list[Wire], entry: Wire) -> list[Wire]:
    left = _changed(known, entry, lambda old, new: [p for p in old if p.lower() not in _lowered(new)])
    return [item for item in left if any(item["permissions"][kind] for kind in _KINDS)]


def _replace(known: list[Wire], entry: Wire) -> list[Wire]:
    return [*(item for item in known if _who(item) != _who(entry)), entry]


def _changed(known: list[Wire], entry: Wire, combine: Any) -> list[Wire]:
    others = [item for item in known if _who(item) != _who(entry)]
    own = next((item for item in known if _who(item) == _who(entry)), None)
    before = own["permissions"] if own else {kind: [] for kind in _KINDS}
    permissions = {kind: combine(before.get(kind) or [], entry["permissions"][kind]) for kind in _KINDS}
    return [*others, {**entry, "permissions": permissions}]


def _slim(vault: Resource) -> Wire:
    """An item as a list of resources has it (contract 7.1)."""
    return {name: value for name, value in _shown(vault).items() if name != "properties"}


def _shown_deleted(vault: Resource) -> Wire:
    return {"id": vault.id, "name": vault.name, "type": DELETED_TYPE, "properties": vault.properties}


def _lowered(names: list[str]) -> set[str]:
    return {name.lower() for name in names}


def _shown(vault: Resource) -> Wire:
    return {
        "id": vault.id,
        "name": vault.name,
        "type": VAULT_TYPE,
        "location": vault.location,
        "tags": vault.tags or {},
        "properties": vault.properties,
    }
