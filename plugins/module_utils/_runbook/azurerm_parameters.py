# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters that an Az command takes no more, or under another name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .azurerm_names import Twin
from .azurerm_scene import Scene
from .commands import Argument, Command
from .dataflow import How
from .edits import Span
from .syntax import literal, peel, variable_name

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "azurerm_parameter"
# In these modules -Tags still is the name, or an alias, wherever it was one; in all others only -Tag is left.
_TAKE_TAGS = frozenset(
    f"Az.{name}"
    for name in (
        "ApplicationInsights",
        "Automation",
        "Batch",
        "CognitiveServices",
        "ContainerRegistry",
        "Dns",
        "KeyVault",
        "Resources",
        "Sql",
        "Storage",
        "TrafficManager",
    )
)
# An alias of -DefaultProfile in Az, too; but the word alone may load AzureRM, see azurerm_words.
_CONTEXT = "azurermcontext"
_TAKES_TAGS = "New-AzVMConfig"
_TAKES_ONLY_TAG = "Set-AzAutomationRunbook"
# Plural names that older AzureRM modules took (Microsoft's "Breaking changes for Microsoft Azure PowerShell 6.0.0").
_SINGULAR = {
    "get-azurermlog": {"maxrecords": "MaxRecord", "maxevents": "MaxRecord"},
    "get-azurermmetricdefinition": {"metricnames": "MetricName"},
    "new-azurermalertruleemail": {"customemails": "CustomEmail", "sendtoserviceowners": "SendToServiceOwner"},
    "new-azurermalertrulewebhook": {"properties": "Property"},
}
# Parameters that the last AzureRM modules had no more either: older modules, and so runbooks, still have them.
_GONE_BEFORE = {
    "add-azurermapplicationgatewaybackendhttpsettings": ("ProbeEnabled",),
    "get-azurermroledefinition": ("AtScopeAndBelow",),
    "new-azurermapplicationgatewaybackendhttpsettings": ("ProbeEnabled",),
    "new-azurermavailabilityset": ("Managed",),
    "new-azurermdnsrecordset": ("Force",),
    "new-azurermrediscache": ("MaxMemoryPolicy", "Subnet", "VirtualNetwork"),
    "new-azurermstorageaccount": ("EnableEncryptionService",),
    "remove-azurermdnsrecordset": ("Force",),
    "remove-azurermdnszone": ("Force",),
    "set-azurermapplicationgatewaybackendhttpsettings": ("ProbeEnabled",),
    "set-azurermrediscache": ("MaxMemoryPolicy",),
    "set-azurermstorageaccount": ("EnableEncryptionService", "DisableEncryptionService"),
    "set-azurermvmaccessextension": ("UserName", "Password"),
    "set-azurermvmaemextension": ("DisableWAD",),
}
# Full names of parameters that are there still and begin the name of one that is gone.
_KEPT_BEGINNINGS = frozenset({"name", "managedservice", "memory", "origin", "registryserver", "disableadmin"})


def plan_parameters(scene: Scene, command: Command, twin: Twin) -> list[Span]:
    """Return the spans that rename parameters of ``command``; one that is gone is reported."""
    spans = []
    for argument in command.arguments():
        if argument.splat:
            spans += _plan_splat(scene, command, twin, argument)
        elif argument.name is not None:
            written = scene.script.plain[argument.start + 1 : argument.start + 1 + len(argument.name)]
            spans += _plan_name(scene, command, twin, written, argument.start + 1)
    return spans


def _plan_name(scene: Scene, command: Command, twin: Twin, written: str, start: int) -> list[Span]:
    new = _new_name(written, twin)
    if new is not None:
        scene.report.add("RA516", command.node, command=twin.az_command, before=f"-{written}", after=f"-{new}")
        return [Span(start, start + len(written), new, RULE)]
    if _is_gone(written, twin):
        scene.report.add("RA506", command.node, command=twin.command, parameter=f"-{written}")
    return []


def _new_name(written: str, twin: Twin) -> str | None:
    """Return the name that a parameter has in Az, where it is another one."""
    if written.lower() == "tags":
        takes_tags = twin.az_module in _TAKE_TAGS and twin.az_command != _TAKES_ONLY_TAG
        return None if takes_tags or twin.az_command == _TAKES_TAGS else "Tag"
    if written.lower() == _CONTEXT:
        return "AzContext"
    return _SINGULAR.get(twin.command.lower(), {}).get(written.lower())


def _gone(twin: Twin) -> list[str]:
    return [*twin.gone, *_GONE_BEFORE.get(twin.command.lower(), ())]


def _is_gone(written: str, twin: Twin) -> bool:
    written = written.lower()
    gone = [name.lower() for name in _gone(twin)]
    return written in gone or (written not in _KEPT_BEGINNINGS and any(name.startswith(written) for name in gone))


def _plan_splat(scene: Scene, command: Command, twin: Twin, argument: Argument) -> list[Span]:
    name = variable_name(scene.script.text(argument.value)) if argument.value is not None else ""
    bindings = scene.variables.bindings[name]
    tables = [peel(b.value) for b in bindings if b.how is How.ASSIGNED and b.value is not None]
    if len(bindings) != 1 or [table.type for table in tables] != ["hash_literal_expression"]:
        _report_words(scene, command, twin)
        return []
    spans = []
    for key in _keys(tables[0]):
        start, end = scene.script.span(key)
        written = literal(scene.script, key) or scene.script.text(key)
        spans += _plan_name(scene, command, twin, written, start + scene.script.plain[start:end].index(written))
    if _writes_later(scene, name):
        _report_words(scene, command, twin)
    return spans


def _writes_later(scene: Scene, name: str) -> bool:
    """Tell whether something is put into the table after it was made."""
    return any(_is_owner(read) for read in scene.variables.reads[name])


def _is_owner(read: Node) -> bool:
    access = read.parent
    while access is not None and access.start_byte == read.start_byte and access.end_byte == read.end_byte:
        access = access.parent
    return access is not None and access.start_byte == read.start_byte and access.type != "command_elements"


def _keys(table: Node) -> list[Node]:
    entries = [node for body in table.named_children for node in body.named_children if node.type == "hash_entry"]
    keys = [entry.named_children[0] for entry in entries]
    return [key.named_children[0] if key.named_child_count else key for key in keys]


def _report_words(scene: Scene, command: Command, twin: Twin) -> None:
    """A parameter that is gone can come from a table that cannot be followed only if its name is in the script."""
    others = ["Tags", *_SINGULAR.get(twin.command.lower(), {})]
    for gone in [*_gone(twin), *(name for name in others if _new_name(name, twin) is not None)]:
        if _is_written(scene, gone):
            scene.report.add("RA506", command.node, command=twin.command, parameter=f"-{gone}")
            return


def _is_written(scene: Scene, name: str) -> bool:
    words = re.finditer(rf"(?<![.\w]){re.escape(name)}\b", scene.script.plain, re.IGNORECASE)
    return any(not scene.is_comment(word.start()) for word in words)
