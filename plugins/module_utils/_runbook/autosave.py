# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep a login's context to its own job: ``Disable-AzContextAutosave`` before the login, as Azure advises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .commands import Command
from .contexts import always_before
from .edits import Span
from .syntax import Script, statement_of

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "context_autosave"
_DISABLE = frozenset({"disable-azcontextautosave", "disable-azurermcontextautosave"})


def plan_autosave(script: Script, logins: Iterable[Command], commands: Iterable[Command], disable: str) -> list[Span]:
    """Return the spans that put the command ``disable`` before each login that none surely precedes."""
    before = [command.node for command in commands if command.name in _DISABLE]
    spans = []
    for login in sorted(logins, key=lambda c: c.node.start_byte):
        if any(node.end_byte <= login.node.start_byte and always_before(node, login.node) for node in before):
            continue
        statement = statement_of(login.node)
        if statement is not None:
            spans.append(_inserted(script, statement, disable))
            before.append(login.node)
    return spans


def _inserted(script: Script, statement: Node, disable: str) -> Span:
    """On a line of its own where the statement begins its line, in front of the statement on its line elsewhere."""
    start = script.span(statement)[0]
    line_start = script.plain.rfind("\n", 0, start) + 1
    indent = script.plain[line_start:start]
    command = f"{disable} -Scope Process | Out-Null"
    if indent.strip():
        return Span(start, start, f"{command}; ", RULE)
    line_end = "\r\n" if "\r\n" in script.plain else "\n"
    return Span(start, start, f"{command}{line_end}{script.source.text[line_start:start]}", RULE)
