# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write records as a .NET BinaryFormatter stream (MS-NRBF).

Records may have been removed, added and changed since they were read. The writer keeps what the format demands: the
first instance of a shape declares it, the later ones point to that one; a text stands where it is first needed; a
library is declared before it is named; objects that nothing refers to any more are left out.
"""

from __future__ import annotations

from .nrbf_records import (
    Array,
    Instance,
    Item,
    Kind,
    Library,
    Nulls,
    Primitive,
    RecordType,
    Reference,
    Shape,
    Stream,
    StreamError,
    String,
    Value,
    ValueType,
    nested,
)


def write_stream(stream: Stream) -> bytes:
    """Return the bytes of a stream. Raises StreamError when it refers to an object that it does not have.

    A stream that came with zero bytes after its end gets some again, up to a power of two, as the editor writes them.
    """
    content = _Writer(stream).write()
    return content + bytes(max(_padded(stream.padded_length, len(content)) - len(content), 0))


def _padded(before: int, needed: int) -> int:
    while 0 < before < needed:
        before *= 2
    return before


class _Writer:
    """Writes one stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._items = _reachable(stream)
        self._placed = {placed.object_id for item in self._items for placed in nested(item)}
        self._declared: set[int] = set()
        self._shapes: dict[Shape, int] = {}
        self._parts: list[bytes] = []

    def write(self) -> bytes:
        self._put(bytes([RecordType.HEADER]), *map(_int32, (self._stream.root_id, self._stream.header_id, 1, 0)))
        for item in self._items:
            self._item(item)
        self._put(bytes([RecordType.END]))
        return b"".join(self._parts)

    def _put(self, *parts: bytes) -> None:
        self._parts += parts

    # -- records

    def _item(self, item: Item) -> None:
        if isinstance(item, String):
            self._put(bytes([RecordType.STRING]), _int32(item.object_id), _string(item.text))
        elif isinstance(item, Instance):
            self._instance(item)
        else:
            self._array(item)

    def _instance(self, instance: Instance) -> None:
        shape, declared_by = instance.shape, self._shapes.get(instance.shape)
        self._declare(instance.libraries, shape.library, *(t.library for t in shape.types))
        if declared_by is not None:
            self._put(bytes([RecordType.CLASS_WITH_ID]), _int32(instance.object_id), _int32(declared_by))
        else:
            self._shapes[shape] = instance.object_id
            self._put(bytes([RecordType.SYSTEM_CLASS if shape.library is None else RecordType.CLASS]))
            self._put(_int32(instance.object_id), *_class_info(shape))
        for value in instance.values:
            self._value(value)

    def _array(self, array: Array) -> None:
        self._declare(array.libraries, array.element.library)
        self._put(bytes([array.record]), _int32(array.object_id))
        if array.record == RecordType.BINARY_ARRAY:
            self._put(b"\0", _int32(1), _int32(array.length), bytes([array.element.kind]), _type_info(array.element))
        else:
            self._put(_int32(array.length))
        if array.record == RecordType.PRIMITIVES:
            self._put(_type_info(array.element))
        for value in array.values:
            self._value(value)

    def _declare(self, written_here: tuple[Library, ...], *named: int | None) -> None:
        """Declare the libraries that were declared here, and those that the record names, each once."""
        needed = [self._stream.libraries[library_id] for library_id in named if library_id is not None]
        for library in [*written_here, *needed]:
            if library.library_id not in self._declared:
                self._declared.add(library.library_id)
                self._put(bytes([RecordType.LIBRARY]), _int32(library.library_id), _string(library.name))

    # -- values

    def _value(self, value: Value) -> None:
        if isinstance(value, Primitive):
            typed = bytes([RecordType.PRIMITIVE_TYPED, value.type]) if value.typed else b""
            self._put(typed, value.raw)
        elif isinstance(value, Nulls):
            self._put(_nulls(value))
        elif isinstance(value, Reference):
            self._reference(value)
        else:
            self._item(value)

    def _reference(self, reference: Reference) -> None:
        target = reference.target
        if target in self._placed:
            self._put(bytes([RecordType.REFERENCE]), _int32(target))
        elif target in self._stream.texts:
            # The record that held the text is gone: the first one that needs it holds it now.
            self._placed.add(target)
            self._item(self._stream.texts[target])
        else:
            raise StreamError("The stream refers to an object that it does not have.")


def _reachable(stream: Stream) -> list[Item]:
    """Return the top objects that the root needs, in the order of the stream."""
    # A text does not need the object that it stands in: it can stand anywhere.
    holders = {
        h.object_id: item for item in stream.items for h in nested(item) if h is item or not isinstance(h, String)
    }
    needed: set[int] = set()
    pending = [stream.root_id]
    while pending:
        holder = holders.get(pending.pop())
        if holder is None or holder.object_id in needed:
            continue
        needed.add(holder.object_id)
        pending += _targets(holder)
    return [item for item in stream.items if item.object_id in needed]


def _targets(item: Item) -> list[int]:
    values = [value for held in nested(item) if isinstance(held, (Instance, Array)) for value in held.values]
    return [value.target for value in values if isinstance(value, Reference)]


def _class_info(shape: Shape) -> list[bytes]:
    members = [_string(member) for member in shape.members]
    kinds = bytes(of_type.kind for of_type in shape.types)
    library = [] if shape.library is None else [_int32(shape.library)]
    return [_string(shape.name), _int32(len(members)), *members, kinds, *map(_type_info, shape.types), *library]


def _type_info(of_type: ValueType) -> bytes:
    if of_type.kind in (Kind.PRIMITIVE, Kind.PRIMITIVE_ARRAY):
        return bytes([of_type.primitive or 0])
    name = b"" if of_type.class_name is None else _string(of_type.class_name)
    return name if of_type.library is None else name + _int32(of_type.library)


def _nulls(nulls: Nulls) -> bytes:
    if nulls.record == RecordType.NULLS_256:
        return bytes([nulls.record, nulls.count])
    return bytes([nulls.record]) + (_int32(nulls.count) if nulls.record == RecordType.NULLS else b"")


def _string(text: str) -> bytes:
    encoded = text.encode("utf-8")
    length, prefix = len(encoded), b""
    while length >= 0x80:
        prefix += bytes([length & 0x7F | 0x80])
        length >>= 7
    return prefix + bytes([length]) + encoded


def _int32(value: int) -> bytes:
    return value.to_bytes(4, "little", signed=True)
