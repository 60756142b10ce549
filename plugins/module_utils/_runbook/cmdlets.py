# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cmdlets of Azure a runbook really calls, and where it does things that its text does not tell.

Comments and strings are no calls; what an InlineScript runs is, and what a graphical runbook runs. AzureRM cmdlets are
told by the names of their twins in Az.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .azurerm_find import FOUND_BY_RULE
from .azurerm_names import COMMAND, twin_of
from .commands import Argument, Command, commands
from .dataflow import How, Variables
from .graph_script import as_script
from .language import Language, is_graphical, language_of
from .names import Source
from .syntax import Script, best_script, literal, peel, table_entries, variable_name
from .text import Text, decode

if TYPE_CHECKING:
    from tree_sitter import Node

_AZ = re.compile(r"[a-z]+-az(?!ure)\w+", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"[a-z]+-(?:azuread|mg|msol|pnp|exo|azad(?:app|group|user|serviceprincipal|sp|organization))\w*"
    r"|connect-exchangeonline",
    re.IGNORECASE,
)
_CLASSIC = re.compile(r"[a-z]+-azure\w+", re.IGNORECASE)
_REST = frozenset(
    {"invoke-azrestmethod", "invoke-azrest", "invoke-restmethod", "irm", "invoke-webrequest", "iwr", "curl", "wget"}
)
_COMMAND_LINES = frozenset({"az", "az.cmd", "az.exe", "azcopy", "azcopy.exe"})
_EVALUATORS = frozenset({"invoke-expression", "iex"})
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(azure[\w.]*)", re.MULTILINE)
_GROUP_NOUNS = re.compile(r"[a-z]+-azresourcegroup", re.IGNORECASE)


class Untold(Enum):
    """What a text does not tell."""

    UNREADABLE = "unreadable"
    SYNTAX = "syntax"
    PYTHON = "python"
    COMPUTED = "computed"
    CODE_IN_TEXT = "code_in_text"
    REST = "rest"
    COMMAND_LINE = "command_line"
    CLASSIC = "classic"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class CmdletCall:
    """One call of an Az cmdlet. ``line`` is None in a graphical runbook, which has no lines.

    ``parameters`` are the names of those that are given, lower case, without those of a splatted table.
    ``resource_group`` and ``resource_type`` are what the call names literally, else None.
    """

    cmdlet: str
    line: int | None
    parameters: frozenset[str] = frozenset()
    resource_group: str | None = None
    resource_type: str | None = None


@dataclass(frozen=True)
class Gap:
    """A place where a runbook does something that its text does not tell; ``text`` is what stands there."""

    why: Untold
    line: int | None
    text: str = ""


@dataclass
class Calls:
    """The calls of a runbook, in the order of its text, and its gaps."""

    calls: list[CmdletCall] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def find_cmdlets(content: bytes, runbook_type: str) -> Calls:
    """Return the calls of a runbook; ``runbook_type`` is what Azure calls its type. Raises MissingPackage."""
    graphical = is_graphical(content)
    source = as_script(Source(content, runbook_type, ""))
    text = decode(source.content)
    if text is None or (graphical and not source.content):
        return Calls(gaps=[Gap(Untold.UNREADABLE, None)])
    if language_of(text.plain, source.runbook_type) is Language.PYTHON:
        return Calls(gaps=_python(text))
    return _Reader(best_script(text), graphical).read()


def _python(text: Text) -> list[Gap]:
    """Return the places where packages of Azure are imported: what is done with them cannot be told."""
    found = [Gap(Untold.PYTHON, text.place(match.start(1))[0], match[1]) for match in _IMPORT.finditer(text.plain)]
    return found or [Gap(Untold.PYTHON, None)]


