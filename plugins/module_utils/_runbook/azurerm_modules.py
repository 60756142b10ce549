# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules of AzureRM that a script asks for: #Requires and Import-Module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .azurerm_names import MODULE, az_module_of
from .azurerm_scene import Scene
from .commands import Command
from .edits import Span
from .requirements import required_modules
from .syntax import is_broken

RULE = "azurerm_module"
IMPORTERS = frozenset({"import-module", "ipmo"})
_READERS = IMPORTERS | {"get-module", "gmo"}
# A script with one of these looks after the modules of an account or a machine: the names are what it is about.
_MANAGERS = re.compile(
    r"(?:find|install|publish|remove|save|uninstall|update)-module|[a-z]+-az(?:urerm)?automationmodule"
)
_TABLE = re.compile(r"@\{[^{}]*\}")
_WORD = re.compile(rf"(?<![\w.\\/$-])(?:{MODULE.pattern})(?![\w.*\\/])", re.IGNORECASE)
_SWITCHES = ("force", "global", "disablenamechecking", "passthru", "ascustomobject", "listavailable", "all", "refresh")
_VERSION_PARAMETERS = ("requiredversion", "minimumversion", "maximumversion", "version")


@dataclass
class Modules:
    """The spans for names of modules, and the places that they account for."""

    spans: list[Span] = field(default_factory=list)
    handled: list[tuple[int, int]] = field(default_factory=list)


def is_import_switch(name: str) -> bool:
    """Tell whether this parameter of Import-Module or Get-Module takes no value."""
    return any(full.startswith(name) for full in _SWITCHES)


def plan_modules(scene: Scene) -> Modules:
    """Plan every #Requires, Import-Module and Get-Module that names a module of AzureRM.

    A module without a twin is reported. Get-Module is left to ``azurerm_texts`` where a script manages modules.
    """
    modules = Modules()
    for start, text in required_modules(scene.script):
        modules.handled.append((start, start + len(text)))
        _plan_requires(scene, modules, start, text)
    readers = IMPORTERS if _manages(scene) else _READERS
    for command in scene.commands:
        if command.name in readers and command.name not in scene.functions:
            _plan_import(scene, modules, command)
    return modules


def _manages(scene: Scene) -> bool:
    return any(_MANAGERS.fullmatch(command.name) for command in scene.commands)


def _plan_requires(scene: Scene, modules: Modules, start: int, text: str) -> None:
    tables = [table for table in _TABLE.finditer(text) if _WORD.search(table.group())]
    for table in tables:
        name = _WORD.search(table.group())
        if name is not None:
            new = _twin(scene, name.group(), start + table.start())
            modules.spans.append(Span(start + table.start(), start + table.end(), new, RULE))
            scene.report.add_at("RA512", start + table.start(), module=name.group(), twin=new)
    for word in _WORD.finditer(text):
        if not any(table.start() <= word.start() < table.end() for table in tables):
            modules.spans.append(_renamed(scene, start, word))


def _renamed(scene: Scene, start: int, word: re.Match[str]) -> Span:
    return Span(start + word.start(), start + word.end(), _twin(scene, word.group(), start + word.start()), RULE)


def _twin(scene: Scene, module: str, offset: int) -> str:
    twin = az_module_of(module)
    if twin is None:
        scene.report.add_at("RA504", offset, command=f"Module {module}")
    return twin or module


def _plan_import(scene: Scene, modules: Modules, command: Command) -> None:
    """The names are literals; a version of AzureRM says nothing about Az."""
    spans: list[Span] = []
    versions: list[Span] = []
    for argument in command.arguments(is_import_switch):
        text = scene.script.plain[argument.start : argument.end]
        if _is_version(argument.name):
            before = scene.script.plain[: argument.start].rstrip(" \t")
            versions.append(Span(len(before), argument.end, "", RULE))
        elif argument.name is None or "name".startswith(argument.name):
            spans += [_renamed(scene, argument.start, word) for word in _WORD.finditer(text)]
            modules.handled.append((argument.start, argument.end))
    if not spans:
        return
    if is_broken(command.node):
        scene.report.cannot_read(command.node)
    modules.spans += [*spans, *versions]
    if versions:
        first = scene.script.plain[spans[0].start : spans[0].end]
        scene.report.add("RA512", command.node, module=first, twin=spans[0].after)


def _is_version(name: str | None) -> bool:
    return name is not None and len(name) > 1 and any(full.startswith(name) for full in _VERSION_PARAMETERS)
