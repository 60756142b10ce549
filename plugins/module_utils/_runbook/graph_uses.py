# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find where a graphical runbook fetches a Run As connection, every read of it, and every other use of Run As."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .connections import CLASSIC_NAME, FETCH, FIELDS, LOGIN_FIELDS, PORTAL_NAME, Kind
from .graph_model import Activity, ActivityKind, Graph, Link, Source, SourceKind
from .hazards import CERTIFICATE_FETCH, certificate_names, run_as_names
from .names import stem_of
from .result import RewriteOptions
from .text import Text

_OUTPUTS = re.compile(r"ActivityOutput", re.IGNORECASE)
# $ActivityOutput['Name'] or $ActivityOutput["Name"], perhaps with the field that is read of it.
OUTPUT = re.compile(
    r"""\$\{?ActivityOutput\}?\s*\[\s*(?:'((?:[^']|'')*)'|"([^"`$]*)")\s*\](?:\.(\w+)\b)?""", re.IGNORECASE
)
_SPEAKING = re.compile(r"write-\w+", re.IGNORECASE)


@dataclass(frozen=True)
class Passage:
    """PowerShell text in a graph, and the activity or link that has it; ``is_code`` when it is a Code activity's."""

    owner: Activity | Link
    text: str
    is_code: bool = False


@dataclass(frozen=True)
class Read:
    """One read of an activity's output. ``field`` is None when it is the output as a whole.

    ``source`` is set when the value of a parameter is the read; otherwise it stands in a PowerShell text.
    """

    owner: Activity | Link
    field: str | None
    source: Source | None


@dataclass(frozen=True)
class Fetch:
    """An activity that fetches a connection; ``parameter`` is the runbook's parameter that names it, if one does."""

    activity: Activity
    name: str | None
    parameter: str | None
    kind: Kind


def command_name(activity: Activity) -> str:
    """Return the cmdlet that an activity calls, lower case and without module; empty when it calls none."""
    return activity.command.rsplit("\\", 1)[-1].lower() if activity.kind is ActivityKind.COMMAND else ""


def passages(graph: Graph) -> Iterator[Passage]:
    """Return every PowerShell text of the graph that is run: code, expressions, conditions, free parameters."""
    for activity in graph.activities:
        for text in activity.code.values():
            yield Passage(activity, text, is_code=True)
        for text in _short_texts(activity):
            yield Passage(activity, text)
    for link in graph.links:
        if link.condition.enabled:
            yield Passage(link, link.condition.text)


def _short_texts(activity: Activity) -> list[str]:
    texts = [s.text or "" for s in activity.parameters.values() if s.kind is SourceKind.EXPRESSION]
    if activity.repeat.enabled:
        texts.append(activity.repeat.text)
    if activity.custom_parameters.strip():
        # A fetch is judged by the name that it is given.
        command = "" if command_name(activity) == FETCH else activity.command
        texts.append(f"{command} {activity.custom_parameters}")
    return texts


class Outputs:
    """Who reads the outputs of a graph's activities. ``untold`` are those that read one and do not say whose."""

    def __init__(self, graph: Graph) -> None:
        self._reads: dict[str, list[Read]] = {}
        self.untold: list[Activity | Link] = []
        for activity in graph.activities:
            for source in activity.parameters.values():
                if source.kind is SourceKind.OUTPUT:
                    self._add(
                        source.text or "", Read(activity, source.path[0].lower() if source.path else None, source)
                    )
        for passage in passages(graph):
            for name, field in outputs_in(passage.text):
                self._add(name, Read(passage.owner, field, None))
            if names_output_freely(passage.text):
                self.untold.append(passage.owner)

    def _add(self, name: str, read: Read) -> None:
        self._reads.setdefault(name.lower(), []).append(read)

    def reads_of(self, activity: Activity) -> list[Read]:
        """Return every read of an activity's output by another activity or a link."""
        return self._reads.get(activity.name.lower(), [])


