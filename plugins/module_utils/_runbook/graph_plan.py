# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide what becomes of a graph that can be read, and carry it out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._finding import Finding, finding
from .connections import Kind
from .graph_code import REFUSED, Piece, pieces_of, rewrite_text, stands_alone, told, variables_in
from .graph_edit import GraphEditor
from .graph_families import families_of, users_of
from .graph_fields import SUBSCRIPTION, Replacement
from .graph_model import Activity, ActivityKind, Graph, SourceKind
from .graph_names import NotRewritable, named, plain_line, shown
from .graph_shape import Shape, check_other_logins, new_family, plan_shape
from .graph_steps import steps
from .graph_uses import Fetch, Outputs, find_fetches, other_uses, passages
from .hazards import certificate_names, run_as_names
from .login_parameters import AZURERM
from .nrbf_writer import write_stream
from .result import Assumption, NeededModule, RewriteOptions, Verdict

_TESTED_FIRST = "graph_tested_first"


class GraphPlan:
    """The plan for one graph: its verdict, what there is to say, and the change itself. Raises MissingPackage."""

    def __init__(self, graph: Graph, options: RewriteOptions) -> None:
        self._graph = graph
        # What else a family has to be renamed for is asked of the graph as a whole.
        self._options = replace(options, rename_azurerm=False)
        self._renames = options.rename_azurerm and options.azurerm != "keep"
        self._outputs = Outputs(graph)
        pieces = pieces_of(graph, self._options)
        self._pieces = [piece for piece in pieces if piece.uses_run_as]
        self._fetches = [f for f in find_fetches(graph, self._outputs, self._options) if f.kind is not Kind.OTHER]
        self._uses = self._other_uses()
        self._shape: Shape | None = None
        self.findings: list[Finding] = [f for p in pieces if not p.uses_run_as for f in told(p)]
        self.assumptions: list[Assumption] = []
        self.modules: tuple[NeededModule, ...] = ()
        self.verdict = self._decide()

    def stream(self) -> bytes:
        """Change the graph as planned, and return its stream. Raises StreamError when its records do not allow it."""
        editor = GraphEditor(self._graph)
        for piece in self._pieces:
            editor.set_code(piece.activity, piece.part, piece.text)
        if self._shape is not None:
            _apply_shape(editor, self._graph, self._shape)
        return write_stream(self._graph.stream)

    # -- the decision

    def _other_uses(self) -> list[Activity]:
        found = set(other_uses(self._graph, self._options))
        for passage in passages(self._graph):
            if not passage.is_code and rewrite_text(passage.text, self._options).verdict is not Verdict.NOT_USED:
                owner = passage.owner
                found.add(owner if isinstance(owner, Activity) else self._graph.activity(owner.source))
        strange = [activity for activity in self._graph.activities if _is_strange(activity)]
        found |= set(strange if strange and self._names_run_as() else [])
        return [activity for activity in self._graph.activities if activity in found]

    def _names_run_as(self) -> bool:
        """Tell whether any text of the stream names a Run As asset; asked when it cannot be read in full."""
        names = run_as_names(self._options) | certificate_names(self._options)
        return any(name in text.text.lower() for text in self._graph.stream.texts.values() for name in names)

    def _decide(self) -> Verdict:
        renamed = users_of(AZURERM, self._graph.activities) if self._renames else []
        if not (self._pieces or self._fetches or self._uses or renamed):
            return Verdict.NOT_USED
        try:
            if renamed:
                raise NotRewritable(f"its caller moves to Az, and activities call AzureRM cmdlets: {named(renamed)}")
            self._plan()
        except NotRewritable as reason:
            refused = [found for piece in self._pieces if piece.rewrite.verdict in REFUSED for found in told(piece)]
            uses = [*dict.fromkeys([*self._uses, *(piece.activity for piece in self._pieces)])]
            way_out = steps(self._graph, self._outputs, self._fetches, uses, self._options)
            callers = [activity for activity in self._uses if activity.kind is ActivityKind.RUNBOOK]
            given = [self._finding("RA429", command=shown(activity.command)) for activity in callers]
            self.findings = [*refused, *given, self._finding("RA450", reason=reason, steps=way_out)]
            return Verdict.MANUAL
        self.assumptions.append(self._assume("RA453", _TESTED_FIRST))
        return Verdict.REWRITTEN_WITH_ASSUMPTIONS

    def _plan(self) -> None:
        refused = [piece.activity for piece in self._pieces if piece.rewrite.verdict in REFUSED]
        if refused:
            raise NotRewritable(f"the code of {named(dict.fromkeys(refused))} is not rewritten")
        if self._uses:
            raise NotRewritable(f"Run As is used in {named(self._uses)}")
        users = [*dict.fromkeys([*(p.activity for p in self._pieces), *(f.activity for f in self._fetches)])]
        if len(self._pieces) + len(self._fetches) > 1:
            raise NotRewritable(f"Run As is used in several places: {named(users)}")
        for piece in self._pieces:
            self._plan_piece(piece)
        for fetch in self._fetches:
            self._plan_fetch(fetch)

    def _plan_piece(self, piece: Piece) -> None:
        others = [activity for activity in self._graph.activities if activity is not piece.activity]
        self._check_variables(piece)
        if not stands_alone(piece, self._options):
            raise NotRewritable(f"several parts of {shown(piece.activity.name)} belong together")
        check_other_logins(others)
        new_family(others, families_of(piece.activity), self._options)
        self.findings += told(piece)
        self.assumptions += [replace(assumption, line=1) for assumption in piece.rewrite.assumptions]
        self.modules = tuple(replace(module, line=1) for module in piece.rewrite.modules)

    def _check_variables(self, piece: Piece) -> None:
        """A variable that the rewrite removes may be read by another activity: nothing tells that it cannot."""
        for passage in passages(self._graph):
            if passage.owner is not piece.activity and variables_in(passage.text) & piece.lost_variables:
                raise NotRewritable(f"other activities use variables of {shown(piece.activity.name)}")

    def _plan_fetch(self, fetch: Fetch) -> None:
        if fetch.kind is Kind.CLASSIC:
            raise NotRewritable(f"{shown(fetch.activity.name)} gets the classic Run As connection, which is retired")
        if fetch.kind is Kind.UNKNOWN_NAME:
            raise NotRewritable(f"the connection that {shown(fetch.activity.name)} gets cannot be told")
        self._shape = shape = plan_shape(self._graph, self._outputs, fetch, self._options)
        login, command = shown(shape.login.name), plain_line(shape.text.rsplit("\n", 1)[-1])
        self.findings.append(self._finding("RA454", fetch=shown(fetch.activity.name), login=login, command=command))
        for activity in shape.dead:
            self.findings.append(self._finding("RA455", activity=shown(activity.name)))
        for replaced in shape.replaced:
            self._tell_replaced(replaced)
        if shape.loses_subscription:
            self.assumptions.append(self._assume("RA405", "default_subscription", command=f"activity {login}"))
        if fetch.parameter is not None:
            facts = {"variable": shown(fetch.parameter), "value": shown(fetch.name or "")}
            self.assumptions.append(self._assume("RA406", "connection_parameter", **facts))
        if shape.family == AZURERM:
            self.findings.append(self._finding("RA501", command=f"activity {login}"))
        minimum = "5.8.2" if shape.family == AZURERM else None
        module = "AzureRM.Profile" if shape.family == AZURERM else "Az.Accounts"
        self.modules = (NeededModule(module, minimum, 1, command.split()[0]),)

    def _tell_replaced(self, replaced: Replacement) -> None:
        field = f"{replaced.field} in activity {shown(replaced.activity.name)}"
        if replaced.is_expression and replaced.field == SUBSCRIPTION:
            facts = {"field": field, "value": replaced.text}
            self.assumptions.append(self._assume("RA404", "subscription_from_context", **facts))
        else:
            self.findings.append(self._finding("RA403", field=field, value=replaced.text))

    def _finding(self, code: str, **facts: Any) -> Finding:
        return finding(code, self._options.resource, line=1, column=1, **facts)

    def _assume(self, code: str, name: str, **facts: Any) -> Assumption:
        found = self._finding(code, **facts)
        self.findings.append(found)
        return Assumption(name, found.sentence, 1)


def _is_strange(activity: Activity) -> bool:
    """Tell whether an activity is of a class, or has a value of a class, that is not known."""
    sources = activity.parameters.values()
    return activity.kind is ActivityKind.UNKNOWN or any(source.kind is SourceKind.UNKNOWN for source in sources)


def _apply_shape(editor: GraphEditor, graph: Graph, shape: Shape) -> None:
    for link in graph.into(shape.fetch.activity):
        editor.lead_to(link, shape.login)
    for replaced in shape.replaced:
        if replaced.is_expression:
            editor.set_expression(replaced.source, replaced.text)
        else:
            editor.set_constant(replaced.source, replaced.text)
    editor.become_code(shape.login, shape.text)
    editor.remove([shape.fetch.activity, *shape.dead], shape.dropped)
