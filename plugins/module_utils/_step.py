# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Plan, change, outcome: what every step of the migration is made of (design, section 1).

A step observes, plans (pure), records, applies and verifies. This file holds
the values that travel between these moves and the one way in which a plan is
carried out: each target is read again just before it is written, the change
is in the ledger before the write, and a world that moved is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

from ._azure.errors import AzureError, LoginFailed, MissingPackage, Throttled, Unreachable
from ._finding import Finding

# What only Azure decides (ids, times), as a plan shows it.
KNOWN_AFTER_APPLY = "(known after apply)"


class StepError(Exception):
    """A refusal: one clear sentence that names the thing and the remedy. Nothing more is changed."""

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.facts = facts


class ChangeConflict(StepError):
    """The target of a change is not what the plan was made on; it was not written."""


class ChangeWindowClosed(StepError):
    """It is not the time that writes were allowed for; nothing further is written."""


@dataclass(frozen=True)
class Change:
    """One write to Azure.

    ``before`` and ``after`` are plain JSON; None means absent. ``target`` is the
    id of what is written. Changes of one ``track`` are carried out in order,
    different tracks are independent. A later ``wave`` begins only once all changes
    of the earlier ones are made. ``approval`` is what a person approves: it
    replaces target, before and after in the plan's fingerprint where these hold
    what only Azure decides. What ``tidies`` removes what an earlier change of the same
    plan made for a moment, even when the change window has closed in between.
    """

    action: str
    kind: str
    target: str
    before: Any
    after: Any
    track: str = ""
    approval: Mapping[str, Any] | None = None
    wave: int = 0
    tidies: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the change as results and the ledger carry it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "target": self.target,
            "before": self.before,
            "after": self.after,
        }

    def approved(self) -> dict[str, Any]:
        """Return what the fingerprint is taken of."""
        if self.approval is not None:
            return {"action": self.action, "kind": self.kind, **self.approval}
        return self.as_dict()


@dataclass(frozen=True)
class Plan:
    """What a step would do and what it found. ``diffs`` are diff-mode entries: before and after, or prepared."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    diffs: tuple[Mapping[str, Any], ...] = ()

    @property
    def fingerprint(self) -> str:
        """A hash of what would be changed; equal for equal plans, whatever Azure decides later."""
        approved = [change.approved() for change in self.changes]
        canonical = json.dumps(approved, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


class Journal(Protocol):
    """The part of the ledger that carrying out a plan needs."""

    def intend(self, change: Mapping[str, Any]) -> int:
        """Record durably what is about to be written; return the number of the record."""

    def confirm(self, number: int, facts: Mapping[str, Any]) -> None:
        """Record that the write ``number`` was made."""

    def fail(self, number: int, reason: str) -> None:
        """Record that the write ``number`` was refused or broke off."""


@dataclass(frozen=True)
class Hands:
    """How a step's changes reach Azure.

    ``reread`` returns the target as it is now, in the shape of the change's
    ``before``; ``write`` makes the change and returns what Azure decided.
    """

    reread: Callable[[Change], Any]
    write: Callable[[Change], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Done:
    """A change that was made, and what Azure decided."""

    change: Change
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """A change that was not made, and why."""

    change: Change
    error: Exception


@dataclass
class Outcome:
    """What became of a plan."""

    done: list[Done] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    left: list[Change] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Tell whether every change was made."""
        return not self.failures and not self.left

    def sentence(self) -> str:
        """Return what went wrong as one sentence; the first failure stands for all."""
        undone = len(self.failures) + len(self.left)
        first = self.failures[0]
        return f"{undone} of {undone + len(self.done)} changes were not made: {first.error}"


# After these nothing else can succeed either: the step stops as a whole.
_STOPS_ALL = (Unreachable, Throttled, LoginFailed, MissingPackage, ChangeWindowClosed)


def carry_out(plan: Plan, hands: Hands, journal: Journal, *, max_parallel: int = 1) -> Outcome:
    """Carry out a plan's changes and report what was done, what failed and what is left.

    A failure ends its own track and keeps later waves from beginning; one that means
    that Azure cannot be talked to ends all. Nothing is raised for a failed change:
    the outcome tells it.
    """
    whole = Outcome()
    stopped = _Flag()
    for wave in _waves(plan.changes):
        if not whole.complete:
            whole.left += wave
            continue
        outcomes = in_parallel(
            lambda track: _carry_out_track(track, hands, journal, stopped), _tracks(wave), max_parallel, per_thread=1
        )
        for outcome in outcomes:
            whole.done += outcome.done
            whole.failures += outcome.failures
            whole.left += outcome.left
    return whole


def in_parallel(
    function: Callable[[Any], Any], items: Sequence[Any], max_parallel: int, *, per_thread: int = 2
) -> list[Any]:
    """Return ``function`` of each item, in order; independent reads and writes run on a small pool of threads.

    There are not more threads than leave ``per_thread`` items for each: a thread opens a
    connection of its own, which takes as long as one more read on an open one.
    """
    threads = min(max_parallel, math.ceil(len(items) / per_thread))
    if threads <= 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(pool.map(function, items))


class _Flag:
    """A boolean that threads share; setting it twice is no harm, so it needs no lock."""

    def __init__(self) -> None:
        self.set = False


def _waves(changes: Sequence[Change]) -> list[list[Change]]:
    numbers = sorted({change.wave for change in changes})
    return [[change for change in changes if change.wave == number] for number in numbers]


def _tracks(changes: Sequence[Change]) -> list[list[Change]]:
    tracks: dict[str, list[Change]] = {}
    for change in changes:
        tracks.setdefault(change.track, []).append(change)
    return list(tracks.values())


def _carry_out_track(track: Sequence[Change], hands: Hands, journal: Journal, stopped: _Flag) -> Outcome:
    outcome = Outcome()
    for position, change in enumerate(track):
        if stopped.set:
            outcome.left += track[position:]
            break
        try:
            outcome.done.append(_carry_out_change(change, hands, journal))
        except (AzureError, StepError) as error:
            outcome.failures.append(Failure(change, error))
            outcome.left += track[position + 1 :]
            stopped.set = stopped.set or isinstance(error, _STOPS_ALL)
            break
    return outcome


def _carry_out_change(change: Change, hands: Hands, journal: Journal) -> Done:
    """Read again, record, write, confirm."""
    now = hands.reread(change)
    if now != change.before:
        raise ChangeConflict(
            f"{change.target} changed after it was read; it was left alone. Run again to plan on what is there now."
        )
    number = journal.intend(change.as_dict())
    try:
        facts = hands.write(change) or {}
    except (AzureError, StepError) as error:
        journal.fail(number, str(error))
        raise
    journal.confirm(number, facts)
    return Done(change, facts)
