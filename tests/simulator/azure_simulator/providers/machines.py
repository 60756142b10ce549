# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that hybrid workers run on: Microsoft.Compute and Microsoft.HybridCompute, to read only (contract 1.2)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import Resource, World

Wire = dict[str, Any]

VM_TYPE = "Microsoft.Compute/virtualMachines"
ARC_TYPE = "Microsoft.HybridCompute/machines"

COMPUTE = Provider(
    "Microsoft.Compute",
    ("2022-03-01", "2023-03-01", "2023-09-01", "2024-03-01", "2024-07-01", "2024-11-01"),
    resource_types=("virtualMachines",),
)
HYBRID_COMPUTE = Provider(
    "Microsoft.HybridCompute",
    ("2020-08-02", "2021-05-20", "2022-12-27", "2024-07-10"),
    resource_types=("machines",),
)

_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/"
_PUBLISHER = "Microsoft.Azure.Automation.HybridWorker"
_EXTENSION = "HybridWorkerExtension"


def register(routes: Routes) -> None:
    routes.add_provider(COMPUTE)
    routes.add_provider(HYBRID_COMPUTE)
    routes.add("arm", "GET", f"{_GROUP}{VM_TYPE}/{{machine}}", get_virtual_machine, action=f"{VM_TYPE}/read")
    arc = f"{_GROUP}{ARC_TYPE}/{{machine}}"
    routes.add("arm", "GET", arc, get_arc_machine, action=f"{ARC_TYPE}/read")
    routes.add("arm", "GET", f"{arc}/extensions", list_arc_extensions, action=f"{ARC_TYPE}/extensions/read")


def dump(world: World) -> Wire:
    """The machines of hybrid workers as the API shows them."""
    return {
        "virtual_machines": [_shown(item) for item in world.resources_of_type(VM_TYPE)],
        "arc_machines": [_shown(item) for item in world.resources_of_type(ARC_TYPE)],
    }


# --- what an estate makes -------------------------------------------------


def machine_id(group_id: str, name: str, *, arc: bool) -> str:
    return f"{group_id}/providers/{ARC_TYPE if arc else VM_TYPE}/{name}"


def virtual_machine(group_id: str, name: str, location: str, os: str, version: str | None) -> Resource:
    """A virtual machine of Azure; ``version`` is that of its hybrid worker extension, None for one without."""
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"osDisk": {"osType": os, "createOption": "FromImage"}, "dataDisks": []},
        "osProfile": {"computerName": name[:15]},
        "provisioningState": "Succeeded",
    }
    made = Resource(machine_id(group_id, name, arc=False), VM_TYPE, name, properties, location, {})
    made.extra["extensions"] = _extensions(made, os, version)
    return made


def arc_machine(group_id: str, name: str, location: str, os: str, version: str | None) -> Resource:
    """A machine of Azure Arc; the operating system is in lower case."""
    properties = {"osType": os.lower(), "osSku": None, "status": "Connected", "provisioningState": "Succeeded"}
    made = Resource(machine_id(group_id, name, arc=True), ARC_TYPE, name, properties, location, {})
    made.extra["extensions"] = _extensions(made, os, version)
    return made


def _extensions(machine: Resource, os: str, version: str | None) -> list[Wire]:
    if version is None:
        return []
    properties = {
        "publisher": _PUBLISHER,
        "type": f"HybridWorkerFor{os}",
        # What was asked for: a major and a minor number; the instance view has what is installed.
        "typeHandlerVersion": ".".join(version.split(".")[:2]),
        "autoUpgradeMinorVersion": True,
        "enableAutomaticUpgrade": True,
        "settings": {},
        "provisioningState": "Succeeded",
    }
    item = {
        "id": f"{machine.id}/extensions/{_EXTENSION}",
        "name": _EXTENSION,
        "type": f"{machine.type}/extensions",
        "location": machine.location,
        "properties": properties,
        "installed": version,
    }
    return [item]


# --- handlers -------------------------------------------------------------


def get_virtual_machine(call: Call) -> Response:
    """The machine with its extensions; versions that are installed are in the instance view, if it is asked for."""
    machine = _existing(call, VM_TYPE)
    shown = _shown(machine)
    shown["resources"] = [_without_view(item) for item in machine.extra["extensions"]]
    if call.query.get("$expand", "").lower() == "instanceview":
        view = {"extensions": [_installed(item, f"{_PUBLISHER}.") for item in machine.extra["extensions"]]}
        shown["properties"] = {**shown["properties"], "instanceView": view}
    return json_response(shown)


def get_arc_machine(call: Call) -> Response:
    return json_response({**_shown(_existing(call, ARC_TYPE)), "resources": []})


def list_arc_extensions(call: Call) -> Response:
    return paged(call, list(_existing(call, ARC_TYPE).extra["extensions"]), _arc_extension)


def _existing(call: Call, kind: str) -> Resource:
    subscription, group, name = (call.params[key] for key in ("subscription", "group", "machine"))
    if call.world.find_resource_group(subscription, group) is None:
        raise errors.resource_group_not_found(group)
    found = call.world.resources.get(
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{name}".lower()
    )
    if found is None:
        raise errors.resource_not_found(f"{kind}/{name}", group)
    return found


def _shown(machine: Resource) -> Wire:
    identity = machine.extra.get("identity")
    return {
        "id": machine.id,
        "name": machine.name,
        "type": machine.type,
        "location": machine.location,
        "tags": machine.tags,
        **({"identity": identity} if identity else {}),
        "properties": machine.properties,
    }


def _without_view(item: Wire) -> Wire:
    return {key: value for key, value in item.items() if key != "installed"}


def _installed(item: Wire, publisher: str = "") -> Wire:
    kind = publisher + item["properties"]["type"]
    return {"name": item["name"], "type": kind, "typeHandlerVersion": item["installed"]}


def _arc_extension(item: Wire) -> Wire:
    view = {**_installed(item), "status": {"code": "success", "level": "Information"}}
    return {**_without_view(item), "properties": {**item["properties"], "instanceView": view}}