def outputs_in(text: str) -> list[tuple[str, str | None]]:
    """Return the activities (lower case) whose output a PowerShell text reads, each with the field that is read."""
    found = []
    for match in OUTPUT.finditer(Text(text, "utf-8", b"").plain):
        name = match[1].replace("''", "'") if match[1] is not None else match[2]
        found.append((name.lower(), match[3].lower() if match[3] else None))
    return found


def names_output_freely(text: str) -> bool:
    """Tell whether a PowerShell text reads outputs in a way that does not tell of which activity."""
    plain = Text(text, "utf-8", b"").plain
    return len(_OUTPUTS.findall(OUTPUT.sub("", plain))) > 0


def find_fetches(graph: Graph, outputs: Outputs, options: RewriteOptions) -> list[Fetch]:
    """Return the activities that fetch a connection, each with the kind of what it fetches."""
    found = []
    for activity in graph.activities:
        if command_name(activity) == FETCH:
            source = activity.parameter("Name")
            name = constant_of(graph, source)
            parameter = source.text if source is not None and source.kind is SourceKind.PARAMETER else None
            fields = {read.field for read in outputs.reads_of(activity)}
            found.append(Fetch(activity, name, parameter, _kind(name, fields, options)))
    return found


def constant_of(graph: Graph, source: Source | None) -> str | None:
    """Return the text that a source gives: a constant, or the default of the runbook's parameter."""
    if source is None:
        return None
    if source.kind is SourceKind.PARAMETER:
        defaults = {name.lower(): default for name, default in graph.parameters.items()}
        return defaults.get((source.text or "").lower())
    return source.text if source.kind is SourceKind.CONSTANT else None


def _kind(name: str | None, fields: set[str | None], options: RewriteOptions) -> Kind:
    if name is None:
        other = bool(fields) and None not in fields and not fields & FIELDS
        return Kind.OTHER if other else Kind.UNKNOWN_NAME
    if name.lower() == CLASSIC_NAME:
        return Kind.CLASSIC
    if name.lower() == PORTAL_NAME:
        return Kind.RUN_AS
    if options.connections is not None:
        return Kind.RUN_AS if name.lower() in run_as_names(options) else Kind.OTHER
    return Kind.RUN_AS if fields & LOGIN_FIELDS else Kind.OTHER


def other_uses(graph: Graph, options: RewriteOptions) -> list[Activity]:
    """Return the activities that use Run As by its name, although they do not fetch the connection themselves."""
    return [a for a in graph.activities if command_name(a) != FETCH and _is_other_use(graph, a, options)]


def _is_other_use(graph: Graph, activity: Activity, options: RewriteOptions) -> bool:
    if _SPEAKING.fullmatch(command_name(activity)):
        return False
    for source in activity.parameters.values():
        value = (source.text or "").lower()
        if source.kind is SourceKind.CONNECTION and value in run_as_names(options):
            return True
        if source.kind is SourceKind.CERTIFICATE and value in certificate_names(options):
            return True
    if any(_names_asset(name, value, options) for name, value in _given(graph, activity, options)):
        return True
    return command_name(activity) == CERTIFICATE_FETCH and bool(_names(graph, activity) & certificate_names(options))


def _given(graph: Graph, activity: Activity, options: RewriteOptions) -> Iterator[tuple[str, str]]:
    """Return the texts (lower case) that an activity's command or runbook gets by parameters that have an effect."""
    given = {name.lower(): constant_of(graph, source) for name, source in activity.parameters.items()}
    # The default of a runbook's parameter is written as PowerShell text, in quotes.
    defaults = {name.lower(): default.strip("'\"") for name, default in activity.defaults.items()}
    idle = options.children.get(stem_of(activity.command), frozenset())
    for name, value in {**defaults, **given}.items():
        if value is not None and name not in idle:
            yield name, value.lower()


def _names_asset(parameter: str, value: str, options: RewriteOptions) -> bool:
    """The names that the portal gave mean nothing else; another name may be anything unless its parameter says so."""
    sure = run_as_names(options) if "conn" in parameter.lower() else {PORTAL_NAME, CLASSIC_NAME}
    return value in sure


def _names(graph: Graph, activity: Activity) -> set[str]:
    return {(constant_of(graph, source) or "").lower() for source in activity.parameters.values()}
