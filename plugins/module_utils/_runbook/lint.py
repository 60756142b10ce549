# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What will fail once the identity is used, in any PowerShell runbook: reported, never changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .commands import Command
from .dataflow import Variables
from .report import Report
from .syntax import Script, ancestors, peel_parentheses

if TYPE_CHECKING:
    from tree_sitter import Node

# A script without any of these words has nothing to report.
WORDS = ("169.254.169.254", "identity_endpoint", "msi_endpoint", "get-azaccesstoken")
_ADDRESS = "169.254.169.254"
_ENDPOINT = re.compile(r"\$\{?env:(identity_endpoint|msi_endpoint)\b", re.IGNORECASE)
_HEADERS = {"identity_endpoint": "x-identity-header", "msi_endpoint": "secret"}
_REQUESTS = frozenset({"invoke-restmethod", "irm", "invoke-webrequest", "iwr", "curl", "wget"})
_ACCESS = "get-azaccesstoken"
# What takes a SecureString, or makes text of one.
_CONVERTED = re.compile(r"convertfrom-securestring|networkcredential|securestringto\w+|ptrtostring\w+", re.IGNORECASE)


def lint(script: Script, variables: Variables, commands: list[Command], report: Report) -> None:
    """Report a hard-coded metadata address, a token request without its header, and tokens taken for text."""
    if not any(word in script.source.lower for word in WORDS):
        return
    _report_address(script, report)
    _report_headerless(script, commands, report)
    _report_text_tokens(script, variables, commands, report)


def _report_address(script: Script, report: Report) -> None:
    for kind in ("string_literal", "command"):
        for node in script.nodes(kind):
            text = script.text(node)
            if _ADDRESS in text and (kind == "string_literal" or not _holds_string(node, script)):
                report.add("RA460", node)
                return


def _holds_string(command: Node, script: Script) -> bool:
    return any(
        command.start_byte <= node.start_byte and node.end_byte <= command.end_byte
        for node in script.nodes("string_literal")
        if _ADDRESS in script.text(node)
    )


def _report_headerless(script: Script, commands: Iterable[Command], report: Report) -> None:
    """A script that sends requests and knows an endpoint of the identity must know its header too."""
    requests = [command for command in commands if command.name in _REQUESTS]
    code = _without_comments(script).lower()
    for node in script.nodes("variable"):
        match = _ENDPOINT.match(script.text(node))
        if match and requests and _HEADERS[match.group(1).lower()] not in code:
            report.add("RA461", node, endpoint=script.text(node))
            return


def _without_comments(script: Script) -> str:
    parts, position = [], 0
    for comment in script.nodes("comment"):
        start, end = script.span(comment)
        parts.append(script.plain[position:start])
        position = max(position, end)
    return "".join([*parts, script.plain[position:]])


def _report_text_tokens(script: Script, variables: Variables, commands: Iterable[Command], report: Report) -> None:
    for command in commands:
        if command.name != _ACCESS or _is_secure(command):
            continue
        for owner in [command.node, *_held_by(script, variables, command)]:
            access = _token_read(script, owner)
            if access is not None and not _is_converted(script, access):
                report.add("RA462", access)


def _is_secure(command: Command) -> bool:
    return any(
        a.name is not None and len(a.name) > 2 and "assecurestring".startswith(a.name) for a in command.arguments()
    )


def _held_by(script: Script, variables: Variables, command: Command) -> list[Node]:
    """Return the reads of the variable that holds what the command gives, if one does."""
    for name in variables.names:
        for binding in variables.bindings[name]:
            if binding.value is not None and peel_parentheses(binding.value) == command.node:
                return variables.reads[name]
    return []


def _token_read(script: Script, owner: Node) -> Node | None:
    """Return ``owner.Token``, or None when that is not what is read."""
    for ancestor in ancestors(owner):
        if ancestor.type == "member_access":
            first = peel_parentheses(ancestor.children[0])
            of_owner = first == owner or (first.start_byte, first.end_byte) == (owner.start_byte, owner.end_byte)
            return ancestor if of_owner and script.text(ancestor.children[-1]).lower() == "token" else None
        if ancestor.type in ("statement_list", "statement_block", "command"):
            return None
    return None


def _is_converted(script: Script, access: Node) -> bool:
    """Tell whether the statement around makes text of the SecureString, or hands it to what takes one."""
    for ancestor in ancestors(access):
        if ancestor.parent is not None and ancestor.parent.type == "statement_list":
            return _CONVERTED.search(script.text(ancestor)) is not None
        if ancestor.type == "command":
            given = [a for a in Command(script, ancestor).arguments() if a.value is not None and a.name == "token"]
            if any(a.value is not None and a.value.start_byte <= access.start_byte <= a.value.end_byte for a in given):
                return True
    return False
