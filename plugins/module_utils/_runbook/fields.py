# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands for SubscriptionId and TenantId of the connection outside the login (runbook-idioms, section 3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .commands import Command
from .connections import Read
from .edits import Span
from .known import Known
from .login_parameters import AZURERM, LOGINS
from .report import Report
from .syntax import (
    Script,
    ancestors,
    is_broken,
    lift,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTEXT_FIELD = {"subscriptionid": "Subscription.Id", "tenantid": "Tenant.Id"}
_ANY_PATH = {"function_statement", "script_block_expression", "inlinescript_statement"}
_MAYBE_SKIPPED = {"if_statement", "switch_statement", "catch_clause", *_ANY_PATH}


def replace_field(script: Script, read: Read, logins: list[Command], known: Known, report: Report) -> Span | None:
    """Return the span that replaces ``read`` (of SubscriptionId or TenantId), or report why nothing can."""
    assert read.field is not None
    if is_broken(read.node):
        report.add("RA430", read.node)
        return None
    start, end = script.span(read.node)
    pinned = known.pinned_subscription if read.field == "subscriptionid" else known.pinned_tenant
    if pinned is not None:
        report.add("RA403", read.node, field=script.text(read.node), value=pinned)
        return Span(start, end, f"({pinned})" if _is_taken_apart(read.node) else pinned, read.field)
    context = _context(read.node, logins)
    if context is None:
        report.add("RA428", read.node, field=script.text(read.node))
        return None
    replacement = f"({context}).{_CONTEXT_FIELD[read.field]}"
    if read.field == "subscriptionid":
        report.assume("subscription_from_context", "RA404", read.node, field=script.text(read.node), value=replacement)
    else:
        report.add("RA403", read.node, field=script.text(read.node), value=replacement)
    return Span(start, end, replacement, read.field)


def _is_taken_apart(node: Node) -> bool:
    parent = lift(node).parent
    return (
        parent is not None
        and parent.type
        in (
            "member_access",
            "element_access",
            "invocation_expression",
            "invokation_expression",
            "command_elements",
        )
        and (parent.type != "command_elements" or _is_called(node))
    )


def _is_called(node: Node) -> bool:
    following = lift(node).next_sibling
    return following is not None and following.type == "argument_list"


def _context(node: Node, logins: list[Command]) -> str | None:
    """Return the command that gives the context of a login that has surely been passed when ``node`` runs."""
    for login in logins:
        if login.node.end_byte <= node.start_byte and _always_before(login.node, node):
            return "Get-AzureRmContext" if LOGINS[login.name] == AZURERM else "Get-AzContext"
    return None


def _always_before(login: Node, node: Node) -> bool:
    """Every branch that holds the login holds the read too; a try or a loop around the login is no way past it."""
    above = {(a.type, a.start_byte, a.end_byte) for a in ancestors(node)}
    for ancestor in ancestors(login):
        if ancestor.type in _MAYBE_SKIPPED:
            return (ancestor.type, ancestor.start_byte, ancestor.end_byte) in above and _same_branch(
                login, node, ancestor
            )
    return True


def _same_branch(login: Node, node: Node, choice: Node) -> bool:
    """Tell whether both stand in the same block of ``choice``."""
    return any(child.start_byte <= login.start_byte and node.end_byte <= child.end_byte for child in _blocks(choice))


def _blocks(choice: Node) -> list[Node]:
    kinds = {"statement_block", "script_block"}
    found, stack = [], list(choice.named_children)
    while stack:
        node = stack.pop()
        if node.type in kinds:
            found.append(node)
        else:
            stack += node.named_children
    return found
