# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether the context of the rewritten login is surely the current one at some place of the script."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .commands import Command
from .flow import Flow
from .login_parameters import AZURERM, LOGINS
from .result import RewriteOptions
from .syntax import ancestors, same_span

if TYPE_CHECKING:
    from tree_sitter import Node

_SESSIONS = {"function_statement", "inlinescript_statement"}
_MAYBE_SKIPPED = {"if_statement", "switch_statement", "catch_clause", "script_block_expression", *_SESSIONS}
_REPEATED = {"foreach_statement", "for_statement", "while_statement", "do_statement", "script_block_expression"}
_CHANGES_SUBSCRIPTION = re.compile(r"(?:set|select|clear|import|remove)-az(?:urerm)?(?:context|subscription|account)")
_OTHER_SCRIPT = re.compile(r".*\.ps1|", re.DOTALL)


class Contexts:
    """The contexts of a script: where a login makes one, and what may change it afterwards."""

    def __init__(self, flow: Flow, logins: list[Command], commands: list[Command], options: RewriteOptions) -> None:
        self._logins = logins
        self._stays_azurerm = options.azurerm == "keep"
        rewritten = {login.node.start_byte for login in logins}
        others = [c for c in commands if c.node.start_byte not in rewritten]
        self._other_logins = [c for c in others if c.name in LOGINS]
        self._changes = [c for c in others if _changes_context(c, flow)]

    def command_at(self, node: Node, field: str) -> str | None:
        """Return the command that reads the login's context at ``node``; None when the context may be another one.

        Only another login changes the tenant (``field`` tenantid); many commands change the subscription.
        """
        changes = self._changes if field == "subscriptionid" else self._other_logins
        if any(_may_run_before(change.node, node) for change in changes):
            return None
        for login in self._logins:
            if login.node.end_byte <= node.start_byte and always_before(login.node, node):
                is_azurerm = self._stays_azurerm and LOGINS[login.name] == AZURERM
                return "Get-AzureRmContext" if is_azurerm else "Get-AzContext"
        return None


def changes_subscription(name: str) -> bool:
    """Tell whether a cmdlet (lower case) may choose another subscription for those after it."""
    return _CHANGES_SUBSCRIPTION.fullmatch(name) is not None


def _changes_context(command: Command, flow: Flow) -> bool:
    if command.name in LOGINS or _OTHER_SCRIPT.fullmatch(command.name):
        return True
    if not changes_subscription(command.name):
        return False
    values = [argument.value for argument in command.arguments() if argument.value is not None]
    return not any(flow.field_of(value) == "subscriptionid" for value in values)


def _may_run_before(change: Node, node: Node) -> bool:
    """A change that stands before, or in the same loop, or in a function, may have run."""
    if change.start_byte < node.start_byte:
        return True
    around = list(ancestors(node))
    return any(
        ancestor.type in _REPEATED and any(ancestor.type == a.type and same_span(ancestor, a) for a in around)
        for ancestor in ancestors(change)
    )


def always_before(login: Node, node: Node) -> bool:
    """Every branch that holds the login holds the node too; a try or a loop around the login is no way past it."""
    for ancestor in ancestors(login):
        if ancestor.type == "try_statement" and _is_after_failure(node, ancestor):
            return False
        if ancestor.type in _MAYBE_SKIPPED:
            return _in_same_block(login, node, ancestor) and _same_session(node, ancestor)
    return _same_session(node, None)


def _is_after_failure(node: Node, attempt: Node) -> bool:
    """Tell whether ``node`` stands where a failed ``attempt`` ends up: in its catch or finally."""
    inside = [a.type for a in ancestors(node) if attempt.start_byte <= a.start_byte and a.end_byte <= attempt.end_byte]
    return any(kind in ("catch_clause", "finally_clause") for kind in inside)


def _in_same_block(login: Node, node: Node, choice: Node) -> bool:
    blocks = [choice] if choice.type in ("script_block_expression", "function_statement") else _blocks(choice)
    return any(block.start_byte <= login.start_byte and node.end_byte <= block.end_byte for block in blocks)


def _same_session(node: Node, boundary: Node | None) -> bool:
    """Tell whether no function or other session lies between ``node`` and ``boundary``."""
    for ancestor in ancestors(node):
        if boundary is not None and ancestor.type == boundary.type and same_span(ancestor, boundary):
            return True
        if ancestor.type in _SESSIONS:
            return False
    return True


def _blocks(choice: Node) -> list[Node]:
    found, stack = [], list(choice.named_children)
    while stack:
        node = stack.pop()
        if node.type in ("statement_block", "script_block"):
            found.append(node)
        else:
            stack += node.named_children
    return found
