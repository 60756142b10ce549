# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the logins that the Run As connection feeds: ADAL's call with application id, key and thumbprint.

Two families of real runbooks (runbook-idioms, section 3.12): B takes the access token out of the answer, A wraps the
call into a credential for the clients of the Azure SDK.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .connections import Kind
from .python_assets import Assets, field_read
from .python_names import Binding, How, Names, arguments_for
from .python_source import (
    Arguments,
    PythonScript,
    assigned_to,
    block_of,
    children,
    function_of,
    lift_parentheses,
    peel_parentheses,
    statement_of,
    string_value,
)
from .syntax import ancestors, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_ACQUIRE = "acquire_token_with_client_certificate"
_CONTEXT = "AuthenticationContext"
_CREDENTIALS = frozenset({"AdalAuthentication", "AADTokenCredentials"})
_TOKEN = "accesstoken"  # noqa: S105
_DEPTH = 8
_MAYBE_SKIPPED = frozenset({"lambda", "conditional_expression", "boolean_operator", "generator_expression"})


class Gives(Enum):
    """What the replaced expression gives: the token, ADAL's answer with the token in it, or a credential."""

    TOKEN = "token"  # noqa: S105
    ANSWER = "answer"
    CREDENTIAL = "credential"


@dataclass(frozen=True)
class Login:
    """One login: ``value`` is the expression to replace, a part of the simple statement ``statement``.

    ``resource`` is the expression that names what the token is for, None where the login names none.
    """

    gives: Gives
    value: Node
    statement: Node
    resource: Node | None
    authority: Node | None


@dataclass(frozen=True)
class Strange:
    """A login in a form that is not known: ``node`` is where it leaves the known forms."""

    node: Node


@dataclass(frozen=True)
class _Call:
    """A call of ADAL: the node that stands for its answer, the function that is called, and its arguments."""

    node: Node
    function: Node
    arguments: list[Node | None]


class Flow:
    """What flows into an expression: fields of Run As connections, through variables and parameters."""

    def __init__(self, script: PythonScript, names: Names, assets: Assets) -> None:
        self._script = script
        self._names = names
        uses = [use for fetch in assets.of(Kind.RUN_AS) for use in fetch.uses]
        self._fields = {use.node.id: use.field for use in uses if use.field is not None}
        self._known: dict[int, set[str]] = {}

    def fields(self, node: Node, depth: int = 0) -> set[str]:
        """Return the fields of Run As connections that surely flow into ``node``."""
        found: set[str] = set()
        for part in walk(node) if depth < _DEPTH else ():
            if part.id in self._fields:
                found.add(self._fields[part.id])
            elif part.type == "identifier":
                found |= self._behind(part, depth + 1)
        return found

    def _behind(self, identifier: Node, depth: int) -> set[str]:
        variable = self._names.variable(identifier)
        single = variable.single if variable is not None else None
        if single is None:
            return set()
        if single.node.id not in self._known:
            self._known[single.node.id] = set()
            self._known[single.node.id] = self._of(single, depth)
        return self._known[single.node.id]

    def _of(self, binding: Binding, depth: int) -> set[str]:
        if binding.how is How.PARAMETER:
            return self._given(binding, depth)
        return self.fields(binding.value, depth) if binding.value is not None else set()

    def _given(self, parameter: Binding, depth: int) -> set[str]:
        try:
            given = arguments_for(self._names, self._script, parameter)
        except LookupError:
            return set()
        sets = [self.fields(node, depth) if node is not None else set() for node in given]
        return set.intersection(*sets) if sets else set()

    def origin(self, node: Node) -> Node:
        """Return the expression that ``node`` stands for, variables with one value followed."""
        node = peel_parentheses(node)
        for _step in range(_DEPTH):
            value = self._names.value(node)
            if value is None:
                return node
            node = peel_parentheses(value)
        return node


def find_logins(script: PythonScript, names: Names, flow: Flow) -> list[Login | Strange]:
    """Return every login that is fed with the application id of a Run As connection."""
    found: list[Login | Strange] = []
    for attribute in script.nodes("attribute"):
        name = attribute.child_by_field_name("attribute")
        if name is None or script.text(name) != _ACQUIRE:
            continue
        call = _call(script, names, attribute)
        if call is None:
            continue
        application = call.arguments[1]
        if application is not None and "applicationid" in flow.fields(application):
            found.append(_login(script, names, flow, call))
    return found


def _call(script: PythonScript, names: Names, attribute: Node) -> _Call | None:
    """Return the call of ``attribute``, or the credential that is given it to call: ``Adal…(context.acquire…, …)``."""
    parent = attribute.parent
    if parent is None:
        return None
    if parent.type == "call":
        arguments = Arguments(script, parent)
        return _Call(parent, attribute, [arguments.get(i, n) for i, n in enumerate(_PARAMETERS)])
    credential = parent.parent
    if parent.type != "argument_list" or credential is None or not _is_credential(script, names, credential):
        return None
    arguments = Arguments(script, credential)
    return _Call(credential, attribute, [arguments.get(i + 1, n) for i, n in enumerate(_PARAMETERS)])


_PARAMETERS = ("resource", "client_id", "certificate", "thumbprint")


