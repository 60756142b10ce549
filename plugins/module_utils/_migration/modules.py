# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Whether the modules that a rewritten runbook needs are where it runs. Pure.

A runbook that lacks a module fails in its first job, so it is not published: what is
missing, too old, half imported or known to be bad is a finding that names module and version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._finding import Finding, finding
from .._runbook import NeededModule

Json = Mapping[str, Any]
Version = tuple[int, ...]

# A module that comes with every account is Created, an imported one Succeeded (docs/contract.md, 3.5).
_USABLE = frozenset({"succeeded", "created"})
_FINAL = _USABLE | {"failed", "canceled", "cancelled"}
_RUNTIME_MODULES = re.compile(
    r"microsoft\.(powershell|wsman)\..+|orchestrator\.assetmanagement\.cmdlets|cimcmdlets|packagemanagement"
    r"|powershellget|psscheduledjob|psworkflow|psworkflowutility|threadjob",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Held:
    """A module that is there. ``version`` is None where Azure does not tell it; ``state`` is that of its import.

    ``name`` is how Azure writes it, where it was read from a list. ``comes_along`` is one that nobody imported: it
    comes with every account, or with a default package of a runtime environment.
    """

    version: str | None
    state: str = "Succeeded"
    name: str | None = None
    comes_along: bool = False

    @property
    def usable(self) -> bool:
        """Whether its import has ended well."""
        return self.state.lower() in _USABLE

    @property
    def is_final(self) -> bool:
        """Whether its import has ended, well or not."""
        return self.state.lower() in _FINAL


@dataclass(frozen=True)
class Shelf:
    """The modules that a runbook finds; ``modules`` by lower-case name.

    ``where`` is how a sentence calls it, ``powershell`` the version that loads them. ``brings_az`` is the version of
    Az that comes whole as a default package, its modules' own versions not told.
    """

    where: str
    powershell: str
    modules: Mapping[str, Held] = field(default_factory=dict)
    brings_az: str | None = None

    def usable(self) -> frozenset[str]:
        """Return the lower-case names of what can be used."""
        return frozenset(name for name, held in self.modules.items() if held.usable)

    def find(self, name: str) -> Held | None:
        """Return the module; an imported one stands before that of a default package."""
        held = self.modules.get(name.lower())
        if held is not None or self.brings_az is None:
            return held
        if name.lower() == "az":
            return Held(self.brings_az, comes_along=True)
        return Held(None, comes_along=True) if name.lower().startswith("az.") else None


@dataclass(frozen=True)
class Bad:
    """Versions of a module, from ``first`` to ``last``, that fail in a version of PowerShell; ``good`` does not.

    ``powershell`` None means every version of it.
    """

    module: str
    first: str
    last: str
    powershell: str | None
    why: str
    good: str


# Each entry is a public report; nothing is here because it might be bad.
KNOWN_BAD = (
    # Azure/azure-powershell#29276: in a runtime environment of PowerShell 5.1 Connect-AzAccount -Identity ends with
    # "Method 'GetTokenAsync' in type 'Azure.Identity.ManagedIdentityCredential' … does not have an implementation",
    # with 5.3.2 and 5.3.3; #29384 says the same of 5.3.4 on Windows PowerShell 5.1. 5.2.0 works.
    Bad("Az.Accounts", "5.3.2", "5.3.4", "5.1", "its login with an identity fails in PowerShell 5.1", "5.2.0"),
    # Azure's page on runbook types says to avoid this version in PowerShell 7.1, and has 2.6.0 there (docs/contract.md,
    # 3.5).
    Bad("Az.Accounts", "2.4.0", "2.4.0", "7.1", "Azure advises against it in PowerShell 7.1", "2.6.0"),
)


def held_modules(items: Iterable[Json]) -> dict[str, Held]:
    """Return the modules, or packages, of an answer of Azure by lower-case name."""
    held = {}
    for item in items:
        properties = item.get("properties") or {}
        version = properties.get("version")
        state = str(properties.get("provisioningState") or "Succeeded")
        name = str(item["name"])
        comes_along = bool(properties.get("isGlobal") or properties.get("default"))
        held[name.lower()] = Held(str(version) if version else None, state, name, comes_along)
    return held


def shelf_of_environment(name: str, environment: Json, packages: Iterable[Json]) -> Shelf:
    """Return the modules of a runtime environment: imported packages, and what its default packages bring."""
    properties = environment.get("properties") or {}
    defaults = {str(key).lower(): str(value) for key, value in (properties.get("defaultPackages") or {}).items()}
    brings_az = defaults.pop("az", None)
    return Shelf(
        where=f"runtime environment {name}",
        powershell=str((properties.get("runtime") or {}).get("version") or ""),
        modules={
            **{key: Held(version, comes_along=True) for key, version in defaults.items()},
            **held_modules(packages),
        },
        brings_az=brings_az,
    )


def lacking(
    needed: Sequence[NeededModule],
    shelf: Shelf,
    runbook: str,
    target: str,
    known_bad: Sequence[Bad] = KNOWN_BAD,
) -> list[Finding]:
    """Return a finding for each module that is not there as the runbook needs it.

    A minimum that is no version, such as a variable, asks for nothing that could be compared.
    """
    found = [problem(module, shelf, known_bad) for module in needed if not is_of_runtime(module.name)]
    return [
        finding(code, target, line=module.line or None, runbook=runbook, where=shelf.where, **facts)
        for module, code, facts in (said for said in found if said is not None)
    ]


def is_of_runtime(name: str) -> bool:
    """Tell whether a module comes with PowerShell or the sandbox itself: nobody imports it."""
    return _RUNTIME_MODULES.fullmatch(name) is not None


def problem(
    needed: NeededModule, shelf: Shelf, known_bad: Sequence[Bad] = KNOWN_BAD
) -> tuple[NeededModule, str, dict[str, Any]] | None:
    """Return why a module is not there as it is needed, as code and facts of a finding; None where it will do."""
    facts: dict[str, Any] = {"module": needed.name, "needed_by": needed.needed_by}
    held = shelf.find(needed.name)
    minimum = needed.minimum if numbers(needed.minimum) else None
    if held is None:
        return needed, "RA520", {**facts, "wanted": f" {minimum} or newer" if minimum else ""}
    if not held.usable:
        return needed, "RA524", {**facts, "state": held.state}
    if minimum is not None and is_older(held.version, minimum):
        code = "RA523" if held.version is None else "RA521"
        return needed, code, {**facts, "there": held.version, "minimum": minimum}
    bad = known_to_be_bad(needed.name, held.version, shelf.powershell, known_bad)
    if bad is not None:
        return needed, "RA522", {**facts, "there": held.version, "why": bad.why, "good": bad.good}
    return None


def is_older(version: str | None, minimum: str) -> bool:
    """Tell whether a version is not surely the minimum or newer; what cannot be read as a version is not."""
    there, wanted = numbers(version), numbers(minimum)
    return there is None or wanted is None or there < wanted


def known_to_be_bad(name: str, version: str | None, powershell: str, known_bad: Sequence[Bad]) -> Bad | None:
    """Return what is known against a version of a module in a PowerShell, the first of the table; None for nothing."""
    there = numbers(version)
    if there is None:
        return None
    for bad in known_bad:
        first, last = numbers(bad.first), numbers(bad.last)
        if first is None or last is None or bad.module.lower() != name.lower():
            continue
        if bad.powershell in (None, powershell) and first <= there <= last:
            return bad
    return None


def numbers(version: str | None) -> Version | None:
    """Return a version as numbers that can be compared, or None; what follows a hyphen is left away."""
    match = re.fullmatch(r"(\d+(?:\.\d+){0,3})(?:-.*)?", version or "")
    if match is None:
        return None
    parts = [int(part) for part in match[1].split(".")]
    return tuple(parts + [0] * (4 - len(parts)))
