# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks whether the connection was found: dead once nothing is fetched, so only the living branch stays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .connections import Read
from .dataflow import Variables
from .edits import (
    Span,
    statement_span,
    unwrap_spans,
)
from .report import Report
from .syntax import (
    Script,
    ancestors,
    is_broken,
    variable_name,
    walk,
)

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "guard"
_MISSING = r"\(*(?:(?:!|-not)\(*{v}\)*|{v}-eq\$null|\$null-eq{v})\)*"
_PRESENT = r"\(*(?:{v}|{v}-ne\$null|\$null-ne{v})\)*"
_MESSAGES = re.compile(r"write-(error|output|host|warning|verbose|debug|information)")
_MOST_STATEMENTS = 4


@dataclass(frozen=True)
class Guard:
    """An ``if`` on the connection: the branch that falls away and, if there is one, the branch that stays."""

    node: Node
    dead: Node | None
    living: Node | None


def check_of(read: Read) -> Node | None:
    """Return the ``if`` (or ``elseif``) statement whose condition holds this read; None when it is another use."""
    for node in ancestors(read.node):
        if node.type in ("statement_block", "script_block", "statement_list"):
            return None
        if node.type == "if_statement":
            return node
    return None


def _guard(script: Script, node: Node, variable: str) -> Guard | None:
    condition = next((child for child in node.named_children if child.type == "pipeline"), None)
    then = next((child for child in node.named_children if child.type == "statement_block"), None)
    if condition is None or then is None or any(child.type == "elseif_clauses" for child in node.named_children):
        return None
    clause = next((child for child in node.named_children if child.type == "else_clause"), None)
    other = clause.named_children[-1] if clause is not None else None
    squeezed = re.sub(r"\s+", "", script.text(condition))
    if re.fullmatch(_MISSING.format(v=re.escape(variable)), squeezed, re.IGNORECASE):
        return Guard(node, then, other)
    if re.fullmatch(_PRESENT.format(v=re.escape(variable)), squeezed, re.IGNORECASE):
        return Guard(node, other, then)
    return None


def plan_guard(
    script: Script, check: Node, read: Read, names: set[str], variables: Variables, report: Report
) -> list[Span]:
    """Return the spans that leave only the living branch of ``check``, or report why it must not be touched.

    ``names`` are the variables that hold the connection's name.
    """
    guard = _guard(script, check, script.text(read.node))
    if guard is None or check.parent is None or check.parent.type != "statement_list":
        report.add("RA424", check)
        return []
    if is_broken(check):
        report.cannot_read(check)
        return []
    if guard.dead is not None and not _only_complains(script, guard.dead):
        report.add("RA424", guard.dead)
        return []
    if _needed_later(script, guard, variables) or (guard.living is not None and _reads(script, guard.living, names)):
        report.add("RA424", check)
        return []
    report.add("RA402", check)
    return _spans(script, guard)


def _spans(script: Script, guard: Guard) -> list[Span]:
    start, end = script.span(guard.node)
    inside = _inside(script, guard.living)
    if inside is None:
        return [statement_span(script.plain, start, end, RULE)]
    return unwrap_spans(script.plain, (start, end), inside, RULE)


def _inside(script: Script, block: Node | None) -> tuple[int, int] | None:
    if block is None:
        return None
    start, end = script.span(block)
    return (start + 1, end - 1) if script.plain[start + 1 : end - 1].strip() else None


def _only_complains(script: Script, block: Node) -> bool:
    """Tell whether ``block`` does no more than say that the connection is missing and throw."""
    statements = [s for child in block.named_children if child.type == "statement_list" for s in child.named_children]
    statements = [s for s in statements if s.type not in ("empty_statement", "comment")]
    return len(statements) <= _MOST_STATEMENTS and all(_complains(script, s) for s in statements)


def _complains(script: Script, statement: Node) -> bool:
    if statement.type == "flow_control_statement":
        return script.text(statement).lower().startswith("throw") and not _acts(script, statement)
    return statement.type == "pipeline" and not _acts(script, statement)


def _acts(script: Script, statement: Node) -> bool:
    for node in walk(statement):
        if node.type == "command" and not _MESSAGES.fullmatch(script.text(node).split(maxsplit=1)[0].lower()):
            return True
        if node.type in ("invocation_expression", "invokation_expression") or "increment" in node.type:
            return True
        if node.type == "member_name" and "(" in script.text(node):
            return True
        if node.type == "left_assignment_expression" and script.text(node).rstrip().count("$") != 1:
            return True
    return False


def _needed_later(script: Script, guard: Guard, variables: Variables) -> bool:
    """Tell whether the dead branch alone sets a variable that is read outside of it."""
    if guard.dead is None:
        return False
    assigned = [variable_name(script.text(n)) for n in walk(guard.dead) if n.type == "variable"]
    for name in assigned:
        bindings = variables.bindings[name]
        inside = [b for b in bindings if _within(b.variable, guard.dead)]
        reads = [read for read in variables.reads[name] if not _within(read, guard.dead)]
        if inside and len(inside) == len(bindings) and reads:
            return True
    return False


def _reads(script: Script, block: Node, names: set[str]) -> bool:
    return any(n.type == "variable" and variable_name(script.text(n)) in names for n in walk(block))


def _within(node: Node, block: Node) -> bool:
    return block.start_byte <= node.start_byte and node.end_byte <= block.end_byte
