# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties and values that virtual machines and disks have otherwise in Az than in old AzureRM modules.

Microsoft's "Breaking changes for Microsoft Azure PowerShell" 4.0.0 (properties of virtual machines) and 6.0.0 (values
of disk types).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .azurerm_names import twin_of
from .azurerm_scene import Scene
from .commands import Command
from .edits import Span
from .syntax import literal

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "azurerm_object"
_MACHINES = re.compile(r"[a-z]+-azurermvm\w*")
_DISKS = re.compile(r"[a-z]+-azurerm(?:vm|vmss|disk|snapshot|image)\w*")
_LISTS = {
    "networkinterfaceids": ("NetworkProfile.NetworkInterfaces", "Id"),
    "datadisknames": ("StorageProfile.DataDisks", "Name"),
}
_LIST = re.compile(r"(?<=\.)(?P<name>NetworkInterfaceIDs|DataDiskNames)\b(?P<index>\[[^\[\]\r\n]*\])?", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\s*[-+*/%]?=(?!=)")
_DISK_TYPE = re.compile(r"(?<![\w.])(?P<tier>Standard|Premium)LRS\b", re.IGNORECASE)
_CONTEXTS = re.compile(r"[a-z]+-azurerm(?:context|subscription)")
# What contexts and subscriptions call otherwise since AzureRM 4.0.0.
_CONTEXT_PROPERTY = re.compile(r"(?<=\.)(?:SubscriptionName|Tenant\.TenantId|Account\.AccountType)\b", re.IGNORECASE)
_NOW = {"subscriptionname": "Name", "tenant.tenantid": "Tenant.Id", "account.accounttype": "Account.Type"}


def plan_objects(scene: Scene) -> list[Span]:
    """Return the spans that read the same from the objects of Az; what cannot be told is reported."""
    names = {command.name for command in scene.commands}
    spans = []
    if any(_MACHINES.fullmatch(name) for name in names):
        spans += _plan_lists(scene)
    if any(_DISKS.fullmatch(name) for name in names):
        spans += _plan_disk_types(scene)
    if any(_CONTEXTS.fullmatch(name) for name in names):
        _report_contexts(scene)
    return spans


def _plan_lists(scene: Scene) -> list[Span]:
    spans = []
    for read in _LIST.finditer(scene.script.plain):
        kinds = {node.type for node in scene.chain(read.start())}
        if "comment" in kinds or "member_access" not in kinds:
            continue
        owner, field = _LISTS[read["name"].lower()]
        if _ASSIGNMENT.match(scene.script.plain, read.end()):
            scene.report.add_at("RA509", read.start(), what=read["name"], change=f"virtual machines have {owner}")
            continue
        after = f"{owner}{read['index'] or ''}.{field}"
        scene.report.assume_at("renamed_property", "RA517", read.start(), before=read.group(), after=after)
        spans.append(Span(read.start("name"), read.end("name"), owner, RULE))
        spans.append(Span(read.end(), read.end(), f".{field}", RULE))
    return spans


def _plan_disk_types(scene: Scene) -> list[Span]:
    spans = []
    for value in _DISK_TYPE.finditer(scene.script.plain):
        chain = scene.chain(value.start())
        if any(node.type == "comment" for node in chain):
            continue
        new = f"{value['tier'].capitalize()}_LRS"
        if _is_value_for_disk(scene, chain, value.group()):
            scene.report.add_at("RA516", value.start(), command="a disk", before=value.group(), after=new)
            spans.append(Span(value.start(), value.end(), new, RULE))
        else:
            scene.report.add_at(
                "RA509", value.start(), what=value.group(), change=f"disk types of Az are written {new}"
            )
    return spans


def _is_value_for_disk(scene: Scene, chain: list[Node], written: str) -> bool:
    """Tell whether the word is a whole argument of a command that makes or changes disks."""
    token = next((node for node in chain if node.type in ("string_literal", "generic_token")), None)
    call = next((node for node in chain if node.type == "command"), None)
    if token is None or call is None or literal(scene.script, token) != written:
        return False
    name = Command(scene.script, call).name
    return twin_of(name) is not None and _DISKS.fullmatch(name) is not None


def _report_contexts(scene: Scene) -> None:
    for read in _CONTEXT_PROPERTY.finditer(scene.script.plain):
        kinds = {node.type for node in scene.chain(read.start())}
        if "comment" not in kinds and "member_access" in kinds:
            change = f"contexts and subscriptions have {_NOW[read.group().lower()]} in its place"
            scene.report.add_at("RA510", read.start(), what=read.group(), change=change)
