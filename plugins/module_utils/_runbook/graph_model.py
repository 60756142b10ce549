# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A graphical runbook as people see it: activities, links, parameters and where their values come from.

Read from the records of its stream (runbook-idioms, section 6). The fields of a class differ from version to version
and are found by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TypeVar

from .nrbf_records import (
    Array,
    Instance,
    Item,
    Nulls,
    Primitive,
    Reference,
    Stream,
    StreamError,
    String,
    Value,
)

NAMESPACE = "Orchestrator.GraphRunbook.Model."
BEGIN, PROCESS, END = "Begin", "Process", "End"
# Far more than any graph that people can draw; parts that are shared are read once for each place that needs them.
_MOST_PARTS = 200_000


_Kinds = TypeVar("_Kinds", bound=Enum)


class ActivityKind(Enum):
    """The classes of activities."""

    COMMAND = "CommandActivity"
    CODE = "WorkflowScriptActivity"
    RUNBOOK = "InvokeRunbookActivity"
    JUNCTION = "JunctionActivity"
    UNKNOWN = ""


class SourceKind(Enum):
    """Where the value of a parameter comes from: the classes of value descriptors."""

    OUTPUT = "ActivityOutputValueDescriptor"
    CONSTANT = "ConstantValueDescriptor"
    PARAMETER = "RunbookParameterValueDescriptor"
    EXPRESSION = "PowerShellExpressionValueDescriptor"
    VARIABLE = "AutomationVariableValueDescriptor"
    CONNECTION = "AutomationConnectionValueDescriptor"
    CERTIFICATE = "AutomationCertificateValueDescriptor"
    CREDENTIAL = "AutomationCredentialValueDescriptor"
    NULL = "NullConstantValueDescriptor"
    UNKNOWN = ""


# The member of a value descriptor that names what it reads.
_NAMING_MEMBER = {
    SourceKind.OUTPUT: "ActivityName",
    SourceKind.PARAMETER: "ParameterName",
    SourceKind.EXPRESSION: "expression",
    SourceKind.VARIABLE: "VariableName",
    SourceKind.CONNECTION: "ConnectionName",
    SourceKind.CERTIFICATE: "CertificateName",
    SourceKind.CREDENTIAL: "CredentialName",
}


@dataclass(frozen=True)
class Source:
    """Where a parameter's value comes from. ``text`` is what the descriptor names, or a constant that is a text.

    ``path`` are the fields that are read of an activity's output, ``flag`` a constant that is true or false, ``pair``
    the record that binds the source to its parameter.
    """

    kind: SourceKind
    text: str | None
    path: tuple[str, ...]
    flag: bool | None
    pair: Instance


@dataclass(frozen=True)
class Condition:
    """A condition: its PowerShell text; one that is not enabled has no effect."""

    text: str
    enabled: bool


@dataclass(eq=False)
class Activity:
    """One activity. ``parameters`` are by name as written; ``code`` has the texts of a Code activity by part.

    ``defaults`` are the texts that a called runbook takes for its parameters when it is given none.
    """

    kind: ActivityKind
    record: Instance
    name: str
    entity_id: str
    command: str = ""
    module: str = ""
    parameter_set: str = ""
    parameters: dict[str, Source] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    custom_parameters: str = ""
    code: dict[str, str] = field(default_factory=dict)
    repeat: Condition = field(default_factory=lambda: Condition("", False))

    def parameter(self, name: str) -> Source | None:
        """Return the source of a parameter, named in any case."""
        return next((s for n, s in self.parameters.items() if n.lower() == name.lower()), None)


@dataclass(eq=False)
class Link:
    """A link. A pipeline link runs its destination once for each output of its source, a sequence link once.

    ``is_output`` tells that it carries the output stream, not the errors.
    """

    record: Instance
    source: str
    destination: str
    condition: Condition
    is_pipeline: bool
    is_output: bool


