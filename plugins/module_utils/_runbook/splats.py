# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins whose parameters come from a splatted table: ``$p = @{ … }; Connect-AzAccount @p`` (idioms, section 3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .commands import Argument, Command
from .dataflow import How
from .edits import Span, statement_span
from .flow import Flow
from .known import Known
from .login_parameters import (
    ENVIRONMENT,
    Role,
    is_switch,
    parameter,
)
from .logins import (
    Logins,
    Setting,
    judge,
    name_span,
    names_environment,
)
from .report import Report
from .syntax import (
    literal,
    peel,
    same_span,
    table_entries,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "splat"
_TABLE_TYPE = re.compile(r"\[\s*(ordered|hashtable|system\.collections\.hashtable)\s*\]", re.IGNORECASE)


def plan_splats(commands: Iterable[Command], flow: Flow, known: Known, report: Report) -> Logins:
    """Plan all logins among ``commands`` that are fed by a splatted table with fields of the connection."""
    logins = Logins()
    logins_by_splat = [(c, a) for c in commands for a in c.arguments(is_switch) if a.splat and a.value is not None]
    splatted = {_place(argument.value) for _command, argument in logins_by_splat if argument.value is not None}
    for command, argument in logins_by_splat:
        table = _table(flow, argument)
        if table is None or not flow.touches(table):
            continue
        if not _is_simple(command, argument, flow, splatted):
            report.add("RA417", command.node, command=command.written)
            logins.refused.append(command)
            continue
        spans = _plan_table(command, table, flow, known, report)
        if spans:
            rename = name_span(command, known)
            logins.commands.append(command)
            logins.spans += [*spans, *_switch_spans(command), *([rename] if rename is not None else [])]
        else:
            logins.refused.append(command)
    return logins


def _table(flow: Flow, argument: Argument) -> Node | None:
    name = variable_name(flow.script.text(argument.value)) if argument.value is not None else ""
    values = [b.value for b in flow.variables.bindings[name] if b.how is How.ASSIGNED and b.value is not None]
    tables = [_without_cast(flow, peel(value)) for value in values]
    return next((table for table in tables if table.type == "hash_literal_expression"), None)


def _without_cast(flow: Flow, node: Node) -> Node:
    """``[ordered]@{ … }`` is splatted like any other table."""
    if node.named_child_count == 2 and _TABLE_TYPE.fullmatch(flow.script.text(node.named_children[0])):
        return peel(node.named_children[1])
    return node


def _is_simple(command: Command, argument: Argument, flow: Flow, splatted: set[tuple[int, int]]) -> bool:
    """The table is the variable's only value and goes only to logins; nothing else of the login is fed."""
    if argument.value is None:
        return False
    name = variable_name(flow.script.text(argument.value))
    only_logins = all(_place(read) in splatted for read in flow.variables.reads[name])
    others = [a for a in command.arguments(is_switch) if a is not argument and a.value is not None]
    plain = [p for a in command.arguments(is_switch) if a.name for p in [parameter(a.name)]]
    kept = all(p is not None and p.role in (Role.KEPT, Role.SUBSCRIPTION, Role.SWITCH) for p in plain)
    fed = any(flow.touches(a.value) for a in others if a.value is not None and a.name)
    return len(flow.variables.bindings[name]) == 1 and only_logins and kept and not fed


def _switch_spans(command: Command) -> list[Span]:
    """Return the spans that cut ``-ServicePrincipal`` beside the table."""
    arguments = command.arguments(is_switch)
    start = command.script.span(command.name_node)[1] if command.name_node is not None else 0
    ends = [start, *(argument.end for argument in arguments)]
    named = [(i, parameter(a.name)) for i, a in enumerate(arguments) if a.name]
    cut = [i for i, found in named if found is not None and found.role is Role.SWITCH]
    return [Span(ends[i], arguments[i].end, "", RULE) for i in cut]


def _plan_table(command: Command, table: Node, flow: Flow, known: Known, report: Report) -> list[Span]:
    entries = table_entries(table)
    settings = [_setting(flow, entry) for entry in entries]
    for setting in settings:
        if not _is_constant(flow, setting):
            report.add("RA417", setting.node, command=command.written)
            return []
    dropped = judge(command, settings, flow, known, report)
    if dropped is None:
        return []
    spans, identity = [], known.identity_entries(names_environment=_names_environment(command, settings))
    for index, replacement in sorted(dropped.items()):
        value = settings[index].value
        start, end = flow.script.span(entries[index])[0], flow.script.span(value or entries[index])[1]
        if replacement is not None and value is not None:
            spans.append(Span(*flow.script.span(value), replacement, "subscription"))
        elif identity:
            spans.append(Span(start, end, identity, RULE))
            identity = ""
        else:
            spans.append(_entry_span(flow, entries, index, start, end))
    return spans


def _names_environment(command: Command, settings: list[Setting]) -> bool:
    beside = [parameter(a.name) for a in command.arguments(is_switch) if a.name]
    return names_environment(settings) or any(p is not None and p.name == ENVIRONMENT for p in beside)


def _entry_span(flow: Flow, entries: list[Node], index: int, start: int, end: int) -> Span:
    """An entry on the line of the one before goes with the separator between them, another one with its line."""
    before = _end(flow, entries[index - 1]) if index else start
    if "\n" in flow.script.plain[before:start]:
        return statement_span(flow.script.plain, start, end, RULE)
    return Span(before, end, "", RULE)


def _end(flow: Flow, entry: Node) -> int:
    return flow.script.span(entry.named_children[-1])[1]


def _setting(flow: Flow, entry: Node) -> Setting:
    key, value = entry.named_children[0], entry.named_children[-1]
    inner = key.named_children[0] if key.named_child_count else key
    written = literal(flow.script, inner) or flow.script.text(inner)
    return Setting(written, None if same_span(key, value) else value, entry, parameter(written))


def _is_constant(flow: Flow, setting: Setting) -> bool:
    if setting.value is None:
        return False
    value = peel(setting.value)
    true = value.type == "variable" and variable_name(flow.script.text(value)) == "true"
    return true or flow.field_of(value) is not None or literal(flow.script, value) is not None


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte
