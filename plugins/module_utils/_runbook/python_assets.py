# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find where a Python script fetches assets of a Run As account, and follow the connection to wherever it goes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .connections import CLASSIC_NAME, FIELDS, LOGIN_FIELDS, PORTAL_NAME, Kind
from .hazards import certificate_names
from .python_names import Binding, How, Names, Variable, arguments_for
from .python_source import Arguments, PythonScript, assigned_to, lift_parentheses, peel_parentheses, string_value
from .result import RewriteOptions
from .syntax import ancestors

if TYPE_CHECKING:
    from tree_sitter import Node

_FETCH = "get_automation_connection"
_CERTIFICATE = "get_automation_certificate"
_HELPER = re.compile(r"get_automation_runas_\w+")
_HELPER_PACKAGE = "azure_automation_utility"


@dataclass(frozen=True)
class Use:
    """One place where a fetched connection ends: a read of one field, or (field None) a use of the object itself.

    ``parameter`` is set when the object is handed to a function of the script, whose uses are followed too.
    """

    node: Node
    field: str | None = None
    parameter: Binding | None = None


@dataclass
class Fetch:
    """One call that fetches a connection; ``name`` is None when it cannot be told from the script.

    ``name_parameter`` is the parameter whose default names the connection, ``tracked`` every expression that is the
    connection, ``reused`` a variable that holds something else too.
    """

    call: Node
    name: str | None
    name_parameter: Binding | None
    kind: Kind = Kind.OTHER
    uses: list[Use] = field(default_factory=list)
    tracked: set[int] = field(default_factory=set)
    reused: Variable | None = None


@dataclass
class Assets:
    """What a script fetches: connections, certificates of Run As accounts and others, logins from a helper package."""

    fetches: list[Fetch]
    run_as_certificates: list[Node]
    helpers: list[Node]

    def of(self, kind: Kind) -> list[Fetch]:
        """Return the fetches of one kind of connection."""
        return [fetch for fetch in self.fetches if fetch.kind is kind]


def find_assets(script: PythonScript, names: Names, options: RewriteOptions) -> Assets:
    """Return all fetches of the script, the connections sorted by kind and followed."""
    found = Assets([], [], [])
    for call in script.nodes("call"):
        function = call.child_by_field_name("function")
        if function is None or names.definition(function) is not None:
            # A helper that the script itself defines is judged by what it fetches.
            continue
        path = names.path(function)
        last = path.rsplit(".", 1)[-1]
        if last == _FETCH:
            found.fetches.append(_fetch(script, names, call, options))
        elif last == _CERTIFICATE:
            if (_name(script, names, call)[0] or "").lower() in certificate_names(options):
                found.run_as_certificates.append(call)
        elif _HELPER.fullmatch(last) or path.startswith(f"{_HELPER_PACKAGE}."):
            found.helpers.append(call)
    return found


def _fetch(script: PythonScript, names: Names, call: Node, options: RewriteOptions) -> Fetch:
    fetch = Fetch(call, *_name(script, names, call))
    _Tracker(script, names, fetch).run()
    fetch.kind = _kind(fetch, options)
    return fetch


def _kind(fetch: Fetch, options: RewriteOptions) -> Kind:
    fields = {use.field for use in fetch.uses if use.parameter is None}
    if fetch.name is None:
        other = bool(fields) and None not in fields and not fields & FIELDS
        return Kind.OTHER if other else Kind.UNKNOWN_NAME
    name = fetch.name.lower()
    if name in (CLASSIC_NAME, PORTAL_NAME):
        return Kind.CLASSIC if name == CLASSIC_NAME else Kind.RUN_AS
    if options.connections is not None:
        return Kind.RUN_AS if name in {n.lower() for n in options.connections} else Kind.OTHER
    return Kind.RUN_AS if fields & LOGIN_FIELDS else Kind.OTHER


def _name(script: PythonScript, names: Names, call: Node) -> tuple[str | None, Binding | None]:
    given = Arguments(script, call).get(0, "name")
    return _constant(script, names, given, 0) if given is not None else (None, None)


def _constant(script: PythonScript, names: Names, node: Node, depth: int) -> tuple[str | None, Binding | None]:
    """Return the text that ``node`` always is, and the parameter whose default that is; None when it is unclear."""
    value = string_value(script, node)
    if value is not None or depth > 4:
        return value, None
    node = peel_parentheses(node)
    variable = names.variable(node) if node.type == "identifier" else None
    single = variable.single if variable is not None else None
    if single is None or single.how not in (How.ASSIGNED, How.PARAMETER):
        return None, None
    if single.how is How.ASSIGNED:
        return _constant(script, names, single.value, depth + 1) if single.value is not None else (None, None)
    return _parameter_constant(script, names, single, depth)


