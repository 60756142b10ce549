# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Copying access of several kinds: each change goes to its kind, and what was written is read back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence, Set
from typing import Any

from .._azure.errors import AzureError, Forbidden
from .._finding import Finding
from .._step import Change, Outcome, StepError
from .access_model import Role
from .access_part import HandOver, Kind, Part, Right
from .access_refusals import with_remedy
from .waiting import pauses


class Copy:
    """The kinds of access of one run, planned together.

    ``replication_timeout`` is for how many seconds what was written is read back until it is seen.
    """

    def __init__(self, kinds: Sequence[Kind], replication_timeout: float) -> None:
        self._kinds = kinds
        self._timeout = replication_timeout
        self._parts: dict[int, Part] = {}
        self._held: dict[int, Sequence[Right]] | None = None
        self.part = Part()

    def plan(self) -> Part:
        """Plan each kind, and return all as one."""
        self._parts = {number: kind.plan() for number, kind in enumerate(self._kinds)}
        self.part = Part.joined(self._parts.values())
        return self.part

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found while writing."""
        return tuple(item for kind in self._kinds for item in kind.findings)

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles of Azure that play a part, by guid."""
        return {guid: role for kind in self._kinds for guid, role in kind.roles.items()}

    def reread(self, change: Change) -> Any:
        """Return the target of a change as it is now."""
        return self._kind(change).reread(change)

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change. A refusal says what can be done about it."""
        try:
            return self._kind(change).write(change)
        except AzureError as error:
            raise with_remedy(error) from None

    def verify(self) -> None:
        """Read back what was planned until all of it is seen. Raises StepError, naming one, where it never is."""
        missing = self._read_back_until({change.target for change in self.part.changes})
        if not missing:
            return
        raise StepError(
            f"Azure accepted what was copied, but {len(missing)} of it cannot be read back after {self._timeout:g} "
            f"seconds, such as {missing[0].role} at {missing[0].scope}. Run again to see whether it is there; jobs "
            "that need it may fail until then."
        )

    def held(self, outcome: Outcome, *, check_mode: bool) -> list[Right] | None:
        """Return what the identity holds now; in check mode, what it would. None where that could not be read back."""
        if check_mode or not outcome.done:
            planned = [kind.right_of(change) for kind, part in self._planned() for change in part.changes]
            return [*(right for part in self._parts.values() for right in part.held), *(planned if check_mode else ())]
        if self._held is None:
            try:
                self._read_back_until({done.change.target for done in outcome.done})
            except AzureError:
                return None
        return [right for rights in (self._held or {}).values() for right in rights]

    def right_of(self, change: Change) -> Right:
        """Return the right that a change gives."""
        return self._kind(change).right_of(change)

    def hand_over(self, outcome: Outcome) -> list[HandOver]:
        """Return what to ask of people with more rights: what the login may not do, or was refused."""
        asked = [entry for part in self._parts.values() for entry in part.hand_over]
        for failure in outcome.failures:
            if isinstance(failure.error, Forbidden):
                entry = self._kind(failure.change).hand_over_of(failure.change)
                asked += [entry] if entry else []
        return asked

    def _kind(self, change: Change) -> Kind:
        return next(kind for kind in self._kinds if change.kind in kind.changes_of)

    def _planned(self) -> list[tuple[Kind, Part]]:
        return [(self._kinds[number], part) for number, part in self._parts.items()]

    def _read_back(self) -> dict[int, Sequence[Right]]:
        """Read each kind anew that was to be changed."""
        self._held = {
            number: self._kinds[number].held() if part.changes else part.held for number, part in self._parts.items()
        }
        return self._held

    def _read_back_until(self, made: Set[str]) -> list[Right]:
        """Read back until what these changes gave is seen; return what is not within the time."""
        missing: list[Right] = []
        for pause in pauses(self._timeout):
            missing = self._missing(self._read_back(), made)
            if not missing:
                break
            time.sleep(pause)
        return missing

    def _missing(self, held: Mapping[int, Sequence[Right]], made: Set[str]) -> list[Right]:
        return [
            right
            for number, (kind, part) in enumerate(self._planned())
            for right in (kind.right_of(change) for change in part.changes if change.target in made)
            if not any(right.same_as(other) for other in held[number])
        ]
