# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is to be imported where: needs, what is there and what the user names in, imports and findings out. Pure.

Nothing is imported where what is there will do, nothing older than what is there, and nothing that is not known to
work: then a finding asks the user for a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._azure.ids import AccountId
from .._azure.module_assets import Place, without_query
from .._finding import Finding, finding
from .._runbook import NeededModule
from .._step import Change, Plan
from .module_demands import Demand, Need
from .module_versions import (
    AZ_ACCOUNTS,
    AZURERM_PROFILE,
    RECOMMENDED,
    gallery_link,
    is_known,
    needs_az_accounts,
    recommended,
)
from .module_wishes import Wish
from .modules import Bad, Held, Shelf, is_older, known_to_be_bad, numbers, problem

KIND = "module"
IMPORT, UPDATE = "import", "update"
# Who chose a version: the built-in table, or the user's option of that name.
RELEASE = "release"
_FIRST, _AFTER_AZ_ACCOUNTS = 0, 1


@dataclass(frozen=True)
class Wanted:
    """What to import. ``uri`` may hold a secret: ``shown`` is what may be seen of it. ``source`` says who chose."""

    version: str
    source: str
    uri: str = field(repr=False)

    @property
    def shown(self) -> str:
        """The link without its secret part."""
        return without_query(self.uri)


@dataclass(frozen=True)
class Decided:
    """What is to be done with one needed module: ``wanted`` None leaves it alone. ``held`` is what is there."""

    place: Place
    shelf: Shelf
    need: Need
    held: Held | None
    wanted: Wanted | None = None
    findings: tuple[Finding, ...] = ()
    does: bool = True

    @property
    def name(self) -> str:
        """The name, as Azure writes it where the module is there."""
        return self.held.name if self.held is not None and self.held.name else self.need.name

    @property
    def state(self) -> str:
        """One of ``kept``, ``imported`` (planned) and ``refused``."""
        if self.wanted is not None:
            return "imported"
        return "kept" if self.does else "refused"

    def target(self, account: AccountId) -> str:
        """Return the id of the module."""
        return account.child(self.place.collection, self.name)


@dataclass(frozen=True)
class Scene:
    """What deciding needs besides demand and shelf. ``stuck`` are ids of modules whose import does not end."""

    account: AccountId
    wishes: Mapping[str, Wish]
    known_bad: Sequence[Bad]
    stuck: frozenset[str] = frozenset()


def decide(scene: Scene, demand: Demand, shelf: Shelf) -> list[Decided]:
    """Return what is to be done with each module that is needed at a place: Az.Accounts first, then by name."""
    needs = dict(demand.needs)
    accounts = needs.pop(AZ_ACCOUNTS.lower(), None)
    others = [_decide(scene, demand.place, shelf, needs[name]) for name in sorted(needs)]
    importing = [one for one in others if one.wanted is not None and needs_az_accounts(one.name)]
    if importing:
        accounts = _for_them(accounts, importing, shelf)
    if accounts is None:
        return others
    first = _decide(scene, demand.place, shelf, accounts)
    if not first.does and first.wanted is None:
        others = [_without_az_accounts(scene, one) if one in importing else one for one in others]
    return [first, *others]


def _for_them(accounts: Need | None, importing: Sequence[Decided], shelf: Shelf) -> Need:
    """Return the need of Az.Accounts, which modules that are imported depend on.

    Those of a release want its Az.Accounts; one that comes along in a version that is not told is taken for granted.
    """
    held = shelf.find(AZ_ACCOUNTS)
    release = RECOMMENDED.get(shelf.powershell, {}).get(AZ_ACCOUNTS)
    known = held is not None and held.version is not None
    from_release = any(one.wanted is not None and one.wanted.source == RELEASE for one in importing)
    minimum = release if from_release and known else None
    need = Need(AZ_ACCOUNTS, minimum, tuple(one.need.name for one in importing))
    return need if accounts is None else accounts.joined(need)


def _without_az_accounts(scene: Scene, one: Decided) -> Decided:
    said = finding("RA549", one.target(scene.account), module=one.name, where=one.shelf.where)
    return replace(one, wanted=None, does=False, findings=(said,))


def _decide(scene: Scene, place: Place, shelf: Shelf, need: Need) -> Decided:
    held = shelf.find(need.name)
    decided = Decided(place, shelf, need, held)
    target = decided.target(scene.account)
    if held is not None and not held.is_final:
        return _under_way(scene, decided, target)
    wish = scene.wishes.get(need.name.lower())
    if _does(scene, need, shelf, held):
        return replace(decided, findings=_downgrade_asked(decided, wish, target))
    wanted = _wanted(need.name, shelf, wish)
    refusal = _refusal(scene, decided, wanted, target)
    if refusal is not None or wanted is None:
        return replace(decided, does=False, findings=(refusal,) if refusal else ())
    return replace(decided, does=False, wanted=wanted, findings=_warnings(decided, wanted, target))


def _does(scene: Scene, need: Need, shelf: Shelf, held: Held | None) -> bool:
    """Tell whether what is there will do; a version that is not told is too old only for who asks for one."""
    if problem(NeededModule(need.name, need.minimum, 0, ""), shelf, scene.known_bad) is not None:
        return False
    told = held.version if held is not None else None
    return told is None or need.least is None or not is_older(told, need.least)


def _under_way(scene: Scene, decided: Decided, target: str) -> Decided:
    stuck = target.lower() in scene.stuck
    state = decided.held.state if decided.held is not None else ""
    code = "RA541" if stuck else "RA540"
    said = finding(code, target, module=decided.name, where=decided.shelf.where, state=state)
    return replace(decided, does=not stuck, findings=(said,))


