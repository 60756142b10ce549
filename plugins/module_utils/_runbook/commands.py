# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take a command apart: its name, its parameters and their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .syntax import Script, literal, peel

if TYPE_CHECKING:
    from tree_sitter import Node

# Between two arguments there may be blanks, continued lines and block comments; anything else ends the command for
# PowerShell, whatever the grammar thinks of it.
_GAP = re.compile(r"(?:[ \t]|`\r?\n|<#.*?#>)*", re.DOTALL)


@dataclass(frozen=True)
class Argument:
    """One argument: a named parameter with or without value, a positional value, or a splatted variable.

    ``start``/``end`` span the whole argument, in characters.
    """

    name: str | None
    value: Node | None
    start: int
    end: int
    splat: bool = False


class Command:
    """One command. ``name`` is lower case and without module qualifier; ``""`` when it is computed."""

    def __init__(self, script: Script, node: Node) -> None:
        self.script = script
        self.node = node
        self.name_node = next((c for c in node.children if c.type in ("command_name", "command_name_expr")), None)
        self.written = self._written_name()
        self.name = self.written.rsplit("\\", 1)[-1].lower()

    def _written_name(self) -> str:
        if self.name_node is None:
            return ""
        if self.name_node.type == "command_name":
            return self.script.text(self.name_node)
        inner = peel(self.name_node)
        if inner.type == "string_literal":
            return literal(self.script, inner) or ""
        text = self.script.text(inner)
        return text if re.fullmatch(r"[\w.\\:/-]+", text) else ""

    @cached_property
    def elements(self) -> list[Node]:
        """The parameters and values as the grammar gives them, in order, without separators."""
        group = next((c for c in self.node.children if c.type == "command_elements"), None)
        children = group.children if group is not None else []
        return [c for c in children if c.type not in ("command_argument_sep", "comment")]

    def arguments(self, is_switch: Callable[[str], bool] = lambda name: False) -> list[Argument]:
        """Return the arguments. A parameter takes the value after it unless ``is_switch`` says that it takes none.

        A parameter written with a colon takes its value in any case.
        """
        found: list[Argument] = []
        elements = list(self.elements)
        while elements:
            node = elements.pop(0)
            start, end = self.script.span(node)
            if node.type != "command_parameter":
                found.append(Argument(None, node, start, end, splat=self.script.text(node).startswith("@")))
                continue
            name, value = self.script.text(node)[1:].lower(), None
            following = elements[0] if elements else None
            if following is not None and following.type != "command_parameter" and self._takes(name, end, is_switch):
                value = elements.pop(0)
                end = self.script.span(value)[1]
            found.append(Argument(name.rstrip(":"), value, start, end))
        return found

    def _takes(self, name: str, end: int, is_switch: Callable[[str], bool]) -> bool:
        colon = name.endswith(":") or self.script.plain[end : end + 1] == ":"
        return colon or not is_switch(name)

    def is_continuous(self) -> bool:
        """Tell whether only blanks, continued lines and block comments lie between the arguments."""
        position = self.script.span(self.name_node)[1] if self.name_node is not None else 0
        for node in self.elements:
            start, end = self.script.span(node)
            gap = self.script.plain[position:start].removeprefix(":")
            if not _GAP.fullmatch(gap):
                return False
            position = end
        return True


def commands(script: Script) -> list[Command]:
    """Return all commands of the script, in order."""
    return [Command(script, node) for node in script.nodes("command")]
