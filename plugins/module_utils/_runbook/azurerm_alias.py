# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option ``azurerm: alias``: Enable-AzureRmAlias before the first AzureRM command."""

from __future__ import annotations

from .azurerm_calls import Calls
from .azurerm_scene import Scene
from .edits import Span
from .syntax import ancestors

STATEMENT = "Enable-AzureRmAlias -Scope Process"
RULE = "azurerm_alias"


def plan_alias(scene: Scene, calls: Calls) -> list[Span]:
    """Return the span that enables the aliases; a script that has no place for it is reported."""
    if calls.first is None:
        return []
    node = calls.first.node
    outer = [node, *ancestors(node)]
    statement = next((n for n in reversed(outer) if n.parent is not None and n.parent.type == "statement_list"), None)
    if statement is None or _has_workflow(scene):
        scene.report.add("RA515", node)
        return []
    start = scene.script.span(statement)[0]
    scene.report.add("RA514", statement, statement=STATEMENT)
    line_end = "\r\n" if "\r\n" in scene.script.plain else "\n"
    return [Span(start, start, STATEMENT + line_end, RULE)]


def _has_workflow(scene: Scene) -> bool:
    holders = [name.parent for name in scene.script.nodes("function_name") if name.parent is not None]
    return any(scene.script.text(holder).lower().startswith("workflow") for holder in holders)
