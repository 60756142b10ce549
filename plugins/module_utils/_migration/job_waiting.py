# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Waiting for a job or test job to end, with a deadline after which it is stopped; and what its streams hold."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._azure.errors import Conflict
from .waiting import pauses

# A suspended job waits for a person, who is not here (docs/contract.md, 2.11).
ENDS = frozenset({"completed", "failed", "stopped", "suspended"})
ERROR, WARNING = "Error", "Warning"

# Seconds that a job may take to stop once it was told to.
_STOPPING = 30.0
# So many texts of a kind are kept: a sentence names the first.
_TEXTS = 3

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Reach:
    """How a job is reached: ``read`` returns its status and exception, whatever shape the wire gives them."""

    read: Callable[[], Json]
    stop: Callable[[], None]


@dataclass(frozen=True)
class Ended:
    """How a job ended. ``late`` is the status that it had when its time was over, None where it ended in time."""

    status: str
    exception: str = ""
    late: str | None = None

    @property
    def completed(self) -> bool:
        """Whether it ended by itself and without an error that ends a script."""
        return self.late is None and self.status.lower() == "completed"


@dataclass(frozen=True)
class Streams:
    """How many streams of each kind a job wrote, and the first words of its errors and warnings."""

    counts: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def wait_for(reach: Reach, timeout: float) -> Ended:
    """Return how a job ended; one that has not within ``timeout`` seconds is stopped. Raises the errors of Azure."""
    status = ""
    for pause in pauses(timeout):
        shown = reach.read()
        status = str(shown["status"])
        if status.lower() in ENDS:
            return Ended(status, str(shown.get("exception") or ""))
        time.sleep(pause)
    return _stopped(reach, status)


def _stopped(reach: Reach, late: str) -> Ended:
    """Stop a job and wait until it has; one that ended meanwhile counts as it ended."""
    try:
        reach.stop()
    except Conflict:
        shown = reach.read()
        if str(shown["status"]).lower() in ENDS:
            return Ended(str(shown["status"]), str(shown.get("exception") or ""))
        raise
    for pause in pauses(_STOPPING):
        shown = reach.read()
        if str(shown["status"]).lower() in ENDS:
            break
        time.sleep(pause)
    return Ended(str(shown["status"]), str(shown.get("exception") or ""), late=late)


def streams_of(items: Iterable[Json]) -> Streams:
    """Return what a list of streams tells; summaries are what a list holds of their texts (docs/contract.md, 2.11)."""
    properties = [item.get("properties") or {} for item in items]
    counts = Counter(str(one.get("streamType") or "Any") for one in properties)
    return Streams(dict(sorted(counts.items())), _texts(properties, ERROR), _texts(properties, WARNING))


def _texts(properties: Iterable[Json], kind: str) -> tuple[str, ...]:
    texts = [
        " ".join(str(one.get("summary") or "").split())[:300] for one in properties if one.get("streamType") == kind
    ]
    return tuple(texts[:_TEXTS])
