# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What an identity holds, as the lists of the places show it; each list is read when it is needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .._azure.ids import normal_id
from .._azure.session import Session
from . import access_reading as reading
from .access_model import Assignment

# Seconds for which a list is taken for what is there now: one list serves all writes of that time. A read before each
# write would double the requests, and Azure's own lists lag for longer than that (azure-contracts, section 4.1).
_FRESH = 3.0


@dataclass(frozen=True)
class _View:
    """What the identity holds at a place, and when that was asked, in seconds of the monotonic clock."""

    asked: float
    assignments: tuple[Assignment, ...]


class Lists:
    """The role assignments of one identity at some places; used by several threads.

    ``principal_id`` is None before Azure made the identity: then it holds nothing. ``lister`` may know what is
    read first from what another worker has read; afterwards Azure itself is asked.
    """

    def __init__(
        self, session: Session, principal_id: str | None, max_parallel: int, lister: reading.Lister | None = None
    ) -> None:
        self._session = session
        self._principal_id = principal_id
        self._max_parallel = max_parallel
        self._lister = lister
        self._views: dict[str, _View] = {}
        self._places: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def read(self, places: Sequence[str]) -> list[Assignment]:
        """Return what the identity holds at the places, which are those of all later readings."""
        self._places = tuple(places)
        self._read(self._places, self._lister)
        return self._current()

    def read_again(self) -> list[Assignment]:
        """Return what the identity holds now."""
        self._read(self._places)
        return self._current()

    def now(self) -> list[Assignment]:
        """Return what the identity held a few seconds ago, or in a list that is shared and so may be older.

        Azure creates no second role assignment of one principal, role and scope, so an older list does no harm (4.1).
        """
        with self._lock:
            oldest = min((view.asked for view in self._views.values()), default=time.monotonic())
            return self.read_again() if time.monotonic() - oldest > _FRESH else self._current()

    def _read(self, places: Sequence[str], lister: reading.Lister | None = None) -> None:
        if self._principal_id is None:
            return
        asked = time.monotonic()
        found = reading.read_existing(self._session, places, self._principal_id, self._max_parallel, lister)
        self._views = {normal_id(place): _View(asked, tuple(listed)) for place, listed in found.items()}

    def _current(self) -> list[Assignment]:
        return reading.distinct(item for view in self._views.values() for item in view.assignments)
