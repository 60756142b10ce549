# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of a Python script: in which scope each lives, what it is bound to, where it is read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from .python_source import FUNCTIONS, Arguments, PythonScript, assignments, children, statement_of
from .syntax import ancestors, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_SCOPES = FUNCTIONS | {"class_definition", "module"}
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_TARGETS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
    "named_expression": "name",
}
_PATTERNS = frozenset({"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "as_pattern_target"})
_OPEN_TARGETS = frozenset({"as_pattern_target", "global_statement", "nonlocal_statement", "delete_statement"})
_LONGEST_PATH = 64


class How(Enum):
    """How a name gets its value."""

    ASSIGNED = "assigned"
    PARAMETER = "parameter"
    IMPORTED = "imported"
    DEFINED = "defined"
    OTHER = "other"


@dataclass(frozen=True)
class Binding:
    """One place that gives a name its value.

    ``value`` is the assigned expression or the default of a parameter, ``path`` the dotted name that was imported.
    """

    how: How
    node: Node
    value: Node | None = None
    path: str = ""


@dataclass
class Variable:
    """One name in one scope."""

    name: str
    scope: Node
    bindings: list[Binding] = field(default_factory=list)
    reads: list[Node] = field(default_factory=list)

    @property
    def single(self) -> Binding | None:
        """The one binding, if there is just one."""
        return self.bindings[0] if len(self.bindings) == 1 else None


class Names:
    """All names of a script."""

    def __init__(self, script: PythonScript) -> None:
        self._script = script
        self._variables: dict[tuple[int, str], Variable] = {}
        self._global: dict[int, set[str]] = defaultdict(set)
        self._bound: set[int] = set()
        self._of_node: dict[int, Variable] = {}
        self._scopes = _scopes(script.root)
        self._collect_globals()
        self._collect_imports()
        self._collect_definitions()
        for identifier in script.nodes("identifier"):
            self._collect_target(identifier)
        for identifier in script.nodes("identifier"):
            self._collect_read(identifier)

    @property
    def variables(self) -> list[Variable]:
        """Every name that the script binds."""
        return list(self._variables.values())

    @property
    def read_nodes(self) -> list[Node]:
        """Every identifier that reads a name, also one that the script never binds."""
        return [node for node in self._script.nodes("identifier") if node.id not in self._bound]

    def bound_in(self, scope: Node, name: str) -> Variable | None:
        """Return the variable ``name`` that ``scope`` itself binds."""
        return self._variables.get((scope.id, name))

    def variable(self, identifier: Node) -> Variable | None:
        """Return the variable that ``identifier`` reads or binds; None for a name that the script never binds."""
        return self._of_node.get(identifier.id)

    def value(self, node: Node) -> Node | None:
        """Return the expression that the only binding of the variable ``node`` assigns; None when that is unclear."""
        variable = self.variable(node) if node.type == "identifier" else None
        single = variable.single if variable is not None else None
        return single.value if single is not None and single.how is How.ASSIGNED else None

    def definition(self, node: Node) -> Node | None:
        """Return the function of this script that ``node`` names, also through another name for it."""
        for _step in range(8):
            variable = self.variable(node) if node.type == "identifier" else None
            single = variable.single if variable is not None else None
            if single is None:
                return None
            if single.how is How.DEFINED:
                return single.node if single.node.type == "function_definition" else None
            if single.value is None:
                return None
            node = single.value
        return None

    def path(self, node: Node) -> str:
        """Return the dotted name that ``node`` stands for, imports and other names for it followed; "" if none."""
        members: list[str] = []
        for _step in range(_LONGEST_PATH):
            if node.type == "attribute":
                owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
                if owner is None or name is None:
                    return ""
                members.insert(0, self._script.text(name))
                node = owner
                continue
            base = self._base(node)
            if isinstance(base, str):
                return ".".join([base, *members])
            node = base
        return ""

    def _base(self, node: Node) -> str | Node:
        """Return the name of what an attribute belongs to, or the attribute that a variable stands for."""
        if node.type != "identifier":
            return ""
        imported = self._imported(node)
        value = self.value(node)
        if imported or value is None or value.type not in ("identifier", "attribute"):
            return imported or self._script.text(node)
        return value

    def _imported(self, node: Node) -> str:
        variable = self.variable(node)
        paths = {binding.path for binding in variable.bindings} if variable is not None else set()
        return paths.pop() if len(paths) == 1 else ""

    def scope(self, node: Node) -> Node:
        """Return the function, class or script in which ``node`` stands."""
        return next(iter(self._scopes[node.id]), self._script.root)

    def _collect_globals(self) -> None:
        for kind in ("global_statement", "nonlocal_statement"):
            for statement in self._script.nodes(kind):
                scope = self.scope(statement)
                for name in children(statement):
                    self._bound.add(name.id)
                    if scope.id != self._script.root.id:
                        self._global[scope.id].add(self._script.text(name))

    def _collect_imports(self) -> None:
        for kind in _IMPORTS:
            for statement in self._script.nodes(kind):
                module = statement.child_by_field_name("module_name")
                prefix = f"{self._script.text(module)}." if module is not None else ""
                for imported in statement.children_by_field_name("name"):
                    self._collect_import(statement, imported, prefix)
                self._bound.update(n.id for n in walk(statement) if n.type == "identifier")

    def _collect_import(self, statement: Node, imported: Node, prefix: str) -> None:
        alias, name = imported.child_by_field_name("alias"), imported.child_by_field_name("name")
        path = self._script.text(name if name is not None else imported)
        bound = self._script.text(alias) if alias is not None else path if prefix else path.split(".")[0]
        full = prefix + path if prefix or alias is not None else bound
        self._bind(bound, statement, Binding(How.IMPORTED, imported, path=full))

    def _collect_definitions(self) -> None:
        for kind in ("function_definition", "class_definition"):
            for definition in self._script.nodes(kind):
                name = definition.child_by_field_name("name")
                if name is not None:
                    self._bind_node(name, definition, Binding(How.DEFINED, definition))
        for function in [*self._script.nodes("function_definition"), *self._script.nodes("lambda")]:
            parameters = function.child_by_field_name("parameters")
            for parameter in children(parameters) if parameters is not None else []:
                self._collect_parameter(parameter, function)

    def _collect_parameter(self, parameter: Node, function: Node) -> None:
        name, value = parameter.child_by_field_name("name"), parameter.child_by_field_name("value")
        if name is None:
            name = next((n for n in walk(parameter) if n.type == "identifier"), None)
        plain = parameter.type in ("identifier", "default_parameter", "typed_parameter", "typed_default_parameter")
        if name is not None and name.type == "identifier":
            how = How.PARAMETER if plain else How.OTHER
            self._bind_inside(name, function, Binding(how, parameter, value))

    def _collect_target(self, identifier: Node) -> None:
        if identifier.id in self._bound:
            return
        target = identifier
        while target.parent is not None and target.parent.type in _PATTERNS:
            target = target.parent
        parent = target.parent
        if parent is None:
            return
        if target.type in _OPEN_TARGETS or parent.type in ("delete_statement", "except_clause"):
            if not _is_caught_type(identifier, parent):
                self._bind_node(identifier, identifier, Binding(How.OTHER, identifier))
            return
        side = parent.child_by_field_name(_TARGETS[parent.type]) if parent.type in _TARGETS else None
        if side is None or side.id != target.id:
            return
        statement = statement_of(identifier)
        pairs = assignments(statement) if statement is not None else []
        value = next((value for name, value in pairs if name.id == identifier.id), None)
        how = How.ASSIGNED if value is not None else How.OTHER
        self._bind_node(identifier, identifier, Binding(how, identifier, value))
        if parent.type == "augmented_assignment":
            self._bound.discard(identifier.id)

    def _collect_read(self, identifier: Node) -> None:
        if identifier.id in self._bound or is_no_name(identifier):
            return
        name = self._script.text(identifier)
        variable = self.lookup(name, identifier)
        if variable is not None:
            variable.reads.append(identifier)
            self._of_node[identifier.id] = variable

    def lookup(self, name: str, node: Node) -> Variable | None:
        """Return the variable that ``name`` means at ``node``; None for a name that the script never binds there."""
        innermost = True
        for scope in self._scopes[node.id]:
            if name in self._global[scope.id]:
                continue
            found = self._variables.get((scope.id, name))
            if found is not None and (innermost or scope.type != "class_definition") and not _is_header(node, scope):
                return found
            innermost = False
        return None

    def _bind(self, name: str, place: Node, binding: Binding) -> Variable:
        scope = self.scope(place)
        while name in self._global[scope.id]:
            scope = self.scope(scope)
        return self._add(name, scope, binding)

    def _bind_node(self, identifier: Node, place: Node, binding: Binding) -> None:
        self._bound.add(identifier.id)
        self._of_node[identifier.id] = self._bind(self._script.text(identifier), place, binding)

    def _bind_inside(self, identifier: Node, scope: Node, binding: Binding) -> None:
        self._bound.add(identifier.id)
        self._of_node[identifier.id] = self._add(self._script.text(identifier), scope, binding)

    def _add(self, name: str, scope: Node, binding: Binding) -> Variable:
        variable = self._variables.setdefault((scope.id, name), Variable(name, scope))
        variable.bindings.append(binding)
        return variable


def _scopes(root: Node) -> dict[int, tuple[Node, ...]]:
    """Return the scopes around each node, the innermost first, in one walk: a node's parent is dear to ask for."""
    found: dict[int, tuple[Node, ...]] = {}
    pending: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    while pending:
        node, around = pending.pop()
        found[node.id] = around
        inside = (node, *around) if node.type in _SCOPES else around
        pending += [(child, inside) for child in node.named_children]
    return found


def is_no_name(identifier: Node) -> bool:
    """Tell whether ``identifier`` is the name of an attribute or of a keyword argument, and reads no variable."""
    parent = identifier.parent
    if parent is None:
        return True
    fields = {"attribute": "attribute", "keyword_argument": "name"}
    named = parent.child_by_field_name(fields[parent.type]) if parent.type in fields else None
    return named is not None and named.id == identifier.id


def _is_header(node: Node, function: Node) -> bool:
    """Tell whether ``node`` stands in the default of a parameter, which the scope around the function evaluates."""
    parameters = function.child_by_field_name("parameters") if function.type in FUNCTIONS else None
    return parameters is not None and parameters.start_byte <= node.start_byte < parameters.end_byte


def _is_caught_type(identifier: Node, parent: Node) -> bool:
    """In ``except Type, name`` (Python 2) only the second is bound."""
    return parent.type == "except_clause" and children(parent)[0].id == identifier.id


def arguments_for(names: Names, script: PythonScript, parameter: Binding) -> list[Node | None]:
    """Return what each call of its function gives for ``parameter``: None where it gives nothing.

    Raises LookupError when the calls cannot all be told, as when the function is handed on.
    """
    function = next(a for a in ancestors(parameter.node) if a.type in FUNCTIONS)
    name = function.child_by_field_name("name")
    variable = names.variable(name) if name is not None else None
    if variable is None or name is None:
        raise LookupError
    listed = [p for p in children(function.child_by_field_name("parameters") or function) if "separator" not in p.type]
    index = next(i for i, listed_one in enumerate(listed) if listed_one.id == parameter.node.id)
    own_name = script.text(next(n for n in walk(parameter.node) if n.type == "identifier"))
    return [_argument(names, script, read, index, own_name) for read in _calls(names, variable)]


def _argument(names: Names, script: PythonScript, read: Node, index: int, own_name: str) -> Node | None:
    call = read.parent
    called = call.child_by_field_name("function") if call is not None and call.type == "call" else None
    if call is None or called is None or called.id != read.id:
        raise LookupError
    arguments = Arguments(script, call)
    if not arguments.whole:
        raise LookupError
    return arguments.get(index, own_name)


def _calls(names: Names, function: Variable) -> list[Node]:
    """Return the reads of a function's name, and of other names that were given to it."""
    reads = list(function.reads)
    found: list[Node] = []
    while reads:
        read = reads.pop()
        statement = read.parent
        target = statement.child_by_field_name("left") if statement is not None else None
        alias = names.variable(target) if target is not None and target.type == "identifier" else None
        if statement is not None and statement.type == "assignment" and alias is not None and alias.single is not None:
            reads += alias.reads
        else:
            found.append(read)
    return found
