# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls of AzureRM commands: their new names, and the parameters that changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from .azurerm_changes import report_changes
from .azurerm_find import FIND_MODULE, FOUND_BY_RULE, plan_find
from .azurerm_names import COMMAND, Twin, twin_of
from .azurerm_parameters import plan_parameters
from .azurerm_scene import Scene
from .commands import Command
from .edits import Span
from .login_parameters import LOGINS
from .syntax import ancestors, is_broken

RULE = "azurerm"
LOGIN = "Connect-AzAccount"
# They ask whether a command is there, or for its help: the name is their argument.
ASKERS = frozenset({"get-command", "gcm", "get-help"})


@dataclass
class Calls:
    """The spans of all calls: names, names that no alias covers, names of logins, and parameters.

    ``first`` is the first call of all.
    """

    first: Command | None = None
    names: list[Span] = field(default_factory=list)
    unaliased: list[Span] = field(default_factory=list)
    logins: list[Span] = field(default_factory=list)
    parameters: list[Span] = field(default_factory=list)


def plan_calls(scene: Scene) -> Calls:
    """Plan every call of an AzureRM command; one that cannot become an Az command is reported."""
    calls = Calls()
    for command in scene.commands:
        if command.name in ASKERS:
            calls.names += _asked_spans(command)
        if command.name in scene.functions or _is_of_other_module(command):
            continue
        if command.name in FOUND_BY_RULE:
            if is_broken(command.node):
                scene.report.cannot_read(command.node)
            _report_remote(scene, command)
            calls.first = calls.first or command
            calls.unaliased.append(_name_span(command, FOUND_BY_RULE[command.name], FIND_MODULE))
            calls.parameters += plan_find(scene, command)
            continue
        twin = twin_of(command.name)
        if twin is not None:
            _plan_call(scene, calls, command, twin)
        elif COMMAND.fullmatch(command.name):
            scene.report.add("RA505", command.node, command=command.written)
    return calls


def _asked_spans(command: Command) -> list[Span]:
    spans = []
    for argument in command.arguments():
        text = command.script.text(argument.value) if argument.value is not None else ""
        twin = twin_of(text.strip("'\""))
        if argument.value is not None and twin is not None and twin.az_command is not None:
            start = command.script.span(argument.value)[0] + text.lower().index(twin.command.lower())
            spans.append(Span(start, start + len(twin.command), twin.az_command, RULE))
    return spans


def _is_of_other_module(command: Command) -> bool:
    qualifier, separator, _name = command.written.rpartition("\\")
    return bool(separator) and not qualifier.lower().startswith(("azurerm", "azure."))


def _plan_call(scene: Scene, calls: Calls, command: Command, twin: Twin) -> None:
    if twin.az_command is None or twin.az_module is None:
        scene.report.add("RA504", command.node, command=twin.command)
        return
    if is_broken(command.node):
        scene.report.cannot_read(command.node)
    _report_remote(scene, command)
    calls.first = calls.first or command
    is_login = command.name in LOGINS
    span = _name_span(command, LOGIN if is_login else twin.az_command, twin.az_module)
    group = calls.logins if is_login else calls.unaliased if "\\" in command.written else calls.names
    group.append(span)
    calls.parameters += plan_parameters(scene, command, twin)
    report_changes(scene, command)


def _report_remote(scene: Scene, command: Command) -> None:
    for ancestor in ancestors(command.node):
        if ancestor.type == "command":
            holder = Command(scene.script, ancestor)
            if holder.name in ("invoke-command", "icm"):
                scene.report.add("RA507", command.node, text=command.written, where=holder.written)
                return


def _name_span(command: Command, name: str, module: str) -> Span:
    """Return the span that renames ``command``, and the module before its name if there is one."""
    if command.name_node is None:
        raise ValueError("the command has no name")
    start, end = command.script.span(command.name_node)
    start += command.script.plain[start:end].index(command.written)
    new = f"{module}\\{name}" if "\\" in command.written else name
    return Span(start, start + len(command.written), new, RULE)
