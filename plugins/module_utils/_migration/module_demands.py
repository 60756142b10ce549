# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which modules rewritten runbooks need, and where: update_runbook's own plan, made as if all modules were there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .._azure import automation
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.module_assets import Place
from .._finding import Finding, finding
from .._runbook import NeededModule
from . import runbooks
from ._call import Call
from .chosen_identity import choose_identity
from .module_reading import Shelves
from .module_versions import AZ_ACCOUNTS, LEAST, written
from .modules import Bad, Shelf, is_of_runtime, numbers
from .runbook_checks import Checks

_UNREADABLE = (Forbidden, Absent, Failed)
PROBE = "the probe"
_PLACE_OF_PROBE = Place("5.1")


@dataclass(frozen=True)
class Need:
    """A module that is needed at a place, and by whom. ``minimum`` is the version that they ask for at least."""

    name: str
    minimum: str | None = None
    needed_by: tuple[str, ...] = ()

    @property
    def least(self) -> str | None:
        """The least version that will do: what is asked for, and what a login with an identity needs."""
        return newest(self.minimum, LEAST.get(self.name))

    def joined(self, other: Need) -> Need:
        """Return both needs of one module as one."""
        names = tuple(dict.fromkeys((*self.needed_by, *other.needed_by)))
        return Need(self.name, newest(self.minimum, other.minimum), names)


@dataclass(frozen=True)
class Demand:
    """What is needed at one place; ``needs`` by lower-case name."""

    place: Place
    needs: Mapping[str, Need]


@dataclass(frozen=True)
class Recorded:
    """What a runbook that would be rewritten asks for."""

    runbook: str
    type: str
    needed: tuple[NeededModule, ...]


class Listening(Shelves):
    """Shelves that find nothing lacking, and remember what was asked for."""

    def __init__(self, call: Call, known_bad: Sequence[Bad]) -> None:
        super().__init__(call.session, call.account, known_bad)
        self.heard: list[Recorded] = []

    def lacking(self, runbook: str, runbook_type: str, needed: Sequence[NeededModule]) -> list[Finding]:
        """Remember what the runbook needs."""
        self.heard.append(Recorded(runbook, runbook_type, tuple(needed)))
        return []


def demands(call: Call, known_bad: Sequence[Bad], *, probe: bool) -> tuple[list[Demand], list[Finding]]:
    """Return what is needed at which place, and what could not be looked at.

    ``probe`` adds what the probe of the identity needs, where a runbook of PowerShell is to be rewritten.
    Raises StepError where update_runbook would.
    """
    shelves = Listening(call, known_bad)
    needs: dict[Place, dict[str, Need]] = {}
    findings: list[Finding] = []
    for recorded in _to_be_rewritten(call, shelves):
        if not recorded.needed:
            continue
        try:
            place = shelves.place_of(recorded.runbook, recorded.type)
        except _UNREADABLE as error:
            target = call.account.child("runbooks", recorded.runbook)
            findings.append(
                finding("RA545", target, what=f"Where runbook {recorded.runbook} finds modules", reason=error)
            )
            continue
        _add(needs, place, recorded.runbook, recorded.needed)
    if probe and any(needs.values()):
        _add(needs, _PLACE_OF_PROBE, PROBE, (NeededModule(AZ_ACCOUNTS, None, 0, PROBE),))
    found = [Demand(place, wanted) for place, wanted in needs.items() if wanted]
    return sorted(found, key=lambda demand: demand.place.collection.lower()), findings


def _to_be_rewritten(call: Call, shelves: Listening) -> list[Recorded]:
    """Return the runbooks that update_runbook would write if it found all modules."""
    login = choose_identity(call, automation.get_account(call.session, call.account))
    runbooks.refuse_unknown_client(call, login)
    checks = Checks(call.session, call.account, shelves, user_assigned=login.arm_id is not None)
    # Nothing is kept for a rewrite that this step does not make.
    planning = replace(call, parameters={**call.parameters, "publish": True}, diff_mode=False, journal=None)
    decisions, dummy = runbooks.decide_runbooks(planning, login, checks)
    written_ones = {decision.runbook for decision in decisions if decision.changes}
    return sorted((one for one in shelves.heard if one.runbook in written_ones), key=lambda one: one.runbook.lower())


def _add(needs: dict[Place, dict[str, Need]], place: Place, user: str, needed: Sequence[NeededModule]) -> None:
    key = next((known for known in needs if known.collection.lower() == place.collection.lower()), place)
    wanted = needs.setdefault(key, {})
    for module in needed:
        if is_of_runtime(module.name):
            continue
        need = need_of(module.name, module.minimum, user)
        known = wanted.get(need.name.lower())
        wanted[need.name.lower()] = need if known is None else known.joined(need)


def need_of(name: str, minimum: str | None, user: str) -> Need:
    """Return the need of one user; a minimum that is no version, such as a variable, asks for none."""
    return Need(written(name), minimum if numbers(minimum) else None, (user,))


def newest(one: str | None, other: str | None) -> str | None:
    """Return the newer of two versions; None where there is none."""
    return max((version for version in (one, other) if version), key=lambda text: numbers(text) or (), default=None)


def shelf_of(shelves: Shelves, place: Place) -> Shelf | Finding:
    """Return the modules at a place, or the finding that they could not be read."""
    try:
        return shelves.shelf_at(place)
    except _UNREADABLE as error:
        what = f"The modules for {place.runtime_environment or 'PowerShell ' + place.powershell}"
        return finding("RA545", place.collection, what=what, reason=error)
