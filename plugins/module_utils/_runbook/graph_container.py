# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The container of a graphical runbook: one JSON object with the stream in base64 (runbook-idioms, section 6)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass

from .nrbf_reader import MOST_BYTES
from .nrbf_records import StreamError
from .result import Edit
from .text import Text

_MEMBER = re.compile(r'"RunbookDefinition"\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")', re.DOTALL)
RULE = "graph"


@dataclass(frozen=True)
class Container:
    """A container: the stream, and where its base64 stands in the text, without the quotes."""

    stream: bytes
    start: int
    end: int


def read_container(text: Text) -> Container:
    """Return the stream of a container and its place. Raises StreamError."""
    try:
        definition = json.loads(text.text)["RunbookDefinition"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StreamError("The content is no JSON object with a RunbookDefinition.") from error
    places = list(_MEMBER.finditer(text.text))
    if len(places) != 1 or not isinstance(definition, str) or json.loads(places[0][1]) != definition:
        raise StreamError("The content has not exactly one RunbookDefinition.")
    if len(definition) > MOST_BYTES * 2:
        raise StreamError(f"The RunbookDefinition is longer than a graph of {MOST_BYTES} bytes can be.")
    try:
        stream = base64.b64decode(definition, validate=True)
    except (ValueError, binascii.Error) as error:
        raise StreamError("The RunbookDefinition is not base64.") from error
    return Container(stream, places[0].start(1) + 1, places[0].end(1) - 1)


def write_container(content: bytes, text: Text, container: Container, stream: bytes) -> tuple[bytes, Edit]:
    """Return the content with another stream in it, and the one edit that this is."""
    start, end = text.byte_offset(container.start), text.byte_offset(container.end)
    after = base64.b64encode(stream).decode("ascii").encode(text.codec)
    return content[:start] + after + content[end:], Edit((start, end), content[start:end], after, RULE)
