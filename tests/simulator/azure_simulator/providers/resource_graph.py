# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.ResourceGraph: what queries find, of Automation accounts and of role assignments (contract 8).

The tables are ``resources`` (Automation accounts only) and ``authorizationresources``; what is understood of the query
language is in ``resource_query``. Anything else is refused as a query that cannot be parsed.
"""

from __future__ import annotations

import base64
import math
import time
from typing import Any

from azure_simulator import rbac
from azure_simulator.errors import Refusal
from azure_simulator.providers import resource_graph_authorization
from azure_simulator.providers.automation.accounts import show_slim
from azure_simulator.providers.automation.model import Account
from azure_simulator.providers.automation.support import ACTION
from azure_simulator.providers.resource_graph_authorization import Reach
from azure_simulator.resource_query import Row, bad_request, parse
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import group_scope, with_ancestors
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import World

PROVIDER = Provider(
    "Microsoft.ResourceGraph",
    ("2018-09-01-preview", "2019-04-01", "2020-04-01-preview", "2021-03-01", "2022-10-01", "2024-04-01"),
    resource_types=("resources",),
)

_FIRST_VERSION_WITH_SCOPE_FILTER = "2022-10-01"
_QUOTA = 15
_WINDOW_SECONDS = 5
_PAGE = 1000
_STATE = "resource_graph_quota"


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    routes.add("arm", "POST", "/providers/Microsoft.ResourceGraph/resources", _query, mutates=False)


def _query(call: Call) -> Response:
    quota = _take(call)
    body = call.json()
    options = body.get("options") or {}
    query = parse(str(body.get("query") or ""), _TABLES)
    rows = query.run(_TABLES[query.table](call, _reach(call, body, options)))
    start, size = _position(options)
    page = rows[start : start + size]
    answer: Row = {
        "totalRecords": len(rows),
        "count": len(page),
        "data": page if _wants_objects(call, options) else _table(page),
        "facets": [],
        "resultTruncated": "false",
    }
    if start + size < len(rows):
        answer["$skipToken"] = base64.b64encode(f"{start + size}:{size}".encode()).decode()
    return json_response(answer, headers=quota)


# --- where to look --------------------------------------------------------


def _reach(call: Call, body: dict[str, Any], options: dict[str, Any]) -> Reach:
    """What a request asks about, as far as the caller sees it; 400 where that is nothing."""
    asked = _asked(call.world, body)
    tenant = call.who.tenant_id.lower()
    seen = {
        key
        for key, item in call.world.subscriptions.items()
        if item.tenant_id.lower() == tenant
        and (asked is None or key in asked)
        and rbac.sees_subscription(call.world, call.who, item.id)
    }
    if not seen:
        given = "" if asked is None else ", ".join(sorted(asked))
        message = f"There must be at least one subscription that is eligible to contain resources. Given: '{given}'."
        raise bad_request([{"code": "NoValidSubscriptionsInQueryRequest", "message": message}])
    groups = {group_scope(str(name)).lower() for name in body.get("managementGroups") or []}
    return Reach(frozenset(seen), frozenset(groups), asked is None, _scope_filter(call, options))


def _asked(world: World, body: dict[str, Any]) -> set[str] | None:
    """The lower-cased ids of the subscriptions asked for; None for all that the caller reads."""
    groups, subscriptions = body.get("managementGroups"), body.get("subscriptions")
    if groups:
        wanted = {group_scope(str(name)).lower() for name in groups}
        hierarchy = rbac.hierarchy_of(world)
        return {key for key in world.subscriptions if wanted & set(with_ancestors(f"/subscriptions/{key}", hierarchy))}
    return {str(name).lower() for name in subscriptions} if subscriptions else None


def _scope_filter(call: Call, options: dict[str, Any]) -> str:
    """``authorizationScopeFilter``; versions that do not know it do not look at it (contract 8.3)."""
    wanted = options.get("authorizationScopeFilter")
    if wanted is None or call.api_version < _FIRST_VERSION_WITH_SCOPE_FILTER:
        return "AtScopeAndBelow"
    if wanted not in resource_graph_authorization.SCOPE_FILTERS:
        raise bad_request([{"code": "InvalidOptions", "message": f"There is no authorizationScopeFilter '{wanted}'."}])
    return str(wanted)


# --- Automation accounts --------------------------------------------------


def _accounts(call: Call, reach: Reach) -> list[Row]:
    """The accounts that the caller may read; those that he may not are left out without a word."""
    return [
        _row(account)
        for account in call.world.accounts.values()
        if account.subscription_id.lower() in reach.subscriptions
        and rbac.authorize(call.world, call.who, ACTION + "read", account.id)
    ]


def _row(account: Account) -> Row:
    """An account as the table ``resources`` has it: type and resource group in lower case, the slim list's identity."""
    shown = show_slim(account)
    return {
        **shown,
        "type": "microsoft.automation/automationaccounts",
        "tenantId": account.tenant_id,
        "kind": "",
        "resourceGroup": account.group.lower(),
        "subscriptionId": account.subscription_id,
        "managedBy": "",
        "sku": None,
        "plan": None,
        "identity": shown.get("identity"),
        "zones": None,
        "extendedLocation": None,
    }


