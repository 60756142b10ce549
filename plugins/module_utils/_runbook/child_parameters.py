# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters of a runbook that have no effect: what a caller gives by them goes nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .commands import commands
from .dataflow import Variables
from .language import Language, language_of
from .names import stem_of
from .syntax import Script, best_script, peel
from .text import decode

# Ways to read a parameter without naming its variable.
_INDIRECT = re.compile(
    r"psboundparameters|get-variable|\bgv\b|variable:|\$args\b|invoke-expression|\biex\b|\[scriptblock\]", re.I
)

Children = Mapping[str, frozenset[str]]


def idle_parameters(name: str, content: bytes, runbook_type: str, children: Children) -> dict[str, frozenset[str]]:
    """Return the declared parameters that nothing in the runbook ``name`` reads, by what takes them, in lower case.

    That is the runbook, and each function in it, for it may be dot-sourced. To give a parameter to a child's one
    without effect is no read; ``children`` are those of ``RewriteOptions``. Raises MissingPackage.
    """
    text = decode(content)
    if text is None or language_of(text.plain, runbook_type) is not Language.POWERSHELL:
        return {stem_of(name): frozenset()}
    script = best_script(text)
    is_plain = not script.error_count and not _INDIRECT.search(text.plain)
    idle = _idle(script, children) if is_plain else frozenset()
    functions = (script.text(node).lower() for node in script.nodes("function_name"))
    return {stem_of(name): idle, **dict.fromkeys(functions, idle)}


def _idle(script: Script, children: Children) -> frozenset[str]:
    """Return the parameters that nothing reads. A name that is declared twice counts as read."""
    variables = Variables(script)
    passed_on = _passed_on(script, children)
    return frozenset(
        name
        for name in variables.names
        if variables.is_parameter(name)
        and len(variables.bindings[name]) == 1
        and all(node.start_byte in passed_on for node in variables.reads[name])
    )


def _passed_on(script: Script, children: Children) -> set[int]:
    """Return where variables begin that are given to a parameter without effect."""
    return {
        peel(argument.value).start_byte
        for command in commands(script)
        for argument in command.arguments()
        if argument.value is not None and argument.name in children.get(stem_of(command.written), frozenset())
    }
