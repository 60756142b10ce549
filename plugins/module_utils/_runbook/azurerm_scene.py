# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the AzureRM rules read: one parsed script, its commands and functions, and where they report."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .commands import Command
from .dataflow import Variables
from .families import Families, find_families
from .report import Report
from .result import RewriteOptions
from .syntax import Script, ancestors

if TYPE_CHECKING:
    from tree_sitter import Node

_SPEAKERS = ("write-", "out-", "throw")


@dataclass(frozen=True)
class Scene:
    """One script, as the AzureRM rules see it. ``functions`` are the names it defines itself, lower case."""

    script: Script
    commands: list[Command]
    functions: set[str]
    variables: Variables
    report: Report
    options: RewriteOptions

    @cached_property
    def families(self) -> Families:
        """Which family of cmdlets the script uses."""
        return find_families(self.script, self.commands, self.functions)

    def chain(self, offset: int) -> list[Node]:
        """Return the nodes that hold the character at ``offset``, the innermost first."""
        node = self.script.node_at(offset)
        return [node, *ancestors(node)] if node is not None else []

    def is_comment(self, offset: int) -> bool:
        """Tell whether the character at ``offset`` is part of a comment."""
        return any(node.type == "comment" for node in self.chain(offset))


def speaks(scene: Scene, chain: list[Node]) -> bool:
    """Tell whether the innermost command of ``chain`` only writes or throws what it is given."""
    command = next((node for node in chain if node.type in ("command", "flow_control_statement")), None)
    if command is None:
        return False
    return scene.script.text(command).lower().startswith(_SPEAKERS)
