# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job prints of the token that it got: the one object that its script turns into JSON, read and filled in.

The script is read, not run: the names are those that it writes, and each value is what its expression
asks for, as far as that is known here; null where it is not.
"""

from __future__ import annotations

import json
import re
from typing import Any

from azure_simulator import rbac
from azure_simulator.providers.automation.default_modules import with_defaults
from azure_simulator.providers.automation.model import Account
from azure_simulator.wire import Caller
from azure_simulator.world import DirectoryObject, World

_POWERSHELL_OBJECT = re.compile(r"@\{(?P<body>[^{}]*)\}\s*\|\s*ConvertTo-Json", re.IGNORECASE)
_PYTHON_OBJECT = re.compile(r"json\.dumps\(\s*\{(?P<body>[^{}]*)\}")
_POWERSHELL_ENTRY = re.compile(r"^\s*['\"]?(?P<name>\w+)['\"]?\s*=\s*(?P<value>.+?)\s*;?\s*$")
_PYTHON_ENTRY = re.compile(r"^\s*['\"](?P<name>\w+)['\"]\s*:\s*(?P<value>.+?)\s*,?\s*$")
_LITERAL = re.compile(r"'([^']*)'|\"([^\"$]*)\"")
_ASKS_FOR_A_TOKEN = re.compile(r"Get-AzAccessToken|IDENTITY_ENDPOINT", re.IGNORECASE)
_SUBSCRIPTIONS = re.compile(r"Get-AzSubscription|subscriptionId", re.IGNORECASE)
_VARIABLE = re.compile(r"^@?\(?\$?(\w+)\)?$")
_POWERSHELLS = {"powershell72": ("7.2.0", "powershell72_modules"), "powershell7": ("7.1.0", "powershell7_modules")}


def printed(world: World, account: Account, principal: DirectoryObject, text: str, runbook_type: str) -> str | None:
    """The line that the script prints about its token; None where it asks for none, or prints no such object."""
    python = runbook_type.lower().startswith("python")
    found = (_PYTHON_OBJECT if python else _POWERSHELL_OBJECT).search(text)
    if found is None or _ASKS_FOR_A_TOKEN.search(text) is None:
        return None
    entry = _PYTHON_ENTRY if python else _POWERSHELL_ENTRY
    lines = [line for line in found["body"].splitlines() if line.strip()]
    matches = [match for match in map(entry.match, lines) if match is not None]
    shown = {match["name"]: _value(world, account, principal, text, runbook_type, match["value"]) for match in matches}
    return json.dumps(shown, separators=(",", ":"))


def visible_subscriptions(world: World, principal: DirectoryObject) -> list[str]:
    """The subscriptions of its tenant that a principal is shown."""
    caller = Caller(principal.id, principal.data["appId"], principal.tenant_id, "")
    return [
        subscription.id
        for subscription in world.subscriptions.values()
        if subscription.tenant_id == principal.tenant_id and rbac.sees_subscription(world, caller, subscription.id)
    ]


def _value(
    world: World, account: Account, principal: DirectoryObject, text: str, runbook_type: str, expression: str
) -> Any:
    literal = _LITERAL.fullmatch(expression)
    if literal is not None:
        return literal[1] if literal[1] is not None else literal[2]
    if re.search(r"\boid\b", expression):
        return principal.id
    if re.search(r"\btid\b", expression):
        return principal.tenant_id
    version, modules = _POWERSHELLS.get(runbook_type.lower(), ("5.1.0", "modules"))
    if "PSVersionTable" in expression:
        return version
    if "sys.version" in expression:
        return "3.8.0"
    if "Az.Accounts" in expression:
        held = with_defaults(account, modules).get("az.accounts")
        return held.properties.get("version") if held is not None else None
    return visible_subscriptions(world, principal) if _lists_subscriptions(text, expression) else None


def _lists_subscriptions(text: str, expression: str) -> bool:
    """Whether an expression is a variable that was given the subscriptions."""
    variable = _VARIABLE.match(expression)
    if variable is None:
        return False
    assigned = re.findall(r"\$?\b" + re.escape(variable[1]) + r"\s*=\s*([^\r\n]*)", text, re.IGNORECASE)
    return any(_SUBSCRIPTIONS.search(value) for value in assigned)