def _parameter_constant(
    script: PythonScript, names: Names, parameter: Binding, depth: int
) -> tuple[str | None, Binding | None]:
    try:
        given = arguments_for(names, script, parameter)
    except LookupError:
        return None, None
    possible = [value if value is not None else parameter.value for value in given] or [parameter.value]
    constants = {_constant(script, names, node, depth + 1)[0] if node is not None else None for node in possible}
    value = constants.pop() if len(constants) == 1 else None
    is_default = value is not None and parameter.value is not None
    return value, parameter if is_default else None


class _Tracker:
    """Follows one fetched connection through variables and into functions of the script."""

    def __init__(self, script: PythonScript, names: Names, fetch: Fetch) -> None:
        self._script = script
        self._names = names
        self._fetch = fetch
        self._pending = [fetch.call]

    def run(self) -> None:
        """Note what becomes of the connection, and of every variable and parameter that holds it."""
        while self._pending:
            expression = self._pending.pop(0)
            if expression.id not in self._fetch.tracked:
                self._fetch.tracked.add(expression.id)
                self._follow(expression)

    def _follow(self, expression: Node) -> None:
        whole = lift_parentheses(expression)
        parent = whole.parent
        read = field_read(self._script, whole)
        if read is not None:
            self._fetch.uses.append(Use(read[0], read[1]))
        elif (target := assigned_to(whole)) is not None:
            self._follow_variable(target)
        elif parent is not None and parent.type == "default_parameter":
            self._follow_parameter(whole, next(a for a in ancestors(parent) if a.type != "parameters"), parent)
        elif not self._follow_argument(whole) and (parent is None or parent.type != "expression_statement"):
            self._fetch.uses.append(Use(whole))

    def _follow_variable(self, target: Node) -> None:
        variable = self._names.variable(target)
        if variable is None:
            return
        if variable.single is None:
            self._fetch.reused = variable
        self._pending += variable.reads

    def _follow_argument(self, argument: Node) -> bool:
        given = argument.parent
        name = None
        if given is not None and given.type == "keyword_argument":
            name, given = given.child_by_field_name("name"), given.parent
        call = given.parent if given is not None and given.type == "argument_list" else None
        called = call.child_by_field_name("function") if call is not None and call.type == "call" else None
        function = self._names.definition(called) if called is not None else None
        if call is None or function is None:
            return False
        keyword = self._script.text(name) if name is not None else None
        parameter = self._parameter(function, Arguments(self._script, call), argument, keyword)
        return parameter is not None and self._follow_parameter(argument, function, parameter)

    def _parameter(self, function: Node, arguments: Arguments, argument: Node, keyword: str | None) -> Node | None:
        given = function.child_by_field_name("parameters")
        parameters = [p for p in given.named_children if p.type != "comment"] if given is not None else []
        if keyword is not None:
            return next((p for p in parameters if self._parameter_name(p) == keyword), None)
        place = next((i for i, node in enumerate(arguments.positional) if node.id == argument.id), len(parameters))
        return parameters[place] if arguments.whole and place < len(parameters) else None

    def _parameter_name(self, parameter: Node) -> str:
        name = parameter.child_by_field_name("name")
        first = name if name is not None else (parameter.named_children or [parameter])[0]
        return self._script.text(first)

    def _follow_parameter(self, argument: Node, function: Node, parameter: Node) -> bool:
        for variable in self._names.variables:
            single = variable.single
            if variable.scope.id == function.id and single is not None and single.node.id == parameter.id:
                if single.how is not How.PARAMETER:
                    return False
                self._fetch.uses.append(Use(argument, parameter=single))
                self._pending += variable.reads
                return True
        return False


def field_read(script: PythonScript, owner: Node) -> tuple[Node, str] | None:
    """Return the read of one field of ``owner`` (``owner["x"]``, ``owner.get("x")``) and the field in lower case."""
    access = owner.parent
    if access is None or _is_written(access):
        return None
    if access.type == "subscript":
        value, keys = access.child_by_field_name("value"), access.children_by_field_name("subscript")
        key = string_value(script, keys[0]) if len(keys) == 1 else None
        return (access, key.lower()) if key is not None and value is not None and value.id == owner.id else None
    call = access.parent
    attribute = access.child_by_field_name("attribute") if access.type == "attribute" else None
    if attribute is None or script.text(attribute) != "get" or call is None or call.type != "call":
        return None
    arguments = Arguments(script, call)
    key = string_value(script, arguments.positional[0]) if len(arguments.positional) == 1 else None
    return (call, key.lower()) if key is not None else None


def _is_written(access: Node) -> bool:
    """Tell whether something is assigned to ``access``, or it is deleted."""
    parent = access.parent
    target = parent.child_by_field_name("left") if parent is not None else None
    return parent is not None and (
        parent.type == "delete_statement" or (target is not None and target.id == access.id and "assign" in parent.type)
    )
