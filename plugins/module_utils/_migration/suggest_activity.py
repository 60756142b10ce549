# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What Run As principals did, by the Activity Log of each subscription in which they hold a role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from .._azure import activity_log
from .._azure.errors import Failed
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import StepError, in_parallel
from .access_sources import Source
from .operations import OPERATION, only_reads
from .part_reading import OF_ONE_PART
from .suggest_model import Activity
from .unread import unread_finding

# Azure looks at its clock for each page: an hour of distance from the oldest event that it shows.
_DISTANCE = timedelta(hours=1)
_REFUSED = "forbidden"
# What Azure Policy notes about somebody's request is nothing that he needs a right for.
_OF_POLICY = "microsoft.authorization/policies/"


@dataclass(frozen=True)
class ActivityRead:
    """What was read, by subscription; one whose log could not be read is not in it."""

    by_subscription: Mapping[str, tuple[Activity, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def every(self) -> tuple[Activity, ...]:
        """All of it."""
        return tuple(one for activities in self.by_subscription.values() for one in activities)


def checked_days(days: int) -> int:
    """Return how far to look back. Raises StepError for what the log does not hold."""
    if not 1 <= days <= activity_log.KEPT_DAYS:
        raise StepError(f"days is {days}. The Activity Log holds {activity_log.KEPT_DAYS} days: give 1 to that many.")
    return days


def read_activity(
    session: Session, subscriptions: Sequence[str], sources: Sequence[Source], days: int, max_parallel: int
) -> ActivityRead:
    """Return what the principals of ``sources`` did in the last ``days`` days, in each of ``subscriptions``."""
    answers = in_parallel(lambda one: _read(session, one, sources, days), subscriptions, max_parallel, per_thread=1)
    by_subscription: dict[str, tuple[Activity, ...]] = {}
    findings: list[Finding] = []
    for subscription, answer in zip(subscriptions, answers, strict=True):
        if isinstance(answer, Finding):
            findings.append(answer)
            continue
        by_subscription[subscription] = answer
        if not answer:
            findings.append(finding("RA340", f"/subscriptions/{subscription}", subscription=subscription, days=days))
    return ActivityRead(by_subscription, tuple(findings))


def _read(session: Session, subscription: str, sources: Sequence[Source], days: int) -> tuple[Activity, ...] | Finding:
    end = datetime.now(timezone.utc)
    start = end - timedelta(days=days) + _DISTANCE
    counted = _Counted(_ids(sources))
    try:
        for event, asked_for in _events(session, subscription, start, end, counted.ids):
            counted.add(event, asked_for)
    except OF_ONE_PART as error:
        resource = f"/subscriptions/{subscription}"
        return unread_finding(f"The Activity Log of subscription {subscription}", resource, error)
    return counted.activities()


def _ids(sources: Sequence[Source]) -> list[str]:
    """Return object and application ids: which of them the log calls the caller is not documented (contract 12.1)."""
    named = [one for source in sources for one in (source.principal_id, source.application_id) if one]
    return list(dict.fromkeys(one.lower() for one in named))


def _events(
    session: Session, subscription: str, start: datetime, end: datetime, ids: Sequence[str]
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Yield events, and whether the service itself was asked for those of the caller; without, they are anybody's."""
    try:
        for caller in ids:
            for page in activity_log.list_events(session, subscription, start, end, caller):
                yield from ((event, True) for event in page)
        return
    except Failed as error:
        if error.status != 400:
            raise
    for page in activity_log.list_events(session, subscription, start, end):
        yield from ((event, False) for event in page)


class _Counted:
    """Operations out of events: those of one operation at one resource with one correlation are one."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self._times: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._refused: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._written: dict[tuple[str, str], tuple[str, str]] = {}

    def add(self, event: Mapping[str, Any], asked_for: bool) -> None:
        """Count an event, if it is one of theirs."""
        doers = activity_log.doers_of(dict(event))
        if not (doers & set(self.ids) if doers else asked_for):
            return
        authorization = event.get("authorization") or {}
        operation = str(authorization.get("action") or _value(event, "operationName"))
        scope = str(event.get("resourceId") or authorization.get("scope") or "")
        if not OPERATION.fullmatch(operation) or only_reads(operation) or not scope.startswith("/"):
            return
        if _value(event, "operationName").lower().startswith(_OF_POLICY):
            return
        key = (operation.lower(), scope.rstrip("/").lower())
        self._written.setdefault(key, (operation, scope.rstrip("/")))
        correlation = str(event.get("correlationId") or event.get("eventDataId"))
        time = str(event.get("eventTimestamp") or "")
        self._times[key][correlation] = min(time, self._times[key].get(correlation, time))
        if _value(event, "subStatus").lower().startswith(_REFUSED):
            self._refused[key].add(correlation)

    def activities(self) -> tuple[Activity, ...]:
        """Return the operations, in a fixed order."""
        return tuple(self._activity(key) for key in sorted(self._times))

    def _activity(self, key: tuple[str, str]) -> Activity:
        operation, scope = self._written[key]
        times = sorted(self._times[key].values())
        return Activity(operation, scope, len(times), _second(times[0]), _second(times[-1]), len(self._refused[key]))


def _value(event: Mapping[str, Any], name: str) -> str:
    return str((event.get(name) or {}).get("value") or "")


def _second(time: str) -> str:
    return f"{time[:19]}Z" if len(time) > 19 else time
