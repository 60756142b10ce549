# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make graphical runbooks for tests: a drawing of activities and links becomes a stream as the editor writes it.

The classes, their fields and the library are those that the format demands.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import (
    RewriteOptions,
    Verdict,
    rewrite,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_records import (
    Array,
    Instance,
    Item,
    Kind,
    Library,
    Nulls,
    Primitive,
    PrimitiveType,
    RecordType,
    Reference,
    Shape,
    Stream,
    String,
    Value,
    ValueType,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_writer import write_stream
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    Code,
    Command,
    Drawing,
    Junction,
    Link,
    Source,
)

MODEL = "Orchestrator.GraphRunbook.Model"
TEXT = ValueType(Kind.STRING)
OBJECT = ValueType(Kind.OBJECT)
FLAG = ValueType(Kind.PRIMITIVE, primitive=PrimitiveType.BOOLEAN)
NUMBER = ValueType(Kind.PRIMITIVE, primitive=PrimitiveType.INT32)


def stream_of(drawing: Drawing) -> bytes:
    """Return the stream of a drawing, padded with zeros as the editor does."""
    return write_stream(records_of(drawing))


def records_of(drawing: Drawing) -> Stream:
    """Return the records of a drawing."""
    return _Builder(drawing).build()


def container_of(stream: bytes, **members: str) -> bytes:
    """Return the content of a graphical runbook that holds a stream."""
    definition = base64.b64encode(stream).decode()
    content = {"SchemaVersion": "1.10", "RunbookDefinition": definition, "RunbookType": "GraphPowerShell", **members}
    return json.dumps(content, separators=(",", ":")).encode()


def runbook_of(drawing: Drawing) -> bytes:
    """Return the content of a graphical runbook."""
    return container_of(stream_of(drawing))


def reason(drawn: Drawing, options: RewriteOptions | None = None) -> str:
    """Return why a drawing is left to people; see that it is, untouched and with steps."""
    content = runbook_of(drawn)
    outcome = rewrite(content, "GraphPowerShell", options)
    assert outcome.verdict is Verdict.MANUAL
    assert outcome.content is content
    found = outcome.findings[-1]
    assert (found.code, found.line, found.column) == ("RA450", 1, 1)
    assert re.match(r"1\. .* 2\. .*", found.remedy)
    return found.sentence


class _Builder:
    """Builds the records of one drawing; every object but the values of structures stands on its own."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._stream = Stream(root_id=1, header_id=-1, padded_length=256)
        name = f"{MODEL}, Version={drawing.version}.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35"
        self._library = Library(2, name)
        self._stream.libraries[2] = self._library
        self._last_id = 2
        self._shapes: dict[str, Shape] = {}
        # The editor's program has one empty text, which all that is empty shares.
        self._empty = String(self._id(), "")
        self._stream.texts[self._empty.object_id] = self._empty

    def build(self) -> Stream:
        drawing = self._drawing
        entities = {activity.name: f"00000000-0000-4000-8000-{i:012}" for i, activity in enumerate(drawing.activities)}
        members = {
            "parameters": self._list("Parameter", [self._parameter(n, d) for n, d in drawing.parameters.items()]),
            "activities": self._list("Activity", [self._activity(a, entities[a.name]) for a in drawing.activities]),
            "links": self._list("Link", [self._link(link, entities) for link in drawing.links]),
            "comments": self._list("Comment", []),
            "outputTypes": self._text_list([]),
        }
        root = self._new(f"{MODEL}.GraphRunbook", {n: (t, v) for n, (t, v) in members.items()}, object_id=1)
        root.libraries = (self._library,)
        self._stream.items = in_order_of_need(self._stream.items, root)
        return self._stream

    # -- parts of the graph

    def _parameter(self, name: str, default: str | None) -> Reference:
        return self._object(
            "Parameter",
            {
                "<DefaultValue>k__BackingField": (OBJECT, Nulls() if default is None else self._text(default)),
                "<Name>k__BackingField": self._named("ParameterName", name),
                "<Optional>k__BackingField": (FLAG, _flag(default is not None)),
                "<TypeName>k__BackingField": (TEXT, self._text("System.String")),
                "<Description>k__BackingField": (TEXT, Nulls()),
            },
        )

    def _activity(self, activity: Command | Code | Junction, entity_id: str) -> Reference:
        common = {
            "Activity+<Name>k__BackingField": self._named("ActivityName", activity.name),
            "Activity+<EntityId>k__BackingField": (TEXT, self._text(entity_id)),
            "Activity+<PositionX>k__BackingField": (NUMBER, _number(100)),
            "Activity+<PositionY>k__BackingField": (NUMBER, _number(200)),
            "Activity+<Description>k__BackingField": (TEXT, self._text(f"About {activity.name}")),
        }
        if isinstance(activity, Junction):
            return self._object("JunctionActivity", common)
        repeat = activity.repeat if isinstance(activity, Command) else ""
        loop = {
            "LoopableActivity+loopExitCondition": self._condition(repeat),
            "LoopableActivity+<LoopDelay>k__BackingField": self._loop_delay(),
        }
        if isinstance(activity, Code):
            return self._object("WorkflowScriptActivity", {**self._code(activity), **loop, **common})
        return self._object(activity.kind, {**self._command(activity), **loop, **common})

    def _code(self, code: Code) -> dict[str, tuple[ValueType, Value]]:
        fields: dict[str, tuple[ValueType, Value]] = {
            "<Begin>k__BackingField": (TEXT, self._text(code.begin)),
            "<Process>k__BackingField": (TEXT, self._text(code.process)),
            "<End>k__BackingField": (TEXT, self._text(code.end)),
            "<CheckpointAfter>k__BackingField": (FLAG, _flag(False)),
            "<ExceptionsToErrors>k__BackingField": (FLAG, _flag(True)),
        }
        if self._drawing.version != "7.2":
            fields["<OutputTypeNames>k__BackingField"] = self._text_list([""])
        return fields

    def _command(self, command: Command) -> dict[str, tuple[ValueType, Value]]:
        is_runbook = command.kind == "InvokeRunbookActivity"
        call = {
            "<InputParameterSets>k__BackingField": self._parameter_sets(command),
            "<CommandName>k__BackingField": (TEXT, self._text(command.command)),
        }
        if not is_runbook:
            call["<ModuleName>k__BackingField"] = (TEXT, self._text(command.module))
        called = "InvokeRunbookActivityType" if is_runbook else "CommandActivityType"
        calls = "<RunbookActivityType>" if is_runbook else "<CommandType>"
        return {
            f"{calls}k__BackingField": (self._class(called), self._object(called, call)),
            "InvocationActivity+<ParameterSetName>k__BackingField": (TEXT, self._text(command.parameter_set)),
            "InvocationActivity+<Parameters>k__BackingField": self._sources(command.parameters),
            "InvocationActivity+<CustomParameters>k__BackingField": (TEXT, self._text(command.custom_parameters)),
            "InvocationActivity+<CheckpointAfter>k__BackingField": (FLAG, _flag(True)),
            "InvocationActivity+<ExceptionsToErrors>k__BackingField": (FLAG, _flag(True)),
        }

    def _parameter_sets(self, command: Command) -> tuple[ValueType, Value]:
        names = {**dict.fromkeys(command.parameters), **command.defaults}
        declared = self._list("Parameter", [self._parameter(name, default) for name, default in names.items()])
        members = {
            "<Name>k__BackingField": (TEXT, self._text(command.parameter_set)),
            "<OutputTypeName>k__BackingField": (TEXT, Nulls()),
            "<Parameters>k__BackingField": declared,
        }
        return self._list("ParameterSet", [self._object("ParameterSet", members)])

    def _link(self, link: Link, entities: Mapping[str, str]) -> Reference:
        members: dict[str, tuple[ValueType, Value]] = {
            "condition": self._condition(link.condition),
            "<Description>k__BackingField": (TEXT, self._text("")),
            "<DestinationActivityEntityId>k__BackingField": (TEXT, self._text(entities[link.destination])),
            "<LinkType>k__BackingField": self._enum("ExecutableView.LinkType", int(link.is_pipeline)),
            "<SourceActivityEntityId>k__BackingField": (TEXT, self._text(entities[link.source])),
        }
        if self._drawing.version != "7.2":
            number = ValueType(Kind.SYSTEM_CLASS, class_name="System.Int32")
            members = {"linkStreamType": (number, Primitive(PrimitiveType.INT32, bytes(4), typed=True)), **members}
        return self._object("Link", members)

    def _condition(self, text: str) -> tuple[ValueType, Value]:
        members = {
            "expression": (TEXT, self._text(text)),
            "<Mode>k__BackingField": self._enum("ConditionMode", int(not text)),
        }
        return self._class("Condition"), self._object("Condition", members)

    def _loop_delay(self) -> tuple[ValueType, Value]:
        delay = Primitive(PrimitiveType.TIME_SPAN, bytes(8), typed=True)
        return self._class("ConstantValueDescriptor"), self._descriptor("Constant", {"<Value>": (OBJECT, delay)})

    # -- values of parameters

    def _sources(self, parameters: Mapping[str, Source]) -> tuple[ValueType, Value]:
        names, sources = (self._qualified(f"ExecutableView.{name}") for name in ("ParameterName", "IValueDescriptor"))
        types = f"[[{names}],[{sources}]]"
        table, comparer = f"System.Collections.Generic.Dictionary`2{types}", self._comparer()
        members: dict[str, tuple[ValueType, Value]] = {
            "Version": (NUMBER, _number(len(parameters))),
            "Comparer": comparer,
            "HashSize": (NUMBER, _number(7 if parameters else 0)),
        }
        if parameters:
            pair = f"System.Collections.Generic.KeyValuePair`2{types}"
            of_type = ValueType(Kind.SYSTEM_CLASS, class_name=pair)
            pairs = [self._pair(pair, name, source) for name, source in parameters.items()]
            array = ValueType(Kind.SYSTEM_CLASS, class_name=f"{pair}[]")
            members["KeyValuePairs"] = (array, self._array(of_type, pairs, length=len(pairs)))
        shape = f"{table} of {len(members)}"
        return ValueType(Kind.SYSTEM_CLASS, class_name=table), self._system_object(table, members, shape)

    def _comparer(self) -> tuple[ValueType, Value]:
        name = (
            f"System.Collections.Generic.ObjectEqualityComparer`1[[{self._qualified('ExecutableView.ParameterName')}]]"
        )
        return ValueType(Kind.SYSTEM_CLASS, class_name=name), self._system_object(name, {})

    def _pair(self, class_name: str, name: str, source: Source) -> Instance:
        members = {
            "key": self._named("ExecutableView.ParameterName", name),
            "value": (self._class("ConstantValueDescriptor"), self._source(source)),
        }
        shape = self._shape(class_name, members, None, class_name)
        return Instance(-self._id(), shape, [value for _type, value in members.values()])

    def _source(self, source: Source) -> Reference:
        if source.kind == "Constant":
            flag = Primitive(PrimitiveType.BOOLEAN, bytes([source.value is True]), typed=True)
            value = self._text(source.value) if isinstance(source.value, str) else flag
            return self._descriptor("Constant", {"<Value>": (OBJECT, value)})
        if source.kind == "ActivityOutput":
            path = Array(self._id(), RecordType.STRINGS, TEXT, [self._text(name) for name in source.path])
            self._stream.items.append(path)
            members = {
                "streamType": (ValueType(Kind.SYSTEM_CLASS, class_name="System.Nullable`1[[System.Int32]]"), Nulls()),
                "<ActivityName>": self._named("ActivityName", source.value),
                "<FieldPath>": (ValueType(Kind.STRING_ARRAY), Reference(path.object_id)),
            }
            return self._descriptor(source.kind, members)
        if source.kind == "PowerShellExpression":
            return self._descriptor(source.kind, {"expression": (TEXT, self._text(source.value))})
        named = source.kind.removeprefix("Runbook").removeprefix("Automation") + "Name"
        holder = "ParameterName" if source.kind == "RunbookParameter" else "AutomationAssetName"
        return self._descriptor(source.kind, {f"<{named}>": self._named(holder, source.value)})

    def _descriptor(self, kind: str, members: Mapping[str, tuple[ValueType, Value]]) -> Reference:
        fields = {f"{n}k__BackingField" if n.startswith("<") else n: value for n, value in members.items()}
        return self._object(f"{kind}ValueDescriptor", fields)

    def _named(self, class_name: str, name: str) -> tuple[ValueType, Value]:
        class_name = f"ExecutableView.{class_name.removeprefix('ExecutableView.')}"
        members = {"CaseInsensitiveName`1+name": (TEXT, self._text(name))}
        return self._class(class_name), self._object(class_name, members)

    def _enum(self, class_name: str, value: int) -> tuple[ValueType, Value]:
        members = {"value__": (NUMBER, _number(value))}
        shape = self._shape(f"{MODEL}.{class_name}", members, 2, class_name)
        return self._class(class_name), Instance(-self._id(), shape, [_number(value)])

    # -- records

    def _list(self, element: str, records: list[Reference]) -> tuple[ValueType, Value]:
        name = f"System.Collections.Generic.List`1[[{self._qualified(element)}]]"
        array = self._array(self._class(element), records)
        members = {
            "_items": (ValueType(Kind.CLASS, class_name=f"{MODEL}.{element}[]", library=2), array),
            "_size": (NUMBER, _number(len(records))),
            "_version": (NUMBER, _number(len(records))),
        }
        return ValueType(Kind.SYSTEM_CLASS, class_name=name), self._system_object(name, members)

    def _text_list(self, texts: list[str]) -> tuple[ValueType, Value]:
        mscorlib = "mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
        name = f"System.Collections.Generic.List`1[[System.String, {mscorlib}]]"
        array = Array(self._id(), RecordType.STRINGS, TEXT, [self._text(text) for text in texts])
        self._stream.items.append(array)
        members = {
            "_items": (ValueType(Kind.STRING_ARRAY), Reference(array.object_id)),
            "_size": (NUMBER, _number(len(texts))),
            "_version": (NUMBER, _number(len(texts))),
        }
        return ValueType(Kind.SYSTEM_CLASS, class_name=name), self._system_object(name, members)

    def _array(self, of_type: ValueType, values: list[Any], length: int | None = None) -> Reference:
        """The array of a list has room for more than it holds: its length is a power of two from four on."""
        if length is None:
            length = 0 if not values else max(4, 1 << (len(values) - 1).bit_length())
        spare = length - len(values)
        nulls = [Nulls(spare, RecordType.NULLS_256)] if spare > 1 else [Nulls()] * spare
        array = Array(self._id(), RecordType.BINARY_ARRAY, of_type, [*values, *nulls])
        self._stream.items.append(array)
        return Reference(array.object_id)

    def _object(self, class_name: str, members: Mapping[str, tuple[ValueType, Value]]) -> Reference:
        return Reference(self._new(f"{MODEL}.{class_name}", members).object_id)

    def _system_object(
        self, class_name: str, members: Mapping[str, tuple[ValueType, Value]], key: str = ""
    ) -> Reference:
        instance = Instance(self._id(), self._shape(class_name, members, None, key or class_name), _values(members))
        self._stream.items.append(instance)
        return Reference(instance.object_id)

    def _new(
        self, class_name: str, members: Mapping[str, tuple[ValueType, Value]], object_id: int | None = None
    ) -> Instance:
        shape = self._shape(class_name, members, 2, class_name)
        instance = Instance(object_id or self._id(), shape, _values(members))
        self._stream.items.append(instance)
        return instance

    def _shape(
        self, class_name: str, members: Mapping[str, tuple[ValueType, Value]], library: int | None, key: str
    ) -> Shape:
        types = tuple(of_type for of_type, _value in members.values())
        return self._shapes.setdefault(key, Shape(class_name, tuple(members), types, library))

    def _class(self, class_name: str) -> ValueType:
        return ValueType(Kind.CLASS, class_name=f"{MODEL}.{class_name}", library=2)

    def _qualified(self, class_name: str) -> str:
        return f"{MODEL}.{class_name}, {self._library.name}"

    def _text(self, text: str) -> Value:
        return String(self._id(), text) if text else Reference(self._empty.object_id)

    def _id(self) -> int:
        self._last_id += 1
        return self._last_id


def in_order_of_need(items: list[Item], root: Item) -> list[Item]:
    """Return the objects in the order in which the formatter writes them: each when the ones before it are done."""
    by_id = {item.object_id: item for item in items}
    ordered, seen, waiting = [root], {root.object_id}, [root]
    while waiting:
        item = waiting.pop(0)
        for value in _values_inside(item):
            if isinstance(value, Reference) and value.target in by_id and value.target not in seen:
                seen.add(value.target)
                ordered.append(by_id[value.target])
                waiting.append(by_id[value.target])
    return ordered


def _values_inside(item: Item) -> Iterator[Value]:
    for value in item.values if isinstance(item, (Instance, Array)) else []:
        yield value
        if isinstance(value, Instance):
            yield from _values_inside(value)


def _values(members: Mapping[str, tuple[ValueType, Value]]) -> list[Value]:
    return [value for _type, value in members.values()]


def _flag(value: bool) -> Primitive:
    return Primitive(PrimitiveType.BOOLEAN, bytes([value]))


def _number(value: int) -> Primitive:
    return Primitive(PrimitiveType.INT32, value.to_bytes(4, "little", signed=True))
