# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the kinds of access in Microsoft Entra have in common: how they are written and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._azure.directory_access import GraphWrite
from .._azure.directory_batch import Ask
from .._azure.errors import AzureError, Conflict, Failed
from .._azure.session import Session
from .._finding import Finding
from .._step import KNOWN_AFTER_APPLY, Change
from .access_model import Role
from .access_part import Copying, HandOver, Right
from .directory_giving import command_of, give
from .directory_reading import DirectoryReading, Holdings, Read
from .unread import Unread

# Seconds that a write waits for Graph to know a fresh identity, unless the task says otherwise.
_REPLICATION_TIMEOUT = 300.0


class DirectoryKind:
    """One kind of access in Microsoft Entra; see ``access_part.Kind``.

    ``reading`` is what was read of the sources and the identity at the beginning; ``replication_timeout`` is in
    seconds, for each write.
    """

    changes_of: frozenset[str] = frozenset()

    def __init__(
        self,
        session: Session,
        copying: Copying,
        reading: DirectoryReading,
        max_parallel: int,
        replication_timeout: float = _REPLICATION_TIMEOUT,
    ) -> None:
        self._session = session
        self._copying = copying
        self._reading = reading
        self._max_parallel = max_parallel
        self._timeout = replication_timeout

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found while writing: nothing that the plan does not say."""
        return ()

    @property
    def roles(self) -> Mapping[str, Role]:
        """No roles of Azure play a part."""
        return {}

    def reread(self, change: Change) -> Any:
        """Return None without asking: Graph refuses to create what is there, so nothing is overwritten (5.3 to 5.5)."""
        return change.before

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change; what somebody else had made meanwhile is taken as it is, with ``created`` False."""
        write = self._write_of(change.after)
        try:
            made = give(self._session, write, change.after["principal_id"], self._timeout)
        except (Failed, Conflict) as error:
            found = self._found(change) if error.status in (400, 409) else None
            if found is None:
                raise
            return {"id": found, "created": False}
        return {"id": made.get("id") or change.target, "created": True}

    def right_of(self, change: Change) -> Right:
        """Return the right that a change gives."""
        return self._right_in(change.after)

    def hand_over_of(self, change: Change) -> HandOver | None:
        """Return what to ask of somebody with more rights where Azure forbids a change."""
        return self._hand_over(self._right_in(change.after), change.after)

    def _write_of(self, after: Mapping[str, Any]) -> GraphWrite:
        raise NotImplementedError

    def _right_in(self, after: Mapping[str, Any]) -> Right:
        raise NotImplementedError

    def _hand_over(self, right: Right, after: Mapping[str, Any]) -> HandOver:
        raise NotImplementedError

    def _found(self, change: Change) -> str | None:
        """Return the id of what a change would make, if it is there by now."""
        raise NotImplementedError

    @property
    def _principal(self) -> str:
        return self._copying.target.principal_id or KNOWN_AFTER_APPLY

    def _command(self, after: Mapping[str, Any]) -> str:
        return command_of(self._session.cloud.graph, self._write_of(after))

    def _sources(
        self, part: Callable[[Holdings], Read]
    ) -> tuple[dict[str, tuple[Mapping[str, Any], ...]], list[Unread]]:
        """Return a part of what each Run As principal holds, by principal, and what of it could not be read."""
        found: dict[str, tuple[Mapping[str, Any], ...]] = {}
        unread: list[Unread] = []
        for holder in sorted(self._copying.dormant):
            read = part(self._reading.of(holder))
            if isinstance(read, AzureError):
                unread.append(self._unread(holder, read))
            else:
                found[holder] = read
        return found, unread

    def _identity(self, part: Callable[[Holdings], Read]) -> tuple[tuple[Mapping[str, Any], ...], list[Unread]]:
        """Return a part of what the identity holds, and why it could not be read, if so."""
        principal = self._copying.target.principal_id
        read = part(self._reading.of(principal))
        if isinstance(read, AzureError):
            return (), [self._unread(principal or "", read)]
        return read, []

    def _read_again(self, ask: Ask) -> tuple[Mapping[str, Any], ...]:
        """Return a list as it is now. Raises the error that keeps it from being read."""
        (read,) = self._reading.lists([ask])
        if isinstance(read, AzureError):
            raise read
        return read

    def _unread(self, principal_id: str, error: AzureError) -> Unread:
        raise NotImplementedError


def findings_of(unread: list[Unread]) -> tuple[Finding, ...]:
    """Return what could not be read as findings."""
    return tuple(item.finding() for item in unread)
