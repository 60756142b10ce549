# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables of a script hold: bindings, reads, and names that can only be one text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from .syntax import (
    Script,
    ancestors,
    lift,
    literal,
    peel,
    peel_parentheses,
    same_span,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

T = TypeVar("T")


class How(Enum):
    """How a variable gets a value."""

    ASSIGNED = "assigned"
    PARAMETER = "parameter"
    OTHER = "other"


@dataclass(frozen=True)
class Binding:
    """One place where a variable gets a value; ``value`` is the assigned expression or the parameter's default."""

    how: How
    variable: Node
    value: Node | None
    whole: Node


class _ByName(dict[str, list[T]]):
    """Lists by name, each made when it is first asked for: most variables of a script are never looked at."""

    def __init__(self, make: Callable[[str], list[T]]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> list[T]:
        made = self[name] = self._make(name)
        return made


class Variables:
    """All variables of a script by name. Scopes are merged: a name that means two things is never resolved."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._nodes: dict[str, list[Node]] = defaultdict(list)
        for node in script.nodes("variable"):
            self._nodes[variable_name(script.text(node))].append(node)
        self._named_by_text = self._find_named_by_text()
        self.bindings = _ByName(self._bindings_of)
        self.reads = _ByName(self._reads_of)

    @property
    def names(self) -> list[str]:
        """The names of all variables that the script writes as variables."""
        return list(self._nodes)

    def _bindings_of(self, name: str) -> list[Binding]:
        found = [_binding(node) for node in self._nodes.get(name, [])]
        return [*(binding for binding in found if binding is not None), *self._named_by_text[name]]

    def _reads_of(self, name: str) -> list[Node]:
        return [node for node in self._nodes.get(name, []) if _binding(node) is None]

    def _find_named_by_text(self) -> dict[str, list[Binding]]:
        """Set-Variable and the like name a variable as text; so do -OutVariable and -ErrorVariable."""
        found: dict[str, list[Binding]] = defaultdict(list)
        for node in self.script.nodes("command"):
            words = self.script.text(node).lower()
            if "variable" not in words:
                continue
            for child in node.children:
                for element in child.children if child.type == "command_elements" else []:
                    name = literal(self.script, element)
                    if name is not None:
                        found[name.lstrip("+").lower()].append(Binding(How.OTHER, element, None, node))
        return found

    def constant(self, node: Node) -> tuple[str | None, str | None]:
        """Return (value, variable) of an expression that can only be one text; value is None when it cannot be told.

        The variable is the name of the variable that held the text, if one did.
        """
        value = literal(self.script, node)
        if value is not None:
            return value, None
        node = peel_parentheses(node)
        if node.type != "variable":
            return None, None
        name = variable_name(self.script.text(node))
        values = [self._text_of(binding) for binding in self.bindings[name]]
        distinct = {value.lower() for value in values if value is not None}
        if None in values or len(distinct) != 1:
            return None, name
        return values[0], name

    def _text_of(self, binding: Binding) -> str | None:
        if binding.how is How.OTHER or binding.value is None:
            return None
        return literal(self.script, binding.value)

    def is_parameter(self, name: str) -> bool:
        """Tell whether ``name`` is declared in a parameter block."""
        return any(binding.how is How.PARAMETER for binding in self.bindings[name])


def _binding(variable: Node) -> Binding | None:
    parent = variable.parent
    if parent is None:
        return None
    if parent.type == "script_parameter":
        return _parameter(variable, parent)
    if parent.type == "foreach_statement":
        return Binding(How.OTHER, variable, None, parent) if _names_item(variable, parent) else None
    if "increment" in parent.type or "decrement" in parent.type:
        return Binding(How.OTHER, variable, None, parent)
    left = _left_side(variable)
    return _assigned(variable, left) if left is not None else _parameter_in_default(variable)


def _left_side(variable: Node) -> Node | None:
    """Return the left side of an assignment that ``variable`` is part of, not as a mere argument in it."""
    for ancestor in ancestors(variable):
        if ancestor.type == "left_assignment_expression":
            return ancestor
        if ancestor.type in ("pipeline", "command", "assignment_value", "statement_list"):
            return None
    return None


def _names_item(variable: Node, loop: Node) -> bool:
    word = next((child for child in loop.children if child.type == "in"), None)
    return word is not None and variable.end_byte <= word.start_byte


def _parameter(variable: Node, parameter: Node) -> Binding:
    default = next((c for c in parameter.children if c.type == "script_parameter_default"), None)
    value = default.named_children[0] if default is not None and default.named_child_count else None
    if value is not None and value.type == "array_literal_expression" and value.named_child_count > 1:
        value = value.named_children[0]
    return Binding(How.PARAMETER, variable, value, parameter)


def _parameter_in_default(variable: Node) -> Binding | None:
    """tree-sitter-pwsh reads ``$a = 'x', $b`` in a parameter block as one parameter whose default is a list."""
    element = lift(variable)
    values = element.parent if element.parent is not None else element
    default = values.parent
    if values.type != "array_literal_expression" or default is None or default.type != "script_parameter_default":
        return None
    if same_span(element, values.named_children[0]):
        return None
    return Binding(How.PARAMETER, variable, None, variable)


def _assigned(variable: Node, left: Node) -> Binding | None:
    target = _without_types(left)
    assignment = left.parent
    if target.type != "variable":
        # $c.Field = … and $h[$c] = … read the variable; $a, $c = … binds it to who knows what
        inside = [
            a.type for a in ancestors(variable) if a.start_byte >= left.start_byte and a.end_byte <= left.end_byte
        ]
        reads = any(kind in ("member_access", "element_access") for kind in inside)
        return None if reads else Binding(How.OTHER, variable, None, left)
    if assignment is None or not same_span(target, variable):
        return Binding(How.OTHER, variable, None, left)
    operator = assignment.children[1]
    how = How.ASSIGNED if operator.start_byte + 1 == operator.end_byte else How.OTHER
    return Binding(how, variable, assignment.children[-1], assignment)


def _without_types(left: Node) -> Node:
    target = peel(left)
    while target.type in ("expression_with_unary_operator", "cast_expression"):
        target = peel(target.named_children[-1])
    return target
