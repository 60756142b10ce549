# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Management: management groups, to find them and what lies in them."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import group_scope
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import ManagementGroup, Subscription

Wire = dict[str, Any]

_TYPE = "Microsoft.Management/managementGroups"
_READ = f"{_TYPE}/read"

PROVIDER = Provider(
    "Microsoft.Management",
    ("2018-03-01-preview", "2020-05-01", "2021-04-01", "2023-04-01"),
    resource_types=("managementGroups",),
)

_LIST = "/providers/Microsoft.Management/managementGroups"
_ONE = _LIST + "/{group}"


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    routes.add("arm", "GET", _LIST, list_groups)
    routes.add("arm", "GET", _ONE, get_group, action=_READ)
    routes.add("arm", "GET", _ONE + "/descendants", list_descendants, action=_READ)


def list_groups(call: Call) -> Response:
    """The management groups that the caller may read."""
    seen = [
        group
        for group in call.world.management_groups.values()
        if group.tenant_id.lower() == call.who.tenant_id.lower()
        and rbac.authorize(call.world, call.who, _READ, group_scope(group.name))
    ]
    return paged(call, seen, _item)


def get_group(call: Call) -> Response:
    group = _existing(call)
    item = _item(group)
    item["properties"]["details"] = {"parent": _parent(call, group)}
    if call.query.get("$expand", "").lower() == "children":
        item["properties"]["children"] = [_child(child) for child in _children(call, group)]
    return json_response(item)


def list_descendants(call: Call) -> Response:
    """Everything below a group: groups and subscriptions, at any depth."""
    found: list[ManagementGroup | Subscription] = []
    waiting = [_existing(call)]
    while waiting:
        children = _children(call, waiting.pop(0))
        found.extend(children)
        waiting.extend(child for child in children if isinstance(child, ManagementGroup))
    return paged(call, found, _descendant)


def _existing(call: Call) -> ManagementGroup:
    name = call.params["group"]
    group = call.world.management_groups.get(name.lower())
    if group is None or group.tenant_id.lower() != call.who.tenant_id.lower():
        raise errors.arm_error(404, "NotFound", f"The management group '{name}' cannot be found.")
    return group


def _children(call: Call, group: ManagementGroup) -> list[ManagementGroup | Subscription]:
    name = group.name.lower()
    groups = [item for item in call.world.management_groups.values() if (item.parent or "").lower() == name]
    subscriptions = [
        item for item in call.world.subscriptions.values() if (item.management_group or "").lower() == name
    ]
    return [*groups, *subscriptions]


def _parent(call: Call, group: ManagementGroup) -> Wire | None:
    parent = call.world.management_groups.get((group.parent or "").lower())
    return {"id": group_scope(parent.name), "name": parent.name, "displayName": parent.display_name} if parent else None


def _item(group: ManagementGroup) -> Wire:
    return {
        "id": group_scope(group.name),
        "type": _TYPE,
        "name": group.name,
        "properties": {"tenantId": group.tenant_id, "displayName": group.display_name},
    }


def _descendant(item: ManagementGroup | Subscription) -> Wire:
    """An item of the descendants: display name and parent are properties (contract 8.2)."""
    shown = _child(item)
    parent = item.parent if isinstance(item, ManagementGroup) else item.management_group
    properties = {"displayName": shown.pop("displayName"), "parent": {"id": group_scope(parent or "")}}
    return {**shown, "properties": properties}


def _child(item: ManagementGroup | Subscription) -> Wire:
    if isinstance(item, ManagementGroup):
        return {"id": group_scope(item.name), "type": _TYPE, "name": item.name, "displayName": item.display_name}
    return {"id": f"/subscriptions/{item.id}", "type": "/subscriptions", "name": item.id, "displayName": item.name}
