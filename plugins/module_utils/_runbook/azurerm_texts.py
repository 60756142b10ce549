# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AzureRM names that are no calls: in texts that are code, held in variables, as types; and what is managed by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .azurerm_modules import Modules
from .azurerm_names import COMMAND, COMMAND_WORD, MODULE, twin_of
from .azurerm_scene import Scene, speaks
from .syntax import literal

if TYPE_CHECKING:
    from tree_sitter import Node

_TYPE = re.compile(r"\bMicrosoft\.(?:Azure\.(?:Commands|Management)|WindowsAzure\.(?:Commands|Storage))\.[\w.]+", re.I)
_MODULE_WORD = re.compile(rf"(?<![\w.$-])(?:{MODULE.pattern}|azurerm[\w.]*\*)", re.IGNORECASE)
_MODULE_NAME = re.compile(rf"(?:{MODULE.pattern}|azurerm[\w.]*\*)", re.IGNORECASE)
_EVALUATION = re.compile(
    r"(?<![\w-])(?:invoke-expression|iex)(?![\w-])|scriptblock\]::create|\.addscript\(|invokescript\(|newscriptblock\(",
    re.IGNORECASE,
)
_ACCOUNTED = frozenset(
    {"comment", "function_name", "command_name", "command_name_expr", "requires_statement", "variable"}
)


def report_texts(scene: Scene, renamed: set[tuple[int, int]], modules: Modules) -> None:
    """Report every AzureRM name that the rules for calls (``renamed``) and modules do not reach, and that is code."""
    _report_commands(scene, renamed)
    _report_modules(scene, modules)
    _report_type(scene)


def _report_commands(scene: Scene, renamed: set[tuple[int, int]]) -> None:
    evaluates = _evaluates(scene)
    seen: list[Node] = []
    aliased = scene.options.azurerm == "alias"
    for word in COMMAND_WORD.finditer(scene.script.plain):
        name = word.group().lower()
        is_known = twin_of(name) is not None or COMMAND.fullmatch(name) or name.endswith("-azurerm")
        if not is_known or name in scene.functions or word.span() in renamed:
            continue
        chain = scene.chain(word.start())
        text = _text_around(chain)
        if text is not None:
            if not aliased and text not in seen and _is_code(scene, chain, text, evaluates):
                scene.report.add_at("RA507", word.start(), text=word.group(), where="a text")
                seen.append(text)
        elif any(node.type == "generic_token" for node in chain):
            if not aliased and not speaks(scene, chain):
                scene.report.add_at("RA507", word.start(), text=word.group(), where="an argument")
        elif not {node.type for node in chain} & _ACCOUNTED:
            scene.report.cannot_read_at(scene.script.source.place(word.start()))


def _evaluates(scene: Scene) -> bool:
    """Tell whether the script evaluates texts anywhere."""
    return any(not scene.is_comment(match.start()) for match in _EVALUATION.finditer(scene.script.plain))


def _text_around(chain: list[Node]) -> Node | None:
    """Return the text that holds a word as text; None when a command inside of the text holds it."""
    for node in chain:
        if node.type in ("command", "comment", "command_name_expr"):
            return None
        if node.type == "string_literal":
            held = node.parent
            while held is not None and held.start_byte == node.start_byte and held.end_byte == node.end_byte:
                if held.type == "command_name_expr":
                    return None
                held = held.parent
            return node
    return None


def _is_code(scene: Scene, chain: list[Node], text: Node, evaluates: bool) -> bool:
    """A text that is just the name, or a here-string, is code unless it is only written; others if texts are run."""
    if speaks(scene, chain):
        return False
    written = literal(scene.script, text)
    is_name = written is not None and COMMAND_WORD.fullmatch(written.rsplit("\\", 1)[-1].strip()) is not None
    return is_name or evaluates or scene.script.text(text).startswith("@")


def _report_modules(scene: Scene, modules: Modules) -> None:
    for word in _MODULE_WORD.finditer(scene.script.plain):
        if any(start <= word.start() < end for start, end in modules.handled):
            continue
        chain = scene.chain(word.start())
        token = next((node for node in chain if node.type in ("string_literal", "generic_token", "comment")), None)
        if token is None and any(node.type == "ERROR" for node in chain):
            scene.report.cannot_read_at(scene.script.source.place(word.start()))
        if token is None or token.type == "comment" or (_text_around(chain) is None and token.type == "string_literal"):
            continue
        written = literal(scene.script, token)
        if written is not None and _MODULE_NAME.fullmatch(written.strip()) and not speaks(scene, chain):
            scene.report.add_at("RA513", word.start(), module=written)
            return


def _report_type(scene: Scene) -> None:
    for word in _TYPE.finditer(scene.script.plain):
        if not scene.is_comment(word.start()):
            scene.report.add_at("RA508", word.start(), type=word.group())
            return
