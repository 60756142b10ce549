# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking container mappings of Site Recovery back to the account and authentication that they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._azure import site_recovery
from .._azure.errors import Absent, Forbidden
from .._azure.ids import last_segment, normal_id
from .._azure.session import Session
from .._finding import finding
from .._step import Change, in_parallel
from .rollback_chains import Undo
from .rollback_part import MAPPINGS, Part, Said, change_back, diff_of
from .unread import Unread
from .usage import vault_id

CONTAINER_MAPPING = "container_mapping"
FIELDS = ("agentAutoUpdateStatus", "automationAccountArmId", "automationAccountAuthenticationType")

# A missing authentication type means this one (azure-contracts, section 6).
_RUN_AS = "RunAsAccount"


class Mappings:
    """The container mappings that were moved to an identity. ``deadline`` is in seconds, for each operation."""

    kinds = frozenset({CONTAINER_MAPPING})

    def __init__(self, session: Session, max_parallel: int, deadline: float) -> None:
        self._session = session
        self._max_parallel = max_parallel
        self._deadline = deadline

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each mapping."""
        return Part.joined(in_parallel(self._planned, undos, self._max_parallel))

    def _planned(self, undo: Undo) -> Part:
        name = last_segment(undo.target)
        try:
            now = self._read(undo.target)
        except Forbidden as error:
            unread = Unread.of(f"Container mapping {name}", undo.target, error)
            return Part(pending=(Said(undo.kind, undo.target, undo.step, unread.finding()),))
        if now is None:
            gone = finding("RA850", undo.target, what=f"Container mapping {name}")
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, gone),))
        if _comparable(now) == _comparable(undo.start):
            return Part(back=(undo,))
        if all(_comparable(now) != _comparable(state) for state in undo.states):
            what = f"Container mapping {name}"
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, finding("RA840", undo.target, what=what)),))
        # Those of one vault come one after the other: it works at one thing at a time (azure-contracts, section 6).
        change = change_back(undo, now, MAPPINGS, action="update", track=normal_id(vault_id(undo.target)))
        return Part(changes=(change,), diffs=(diff_of(change, name),))

    def now(self, change: Change) -> Any:
        """Return a mapping as it is now; written alike where it means the same."""
        now = self._read(change.target)
        for planned in (change.after, change.before):
            if now is not None and _comparable(now) == _comparable(planned):
                return planned
        return now

    def _read(self, target: str) -> dict[str, Any] | None:
        try:
            mapping = site_recovery.get_container_mapping(self._session, target)
        except Absent:
            return None
        details = (mapping.get("properties") or {}).get("providerSpecificDetails") or {}
        return {name: details.get(name) for name in FIELDS}

    def write(self, change: Change) -> None:
        """Write all three fields, the authentication type always explicit."""
        after = change.after
        site_recovery.update_container_mapping(
            self._session,
            change.target,
            after["agentAutoUpdateStatus"],
            after["automationAccountArmId"],
            after["automationAccountAuthenticationType"] or _RUN_AS,
            self._deadline,
        )


def _comparable(state: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what counts. With auto-update off the account means nothing, but it comes back all the same."""
    status, account, authentication = (state.get(name) for name in FIELDS)
    return str(status).lower(), normal_id(str(account or "")), str(authentication or _RUN_AS).lower()
