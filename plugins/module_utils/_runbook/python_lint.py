# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about what a Python script does with tokens; they never lead to an edit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .python_source import PythonScript
from .report import Report

if TYPE_CHECKING:
    from tree_sitter import Node

_METADATA_ADDRESS = "169.254.169.254"
_ENDPOINT = re.compile(r"[\"']IDENTITY_ENDPOINT[\"']")
_HEADER = "x-identity-header"
_SENDS = re.compile(r"^\s*(?:import|from)\b.*\b(?:requests|urllib[23]?|http|httplib|httpx|aiohttp)\b", re.MULTILINE)

WORDS = re.compile(r"169\.254\.169\.254|IDENTITY_ENDPOINT")


def lint(script: PythonScript, report: Report) -> None:
    """Report the address of the metadata service, and token requests that lack their header."""
    strings = [node for node in script.nodes("string") if not _is_documentation(node)]
    for node in strings:
        if _METADATA_ADDRESS in script.text(node):
            report.add("RA460", node)
    if not _SENDS.search(script.plain) or any(_HEADER in script.text(node).lower() for node in strings):
        return
    for node in strings:
        if _ENDPOINT.search(script.text(node)):
            report.add("RA461", node, endpoint="the identity endpoint")


def _is_documentation(string: Node) -> bool:
    return string.parent is not None and string.parent.type == "expression_statement"
