# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what nobody needs any more once the logins are replaced: the statements that only fed them.

A statement goes when it assigns a variable that is read by nothing but what goes itself, and when computing its value
does nothing else: only calls that are known to be part of a Run As login. All else stays, and is judged as it stands.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .python_names import Binding, How, Names, Variable, arguments_for
from .python_source import PythonScript, assignments, children, function_of, is_inside, statement_of
from .syntax import walk

if TYPE_CHECKING:
    from tree_sitter import Node

_LOGIN_CALLS = frozenset(
    {
        "get_automation_connection",
        "get_automation_certificate",
        "load_pkcs12",
        "PKCS12",
        "dump_privatekey",
        "dump_certificate",
        "get_privatekey",
        "get_certificate",
        "AuthenticationContext",
        "acquire_token_with_client_certificate",
        "str",
        "bytes",
        "format",
        "get",
        "encode",
        "decode",
        "strip",
        "b64decode",
        "b64encode",
        "hexlify",
        "unhexlify",
    }
)
_LOGIN_PACKAGES = frozenset(
    {"OpenSSL", "adal", "msrestazure", "msrest", "binascii", "base64", "automationassets", "cryptography"}
)
_UNSURE = frozenset({"await", "yield", "named_expression"})


class Dead:
    """The parts of a script that go: replaced expressions, arguments, and statements that fed them."""

    def __init__(self, script: PythonScript, names: Names) -> None:
        self._script = script
        self._names = names
        self._gone: list[Node] = []
        self._kept: list[Node] = []
        self.statements: dict[int, Node] = {}
        self.arguments: dict[int, Node] = {}

    def replace(self, node: Node, keep: Node | None = None) -> None:
        """Note that ``node`` is replaced; the text of ``keep``, a part of it, stays."""
        self._gone.append(node)
        if keep is not None:
            self._kept.append(keep)

    def is_gone(self, node: Node) -> bool:
        """Tell whether ``node`` lies in what goes."""
        if any(is_inside(node, kept) for kept in self._kept):
            return False
        return any(is_inside(node, gone) for gone in self._gone)

    def settle(self, assets: list[Node]) -> None:
        """Find all that goes with what is gone so far; ``assets`` are the calls and reads that have to go."""
        found = True
        while found:
            found = False
            for variable in self._names.variables:
                found = self._settle_parameter(variable, assets) or self._settle_assigned(variable) or found

    def _settle_assigned(self, variable: Variable) -> bool:
        statements = [statement_of(binding.node) for binding in variable.bindings]
        new = [s for s in statements if s is not None and s.id not in self.statements]
        if not variable.reads or not new or not self._is_idle(variable):
            return False
        if not all(self._only_feeds(statement) for statement in new):
            return False
        for statement in new:
            self._remove(statement)
        return True

    def _settle_parameter(self, variable: Variable, assets: list[Node]) -> bool:
        single = variable.single
        if single is None or single.how is not How.PARAMETER or not self._is_unread(variable):
            return False
        try:
            given = arguments_for(self._names, self._script, single)
        except LookupError:
            return False
        found = False
        for argument in [*given, single.value]:
            if argument is not None and not self.is_gone(argument) and self._holds_asset(argument, assets):
                self.arguments[argument.id] = argument
                self._gone.append(argument)
                found = True
        return found

    def _holds_asset(self, argument: Node, assets: list[Node]) -> bool:
        return self._is_pure(argument) and any(is_inside(asset, argument) for asset in assets)

    def _is_unread(self, variable: Variable) -> bool:
        return all(self.is_gone(read) for read in variable.reads)

    def _only_feeds(self, statement: Node) -> bool:
        pairs = assignments(statement)
        variables = [self._names.variable(name) for name, _value in pairs]
        idle = all(variable is not None and self._is_idle(variable) for variable in variables)
        return bool(pairs) and idle and all(self._is_pure(value) for _name, value in pairs)

    def _is_idle(self, variable: Variable) -> bool:
        if variable.scope.type == "class_definition":
            # It is an attribute too, which may be read by any name of the object.
            return False
        return self._is_unread(variable) and all(binding.how is How.ASSIGNED for binding in variable.bindings)

    def _is_pure(self, value: Node) -> bool:
        for node in walk(value):
            if node.type in _UNSURE:
                return False
            function = node.child_by_field_name("function") if node.type == "call" else None
            if function is not None and self._names.path(function).rsplit(".", 1)[-1] not in _LOGIN_CALLS:
                return False
        return True

    def _remove(self, statement: Node) -> None:
        self.statements[statement.id] = statement
        self._gone.append(statement)

    def remove_imports(self) -> None:
        """Remove the imports of login packages that nobody needs any more; only whole statements."""
        functions = {f.id for f in map(function_of, self._gone) if f is not None}
        for kind in ("import_statement", "import_from_statement"):
            for statement in self._script.nodes(kind):
                if self._is_needless(statement, functions):
                    self._remove(statement)

    def _is_needless(self, statement: Node, functions: set[int]) -> bool:
        imported = [n for n in children(statement) if n.type in ("dotted_name", "aliased_import")]
        module = statement.child_by_field_name("module_name")
        modules = [module] if module is not None else imported
        packages = {re.split(r"[.\s]", self._script.text(node))[0] for node in modules}
        names = {node.id for node in imported if module is None or node.id != module.id}
        if not packages <= _LOGIN_PACKAGES or not names:
            return False
        variables = [v for v in self._names.variables if any(binding.node.id in names for binding in v.bindings)]
        function = function_of(statement)
        served = any(variable.reads for variable in variables) or (function is not None and function.id in functions)
        return served and all(self._is_unread(variable) for variable in variables)


def is_handed_on(names: Names, script: PythonScript, parameter: Binding) -> bool:
    """Tell whether the function of ``parameter`` is handed on, so that not every call of it is known."""
    try:
        arguments_for(names, script, parameter)
    except LookupError:
        return True
    return False