def _is_credential(script: PythonScript, names: Names, node: Node | None) -> bool:
    function = node.child_by_field_name("function") if node is not None and node.type == "call" else None
    return function is not None and names.path(function).rsplit(".", 1)[-1] in _CREDENTIALS


def _login(script: PythonScript, names: Names, flow: Flow, call: _Call) -> Login | Strange:
    value, gives = _value(script, names, call)
    statement = statement_of(value)
    if statement is None or not is_simple(script, value, statement):
        return Strange(value)
    return Login(gives, value, statement, call.arguments[0], _authority(script, names, flow, call))


def _authority(script: PythonScript, names: Names, flow: Flow, call: _Call) -> Node | None:
    """Return the address that the login goes to: the first argument of ``AuthenticationContext``."""
    owner = call.function.child_by_field_name("object")
    context = flow.origin(owner) if owner is not None else None
    function = context.child_by_field_name("function") if context is not None and context.type == "call" else None
    if context is None or function is None or names.path(function).rsplit(".", 1)[-1] != _CONTEXT:
        return None
    return Arguments(script, context).get(0, "authority")


def _value(script: PythonScript, names: Names, call: _Call) -> tuple[Node, Gives]:
    """Return the expression to replace and what it gives."""
    if _is_credential(script, names, call.node):
        return call.node, Gives.CREDENTIAL
    whole = lift_parentheses(call.node)
    wrapped = _wrapped(script, names, whole)
    if wrapped is not None:
        return wrapped, Gives.CREDENTIAL
    read = field_read(script, whole)
    if read is not None and read[1] == _TOKEN:
        return read[0], Gives.TOKEN
    reads = _reads(names, whole)
    credentials = [_wrapped(script, names, read) for read in reads]
    if len(credentials) == 1 and credentials[0] is not None:
        return credentials[0], Gives.CREDENTIAL
    tokens = [field_read(script, lift_parentheses(read)) for read in reads]
    if len(tokens) == 1 and tokens[0] is not None and tokens[0][1] == _TOKEN and _taken_next(whole, tokens[0][0]):
        return tokens[0][0], Gives.TOKEN
    return call.node, Gives.ANSWER


def _wrapped(script: PythonScript, names: Names, node: Node) -> Node | None:
    """Return the credential made of ``node``: the only body of a lambda, or the first argument."""
    parent = node.parent
    if parent is not None and parent.type == "lambda":
        node, parent = parent, parent.parent
    credential = parent.parent if parent is not None and parent.type == "argument_list" else None
    if credential is None or not _is_credential(script, names, credential):
        return None
    first = Arguments(script, credential).get(0, "")
    return credential if first is not None and first.id == node.id else None


def _reads(names: Names, value: Node) -> list[Node]:
    """Return the reads of the variable that ``value`` is assigned to."""
    target = assigned_to(value)
    variable = names.variable(target) if target is not None else None
    return variable.reads if variable is not None and variable.single is not None else []


def _taken_next(call: Node, read: Node) -> bool:
    """Tell whether the statement after the call returns, or assigns, just what was read of its answer."""
    statement, made = statement_of(read), statement_of(call)
    if statement is None or made is None:
        return False
    if statement.type != "return_statement" and assigned_to(lift_parentheses(read)) is None:
        return False
    block = [child.id for child in children(block_of(made))]
    return statement.id in block and block.index(statement.id) == block.index(made.id) + 1


def is_answer_understood(script: PythonScript, names: Names, login: Login) -> Node | None:
    """Return the first use of ADAL's answer that takes more than the token; None when there is none."""
    if login.gives is not Gives.ANSWER:
        return None
    target = assigned_to(lift_parentheses(login.value))
    variable = names.variable(target) if target is not None else None
    if variable is None or variable.single is None:
        return login.value
    for read in variable.reads:
        taken = field_read(script, lift_parentheses(read))
        if taken is None or taken[1] != _TOKEN:
            return read
    return None


def is_simple(script: PythonScript, value: Node, statement: Node) -> bool:
    """Tell whether ``statement`` can follow other new statements: alone on its lines, and run once as it stands."""
    if statement.type not in ("return_statement", "expression_statement"):
        return False
    for ancestor in ancestors(value):
        if ancestor.id == statement.id:
            break
        if ancestor.type in _MAYBE_SKIPPED or "comprehension" in ancestor.type:
            return False
    start, end = script.span(statement)
    before, after = script.plain[:start].rpartition("\n")[2], script.plain[end:].partition("\n")[0].strip()
    return not before.strip() and (not after or after.startswith("#"))


def name_of_login(script: PythonScript, login: Login) -> str:
    """Return what people call the login: the function that makes it, else the call."""
    function = function_of(login.statement)
    name = function.child_by_field_name("name") if function is not None else None
    return script.text(name) if name is not None else _ACQUIRE


def literal_resource(script: PythonScript, flow: Flow, login: Login) -> str | None:
    """Return the text of the literal that names the resource, as the runbook spells it; None when it is no literal."""
    if login.resource is None:
        return None
    origin = flow.origin(login.resource)
    is_one_line = string_value(script, origin) is not None and "\n" not in script.text(origin)
    return script.text(origin) if is_one_line else None
