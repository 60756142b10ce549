# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which family of Azure cmdlets the activities of a graphical runbook use."""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import grammars
from .commands import commands
from .families import find_families
from .graph_model import Activity, ActivityKind
from .syntax import Script
from .text import Text

SERVICE_MANAGEMENT = "ASM"
_CMDLET = re.compile(r"[\w.\\-]+")


def families_of(activity: Activity) -> set[str]:
    """Return the families that an activity uses, SERVICE_MANAGEMENT among them. Raises MissingPackage."""
    if activity.kind is ActivityKind.COMMAND:
        return _families_in(activity.command if _CMDLET.fullmatch(activity.command) else "")
    return {family for text in activity.code.values() for family in _families_in(text)}


def users_of(family: str, activities: Iterable[Activity]) -> list[Activity]:
    """Return the activities that use a family. Raises MissingPackage."""
    return [activity for activity in activities if family in families_of(activity)]


def _families_in(text: str) -> set[str]:
    if "az" not in text.lower():
        return set()
    script = Script(Text(text, "utf-8", b""), grammars.POWERSHELL[0])
    functions = {script.text(node).lower() for node in script.nodes("function_name")}
    found = find_families(script, commands(script), functions)
    return {*found.places, *({SERVICE_MANAGEMENT} if found.asm is not None else ())}
