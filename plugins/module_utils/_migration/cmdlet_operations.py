# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a call of a cmdlet needs: from the built-in table, and from what a user says of cmdlets beyond it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from .._runbook.cmdlets import CmdletCall
from .._step import StepError
from .cmdlet_table import TABLE
from .operations import DATA, OPERATION

_CMDLET = re.compile(r"[a-z]+-\w+( -\w+)?", re.IGNORECASE)
_CRUD = {"get": "read", "new": "read write", "add": "read write", "set": "read write", "update": "read write"}

# What these do to resources depends on what they are given: a template, a type of resource, an action.
_DEPLOYMENT = ("read", "write", "validate/action", "operationStatuses/read")
_DEPLOYERS = frozenset(
    {"new-azresourcegroupdeployment", "new-azdeployment", "new-azsubscriptiondeployment"}
    | {"new-aztenantdeployment", "new-azmanagementgroupdeployment"}
)
_GENERIC = {
    "get-azresource": ("read",),
    "new-azresource": ("read", "write"),
    "set-azresource": ("read", "write"),
    "remove-azresource": ("delete",),
    "invoke-azresourceaction": (),
}


@dataclass(frozen=True)
class Needed:
    """The operations that a call needs. ``open`` tells that it may need others, which its text does not tell."""

    operations: tuple[str, ...]
    open: bool = False


class CmdletOperations:
    """The table, extended: what a user says of a cmdlet replaces what the table says of it."""

    def __init__(self, own: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._own = own or {}

    def of(self, call: CmdletCall) -> Needed | None:
        """Return what a call needs; None for a cmdlet that is in no table."""
        name = call.cmdlet.lower()
        for known in (self._own, _built_in()):
            found = [known[key] for key in (f"{name} -{given}" for given in sorted(call.parameters)) if key in known]
            if found or name in known:
                return Needed(tuple(dict.fromkeys(op for one in found or [known[name]] for op in one)))
        if name in _DEPLOYERS:
            return Needed(tuple(f"Microsoft.Resources/deployments/{end}" for end in _DEPLOYMENT), open=True)
        return _generic(name, call.resource_type) if name in _GENERIC else None


def _generic(name: str, resource_type: str | None) -> Needed:
    """Return what a cmdlet for resources of any type needs, where the call names the type."""
    if resource_type is not None and OPERATION.fullmatch(resource_type):
        ends = _GENERIC[name]
        return Needed(tuple(f"{resource_type}/{end}" for end in ends), open=not ends)
    if name == "get-azresource":
        return Needed(("Microsoft.Resources/subscriptions/resources/read",))
    return Needed((), open=True)


def own_operations(given: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    """Read the option ``cmdlet_operations``. Raises StepError for what names no cmdlet or no operation."""
    own: dict[str, tuple[str, ...]] = {}
    for cmdlet, operations in (given or {}).items():
        listed = [operations] if isinstance(operations, str) else operations
        if not _CMDLET.fullmatch(str(cmdlet)) or not isinstance(listed, list):
            raise StepError(
                f"cmdlet_operations has the entry {cmdlet!r}. An entry is the name of a cmdlet, such as Start-AzVM, "
                "with a list of operations (an empty one where any role is enough)."
            )
        wrong = [operation for operation in listed if not OPERATION.fullmatch(str(operation))]
        if wrong:
            raise StepError(
                f"cmdlet_operations says {wrong[0]!r} of {cmdlet}, which is no operation of Azure. Write it as "
                f"Microsoft.Compute/virtualMachines/start/action, and an operation on data with {DATA} before it."
            )
        own[str(cmdlet).lower()] = tuple(str(operation) for operation in listed)
    return own


def known_operations() -> Iterator[str]:
    """Yield every operation of the built-in table."""
    for operations in _built_in().values():
        yield from operations


@cache
def _built_in() -> dict[str, tuple[str, ...]]:
    general: dict[str, tuple[str, ...]] = {}
    exact: dict[str, tuple[str, ...]] = {}
    subject = ""
    for line in TABLE.replace("\n  ", " ").splitlines():
        if line.startswith("="):
            subject = line[2:]
        elif line.startswith("!"):
            general.update((f"{verb}-{noun}".lower(), ()) for noun in line[1:].split() for verb in (*_CRUD, "remove"))
        elif line.startswith(("~", "?")):
            general.update(_crud(line[1:], subject, every=line.startswith("~")))
        else:
            exact.update(_entries(line, subject))
    return {**general, **exact}


def _crud(noun: str, subject: str, *, every: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    verbs = {**_CRUD, "remove": "delete"} if every else {"get": "read"}
    for verb, ends in verbs.items():
        yield f"{verb}-{noun}".lower(), tuple(f"{subject}/{end}" for end in ends.split())


def _entries(line: str, subject: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read ``Start,Stop-AzVM: …``, ``New-AzA,New-AzB: …`` or ``Stop-AzVM -Parameter: …``."""
    names, dummy, written = line.partition(": ")
    operations = tuple(_absolute(word, subject) for word in written.split() if word != "-")
    parts = names.split(",")
    noun = [part.partition("-")[2] for part in parts if "-" in part][-1]
    for part in parts:
        yield (part if "-" in part else f"{part}-{noun}").lower(), operations


def _absolute(word: str, subject: str) -> str:
    return word if word.startswith(("Microsoft.", DATA)) else f"{subject}/{word}"
