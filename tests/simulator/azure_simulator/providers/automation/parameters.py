# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parameters a published script declares, as the runbook resource shows them (contract 2.1).

A short reader of ``param(...)``: good for what scripts of an estate declare, no parser.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Any

_POWERSHELL_TYPES = ("powershell", "powershellworkflow", "script", "powershell72")
_PARAM = re.compile(r"^\s*param\s*\(", re.IGNORECASE | re.MULTILINE)
_DECLARED = re.compile(r"(?:\[(?P<type>[A-Za-z.\[\]]+)\]\s*)?\$(?P<name>\w+)\s*(?:=\s*(?P<default>[^,\n]+))?", re.ASCII)
_MANDATORY = re.compile(r"\[\s*Parameter\s*\([^)]*Mandatory(?!\s*=\s*\$false)", re.IGNORECASE)


def script_text(content: bytes) -> str:
    """A script's text, its byte order mark obeyed and taken off; undecodable bytes become U+FFFD."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    return content.decode("utf-8-sig", errors="replace")


@lru_cache(maxsize=4096)
def _declared(content: bytes) -> tuple[tuple[str, str, bool, str | None], ...]:
    text = script_text(content)
    found = _PARAM.search(text)
    if found is None:
        return ()
    block = _balanced(text[found.end() :])
    return tuple(_one(piece) for piece in _pieces(block) if "$" in piece)


def declared_parameters(content: bytes, runbook_type: str) -> dict[str, Any]:
    """name -> {type, isMandatory, position, defaultValue}; empty for other languages."""
    if runbook_type.lower() not in _POWERSHELL_TYPES:
        return {}
    return {
        name: {"type": kind, "isMandatory": mandatory, "position": position, "defaultValue": default}
        for position, (name, kind, mandatory, default) in enumerate(_declared(content))
    }


def _balanced(text: str) -> str:
    depth = 1
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[:index]
    return text


def _pieces(block: str) -> list[str]:
    pieces, depth, start = [], 0, 0
    for index, letter in enumerate(block):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            pieces.append(block[start:index])
            start = index + 1
    return [*pieces, block[start:]]


def _one(piece: str) -> tuple[str, str, bool, str | None]:
    mandatory = _MANDATORY.search(piece) is not None
    without_attributes = re.sub(r"\[\s*\w+\s*\([^)]*\)\s*\]", "", piece)
    found = _DECLARED.search(without_attributes)
    if found is None:
        return "", "System.Object", mandatory, None
    default = found["default"].strip().strip("\"'") if found["default"] else None
    return found["name"], _full_type(found["type"]), mandatory, default


def _full_type(short: str | None) -> str:
    names = {"string": "System.String", "int": "System.Int32", "bool": "System.Boolean", "switch": "System.Boolean"}
    return names.get((short or "").lower(), short or "System.Object")
