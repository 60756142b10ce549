# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which PowerShell modules the rewritten script needs: what it requires and imports, and whose cmdlets it calls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .azurerm_find import FIND_MODULE, FOUND_BY_RULE
from .azurerm_modules import IMPORTERS, is_import_switch
from .azurerm_names import MODULE, az_module_of, az_module_of_command, twin_of
from .azurerm_scene import Scene
from .azurerm_secrets import GETTER, MINIMUM, reads_secret_text
from .commands import Command
from .login_parameters import AZURERM, LOGINS
from .requirements import required_modules
from .result import NeededModule
from .syntax import literals

# The first module whose login knows -Identity (idioms, section 3.11).
AZURERM_LOGIN = ("AzureRM.Profile", "5.8.2")
_TABLE = re.compile(r"@\{[^{}]*\}")
_ENTRY = re.compile(r"(\w+)\s*=\s*['\"]?([\w.\-]+)")
_NAME = re.compile(r"[\w.\-]+")
_MODULE_NAME = re.compile(r"[A-Za-z][\w.\-]*")
_VERSIONS = ("moduleversion", "requiredversion", "minimumversion", "version")


def needed_modules(scene: Scene, logins: Iterable[Command]) -> tuple[NeededModule, ...]:
    """Return the modules that the script needs once it is rewritten, each once, in the order of the text.

    ``logins`` are the rewritten logins. The module of a cmdlet that no table knows is not told.
    """
    found: dict[str, NeededModule] = {}
    for module in [*_required(scene), *_imported(scene), *_called(scene, logins)]:
        known = found.get(module.name.lower())
        found[module.name.lower()] = module if known is None else _merged(known, module)
    return tuple(sorted(found.values(), key=lambda module: (module.line, module.name)))


def _merged(one: NeededModule, other: NeededModule) -> NeededModule:
    first = min(one, other, key=lambda module: module.line)
    minimum = max((m for m in (one.minimum, other.minimum) if m is not None), key=_version, default=None)
    return NeededModule(first.name, minimum, first.line, first.needed_by)


def _version(written: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", written)]


def _required(scene: Scene) -> Iterator[NeededModule]:
    for start, text in required_modules(scene.script):
        line = scene.script.source.place(start)[0]
        for table in _TABLE.finditer(text):
            entries = {key.lower(): value for key, value in _ENTRY.findall(table.group())}
            version = next((entries[key] for key in _VERSIONS if key in entries), None)
            if "modulename" in entries:
                yield _module(scene, entries["modulename"], version, line, "#Requires")
        for name in _NAME.findall(_TABLE.sub("", text)):
            yield _module(scene, name, None, line, "#Requires")


def _imported(scene: Scene) -> Iterator[NeededModule]:
    for command in scene.commands:
        if command.name not in IMPORTERS or command.name in scene.functions:
            continue
        line = scene.script.place(command.node)[0]
        version = None
        names: list[str] = []
        for argument in command.arguments(is_import_switch):
            if argument.value is None:
                continue
            if argument.name is None or "name".startswith(argument.name):
                names += literals(scene.script, argument.value)
            elif argument.name in _VERSIONS:
                version = scene.script.text(argument.value).strip("'\"")
        for name in names:
            if _MODULE_NAME.fullmatch(name) and not name.lower().endswith((".psm1", ".psd1", ".dll")):
                yield _module(scene, name, version, line, command.written)


def _module(scene: Scene, name: str, version: str | None, line: int, needed_by: str) -> NeededModule:
    if _stays(scene) or not MODULE.fullmatch(name):
        return NeededModule(name, version, line, needed_by)
    return NeededModule(az_module_of(name) or name, None, line, needed_by)


def _stays(scene: Scene) -> bool:
    """Tell whether AzureRM names go on to mean AzureRM."""
    return scene.options.azurerm == "keep" and not scene.families.aliased


def _called(scene: Scene, logins: Iterable[Command]) -> Iterator[NeededModule]:
    stays = _stays(scene)
    for command in scene.commands:
        if command.name in scene.functions:
            continue
        line = scene.script.place(command.node)[0]
        module = _module_of(command.name, stays)
        minimum = MINIMUM if command.name == GETTER and not stays and reads_secret_text(scene) else None
        if module is not None:
            yield NeededModule(module, minimum, line, command.written)
    for login in logins:
        if stays and LOGINS[login.name] == AZURERM:
            yield NeededModule(*AZURERM_LOGIN, scene.script.place(login.node)[0], login.written)


def _module_of(command: str, stays: bool) -> str | None:
    twin = twin_of(command)
    if command in FOUND_BY_RULE:
        return "AzureRM.Resources" if stays else FIND_MODULE
    if twin is None:
        return az_module_of_command(command)
    return twin.module if stays else twin.az_module
