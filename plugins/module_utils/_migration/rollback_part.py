# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the kinds of things that a rollback takes back have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .._finding import Finding
from .._step import Change
from .rollback_chains import Undo

# The waves of a rollback: what later ones lean on comes first (docs/rollback.md).
ENTRA, ASSETS, RUNBOOKS, MAPPINGS, ACCESS, IDENTITY = range(6)


@dataclass(frozen=True)
class Said:
    """What cannot be taken back, or is left, and why. ``command`` is what somebody with more rights would run."""

    kind: str
    target: str
    step: str
    finding: Finding
    command: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "kind": self.kind,
            "target": self.target,
            "step": self.step,
            "code": self.finding.code,
            "sentence": self.finding.sentence,
            "remedy": self.finding.remedy,
            **({"command": self.command} if self.command else {}),
        }


@dataclass(frozen=True)
class Part:
    """What a rollback does about one kind of thing, or about all.

    ``not_restored`` cannot come back, ``conflicts`` are what others changed since, ``pending`` is what the login may
    not do. ``findings`` are the others; ``done`` counts what is back already, by step.
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_restored: tuple[Said, ...] = ()
    conflicts: tuple[Said, ...] = ()
    pending: tuple[Said, ...] = ()
    diffs: tuple[Mapping[str, Any], ...] = ()
    back: tuple[Undo, ...] = ()

    @staticmethod
    def joined(parts: Iterable[Part]) -> Part:
        """Return several parts as one, in their order."""
        every = tuple(parts)
        return Part(
            changes=tuple(item for part in every for item in part.changes),
            findings=tuple(item for part in every for item in part.findings),
            not_restored=tuple(item for part in every for item in part.not_restored),
            conflicts=tuple(item for part in every for item in part.conflicts),
            pending=tuple(item for part in every for item in part.pending),
            diffs=tuple(item for part in every for item in part.diffs),
            back=tuple(item for part in every for item in part.back),
        )

    def all_findings(self) -> tuple[Finding, ...]:
        """Return all findings, those about what is left included, each once."""
        said = (*self.conflicts, *self.not_restored, *self.pending)
        return tuple(dict.fromkeys((*(one.finding for one in said), *self.findings)))


class Room(Protocol):
    """How things of some kinds are read again and written; each plans with what it needs to know."""

    kinds: frozenset[str]

    def now(self, change: Change) -> Any:
        """Return the target of a change as it is now, in the shape of its ``before``."""

    def write(self, change: Change) -> Mapping[str, Any] | None:
        """Make a change, and return what Azure decided."""


def change_back(undo: Undo, now: Any, wave: int, *, action: str, track: str = "") -> Change:
    """Return the change that takes a thing back to its start."""
    return Change(
        action, undo.kind, undo.target, now, undo.start, track=track or f"{undo.kind}|{undo.target}", wave=wave
    )


def diff_of(change: Change, name: str = "") -> dict[str, Any]:
    """Return a change as diff mode shows it."""
    header = f"{change.kind.replace('_', ' ')} {name or change.target}"
    before, after = ({} if state is None else state for state in (change.before, change.after))
    return {"before_header": header, "after_header": header, "before": before, "after": after}
