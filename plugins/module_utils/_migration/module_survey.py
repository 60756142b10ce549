# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The modules of an account: Az and AzureRM by PowerShell and runtime environment, and what is known against them.

One request for each PowerShell of the account, one for the runtime environments, and one for each
PowerShell environment of the account's own (docs/contract.md, 3.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .._azure import packages
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .module_reading import POWERSHELLS, Shelves
from .module_versions import AZ_ACCOUNTS, AZURERM_PROFILE, LEAST
from .modules import Bad, Held, Shelf, is_older, known_to_be_bad, shelf_of_environment
from .unread import unread_finding

Json = Mapping[str, Any]

# They show the modules and packages of the account (docs/contract.md, 3.5).
_SYSTEM = frozenset({"powershell-5.1", "powershell-7.1", "powershell-7.2", "python-2.7", "python-3.8", "python-3.10"})
_UNREADABLE = (Forbidden, Absent, Conflict, Failed)
# Types of runbooks, lower case, that run with what its makers no longer support.
_OLD_TYPES = {"powershell7": ("PowerShell", "7.1"), "python2": ("Python", "2")}


@dataclass(frozen=True)
class Environment:
    """Where runbooks find modules. ``shelf`` is None where there is none to look at, or it could not be read."""

    name: str
    language: str
    version: str
    shelf: Shelf | None = None
    unread: AzureError | None = None
    own: bool = False

    @property
    def old(self) -> tuple[str, str] | None:
        """Language and version where its makers no longer support it."""
        if self.language == "PowerShell" and self.version == "7.1":
            return self.language, self.version
        return (self.language, "2") if self.language == "Python" and self.version.split(".")[0] == "2" else None


