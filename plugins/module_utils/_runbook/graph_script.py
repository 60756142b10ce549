# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a graphical runbook runs, as a PowerShell text: for whoever asks what it calls and whose cmdlets it uses."""

from __future__ import annotations

from .graph_container import read_container
from .graph_model import Activity, ActivityKind, read_graph
from .graph_uses import passages
from .language import is_graphical
from .names import Source
from .nrbf_reader import read_stream
from .nrbf_records import StreamError
from .text import decode


def as_script(source: Source) -> Source:
    """Return a graph as a PowerShell runbook that runs the same commands, in no order; another runbook as it is.

    A graph that cannot be read runs nothing that is known.
    """
    if not is_graphical(source.content):
        return source
    return Source(_script(source.content).encode("utf-8"), "PowerShell", source.resource)


def _script(content: bytes) -> str:
    text = decode(content)
    try:
        graph = read_graph(read_stream(read_container(text).stream)) if text is not None else None
    except StreamError:
        graph = None
    if graph is None:
        return ""
    calls = [_call(activity) for activity in graph.activities if activity.command]
    return "\n".join([*calls, *(passage.text for passage in passages(graph))])


def _call(activity: Activity) -> str:
    quoted = activity.command.replace("'", "''")
    return f"& '.\\{quoted}.ps1'" if activity.kind is ActivityKind.RUNBOOK else f"& '{quoted}'"
