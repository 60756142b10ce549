# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reader and the writer of BinaryFormatter streams: true streams both ways, and hostile ones refused."""

from __future__ import annotations

import base64
import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Verdict, rewrite
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.graph_model import read_graph
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_reader import (
    MOST_BYTES,
    read_stream,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_records import (
    Array,
    Instance,
    Reference,
    StreamError,
    String,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_writer import write_stream
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    Code,
    Drawing,
    run_as,
    samples,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import (
    container_of,
    stream_of,
)

HEADER = b"\x00" + struct.pack("<iiii", 1, -1, 1, 0)
END = b"\x0b"
STREAM = stream_of(run_as(Code("Code", "Get-AzVM"))).rstrip(b"\0")
GRAPH = container_of(STREAM)


def text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


def number(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


def system_class(object_id: int, *members: bytes, kinds: bytes = b"", infos: bytes = b"", values: bytes = b"") -> bytes:
    names = b"".join(members)
    return b"\x04" + number(object_id) + text("A") + number(len(members)) + names + kinds + infos + values


NESTED = system_class(1, text("a"), kinds=b"\x02")
ARRAY_OF_OBJECTS = b"\x10"
ARRAY_OF_BYTES = b"\x0f"


class TestBothWays:
    @pytest.mark.parametrize("name", samples())
    def test_an_unchanged_stream_is_written_as_it_was(self, name: str) -> None:
        stream = stream_of(samples()[name])
        assert write_stream(read_stream(stream)) == stream

    @pytest.mark.parametrize("padding", [0, 1, 100, 100_000])
    def test_the_zeros_after_the_end_are_kept(self, padding: int) -> None:
        stream = STREAM + bytes(padding)
        assert write_stream(read_stream(stream)) == stream

    def test_a_stream_that_outgrows_its_padding_gets_twice_as_much(self) -> None:
        stream = read_stream(STREAM + bytes(10))
        code = next(item for item in stream.objects() if isinstance(item, Instance) and "Script" in item.shape.name)
        code["<Process>k__BackingField"] = String(1_000_000, "x" * len(STREAM))
        assert len(write_stream(stream)) == 2 * (len(STREAM) + 10)

    def test_a_text_that_lost_its_holder_moves_to_the_first_that_needs_it(self) -> None:
        stream = read_stream(STREAM)
        command = next(item for item in stream.items if isinstance(item, Instance) and "Command" in item.shape.name)
        before = {text.text for text in stream.texts.values()}
        for index, value in enumerate(command.values):
            if isinstance(value, String):
                command.values[index] = String(1_000_000 + index, "other")
        again = read_stream(write_stream(stream))
        after = {text.text for text in again.texts.values()}
        assert after == (before - {"About Get connection"}) | {"other"}

    def test_what_nothing_refers_to_is_left_out(self) -> None:
        stream = read_stream(STREAM)
        root = stream.items[0]
        assert isinstance(root, Instance)
        for member in ("activities", "links"):
            root[member] = root["parameters"]
        again = read_stream(write_stream(stream))
        assert len(again.items) < len(stream.items) / 2
        assert not [
            item for item in again.objects() if isinstance(item, Instance) and "Activity" in item.shape.name[:40]
        ]

    def test_a_reference_to_nothing_is_not_written(self) -> None:
        stream = read_stream(STREAM)
        stream.items = [item for item in stream.items if not isinstance(item, Array)]
        with pytest.raises(StreamError, match="does not have"):
            write_stream(stream)


class TestHostile:
    @pytest.mark.parametrize(
        ("stream", "words"),
        [
            pytest.param(b"", "cut off", id="empty"),
            pytest.param(b"\x11" * 17, "does not start", id="no-header"),
            pytest.param(HEADER, "cut off", id="only-header"),
            pytest.param(HEADER + END, "no root", id="no-objects"),
            pytest.param(HEADER + b"\x15" + END, "type 21", id="method-call"),
            pytest.param(HEADER + b"\x03" + END, "type 3", id="class-without-types"),
            pytest.param(HEADER + b"\xff" + END, "type 255", id="unknown-record"),
            pytest.param(HEADER + b"\x06" + number(1) + text("a") + END + b"x", "follows the end", id="more-after-end"),
            pytest.param(HEADER + (b"\x06" + number(1) + text("a")) * 2 + END, "one id", id="id-twice"),
            pytest.param(HEADER + b"\x06" + number(0) + text("a") + END, "one id", id="id-zero"),
            pytest.param(HEADER + b"\x06" + number(1) + b"\xff\xff\xff\xff\x07" + END, "cut off", id="text-of-2-GB"),
            pytest.param(HEADER + b"\x06" + number(1) + b"\xff" * 6 + END, "too large", id="endless-length"),
            pytest.param(HEADER + b"\x06" + number(1) + b"\x01\xff" + END, "not UTF-8", id="no-utf-8"),
            pytest.param(HEADER + b"\x01" + number(1, 2) + END, "not declared", id="class-not-declared"),
            pytest.param(HEADER + b"\x01" + number(1, 1) + END, "not declared", id="class-of-itself"),
            pytest.param(
                HEADER + b"\x04" + number(1) + text("A") + number(2**31 - 1) + END, "larger than", id="members"
            ),
            pytest.param(
                HEADER + b"\x04" + number(1) + text("A") + number(-1) + END, "larger than", id="minus-members"
            ),
            pytest.param(
                HEADER + system_class(1, text("a"), text("a"), kinds=b"\x02\x02", values=b"\x0a\x0a") + END,
                "two members of one name",
                id="member-twice",
            ),
            pytest.param(HEADER + system_class(1, text("a"), kinds=b"\x09"), "type 9", id="unknown-kind"),
            pytest.param(
                HEADER + system_class(1, text("a"), kinds=b"\x04", infos=text("B") + number(7)),
                "names a library",
                id="lib",
            ),
            pytest.param(
                HEADER + (b"\x0c" + number(2) + text("L")) * 2 + NESTED + b"\x0a" + END,
                "declared twice",
                id="lib-twice",
            ),
            pytest.param(HEADER + NESTED + b"\x0a\x0c" + number(2) + text("L") + END, "no object", id="lib-of-nothing"),
            pytest.param(HEADER + NESTED + b"\x09" + number(9) + END, "does not have", id="reference-to-nothing"),
            pytest.param(HEADER + NESTED + b"\x0e" + number(0) + END, "empty", id="no-nulls"),
            pytest.param(
                HEADER + ARRAY_OF_OBJECTS + number(1, 2**31 - 1) + b"\x0a" + END,
                "not expected",
                id="array-of-2-billion",
            ),
            pytest.param(HEADER + ARRAY_OF_OBJECTS + number(1, -5) + END, "negative", id="negative-array"),
            pytest.param(
                HEADER + ARRAY_OF_OBJECTS + number(1, 2) + b"\x0d\x03" + END, "more elements", id="too-many-elements"
            ),
            pytest.param(HEADER + ARRAY_OF_BYTES + number(1, 2**31 - 1) + b"\x02" + bytes(99), "cut off", id="bytes"),
            pytest.param(
                HEADER + b"\x07" + number(1) + b"\x02" + number(2, 9, 9) + b"\x02" + END, "dimensions", id="matrix"
            ),
            pytest.param(HEADER + b"\x07" + number(1) + b"\x00" + number(9) + END, "dimensions", id="rank"),
        ],
    )
    def test_it_is_refused_with_a_reason(self, stream: bytes, words: str) -> None:
        with pytest.raises(StreamError, match=words):
            read_stream(stream)

    def test_objects_nested_without_end(self) -> None:
        nested = b"".join(system_class(number_, text("a"), kinds=b"\x02") for number_ in range(1, 50_000))
        with pytest.raises(StreamError, match="too deep"):
            read_stream(HEADER + nested)

    def test_more_values_than_any_graph_has(self) -> None:
        array = ARRAY_OF_BYTES + number(1, 3_000_000) + b"\x02" + bytes(3_000_000)
        with pytest.raises(StreamError, match="too many values"):
            read_stream(HEADER + array + END)

    def test_more_bytes_than_any_graph_has(self) -> None:
        with pytest.raises(StreamError, match="more than"):
            read_stream(HEADER + bytes(MOST_BYTES))

    def test_two_billion_nulls_take_no_room(self) -> None:
        array = ARRAY_OF_OBJECTS + number(1, 2**31 - 1) + b"\x0e" + number(2**31 - 1)
        stream = read_stream(HEADER + array + END)
        assert write_stream(stream) == HEADER + array + END

    def test_an_object_may_refer_to_itself(self) -> None:
        content = HEADER + NESTED + b"\x09" + number(1) + END
        stream = read_stream(content)
        assert write_stream(stream) == content
        with pytest.raises(StreamError, match="no graphical runbook"):
            read_graph(stream)

    def test_a_list_that_claims_more_than_it_holds(self) -> None:
        stream = read_stream(STREAM)
        holder = next(item for item in stream.items if isinstance(item, Instance) and "List`1" in item.shape.name)
        holder["_size"] = type(holder["_size"])(holder["_size"].type, number(2**31 - 1))  # type: ignore[union-attr, call-arg]
        with pytest.raises(StreamError, match="as many elements"):
            read_graph(stream)

    def test_one_part_shared_by_all_is_read_a_limited_number_of_times(self) -> None:
        stream = read_stream(stream_of(Drawing([Code(f"Code {i}", "1") for i in range(2_000)])))
        lists = [item for item in stream.items if isinstance(item, Array) and item.length > 1_000]
        lists[0].values = [lists[0].values[0]] * 300_000
        with pytest.raises(StreamError):
            read_graph(stream)

    def test_where_no_object_id_is_left_the_graph_is_left_to_people(self) -> None:
        stream = read_stream(STREAM)
        stream.items.append(String(2**31 - 1, "last"))
        stream.texts[2**31 - 1] = String(2**31 - 1, "last")
        root = stream.items[0]
        assert isinstance(root, Instance)
        root["comments"] = Reference(2**31 - 1)
        outcome = rewrite(container_of(write_stream(stream)), "")
        assert [found.code for found in outcome.findings] == ["RA433"]

    def test_an_activity_inside_of_a_list_is_left_to_people(self) -> None:
        stream = read_stream(STREAM)
        activities = next(
            item for item in stream.items if isinstance(item, Array) and item.element.class_name.endswith(".Activity")
        )
        by_id = {item.object_id: item for item in stream.items}
        activities.values[1] = login = by_id[activities.values[1].target]  # type: ignore[union-attr]
        stream.items.remove(login)
        outcome = rewrite(container_of(write_stream(stream)), "")
        assert [found.code for found in outcome.findings] == ["RA433"]

    def test_a_very_long_definition_is_not_even_decoded(self) -> None:
        outcome = rewrite(container_of(b"")[:-1].replace(b'"",', b'"' + b"A" * (3 * MOST_BYTES) + b'",') + b"}", "")
        assert outcome.verdict is Verdict.UNPARSABLE
        assert "longer than" in outcome.findings[0].sentence


class TestAnyBytes:
    @given(st.binary(max_size=400), st.booleans())
    @settings(deadline=None, max_examples=300)
    def test_they_are_read_and_written_as_they_are_or_refused(self, content: bytes, has_header: bool) -> None:
        content = HEADER + content if has_header else content
        try:
            stream = read_stream(content)
        except StreamError:
            return
        assert read_stream(write_stream(stream)).root_id == stream.root_id

    @given(st.integers(0, len(STREAM) - 1))
    @settings(deadline=None)
    def test_a_cut_off_graph_is_unparsable(self, length: int) -> None:
        self.check(STREAM[:length], {Verdict.UNPARSABLE})

    @given(st.lists(st.tuples(st.integers(0, len(STREAM) - 1), st.integers(0, 255)), min_size=1, max_size=4))
    @settings(deadline=None, max_examples=400)
    def test_a_damaged_graph_is_rewritten_soundly_or_not_at_all(self, changes: list[tuple[int, int]]) -> None:
        damaged = bytearray(STREAM)
        for position, byte in changes:
            damaged[position] = byte
        self.check(bytes(damaged), set(Verdict))

    @given(st.integers(0, len(STREAM)), st.binary(max_size=20), st.integers(0, 20))
    @settings(deadline=None, max_examples=200)
    def test_a_spliced_graph_is_rewritten_soundly_or_not_at_all(self, at: int, more: bytes, cut: int) -> None:
        self.check(STREAM[:at] + more + STREAM[at + cut :], set(Verdict))

    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_any_container_is_refused_or_not_used(self, content: bytes) -> None:
        outcome = rewrite(b'{"SchemaVersion":"1.10",' + content, "GraphPowerShell")
        assert not outcome.edits

    def check(self, stream: bytes, allowed: set[Verdict]) -> None:
        content = container_of(stream)
        outcome = rewrite(content, "GraphPowerShell")
        assert outcome.verdict in allowed
        if not outcome.edits:
            assert outcome.content is content
            return
        after = base64.b64decode(json.loads(outcome.content)["RunbookDefinition"])
        assert write_stream(read_stream(after)) == after
        assert rewrite(outcome.content, "GraphPowerShell").verdict is Verdict.NOT_USED