@dataclass(eq=False)
class Graph:
    """A graphical runbook. ``parameters`` are its input parameters: name -> default when that is a text."""

    stream: Stream
    root: Instance
    parameters: dict[str, str | None]
    activities: list[Activity]
    links: list[Link]

    def into(self, activity: Activity) -> list[Link]:
        """Return the links to an activity."""
        return self._by_destination.get(activity.entity_id, [])

    def out_of(self, activity: Activity) -> list[Link]:
        """Return the links from an activity."""
        return self._by_source.get(activity.entity_id, [])

    def activity(self, entity_id: str) -> Activity:
        """Return an activity by its id; every link has one at each end."""
        return self._by_id[entity_id]

    @cached_property
    def _by_destination(self) -> dict[str, list[Link]]:
        return _grouped(self.links, lambda link: link.destination)

    @cached_property
    def _by_source(self) -> dict[str, list[Link]]:
        return _grouped(self.links, lambda link: link.source)

    @cached_property
    def _by_id(self) -> dict[str, Activity]:
        return {activity.entity_id: activity for activity in self.activities}


def _grouped(links: list[Link], key: Callable[[Link], str]) -> dict[str, list[Link]]:
    groups: dict[str, list[Link]] = {}
    for link in links:
        groups.setdefault(key(link), []).append(link)
    return groups


def read_graph(stream: Stream) -> Graph:
    """Return the graph that a stream holds. Raises StreamError when it holds something else."""
    return _Reader(stream).read()


def plain_name(member: str) -> str:
    """Return the name of a property or field without what the compiler and the serialiser put around it."""
    return member.rsplit("+", 1)[-1].removeprefix("<").removesuffix(">k__BackingField")


def member_of(record: Instance, name: str) -> str | None:
    """Return the member of ``record`` that is the property or field ``name``; None when its version has none."""
    return next((member for member in record.shape.members if plain_name(member) == name), None)


