# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that brings the modules that rewritten runbooks need to where they run.

Azure answers an import before it has begun (docs/contract.md, 3.5.1), so each is waited for; what fails is told,
and the others are still made.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import module_assets
from .._azure.errors import Absent
from .._azure.module_assets import Place, place_of, without_secret
from .._finding import Finding
from .._step import Change, Hands, Outcome, StepError
from ._call import Call, Result
from .chosen_identity import SYSTEM
from .known_bad import KNOWN_BAD_OPTION, known_bad_modules
from .module_demands import Demand, demands, shelf_of
from .module_import_plan import Decided, Scene, decide, plan_imports, state_of, unused_wishes
from .module_reading import Shelves
from .module_versions import AZ_ACCOUNTS, needs_az_accounts
from .module_wishes import WISHES, wishes_of
from .modules import Held, held_modules, numbers
from .rewriting import REWRITING
from .waiting import came_true, pauses

NAME = "ensure_modules"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + REWRITING
    + KNOWN_BAD_OPTION
    + WISHES
    + ArgumentSpec(
        options={
            "runbooks": {"type": "list", "elements": "str"},
            "identity": {"type": "str", "default": SYSTEM},
            "pending_draft": {"type": "str", "choices": ["skip", "keep"], "default": "skip"},
            "probe": {"type": "bool", "default": True},
            "timeout": {"type": "int", "default": 1800},
        }
    )
)

# Reads of a module that Azure calls imported in another version than was asked for, before that is taken as the end.
_PATIENCE = 3
# Characters of an error of Azure's that are told; it holds a stack trace.
_LONGEST = 600


@dataclass
class Progress:
    """How the imports of this run ended, by the lower-case id of the module."""

    ended: dict[str, dict[str, Any]] = field(default_factory=dict)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    wishes = wishes_of(call.parameters)
    known_bad = known_bad_modules(call.parameters["known_bad"])
    wanted, unread = demands(call, known_bad, probe=bool(call.parameters["probe"]))
    shelves = Shelves(call.session, call.account, known_bad)
    waited = {} if call.check_mode else _wait_for_others(call, wanted, shelves)
    if waited:
        shelves = Shelves(call.session, call.account, known_bad)
    scene = Scene(call.account, wishes, known_bad, frozenset(key for key, ended in waited.items() if not ended))
    decided, unreadable = _decide(scene, wanted, shelves)
    unused = unused_wishes(call.account, wishes, wanted, whole=not unread)
    plan = plan_imports(call.account, decided, [*unread, *unreadable, *unused])
    progress = Progress()
    return call.finish(
        plan,
        _hands(call, decided, progress),
        facts=lambda outcome: _facts(call, decided, progress, outcome),
    )


def _decide(scene: Scene, wanted: Sequence[Demand], shelves: Shelves) -> tuple[list[Decided], list[Finding]]:
    decided: list[Decided] = []
    unread: list[Finding] = []
    for demand in wanted:
        shelf = shelf_of(shelves, demand.place)
        if isinstance(shelf, Finding):
            unread.append(shelf)
        else:
            decided += decide(scene, demand, shelf)
    return decided, unread


# Waiting for imports of others, or of a run of ours that was cut short


def _wait_for_others(call: Call, wanted: Sequence[Demand], shelves: Shelves) -> dict[str, bool]:
    """Wait for the imports that are under way of modules that are needed; return by id whether each has ended."""
    ended: dict[str, bool] = {}
    for demand in wanted:
        shelf = shelf_of(shelves, demand.place)
        if isinstance(shelf, Finding):
            continue
        for name in dict.fromkeys((AZ_ACCOUNTS.lower(), *sorted(demand.needs))):
            held = shelf.modules.get(name)
            if held is not None and not held.is_final:
                target = call.account.child(demand.place.collection, held.name or name)
                ended[target.lower()] = _ended(call, demand.place, held)
    return ended


def _ended(call: Call, place: Place, held: Held) -> bool:
    def final() -> bool:
        now = _read(call, place, held.name or "")
        return now is None or now.is_final

    return came_true(final, float(call.parameters["timeout"]))


# Reading and writing one module


def _read(call: Call, place: Place, name: str) -> Held | None:
    item = _item(call, place, name)
    return None if item is None else held_modules([item])[str(item["name"]).lower()]


def _item(call: Call, place: Place, name: str) -> Mapping[str, Any] | None:
    try:
        return module_assets.get_module(
            call.session, call.account, name, place.runtime_environment, powershell=place.powershell
        )
    except Absent:
        return None


