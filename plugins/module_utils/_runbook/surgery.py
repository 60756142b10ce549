# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the rewrite of one parsed script: what is fetched, where it goes, and the spans that change."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from . import edits
from .autosave import plan_autosave
from .azurerm import plan_azurerm, uses_azurerm
from .azurerm_scene import Scene
from .azurerm_words import report_words
from .brackets import are_paired
from .commands import Command, commands
from .connections import (
    FETCH,
    Fetch,
    Kind,
    Read,
    find_connections,
)
from .contexts import Contexts
from .dataflow import Binding, How, Variables
from .dual_mode import report_dual_mode
from .families import has_aliases
from .fields import is_replaceable, replace_field
from .flow import Flow
from .guards import check_of, plan_guard
from .hazards import (
    find_identity_login,
    reference,
    report_foreign_uses,
    report_hazards,
)
from .known import Known, known_of
from .lint import lint
from .login_parameters import AZURERM
from .logins import (
    Logins,
    is_login,
    plan_logins,
)
from .needed_modules import needed_modules
from .report import Report
from .result import NeededModule, RewriteOptions
from .services import plan_services
from .splats import plan_splats
from .syntax import (
    Script,
    ancestors,
    is_broken,
    lift,
    peel,
    statement_of,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

# A command of such a name is a clause without its statement; beside an error the grammar may have lost the statement.
_CLAUSES = frozenset({"else", "elseif", "catch", "finally"})
_FETCH_WORD = re.compile(r"\bget-automationconnection\b", re.IGNORECASE)


class Surgery:
    """The plan for one script: ``spans`` to replace, a ``report``, or the place that could not be read."""

    def __init__(self, script: Script, options: RewriteOptions) -> None:
        self.script = script
        self.report = Report(script, options.resource)
        self.spans: list[edits.Span] = []
        self.refused: list[Node] = []
        self.modules: tuple[NeededModule, ...] = ()
        self.variables = Variables(script)
        self.commands = commands(script)
        # What runs AzureRM names as aliases may also run where they are none: they stay.
        self.options = replace(options, azurerm="keep") if has_aliases(self.commands) else options
        self.functions = {script.text(node).lower() for node in script.nodes("function_name")}
        self.connections = find_connections(script, self.variables, self.commands, self.options)
        self.flow = Flow(script, self.variables, self.connections)
        lint(script, self.variables, self.commands, self.report)
        self._check_readable()
        if self.unreadable is None:
            self._plan()

    # -- what could not be read

    @property
    def unreadable(self) -> tuple[int, int] | None:
        """Line and column of something that matters and that the grammar cannot read; None when there is nothing."""
        return self.report.unreadable

    def _check_readable(self) -> None:
        for node in self._touched():
            statement = statement_of(node)
            if is_broken(node) or (statement is not None and statement.type == "pipeline" and is_broken(statement)):
                self.report.cannot_read(node)
        for pattern in [_FETCH_WORD, *(reference(name) for name in self.connections.variables)]:
            for match in pattern.finditer(self.script.plain):
                if not self._is_accounted_for(match.start()):
                    self.report.cannot_read_at(self.script.source.place(match.start()))
        touched = self._touched()
        for command in self.commands if touched else []:
            lost = command.name == "param" or (command.name in _CLAUSES and not self.script.error_count)
            if lost:
                self.report.cannot_read(command.node)
        if touched and not are_paired(self.script.plain):
            # PowerShell cannot read this script either
            self.report.cannot_read(self.script.first_error or touched[0])

    def _touched(self) -> list[Node]:
        fetches = [
            f.command.node for kind in Kind for f in self.connections.fetches.get(kind, []) if kind != Kind.OTHER
        ]
        return [*fetches, *(read.node for read in self.connections.reads)]

    def _is_accounted_for(self, offset: int) -> bool:
        """A word that the grammar lost in an error must not be overlooked: it is code, a comment or a string."""
        node = self.script.node_at(offset)
        nodes = [node, *ancestors(node)] if node is not None else []
        kinds = {node.type for node in nodes}
        if kinds & {"command_name", "command_name_expr", "comment", "string_literal"}:
            return True
        if any(node.type == "variable" and self.script.span(node)[0] == offset for node in nodes):
            return True
        return bool(kinds & {"generic_token", "function_name", "command_elements"}) and "ERROR" not in kinds

    # -- the plan

    def _plan(self) -> None:
        report_foreign_uses(self.script, self.variables, self.commands, self.options, self.report)
        for fetch in self.connections.fetches.get(Kind.CLASSIC, []):
            self.report.add("RA416", fetch.command.node, command=fetch.command.written)
        for fetch in self.connections.fetches.get(Kind.UNKNOWN_NAME, []):
            self.report.add("RA410", fetch.command.node)
        if not self.connections.run_as:
            self._plan_azurerm_alone()
            return
        self._check_connections()
        held = self.connections.variables
        report_hazards(self.script, self._scene.families, self._touched(), held, self.report)
        identity = find_identity_login(self.commands)
        if identity is not None and self.options.dual_mode == "setting":
            report_dual_mode(self.script, self.variables, self._first_login_node(), identity, self.report)
        if not self.report.refused:
            self._plan_edits()

    def _plan_azurerm_alone(self) -> None:
        if self.options.rename_azurerm and uses_azurerm(self._scene):
            report_hazards(self.script, self._scene.families, [], set(), self.report)
            self._plan_azurerm()
            self.modules = needed_modules(self._scene, [])

    def _plan_azurerm(self) -> None:
        spans = plan_azurerm(self._scene)
        self.spans += spans
        if spans and self.options.azurerm == "az":
            report_words(self._scene, self.spans)

    @cached_property
    def _scene(self) -> Scene:
        return Scene(self.script, self.commands, self.functions, self.variables, self.report, self.options)

    def _first_login_node(self) -> Node:
        fed = [c.node for c in self.commands if is_login(c, self.functions) and self.flow.touches(c.node)]
        return fed[0] if fed else self.connections.run_as[0].command.node

    def _check_connections(self) -> None:
        fetches = self.connections.run_as
        if len({(fetch.name or "").lower() for fetch in fetches}) > 1:
            self.report.add("RA425", fetches[1].command.node)
        for fetch in fetches:
            if FETCH in self.functions or (fetch.variable is None and fetch.inline is None):
                self.report.add("RA434", fetch.command.node)
            elif fetch.is_shared:
                self.report.add("RA411", fetch.command.node, variable=f"${fetch.variable}")
            elif fetch.variable is not None and not self._holds_only_connection(fetch.variable):
                self.report.add("RA413", fetch.command.node, variable=f"${fetch.variable}")

    def _holds_only_connection(self, variable: str) -> bool:
        places = {f.statement.start_byte for f in self.connections.run_as if f.statement is not None}
        return all(self._is_fetch_or_null(b, places) for b in self.variables.bindings[variable])

    def _is_fetch_or_null(self, binding: Binding, places: set[int]) -> bool:
        if binding.how is not How.ASSIGNED or binding.value is None:
            return False
        value = peel(binding.value)
        null = value.type == "variable" and variable_name(self.script.text(value)) == "null"
        return null or binding.whole.start_byte in places

    def _plan_edits(self) -> None:
        fetches = self.connections.run_as
        known = known_of(fetches[0].name, self.options)
        candidates = [c for c in self.commands if is_login(c, self.functions)]
        plain = plan_logins(candidates, self.flow, known, self.report)
        splatted = plan_splats(candidates, self.flow, known, self.report)
        logins = Logins([*plain.commands, *splatted.commands], [*plain.spans, *splatted.spans])
        self.refused += [command.node for command in [*plain.refused, *splatted.refused]]
        self.spans += logins.spans
        for login in logins.commands:
            self.report.add("RA401", login.node, command=login.written)
        services = plan_services(self.commands, self.functions, self.flow, known, self.report)
        self.refused += [command.node for command in services.refused]
        self.spans += services.spans
        if self.options.disable_context_autosave:
            self.spans += self._plan_autosave(logins)
        self._plan_guards({f.name_variable for f in fetches if f.name_variable is not None})
        self._remove_fetches(fetches)
        for read in self.connections.reads:
            self._settle_read(read, logins.commands, known)
        for name in self.flow.holders:
            self._settle_holder(name)
        self._remove_names(fetches)
        if not logins.commands and not services.commands and not self.report.refused:
            self.report.add("RA431", fetches[0].command.node)
        self._plan_azurerm()
        self._set_modules(logins)
        self.modules += tuple(services.modules)

    def _plan_autosave(self, logins: Logins) -> list[edits.Span]:
        stays_azurerm = AZURERM in logins.families and self.options.azurerm == "keep"
        disable = "Disable-AzureRmContextAutosave" if stays_azurerm else "Disable-AzContextAutosave"
        return plan_autosave(self.script, logins.commands, self.commands, disable)

    def _plan_guards(self, names: set[str]) -> None:
        for read in self.connections.reads:
            check = check_of(read) if read.field is None else None
            spans = plan_guard(self.script, check, read, names, self.variables, self.report) if check else []
            self.spans += spans
            if check is not None and not spans:
                self.refused.append(read.node)

    def _remove_fetches(self, fetches: list[Fetch]) -> None:
        for fetch in fetches:
            if fetch.statement is not None:
                self.spans.append(self._removed(fetch.statement, "connection"))

    def _removed(self, statement: Node, rule: str) -> edits.Span:
        return edits.statement_span(self.script.plain, *self.script.span(statement), rule)

    def _is_gone(self, node: Node) -> bool:
        start, end = self.script.span(node)
        return any(span.start <= start and end <= span.end for span in self.spans)

    def _settle_read(self, read: Read, logins: list[Command], known: Known) -> None:
        if self._is_gone(read.node):
            return
        holder = self._holder_of(read)
        if self._is_judged(read.node) or (holder is not None and self._is_unread(holder)):
            return
        if not is_replaceable(self.script, read):
            self._refuse_read(read)
        elif logins:
            contexts = Contexts(self.flow, logins, self.commands, self.options)
            span = replace_field(self.script, read, contexts, known, self.report)
            self.spans += [span] if span is not None else []

    def _holder_of(self, read: Read) -> str | None:
        for name, holder in self.flow.holders.items():
            for statement in holder.statements:
                if statement.start_byte <= read.node.start_byte and read.node.end_byte <= statement.end_byte:
                    return name
        return None

    def _is_judged(self, node: Node) -> bool:
        """A login or check that was refused has its own finding; what it reads needs none."""
        return any(r.start_byte <= node.start_byte and node.end_byte <= r.end_byte for r in self.refused)

    def _is_unread(self, name: str) -> bool:
        """Tell whether all reads of a variable are gone. One that nobody ever read may be read by another script."""
        reads = self.variables.reads[name]
        return bool(reads) and all(self._is_gone(node) for node in reads)

    def _settle_holder(self, name: str) -> None:
        if self._is_unread(name):
            for statement in self.flow.holders[name].statements:
                self.spans.append(self._removed(statement, "field"))

    def _refuse_read(self, read: Read) -> None:
        command = next((a for a in ancestors(read.node) if a.type == "command"), None)
        written = Command(self.script, command).written if command is not None else ""
        if command is not None and re.match(r"connect-", written, re.IGNORECASE) and read.field is not None:
            self.report.add("RA417", command, command=written)
        elif read.field is None:
            self.report.add("RA411", read.node, variable=self.script.text(read.node))
        else:
            self.report.add("RA412", read.node, field=self.script.text(read.node))

    def _remove_names(self, fetches: list[Fetch]) -> None:
        for name in sorted({f.name_variable for f in fetches if f.name_variable is not None}):
            if self.variables.is_parameter(name):
                binding = self.variables.bindings[name][0]
                value = fetches[0].name
                self.report.assume("connection_parameter", "RA406", binding.variable, variable=f"${name}", value=value)
            elif all(self._is_gone(node) for node in self.variables.reads[name]):
                for binding in self.variables.bindings[name]:
                    statement = lift(binding.whole)
                    if statement.parent is not None and statement.parent.type == "statement_list":
                        self.spans.append(self._removed(statement, "name"))

    def _set_modules(self, logins: Logins) -> None:
        if AZURERM in logins.families and self.options.azurerm == "keep" and not has_aliases(self.commands):
            for login in logins.commands:
                self.report.add("RA501", login.node, command=login.written)
        self.modules = needed_modules(self._scene, logins.commands)
