# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of a .NET BinaryFormatter stream (MS-NRBF), as plain objects.

What belongs together is kept together: an instance has its values, a shape (class metadata) is one object that all its
instances share, and a library is remembered with the record that it was written before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias


class StreamError(ValueError):
    """A stream is no true stream of MS-NRBF, or one of a kind or size that is not read."""


class RecordType(IntEnum):
    """RecordTypeEnum (MS-NRBF 2.1.2.1)."""

    HEADER = 0
    CLASS_WITH_ID = 1
    SYSTEM_CLASS = 4
    CLASS = 5
    STRING = 6
    BINARY_ARRAY = 7
    PRIMITIVE_TYPED = 8
    REFERENCE = 9
    NULL = 10
    END = 11
    LIBRARY = 12
    NULLS_256 = 13
    NULLS = 14
    PRIMITIVES = 15
    OBJECTS = 16
    STRINGS = 17


class Kind(IntEnum):
    """BinaryTypeEnum (MS-NRBF 2.1.2.2): how the value of a member is written."""

    PRIMITIVE = 0
    STRING = 1
    OBJECT = 2
    SYSTEM_CLASS = 3
    CLASS = 4
    OBJECT_ARRAY = 5
    STRING_ARRAY = 6
    PRIMITIVE_ARRAY = 7


class PrimitiveType(IntEnum):
    """PrimitiveTypeEnum (MS-NRBF 2.1.2.3)."""

    BOOLEAN = 1
    BYTE = 2
    CHAR = 3
    DECIMAL = 5
    DOUBLE = 6
    INT16 = 7
    INT32 = 8
    INT64 = 9
    SBYTE = 10
    SINGLE = 11
    TIME_SPAN = 12
    DATE_TIME = 13
    UINT16 = 14
    UINT32 = 15
    UINT64 = 16


@dataclass(frozen=True)
class ValueType:
    """The declared type of a member or of an array's elements; which of the others is set depends on ``kind``."""

    kind: Kind
    primitive: PrimitiveType | None = None
    class_name: str | None = None
    library: int | None = None


@dataclass(frozen=True, slots=True)
class Primitive:
    """A value such as a number, as it is written; ``typed`` when its type is written before it."""

    type: PrimitiveType
    raw: bytes
    typed: bool = False

    @property
    def integer(self) -> int:
        """The value of a boolean or whole number."""
        signed = self.type in (PrimitiveType.SBYTE, PrimitiveType.INT16, PrimitiveType.INT32, PrimitiveType.INT64)
        return int.from_bytes(self.raw, "little", signed=signed)


@dataclass(frozen=True, slots=True)
class Nulls:
    """One null or several on end, as the record of this type says it."""

    count: int = 1
    record: RecordType = RecordType.NULL


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is written elsewhere in the stream."""

    target: int


@dataclass(frozen=True, slots=True)
class String:
    """A text with its object id."""

    object_id: int
    text: str


@dataclass(frozen=True)
class Library:
    """A library (assembly) that classes name by its id."""

    library_id: int
    name: str


@dataclass(frozen=True, eq=False)
class Shape:
    """Class metadata: name, members and their types. ``library`` is None for a class of the system library."""

    name: str
    members: tuple[str, ...]
    types: tuple[ValueType, ...]
    library: int | None


@dataclass(eq=False, slots=True)
class Instance:
    """An object of a class. ``libraries`` are those written just before it."""

    object_id: int
    shape: Shape
    values: list[Value]
    libraries: tuple[Library, ...] = ()

    def __getitem__(self, member: str) -> Value:
        """Return the value of a member. Raises KeyError."""
        return self.values[self._index(member)]

    def __setitem__(self, member: str, value: Value) -> None:
        """Set the value of a member. Raises KeyError."""
        self.values[self._index(member)] = value

    def _index(self, member: str) -> int:
        if member not in self.shape.members:
            raise KeyError(member)
        return self.shape.members.index(member)


@dataclass(eq=False, slots=True)
class Array:
    """A one-dimensional array. ``values`` may hold several nulls as one ``Nulls``; ``length`` counts each."""

    object_id: int
    record: RecordType
    element: ValueType
    values: list[Value]
    libraries: tuple[Library, ...] = ()

    @property
    def length(self) -> int:
        """How many elements the array has."""
        return sum(value.count if isinstance(value, Nulls) else 1 for value in self.values)


Item: TypeAlias = "String | Instance | Array"
Value: TypeAlias = "Primitive | Nulls | Reference | Item"


def nested(item: Item) -> Iterator[Item]:
    """Return ``item`` and all objects that are written inside of it."""
    pending: list[Value] = [item]
    while pending:
        value = pending.pop()
        if isinstance(value, (Instance, Array, String)):
            yield value
        if isinstance(value, (Instance, Array)):
            pending += value.values


@dataclass
class Stream:
    """A whole stream: its objects, in its order, that are not written inside of others.

    ``texts`` and ``libraries`` are all that were read: they outlive the record that held them. ``padded_length`` is the
    length with the zero bytes after the end, 0 when there are none.
    """

    root_id: int
    header_id: int
    items: list[Item] = field(default_factory=list)
    texts: dict[int, String] = field(default_factory=dict)
    libraries: dict[int, Library] = field(default_factory=dict)
    padded_length: int = 0

    def objects(self) -> Iterator[Item]:
        """Return all objects, those that are written inside of others too."""
        for item in self.items:
            yield from nested(item)
