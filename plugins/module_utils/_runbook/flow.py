# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow the fields of a Run As connection into variables: ``$tenant = $c.TenantId``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .connections import (
    FIELDS,
    Connections,
    Read,
)
from .dataflow import How, Variables
from .syntax import (
    Script,
    lift,
    peel_parentheses,
    same_span,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True)
class Holder:
    """A variable that only ever holds one field of the connection; ``statements`` assign it."""

    name: str
    field: str
    statements: tuple[Node, ...]


class Flow:
    """Where the fields of the connection go."""

    def __init__(self, script: Script, variables: Variables, connections: Connections) -> None:
        self.script = script
        self.variables = variables
        self.connections = connections
        self._by_place = {_place(read.node): read for read in connections.reads}
        self.holders = self._find_holders()

    def _find_holders(self) -> dict[str, Holder]:
        names = {self._target(read) for read in self.connections.reads}
        holders = (self._holder(name) for name in names if name is not None)
        return {holder.name: holder for holder in holders if holder is not None}

    def _target(self, read: Read) -> str | None:
        """Return the variable that ``read`` is assigned to, if that is all that is done with it."""
        value = lift(read.node)
        assignment = value.parent
        if read.field not in FIELDS or assignment is None or assignment.type != "assignment_expression":
            return None
        target = assignment.children[0]
        inside = [
            node
            for node in self.script.nodes("variable")
            if target.start_byte <= node.start_byte and node.end_byte <= target.end_byte
        ]
        return variable_name(self.script.text(inside[0])) if len(inside) == 1 else None

    def _holder(self, name: str) -> Holder | None:
        statements, fields = [], set()
        for binding in self.variables.bindings[name]:
            if binding.how is not How.ASSIGNED or binding.value is None:
                return None
            read = self.read_at(binding.value)
            statement = lift(binding.whole)
            if read is None or read.field is None or statement.parent is None:
                return None
            if statement.parent.type != "statement_list":
                return None
            fields.add(read.field)
            statements.append(statement)
        return Holder(name, fields.pop(), tuple(statements)) if len(fields) == 1 else None

    def read_at(self, node: Node) -> Read | None:
        """Return the read of the connection that ``node`` is, if it is just that."""
        return self._by_place.get(_place(peel_parentheses(node)))

    def field_of(self, node: Node) -> str | None:
        """Return the field of the connection that ``node`` is the value of, by itself or through a variable."""
        node = peel_parentheses(node)
        read = self._by_place.get(_place(node))
        if read is not None:
            return read.field
        if node.type == "variable":
            holder = self.holders.get(variable_name(self.script.text(node)))
            return holder.field if holder is not None else None
        return self._field_of_string(node)

    def _field_of_string(self, node: Node) -> str | None:
        """``"$($c.TenantId)"`` and ``"$tenant"`` are the field too."""
        text = self.script.text(node)
        if node.type != "string_literal" or not text.startswith('"'):
            return None
        for inner in [*(r.node for r in self.connections.reads), *self.script.nodes("variable")]:
            if node.start_byte < inner.start_byte and inner.end_byte < node.end_byte:
                whole = self.script.text(inner)
                if text[1:-1] in (whole, f"$({whole})") and not same_span(inner, node):
                    return self.field_of(inner)
        return None

    def touches(self, node: Node) -> bool:
        """Tell whether anything inside ``node`` comes from the connection."""
        reads = [read.node for read in self.connections.reads]
        held = [read for name in self.holders for read in self.variables.reads[name]]
        return any(node.start_byte <= r.start_byte and r.end_byte <= node.end_byte for r in [*reads, *held])


def _place(node: Node) -> tuple[int, int]:
    return node.start_byte, node.end_byte
