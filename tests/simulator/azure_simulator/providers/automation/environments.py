# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runtime environments (contract 1.3), and lists that are empty or fixed here."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account, Asset, add_asset
from azure_simulator.providers.automation.support import account_of, add_route, child, properties_of
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty, json_response

# name: (language, version, default packages); package names come back in lower case.
_SYSTEM: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "PowerShell-5.1": ("PowerShell", "5.1", {"az": "8.0.0"}),
    "PowerShell-7.1": ("PowerShell", "7.1", {"az": "8.0.0"}),
    "PowerShell-7.2": ("PowerShell", "7.2", {"az": "11.2.0", "azure cli": "2.56.0"}),
    "Python-2.7": ("Python", "2.7", None),
    "Python-3.8": ("Python", "3.8", None),
    "Python-3.10": ("Python", "3.10", None),
}
_CONNECTION_TYPES = {
    "Azure": ["AutomationCertificateName", "SubscriptionID"],
    "AzureClassicCertificate": ["SubscriptionName", "SubscriptionId", "CertificateAssetName"],
    "AzureServicePrincipal": ["ApplicationId", "TenantId", "CertificateThumbprint", "SubscriptionId"],
}
_EMPTY_LISTS = (
    "configurations",
    "nodeConfigurations",
    "nodes",
    "privateEndpointConnections",
    "python2Packages",
    "softwareUpdateConfigurations",
    "watchers",
)
_ENVIRONMENT = "/runtimeEnvironments/{name}"


def register(routes: Routes) -> None:
    action = "runtimeEnvironments/"
    add_route(routes, "GET", "/runtimeEnvironments", _list, action + "read")
    add_route(routes, "GET", _ENVIRONMENT, _get, action + "read")
    add_route(routes, "PUT", _ENVIRONMENT, _put, action + "write")
    add_route(routes, "PATCH", _ENVIRONMENT, _patch, action + "write")
    add_route(routes, "DELETE", _ENVIRONMENT, _delete, action + "delete")
    add_route(routes, "GET", "/connectionTypes", _list_connection_types, "connectionTypes/read")
    for segment in _EMPTY_LISTS:
        add_route(routes, "GET", f"/{segment}", _list_nothing, f"{segment}/read")


def _system(name: str) -> Asset:
    language, version, packages = _SYSTEM[name]
    return Asset(
        name,
        {
            "runtime": {"language": language, "version": version},
            "defaultPackages": packages,
            "description": f"System-generated Runtime Environment for {language} {version}",
        },
    )


def is_system(item: Asset) -> bool:
    """Whether the environment is one of the service's own, which cannot be edited (contract 3.5.1)."""
    return item.name in _SYSTEM


def environments(account: Account) -> dict[str, Asset]:
    """The system ones, always present, and the account's own; keys are lower-cased."""
    return {**{name.lower(): _system(name) for name in _SYSTEM}, **account.runtime_environments}


def _show(account: Account, item: Asset) -> dict[str, Any]:
    return {
        **child(account, "runtimeEnvironments", item.name),
        "location": account.location,
        "tags": {},
        "properties": item.properties,
        "systemData": {},
    }


def find(call: Call) -> tuple[Account, Asset]:
    """The account and the runtime environment of the path; 404 where it is missing."""
    return find_named(call, call.params["name"])


def find_named(call: Call, name: str) -> tuple[Account, Asset]:
    """The account and its runtime environment of this name; 404 where it is missing."""
    account = account_of(call)
    item = environments(account).get(name.lower())
    if item is None:
        raise errors.bare(404, "NotFound", "Runtime environment not found.")
    return account, item


def _list(call: Call) -> Response:
    account = account_of(call)
    return paged(call, list(environments(account).values()), lambda item: _show(account, item))


def _get(call: Call) -> Response:
    return json_response(_show(*find(call)))


def _put(call: Call) -> Response:
    account, sent = account_of(call), properties_of(call)
    name = call.params["name"]
    known = name.lower() in environments(account)
    runtime = sent.get("runtime") or {}
    if name in _SYSTEM or not runtime.get("language") or not runtime.get("version"):
        raise errors.bare(400, "BadRequest", "The runtime environment is invalid.")
    packages = {key.lower(): value for key, value in (sent.get("defaultPackages") or {}).items()}
    properties = {"runtime": runtime, "defaultPackages": packages or None, "description": sent.get("description")}
    item = add_asset(call.world, account, "runtime_environments", name, properties)
    return json_response(_show(account, item), 200 if known else 201)


def _patch(call: Call) -> Response:
    account, item = find(call)
    if item.name in _SYSTEM:
        raise errors.bare(400, "BadRequest", "A system runtime environment cannot be changed.")
    for key, value in (properties_of(call).get("defaultPackages") or {}).items():
        item.properties["defaultPackages"] = {**(item.properties["defaultPackages"] or {}), key.lower(): value}
    return json_response(_show(account, item))


def _delete(call: Call) -> Response:
    gone = account_of(call).runtime_environments.pop(call.params["name"].lower(), None)
    return empty(204 if gone is None else 200)


def _list_nothing(call: Call) -> Response:
    account_of(call)
    return json_response({"value": []})


def _list_connection_types(call: Call) -> Response:
    account = account_of(call)
    return json_response(
        {
            "value": [
                {
                    **child(account, "connectionTypes", name),
                    "properties": {
                        "isGlobal": True,
                        "fieldDefinitions": {
                            item: {"type": "System.String", "isEncrypted": False, "isOptional": False}
                            for item in fields
                        },
                        "description": None,
                    },
                }
                for name, fields in _CONNECTION_TYPES.items()
            ]
        }
    )
