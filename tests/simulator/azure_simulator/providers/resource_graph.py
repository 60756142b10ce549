# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.ResourceGraph: Automation accounts, as queries find them (contract 8).

Of the query language it understands what this collection sends: one table, ``where`` with
equality, ``project`` and ``order by``. Anything else is refused as a query that cannot be parsed.
"""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from azure_simulator import rbac
from azure_simulator.errors import Refusal
from azure_simulator.providers.automation.accounts import show_slim
from azure_simulator.providers.automation.model import Account
from azure_simulator.providers.automation.support import ACTION
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import group_scope, with_ancestors
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import World, new_id

Row = dict[str, Any]

PROVIDER = Provider(
    "Microsoft.ResourceGraph",
    ("2018-09-01-preview", "2019-04-01", "2020-04-01-preview", "2021-03-01", "2022-10-01", "2024-04-01"),
    resource_types=("resources",),
)

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
    query = _parse(str(body.get("query") or ""))
    rows = query.run(_rows(call, _scopes(call.world, body)))
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


# --- which accounts -------------------------------------------------------


def _scopes(world: World, body: dict[str, Any]) -> set[str] | None:
    """The lower-cased ids of the subscriptions asked for; None for all that the caller reads."""
    groups, subscriptions = body.get("managementGroups"), body.get("subscriptions")
    if groups:
        wanted = {group_scope(str(name)).lower() for name in groups}
        hierarchy = rbac.hierarchy_of(world)
        return {key for key in world.subscriptions if wanted & set(with_ancestors(f"/subscriptions/{key}", hierarchy))}
    return {str(name).lower() for name in subscriptions} if subscriptions else None


def _rows(call: Call, scopes: set[str] | None) -> list[Row]:
    """The accounts that the caller may read; those that he may not are left out without a word."""
    tenant = call.who.tenant_id.lower()
    eligible = {
        key
        for key, item in call.world.subscriptions.items()
        if item.tenant_id.lower() == tenant
        and (scopes is None or key in scopes)
        and rbac.sees_subscription(call.world, call.who, item.id)
    }
    if not eligible:
        given = "" if scopes is None else ", ".join(sorted(scopes))
        message = f"There must be at least one subscription that is eligible to contain resources. Given: '{given}'."
        raise _bad_request([{"code": "NoValidSubscriptionsInQueryRequest", "message": message}])
    return [
        _row(account)
        for account in call.world.accounts.values()
        if account.subscription_id.lower() in eligible
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


# --- the query language ---------------------------------------------------

_TOKEN = re.compile(r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>\w+)|(?P<sign>=~|==|!~|!=|.))", re.DOTALL)
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=~": lambda left, right: left.lower() == right.lower(),
    "==": lambda left, right: left == right,
}


@dataclass(frozen=True)
class _Token:
    text: str
    at: int


class _Query:
    """A parsed query: its steps turn rows into rows."""

    def __init__(self) -> None:
        self.steps: list[Callable[[list[Row]], list[Row]]] = []

    def run(self, rows: list[Row]) -> list[Row]:
        for step in self.steps:
            rows = step(rows)
        return rows


class _Reader:
    """The tokens of a query, one after the other; refuses what does not fit."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [_Token(match.group().strip(), match.end()) for match in _TOKEN.finditer(text.rstrip())]
        self.next = 0

    def peek(self) -> str:
        return self.tokens[self.next].text if self.next < len(self.tokens) else "<EOF>"

    def take(self, fits: Callable[[str], bool]) -> str:
        token = self.peek()
        if token == "<EOF>" or not fits(token):
            raise self.refusal()
        self.next += 1
        return token

    def word(self, *words: str) -> str:
        """The next token, in lower case; one of ``words``, if they are given."""
        return self.take(lambda token: token.isidentifier() and (not words or token.lower() in words)).lower()

    def column(self) -> str:
        return self.take(str.isidentifier)

    def refusal(self) -> Refusal:
        """400, with the place where the query cannot be understood."""
        here = self.tokens[self.next] if self.next < len(self.tokens) else None
        position = here.at - len(here.text) if here else len(self.text)
        failure = {
            "code": "ParserFailure",
            "message": "ParserFailure",
            "line": 1,
            "characterPositionInLine": position,
            "token": self.peek(),
            "expectedToken": "Ǐ",
        }
        invalid = {"code": "InvalidQuery", "message": "Query is invalid. Please refer to the documentation."}
        return _bad_request([invalid, failure])


def _parse(text: str) -> _Query:
    reader, query = _Reader(text), _Query()
    reader.word("resources")
    while reader.peek() != "<EOF>":
        reader.take("|".__eq__)
        step = {"where": _where, "project": _project, "order": _order}[reader.word("where", "project", "order")]
        query.steps.append(step(reader))
    return query


def _where(reader: _Reader) -> Callable[[list[Row]], list[Row]]:
    column = reader.column()
    holds = _OPERATORS[reader.take(_OPERATORS.__contains__)]
    wanted = reader.take(lambda token: token[0] in "'\"")[1:-1]
    return lambda rows: [row for row in rows if holds(str(row.get(column)), wanted)]


def _project(reader: _Reader) -> Callable[[list[Row]], list[Row]]:
    columns = [reader.column()]
    while reader.peek() == ",":
        reader.take(",".__eq__)
        columns.append(reader.column())
    return lambda rows: [{column: row.get(column) for column in columns} for row in rows]


def _order(reader: _Reader) -> Callable[[list[Row]], list[Row]]:
    reader.word("by")
    column = reader.column()
    descending = reader.word("asc", "desc") == "desc"
    return lambda rows: sorted(rows, key=lambda row: str(row.get(column)).lower(), reverse=descending)


# --- pages, formats, quota, errors ----------------------------------------


def _position(options: dict[str, Any]) -> tuple[int, int]:
    """Where the page begins and how long it is; ``$skip`` and ``$top`` beat what the token says."""
    start, size = 0, 100
    token = options.get("$skipToken")
    if token:
        try:
            start, size = (int(part) for part in base64.b64decode(token).decode().split(":"))
        except ValueError:
            raise _bad_request([{"code": "InvalidSkipToken", "message": "The skip token is not valid."}]) from None
    size = int(options.get("$top") or size)
    if not 1 <= size <= _PAGE:
        raise _bad_request([{"code": "InvalidTop", "message": f"$top is from 1 to {_PAGE}."}])
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


def _bad_request(details: Iterable[dict[str, Any]]) -> Refusal:
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    message = f"Please provide below info when asking for support: timestamp = {moment}, correlationId = {new_id()}."
    return Refusal(400, {"error": {"code": "BadRequest", "message": message, "details": list(details)}})
