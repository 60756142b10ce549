# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What forbids a rewrite although the login itself could be rewritten (runbook-idioms, section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from .commands import Command
from .connections import (
    CLASSIC_NAME,
    FETCH,
    LOGIN_FIELDS,
    PORTAL_NAME,
)
from .dataflow import Variables
from .families import Families
from .login_parameters import (
    LOGINS,
    Role,
    is_switch,
    parameter,
)
from .names import stem_of
from .report import Report
from .result import RewriteOptions
from .service_commands import parameters_of
from .syntax import (
    Script,
    ancestors,
    literal,
    peel_parentheses,
    statement_of,
    variable_name,
    walk,
)

if TYPE_CHECKING:
    from tree_sitter import Node

CERTIFICATE_FETCH = "get-automationcertificate"
_CERTIFICATE_NAMES = frozenset({"azurerunascertificate", "azureclassicrunascertificate"})
# Assets of another kind that bear the name of the connection are not the connection.
_OTHER_ASSETS = re.compile(r"get-automation(variable|pscredential|certificate)")
_ELSEWHERE = frozenset({"start-job", "invoke-command", "icm", "start-threadjob", "sajb", "register-objectevent"})
_MANAGEMENT = re.compile(r"(get|set|new|remove)-az(urerm|ure)?automationconnection(fieldvalue)?")
_TOKEN_CODE = re.compile(
    r"tokencache|acquiretoken\w*|acquireaccesstoken|rmprofileclient|clientassertioncertificate"
    r"|authenticationcontext|azurermprofileprovider"
)
_CODE_IN_TEXT = re.compile(r"get-automationconnection\b", re.IGNORECASE)
_LOGIN_IN_TEXT = re.compile(r"\b(connect|add|login)-az(urerm)?account\b", re.IGNORECASE)
_SPEAKING = re.compile(r"write-\w+|throw")
# Commands that may be told the name of a connection without using it.
_INNOCENT = (_SPEAKING, _MANAGEMENT, _OTHER_ASSETS)
_EVALUATORS = frozenset({"invoke-expression", "iex"})


def run_as_names(options: RewriteOptions) -> set[str]:
    """Return the names, lower case, that mean a Run As connection wherever they stand."""
    return {PORTAL_NAME, CLASSIC_NAME, *(name.lower() for name in options.connections or {})}


def certificate_names(options: RewriteOptions) -> set[str]:
    """Return the names, lower case, of the certificate assets of Run As accounts."""
    return {*_CERTIFICATE_NAMES, *(name.lower() for name in options.certificates)}


def report_foreign_uses(
    script: Script, variables: Variables, commands: list[Command], options: RewriteOptions, report: Report
) -> None:
    """Report every use of Run As that needs no Get-AutomationConnection in this script: each is for people."""
    names = run_as_names(options)
    for command in commands:
        if command.name == CERTIFICATE_FETCH:
            if _constants(variables, command) & certificate_names(options):
                report.add("RA422", command.node)
        elif _MANAGEMENT.fullmatch(command.name):
            if _constants(variables, command) & names:
                report.add("RA421", command.node, command=command.written)
        elif _uses_strange_object(script, variables, command):
            report.add("RA419", command.node, command=command.written)
    _report_names_passed_on(script, variables, commands, options, report)
    for node in script.nodes("string_literal"):
        if _is_shipped_code(script, node):
            report.add("RA418", node)


def _constants(variables: Variables, command: Command) -> set[str]:
    values = [variables.constant(a.value)[0] for a in command.arguments() if a.value is not None]
    return {value.lower() for value in values if value is not None}


def _uses_strange_object(script: Script, variables: Variables, command: Command) -> bool:
    """Tell whether a login reads application id and thumbprint from one object that this script does not make."""
    known_ones = parameters_of(command.name)
    if known_ones is None:
        return False
    owners: dict[Role, str] = {}
    for argument in command.arguments(known_ones.is_switch):
        known = known_ones.find(argument.name) if argument.name else None
        if known is None or argument.value is None or known.role not in (Role.APPLICATION, Role.THUMBPRINT):
            continue
        value = peel_parentheses(argument.value)
        owner = value.children[0] if value.type == "member_access" else None
        if owner is not None and owner.type == "variable" and script.text(value.children[-1]).lower() in LOGIN_FIELDS:
            owners[known.role] = variable_name(script.text(owner))
    made = {name for name in owners.values() if variables.bindings[name]}
    return len(owners) == 2 and len(set(owners.values())) == 1 and not made


def _report_names_passed_on(
    script: Script, variables: Variables, commands: list[Command], options: RewriteOptions, report: Report
) -> None:
    """A connection's name handed to another command makes that command use Run As, unless nothing there reads it."""
    names = run_as_names(options)
    spellings = _spellings(names)
    if not any(spelling in script.source.lower for spelling in spellings):
        return
    words = spellings | _holders_of(script, names)
    for command in commands:
        lower = script.text(command.node).lower()
        if not any(word in lower for word in words):
            continue
        if command.name == FETCH or any(kind.fullmatch(command.name) for kind in _INNOCENT):
            continue
        idle = options.children.get(stem_of(command.written), frozenset())
        if command.name.endswith("-variable") or not _is_given_name(variables, command, names, idle):
            continue
        report.add("RA429", command.node, command=command.written or script.text(command.node).split()[0])


