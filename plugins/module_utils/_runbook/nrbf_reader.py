# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a .NET BinaryFormatter stream (MS-NRBF) into records. No object of any class is ever made.

The stream comes from strangers: every count is checked against the bytes that are left before anything is made for it,
nesting is limited, and what graphs never hold (method calls, arrays of several dimensions, classes without member
types) is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar

from .nrbf_records import (
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
    StreamError,
    String,
    Value,
    ValueType,
)

# Azure takes no runbook of more than one megabyte; a graph of 40 KB has some 5,000 values.
MOST_BYTES = 4 * 1024 * 1024
_MOST_VALUES = 500_000
# Objects nest in a graph by values of structures only: two or three levels.
_DEEPEST = 40
_SINGLE = 0
_Enum = TypeVar("_Enum", bound=IntEnum)
_SIZES = {
    PrimitiveType.BOOLEAN: 1,
    PrimitiveType.BYTE: 1,
    PrimitiveType.SBYTE: 1,
    PrimitiveType.INT16: 2,
    PrimitiveType.UINT16: 2,
    PrimitiveType.INT32: 4,
    PrimitiveType.UINT32: 4,
    PrimitiveType.SINGLE: 4,
    PrimitiveType.DOUBLE: 8,
    PrimitiveType.INT64: 8,
    PrimitiveType.UINT64: 8,
    PrimitiveType.TIME_SPAN: 8,
    PrimitiveType.DATE_TIME: 8,
}


def read_stream(content: bytes) -> Stream:
    """Return the records of a stream; zero bytes after its end are counted and left out. Raises StreamError."""
    if len(content) > MOST_BYTES:
        raise StreamError(f"The stream has more than {MOST_BYTES} bytes.")
    return _Reader(content).read()


