# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which family of Azure cmdlets a script uses: Az, AzureRM, or the retired service management (ASM) cmdlets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .commands import Command, commands
from .language import Language, language_of
from .login_parameters import AZ, AZURERM
from .requirements import required_modules
from .syntax import Script, best_script, literals
from .text import decode

if TYPE_CHECKING:
    from tree_sitter import Node

_AZURERM = re.compile(r"[a-z]+-azurerm\w+")
# AzSK is a module of its own, made for AzureRM
_AZ = re.compile(r"[a-z]+-az(?!ure|sk|\b)\w+")
# Cmdlets named -Azure… that belong to AzureRM modules (KeyVault, Storage data plane, Batch, …) or to neither family.
_NOT_ASM = (
    r"rm|ad|storage(?!account|key)|keyvault|batch|analysisservices|hdinsight|rights|information|devops|loganalytics"
)
_ASM = re.compile(rf"[a-z]+-azure(?!{_NOT_ASM})\w+")
_AZURERM_MODULE = re.compile(r"azurerm(\.[\w.]+)?", re.IGNORECASE)
_AZ_MODULE = re.compile(r"az(\.[\w.]+)?", re.IGNORECASE)
_ALIASES = "enable-azurermalias"


@dataclass(frozen=True)
class Families:
    """For each family the first place where the script uses it; absent when it does not."""

    places: dict[str, Node]
    asm: Command | None
    aliased: bool

    @property
    def mixed(self) -> Node | None:
        """The place of the second family, when the script uses both and does not alias one to the other."""
        if self.aliased or len(self.places) < 2:
            return None
        return max(self.places.values(), key=lambda node: node.start_byte)


def has_aliases(all_commands: Iterable[Command]) -> bool:
    """Tell whether the script makes the names of AzureRM aliases of Az."""
    return any(command.name == _ALIASES for command in all_commands)


def find_families(script: Script, all_commands: Iterable[Command], functions: set[str]) -> Families:
    """Return the families whose cmdlets or modules the script names; its own functions are not cmdlets."""
    places: dict[str, Node] = {}
    asm: Command | None = None
    aliased = False
    for command in all_commands:
        if command.name in functions:
            continue
        aliased = aliased or command.name == _ALIASES
        for family in _families_of(command):
            places.setdefault(family, command.node)
        if asm is None and _ASM.fullmatch(command.name):
            asm = command
    for start, required in required_modules(script):
        node = script.node_at(start)
        for family in _module_families(_split(required)):
            places.setdefault(family, node or script.root)
    return Families(places, asm, aliased)


def named_modules(script: Script, commands: Iterable[Command]) -> set[str]:
    """Return the modules, lower case, that the script names with ``#Requires`` or Import-Module."""
    imported = (_literals(command) for command in commands if command.name in ("import-module", "ipmo"))
    required = (_split(text) for _start, text in required_modules(script))
    return {name.lower() for names in (*imported, *required) for name in names}


def _split(required: str) -> list[str]:
    return re.split(r"[\s,;@{}='\"]+", required)


def _literals(command: Command) -> list[str]:
    values = [argument.value for argument in command.arguments() if argument.value is not None]
    return [name for value in values for name in literals(command.script, value)]


def families_of(content: bytes, runbook_type: str) -> Families:
    """Return the families of a runbook's content; none for what is no PowerShell. Raises MissingPackage."""
    text = decode(content)
    if text is None or language_of(text.plain, runbook_type) is not Language.POWERSHELL:
        return Families({}, None, aliased=False)
    script = best_script(text)
    functions = {script.text(node).lower() for node in script.nodes("function_name")}
    return find_families(script, commands(script), functions)


def _families_of(command: Command) -> set[str]:
    if command.name == "import-module":
        return _module_families(_literals(command))
    if command.name == _ALIASES:
        return {AZ}
    if _is_of_other_module(command):
        return set()
    if _AZURERM.fullmatch(command.name):
        return {AZURERM}
    return {AZ} if _AZ.fullmatch(command.name) else set()


def _module_families(names: list[str]) -> set[str]:
    found = {AZURERM for name in names if _AZURERM_MODULE.fullmatch(name)}
    return found | {AZ for name in names if _AZ_MODULE.fullmatch(name)}


def _is_of_other_module(command: Command) -> bool:
    """``MyTools\\Get-AzureRmOwner`` is no command of AzureRM."""
    module, separator, _name = command.written.rpartition("\\")
    return bool(separator) and not re.match(r"az(?:ure)?(?:rm)?(?:\.|$)", module, re.IGNORECASE)
