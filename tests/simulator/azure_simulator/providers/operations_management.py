# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.OperationsManagement: solutions of Log Analytics workspaces (contract 13)."""

from __future__ import annotations

from typing import Any

from azure_simulator.estate_model_dependants import Solution
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import Resource, World

Wire = dict[str, Any]

_TYPE = "Microsoft.OperationsManagement/solutions"
_READ = f"{_TYPE}/read"

PROVIDER = Provider("Microsoft.OperationsManagement", ("2015-11-01-preview",), resource_types=("solutions",))


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    routes.add("arm", "GET", f"/subscriptions/{{subscription}}/providers/{_TYPE}", list_solutions, action=_READ)
    in_group = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{_TYPE}"
    routes.add("arm", "GET", in_group, list_solutions, action=_READ)


def dump(world: World) -> Wire:
    """Solutions as the API shows them."""
    return {"solutions": [_show(item) for item in world.resources_of_type(_TYPE)]}


def workspace_id(group_id: str, name: str) -> str:
    """The id of a Log Analytics workspace."""
    return f"{group_id}/providers/Microsoft.OperationalInsights/workspaces/{name}"


def solution_resource(group_id: str, item: Solution, contained: list[str], location: str) -> Resource:
    """A solution; without a product it is that of its name: ``Updates(ws)`` is OMSGallery/Updates."""
    product = item.product or f"OMSGallery/{item.name.split('(')[0].split('[')[0]}"
    properties = {
        "provisioningState": "Succeeded",
        "workspaceResourceId": workspace_id(group_id, item.workspace),
        "containedResources": contained,
        "referencedResources": [],
    }
    plan = {"name": item.name, "publisher": "Microsoft", "promotionCode": "", "product": product}
    solution_id = f"{group_id}/providers/{_TYPE}/{item.name}"
    return Resource(solution_id, _TYPE, item.name, properties, location, extra={"plan": plan})


def list_solutions(call: Call) -> Response:
    under = call.path.lower().split("/providers/")[0]
    found = call.world.resources_of_type(_TYPE, under + "/")
    return json_response({"value": [_show(item) for item in found]})


def _show(item: Resource) -> Wire:
    return {
        "id": item.id,
        "location": item.location,
        "name": item.name,
        "type": _TYPE,
        "properties": item.properties,
        **item.extra,
    }
