# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking back imported modules: those that were not there go, others come back in the version that they had.

Azure does not tell where a module came from (docs/contract.md, 3.5), so an earlier version
comes back only where the ledger has its link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId
from .._azure.module_assets import delete_module, get_module, import_module, place_of
from .._azure.session import Session
from .._finding import finding
from .._step import Change, StepError
from .rollback_chains import Undo
from .rollback_part import ACCESS, Part, Said, change_back, diff_of
from .unread import Unread
from .waiting import came_true

Json = Mapping[str, Any]

KIND = "module"
_FINAL = frozenset({"succeeded", "created", "failed", "cancelled", "canceled", "updated"})


class Modules:
    """The modules that were imported. ``deadline`` is in seconds, for each import."""

    kinds = frozenset({KIND})

    def __init__(self, session: Session, account: AccountId, deadline: float) -> None:
        self._session = session
        self._account = account
        self._deadline = deadline

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each module; the last that was imported goes first."""
        return Part.joined(self._planned(undo) for undo in reversed(undos))

    def _planned(self, undo: Undo) -> Part:
        dummy, name = place_of(undo.target)
        try:
            item = self._item(undo.target)
        except Forbidden as error:
            unread = Unread.of(f"Module {name}", undo.target, error)
            return Part(pending=(Said(undo.kind, undo.target, undo.step, unread.finding()),))
        now = _state(item)
        if _is_start(undo, now):
            return Part(back=(undo,))
        if now is None:
            gone = finding("RA850", undo.target, what=f"Module {name}")
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, gone),))
        if now["version"] not in [state.get("version") for state in undo.states if state]:
            other = finding("RA840", undo.target, what=f"Module {name}, which has version {now['version']} by now,")
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, other),))
        return self._back(undo, name, now)

    def _back(self, undo: Undo, name: str, now: Json) -> Part:
        start = undo.start
        if start is not None and not start.get("is_global") and not (start.get("uri") and start.get("version")):
            facts = {"module": name, "there": now["version"], "before": start.get("version") or "not told"}
            said = Said(undo.kind, undo.target, undo.step, finding("RA852", undo.target, **facts))
            return Part(not_restored=(said,))
        # What comes with an account shows itself again once what covers it is deleted.
        action = "delete" if start is None or start.get("is_global") else "update"
        change = change_back(undo, dict(now), ACCESS, action=action, track=KIND)
        return Part(changes=(change,), diffs=(diff_of(change, name),))

    def now(self, change: Change) -> Any:
        """Return a module as it is now; written as planned where it means the same."""
        now = _state(self._item(change.target))
        after = change.after
        if after is not None and now is not None and now["version"] == after.get("version"):
            return after
        if after is not None and after.get("is_global") and now is not None and now.get("is_global"):
            return after
        return now

    def _item(self, target: str) -> Json | None:
        place, name = place_of(target)
        try:
            return get_module(
                self._session, self._account, name, place.runtime_environment, powershell=place.powershell
            )
        except Absent:
            return None

    def write(self, change: Change) -> None:
        """Delete the module, or import the version that it had and wait for the end."""
        place, name = place_of(change.target)
        named = {"runtime_environment": place.runtime_environment}
        if change.action == "delete":
            delete_module(self._session, self._account, name, **named, powershell=place.powershell)
            return
        after = change.after
        import_module(
            self._session, self._account, name, after["uri"], after["version"], **named, powershell=place.powershell
        )
        if not came_true(lambda: self._ended(change.target), self._deadline):
            raise StepError(
                f"Module {name} is still being imported after {self._deadline:g} seconds. Run again to see how it "
                "ended."
            )

    def _ended(self, target: str) -> bool:
        item = self._item(target) or {}
        return str((item.get("properties") or {}).get("provisioningState") or "Succeeded").lower() in _FINAL


def _state(item: Json | None) -> dict[str, Any] | None:
    if item is None:
        return None
    properties = item.get("properties") or {}
    version = properties.get("version")
    return {"version": str(version) if version else None, "is_global": properties.get("isGlobal") is True}


def _is_start(undo: Undo, now: Json | None) -> bool:
    start = undo.start
    if start is None or now is None:
        return start is None and now is None
    ours = [state.get("version") for state in undo.states if state]
    return bool(now["version"] == start.get("version") and now["version"] not in ours) or (
        bool(start.get("is_global")) and bool(now["is_global"])
    )
