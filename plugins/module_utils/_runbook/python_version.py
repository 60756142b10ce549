# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell Python 2 from Python 3, and which generation of Azure clients a script uses."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from .python_source import Arguments, PythonScript, children

if TYPE_CHECKING:
    from tree_sitter import Node

_SHEBANG = re.compile(r"#!.*\bpython([23])")
_OLD_NUMBER = re.compile(r"0[0-7]*[1-7][0-7]*|\d+[lL]|0[xX][0-9a-fA-F]+[lL]")
_OLD_STRING = re.compile(r"[uU][rR]|`")
_OLD_KINDS = ("print_statement", "exec_statement")
_NEW_KINDS = (
    "interpolation",
    "nonlocal_statement",
    "named_expression",
    "typed_parameter",
    "typed_default_parameter",
    "keyword_separator",
    "await",
    "match_statement",
)


class Version(Enum):
    """The version of Python that a runbook is written for."""

    PYTHON_2 = "2"
    PYTHON_3 = "3"
    UNKNOWN = "unknown"


class Clients(Enum):
    """The generation of Azure clients: the first wants ``signed_session``, the second ``get_token``."""

    TRACK_1 = "track_1"
    TRACK_2 = "track_2"
    UNKNOWN = "unknown"


def version_of(script: PythonScript, runbook_type: str) -> Version:
    """Return the version: syntax that only one version knows decides, then the declared type, then the first line."""
    if any(script.nodes(kind) for kind in _OLD_KINDS) or _has_old_forms(script):
        return Version.PYTHON_2
    if any(script.nodes(kind) for kind in _NEW_KINDS) or _has_new_forms(script):
        return Version.PYTHON_3
    declared = re.fullmatch(r"python([23]).*", runbook_type.lower())
    told = declared or _SHEBANG.match(script.plain)
    return Version(told.group(1)) if told else Version.UNKNOWN


def _has_old_forms(script: PythonScript) -> bool:
    return (
        any(_OLD_NUMBER.fullmatch(script.text(n)) for n in script.nodes("integer"))
        or any(_OLD_STRING.match(script.text(n)) for n in script.nodes("string"))
        or any(child.type == "<>" for n in script.nodes("comparison_operator") for child in n.children)
        or any(child.type == "," for n in script.nodes("except_clause") for child in n.children)
        or any(child.type == "expression_list" for n in script.nodes("raise_statement") for child in n.children)
    )


def _has_new_forms(script: PythonScript) -> bool:
    return any(n.child_by_field_name("return_type") is not None for n in script.nodes("function_definition")) or any(
        child.type == "async" for n in script.nodes("function_definition") for child in n.children
    )


def clients_of(script: PythonScript) -> Clients:
    """Return the generation of the Azure clients, told by how they are made and called; both or none is unknown."""
    calls = script.nodes("call")
    first = any(_names_argument(script, call, ("credentials",)) for call in calls)
    second = any(_names_argument(script, call, ("credential", "credential_scopes")) for call in calls)
    second = second or any(_is_long_running(script, attribute) for attribute in script.nodes("attribute"))
    if first == second:
        return Clients.UNKNOWN
    return Clients.TRACK_1 if first else Clients.TRACK_2


def _names_argument(script: PythonScript, call: Node, names: tuple[str, ...]) -> bool:
    """Only calls that make a client count: other libraries have arguments of these names too."""
    function = call.child_by_field_name("function")
    made = script.text(function).rsplit(".", 1)[-1] if function is not None else ""
    return made.endswith(("Client", "API")) and any(name in names for name in Arguments(script, call).named)


def _is_long_running(script: PythonScript, attribute: Node) -> bool:
    """Clients of the second generation start long operations by methods called ``begin_…``."""
    parts = children(attribute)
    called = attribute.parent is not None and attribute.parent.type == "call"
    return called and len(parts) == 2 and parts[0].type == "attribute" and script.text(parts[1]).startswith("begin_")
