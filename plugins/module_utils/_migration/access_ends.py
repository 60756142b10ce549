# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments that end by themselves: one like it, given to another principal, would stay (contract 4.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from .._azure import eligibility
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import normal_id
from .._azure.session import Session
from .._finding import Finding
from .._step import in_parallel
from .shared_reading import Shelf, shared
from .unread import Unread

Json = Mapping[str, Any]

# What results call a role assignment with an end that was left out or left alone.
TIME_BOUND = "time-bound"


class Ends:
    """When role assignments end, at the places where that matters.

    ``shelf`` is where it is kept for other workers, None where nothing is shared; without ``keep`` nothing is written
    there.
    """

    def __init__(self, session: Session, shelf: Shelf | None, max_parallel: int, *, keep: bool) -> None:
        self._session = session
        self._shelf = shelf if keep else None
        self._max_parallel = max_parallel

    def at(self, places: Sequence[str], principals: Sequence[str]) -> tuple[dict[str, str], tuple[Finding, ...]]:
        """Return when role assignments of principals end that do, by ``normal_id``, and what could not be read.

        What is shared is read for all principals of a place at once; else only for these.
        """
        asked = [(place, one) for place in places for one in ([None] if self._shelf else principals)]
        found = in_parallel(lambda pair: self._read(*pair), asked, self._max_parallel)
        ends = {key: end for item in found for key, end in item["ends"].items()}
        unread = {item["unread"]["resource"]: Unread(**item["unread"]) for item in found if item["unread"]}
        return ends, tuple(item.finding() for item in unread.values())

    def _read(self, place: str, principal_id: str | None) -> Json:
        if self._shelf is None:
            return self._ask(place, principal_id)
        return shared(self._shelf.of_place("role_assignment_ends", place), lambda: self._ask(place, None), _usable)

    def _ask(self, place: str, principal_id: str | None) -> Json:
        try:
            return {"ends": ends_at(self._session, place, principal_id), "unread": None}
        except (Forbidden, Absent, Failed) as error:
            unread = Unread.of(f"The ends of the role assignments at {place}", place, error)
            return {"ends": {}, "unread": asdict(unread)}


def _usable(content: Json) -> bool:
    return isinstance(content["ends"], dict) and "unread" in content


def ends_at(session: Session, scope: str, principal_id: str | None = None) -> dict[str, str]:
    """Return when role assignments at a scope, inside it and above it end, as Azure writes it, by ``normal_id``.

    Those of a principal, or of all without one.

    Those that stay are not in it. Raises the errors of ``errors`` where that could not be read.
    """
    try:
        listed = eligibility.list_active(session, scope, principal_id)
    except Failed as error:
        if error.code != eligibility.NOT_LICENSED:
            raise
        return {}
    each = [item["properties"] for item in listed]
    return {
        normal_id(item["originRoleAssignmentId"]): str(item["endDateTime"])
        for item in each
        if item.get("originRoleAssignmentId") and item.get("endDateTime")
    }
