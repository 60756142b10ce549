# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bytes of an estate's runbooks."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
from pathlib import Path

from azure_simulator import estate_model as model
from azure_simulator.estate import EstateError

_GRAPH_TYPES = {"Graph", "GraphPowerShell", "GraphPowerShellWorkflow"}


def type_of(item: model.Runbook) -> str:
    """The runbook's type: as given, or told by what its content comes from."""
    if item.type:
        return item.type
    if item.graph is not None:
        return "GraphPowerShell"
    if item.file and item.file.endswith(".py"):
        return "Python3"
    return "PowerShell"


def published_of(item: model.Runbook, folder: Path, place: str) -> bytes:
    """The content that ``text``, ``file``, ``base64`` or ``graph`` gives."""
    if item.graph is not None:
        return graphical(item.graph, type_of(item))
    return _content(item, item.text, item.file, item.base64, folder, place) or b""


def draft_of(item: model.Runbook, folder: Path, place: str) -> bytes | None:
    """The pending draft, if there is one."""
    return _content(item, item.draft, item.draft_file, item.draft_base64, folder, place)


def graphical(names: list[str], runbook_type: str) -> bytes:
    """A graphical runbook's container. Its payload is none that Azure could run: only the names are readable."""
    records = b"".join(bytes([6, min(len(name), 127)]) + name.encode()[:127] for name in names)
    # A real payload is a stream of records, padded with zero bytes to a power of two.
    stream = b"\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00" + records + b"\x0b"
    size = 1 << (len(stream) - 1).bit_length()
    container = {
        "SchemaVersion": "1.10",
        "RunbookDefinition": base64.b64encode(stream.ljust(size, b"\x00")).decode(),
        "RunbookType": runbook_type if runbook_type in _GRAPH_TYPES else "GraphPowerShell",
    }
    return json.dumps(container, separators=(",", ":")).encode()


def _content(
    item: model.Runbook, text: str | None, file: str | None, encoded: str | None, folder: Path, place: str
) -> bytes | None:
    if encoded is not None:
        return _decoded(encoded, place)
    if file is not None:
        text = _read(folder / file, place)
    if text is None:
        return None
    if item.crlf:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return (codecs.BOM_UTF8 if item.bom else b"") + text.encode()


def _decoded(encoded: str, place: str) -> bytes:
    try:
        return base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise EstateError(f"{place}: the content is not base64.") from None


def _read(path: Path, place: str) -> str:
    try:
        # read_bytes, because text mode would turn CRLF into LF.
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise EstateError(f"{place}: the file {path} cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise EstateError(f"{place}: the file {path} is not UTF-8; give its bytes by base64.") from None
