# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change the records of a graphical runbook: the only place where a graph is written to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .graph_model import BEGIN, END, NAMESPACE, PROCESS, Activity, Graph, Link, Source, member_of, plain_name
from .nrbf_records import (
    Array,
    Instance,
    Kind,
    Nulls,
    Primitive,
    PrimitiveType,
    RecordType,
    Reference,
    Shape,
    StreamError,
    String,
    Value,
    ValueType,
)

_TEXT = ValueType(Kind.STRING)
_FLAG = ValueType(Kind.PRIMITIVE, primitive=PrimitiveType.BOOLEAN)
_VERSION = re.compile(r"Orchestrator\.GraphRunbook\.Model, Version=(\d+)\.(\d+)\.")
_LAST_ID = 2**31 - 1
_OUTPUT_TYPES = "OutputTypeNames"


class GraphEditor:
    """Changes one graph in place. Raises StreamError when the graph has not the fields that a change needs."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._objects = {item.object_id: item for item in graph.stream.objects()}
        instances = [item for item in self._objects.values() if isinstance(item, Instance)]
        self._shapes = {item.shape.name: item.shape for item in instances}
        self._last_id = max(abs(object_id) for object_id in self._objects)

    def set_code(self, activity: Activity, part: str, text: str) -> None:
        """Give a Code activity another text in one of its parts."""
        self._set(activity.record, part, self._string(text))

    def become_code(self, activity: Activity, process: str) -> None:
        """Turn an activity into a Code activity with this text; name, ids, place and error handling stay."""
        shape = self._code_shape(activity.record)
        values = [self._code_value(activity.record, plain_name(member), process) for member in shape.members]
        old = activity.record
        new = Instance(old.object_id, shape, values, old.libraries)
        items = self._graph.stream.items
        if old not in items:
            raise StreamError("An activity is written inside of another object.")
        items[items.index(old)] = new

    def remove(self, activities: Iterable[Activity], links: Iterable[Link]) -> None:
        """Take activities and links out of the graph's lists."""
        self._remove("activities", {activity.record.object_id for activity in activities})
        self._remove("links", {link.record.object_id for link in links})

    def lead_to(self, link: Link, activity: Activity) -> None:
        """Make a link lead to another activity."""
        self._set(link.record, "DestinationActivityEntityId", self._string(activity.entity_id))

    def set_constant(self, source: Source, text: str) -> None:
        """Make the value of a parameter a constant text."""
        self._set_source(source, "ConstantValueDescriptor", "Value", ValueType(Kind.OBJECT), text)

    def set_expression(self, source: Source, text: str) -> None:
        """Make the value of a parameter a PowerShell expression."""
        self._set_source(source, "PowerShellExpressionValueDescriptor", "expression", _TEXT, text)

    # -- values

    def _set(self, record: Instance, name: str, value: Value) -> None:
        member = member_of(record, name)
        if member is None:
            raise StreamError(f"The graph has no field {name} where one is needed.")
        record[member] = value

    def _set_source(self, source: Source, class_name: str, member: str, of_type: ValueType, text: str) -> None:
        shape = self._shape(class_name)
        if shape is None:
            library = self._graph.root.shape.library
            shape = Shape(NAMESPACE + class_name, (member,), (of_type,), library)
        if len(shape.members) != 1:
            raise StreamError(f"The fields of {class_name} are not known.")
        descriptor = Instance(self._next_id(), shape, [self._string(text)])
        self._graph.stream.items.append(descriptor)
        self._set(source.pair, "value", Reference(descriptor.object_id))

    def _string(self, text: str) -> String:
        return String(self._next_id(), text)

    def _next_id(self) -> int:
        self._last_id += 1
        if self._last_id > _LAST_ID:
            raise StreamError("The stream has no object id left.")
        return self._last_id

    # -- lists

    def _remove(self, name: str, object_ids: set[int]) -> None:
        holder = self._follow(self._graph.root, name)
        array = self._follow(holder, "_items") if isinstance(holder, Instance) else None
        if not isinstance(holder, Instance) or not isinstance(array, Array):
            raise StreamError("A list of the graph cannot be changed.")
        kept = [value for value in array.values if not isinstance(value, Nulls)]
        kept = [value for value in kept if _object_id(value) not in object_ids]
        array.values = [*kept, *_nulls(array.length - len(kept))]
        size = len(kept).to_bytes(4, "little", signed=True)
        self._set(holder, "_size", Primitive(PrimitiveType.INT32, size))

    def _follow(self, record: Instance, name: str) -> Value | None:
        member = member_of(record, name)
        value = record[member] if member is not None else None
        return self._objects[value.target] if isinstance(value, Reference) else value

    # -- Code activities

    def _shape(self, class_name: str) -> Shape | None:
        return self._shapes.get(NAMESPACE + class_name)

    def _code_shape(self, record: Instance) -> Shape:
        return self._shape("WorkflowScriptActivity") or self._made_code_shape(record)

    def _made_code_shape(self, record: Instance) -> Shape:
        """Return the shape of Code activities in this version; known from graphs of both versions that have some."""
        fields = [(f"<{part}>k__BackingField", _TEXT) for part in (BEGIN, PROCESS, END)]
        fields += [(f"<{flag}>k__BackingField", _FLAG) for flag in ("CheckpointAfter", "ExceptionsToErrors")]
        if self._has_output_types():
            fields.append((f"<{_OUTPUT_TYPES}>k__BackingField", self._text_list()))
        inherited = zip(record.shape.members, record.shape.types, strict=True)
        fields += [(m, t) for m, t in inherited if m.startswith(("LoopableActivity+", "Activity+"))]
        members, types = zip(*fields, strict=True)
        return Shape(NAMESPACE + "WorkflowScriptActivity", members, types, record.shape.library)

    def _has_output_types(self) -> bool:
        library = self._graph.stream.libraries.get(self._graph.root.shape.library or 0)
        version = _VERSION.match(library.name) if library is not None else None
        if version is None or (version[1], version[2]) not in (("7", "2"), ("7", "3")):
            raise StreamError("The fields of a Code activity are not known for the version of this graph.")
        return version[2] == "3"

    def _text_list(self) -> ValueType:
        member = member_of(self._graph.root, "outputTypes")
        if member is None:
            raise StreamError("The fields of a Code activity are not known for the version of this graph.")
        return self._graph.root.shape.types[self._graph.root.shape.members.index(member)]

    def _code_value(self, record: Instance, name: str, process: str) -> Value:
        if name in (BEGIN, PROCESS, END):
            return self._string(process if name == PROCESS else "")
        if name == _OUTPUT_TYPES:
            return Nulls()
        member = member_of(record, name)
        if member is None:
            raise StreamError(f"The graph has no field {name} where one is needed.")
        return record[member]


def _object_id(value: Value) -> int | None:
    if isinstance(value, Reference):
        return value.target
    return value.object_id if isinstance(value, Instance) else None


def _nulls(count: int) -> list[Value]:
    if count == 0:
        return []
    if count == 1:
        return [Nulls()]
    return [Nulls(count, RecordType.NULLS_256 if count < 256 else RecordType.NULLS)]