def survey_modules(
    session: Session,
    account: AccountId,
    known_bad: Sequence[Bad],
    shelves: Shelves,
    max_parallel: int,
    runbook_types: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the environments of an account with their Az and AzureRM, and what must be said of them.

    ``known_bad`` is the table of ``known_bad.known_bad_modules``; ``shelves`` are the account's, which the checks of
    its runbooks look at too. ``runbook_types`` are the types of the account's runbooks by name, where the caller knows
    them: those of PowerShell 7.1 and Python 2 are named then. What could not be read is in the environment's
    ``unread``, or in that of the result, and a finding.

    Raises Throttled, LoginFailed and Unreachable.
    """
    reads: list[Callable[[], Any]] = [partial(_of_account, shelves, name) for name in POWERSHELLS]
    *accounts, (items, reason) = in_parallel(
        lambda read: read(), [*reads, partial(_listed, session, account)], max_parallel
    )
    own = [item for item in items if str(item["name"]).lower() not in _SYSTEM]
    defaults = {str(item["name"]).lower(): item for item in items}
    read = in_parallel(lambda item: _of_environment(session, account, item), own, max_parallel)
    environments = [*(_with_defaults(one, defaults) for one in accounts), *(one for one in read if one is not None)]
    document = {"environments": [_shown(environment, known_bad) for environment in environments]}
    findings = [said for one in environments for said in _findings(account, one, known_bad)]
    findings += _old_ones(account, environments, runbook_types or {})
    if reason is not None:
        what = f"The runtime environments of {account.name}"
        return {**document, "unread": str(reason)}, [*findings, unread_finding(what, account.arm_id, reason)]
    return document, findings


# Reading


def _of_account(shelves: Shelves, powershell: str) -> Environment:
    name = f"PowerShell {powershell}"
    try:
        return Environment(name, "PowerShell", powershell, shelves.of_account(powershell))
    except _UNREADABLE as error:
        return Environment(name, "PowerShell", powershell, unread=error)


def _listed(session: Session, account: AccountId) -> tuple[list[dict[str, Any]], AzureError | None]:
    try:
        return packages.list_runtime_environments(session, account), None
    except _UNREADABLE as error:
        return [], error


def _of_environment(session: Session, account: AccountId, item: Json) -> Environment | None:
    """Return an environment of the account's own; None for one that is gone. Packages of Python are not asked for."""
    name = str(item["name"])
    runtime = (item.get("properties") or {}).get("runtime") or {}
    language, version = str(runtime.get("language") or ""), str(runtime.get("version") or "")
    if language != "PowerShell":
        return Environment(name, language, version, own=True)
    try:
        held = packages.list_packages(session, account, name)
    except Absent:
        return None
    except _UNREADABLE as error:
        return Environment(name, language, version, unread=error, own=True)
    return Environment(name, language, version, shelf_of_environment(name, item, held), own=True)


def _with_defaults(environment: Environment, items: Mapping[str, Json]) -> Environment:
    """Return an environment of the account with the version of Az that the system's one tells, where its list has none.

    Lists may have modules that come with the account without a version (docs/contract.md, 3.5).
    """
    shelf = environment.shelf
    held = shelf.find("Az") if shelf is not None else None
    if shelf is None or held is None or held.version is not None:
        return environment
    properties = (items.get(f"powershell-{environment.version}") or {}).get("properties") or {}
    told = {str(key).lower(): str(value) for key, value in (properties.get("defaultPackages") or {}).items()}
    modules = {**shelf.modules, "az": replace(held, version=told.get("az"))}
    return replace(environment, shelf=replace(shelf, modules=modules))


# Judging


def _shown(environment: Environment, known_bad: Sequence[Bad]) -> dict[str, Any]:
    """Return an environment as the assessment shows it; null is what is not there, or not known."""
    shelf = environment.shelf
    shown: dict[str, Any] = {
        "name": environment.name,
        "language": environment.language,
        "version": environment.version,
        "az": _version(shelf, "Az"),
        "az_accounts": _version(shelf, AZ_ACCOUNTS),
        "azurerm": _version(shelf, AZURERM_PROFILE),
        "known_bad": [
            {"module": bad.module, "version": version, "why": bad.why, "good": bad.good}
            for bad, version in _bad_ones(shelf, known_bad)
        ],
        "failed": [{"module": held.name or name, "state": held.state} for name, held in _not_usable(shelf)],
        "runbooks": None,
    }
    return shown if environment.unread is None else {**shown, "unread": str(environment.unread)}


def _version(shelf: Shelf | None, name: str) -> str | None:
    held = shelf.find(name) if shelf is not None else None
    return held.version if held is not None and held.usable else None


def _bad_ones(shelf: Shelf | None, known_bad: Sequence[Bad]) -> list[tuple[Bad, str]]:
    """Return what is known against the modules of a shelf, with the version that is there; each module once."""
    if shelf is None:
        return []
    names = sorted({bad.module.lower() for bad in known_bad})
    found = [(name, _version(shelf, name)) for name in names]
    judged = [(known_to_be_bad(name, version, shelf.powershell, known_bad), version) for name, version in found]
    return [(bad, version) for bad, version in judged if bad is not None and version is not None]


def _not_usable(shelf: Shelf | None) -> list[tuple[str, Held]]:
    modules = shelf.modules if shelf is not None else {}
    return [(name, held) for name, held in sorted(modules.items()) if not held.usable]


def _findings(account: AccountId, environment: Environment, known_bad: Sequence[Bad]) -> Iterator[Finding]:
    target = account.child("runtimeEnvironments", environment.name) if environment.own else account.arm_id
    shelf = environment.shelf
    if environment.unread is not None:
        what = f"The modules of {environment.name} in {account.name}"
        yield unread_finding(what, target, environment.unread)
    if shelf is None:
        return
    usable = shelf.usable()
    az = shelf.brings_az is not None or any(_is_az(name) for name in usable)
    if az and any(_is_azurerm(name) for name in usable):
        yield finding("RA530", target, where=shelf.where)
    yield from _too_old(target, shelf)
    for bad, version in _bad_ones(shelf, known_bad):
        yield finding(
            "RA533", target, where=shelf.where, module=bad.module, version=version, why=bad.why, good=bad.good
        )
    for name, held in _not_usable(shelf):
        if _is_az(name) or _is_azurerm(name):
            yield finding("RA534", target, where=shelf.where, module=held.name or name, state=held.state)


def _too_old(target: str, shelf: Shelf) -> Iterator[Finding]:
    """Yield what is known to be too old for a login with an identity; a version that is not told is not."""
    for code, module, minimum in (
        ("RA531", AZURERM_PROFILE, LEAST[AZURERM_PROFILE]),
        ("RA532", AZ_ACCOUNTS, LEAST[AZ_ACCOUNTS]),
    ):
        version = _version(shelf, module)
        if version is not None and is_older(version, minimum):
            yield finding(code, target, where=shelf.where, version=version, minimum=minimum)


def _is_az(name: str) -> bool:
    return name == "az" or name.startswith("az.")


def _is_azurerm(name: str) -> bool:
    return name == "azurerm" or name.startswith("azurerm.")


def _old_ones(
    account: AccountId, environments: Sequence[Environment], runbook_types: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield what runs with a PowerShell or Python that its makers no longer support: runbooks, own environments."""
    users: dict[tuple[str, str], list[str]] = {}
    for environment in environments:
        if environment.own and environment.old is not None:
            users.setdefault(environment.old, []).append(f"runtime environment {environment.name}")
    for runbook, kind in sorted(runbook_types.items()):
        old = _OLD_TYPES.get(kind.lower())
        if old is not None:
            users.setdefault(old, []).append(f"runbook {runbook}")
    for (language, version), names in sorted(users.items()):
        yield finding("RA535", account.arm_id, language=language, version=version, users=", ".join(names))
