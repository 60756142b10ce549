# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Update Management and State Configuration of an account, to be listed (contract 3.8)."""

from __future__ import annotations

from typing import Any

from azure_simulator.clock import offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account, Asset
from azure_simulator.providers.automation.support import account_of, add_route, child, times
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, json_response

# Up to this version the members of a node lie beside its name, later in its properties.
_FLAT_NODES = "2017-05-15-preview"


def register(routes: Routes) -> None:
    updates = "softwareUpdateConfigurations"
    add_route(routes, "GET", f"/{updates}", _list_updates, f"{updates}/read")
    add_route(routes, "GET", "/nodes", _list_nodes, "nodes/read")
    add_route(routes, "GET", "/configurations", _list_configurations, "configurations/read")


def _list_updates(call: Call) -> Response:
    """All of them at once: this list has no pages."""
    account = account_of(call)
    return json_response({"value": [_update(account, item) for item in account.update_configurations.values()]})


def _update(account: Account, item: Asset) -> dict[str, Any]:
    properties = {**item.properties, **times(item.created, item.modified)}
    return {
        "name": item.name,
        "id": f"{account.id}/softwareUpdateConfigurations/{item.name}",
        "properties": properties,
    }


def _list_nodes(call: Call) -> Response:
    account = account_of(call)
    nested = call.api_version > _FLAT_NODES
    return paged(call, list(account.dsc_nodes.values()), lambda item: _node(account, item, nested=nested))


def _node(account: Account, item: Asset, *, nested: bool) -> dict[str, Any]:
    """A node is found by its id, not by its name: the key of its path is the guid."""
    properties = {
        **item.properties,
        "lastSeen": offset_text(item.modified),
        "registrationTime": offset_text(item.created),
    }
    shown = {**child(account, "nodes", item.properties["nodeId"]), "name": item.name}
    return {**shown, "properties": properties} if nested else {**shown, **properties}


def _list_configurations(call: Call) -> Response:
    account = account_of(call)
    return paged(call, list(account.dsc_configurations.values()), lambda item: _configuration(account, item))


def _configuration(account: Account, item: Asset) -> dict[str, Any]:
    return {
        **child(account, "configurations", item.name),
        "location": account.location,
        "properties": {**item.properties, **times(item.created, item.modified)},
    }