_TABLES = {"resources": _accounts, "authorizationresources": resource_graph_authorization.rows}


# --- pages, formats, quota ------------------------------------------------


def _position(options: dict[str, Any]) -> tuple[int, int]:
    """Where the page begins and how long it is; ``$skip`` and ``$top`` beat what the token says."""
    start, size = 0, 100
    token = options.get("$skipToken")
    if token:
        try:
            start, size = (int(part) for part in base64.b64decode(token).decode().split(":"))
        except ValueError:
            raise bad_request([{"code": "InvalidSkipToken", "message": "The skip token is not valid."}]) from None
    size = int(options.get("$top") or size)
    if not 1 <= size <= _PAGE:
        raise bad_request([{"code": "InvalidTop", "message": f"$top is from 1 to {_PAGE}."}])
    return int(options.get("$skip") or start), size


def _wants_objects(call: Call, options: dict[str, Any]) -> bool:
    default = "table" if call.api_version < "2020" else "objectArray"
    return str(options.get("resultFormat") or default) == "objectArray"


def _table(rows: list[Row]) -> Row:
    names = list(rows[0]) if rows else []
    kinds = {name: "object" if name in ("tags", "identity", "properties") else "string" for name in names}
    columns = [{"name": name, "type": kinds[name]} for name in names]
    return {"columns": columns, "rows": [[row[name] for name in names] for row in rows]}


def _take(call: Call) -> dict[str, str]:
    """Count the call against its caller's quota; the headers that tell what remains.

    The quota only refuses where the run asks for throttling, as Resource Manager's buckets do.
    """
    windows = call.world.provider_state.setdefault(_STATE, {})
    begun, used = windows.get(call.who.object_id, (0.0, 0))
    now = time.monotonic()
    if now - begun >= _WINDOW_SECONDS:
        begun, used = now, 0
    windows[call.who.object_id] = (begun, used + 1)
    left = math.ceil(begun + _WINDOW_SECONDS - now)
    headers = {
        "x-ms-user-quota-remaining": str(max(0, _QUOTA - used - 1)),
        "x-ms-user-quota-resets-after": f"00:00:{left:02}",
    }
    if call.world.settings.throttle and used >= _QUOTA:
        raise _throttled({**headers, "Retry-After": str(left)})
    return headers


def _throttled(headers: dict[str, str]) -> Refusal:
    message = (
        "Client application has been throttled and should not attempt to repeat the request until an amount of time "
        "has elapsed. Please see https://aka.ms/resourcegraph-throttling for help."
    )
    body = {"error": {"code": "RateLimiting", "message": message, "details": []}}
    return Refusal(429, body, headers=headers)
