# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical runbooks as people draw them, for tests; all that is drawn is of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

FETCH, LOGIN, LIST, MISSING = "Get connection", "Log in", "List machines", "Connection is missing"
NOT_FOUND = f"(!$ActivityOutput['{FETCH}'])"
SCRIPT = (
    "$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    "Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId "
    "-CertificateThumbprint $c.CertificateThumbprint\n"
)


@dataclass(frozen=True)
class Source:
    """A value descriptor: its class without ``ValueDescriptor``, and what it names."""

    kind: str
    value: Any = None
    path: tuple[str, ...] = ()


def constant(value: str | bool) -> Source:
    return Source("Constant", value)


def output(activity: str, *path: str) -> Source:
    return Source("ActivityOutput", activity, path)


def parameter(name: str) -> Source:
    return Source("RunbookParameter", name)


def expression(text: str) -> Source:
    return Source("PowerShellExpression", text)


def variable(name: str) -> Source:
    return Source("AutomationVariable", name)


def connection(name: str) -> Source:
    return Source("AutomationConnection", name)


@dataclass
class Command:
    """A command activity, or one that calls a runbook; ``defaults`` are those of the runbook's parameters."""

    name: str
    command: str
    parameters: Mapping[str, Source] = field(default_factory=dict)
    module: str = ""
    parameter_set: str = "Default"
    custom_parameters: str = ""
    repeat: str = ""
    kind: str = "CommandActivity"
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Code:
    """A Code activity."""

    name: str
    process: str
    begin: str = ""
    end: str = ""


@dataclass
class Junction:
    """A junction."""

    name: str


@dataclass
class Link:
    """A link between two activities, by name."""

    source: str
    destination: str
    condition: str = ""
    is_pipeline: bool = True


@dataclass
class Drawing:
    """A graph as people draw it. ``version`` is that of the model's library: 7.2 or 7.3."""

    activities: list[Command | Code | Junction]
    links: list[Link] = field(default_factory=list)
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    version: str = "7.3"


def fetch(name: Source = constant("AzureRunAsConnection")) -> Command:  # noqa: B008 - it is frozen
    return Command(FETCH, "Get-AutomationConnection", {"Name": name}, custom_parameters="-ErrorAction Ignore")


def login(command: str = "Connect-AzAccount", custom_parameters: str = "", **more: Source) -> Command:
    fed = {field: output(FETCH, field) for field in ("TenantId", "ApplicationId", "CertificateThumbprint")}
    parameters = {"ServicePrincipal": constant(True), **fed, **more}
    return Command(LOGIN, command, parameters, "Az.Accounts", "ServicePrincipalCertificate", custom_parameters)


def machines(command: str = "Get-AzVM", **parameters: Source) -> Command:
    return Command(LIST, command, parameters, "Az.Compute")


def drawing(*others: Command | Code | Junction, **changes: object) -> Drawing:
    """The two-activity shape, an activity after it, and perhaps others."""
    drawn = Drawing(
        [fetch(), login(), machines(), *others],
        [Link(FETCH, LOGIN), Link(LOGIN, LIST, "$Name -ne $null")],
    )
    return replace(drawn, **changes)  # type: ignore[arg-type]


def run_as(*others: Command | Code | Junction, command: str = "Connect-AzAccount", version: str = "7.3") -> Drawing:
    """Return a graph with the two activities of Microsoft's samples and what they lead to."""
    fed = {name: output("Get connection", name) for name in ("TenantId", "ApplicationId", "CertificateThumbprint")}
    login = Command("Log in", command, {"ServicePrincipal": constant(True), **fed}, parameter_set="Certificate")
    drawn: list[Command | Code | Junction] = [
        Command("Get connection", "Get-AutomationConnection", {"Name": parameter("Connection")}),
        login,
        Command("Missing", "Write-Error", {"Message": constant("There is no connection")}),
        *others,
    ]
    links = [
        Link("Get connection", "Log in"),
        Link("Get connection", "Missing", "!$ActivityOutput['Get connection']", is_pipeline=False),
        *(Link("Log in", other.name) for other in others),
    ]
    return Drawing(drawn, links, {"Connection": "AzureRunAsConnection", "Group": None}, version)


def samples() -> dict[str, Drawing]:
    """Return graphs of all kinds, by name, that are rewritten when the account's connection is known."""
    select = Command("Select", "Set-AzContext", {"Subscription": output("Get connection", "SubscriptionId")})
    child = Command("Child", "Tidy-Up", {"Group": parameter("Group")}, kind="InvokeRunbookActivity")
    say = Command("Say", "Write-Output", {"InputObject": expression("$ActivityOutput['Log in'].Context")})
    code = Code("Code", "Get-AzVM | Stop-AzVM -Force", begin="$ErrorActionPreference = 'Stop'")
    return {
        "plain": run_as(),
        "older library": run_as(code, Command("List", "Get-AzVM"), version="7.2"),
        "older library without code": run_as(Command("List", "Get-AzVM"), version="7.2"),
        "all kinds": run_as(code, child, say, Junction("Join")),
        "subscription": run_as(select),
        "azurerm": run_as(Command("List", "Get-AzureRmVM"), command="Add-AzureRmAccount"),
        "code": Drawing([Code("Log in", SCRIPT), say, code], [Link("Log in", "Say"), Link("Log in", "Code")]),
        "long code": Drawing([Code("Log in", SCRIPT + "# größer\n" * 5000)]),
        "many activities": run_as(*(Command(f"List {i}", "Get-AzVM") for i in range(300))),
    }