class _Reader:
    """Reads the graph out of one stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._objects = {item.object_id: item for item in stream.objects()}
        self._parts = 0

    def read(self) -> Graph:
        root = self._objects.get(self._stream.root_id)
        if not isinstance(root, Instance) or root.shape.name != NAMESPACE + "GraphRunbook":
            raise StreamError("The stream holds no graphical runbook.")
        activities = [self._activity(record) for record in self._list(root, "activities")]
        graph = Graph(
            self._stream,
            root,
            dict(self._parameter(record) for record in self._list(root, "parameters")),
            activities,
            [self._link(record) for record in self._list(root, "links")],
        )
        _check(graph)
        return graph

    # -- parts of the graph

    def _parameter(self, record: Instance) -> tuple[str, str | None]:
        default = self._get(record, "DefaultValue")
        return self._name(record, "Name"), default.text if isinstance(default, String) else None

    def _activity(self, record: Instance) -> Activity:
        kind = _kind(ActivityKind, record)
        activity = Activity(kind, record, self._name(record, "Name"), self._text(record, "EntityId"))
        activity.repeat = self._condition(record, "loopExitCondition")
        if kind is ActivityKind.CODE:
            activity.code = {part: self._text(record, part) for part in (BEGIN, PROCESS, END)}
        if kind in (ActivityKind.COMMAND, ActivityKind.RUNBOOK):
            self._read_call(activity, record)
        return activity

    def _read_call(self, activity: Activity, record: Instance) -> None:
        is_command = activity.kind is ActivityKind.COMMAND
        called = self._get(record, "CommandType" if is_command else "RunbookActivityType")
        if not isinstance(called, Instance):
            raise StreamError("An activity does not say what it calls.")
        activity.command = self._text(called, "CommandName")
        activity.module = self._text(called, "ModuleName")
        activity.parameter_set = self._text(record, "ParameterSetName")
        activity.custom_parameters = self._text(record, "CustomParameters")
        activity.parameters = self._sources(record)
        if not is_command:
            activity.defaults = self._defaults(called)

    def _defaults(self, called: Instance) -> dict[str, str]:
        sets = self._list(called, "InputParameterSets")
        declared = [self._parameter(record) for one in sets for record in self._list(one, "Parameters")]
        return {name: default for name, default in declared if default is not None}

    def _sources(self, record: Instance) -> dict[str, Source]:
        table = self._get(record, "Parameters")
        pairs = self._get(table, "KeyValuePairs") if isinstance(table, Instance) else None
        if not isinstance(pairs, Array):
            return {}
        sources = {}
        for value in pairs.values:
            pair = self._follow(value)
            if isinstance(pair, Instance):
                sources[self._name(pair, "key")] = self._source(pair)
        return sources

    def _source(self, pair: Instance) -> Source:
        record = self._get(pair, "value")
        if not isinstance(record, Instance):
            return Source(SourceKind.NULL, None, (), None, pair)
        kind = _kind(SourceKind, record)
        text = self._name(record, _NAMING_MEMBER[kind]) if kind in _NAMING_MEMBER else None
        flag = None
        if kind is SourceKind.CONSTANT:
            constant = self._get(record, "Value")
            text = constant.text if isinstance(constant, String) else None
            flag = _flag(constant)
        return Source(kind, text, self._path(record), flag, pair)

    def _path(self, record: Instance) -> tuple[str, ...]:
        path = self._get(record, "FieldPath")
        values = path.values if isinstance(path, Array) else []
        fields = [self._follow(value) for value in values]
        return tuple(field.text for field in fields if isinstance(field, String))

    def _link(self, record: Instance) -> Link:
        stream, of_type = self._get(record, "linkStreamType"), self._enum(record, "LinkType")
        return Link(
            record,
            self._text(record, "SourceActivityEntityId"),
            self._text(record, "DestinationActivityEntityId"),
            self._condition(record, "condition"),
            of_type == 1,
            not isinstance(stream, Primitive) or stream.integer == 0,
        )

    def _condition(self, record: Instance, name: str) -> Condition:
        condition = self._get(record, name)
        if not isinstance(condition, Instance):
            return Condition("", False)
        text = self._text(condition, "expression")
        # ConditionMode: 0 is Enabled, 1 is Disabled.
        return Condition(text, self._enum(condition, "Mode") == 0 and bool(text.strip()))

    # -- records

    def _follow(self, value: Value) -> Value:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise StreamError("The graph has too many parts.")
        return self._objects[value.target] if isinstance(value, Reference) else value

    def _get(self, record: Instance, name: str) -> Value | None:
        """Return the value of a property; None when it is null or when this version has no such property."""
        member = member_of(record, name)
        value = self._follow(record[member]) if member is not None else None
        return None if isinstance(value, Nulls) else value

    def _enum(self, record: Instance, name: str) -> int | None:
        value = self._get(record, name)
        number = self._get(value, "value__") if isinstance(value, Instance) else None
        return number.integer if isinstance(number, Primitive) else None

    def _text(self, record: Instance, name: str) -> str:
        value = self._get(record, name)
        return value.text if isinstance(value, String) else ""

    def _name(self, record: Instance, name: str) -> str:
        """Return a property that is a text, or an object that holds just a name."""
        value = self._get(record, name)
        if isinstance(value, Instance):
            return self._text(value, "name")
        return value.text if isinstance(value, String) else ""

    def _list(self, record: Instance, name: str) -> list[Instance]:
        """Return the elements of a List<T>: as many of its array as it says that it has."""
        holder = self._get(record, name)
        if holder is None:
            return []
        array = self._get(holder, "_items") if isinstance(holder, Instance) else None
        size = self._get(holder, "_size") if isinstance(holder, Instance) else None
        if not isinstance(array, Array) or not isinstance(size, Primitive):
            raise StreamError("A list of the graph cannot be read.")
        elements = [self._follow(value) for value in array.values]
        records = [element for element in elements if isinstance(element, Instance)]
        if len(records) != size.integer or elements[: len(records)] != records:
            raise StreamError("A list of the graph has not as many elements as it says.")
        return records


def _kind(kinds: type[_Kinds], record: Instance) -> _Kinds:
    name = record.shape.name.removeprefix(NAMESPACE)
    return next((kind for kind in kinds if kind.value == name), kinds(""))


def _flag(value: Value | Item | None) -> bool | None:
    is_flag = isinstance(value, Primitive) and value.type.name == "BOOLEAN"
    return bool(value.integer) if is_flag and isinstance(value, Primitive) else None


def _check(graph: Graph) -> None:
    """Refuse what no editor draws: an activity twice or without name, two with one name, a link into the void."""
    ids = {activity.entity_id for activity in graph.activities}
    names = {activity.name.lower() for activity in graph.activities}
    if min(len(ids), len(names)) < len(graph.activities) or "" in names:
        raise StreamError("Two activities of the graph have one name or one id, or one has no name.")
    if any(end not in ids for link in graph.links for end in (link.source, link.destination)):
        raise StreamError("A link of the graph leads to an activity that the graph does not have.")
