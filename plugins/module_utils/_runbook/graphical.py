# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rewrite a graphical runbook: the graph in its container is read, changed and written as a whole (docs/graphical.md).

The container is one JSON object; its ``RunbookDefinition`` is base64 of a .NET BinaryFormatter stream
(runbook-idioms, section 6).
"""

from __future__ import annotations

from .._finding import finding
from .graph_container import Container, read_container, write_container
from .graph_model import read_graph
from .graph_plan import GraphPlan
from .nrbf_reader import read_stream
from .nrbf_records import StreamError
from .nrbf_writer import write_stream
from .result import (
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .text import Text


def rewrite_graphical(content: bytes, text: Text, options: RewriteOptions) -> Rewrite:
    """Return the rewrite of a graphical runbook. Raises MissingPackage when its code cannot be read for want of one."""
    try:
        container = read_container(text)
        graph = read_graph(read_stream(container.stream))
    except StreamError as error:
        problem = finding("RA451", options.resource, line=1, column=1, reason=error)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    plan = GraphPlan(graph, options)
    if plan.verdict is not Verdict.REWRITTEN_WITH_ASSUMPTIONS:
        return Rewrite(content, plan.verdict, findings=tuple(plan.findings))
    return _carry_out(content, text, container, plan, options)


def _carry_out(content: bytes, text: Text, container: Container, plan: GraphPlan, options: RewriteOptions) -> Rewrite:
    try:
        stream = plan.stream()
    except StreamError:
        stream = None
    if stream is None or not _proved(container.stream, stream, options):
        return Rewrite(content, Verdict.MANUAL, findings=(finding("RA433", options.resource, line=1, column=1),))
    new_content, edit = write_container(content, text, container, stream)
    return Rewrite(
        new_content,
        plan.verdict,
        edits=(edit,),
        findings=tuple(plan.findings),
        assumptions=tuple(plan.assumptions),
        modules=plan.modules,
    )


def _proved(before: bytes, after: bytes, options: RewriteOptions) -> bool:
    """Read the result again: a true stream without Run As, written by a writer that keeps what it does not change."""
    try:
        graph = read_graph(read_stream(after))
        kept = write_stream(read_stream(before)) == before and write_stream(graph.stream) == after
    except StreamError:
        return False
    return kept and GraphPlan(graph, options).verdict is Verdict.NOT_USED
