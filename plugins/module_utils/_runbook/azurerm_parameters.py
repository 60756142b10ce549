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
_TAKES_TAGS = "New-AzVMConfig"
# Full names of parameters that are there still and begin the name of one that is gone.
_KEPT_BEGINNINGS = frozenset({"name", "managedservice", "memory", "origin", "registryserver", "disableadmin"})


def plan_parameters(scene: Scene, command: Command, twin: Twin) -> list[Span]:
    """Return the spans that rename parameters of ``command``; one that is gone is reported."""
    spans = []
    for argument in command.arguments():
        if argument.splat:
            spans += _plan_splat(scene, command, twin, argument)
        elif argument.name is not None:
            if _is_gone(argument.name, twin):
                scene.report.add("RA506", command.node, command=twin.command, parameter=_written(scene, argument))
            elif _is_tags(argument.name, twin):
                scene.report.add("RA516", command.node, command=twin.az_command, before="-Tags", after="-Tag")
                spans.append(Span(argument.start + 1, argument.start + 1 + len(argument.name), "Tag", RULE))
    return spans


def _written(scene: Scene, argument: Argument) -> str:
    return scene.script.plain[argument.start : argument.start + 1 + len(argument.name or "")]


def _is_gone(written: str, twin: Twin) -> bool:
    written = written.lower()
    gone = [name.lower() for name in twin.gone]
    return written in gone or (written not in _KEPT_BEGINNINGS and any(name.startswith(written) for name in gone))


def _is_tags(written: str, twin: Twin) -> bool:
    return written.lower() == "tags" and twin.az_module not in _TAKE_TAGS and twin.az_command != _TAKES_TAGS


def _plan_splat(scene: Scene, command: Command, twin: Twin, argument: Argument) -> list[Span]:
    name = variable_name(scene.script.text(argument.value)) if argument.value is not None else ""
    bindings = scene.variables.bindings[name]
    tables = [peel(b.value) for b in bindings if b.how is How.ASSIGNED and b.value is not None]
    if len(bindings) != 1 or [table.type for table in tables] != ["hash_literal_expression"]:
        _report_words(scene, command, twin)
        return []
    spans = []
    for key in _keys(scene, tables[0]):
        start, end = scene.script.span(key)
        written = literal(scene.script, key) or scene.script.text(key)
        if written.lower() in [gone.lower() for gone in twin.gone]:
            scene.report.add("RA506", command.node, command=twin.command, parameter=written)
        elif _is_tags(written, twin):
            scene.report.add("RA516", command.node, command=twin.az_command, before="Tags", after="Tag")
            offset = scene.script.plain[start:end].index(written)
            spans.append(Span(start + offset, start + offset + len(written), "Tag", RULE))
    if _writes_later(scene, name):
        _report_words(scene, command, twin)
    return spans


def _writes_later(scene: Scene, name: str) -> bool:
    """Tell whether something is put into the table after it was made."""
    return any(read.parent is not None and _is_owner(read) for read in scene.variables.reads[name])


def _is_owner(read: Node) -> bool:
    access = read.parent
    while access is not None and access.start_byte == read.start_byte and access.end_byte == read.end_byte:
        access = access.parent
    return access is not None and access.start_byte == read.start_byte and access.type != "command_elements"


def _keys(scene: Scene, table: Node) -> list[Node]:
    entries = [node for body in table.named_children for node in body.named_children if node.type == "hash_entry"]
    keys = [entry.named_children[0] for entry in entries]
    return [key.named_children[0] if key.named_child_count else key for key in keys]


def _report_words(scene: Scene, command: Command, twin: Twin) -> None:
    """A parameter that is gone can come from a table that cannot be followed only if its name is in the script."""
    names = [*twin.gone, *(["Tags"] if _is_tags("Tags", twin) else [])]
    for gone in names:
        if re.search(rf"(?<![.\w]){re.escape(gone)}\b", scene.script.plain, re.IGNORECASE):
            scene.report.add("RA506", command.node, command=twin.command, parameter=gone)
            return
