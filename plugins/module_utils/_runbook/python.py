# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tell whether a Python runbook uses a Run As account. Such a runbook is left to people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._finding import finding
from . import grammars
from .connections import CLASSIC_NAME, PORTAL_NAME
from .hazards import CERTIFICATE_NAMES
from .result import (
    Rewrite,
    RewriteOptions,
    Verdict,
)
from .syntax import walk
from .text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

_FETCH = "get_automation_connection"
_CERTIFICATE = "get_automation_certificate"
_HELPER = re.compile(r"get_automation_runas_\w+")
_WORDS = re.compile(r"get_automation_(connection|certificate|runas_\w+)")
_LOGIN_FIELD = re.compile(r"""["'](ApplicationId|CertificateThumbprint)["']""", re.IGNORECASE)


def rewrite_python(content: bytes, text: Text, options: RewriteOptions) -> Rewrite:
    """Return the verdict on a Python runbook: not used, manual or unparsable. Raises MissingPackage."""
    plain = text.text
    if not _WORDS.search(plain):
        return Rewrite(content, Verdict.NOT_USED)
    root = grammars.parser(grammars.PYTHON).parse(plain.encode("utf-8")).root_node
    use = _first_use(root, options)
    if use is not None:
        line, column = _place(text, use)
        return Rewrite(
            content, Verdict.MANUAL, findings=(finding("RA440", options.resource, line=line, column=column),)
        )
    broken = next((n for n in walk(root) if n.is_error or n.is_missing), None) if root.has_error else None
    if broken is not None:
        line, column = _place(text, broken)
        problem = finding("RA430", options.resource, line=line, column=column)
        return Rewrite(content, Verdict.UNPARSABLE, findings=(problem,))
    return Rewrite(content, Verdict.NOT_USED)


def _place(text: Text, node: Node) -> tuple[int, int]:
    return text.place(len(text.text.encode("utf-8")[: node.start_byte].decode("utf-8")))


def _first_use(root: Node, options: RewriteOptions) -> Node | None:
    nodes = list(walk(root))
    names = {_text(n.child_by_field_name("name")) for n in nodes if n.type == "function_definition"}
    reads_login_fields = bool(_LOGIN_FIELD.search(_text(root)))
    for node in nodes:
        if node.type == "call" and _is_use(node, root, names, reads_login_fields, options):
            return node
    return None


def _is_use(call: Node, root: Node, defined: set[str], reads_login_fields: bool, options: RewriteOptions) -> bool:
    function = _text(call.child_by_field_name("function")).rsplit(".", 1)[-1]
    name = _first_argument(call, root)
    if function == _CERTIFICATE:
        return name is not None and name.lower() in CERTIFICATE_NAMES
    if function == _FETCH:
        known = {PORTAL_NAME, CLASSIC_NAME, *(n.lower() for n in options.connections or {})}
        if name is not None and (name.lower() in known or options.connections is not None):
            return name.lower() in known
        return name is None or reads_login_fields
    # A helper that the script itself defines is judged by what it fetches.
    return bool(_HELPER.fullmatch(function)) and function not in defined


def _first_argument(call: Node, root: Node) -> str | None:
    arguments = call.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_child_count else None
    if first is None:
        return None
    if first.type == "identifier":
        first = _assigned(root, _text(first))
    return _string(first) if first is not None else None


def _assigned(root: Node, name: str) -> Node | None:
    values = [
        node.child_by_field_name("right")
        for node in walk(root)
        if node.type == "assignment" and _text(node.child_by_field_name("left")) == name
    ]
    return values[0] if len(values) == 1 else None


def _string(node: Node) -> str | None:
    match = re.fullmatch(r"""[uUrR]?(["'])([^"'\\]*)\1""", _text(node))
    return match.group(2) if node.type == "string" and match else None


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8") if node is not None and node.text is not None else ""