def _hands(call: Call, decided: Sequence[Decided], progress: Progress) -> Hands:
    by_target = {one.target(call.account): one for one in decided}

    def reread(change: Change) -> Any:
        place, name = place_of(change.target)
        _refuse_without_az_accounts(call, place, name, progress)
        return state_of(_read(call, place, name))

    return Hands(reread=reread, write=lambda change: _import(call, by_target[change.target], progress))


def _refuse_without_az_accounts(call: Call, place: Place, name: str, progress: Progress) -> None:
    """Raise StepError where Az.Accounts was to be imported by this run and was not: what needs it would fail."""
    ended = progress.ended.get(call.account.child(place.collection, AZ_ACCOUNTS).lower())
    if needs_az_accounts(name) and ended is not None and ended["error"]:
        raise StepError(
            f"Module {name} was not imported into {place.where(call.account)}: it needs Az.Accounts, whose import did "
            "not succeed. Mend that and run again."
        )


def _import(call: Call, one: Decided, progress: Progress) -> dict[str, Any]:
    """Import a module and wait for the end, which may be a bad one: Azure took the import, so it is a change made."""
    if one.wanted is None:
        raise RuntimeError("nothing is imported")
    module_assets.import_module(
        call.session,
        call.account,
        one.name,
        one.wanted.uri,
        one.wanted.version,
        one.place.runtime_environment,
        powershell=one.place.powershell,
    )
    ended = _wait(call, one)
    progress.ended[one.target(call.account).lower()] = ended
    return dict(ended)


def _wait(call: Call, one: Decided) -> dict[str, Any]:
    """Return how an import ended: the state and version that are there, and what is wrong with them."""
    patience = _PATIENCE
    shown: dict[str, Any] = {}
    for pause in pauses(float(call.parameters["timeout"])):
        item = _item(call, one.place, one.name)
        if item is None:
            return {"state": "Absent", "version": None, "error": "the module is not there any more"}
        held = held_modules([item])[str(item["name"]).lower()]
        shown = {"state": held.state, "version": held.version, "error": _error(one, item, held)}
        if held.is_final:
            patience -= 1
            if shown["error"] is None or not held.usable or patience == 0:
                return shown
        time.sleep(pause)
    return {**shown, "error": f"it is still {shown['state']} after {call.parameters['timeout']} seconds"}


def _error(one: Decided, item: Mapping[str, Any], held: Held) -> str | None:
    """Return what is wrong with a module after its import; None where it is as planned."""
    if one.wanted is None or held.state.lower() in ("failed", "canceled", "cancelled"):
        said = (item.get("properties") or {}).get("error") or {}
        told = without_secret(str(said.get("message") or ""), one.wanted.uri if one.wanted is not None else "")
        return " ".join(told.split())[:_LONGEST] or "Azure does not say why"
    if numbers(held.version) != numbers(one.wanted.version):
        return f"version {held.version or 'unknown'} is there, and {one.wanted.version} was imported"
    return None


# The result


def _facts(call: Call, decided: Sequence[Decided], progress: Progress, outcome: Outcome) -> dict[str, Any]:
    """Return the step's own part of the result; an import that ended badly makes the run a failed one."""
    made = {done.change.target.lower() for done in outcome.done}
    failed = {failure.change.target.lower(): str(failure.error) for failure in outcome.failures}
    shown = [_module(call, one, progress, made, failed) for one in decided]
    facts: dict[str, Any] = {"modules": shown}
    broken = [one for one in shown if one["state"] == "failed" and one["error"]]
    if broken:
        told = "; ".join(f"{one['name']} in {one['where']}: {one['error']}" for one in broken)
        facts |= {"failed": True, "partial": True, "msg": f"Modules that were not imported: {told}"}
    return facts


def _module(call: Call, one: Decided, progress: Progress, made: set[str], failed: Mapping[str, str]) -> dict[str, Any]:
    target = one.target(call.account).lower()
    ended = progress.ended.get(target)
    state, error = one.state, failed.get(target)
    if one.wanted is not None and not call.check_mode:
        if ended is not None and ended["error"]:
            state, error = "failed", ended["error"]
        elif target not in made:
            state, error = "failed", error or "not tried, because an import before it was not made"
    return {
        "name": one.name,
        "where": one.shelf.where,
        "powershell": one.shelf.powershell,
        "runtime_environment": one.place.runtime_environment,
        "needed_by": list(one.need.needed_by),
        "minimum": one.need.least,
        "there": one.held.version if one.held is not None else None,
        "version": one.wanted.version if one.wanted is not None else None,
        "source": one.wanted.source if one.wanted is not None else None,
        "state": state,
        "error": error,
    }
