# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Of an assessment: what Run As principals may do beside role assignments, and what copying would do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.session import Session
from .._finding import Finding
from .access_around import AccessAround
from .access_choices import Choices
from .access_kinds import other_kinds
from .access_part import KINDS, Copying, Fate, Part, Target
from .access_result import once
from .access_survey import principals_of
from .directory_lookup import DirectoryLookup
from .directory_plan import HANDED_OVER
from .run_as_survey import Surveyed

# Nothing is written, so nothing is waited for.
_NO_WAITING = 0.0


@dataclass(frozen=True)
class Others:
    """What was found. ``shown`` are the entries of an assessment."""

    shown: Sequence[Mapping[str, Any]] = ()
    findings: tuple[Finding, ...] = ()


def survey_others(
    session: Session, target: Target, found: Sequence[Surveyed], around: AccessAround, max_parallel: int
) -> Others:
    """Return what copying plans about all kinds of access but role assignments, with nothing asked for.

    What a kind could not read is among its findings. Raises Throttled, LoginFailed and Unreachable for key vaults.
    """
    dormant = principals_of(found)
    copying = Copying(target, (), dormant, Choices(kinds=frozenset(KINDS)))
    lookup = DirectoryLookup(session, target.principal_id, dict)
    kinds = other_kinds(session, copying, around, lookup, max_parallel, _NO_WAITING)
    part = Part.joined(kind.plan() for kind in kinds)
    return Others(shown_others(found, part), once((*part.findings, *around.eligible_for(dormant))))


def shown_others(found: Iterable[Surveyed], part: Part) -> list[dict[str, Any]]:
    """Return each right of each Run As account, and what becomes of it. Pure."""
    fates = [*part.fates, *part.without_effect]
    return [_entry(one, fate, part) for one in found for fate in fates if fate.holder == one.principal_id]


def _entry(one: Surveyed, fate: Fate, part: Part) -> dict[str, Any]:
    return {
        "connection": one.run_as.connection,
        "principal_id": one.principal_id,
        **(fate.own or fate.right).as_dict(),
        "what": what_becomes_of(fate, part),
    }


def what_becomes_of(fate: Fate, part: Part) -> str:
    """Return ``held``, ``copied``, ``handed_over``, or the reason why a right is not copied. Pure."""
    if fate.reason is not None:
        return "handed_over" if fate.reason == HANDED_OVER else fate.reason
    return "held" if all(any(given.same_as(own) for own in part.held) for given in fate.gives) else "copied"
