# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One view of a Python script, for Python 2 and 3 alike: nodes by kind, statements, literals, arguments of calls."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from . import grammars
from .syntax import Script, ancestors, walk
from .text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset({"function_definition", "lambda"})
_BLOCKS = frozenset({"block", "module"})
_LONE_RETURN = re.compile(r"\r(?!\n)")
_PLAIN_STRING = re.compile(r"[uU]?(?:\"\"\"|'''|[\"'])")


class PythonScript(Script):
    """A parsed Python script. Unlike in PowerShell, typographic characters are just characters."""

    def __init__(self, text: Text) -> None:
        super().__init__(text, grammars.PYTHON, _LONE_RETURN.sub("\n", text.text))

    def _shown(self) -> str:
        return self.plain

    @cached_property
    def _by_kind(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in walk(self.root):
            if node.is_named:
                found.setdefault(node.type, []).append(node)
        return found

    def nodes(self, kind: str) -> list[Node]:
        """Return all nodes of ``kind``, in the order of the text."""
        return self._by_kind.get(kind, [])


def peel_parentheses(node: Node) -> Node:
    """Return what ``node`` is, without parentheses."""
    while node.type == "parenthesized_expression" and len(children(node)) == 1:
        node = children(node)[0]
    return node


def lift_parentheses(node: Node) -> Node:
    """Return ``node`` with all parentheses around it."""
    while node.parent is not None and node.parent.type == "parenthesized_expression":
        node = node.parent
    return node


def children(node: Node) -> list[Node]:
    """Return the named children of ``node`` that are no comments."""
    return [child for child in node.named_children if child.type != "comment"]


def is_inside(node: Node, outer: Node) -> bool:
    """Tell whether ``node`` is ``outer`` or a part of it."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def statement_of(node: Node) -> Node | None:
    """Return the innermost whole statement that holds ``node``."""
    for current in [node, *ancestors(node)]:
        if current.parent is not None and current.parent.type in _BLOCKS:
            return current
    return None


def block_of(statement: Node) -> Node:
    """Return the block that ``statement`` is a part of. Raises ValueError for the whole script."""
    if statement.parent is None:
        raise ValueError("the script itself is no statement")
    return statement.parent


def function_of(node: Node) -> Node | None:
    """Return the innermost function that holds ``node``; None outside of functions."""
    return next((a for a in ancestors(node) if a.type == "function_definition"), None)


def is_caught(node: Node) -> bool:
    """Tell whether ``node`` stands in the head of an ``except`` clause, where it names errors to catch."""
    around = [a.type for a in ancestors(node)]
    return "except_clause" in around and "block" not in around[: around.index("except_clause")]


def string_value(script: Script, node: Node) -> str | None:
    """Return the value of a literal string, of one piece or of several.

    None for all else: an f-string, one with a backslash in it.
    """
    node = peel_parentheses(node)
    if node.type == "concatenated_string":
        pieces = [string_value(script, piece) for piece in children(node)]
        return None if None in pieces else "".join(piece or "" for piece in pieces)
    if node.type != "string" or any(child.type == "interpolation" for child in node.named_children):
        return None
    start, end = node.children[0], node.children[-1]
    value = script.text(node)[len(script.text(start)) : -len(script.text(end)) or None]
    return value if _PLAIN_STRING.fullmatch(script.text(start)) and "\\" not in value else None


def assignments(statement: Node) -> list[tuple[Node, Node]]:
    """Return names and values of a plain assignment, ``a = x`` or ``a, b = x, y``; nothing for other statements."""
    inner = children(statement)
    if statement.type != "expression_statement" or len(inner) != 1 or inner[0].type != "assignment":
        return []
    target, value = inner[0].child_by_field_name("left"), inner[0].child_by_field_name("right")
    if target is None or value is None or value.type == "assignment":
        return []
    targets = children(target) if target.type == "pattern_list" else [target]
    values = children(value) if target.type == "pattern_list" and value.type == "expression_list" else [value]
    if len(targets) != len(values) or any(t.type != "identifier" for t in targets):
        return []
    return list(zip(targets, values, strict=True))


def assigned_to(value: Node) -> Node | None:
    """Return the name that is assigned just ``value``; None when there is none."""
    statement = statement_of(value)
    pairs = assignments(statement) if statement is not None else []
    return next((name for name, assigned in pairs if assigned.id == value.id), None)


class Arguments:
    """The arguments of a call: by place and by name. ``whole`` is False when some are unpacked from elsewhere."""

    def __init__(self, script: Script, call: Node) -> None:
        given = call.child_by_field_name("arguments")
        self.positional: list[Node] = []
        self.named: dict[str, Node] = {}
        self.whole = given is not None and given.type == "argument_list"
        for argument in children(given) if given is not None and self.whole else []:
            name, value = argument.child_by_field_name("name"), argument.child_by_field_name("value")
            if argument.type == "keyword_argument" and name is not None and value is not None:
                self.named[script.text(name)] = value
            elif argument.type in ("list_splat", "dictionary_splat"):
                self.whole = False
            else:
                self.positional.append(argument)

    def get(self, index: int, name: str) -> Node | None:
        """Return the argument at ``index``, or the one called ``name``."""
        return self.positional[index] if index < len(self.positional) else self.named.get(name)
