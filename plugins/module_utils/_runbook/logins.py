# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn the service-principal logins that are fed by the connection into logins with the identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .commands import Argument, Command
from .edits import Span
from .flow import Flow
from .known import Known
from .login_parameters import (
    AZURERM,
    ENVIRONMENT,
    LOGINS,
    Parameter,
    Role,
    is_switch,
    parameter,
)
from .report import Report
from .syntax import literal, peel_parentheses

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "login"
_FALLING = frozenset({Role.SWITCH, Role.APPLICATION, Role.THUMBPRINT, Role.TENANT})


@dataclass
class Logins:
    """The rewritten logins: their commands, and the spans to edit; and those that were refused."""

    commands: list[Command] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    refused: list[Command] = field(default_factory=list)

    @property
    def families(self) -> set[str]:
        """The cmdlet families of the rewritten logins."""
        return {LOGINS[command.name] for command in self.commands}


@dataclass(frozen=True)
class Setting:
    """One parameter of a login, whether written as an argument or as an entry of a splatted table."""

    written: str
    value: Node | None
    node: Node
    parameter: Parameter | None


def is_login(command: Command, functions: set[str]) -> bool:
    """Tell whether ``command`` is a login command, and not a function of the script that bears its name."""
    return command.name in LOGINS and command.name not in functions


def plan_logins(commands: Iterable[Command], flow: Flow, known: Known, report: Report) -> Logins:
    """Plan all logins among ``commands`` that the connection feeds by arguments; the others are not touched."""
    logins = Logins()
    for command in commands:
        arguments = command.arguments(is_switch)
        if any(argument.splat for argument in arguments) or not flow.touches(command.node):
            continue
        spans = _plan_arguments(command, arguments, flow, known, report)
        if spans:
            logins.commands.append(command)
            logins.spans += spans
        else:
            logins.refused.append(command)
    return logins


def _plan_arguments(
    command: Command, arguments: list[Argument], flow: Flow, known: Known, report: Report
) -> list[Span]:
    if not command.is_continuous():
        report.cannot_read(command.node)
        return []
    settings = [_setting(command, argument) for argument in arguments]
    dropped = judge(command, settings, flow, known, report)
    if dropped is None:
        return []
    spans = argument_spans(
        command, arguments, dropped, known.identity_arguments(names_environment=names_environment(settings)), RULE
    )
    rename = name_span(command, known)
    return [*spans, rename] if rename is not None else spans


def _setting(command: Command, argument: Argument) -> Setting:
    node = argument.value if argument.value is not None else command.node
    if argument.name is None:
        return Setting(command.script.text(node), argument.value, node, None)
    return Setting(f"-{argument.name}", argument.value, node, parameter(argument.name))


def names_environment(settings: Iterable[Setting]) -> bool:
    """Tell whether a login names the cloud that it logs in to."""
    return any(s.parameter is not None and s.parameter.name == ENVIRONMENT for s in settings)


def judge(
    command: Command, settings: list[Setting], flow: Flow, known: Known, report: Report
) -> dict[int, str | None] | None:
    """Return which settings (by index) fall away, or what value replaces theirs; None when the login is refused.

    A refusal is reported. A subscription that is known and read from the connection gets its literal value.
    """
    for setting in settings:
        code = _objection(setting, flow, known)
        if code is not None:
            report.add(code, setting.node, command=command.written, parameter=setting.written)
            return None
    roles = [setting.parameter.role for setting in settings if setting.parameter is not None]
    if not {Role.APPLICATION, Role.THUMBPRINT} <= set(roles):
        report.add("RA436", command.node, command=command.written)
        return None
    dropped: dict[int, str | None] = {i: None for i, role in enumerate(roles) if role in _FALLING}
    for index, setting in enumerate(settings):
        if roles[index] is Role.SUBSCRIPTION and setting.value is not None and flow.touches(setting.value):
            dropped[index] = known.pinned_subscription
            if known.pinned_subscription is None:
                report.assume("default_subscription", "RA405", setting.node, command=command.written)
    return dropped


def _objection(setting: Setting, flow: Flow, known: Known) -> str | None:
    """Return the code of the finding that forbids to rewrite a login with this setting."""
    role = setting.parameter.role if setting.parameter is not None else Role.FOREIGN
    fed = setting.value is not None and flow.touches(setting.value)
    if role in (Role.FOREIGN, Role.IDENTITY):
        return "RA414"
    if role in _FALLING and role is not Role.SWITCH:
        mismatch = "RA415" if role is Role.TENANT else "RA414"
        return None if is_fed(role, setting.value, flow, known) else mismatch
    if role is Role.SUBSCRIPTION and setting.value is not None:
        return "RA414" if fed and flow.field_of(setting.value) != "subscriptionid" else None
    return "RA414" if fed else None


def is_fed(role: Role, value: Node | None, flow: Flow, known: Known) -> bool:
    """Tell whether ``value`` is the field of the connection that a parameter of this role wants."""
    if value is None:
        return False
    if flow.field_of(value) == role.value:
        return True
    written = literal(flow.script, peel_parentheses(value))
    return role is Role.TENANT and written is not None and written.lower() == (known.tenant or "").lower()


def argument_spans(
    command: Command, arguments: list[Argument], dropped: dict[int, str | None], identity: str, rule: str
) -> list[Span]:
    """Return the spans that put ``identity`` in place of the first of the ``dropped`` arguments and cut the others.

    ``dropped`` maps the index of an argument to the text that replaces its value, or to None where it falls away.
    """
    spans = []
    for index, argument in enumerate(arguments):
        if index not in dropped:
            continue
        replacement = dropped[index]
        if replacement is not None and argument.value is not None:
            start, end = command.script.span(argument.value)
            spans.append(Span(start, end, replacement, "subscription"))
        elif identity:
            spans.append(Span(argument.start, argument.end, identity, rule))
            identity = ""
        else:
            spans.append(Span(arguments[index - 1].end if index else argument.start, argument.end, "", rule))
    return spans


def name_span(command: Command, known: Known) -> Span | None:
    """AzureRM: only Connect-AzureRmAccount knows -Identity in every version that has it (idioms, section 3.11 A).

    Where AzureRM does not stay, the rules for its names rename the login too.
    """
    if (
        known.options.azurerm != "keep"
        or LOGINS[command.name] != AZURERM
        or command.name == "connect-azurermaccount"
        or command.name_node is None
    ):
        return None
    start, end = command.script.span(command.name_node)
    written = command.script.plain[start:end]
    offset = written.lower().index(command.name)
    return Span(start + offset, start + offset + len(command.name), "Connect-AzureRmAccount", "azurerm_login")
