# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking away temporary runbooks that a probe which was cut off left behind, as the next probe would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, Forbidden
from .._azure.ids import last_segment
from .._azure.jobs import delete_runbook
from .._finding import finding
from .._step import Change
from ._call import Call
from .probe_memory import PROBE_RUNBOOK
from .probe_reading import content_digest
from .rollback_chains import Undo
from .rollback_part import ACCESS, Part, Said, change_back, diff_of
from .unread import Unread


class ProbeRunbooks:
    """The temporary runbooks that are left."""

    kinds = frozenset({PROBE_RUNBOOK})

    def __init__(self, call: Call) -> None:
        self._call = call

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return which are to be deleted: those that hold what a probe put there, or nothing yet."""
        return Part.joined(self._planned(undo) for undo in undos if undo.start is None)

    def _planned(self, undo: Undo) -> Part:
        name = last_segment(undo.target)
        try:
            now = self._read(name)
        except Forbidden as error:
            unread = Unread.of(f"Runbook {name}", undo.target, error)
            return Part(pending=(Said(undo.kind, undo.target, undo.step, unread.finding()),))
        if now is None:
            return Part(back=(undo,))
        if now["sha256"] is not None and not undo.is_ours(now):
            other = finding("RA840", undo.target, what=f"Runbook {name}")
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, other),))
        change = change_back(undo, now, ACCESS, action="delete")
        return Part(changes=(change,), diffs=(diff_of(change, name),))

    def now(self, change: Change) -> Any:
        """Return a temporary runbook as it is now."""
        return self._read(last_segment(change.target))

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            runbook = automation.get_runbook(self._call.session, self._call.account, name)
            sha256 = content_digest(self._call, name, str(runbook["properties"].get("state")))
        except Absent:
            return None
        return {"name": name, "sha256": sha256}

    def write(self, change: Change) -> None:
        """Delete it."""
        delete_runbook(self._call.session, self._call.account, last_segment(change.target))
