# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which runbooks call which, and which of them run in one session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .commands import Command, commands
from .graph_script import as_script
from .language import Language, language_of
from .login_parameters import LOGINS
from .names import Names, Source
from .syntax import Script, best_script, literal
from .text import decode

# These start a job of its own: another session, another login.
_STARTERS = frozenset({"start-azautomationrunbook", "start-azurermautomationrunbook", "start-automationrunbook"})
_IMPORTERS = frozenset({"import-module", "ipmo"})
_SCRIPT_FILE = re.compile(r"\.(?:ps1|psm1|psd1)\b", re.IGNORECASE)
# The end of a path, from a blank, a quote or a bracket on; what a variable stands for is not known, nor needed.
_PATH_END = re.compile(r"[^\s'\"|;,(){}&=]*$")
_VARIABLE_IN_PATH = re.compile(r"^.*[$%]\w*[\\/]")
_LONGEST_PATH = 260
# Where a command may begin, whatever the grammar makes of the text around it.
_COMMAND_BEGUN = re.compile(r"(?:^|[;{}(=|&])[ \t]*(?P<name>[A-Za-z][\w-]*)(?=[\s;)}|]|$)", re.MULTILINE)


@dataclass(frozen=True)
class Call:
    """One runbook names another: ``inline``, in its own session, or as a job that it starts."""

    caller: str
    callee: str
    line: int
    inline: bool = True


def find_calls(sources: Mapping[str, Source]) -> list[Call]:
    """Return the calls between runbooks that are given by name. Raises MissingPackage."""
    names = Names([name for name, source in sources.items() if may_be_called(source.runbook_type)])
    return [call for name, source in sources.items() for call in calls_of(name, source, names)]


def may_be_called(runbook_type: str) -> bool:
    """Tell whether a runbook of this type can run in the session of a PowerShell runbook; Python cannot."""
    return not runbook_type.lower().startswith("python")


def calls_of(caller: str, source: Source, names: Names) -> list[Call]:
    """Return the calls of one runbook, each callee once, inline before jobs. Raises MissingPackage.

    Inline is: dot-sourced or called with ``&``, by path or by bare name, and a module file that is imported. A path to
    a script of the set counts wherever the code holds it, for it is there to be called. Where the syntax cannot be
    parsed, a name counts wherever a command may begin.
    """
    source = as_script(source)
    text = decode(source.content)
    if text is None or not names.are_mentioned(text.plain, caller):
        return []
    if language_of(text.plain, source.runbook_type) is not Language.POWERSHELL:
        return []
    found: dict[str, Call] = {}
    for callee, line, inline in _named(best_script(text), caller, names):
        if callee not in found or (inline and not found[callee].inline):
            found[callee] = Call(caller, callee, line, inline)
    return list(found.values())


def _named(script: Script, caller: str, names: Names) -> Iterator[tuple[str, int, bool]]:
    functions = {script.text(node).lower() for node in script.nodes("function_name")}
    for command in commands(script):
        inline, written = _callee(command, functions)
        for callee in names.called(written, caller) if written else []:
            yield callee, script.place(command.node)[0], inline
    code = _without_comments(script)
    for written, offset in [*_paths(code), *(_begun_commands(code, functions) if script.error_count else [])]:
        for callee in names.called(written, caller):
            yield callee, script.source.place(offset)[0], True


def _begun_commands(code: str, functions: set[str]) -> Iterator[tuple[str, int]]:
    for match in _COMMAND_BEGUN.finditer(code):
        if match["name"].lower() not in functions | LOGINS.keys():
            yield match["name"], match.start("name")


def _paths(code: str) -> Iterator[tuple[str, int]]:
    """Return the paths to script files, with where they end."""
    for match in _SCRIPT_FILE.finditer(code):
        begun = _PATH_END.search(code[max(0, match.start() - _LONGEST_PATH) : match.start()])
        written = (begun[0] if begun else "") + match[0]
        yield _VARIABLE_IN_PATH.sub("", written), match.start()


def _callee(command: Command, functions: set[str]) -> tuple[bool, str | None]:
    """Return whether the command runs something in this session, and how it names that."""
    if command.name in functions or command.written.lower() in LOGINS:
        # A cmdlet is found before a script of its name.
        return True, None
    if command.name in _STARTERS:
        return False, _value_of(command, "name")
    if command.name in _IMPORTERS:
        return True, _value_of(command, "name")
    return True, command.written or None


def _value_of(command: Command, parameter: str) -> str | None:
    values = [a.value for a in command.arguments() if a.name is not None and parameter.startswith(a.name)]
    values += [a.value for a in command.arguments() if a.name is None and not a.splat][:1]
    return next((literal(command.script, value) for value in values if value is not None), None)


def _without_comments(script: Script) -> str:
    """Return the text with its comments blanked, so that offsets stay."""
    code = script.plain
    for node in script.nodes("comment"):
        start, end = script.span(node)
        code = code[:start] + " " * (end - start) + code[end:]
    return code


def sessions(names: Iterable[str], calls: Iterable[Call]) -> list[list[str]]:
    """Return the runbooks in groups that run in one session, each in the order of ``names``; most are alone."""
    group: dict[str, list[str]] = {name: [name] for name in names}
    for call in calls:
        one, other = group[call.caller], group[call.callee]
        if call.inline and one is not other:
            one += other
            group.update(dict.fromkeys(other, one))
    order = {name: position for position, name in enumerate(group)}
    distinct = {id(members): members for members in group.values()}
    return [sorted(members, key=order.__getitem__) for members in distinct.values()]
