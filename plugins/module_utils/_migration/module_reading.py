# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading the modules that runbooks find: each list once for an account, and only when a runbook is to be rewritten."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from .._azure import packages
from .._azure.errors import Absent, AzureError, Failed, Forbidden
from .._azure.ids import AccountId
from .._azure.module_assets import Place
from .._azure.session import Session
from .._finding import Finding, finding
from .._runbook import NeededModule
from .modules import KNOWN_BAD, Bad, Shelf, held_modules, lacking, shelf_of_environment

# The modules of the account by the version of PowerShell that loads them, and how a sentence calls them.
_OF_ACCOUNT = {
    "5.1": packages.list_modules,
    "7.1": packages.list_powershell7_modules,
    "7.2": packages.list_powershell72_modules,
}
POWERSHELLS = tuple(_OF_ACCOUNT)
# Types of runbooks, lower case, that say their PowerShell; all others are 5.1 (azure-contracts, section 2.1).
_POWERSHELL_OF_TYPE = {"powershell7": "7.1", "powershell72": "7.2"}
# These types may have a runtime environment; the system's own ones show the modules of the account.
_WITH_ENVIRONMENT = frozenset({"powershell", "python"})
_SYSTEM_ENVIRONMENTS = {"powershell-5.1": "5.1", "powershell-7.1": "7.1", "powershell-7.2": "7.2"}

# The system's environment that shows the account's packages for Python 3; what that of 3.10 shows was not seen.
_SYSTEM_PYTHON = "python-3.8"

_UNREADABLE = (Forbidden, Absent, Failed)


class Shelves:
    """What the runbooks of one account find. Answers are kept; threads may ask at once."""

    def __init__(self, session: Session, account: AccountId, known_bad: Sequence[Bad] = KNOWN_BAD) -> None:
        self._session = session
        self._account = account
        self._known_bad = known_bad
        self._lock = threading.Lock()
        self._read: dict[str, Shelf | AzureError] = {}

    def of_account(self, powershell: str) -> Shelf:
        """Return the modules of the account that one of ``POWERSHELLS`` loads; raises what reading them raised."""
        return self._once(powershell, self._of_account)

    def lacking(self, runbook: str, runbook_type: str, needed: Sequence[NeededModule]) -> list[Finding]:
        """Return what forbids to publish a rewritten runbook: modules that it needs and does not find.

        What cannot be read is a finding too: it is not known to be there.
        """
        if not needed:
            return []
        target = self._account.child("runbooks", runbook)
        try:
            shelf = self.shelf_at(self.place_of(runbook, runbook_type))
        except _UNREADABLE as error:
            return [finding("RA525", target, runbook=runbook, reason=error)]
        return lacking(needed, shelf, runbook, target, self._known_bad)

    def python_packages(self, runbook: str, runbook_type: str) -> frozenset[str] | None:
        """Return the Python packages that a runbook finds, in lower case; None where they are not known."""
        kind = runbook_type.lower()
        try:
            name = self._environment_of(runbook) if kind in _WITH_ENVIRONMENT else None
            if name is not None and name.lower() != _SYSTEM_PYTHON:
                return self._once(name, self._of_environment).usable()
            return self._once(_SYSTEM_PYTHON, self._of_python).usable() if name or kind == "python3" else None
        except _UNREADABLE:
            return None

    def _of_python(self, dummy: str) -> Shelf:
        items = packages.list_python3_packages(self._session, self._account)
        return Shelf(f"the Python 3 packages of account {self._account.name}", "", held_modules(items))

    def place_of(self, runbook: str, runbook_type: str) -> Place:
        """Return where a runbook finds its modules. Raises what reading it raised."""
        kind = runbook_type.lower()
        name = self._environment_of(runbook) if kind in _WITH_ENVIRONMENT else None
        if name is None:
            return Place(_POWERSHELL_OF_TYPE.get(kind, "5.1"))
        if name.lower() in _SYSTEM_ENVIRONMENTS:
            return Place(_SYSTEM_ENVIRONMENTS[name.lower()])
        return Place(runtime_environment=name)

    def shelf_at(self, place: Place) -> Shelf:
        """Return the modules at a place, read once. Raises what reading them raised."""
        if place.runtime_environment is None:
            return self.of_account(place.powershell)
        return self._once(place.runtime_environment, self._of_environment)

    def _environment_of(self, runbook: str) -> str | None:
        return packages.runtime_environment_of(self._session, self._account, runbook)

    def _of_account(self, powershell: str) -> Shelf:
        items = _OF_ACCOUNT[powershell](self._session, self._account)
        where = f"the modules of account {self._account.name} for PowerShell {powershell}"
        return Shelf(where, powershell, held_modules(items))

    def _of_environment(self, name: str) -> Shelf:
        environment = packages.get_runtime_environment(self._session, self._account, name)
        return shelf_of_environment(name, environment, packages.list_packages(self._session, self._account, name))

    def _once(self, key: str, read: Callable[[str], Shelf]) -> Shelf:
        """Return what ``read`` returns, or raise what it raises, however often the same is asked."""
        with self._lock:
            if key not in self._read:
                self._read[key] = _tried(read, key)
            answer = self._read[key]
        if isinstance(answer, AzureError):
            raise answer
        return answer


def _tried(read: Callable[[str], Shelf], key: str) -> Shelf | AzureError:
    try:
        return read(key)
    except _UNREADABLE as error:
        return error
