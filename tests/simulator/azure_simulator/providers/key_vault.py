# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.KeyVault, management plane: vaults and their access policies (contract 7)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import Resource, World

Wire = dict[str, Any]

VAULT_TYPE = "Microsoft.KeyVault/vaults"
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
    resource_types=("vaults",),
)

_SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults"
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.KeyVault/vaults"
_VAULT = _GROUP + "/{vault}"


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    read = "Microsoft.KeyVault/vaults/read"
    routes.add("arm", "GET", _SUBSCRIPTION, list_vaults, action=read)
    routes.add("arm", "GET", _GROUP, list_vaults, action=read)
    routes.add("arm", "GET", _VAULT, get_vault, action=read)
    policies = "Microsoft.KeyVault/vaults/accessPolicies/write"
    routes.add("arm", "PUT", _VAULT + "/accessPolicies/{operation}", change_policies, action=policies)


def dump(world: World) -> Wire:
    """Key vaults as the API shows them."""
    return {"key_vaults": [_shown(item) for item in world.resources_of_type(VAULT_TYPE)]}


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
    return paged(
        call, call.world.resources_of_type(VAULT_TYPE, under + "/"), _shown, empty_page=call.world.settings.empty_pages
    )


def get_vault(call: Call) -> Response:
    return json_response(_shown(_existing(call)))


def change_policies(call: Call) -> Response:
    """``add`` merges, ``replace`` sets the entries given, ``remove`` subtracts (contract 7)."""
    vault = _existing(call)
    change = {"add": _add, "replace": _replace, "remove": _remove}.get(call.params["operation"].lower())
    given = (call.json().get("properties") or {}).get("accessPolicies")
    if change is None or not isinstance(given, list):
        raise errors.bad_request("BadRequest", "An access policy operation is add, replace or remove of a list.")
    entries = [_checked(entry) for entry in given]
    for entry in entries:
        vault.properties["accessPolicies"] = change(vault.properties["accessPolicies"], entry)
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
    vault_id = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{VAULT_TYPE}/{name}"
    vault = call.world.resources.get(vault_id.lower())
    if vault is None:
        raise errors.resource_not_found(f"{VAULT_TYPE}/{name}", group)
    return vault


def _checked(entry: Any) -> Wire:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("tenantId", "objectId")):
        raise errors.bad_request("BadRequest", "An access policy needs tenantId and objectId.")
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