class _Reader:
    def __init__(self, script: Script, graphical: bool) -> None:
        self.script = script
        self.variables = Variables(script)
        self.functions = {script.text(node).lower() for node in script.nodes("function_name")}
        self.graphical = graphical
        self.found = Calls()

    def read(self) -> Calls:
        if self.script.first_error is not None:
            self._gap(Untold.SYNTAX, self.script.first_error, "")
        for command in commands(self.script):
            if command.name not in self.functions:
                self._read(command)
        return self.found

    def _read(self, command: Command) -> None:
        name = command.name
        twin = twin_of(name)
        if name in FOUND_BY_RULE:
            self._call(command, FOUND_BY_RULE[name])
        elif twin is not None:
            self._call(command, twin.az_command or command.written)
        elif name in _REST:
            self._gap(Untold.REST, command.node, command.written)
        elif _AZ.fullmatch(name) or COMMAND.fullmatch(name):
            self._call(command, command.written.rsplit("\\", 1)[-1])
        elif _ELSEWHERE.fullmatch(name):
            self._gap(Untold.ELSEWHERE, command.node, command.written)
        elif _CLASSIC.fullmatch(name):
            self._gap(Untold.CLASSIC, command.node, command.written)
        elif name in _COMMAND_LINES:
            self._gap(Untold.COMMAND_LINE, command.node, command.written)
        elif name in _EVALUATORS:
            self._gap(Untold.CODE_IN_TEXT, command.node, command.written)
        elif not name and self._is_computed(command):
            # Not the whole command: what follows may be a password.
            self._gap(Untold.COMPUTED, command.node, self._variable(command))

    def _is_computed(self, command: Command) -> bool:
        """``& { … }`` is a block whose commands are read like all others, ``& './x.ps1'`` a runbook of its own."""
        inner = peel(command.name_node) if command.name_node is not None else None
        return inner is not None and inner.type != "script_block_expression" and literal(self.script, inner) is None

    def _variable(self, command: Command) -> str:
        inner = peel(command.name_node) if command.name_node is not None else None
        return self.script.text(inner) if inner is not None and inner.type == "variable" else ""

    def _gap(self, why: Untold, node: Node, text: str) -> None:
        line = None if self.graphical else self.script.place(node)[0]
        self.found.gaps.append(Gap(why, line, " ".join(text.split())[:80]))

    def _call(self, command: Command, cmdlet: str) -> None:
        if _ELSEWHERE.fullmatch(cmdlet):
            self._gap(Untold.ELSEWHERE, command.node, command.written)
            return
        # Which parameters are switches is not known here; a value after one is looked at only for two names.
        arguments = command.arguments()
        named = {name: value for argument in arguments for name, value in self._named(argument)}
        group = next((named[name] for name in named if "resourcegroupname".startswith(name) and len(name) > 8), None)
        if group is None and _GROUP_NOUNS.fullmatch(cmdlet):
            group = named.get("name")
        self.found.calls.append(
            CmdletCall(
                cmdlet,
                None if self.graphical else self.script.place(command.node)[0],
                frozenset(argument.name for argument in arguments if argument.name is not None),
                self._text(group),
                self._text(named.get("resourcetype")),
            )
        )

    def _named(self, argument: Argument) -> list[tuple[str, Node | None]]:
        if argument.name is not None:
            return [(argument.name, argument.value)]
        if not argument.splat or argument.value is None:
            return []
        bindings = self.variables.bindings[variable_name(self.script.text(argument.value))]
        table = peel(bindings[0].value) if len(bindings) == 1 and bindings[0].value is not None else None
        if table is None or bindings[0].how is not How.ASSIGNED or table.type != "hash_literal_expression":
            return []
        return [self._entry(entry) for entry in table_entries(table)]

    def _entry(self, entry: Node) -> tuple[str, Node | None]:
        key = entry.named_children[0]
        inner = key.named_children[0] if key.named_child_count else key
        return (literal(self.script, inner) or self.script.text(inner)).lower(), entry.named_children[-1]

    def _text(self, node: Node | None) -> str | None:
        """Return the one text that a value can be; a parameter of the runbook may be given another one at any time."""
        if node is None:
            return None
        value, variable = self.variables.constant(node)
        if value is None or (variable is not None and self.variables.is_parameter(variable)):
            return None
        return value if "*" not in value else None
