# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands for a SubscriptionId that is not known: the one subscription that the identity sees.

Python has no context to read it from. The new code asks Azure Resource Manager, and raises an error unless the answer
is exactly one subscription: it never chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .python_assets import Fetch
from .python_dead import Dead, is_handed_on
from .python_logins import Flow, Gives, Login, is_simple, literal_resource
from .python_names import Names
from .python_source import Arguments, PythonScript, assigned_to, lift_parentheses, statement_of, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

_ARM = frozenset({"management.azure.com", "management.core.windows.net"})


def find_look_up(script: PythonScript, names: Names, dead: Dead, fetch: Fetch) -> tuple[Login, str, list[Node]] | None:
    """Return the place of a look-up, the key that its readers use, and the readers; None where it is not possible.

    It takes the place of the fetch when all that stays of the connection's reads is SubscriptionId.
    """
    statement = statement_of(fetch.call)
    value = lift_parentheses(fetch.call)
    if statement is None or assigned_to(value) is None or fetch.reused is not None or fetch.name_parameter is not None:
        return None
    left = [use for use in fetch.uses if not dead.is_gone(use.node)]
    reads = [use.node for use in left if use.parameter is None]
    handed_on = any(use.parameter is not None and is_handed_on(names, script, use.parameter) for use in left)
    fields = {use.field for use in left if use.parameter is None}
    keys = {_key(script, node) for node in reads}
    if fields != {"subscriptionid"} or len(keys) != 1 or handed_on or not is_simple(script, value, statement):
        return None
    return Login(Gives.ANSWER, value, statement, None, None), keys.pop(), reads


def is_public_cloud(script: PythonScript, flow: Flow, logins: list[Login]) -> bool:
    """Tell whether every login is one to Azure Resource Manager of the public cloud."""
    resources = [literal_resource(script, flow, login) or "" for login in logins]
    return bool(logins) and all(resource.strip("uU\"'/").removeprefix("https://") in _ARM for resource in resources)


def _key(script: PythonScript, read: Node) -> str:
    named = read.child_by_field_name("subscript") or Arguments(script, read).get(0, "key")
    return (string_value(script, named) if named is not None else None) or ""
