# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn logins to other services that the connection feeds into logins with the identity (idioms, section 3.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .commands import Argument, Command
from .edits import Span
from .families import named_modules
from .flow import Flow
from .known import Known
from .login_parameters import Role
from .logins import argument_spans, is_fed
from .report import Report
from .result import NeededModule
from .service_commands import NO_IDENTITY, SERVICES, SYSTEM_ONLY, Service

RULE = "service_login"
_INITIAL_DOMAIN = re.compile(r"[\w-]+\.(onmicrosoft\.(com|us|de)|partner\.onmschina\.cn)", re.IGNORECASE)
_FED = frozenset({Role.APPLICATION, Role.THUMBPRINT, Role.TENANT})


@dataclass
class ServiceLogins:
    """The rewritten logins to other services, the spans to edit and the modules needed; and the refused ones."""

    commands: list[Command] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    modules: list[NeededModule] = field(default_factory=list)
    refused: list[Command] = field(default_factory=list)


def plan_services(
    commands: list[Command], functions: set[str], flow: Flow, known: Known, report: Report
) -> ServiceLogins:
    """Plan every login to another service that the connection feeds; what cannot be rewritten is reported."""
    planned = ServiceLogins()
    for command in commands:
        if command.name in functions or not flow.touches(command.node):
            continue
        if command.name in NO_IDENTITY:
            report.add("RA438", command.node, command=command.written)
            planned.refused.append(command)
        elif command.name in SERVICES:
            _plan_login(SERVICES[command.name], command, commands, flow, known, report, planned)
    return planned


def _plan_login(
    service: Service,
    command: Command,
    commands: list[Command],
    flow: Flow,
    known: Known,
    report: Report,
    planned: ServiceLogins,
) -> None:
    if not command.is_continuous():
        report.cannot_read(command.node)
        return
    arguments = command.arguments(service.parameters.is_switch)
    identity = service.identity_arguments(known.options.client_id)
    used = {*(c.name for c in commands), *named_modules(command.script, commands)}
    reason = service.obstacle(used) if identity is not None else SYSTEM_ONLY
    if reason is not None or identity is None:
        report.add("RA439", command.node, command=command.written, condition=reason)
        planned.refused.append(command)
        return
    if not _may_be_rewritten(service, command, arguments, flow, known, report):
        planned.refused.append(command)
        return
    roles = [_role(service, argument) for argument in arguments]
    dropped: dict[int, str | None] = {i: None for i, role in enumerate(roles) if role in _FED or role is Role.SWITCH}
    planned.commands.append(command)
    planned.spans += argument_spans(command, arguments, dropped, identity, RULE)
    line = command.script.place(command.node)[0]
    planned.modules.append(NeededModule(service.module, service.minimum, line, command.written))
    report.add(
        "RA407",
        command.node,
        command=command.written,
        module=service.module,
        minimum=service.minimum,
        rights=service.rights,
    )


def _may_be_rewritten(
    service: Service, command: Command, arguments: list[Argument], flow: Flow, known: Known, report: Report
) -> bool:
    """Tell whether every argument has its place in a login with the identity; the first that has none is reported."""
    for argument in arguments:
        code = _objection(service, argument, flow, known)
        if code is not None:
            node = argument.value if argument.value is not None else command.node
            written = f"-{argument.name}" if argument.name else command.script.text(node)
            report.add(code, node, command=command.written, parameter=written)
            return False
    roles = {_role(service, argument) for argument in arguments}
    if not {Role.APPLICATION, Role.THUMBPRINT} <= roles:
        report.add("RA436", command.node, command=command.written)
        return False
    return True


def _objection(service: Service, argument: Argument, flow: Flow, known: Known) -> str | None:
    role = _role(service, argument)
    fed = argument.value is not None and flow.touches(argument.value)
    if role is Role.ORGANIZATION:
        return None if not fed and _is_initial_domain(argument, flow) else "RA437"
    if role in (Role.FOREIGN, Role.IDENTITY):
        return "RA414"
    if role in _FED:
        mismatch = "RA415" if role is Role.TENANT else "RA414"
        return None if is_fed(role, argument.value, flow, known) else mismatch
    return "RA414" if fed else None


def _role(service: Service, argument: Argument) -> Role:
    found = service.parameters.find(argument.name) if argument.name is not None else None
    return found.role if found is not None else Role.FOREIGN


def _is_initial_domain(argument: Argument, flow: Flow) -> bool:
    """Tell whether the organization is surely given by its first domain, the only one that an identity can name."""
    value = flow.variables.constant(argument.value)[0] if argument.value is not None else None
    return value is not None and _INITIAL_DOMAIN.fullmatch(value) is not None
