# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands for a field of the connection outside the login (runbook-idioms, section 3.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .commands import Command
from .connections import Read
from .contexts import Contexts
from .edits import Span
from .known import Known
from .report import Report
from .syntax import Script, ancestors, is_broken, lift

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTEXT_FIELD = {"subscriptionid": "Subscription.Id", "tenantid": "Tenant.Id", "applicationid": "Account.Id"}
_MESSAGES = re.compile(r"write-(host|verbose|warning|information|debug|error)")
_OUTPUTS = frozenset({"write-output", "echo"})
_MEMBERS = {"member_access", "element_access", "invocation_expression", "invokation_expression"}

_ANYWHERE = frozenset({"subscriptionid", "tenantid"})


def is_replaceable(script: Script, read: Read) -> bool:
    """Tell whether something can stand for ``read``: the application id is another one, which only a message bears."""
    return read.field in _ANYWHERE or (read.field == "applicationid" and _is_spoken(script, read.node))


def _is_spoken(script: Script, node: Node) -> bool:
    """Tell whether ``node`` only goes into a message: a text that is written, or a stream that nobody reads back."""
    in_text = False
    for ancestor in ancestors(node):
        in_text = in_text or ancestor.type == "string_literal"
        if ancestor.type == "command":
            name = Command(script, ancestor).name
            return _MESSAGES.fullmatch(name) is not None or (in_text and name in _OUTPUTS)
    return False


def replace_field(script: Script, read: Read, contexts: Contexts, known: Known, report: Report) -> Span | None:
    """Return the span that replaces ``read`` (that is_replaceable), or report why nothing can."""
    if read.field is None:
        raise ValueError("the read is not of one field")
    start, end = script.span(read.node)
    field = script.text(read.node)
    if is_broken(read.node):
        report.cannot_read(read.node)
        return None
    pinned = known.pinned(read.field)
    if pinned is not None:
        report.add("RA403", read.node, field=field, value=pinned)
        return Span(start, end, f"({pinned})" if _is_taken_apart(read.node) else pinned, read.field)
    context = contexts.command_at(read.node, read.field)
    if context is None:
        report.add("RA428", read.node, field=field)
        return None
    replacement = f"({context}).{_CONTEXT_FIELD[read.field]}"
    if read.field == "subscriptionid":
        report.assume("subscription_from_context", "RA404", read.node, field=field, value=replacement)
    elif read.field == "applicationid":
        report.assume("application_id_in_message", "RA408", read.node, field=field, value=replacement)
    else:
        report.add("RA403", read.node, field=field, value=replacement)
    return Span(start, end, replacement, read.field)


def _is_taken_apart(node: Node) -> bool:
    """Tell whether a member of the value is used; tree-sitter gives the ``()`` of a call in an argument apart."""
    whole = lift(node)
    called = whole.next_sibling is not None and whole.next_sibling.type == "argument_list"
    return called or (whole.parent is not None and whole.parent.type in _MEMBERS)
