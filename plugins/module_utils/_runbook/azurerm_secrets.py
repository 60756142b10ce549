# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of a secret: ``SecretValueText`` is gone, ``-AsPlainText`` of Get-AzKeyVaultSecret gives the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .azurerm_scene import Scene
from .commands import Command
from .dataflow import How
from .edits import Span
from .syntax import (
    lift,
    peel,
    peel_parentheses,
    same_span,
    variable_name,
)

if TYPE_CHECKING:
    from tree_sitter import Node

RULE = "azurerm_secret"
GETTER = "get-azurekeyvaultsecret"
# The first Az.KeyVault with -AsPlainText.
MINIMUM = "3.3.0"
_TEXT = re.compile(r"\bSecretValueText\b", re.IGNORECASE)
_GONE = "Az has no such property: Get-AzKeyVaultSecret -AsPlainText gives the text"


def reads_secret_text(scene: Scene) -> bool:
    """Tell whether the script reads the text of a secret anywhere."""
    return bool(_places(scene))


def plan_secrets(scene: Scene) -> list[Span]:
    """Return the spans that read texts of secrets as Az gives them; another use of the property is reported."""
    spans: list[Span] = []
    for offset in _places(scene):
        access = next((node for node in scene.chain(offset) if node.type == "member_access"), None)
        getter = _getter(scene, access) if access is not None else None
        if access is None or getter is None:
            scene.report.add_at("RA509", offset, what="SecretValueText", change=_GONE)
            continue
        scene.report.add_at("RA516", offset, command="a secret", before="SecretValueText", after="-AsPlainText")
        start = scene.script.span(access.children[0])[1]
        end = scene.script.span(getter.elements[-1])[1]
        spans += [Span(start, scene.script.span(access)[1], "", RULE), Span(end, end, " -AsPlainText", RULE)]
    return spans


def _places(scene: Scene) -> list[int]:
    found = [match.start() for match in _TEXT.finditer(scene.script.plain)]
    return [offset for offset in found if not scene.is_comment(offset)]


def _getter(scene: Scene, access: Node) -> Command | None:
    """Return the command that gets the secret whose text ``access`` reads, if that is all that is done with it."""
    owner = peel(access.children[0])
    if owner.type == "variable":
        return _getter_of_variable(scene, variable_name(scene.script.text(owner)))
    inner = peel_parentheses(owner)
    return _usable(scene, inner) if owner.type == "parenthesized_expression" else None


def _getter_of_variable(scene: Scene, name: str) -> Command | None:
    bindings = scene.variables.bindings[name]
    if len(bindings) != 1 or bindings[0].how is not How.ASSIGNED or bindings[0].value is None:
        return None
    if not all(_is_text_read(scene, read) for read in scene.variables.reads[name]):
        return None
    return _usable(scene, peel(bindings[0].value))


def _is_text_read(scene: Scene, read: Node) -> bool:
    access = lift(read).parent
    if access is None or access.type != "member_access" or not same_span(access.children[0], lift(read)):
        return False
    return scene.script.text(access).lower().endswith(".secretvaluetext")


def _usable(scene: Scene, node: Node) -> Command | None:
    """Return the command that ``node`` is, when it gets one secret by its name."""
    while node.type in ("pipeline", "pipeline_chain", "assignment_value") and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type != "command":
        return None
    command = Command(scene.script, node)
    arguments = command.arguments()
    names = [argument.name for argument in arguments if argument.name is not None]
    named = any("name".startswith(name) for name in names)
    plain = not any(argument.splat for argument in arguments) and not any(name.startswith("incl") for name in names)
    return command if command.name == GETTER and command.is_continuous() and named and plain else None
