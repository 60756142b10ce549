# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AzureRM commands and modules, and their twins in Az (runbook-idioms, section 3.11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

COMMAND = re.compile(r"[a-z]+-azurerm\w+", re.IGNORECASE)
# Words that may be a command of the table; not all of them bear AzureRm in their name.
COMMAND_WORD = re.compile(r"(?<![\w$-])[a-z]+-(?:azure\w+|(?:adl|asr)\w+|usageaggregates)\b", re.IGNORECASE)
MODULE = re.compile(r"azurerm(?:\.\w+)*|azure\.(?:storage|analysisservices)", re.IGNORECASE)
_PREFIX = re.compile(r"-azure(?:rm)?", re.IGNORECASE)
# Modules whose commands are not in the table under one Az module.
_MODULES = {
    "azurerm": "Az",
    "azurerm.devtestlabs": "Az.DevTestLabs",
    "azurerm.usageaggregates": "Az.Billing",
}


@dataclass(frozen=True)
class Twin:
    """One AzureRM command; ``az_command`` and ``az_module`` are None when Az has no twin of it.

    ``gone`` are the parameters that the twin has no more.
    """

    command: str
    module: str
    az_command: str | None
    az_module: str | None
    gone: tuple[str, ...] = ()


def twin_of(name: str) -> Twin | None:
    """Return what is known of the AzureRM command ``name`` (in any case); None when it is no known one."""
    return _twins().get(name.lower()) if COMMAND_WORD.fullmatch(name) else None


def az_module_of_command(az_name: str) -> str | None:
    """Return the module of an Az command, as far as it is the twin of an AzureRM one."""
    return _az_commands().get(az_name.lower())


def az_module_of(module: str) -> str | None:
    """Return the Az module that took over the AzureRM module ``module`` (in any case)."""
    return _az_modules().get(module.lower())


# Its name before AzureRM 4.0.0, which the table does not go back to.
_RENAMED = Twin("Select-AzureRmProfile", "AzureRM.Profile", "Import-AzContext", "Az.Accounts")


@cache
def _twins() -> dict[str, Twin]:
    from .azurerm_table import TABLE  # long, and needed only where a script has commands to look up

    twins = {_RENAMED.command.lower(): _RENAMED}
    module, az_module = "", ""
    for line in TABLE.splitlines():
        if line.startswith("="):
            module, _blank, az_module = line[2:].partition(" ")
            continue
        for word in line.split():
            for twin in _twins_in(word, module, az_module or None):
                twins[twin.command.lower()] = twin
    return twins


def _twins_in(word: str, module: str, az_module: str | None) -> Iterator[Twin]:
    verbs, noun = word.split("-", 1)
    noun, _mark, gone = noun.partition("!")
    noun, _mark, renamed = noun.partition(">")
    for verb in verbs.split(","):
        command = f"{verb}-{noun}"
        az_command = renamed or _PREFIX.sub("-Az", command)
        yield Twin(
            command, module, az_command if az_module else None, az_module, tuple(gone.split(",") if gone else ())
        )


@cache
def _az_commands() -> dict[str, str]:
    return {t.az_command.lower(): t.az_module for t in _twins().values() if t.az_command and t.az_module}


@cache
def _az_modules() -> dict[str, str]:
    return {t.module.lower(): t.az_module for t in _twins().values() if t.az_module} | _MODULES
