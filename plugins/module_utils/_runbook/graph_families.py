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
from .login_parameters import LOGINS
from .syntax import Script
from .text import Text

SERVICE_MANAGEMENT = "ASM"
_CMDLET = re.compile(r"[\w.\\-]+")


def families_of(activity: Activity) -> set[str]:
    """Return the families that an activity uses, SERVICE_MANAGEMENT among them. Raises MissingPackage."""
    return {family for text in _texts(activity) for family in _families_in(text)}


def users_of(family: str, activities: Iterable[Activity]) -> list[Activity]:
    """Return the activities that use a family. Raises MissingPackage."""
    return [activity for activity in activities if family in families_of(activity)]


def logs_in(activity: Activity) -> bool:
    """Tell whether an activity logs in to Azure by a cmdlet. Raises MissingPackage."""
    return any(name in LOGINS for name in cmdlets_of(activity))


def cmdlets_of(activity: Activity) -> list[str]:
    """Return the commands that an activity calls, lower case, without module; empty where one is computed."""
    return [command.name for text in _texts(activity) for command in commands(_script(text))]


def _texts(activity: Activity) -> list[str]:
    """Return the PowerShell texts of an activity; the cmdlet of a command is one."""
    is_command = activity.kind is ActivityKind.COMMAND and _CMDLET.fullmatch(activity.command)
    return [activity.command] if is_command else [text for text in activity.code.values() if text]


def _script(text: str) -> Script:
    return Script(Text(text, "utf-8", b""), grammars.POWERSHELL[0])


def _families_in(text: str) -> set[str]:
    if "az" not in text.lower():
        return set()
    script = _script(text)
    functions = {script.text(node).lower() for node in script.nodes("function_name")}
    found = find_families(script, commands(script), functions)
    return {*found.places, *({SERVICE_MANAGEMENT} if found.asm is not None else ())}
