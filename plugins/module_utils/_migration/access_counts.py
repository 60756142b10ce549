# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""How many role assignments places hold: counted once for a run, and again where a limit is not far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._azure import authorization
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import subscription_of
from .._azure.session import Session
from .._finding import Finding
from .._step import in_parallel
from . import access_reading as reading
from .access_limits import count_at, limit_of
from .shared_reading import Shelf, peek, shared
from .unread import Unread

Json = Mapping[str, Any]

# A count that other workers have made outdated still leaves as much room as they can fill meanwhile.
_FAR = 0.5


class Counts:
    """How many role assignments there are, as far as that matters.

    ``shelf`` is where counts are kept for other workers, None where nothing is shared; without ``keep`` nothing is
    written there.
    """

    def __init__(self, session: Session, shelf: Shelf | None, max_parallel: int, *, keep: bool) -> None:
        self._session = session
        self._shelf = shelf
        self._max_parallel = max_parallel
        self._keep = keep

    def at(self, added: Mapping[str, int]) -> tuple[dict[str, int], tuple[Finding, ...]]:
        """Return how many each place holds, and what could not be counted; ``added`` is how many it would get.

        A count of minutes ago does where it leaves half of the limit free. Subscriptions count for us; of management
        groups everything is listed.
        """
        places = sorted(added)
        found = in_parallel(lambda place: self._count(place, added[place]), places, self._max_parallel)
        counts = {place: item["count"] for place, item in zip(places, found, strict=True) if "count" in item}
        return counts, tuple(Unread(**item["unread"]).finding() for item in found if "unread" in item)

    def _count(self, place: str, added: int) -> Json:
        def usable(content: Json) -> bool:
            return "unread" in content or int(content["count"]) + added <= limit_of(place) * _FAR

        if self._shelf is None:
            return self._read(place)
        shelf = self._shelf.of_place("role_assignments", place)
        if self._keep:
            return shared(shelf, lambda: self._read(place), usable)
        return peek(shelf, usable) or self._read(place)

    def _read(self, place: str) -> Json:
        subscription = subscription_of(place)
        if subscription is not None:
            try:
                return {"count": authorization.count_in_subscription(self._session, subscription)}
            except (Forbidden, Absent, Failed):
                # An Azure or a login that does not count them may list them all the same.
                pass
        try:
            return {"count": count_at(place, reading.read_all(self._session, place))}
        except Forbidden as error:
            return {"unread": asdict(Unread.of(f"How many role assignments {place} holds", place, error))}
