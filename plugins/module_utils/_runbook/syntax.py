# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One view of a PowerShell script for both grammars: nodes by kind, spans in characters, statements, errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from . import grammars
from .masking import masked
from .text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

_KINDS = (
    "command",
    "variable",
    "comment",
    "string_literal",
    "generic_token",
    "function_name",
    "type_name",
    "member_name",
    "hash_literal_expression",
    "script_parameter",
)
_LEAVES = {"variable", "command", "string_literal", "member_access", "element_access", "generic_token"}
_SCOPE = re.compile(r"^(global|script|local|private|using|variable|workflow):", re.IGNORECASE)


class Script:
    """A parsed script. Offsets are characters of ``text``; ``plain`` is the same text with ASCII punctuation."""

    def __init__(self, text: Text, grammar: str, plain: str | None = None) -> None:
        self.source = text
        self.grammar = grammar
        self.plain = text.plain if plain is None else plain
        self._data = self.plain.encode("utf-8")
        self._tree = grammars.parser(grammar).parse(self._shown().encode("utf-8"))
        self.root = self._tree.root_node

    def _shown(self) -> str:
        """Return what the grammar gets to see: as long, in bytes, as the text itself."""
        return masked(self.plain)

    @cached_property
    def _captures(self) -> dict[str, list[Node]]:
        return grammars.captures(self.grammar, _KINDS, self.root)

    def nodes(self, kind: str) -> list[Node]:
        """Return all nodes of ``kind``, in the order of the text."""
        return self._captures.get(kind, [])

    @cached_property
    def _characters(self) -> list[int] | None:
        """Character index of each byte of the parsed text; None when they are the same."""
        if len(self._data) == len(self.plain):
            return None
        index = [i for i, c in enumerate(self.plain) for _byte in range(len(c.encode("utf-8")))]
        return [*index, len(self.plain)]

    def span(self, node: Node) -> tuple[int, int]:
        """Return start and end of ``node``, in characters."""
        if self._characters is None:
            return node.start_byte, node.end_byte
        return self._characters[node.start_byte], self._characters[node.end_byte]

    def text(self, node: Node) -> str:
        """Return the text of ``node`` as PowerShell's tokenizer takes it."""
        return self._data[node.start_byte : node.end_byte].decode("utf-8")

    def place(self, node: Node) -> tuple[int, int]:
        """Return line and column of ``node``, counted from 1."""
        return self.source.place(self.span(node)[0])

    @cached_property
    def error_count(self) -> int:
        """How many nodes the grammar could not read, or had to invent."""
        return sum(1 for _node in self._errors())

    @cached_property
    def first_error(self) -> Node | None:
        """The first node that the grammar could not read, or had to invent."""
        return next(self._errors(), None)

    def _errors(self) -> Iterator[Node]:
        stack = [self.root] if self.root.has_error else []
        while stack:
            node = stack.pop()
            if node.is_error or node.is_missing:
                yield node
            stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)

    def node_at(self, offset: int) -> Node | None:
        """Return the innermost node that holds the character at ``offset``."""
        byte = len(self.plain[:offset].encode("utf-8"))
        return self.root.descendant_for_byte_range(byte, byte + 1)


def best_script(text: Text) -> Script:
    """Parse with the grammar that reads the script best. Raises MissingPackage."""
    first = Script(text, grammars.POWERSHELL[0])
    if not first.error_count:
        return first
    second = Script(text, grammars.POWERSHELL[1])
    return second if second.error_count < first.error_count else first


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and all below it, in the order of the text."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))


def ancestors(node: Node) -> Iterator[Node]:
    """Yield the parent of ``node``, its parent, and so on."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def same_span(one: Node, other: Node) -> bool:
    """Tell whether two nodes cover the same text."""
    return one.start_byte == other.start_byte and one.end_byte == other.end_byte


def peel(node: Node) -> Node:
    """Return what ``node`` is, without the chain of one-child expressions the grammars wrap around it."""
    while node.type not in _LEAVES and node.named_child_count == 1 and same_span(node, node.named_children[0]):
        node = node.named_children[0]
    return node


def peel_parentheses(node: Node) -> Node:
    """Return what ``node`` is, without wrapping expressions and parentheses."""
    node = peel(node)
    while node.type == "parenthesized_expression" and node.named_child_count == 1:
        node = peel(node.named_children[0])
    return node


def lift(node: Node) -> Node:
    """Return the outermost expression that is just ``node``; never a statement list."""
    parent = node.parent
    while parent is not None and parent.type != "statement_list" and same_span(parent, node):
        node, parent = parent, parent.parent
    return node


def statement_of(node: Node) -> Node | None:
    """Return the innermost whole statement that holds ``node``; None in a parameter block."""
    for current in [node, *ancestors(node)]:
        if current.parent is not None and current.parent.type == "statement_list":
            return current
    return None


def is_broken(node: Node) -> bool:
    """Tell whether the grammar met an error in ``node`` or in something that holds it."""
    return node.has_error or node.is_missing or any(a.type == "ERROR" for a in ancestors(node))


@lru_cache(maxsize=4096)
def variable_name(text: str) -> str:
    """Return the name of a variable as written (``$script:C``, ``${c}``, ``@c``), lower case, without its scope."""
    name = text[1:]
    name = name[1:-1] if name.startswith("{") and name.endswith("}") else name
    return _SCOPE.sub("", name).lower()


def literal(script: Script, node: Node) -> str | None:
    """Return the value of a plain string or bare word; None for all else, such as a string with a variable in it."""
    node = peel_parentheses(node)
    text = script.text(node)
    if node.type == "generic_token":
        return text if not re.search(r"[$`'\"(]", text) else None
    if node.type != "string_literal" or text.startswith("@"):
        return None
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return text[1:-1] if not re.search(r"[$`\"]", text[1:-1]) else None


def literals(script: Script, node: Node) -> list[str]:
    """Return the values of the plain strings and bare words that ``node`` is, or that it lists."""
    leaves = [leaf for leaf in walk(node) if leaf.type in ("string_literal", "generic_token")]
    return [value for value in (literal(script, leaf) for leaf in leaves) if value is not None]


def table_entries(table: Node) -> list[Node]:
    """Return the entries of a ``hash_literal_expression``; the first child of each is its key, the last its value."""
    body = next((child for child in table.named_children if child.type == "hash_literal_body"), None)
    return [child for child in body.named_children if child.type == "hash_entry"] if body is not None else []
