# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Bringing back the assets of a Run As account: the connection; of a certificate, that it cannot come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import finding
from .._step import Change
from .retiree import certificate_state, connection_state
from .rollback_chains import Undo
from .rollback_part import ASSETS, Part, Said, change_back, diff_of
from .unread import Unread

CONNECTION, CERTIFICATE = "connection", "certificate"


class Assets:
    """The connections and certificates that were deleted."""

    kinds = frozenset({CONNECTION, CERTIFICATE})

    def __init__(self, session: Session, account: AccountId) -> None:
        self._session = session
        self._account = account

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each asset."""
        return Part.joined(self._planned(undo) for undo in undos)

    def _planned(self, undo: Undo) -> Part:
        if undo.start is None:
            return Part()
        try:
            now = self._read(undo.kind, undo.start["name"])
        except Forbidden as error:
            unread = Unread.of(f"Whether {undo.kind} {undo.start['name']} is there", undo.target, error)
            return Part(pending=(Said(undo.kind, undo.target, undo.step, unread.finding()),))
        return self._certificate(undo, now) if undo.kind == CERTIFICATE else self._connection(undo, now)

    def _connection(self, undo: Undo, now: Any) -> Part:
        if undo.is_start(now):
            return Part(back=(undo,))
        if now is not None:
            what = f"Connection {undo.start['name']}"
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, finding("RA840", undo.target, what=what)),))
        change = change_back(undo, None, ASSETS, action="create")
        return Part(changes=(change,), diffs=(diff_of(change, undo.start["name"]),))

    def _certificate(self, undo: Undo, now: Any) -> Part:
        """A certificate that is there again was uploaded by somebody: whichever it is, it is theirs."""
        if now is not None:
            return Part(back=(undo,))
        facts = {"certificate": undo.start["name"], "thumbprint": undo.start["thumbprint"]}
        return Part(not_restored=(Said(undo.kind, undo.target, undo.step, finding("RA842", undo.target, **facts)),))

    def now(self, change: Change) -> Any:
        """Return the connection as it is now."""
        return self._read(change.kind, change.after["name"])

    def _read(self, kind: str, name: str) -> Any:
        try:
            if kind == CERTIFICATE:
                return certificate_state(automation.get_certificate(self._session, self._account, name))
            return connection_state(automation.get_connection(self._session, self._account, name))
        except Absent:
            return None

    def write(self, change: Change) -> None:
        """Create the connection from its recorded fields."""
        state = change.after
        properties = {
            "description": state["description"],
            "connectionType": {"name": state["connection_type"]},
            "fieldDefinitionValues": state["fields"],
        }
        automation.put_connection(self._session, self._account, state["name"], properties)