def _spellings(names: set[str]) -> set[str]:
    """Return the names as scripts write them: quotes in a text with single quotes are doubled."""
    return names | {name.replace("'", "''") for name in names}


def _holders_of(script: Script, names: set[str]) -> set[str]:
    """Return the variables that stand in one statement or parameter with one of the names: they may hold it."""
    wholes, spellings = [], _spellings(names)
    for kind in ("string_literal", "generic_token"):
        for node in script.nodes(kind):
            lower = script.text(node).lower()
            if any(name in lower for name in spellings) and (literal(script, node) or "").lower() in names:
                parameter_node = next((a for a in ancestors(node) if a.type == "script_parameter"), None)
                wholes.append(parameter_node or statement_of(node) or script.root)
    return {
        variable_name(script.text(node))
        for node in script.nodes("variable")
        for whole in wholes
        if whole.start_byte <= node.start_byte and node.end_byte <= whole.end_byte
    }


def _is_given_name(variables: Variables, command: Command, names: set[str], idle: frozenset[str]) -> bool:
    """The names that the portal gave mean nothing else; another name may be anything unless its parameter says so.

    ``idle`` are the parameters of the command that nothing reads.
    """
    for argument in command.arguments():
        if argument.name in idle:
            continue
        value = variables.constant(argument.value)[0] if argument.value is not None else None
        sure = (PORTAL_NAME, CLASSIC_NAME) if "conn" not in (argument.name or "") else names
        if value is not None and value.lower() in sure:
            return True
    return False


def _is_shipped_code(script: Script, node: Node) -> bool:
    """Tell whether a string is code that logs in with Run As: a here-string, or text that is evaluated."""
    text = script.text(node)
    if len(text) < len(FETCH) or not _CODE_IN_TEXT.search(text) or not _LOGIN_IN_TEXT.search(text):
        return False
    if text.startswith("@"):
        return True
    holders = [a for a in ancestors(node) if a.type == "command"]
    return any(Command(script, holder).name in _EVALUATORS for holder in holders)


def report_hazards(
    script: Script,
    families: Families,
    touched: Iterable[Node],
    held: set[str],
    report: Report,
) -> None:
    """Report what forbids the rewrite of a script that uses Run As.

    ``touched`` are its fetches and reads, ``held`` the variables that hold the connection.
    """
    if families.mixed is not None:
        report.add("RA502", families.mixed)
    if families.asm is not None:
        report.add("RA416", families.asm.node, command=families.asm.written)
    _report_token_code(script, report)
    _report_signature(script, report)
    references = [reference(name) for name in held]
    for node in script.nodes("string_literal"):
        if _names_as_text(script, node, references):
            report.add("RA418", node)
    for node in touched:
        runner = _runs_elsewhere(script, node)
        if runner is not None:
            report.add("RA420", node, command=runner)


def _names_as_text(script: Script, node: Node, references: list[re.Pattern[str]]) -> bool:
    """Tell whether a string holds ``$c`` as mere text, to be evaluated later or elsewhere."""
    text = script.text(node)
    if "$" not in text or not any(pattern.search(text) for pattern in references):
        return False
    return not any(n.type == "variable" for n in walk(node))


def reference(variable: str) -> re.Pattern[str]:
    """Return the pattern of a reference to ``variable`` in PowerShell text."""
    return re.compile(rf"[$@]\{{?(?:\w+:)?{re.escape(variable)}\b", re.IGNORECASE)


def _report_token_code(script: Script, report: Report) -> None:
    for kind in ("member_name", "type_name"):
        for node in script.nodes(kind):
            word = script.text(node).rsplit(".", 1)[-1]
            if _TOKEN_CODE.fullmatch(word.lower()):
                report.add("RA423", node, word=word)
                return


def _report_signature(script: Script, report: Report) -> None:
    for node in script.nodes("comment"):
        if re.match(r"#\s*SIG\s*#\s*Begin signature block", script.text(node), re.IGNORECASE):
            report.add("RA432", node)
            return


def _runs_elsewhere(script: Script, node: Node) -> str | None:
    inside_block = False
    for ancestor in ancestors(node):
        inside_block = inside_block or ancestor.type == "script_block_expression"
        if ancestor.type == "command" and inside_block:
            command = Command(script, ancestor)
            if command.name in _ELSEWHERE or (command.name in ("foreach-object", "%") and _is_parallel(command)):
                return command.written
    return None


def _is_parallel(command: Command) -> bool:
    return any(a.name is not None and len(a.name) > 1 and "parallel".startswith(a.name) for a in command.arguments())


def find_identity_login(commands: Iterable[Command]) -> Command | None:
    """Return the first login with a managed identity that the script already has."""
    for command in commands:
        if command.name in LOGINS:
            given = [parameter(a.name) for a in command.arguments(is_switch) if a.name]
            if any(p is not None and p.role is Role.IDENTITY for p in given):
                return command
    return None
