# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the identity may do, compared with what the Run As account may do: the proof of a copy. Pure.

Every right of a Run As account is looked for among those that the identity really holds, read back after the copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .access_model import Role
from .access_part import ASKED_FOR, ROLE_ASSIGNMENT, Fate, Right
from .actions import lies_within
from .rollback_chains import NAME as ROLLBACK

EVENT = "proof"


class Verdict(str, Enum):
    """How the access of the identity compares with that of the Run As account."""

    EQUAL = "equal"
    NARROWER = "narrower as mapped"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Difference:
    """A right on which both differ, and how.

    ``missing``, ``more`` (only the identity has it), ``kept`` (the identity has it, though the task leaves it out or
    replaces it), ``wider`` (``role_map`` gives something that the role replaced does not allow), or the reason why it
    was not copied.
    """

    right: Right
    how: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as results and the ledger carry it."""
        return {**self.right.as_dict(), "how": self.how}


@dataclass(frozen=True)
class Proof:
    """The comparison: a verdict, how many rights were compared, and on which both differ."""

    verdict: Verdict
    compared: int
    same: int
    as_asked: int
    differences: tuple[Difference, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as results and the ledger carry it."""
        return {
            "verdict": self.verdict.value,
            "compared": self.compared,
            "same": self.same,
            "as_asked": self.as_asked,
            "differences": [difference.as_dict() for difference in self.differences],
        }


def prove(fates: Sequence[Fate], held: Iterable[Right], roles: Mapping[str, Role]) -> Proof:
    """Compare what was to become of each right with what the identity holds. ``roles`` are by guid."""
    holdings = list(held)
    differences: list[Difference] = []
    same = as_asked = 0
    given = [right for fate in fates if fate.reason != "excluded" for right in fate.gives]
    for fate in fates:
        found = [*_differences(fate, holdings, roles), *_kept(fate, holdings, given)]
        differences += found
        if not found and fate.reason is None:
            same += 1
        elif not found:
            as_asked += 1
    wanted = [right for fate in fates for right in (fate.right, *fate.gives)]
    differences += [Difference(right, "more") for right in holdings if not _among(right, wanted)]
    return Proof(_verdict(differences, as_asked), len(fates), same, as_asked, tuple(_once(differences)))


def last_proof(records: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the comparison that a ledger recorded last; one before a rollback tells nothing any more."""
    for record in reversed(list(records)):
        if record.get("event") == EVENT:
            proof: Mapping[str, Any] = record["proof"]
            return proof
        if record.get("step") == ROLLBACK:
            return None
    return None


def _differences(fate: Fate, held: Sequence[Right], roles: Mapping[str, Role]) -> Iterable[Difference]:
    if fate.reason is not None and fate.reason not in ASKED_FOR:
        # What replaces it was refused, whether or not the identity has the one that it replaces.
        if fate.mapped or not _among(fate.right, held):
            yield Difference(fate.right, fate.reason)
        return
    for right in fate.gives:
        if not _among(right, held):
            yield Difference(right, "missing")
        elif fate.reason is not None and _widens(right, fate.right, roles):
            yield Difference(right, "wider")


def _kept(fate: Fate, held: Sequence[Right], given: Sequence[Right]) -> Iterable[Difference]:
    """Copying takes nothing away: what the identity had before the task left it out makes it no narrower."""
    if fate.reason in ASKED_FOR and _among(fate.right, held) and not _among(fate.right, given):
        yield Difference(fate.right, "kept")


def _widens(given: Right, replaced: Right, roles: Mapping[str, Role]) -> bool:
    """Tell whether a role that ``role_map`` gives cannot be shown to allow less than the one that it replaces."""
    if given.kind != ROLE_ASSIGNMENT or replaced.kind != ROLE_ASSIGNMENT or given.key[1] == replaced.key[1]:
        return False
    inner, outer = roles.get(given.key[1]), roles.get(replaced.key[1])
    if inner is None or outer is None or inner.permissions is None or outer.permissions is None:
        return True
    return not lies_within(inner.permissions, outer.permissions)


def _among(right: Right, others: Iterable[Right]) -> bool:
    return any(right.same_as(other) for other in others)


def _verdict(differences: Sequence[Difference], as_asked: int) -> Verdict:
    if differences:
        return Verdict.DIFFERENT
    return Verdict.NARROWER if as_asked else Verdict.EQUAL


def _once(differences: Iterable[Difference]) -> Iterable[Difference]:
    """Two Run As accounts may hold the same right."""
    seen = {(item.right.kind, item.right.key, item.right.condition, item.how): item for item in differences}
    return seen.values()
