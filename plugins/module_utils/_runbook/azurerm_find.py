# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find-AzureRmResource and Find-AzureRmResourceGroup, which have no twin: what they did, the Get- commands of Az do.

Get-AzResource takes wildcards for a resource's name and group, so that ``…Contains x`` is ``*x*``.
"""

from __future__ import annotations

from .azurerm_scene import Scene
from .commands import Argument, Command
from .edits import Span
from .syntax import peel

RULE = "azurerm_find"
FOUND_BY_RULE = {
    "find-azurermresource": "Get-AzResource",
    "find-azurermresourcegroup": "Get-AzResourceGroup",
}
FIND_MODULE = "Az.Resources"
_RESOURCE = {
    "resourcegroupnameequals": "ResourceGroupName",
    "resourcegroupnamecontains": "ResourceGroupName",
    "resourcenameequals": "Name",
    "resourcenamecontains": "Name",
    "resourcegroupname": "ResourceGroupName",
    "name": "Name",
    "resourcetype": "ResourceType",
    "tagname": "TagName",
    "tagvalue": "TagValue",
    "tag": "Tag",
    "odataquery": "ODataQuery",
    "expandproperties": "ExpandProperties",
    "apiversion": "ApiVersion",
    "pre": "Pre",
    "defaultprofile": "DefaultProfile",
    "azurermcontext": "AzContext",
}
# ResourceGroupName and Name were aliases of the ones with Contains.
_CONTAINS = frozenset({"resourcegroupnamecontains", "resourcenamecontains", "resourcegroupname", "name"})
_GROUP = {"tag": "Tag", "apiversion": "ApiVersion", "pre": "Pre", "defaultprofile": "DefaultProfile"}
_COMMON = ("erroraction", "warningaction", "verbose", "debug", "outvariable", "errorvariable", "warningvariable")
_SWITCHES = frozenset({"expandproperties", "pre", "verbose", "debug"})


def plan_find(scene: Scene, command: Command) -> list[Span]:
    """Return the spans for the parameters of one call, and state the assumption; or report why it cannot be kept."""
    known = _RESOURCE if command.name == "find-azurermresource" else _GROUP
    spans: list[Span] = []
    if _is_piped_to(command):
        change = "a name that comes from a pipe is a whole name, no part of one"
        scene.report.add("RA509", command.node, what=command.written, change=change)
    for argument in command.arguments(lambda name: name in _SWITCHES):
        name = _full_name(argument.name, known) if argument.name is not None else None
        if name is None or argument.splat:
            written = f"-{argument.name}" if argument.name is not None else "an argument without a name"
            scene.report.add("RA506", command.node, command=command.written, parameter=written)
            return []
        if name in known:
            spans += _spans(scene, argument, name, known[name])
    twin = FOUND_BY_RULE[command.name]
    scene.report.assume("find_resource", "RA511", command.node, command=command.written, twin=twin)
    return spans


def _full_name(written: str, known: dict[str, str]) -> str | None:
    """Return the parameter that ``written`` is or begins; None when it is none or more than one."""
    if written in known:
        return written
    begun = [name for name in (*known, *_COMMON) if name.startswith(written)]
    return begun[0] if len(begun) == 1 else None


def _spans(scene: Scene, argument: Argument, name: str, new: str) -> list[Span]:
    start = argument.start + 1
    spans = [Span(start, start + len(argument.name or ""), new, RULE)] if name != new.lower() else []
    if name not in _CONTAINS or argument.value is None:
        return spans
    begin, end = scene.script.span(argument.value)
    value = peel(argument.value)
    if value.type == "generic_token":
        return [*spans, Span(begin, begin, "*", RULE), Span(end, end, "*", RULE)]
    if value.type == "string_literal":
        return [*spans, Span(begin + 1, begin + 1, "*", RULE), Span(end - 1, end - 1, "*", RULE)]
    return [*spans, Span(begin, begin, '"*$(', RULE), Span(end, end, ')*"', RULE)]


def _is_piped_to(command: Command) -> bool:
    """Tell whether the command gets objects from a pipe: their names counted as parts of names."""
    before = command.node.prev_named_sibling
    return before is not None and before.type != "comment"
