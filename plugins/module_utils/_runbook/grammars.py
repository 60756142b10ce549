# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tree-sitter grammars, loaded once and only when needed."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

from .result import MissingPackage

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

# In the order in which they are tried: the first reads more real scripts, the second some that the first cannot
# (runbook-idioms, section 5).
POWERSHELL = ("tree-sitter-pwsh", "tree-sitter-powershell")
PYTHON = "tree-sitter-python"


def parser(package: str) -> Parser:
    """Return a parser of a grammar package; no two threads may share one. Raises MissingPackage."""
    tree_sitter = _load("tree-sitter")
    return tree_sitter.Parser(_language(package))


@cache
def query(package: str, kinds: tuple[str, ...]) -> Query:
    """Return the query that captures the nodes of these kinds, those that the grammar knows. Raises MissingPackage."""
    tree_sitter, language = _load("tree-sitter"), _language(package)
    known = [kind for kind in kinds if language.id_for_node_kind(kind, True) is not None]
    return tree_sitter.Query(language, "\n".join(f"({kind}) @{kind}" for kind in known))


def captures(package: str, kinds: tuple[str, ...], root: Node) -> dict[str, list[Node]]:
    """Return all nodes of these kinds under ``root``, by kind, in the order of the text."""
    tree_sitter = _load("tree-sitter")
    found = tree_sitter.QueryCursor(query(package, kinds)).captures(root)
    return {kind: sorted(nodes, key=lambda n: (n.start_byte, -n.end_byte)) for kind, nodes in found.items()}


@cache
def _language(package: str):  # type: ignore[no-untyped-def]  # the type lives in the package that may be missing
    return _load("tree-sitter").Language(_load(package).language())


@cache
def _load(package: str):  # type: ignore[no-untyped-def]  # any module
    try:
        return importlib.import_module(package.replace("-", "_"))
    except ImportError as error:
        raise MissingPackage(package) from error
