# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put new code into a Python script: spans that replace a login, and that remove what fed it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from . import edits
from .edits import Span
from .python_code import Code, without_imports
from .python_dead import Dead
from .python_logins import Login
from .python_names import How, Names, Variable, is_no_name
from .python_source import PythonScript, block_of, children, is_inside

if TYPE_CHECKING:
    from tree_sitter import Node

LOGIN, DEAD = "login", "needless"


class NoPlace(Exception):
    """The new code does not fit at its place: a name that it needs is taken there."""


def fit(script: PythonScript, names: Names, dead: Dead, login: Login, code: Code) -> Code:
    """Return ``code`` without the imports that the script has at that place already. Raises NoPlace."""
    scope = names.scope(login.statement)
    if scope.type == "class_definition":
        raise NoPlace
    reused = set()
    for module in code.modules:
        variable = names.lookup(module, login.value)
        if variable is not None and {binding.path for binding in variable.bindings} == {module}:
            if _is_imported_before(script, variable, scope, login):
                reused.add(module)
        elif _is_taken(script, names, dead, scope, module):
            raise NoPlace
    if any(_is_taken(script, names, dead, scope, name) for name in code.names):
        raise NoPlace
    return without_imports(code, reused)


def _is_imported_before(script: PythonScript, variable: Variable, scope: Node, login: Login) -> bool:
    """Tell whether one import of the module has surely run: at the top of the script, or above in the same block."""
    for binding in variable.bindings:
        if binding.how is not How.IMPORTED or binding.node.parent is None:
            continue
        block = block_of(binding.node.parent)
        if binding.node.start_byte < login.statement.start_byte and is_inside(login.statement, block):
            return True
        read_here = any(is_inside(read, scope) for read in variable.reads)
        if block.id == script.root.id and variable.scope.id != scope.id and read_here:
            return True
    return False


def _is_taken(script: PythonScript, names: Names, dead: Dead, scope: Node, name: str) -> bool:
    """Tell whether what stays of ``scope`` binds or reads ``name``."""
    bound = names.bound_in(scope, name)
    if bound is not None and not all(dead.is_gone(binding.node) for binding in bound.bindings):
        return True
    return any(
        script.text(node) == name and is_inside(node, scope) and not is_no_name(node) and not dead.is_gone(node)
        for node in names.read_nodes
    )


def spans(script: PythonScript, dead: Dead, logins: list[tuple[Login, Code]]) -> list[Span]:
    """Return the spans that replace the logins and remove the dead statements around them."""
    replaced = {login.statement.id: (login, code) for login, code in logins}
    blocks = {block_of(s).id: block_of(s) for s in [*dead.statements.values(), *(lo.statement for lo, _code in logins)]}
    found: list[Span] = []
    for block in blocks.values():
        found += _block_spans(script, block, dead, replaced)
    return found


def _block_spans(script: PythonScript, block: Node, dead: Dead, replaced: dict[int, tuple[Login, Code]]) -> list[Span]:
    statements = children(block)
    if all(statement.id in dead.statements for statement in statements) and block.type == "block":
        return [Span(script.span(statements[0])[0], script.span(statements[-1])[1], "pass", DEAD)]
    found: list[Span] = []
    run: list[Node] = []
    for statement in statements:
        if statement.id in dead.statements:
            run.append(statement)
            continue
        if statement.id in replaced:
            found.append(_replacement(script, [*run, statement], *replaced[statement.id]))
        elif run:
            found.append(_removal(script, run))
        run = []
    return [*found, _removal(script, run)] if run else found


def _removal(script: PythonScript, run: list[Node]) -> Span:
    return edits.statement_span(script.source.text, script.span(run[0])[0], script.span(run[-1])[1], DEAD)


def _replacement(script: PythonScript, run: list[Node], login: Login, code: Code) -> Span:
    text = script.source.text
    start, (own_start, end) = script.span(run[0])[0], script.span(login.statement)
    line_start = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    indent = text[line_start:start]
    if indent.strip():
        raise NoPlace
    value_start, value_end = script.span(login.value)
    statement = text[own_start:value_start] + code.expression + text[value_end:end]
    first_end = re.search(r"\r\n|\n|\r", text)
    line_end = first_end.group() if first_end is not None else "\n"
    unit = "\t" if "\t" in indent else "    "
    lines = [_indented(line, unit) for line in code.statements.split("\n")]
    new = line_end.join([lines[0], *(indent + line if line else "" for line in lines[1:]), indent + statement])
    return Span(start, end, new, LOGIN)


def _indented(line: str, unit: str) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return unit * (blanks // 4) + line.lstrip(" ")
