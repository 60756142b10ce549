# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find where a script fetches a Run As connection and every read of what it fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .commands import Command
from .dataflow import How, Variables
from .result import RewriteOptions
from .syntax import (
    Script,
    ancestors,
    lift,
    literal,
    peel,
    same_span,
    table_entries,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

FETCH = "get-automationconnection"
# The names that the portal gave the connection assets it made.
PORTAL_NAME = "azurerunasconnection"
CLASSIC_NAME = "azureclassicrunasconnection"

LOGIN_FIELDS = frozenset({"applicationid", "certificatethumbprint"})
FIELDS = LOGIN_FIELDS | {"tenantid", "subscriptionid"}


@dataclass(frozen=True)
class Read:
    """One read of a fetched connection: of one field, or (field None) of the object itself.

    ``node`` is the whole expression, ``variable`` the name of the variable that was read, if one was.
    """

    field: str | None
    node: Node
    variable: str | None = None


@dataclass
class Fetch:
    """One call of Get-AutomationConnection.

    ``name`` is None when it cannot be told from the script; ``name_variable`` the variable that held it.
    ``variable`` and ``statement`` are set when the script just assigns the connection to a variable; ``inline`` is set
    when it reads a field of the call itself: ``(Get-AutomationConnection …).TenantId``. ``is_shared`` tells that the
    variable is global, for other scripts to read.
    """

    command: Command
    name: str | None
    name_variable: str | None
    variable: str | None = None
    statement: Node | None = None
    inline: Read | None = None
    is_shared: bool = False


class Kind(Enum):
    """What a fetched connection is."""

    RUN_AS = "run_as"
    CLASSIC = "classic"
    UNKNOWN_NAME = "unknown_name"
    OTHER = "other"


@dataclass
class Connections:
    """All fetches of a script by kind, and the reads of the Run As ones."""

    fetches: dict[Kind, list[Fetch]] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)

    @property
    def run_as(self) -> list[Fetch]:
        """The fetches of a Run As connection."""
        return self.fetches.get(Kind.RUN_AS, [])

    @property
    def variables(self) -> set[str]:
        """The variables that hold a Run As connection."""
        return {fetch.variable for fetch in self.run_as if fetch.variable is not None}


def find_connections(
    script: Script, variables: Variables, commands: list[Command], options: RewriteOptions
) -> Connections:
    """Return the fetches of the script, sorted by what they fetch, and every read of the Run As ones."""
    found = Connections()
    fetches = [_fetch(script, variables, command, commands) for command in commands if command.name == FETCH]
    for fetch in fetches:
        kind = _kind(fetch, _reads(script, variables, fetch), options)
        found.fetches.setdefault(kind, []).append(fetch)
    seen: set[tuple[int, int]] = set()
    for fetch in found.run_as:
        for read in _reads(script, variables, fetch):
            place = (read.node.start_byte, read.node.end_byte)
            if place not in seen:
                seen.add(place)
                found.reads.append(read)
    return found


def _fetch(script: Script, variables: Variables, command: Command, commands: list[Command]) -> Fetch:
    named = [a.value for a in command.arguments() if a.name is not None and "name".startswith(a.name)]
    positional = [a.value for a in command.arguments() if a.name is None and not a.splat]
    given = [value for value in [*named, *positional] if value is not None]
    splats = [a.value for a in command.arguments() if a.splat and a.value is not None]
    name, variable = variables.constant(given[0]) if len(given) == 1 and not splats else (None, None)
    if len(splats) == 1 and not given:
        name, variable = _splatted_name(script, variables, splats[0])
    if variable is not None and _is_passed(script, variables, variable, commands):
        name = None
    fetch = Fetch(command, name, variable)
    _place_in_script(script, fetch)
    return fetch


def _splatted_name(script: Script, variables: Variables, splat: Node) -> tuple[str | None, str]:
    """Return (name, variable) of ``Get-AutomationConnection @variable``; the name is None when it cannot be told."""
    variable = variable_name(script.text(splat))
    bindings = variables.bindings[variable]
    only_splats = all(script.text(read).startswith("@") for read in variables.reads[variable])
    if len(bindings) != 1 or bindings[0].how is not How.ASSIGNED or bindings[0].value is None or not only_splats:
        return None, variable
    table = peel(bindings[0].value)
    entries = table_entries(table) if table.type == "hash_literal_expression" else []
    named = [e for e in entries if script.text(e.named_children[0]).strip("'\"").lower() == "name"]
    return (variables.constant(named[0].named_children[-1])[0] if len(named) == 1 else None), variable