def _downgrade_asked(decided: Decided, wish: Wish | None, target: str) -> tuple[Finding, ...]:
    there = decided.held.version if decided.held is not None else None
    if wish is None or there is None or not _older(wish.version, there):
        return ()
    facts: dict[str, Any] = {"module": decided.name, "where": decided.shelf.where, "there": there}
    return (finding("RA547", target, option=wish.option, version=wish.version, **facts),)


def _wanted(name: str, shelf: Shelf, wish: Wish | None) -> Wanted | None:
    if wish is not None:
        return Wanted(wish.version, wish.option, wish.uri)
    version = recommended(name, shelf.powershell)
    return None if version is None else Wanted(version, RELEASE, gallery_link(name, version))


def _refusal(scene: Scene, decided: Decided, wanted: Wanted | None, target: str) -> Finding | None:
    """Return why a module that is needed is not imported; None where it may be."""
    need, shelf = decided.need, decided.shelf
    facts: dict[str, Any] = {"module": decided.name, "where": shelf.where}
    users = ", ".join(need.needed_by)
    if need.name.lower() == "az":
        return finding("RA548", target, needed_by=users, **facts)
    too_old = wanted is not None and need.least is not None and is_older(wanted.version, need.least)
    if wanted is None or (too_old and wanted.source == RELEASE):
        asked = f" {need.least} or newer" if need.least else ""
        return finding("RA536", target, wanted=asked, needed_by=users, **facts)
    facts["version"] = wanted.version
    if too_old:
        return finding("RA546", target, minimum=need.least, needed_by=users, option=wanted.source, **facts)
    bad = known_to_be_bad(need.name, wanted.version, shelf.powershell, scene.known_bad)
    if bad is not None:
        return finding("RA543", target, why=bad.why, good=bad.good, **facts)
    return _refuse_older(decided, wanted, target, facts)


def _refuse_older(decided: Decided, wanted: Wanted, target: str, facts: Mapping[str, Any]) -> Finding | None:
    """Return the finding for what would be, or may be, older than what is there; a failed import is not there."""
    held = decided.held
    if held is None or not held.usable:
        return None
    if held.version is None:
        return finding("RA539", target, **facts) if wanted.source == RELEASE else None
    if _older(wanted.version, held.version):
        return finding("RA537", target, there=held.version, **facts)
    return None


def _warnings(decided: Decided, wanted: Wanted, target: str) -> tuple[Finding, ...]:
    held, shelf = decided.held, decided.shelf
    facts: dict[str, Any] = {"module": decided.name, "where": shelf.where, "version": wanted.version}
    found = []
    if held is not None and held.comes_along and held.usable:
        found.append(finding("RA538", target, there=held.version or "of a version that is not told", **facts))
    if decided.need.name == AZURERM_PROFILE and held is not None:
        others = sorted(
            other.name or name
            for name, other in shelf.modules.items()
            if name.startswith("azurerm.") and name != AZURERM_PROFILE.lower()
        )
        if others:
            found.append(finding("RA544", target, others=", ".join(others), **facts))
    return tuple(found)


def _older(one: str, other: str) -> bool:
    left, right = numbers(one), numbers(other)
    return left is not None and right is not None and left < right


def unused_wishes(
    account: AccountId, wishes: Mapping[str, Wish], demands: Sequence[Demand], *, whole: bool
) -> list[Finding]:
    """Return a finding for each named module that nothing needs and no table knows: its name may be misspelt.

    Where not all was read (``whole`` is false), nobody can tell.
    """
    needed = {name for demand in demands for name in demand.needs} | {AZ_ACCOUNTS.lower()}
    return [
        finding("RA542", account.arm_id, option=wish.option, module=wish.module)
        for name, wish in sorted(wishes.items())
        if whole and name not in needed and not is_known(name)
    ]


def plan_imports(account: AccountId, decided: Sequence[Decided], others: Sequence[Finding]) -> Plan:
    """Return the imports as a plan: Az.Accounts and what depends on nothing first, then what depends on it."""
    importing = [one for one in decided if one.wanted is not None]
    return Plan(
        changes=tuple(sorted((_change(account, one) for one in importing), key=lambda change: change.wave)),
        findings=(*others, *(said for one in decided for said in one.findings)),
        diffs=tuple(_diff(one) for one in importing),
    )


def _change(account: AccountId, one: Decided) -> Change:
    target = one.target(account)
    before = state_of(one.held)
    return Change(
        action=IMPORT if before is None else UPDATE,
        kind=KIND,
        target=target,
        before=before,
        after=after_of(one),
        track=target,
        wave=_AFTER_AZ_ACCOUNTS if needs_az_accounts(one.name) else _FIRST,
    )


def state_of(held: Held | None) -> dict[str, Any] | None:
    """Return what the ledger keeps of a module that Azure lists; None for what a default package brings unlisted.

    Azure does not tell where a module came from. What bears a name of Microsoft's own, and was imported well, comes
    from the gallery again where it is to be brought back (``uri``).
    """
    if held is None or held.name is None:
        return None
    state = {"version": held.version, "state": held.state, "is_global": held.comes_along}
    if held.version is None or held.comes_along or not held.usable or not is_known(held.name):
        return state
    return {**state, "uri": gallery_link(held.name, held.version)}


def after_of(one: Decided) -> dict[str, Any]:
    """Return what a module is after its import, without the secret part of its link."""
    if one.wanted is None:
        raise RuntimeError("nothing is imported")
    return {"version": one.wanted.version, "uri": one.wanted.shown}


def _diff(one: Decided) -> dict[str, Any]:
    header = f"module {one.name} in {one.shelf.where}"
    before = state_of(one.held) or {}
    return {"before_header": header, "after_header": header, "before": before, "after": after_of(one)}