class _Reader:
    """Reads one stream from its first byte to its last."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0
        self._depth = 0
        self._values = 0
        self._shapes: dict[int, Shape] = {}
        self._ids: set[int] = set()
        self._targets: set[int] = set()
        self._libraries: dict[int, Library] = {}
        self._texts: dict[int, String] = {}
        self._records: dict[int, Callable[[tuple[Library, ...]], Item]] = {
            RecordType.CLASS_WITH_ID: self._class_with_id,
            RecordType.SYSTEM_CLASS: self._system_class,
            RecordType.CLASS: self._class,
            RecordType.STRING: self._string_object,
            RecordType.BINARY_ARRAY: self._binary_array,
            RecordType.PRIMITIVES: self._primitives,
            RecordType.OBJECTS: self._objects,
            RecordType.STRINGS: self._strings,
        }

    def read(self) -> Stream:
        stream = self._header()
        while True:
            libraries, record = self._next_record()
            if record == RecordType.END:
                break
            stream.items.append(self._item(record, libraries))
        if libraries:
            raise self._error("a library belongs to no object")
        self._check_end(stream)
        return stream

    def _header(self) -> Stream:
        record, root_id, header_id = self._byte(), self._int32(), self._int32()
        version = (self._int32(), self._int32())
        if record != RecordType.HEADER or version != (1, 0):
            raise StreamError("The content does not start like a BinaryFormatter stream.")
        return Stream(root_id, header_id)

    def _check_end(self, stream: Stream) -> None:
        if self._content.count(0, self._position) != len(self._content) - self._position:
            raise self._error("something follows the end")
        if self._targets - self._ids:
            raise StreamError("The stream refers to an object that it does not have.")
        if stream.root_id not in self._ids:
            raise StreamError("The stream has no root object.")
        stream.texts, stream.libraries = self._texts, self._libraries
        stream.padded_length = len(self._content) if self._position < len(self._content) else 0

    # -- records

    def _next_record(self) -> tuple[tuple[Library, ...], int]:
        libraries: list[Library] = []
        record = self._byte()
        while record == RecordType.LIBRARY:
            library = Library(self._int32(), self._string())
            if library.library_id in self._libraries:
                raise self._error("a library is declared twice")
            self._libraries[library.library_id] = library
            libraries.append(library)
            record = self._byte()
        return tuple(libraries), record

    def _item(self, record: int, libraries: tuple[Library, ...]) -> Item:
        if record not in self._records:
            raise self._error(f"a record of type {record} is not expected")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("objects are nested too deep")
        item = self._records[record](libraries)
        self._depth -= 1
        return item

    def _class_with_id(self, libraries: tuple[Library, ...]) -> Instance:
        object_id, metadata_id = self._object_id(), self._int32()
        if metadata_id not in self._shapes:
            raise self._error("the class of an object is not declared before it")
        return self._instance(object_id, self._shapes[metadata_id], libraries)

    def _system_class(self, libraries: tuple[Library, ...]) -> Instance:
        return self._declared(libraries, has_library=False)

    def _class(self, libraries: tuple[Library, ...]) -> Instance:
        return self._declared(libraries, has_library=True)

    def _declared(self, libraries: tuple[Library, ...], has_library: bool) -> Instance:
        object_id, name = self._object_id(), self._string()
        members = tuple(self._string() for _dummy in range(self._count()))
        if len(set(members)) != len(members):
            raise self._error("a class has two members of one name")
        types = self._value_types(len(members))
        shape = Shape(name, members, types, self._library_id() if has_library else None)
        self._shapes[object_id] = shape
        return self._instance(object_id, shape, libraries)

    def _instance(self, object_id: int, shape: Shape, libraries: tuple[Library, ...]) -> Instance:
        return Instance(object_id, shape, [self._value(of_type) for of_type in shape.types], libraries)

    def _value_types(self, count: int) -> tuple[ValueType, ...]:
        kinds = [self._enum(Kind) for _dummy in range(count)]
        return tuple(self._value_type(kind) for kind in kinds)

    def _value_type(self, kind: Kind) -> ValueType:
        if kind in (Kind.PRIMITIVE, Kind.PRIMITIVE_ARRAY):
            return ValueType(kind, primitive=self._enum(PrimitiveType))
        if kind == Kind.SYSTEM_CLASS:
            return ValueType(kind, class_name=self._string())
        if kind == Kind.CLASS:
            return ValueType(kind, class_name=self._string(), library=self._library_id())
        return ValueType(kind)

    def _string_object(self, libraries: tuple[Library, ...]) -> String:
        if libraries:
            raise self._error("a library belongs to no object")
        text = String(self._object_id(), self._string())
        self._texts[text.object_id] = text
        return text

    # -- arrays

    def _binary_array(self, libraries: tuple[Library, ...]) -> Array:
        object_id, layout, rank = self._object_id(), self._byte(), self._int32()
        if layout != _SINGLE or rank != 1:
            raise self._error("an array has several dimensions or a lower bound")
        length = self._int32()
        element = self._value_type(self._enum(Kind))
        return Array(object_id, RecordType.BINARY_ARRAY, element, self._elements(element, length), libraries)

    def _primitives(self, libraries: tuple[Library, ...]) -> Array:
        object_id, length = self._object_id(), self._int32()
        element = ValueType(Kind.PRIMITIVE, primitive=self._enum(PrimitiveType))
        return Array(object_id, RecordType.PRIMITIVES, element, self._elements(element, length), libraries)

    def _objects(self, libraries: tuple[Library, ...]) -> Array:
        return self._plain_array(RecordType.OBJECTS, Kind.OBJECT, libraries)

    def _strings(self, libraries: tuple[Library, ...]) -> Array:
        return self._plain_array(RecordType.STRINGS, Kind.STRING, libraries)

    def _plain_array(self, record: RecordType, kind: Kind, libraries: tuple[Library, ...]) -> Array:
        object_id, element = self._object_id(), ValueType(kind)
        return Array(object_id, record, element, self._elements(element, self._int32()), libraries)

    def _elements(self, element: ValueType, length: int) -> list[Value]:
        """Read elements until the array is full. Nothing is made for a length alone, so none can be a bomb."""
        if length < 0:
            raise self._error("an array has a negative length")
        values: list[Value] = []
        missing = length
        while missing > 0:
            value = self._value(element)
            values.append(value)
            missing -= value.count if isinstance(value, Nulls) else 1
        if missing < 0:
            raise self._error("an array has more elements than its length")
        return values

    # -- values

    def _value(self, of_type: ValueType) -> Value:
        self._values += 1
        if self._values > _MOST_VALUES:
            raise self._error("there are too many values")
        if of_type.kind == Kind.PRIMITIVE and of_type.primitive is not None:
            return Primitive(of_type.primitive, self._primitive(of_type.primitive))
        libraries, record = self._next_record()
        if libraries:
            return self._item(record, libraries)
        if record == RecordType.REFERENCE:
            return self._reference()
        if record in (RecordType.NULL, RecordType.NULLS, RecordType.NULLS_256):
            return self._nulls(RecordType(record))
        if record == RecordType.PRIMITIVE_TYPED:
            primitive = self._enum(PrimitiveType)
            return Primitive(primitive, self._primitive(primitive), typed=True)
        return self._item(record, ())

    def _reference(self) -> Reference:
        target = self._int32()
        self._targets.add(target)
        return Reference(target)

    def _nulls(self, record: RecordType) -> Nulls:
        if record == RecordType.NULL:
            return Nulls()
        count = self._byte() if record == RecordType.NULLS_256 else self._int32()
        if count < 1:
            raise self._error("a run of nulls is empty")
        return Nulls(count, record)

    def _primitive(self, of_type: PrimitiveType) -> bytes:
        if of_type in _SIZES:
            return self._take(_SIZES[of_type])
        start = self._position
        if of_type == PrimitiveType.DECIMAL:
            self._string()
        else:
            self._character()
        return self._content[start : self._position]

    def _character(self) -> None:
        """A Char is one UTF-8 sequence; its first byte tells the length."""
        first = self._byte()
        length = 1 if first < 0x80 else 2 if first < 0xE0 else 3
        self._take(length - 1)

    # -- bytes

    def _object_id(self) -> int:
        object_id = self._int32()
        if object_id == 0 or object_id in self._ids:
            raise self._error("two objects have one id")
        self._ids.add(object_id)
        return object_id

    def _library_id(self) -> int:
        library_id = self._int32()
        if library_id not in self._libraries:
            raise self._error("a class names a library that is not declared before it")
        return library_id

    def _count(self) -> int:
        count = self._int32()
        if not 0 <= count <= len(self._content) - self._position:
            raise self._error("a count is larger than what is left of the stream")
        return count

    def _enum(self, of_type: type[_Enum]) -> _Enum:
        value = self._byte()
        try:
            return of_type(value)
        except ValueError as error:
            raise self._error(f"a type {value} is not expected") from error

    def _string(self) -> str:
        try:
            return self._take(self._length()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._error("a text is not UTF-8") from error

    def _length(self) -> int:
        """Read a length of seven bits a byte, lowest first (MS-NRBF 2.1.1.6)."""
        length = 0
        for shift in range(0, 35, 7):
            byte = self._byte()
            length |= (byte & 0x7F) << shift
            if byte < 0x80:
                return length
        raise self._error("the length of a text is too large")

    def _int32(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._content):
            raise self._error("it is cut off")
        taken = self._content[self._position : end]
        self._position = end
        return taken

    def _error(self, reason: str) -> StreamError:
        return StreamError(f"The stream cannot be read at byte {self._position}: {reason}.")
