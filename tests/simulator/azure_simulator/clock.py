# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's clock: .NET ticks, the formats Azure writes, and replication.

Instants are ``int`` ticks (100 ns since 0001-01-01T00:00:00Z), because an etag of
Automation is the tick count of the last change (contract 2.1).
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache

TICKS_PER_SECOND = 10_000_000
_UNIX_EPOCH_TICKS = 621_355_968_000_000_000
_DAY_ONE = datetime(1, 1, 1, tzinfo=timezone.utc)


class Clock:
    """Strictly increasing time, and when a fresh object becomes readable."""

    def __init__(self, replication_delay: float = 0.0) -> None:
        self.replication_delay = replication_delay
        self._last = 0

    def now(self) -> int:
        """The present in ticks; no two calls give the same value."""
        ticks = time.time_ns() // 100 + _UNIX_EPOCH_TICKS
        self._last = max(self._last + 1, ticks)
        return self._last

    def replicated_at(self) -> int:
        """When an object created now is seen by other services (ticks)."""
        return self.now() + int(self.replication_delay * TICKS_PER_SECOND)

    def is_visible(self, visible_from: int) -> bool:
        """Whether an object that ``replicated_at()`` stamped can be seen by now."""
        return visible_from <= time.time_ns() // 100 + _UNIX_EPOCH_TICKS or visible_from <= self._last


def to_datetime(ticks: int) -> datetime:
    """Ticks as an aware datetime (microseconds, the seventh digit is lost)."""
    return _DAY_ONE + timedelta(microseconds=ticks // 10)


def from_datetime(moment: datetime) -> int:
    """An aware datetime (naive is taken as UTC) as ticks."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return (aware - _DAY_ONE) // timedelta(microseconds=1) * 10


def parse(text: str) -> int:
    """An ISO 8601 text, ``Z`` or offset, any number of fractional digits, as ticks."""
    moment, fraction = text.replace("Z", "+00:00"), ""
    if "." in moment:
        head, rest = moment.split(".", 1)
        digits = len(rest) - len(rest.lstrip("0123456789"))
        fraction, moment = rest[:digits], head + rest[digits:]
    return from_datetime(datetime.fromisoformat(moment)) + int((fraction + "0000000")[:7])


def offset_text(ticks: int) -> str:
    """Automation's way: 0 to 7 fractional digits and ``+00:00`` (contract 0)."""
    return _text(ticks, trimmed=True) + "+00:00"


@lru_cache(maxsize=4096)
def zulu_text(ticks: int) -> str:
    """Authorization's way: 7 fractional digits and ``Z`` (contract 0)."""
    return _text(ticks, trimmed=False) + "Z"


def graph_text(ticks: int) -> str:
    """Microsoft Graph's way: whole seconds and ``Z``."""
    return to_datetime(ticks).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(ticks: int, trimmed: bool) -> str:
    whole, fraction = divmod(ticks, TICKS_PER_SECOND)
    moment = (_DAY_ONE + timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{fraction:07d}"
    if trimmed:
        digits = digits.rstrip("0")
    return f"{moment}.{digits}" if digits else moment
