# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Insights: action groups and the runbooks that they start (contract 12)."""

from __future__ import annotations

from typing import Any

from azure_simulator.estate_model_dependants import RunbookReceiver
from azure_simulator.paging import paged
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response
from azure_simulator.world import Resource, World

Wire = dict[str, Any]

_TYPE = "Microsoft.Insights/ActionGroups"
_READ = "Microsoft.Insights/actionGroups/read"
_OTHER_RECEIVERS = ("email", "sms", "webhook", "itsm", "azureAppPush", "voice", "logicApp", "azureFunction", "armRole")

PROVIDER = Provider(
    "Microsoft.Insights",
    ("2015-04-01", "2019-06-01", "2021-09-01", "2022-06-01", "2023-01-01"),
    resource_types=("actionGroups",),
)


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    tail = "providers/Microsoft.Insights/actionGroups"
    routes.add("arm", "GET", f"/subscriptions/{{subscription}}/{tail}", list_groups, action=_READ)
    in_group = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/{tail}"
    routes.add("arm", "GET", in_group, list_groups, action=_READ)


def dump(world: World) -> Wire:
    """Action groups as the API shows them, but for the addresses of webhooks."""
    return {"action_groups": [_without_addresses(_show(item)) for item in world.resources_of_type(_TYPE)]}


def action_group_resource(group_id: str, name: str, receivers: list[Wire], *, enabled: bool) -> Resource:
    """An action group; the type's casing and that of the id are the service's own."""
    properties = {
        "groupShortName": name[:12],
        "enabled": enabled,
        **{f"{kind}Receivers": [] for kind in _OTHER_RECEIVERS},
        "automationRunbookReceivers": receivers,
    }
    group_id = f"{group_id}/providers/microsoft.insights/actionGroups/{name}"
    return Resource(group_id, _TYPE, name, properties, "Global", {})


def receiver(item: RunbookReceiver, account_id: str) -> Wire:
    """What an action group starts."""
    return {
        "automationAccountId": account_id,
        "runbookName": item.runbook,
        "webhookResourceId": f"{account_id}/webhooks/{item.webhook}",
        "isGlobalRunbook": item.is_global,
        "name": item.name,
        "serviceUri": item.uri,
        "useCommonAlertSchema": True,
    }


def list_groups(call: Call) -> Response:
    under = call.path.lower().split("/providers/")[0]
    return paged(call, call.world.resources_of_type(_TYPE, under + "/"), _show)


def _show(item: Resource) -> Wire:
    return {
        "id": item.id,
        "type": _TYPE,
        "name": item.name,
        "location": item.location,
        "tags": item.tags or {},
        "properties": item.properties,
    }


def _without_addresses(shown: Wire) -> Wire:
    receivers = [
        {key: value for key, value in one.items() if key != "serviceUri"}
        for one in shown["properties"]["automationRunbookReceivers"]
    ]
    return {**shown, "properties": {**shown["properties"], "automationRunbookReceivers": receivers}}
