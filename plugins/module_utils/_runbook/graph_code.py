# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell texts inside of a graph, judged and rewritten by the rules of text runbooks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .._finding import Finding, finding
from .graph_model import BEGIN, END, PROCESS, Activity, Graph
from .graph_names import shown
from .powershell import is_without_run_as, rewrite_powershell
from .result import Rewrite, RewriteOptions, Verdict
from .text import decode

_VARIABLE = re.compile(r"\$\{?(?:\w+:)?(\w+)")
REFUSED = frozenset({Verdict.MANUAL, Verdict.UNPARSABLE})
REWRITTEN = frozenset({Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS})


@dataclass(frozen=True)
class Piece:
    """One text of a Code activity, and what becomes of it."""

    activity: Activity
    part: str
    rewrite: Rewrite

    @property
    def uses_run_as(self) -> bool:
        """Whether the text uses Run As; there may be warnings about another one, too."""
        return self.rewrite.verdict is not Verdict.NOT_USED

    @property
    def text(self) -> str:
        """The text after the rewrite."""
        return self.rewrite.content.decode("utf-8")

    @property
    def lost_variables(self) -> set[str]:
        """The variables (lower case) that the text no longer has."""
        return variables_in(self.activity.code[self.part]) - variables_in(self.text)


def variables_in(text: str) -> set[str]:
    """Return all names (lower case) that stand behind a dollar sign in a PowerShell text, wherever that is."""
    return {name.lower() for name in _VARIABLE.findall(text)}


def rewrite_text(text: str, options: RewriteOptions) -> Rewrite:
    """Return the rewrite of a PowerShell text in a graph. Raises MissingPackage."""
    content = text.encode("utf-8")
    decoded = decode(content)
    if decoded is not None:
        return rewrite_powershell(content, decoded, options)
    if is_without_run_as(content):
        return Rewrite(content, Verdict.NOT_USED)
    return Rewrite(content, Verdict.UNPARSABLE, findings=(finding("RA435", options.resource, line=1, column=1),))


def pieces_of(graph: Graph, options: RewriteOptions) -> list[Piece]:
    """Return the texts of Code activities of which there is something to say. Raises MissingPackage."""
    pieces = [
        Piece(activity, part, rewrite_text(text, options))
        for activity in graph.activities
        for part, text in activity.code.items()
    ]
    return [piece for piece in pieces if piece.uses_run_as or piece.rewrite.findings]


def stands_alone(piece: Piece, options: RewriteOptions) -> bool:
    """Tell whether no other part of the activity uses what the piece makes: together they are rewritten the same."""
    code = piece.activity.code
    before = "\n".join(code[part] for part in (BEGIN, PROCESS, END))
    after = "\n".join(piece.text if part == piece.part else code[part] for part in (BEGIN, PROCESS, END))
    return rewrite_text(before, options).content.decode("utf-8") == after


def told(piece: Piece) -> list[Finding]:
    """Return the findings of a piece as findings of the graph: at its first line, naming activity and place."""
    place = f"Code of activity {shown(piece.activity.name)}, {piece.part}"
    return [
        replace(found, sentence=f"{place}, line {found.line}: {found.sentence}", line=1, column=1)
        for found in piece.rewrite.findings
    ]
