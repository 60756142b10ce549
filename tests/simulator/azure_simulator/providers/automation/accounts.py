# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Automation accounts (contract 1)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.clock import offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation import identity
from azure_simulator.providers.automation.model import Account, add_account
from azure_simulator.providers.automation.support import (
    ACCOUNT,
    ACTION,
    TYPE,
    account_of,
    add_route,
    require_resource_group,
)
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty, json_response

_LIST = "/providers/Microsoft.Automation/automationAccounts"


def register(routes: Routes) -> None:
    add_route(routes, "GET", "", _get, "read")
    add_route(routes, "PUT", "", _put, "write")
    add_route(routes, "PATCH", "", _patch, "write")
    add_route(routes, "DELETE", "", _delete, "delete")
    add_route(routes, "GET", "/linkedWorkspace", _linked_workspace, "linkedWorkspace/read")
    group = ACCOUNT.split("/providers/", maxsplit=1)[0]
    routes.add("arm", "GET", group + _LIST, _list_group, action=ACTION + "read")
    routes.add("arm", "GET", "/subscriptions/{subscription}" + _LIST, _list_subscription, action=ACTION + "read")


def _get(call: Call) -> Response:
    account = account_of(call)
    shown = show(account, call.api_version)
    shown["properties"]["privateEndpointConnections"] = []
    return json_response(shown, headers={"ocp-automation-accountid": account.guid})


def _put(call: Call) -> Response:
    require_resource_group(call)
    body = call.json()
    known = call.world.accounts.get(_key(call))
    account = known or _new_account(call, body)
    if body.get("identity") is not None:
        identity.apply(call, account, body["identity"], merge=False, creating=known is None)
    if known is None:
        add_account(call.world, account)
    _update(call, account, body)
    headers = {} if known else {"Location": call.url_of(call.path)}
    return json_response(show(account, call.api_version), 200 if known else 201, headers)


def _patch(call: Call) -> Response:
    account = account_of(call)
    body = call.json()
    if body.get("identity") is not None:
        identity.apply(call, account, body["identity"], merge=True)
    _update(call, account, body)
    return json_response(show(account, call.api_version))


def _delete(call: Call) -> Response:
    account = call.world.accounts.pop(_key(call), None)
    if account is None:
        require_resource_group(call)
        return empty(204)
    identity.disable_system_identity(call.world, account)
    return empty(200)


def _linked_workspace(call: Call) -> Response:
    return json_response({"id": account_of(call).linked_workspace})


def _list_group(call: Call) -> Response:
    require_resource_group(call)
    return _list(call, f"/subscriptions/{call.params['subscription']}/resourcegroups/{call.params['group']}/")


def _list_subscription(call: Call) -> Response:
    return _list(call, f"/subscriptions/{call.params['subscription']}/")


def _list(call: Call, under: str) -> Response:
    found = [account for key, account in call.world.accounts.items() if key.startswith(under.lower())]
    # Accounts of one region come together, and not by name (contract 1).
    found.sort(key=lambda account: (account.location.lower(), account.guid))
    return paged(call, found, show_slim, size=200)


def _key(call: Call) -> str:
    return call.path.rstrip("/").lower()


def _new_account(call: Call, body: dict[str, Any]) -> Account:
    if not body.get("location"):
        raise errors.bad_request("LocationRequired", "The location property is required for this definition.")
    group = call.world.find_resource_group(call.params["subscription"], call.params["group"])
    return Account(
        call.world.subscriptions[call.params["subscription"].lower()].id,
        group.name if group else call.params["group"],
        call.params["account"],
        call.who.tenant_id,
        body["location"],
    )


def _update(call: Call, account: Account, body: dict[str, Any]) -> None:
    properties = body.get("properties") or {}
    if body.get("tags") is not None:
        account.tags = dict(body["tags"])
    if properties.get("publicNetworkAccess") is not None:
        account.public_network_access = bool(properties["publicNetworkAccess"])
    if properties.get("disableLocalAuth") is not None:
        account.disable_local_auth = bool(properties["disableLocalAuth"])
    if properties.get("encryption") is not None:
        account.encryption = properties["encryption"]
    account.modified = call.world.clock.now()


def show(account: Account, version: str) -> dict[str, Any]:
    """The full account, as GET, PUT and PATCH answer it."""
    properties: dict[str, Any] = {
        "publicNetworkAccess": account.public_network_access,
        "disableLocalAuth": account.disable_local_auth,
        "sku": {"name": "Basic", "family": None, "capacity": None},
        "state": "Ok",
        "RegistrationUrl": f"https://{account.guid}.agentsvc.azure-automation.invalid/accounts/{account.guid}",
        "encryption": account.encryption
        or {"keySource": "Microsoft.Automation", "identity": {"userAssignedIdentity": None}},
        "automationHybridServiceUrl": f"https://{account.guid}.jrds.azure-automation.invalid/automationAccounts/"
        f"{account.guid}",
        "RuntimeConfiguration": {
            "powershell": {"builtinModules": {"Az": "8.0.0"}},
            "powershell7": {"builtinModules": {"Az": "8.0.0"}},
        },
        "creationTime": offset_text(account.created),
        "lastModifiedBy": None,
        "lastModifiedTime": offset_text(account.modified),
    }
    shown: dict[str, Any] = {
        "name": account.name,
        "systemData": {
            "createdAt": offset_text(account.created),
            "lastModifiedAt": offset_text(account.modified),
        },
        "id": account.id,
        "type": TYPE,
        "location": account.location,
        "tags": account.tags,
        "etag": None,
        "properties": properties,
    }
    held = identity.show(account)
    if held is not None:
        shown["identity"] = held
    if version == "2015-10-31":
        del shown["systemData"], properties["encryption"]
        shown.pop("identity", None)
    return shown


def show_slim(account: Account) -> dict[str, Any]:
    """A list item: no sku, no systemData, and an identity only if it has a system part (contract 1)."""
    shown: dict[str, Any] = {
        "id": account.id,
        "location": account.location,
        "name": account.name,
        "type": TYPE,
        "tags": account.tags,
        "properties": {
            "creationTime": offset_text(account.created),
            "lastModifiedTime": offset_text(account.modified),
            "state": "Ok",
            "publicNetworkAccess": account.public_network_access,
            "disableLocalAuth": account.disable_local_auth,
        },
    }
    if account.system_principal_id:
        # Some real list items have the type in lower case; here those whose guid begins low.
        lowered = account.guid < "4"
        shown["identity"] = {
            "type": "systemassigned" if lowered else identity.SYSTEM,
            "principalId": account.system_principal_id,
            "tenantId": account.tenant_id,
        }
    return shown