def _is_passed(script: Script, variables: Variables, variable: str, commands: list[Command]) -> bool:
    """Tell whether ``variable`` is a parameter of a function that the script calls with a value for it."""
    for binding in variables.bindings[variable]:
        function = next((a for a in ancestors(binding.whole) if a.type == "function_statement"), None)
        named = [c for c in function.named_children if c.type == "function_name"] if function is not None else []
        names = {script.text(node).lower() for node in named} if binding.how is How.PARAMETER else set()
        for command in commands:
            arguments = command.arguments() if command.name in names else []
            if any(a.name is None or variable.startswith(a.name) for a in arguments):
                return True
    return False


def _place_in_script(script: Script, fetch: Fetch) -> None:
    node = lift(fetch.command.node)
    while node.parent is not None and node.parent.type == "parenthesized_expression":
        node = lift(node.parent)
        read = _field_read(script, node)
        if read is not None:
            fetch.inline = read
            return
    assignment = node.parent
    if assignment is None or assignment.type != "assignment_expression":
        return
    statement = lift(assignment)
    if statement.parent is None or statement.parent.type != "statement_list":
        return
    target = _assigned_variable(script, assignment, node)
    if target is not None:
        fetch.variable, fetch.statement = target, statement
        fetch.is_shared = "$global:" in script.text(assignment.children[0]).lower()


def _assigned_variable(script: Script, assignment: Node, value: Node) -> str | None:
    target = assignment.children[0]
    nodes = [n for n in script.nodes("variable") if target.start_byte <= n.start_byte and n.end_byte <= target.end_byte]
    plain = script.text(assignment.children[1]) == "=" and same_span(assignment.children[-1], value)
    if not plain or len(nodes) != 1 or not script.text(target).endswith(script.text(nodes[0])):
        return None
    return variable_name(script.text(nodes[0]))


def _reads(script: Script, variables: Variables, fetch: Fetch) -> list[Read]:
    if fetch.inline is not None:
        return [fetch.inline]
    if fetch.variable is None:
        return []
    return [_read(script, node, fetch.variable) for node in variables.reads[fetch.variable]]


def _read(script: Script, node: Node, variable: str) -> Read:
    read = None if script.text(node).startswith("@") else _field_read(script, node)
    return Read(read.field, read.node, variable) if read is not None else Read(None, node, variable)


def _field_read(script: Script, owner: Node) -> Read | None:
    """Return the read of one field of ``owner``: ``owner.Field`` or ``owner['Field']``; None when it is another use."""
    access = owner.parent
    while access is not None and same_span(access, owner):
        owner, access = access, access.parent
    if access is None or access.type not in ("member_access", "element_access"):
        return None
    if access.start_byte != owner.start_byte:
        return None
    if access.type == "member_access" and script.text(access.children[1]) != ".":
        return None
    named = access.named_children[-1]
    text = script.text(named)
    name = text if access.type == "member_access" and text.isidentifier() else literal(script, named)
    if name is None and access.type == "member_access" and named.named_child_count == 1:
        name = literal(script, named.named_children[0])
    return Read(name.lower(), access) if name is not None else None


def _kind(fetch: Fetch, reads: list[Read], options: RewriteOptions) -> Kind:
    fields = {read.field for read in reads}
    looks_like_run_as = bool(fields & LOGIN_FIELDS)
    if fetch.name is None:
        other = bool(reads) and None not in fields and not fields & FIELDS
        return Kind.OTHER if other else Kind.UNKNOWN_NAME
    name = fetch.name.lower()
    if name == CLASSIC_NAME:
        return Kind.CLASSIC
    if name == PORTAL_NAME:
        return Kind.RUN_AS
    known = options.connections
    if known is not None:
        return Kind.RUN_AS if name in {n.lower() for n in known} else Kind.OTHER
    return Kind.RUN_AS if looks_like_run_as else Kind.OTHER
