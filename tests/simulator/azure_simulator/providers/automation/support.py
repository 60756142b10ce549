# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every part of the Automation provider needs: finding the account, ids, filters, routes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from azure_simulator import errors
from azure_simulator.clock import offset_text
from azure_simulator.providers.automation.model import Account
from azure_simulator.router import Handler, Routes
from azure_simulator.wire import Call

ACCOUNT = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Automation/automationAccounts/{account}"
)
ACTION = "Microsoft.Automation/automationAccounts/"
TYPE = "Microsoft.Automation/AutomationAccounts"


def account_of(call: Call) -> Account:
    """The account of the path; the gateway's 404 when it or its resource group is missing."""
    subscription, group, name = call.params["subscription"], call.params["group"], call.params["account"]
    key = (
        f"/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.automation/automationaccounts/{name}"
    ).lower()
    account = call.world.accounts.get(key)
    if account is None:
        require_resource_group(call)
        raise errors.resource_not_found(f"Microsoft.Automation/automationAccounts/{name}", group)
    return account


def require_resource_group(call: Call) -> None:
    """404 ResourceGroupNotFound when the group of the path is missing."""
    if call.world.find_resource_group(call.params["subscription"], call.params["group"]) is None:
        raise errors.resource_group_not_found(call.params["group"])


def child(account: Account, segment: str, name: str) -> dict[str, Any]:
    """id, name and type of a sub-resource; the type is Pascal-cased (contract 0)."""
    return {
        "id": f"{account.id}/{segment}/{name}",
        "name": name,
        "type": f"{TYPE}/{segment[0].upper()}{segment[1:]}",
    }


def times(created: int, modified: int) -> dict[str, str]:
    return {"creationTime": offset_text(created), "lastModifiedTime": offset_text(modified)}


def properties_of(call: Call) -> dict[str, Any]:
    """``properties`` of the body, {} if absent; 400 if it is no object."""
    properties = call.json().get("properties")
    if properties is None:
        return {}
    if not isinstance(properties, dict):
        raise errors.bare(400, "BadRequest", "The properties of the request are invalid.")
    return properties


def name_in(value: Any, what: str) -> str:
    """``name`` of a reference such as ``{"runbook": {"name": "rb"}}``; 400 if there is none."""
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        raise errors.bare(400, "BadRequest", f"The {what} name is missing.")
    return name


_FILTER = re.compile(r"properties/([\w/]+) eq '([^']*)'", re.IGNORECASE)


def matches_filter(call: Call) -> Callable[[dict[str, Any]], bool]:
    """The ``$filter`` of a list as a test of shown items: terms ``properties/a/b eq 'v'`` joined by and."""
    terms = _FILTER.findall(call.query.get("$filter", ""))

    def matches(shown: dict[str, Any]) -> bool:
        return all(_at(shown["properties"], path).lower() == value.lower() for path, value in terms)

    return matches


def _at(value: Any, path: str) -> str:
    for part in path.split("/"):
        value = value.get(part) if isinstance(value, dict) else None
    return str(value)


def add_route(
    routes: Routes,
    method: str,
    path: str,
    handler: Handler,
    action: str,
    *,
    mutates: bool | None = None,
) -> None:
    """Register ``handler`` below the account; ``action`` is relative to automationAccounts."""
    routes.add("arm", method, ACCOUNT + path, handler, action=ACTION + action, mutates=mutates)
