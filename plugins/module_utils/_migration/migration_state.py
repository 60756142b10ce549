# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The one word for where an account stands, and the sentences that say why. Pure.

The order of the questions is the order of what matters to whoever runs the migration: has it come
back, is anything left, can it go on, who has to do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .._finding import Finding, Severity
from .run_as_survey import Surveyed
from .runbook_survey import SurveyedRunbook

NOT_NEEDED, READY, READY_WITH_WARNINGS = "not_needed", "ready", "ready_with_warnings"
MANUAL_WORK, BLOCKED, IN_PROGRESS = "manual_work", "blocked", "in_progress"
MIGRATED, DRIFTED = "migrated", "drifted"
STATES = (NOT_NEEDED, READY, READY_WITH_WARNINGS, MANUAL_WORK, BLOCKED, IN_PROGRESS, MIGRATED, DRIFTED)

# No reasons to wait: the role that the portal gave every Run As account, and what only the retirement lacks.
_NO_REASON_TO_WAIT = frozenset({"RA305", "RA912", "RA916"})
# Dependants that use the Run As account themselves; the others start runbooks, which are judged on their own.
_USING_KINDS = frozenset({"container_mapping", "protection_intent"})
_NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Evidence:
    """What the state follows from.

    ``found`` and ``runbooks`` are None where they could not be read, ``unread`` then says why. ``obstacles`` are
    sentences on what would stop the migration before its first write; ``drift`` are findings on what came back.
    ``unsure`` are sentences on what was not read and might use a Run As account too, ``retired`` such on how far its
    retirement is.
    """

    found: Sequence[Surveyed] | None
    runbooks: Sequence[SurveyedRunbook] | None
    dependants: Sequence[dict[str, Any]] = ()
    has_identity: bool = False
    begun: bool = False
    drift: Sequence[Finding] = ()
    obstacles: Sequence[str] = ()
    unread: Sequence[str] = ()
    unsure: Sequence[str] = ()
    retired: Sequence[str] = ()
    warnings: Sequence[Finding] = ()


@dataclass(frozen=True)
class State:
    """The state, and why it is that: one sentence each."""

    name: str
    because: tuple[str, ...] = ()


def state_of(evidence: Evidence) -> State:
    """Return where the account stands."""
    if evidence.drift:
        return State(DRIFTED, tuple(said.sentence for said in evidence.drift))
    if evidence.found is None or evidence.runbooks is None:
        return State(BLOCKED, tuple(evidence.unread) or ("Run As accounts and runbooks were not read.",))
    by_hand = _by_hand(evidence)
    automatic = [runbook.name for runbook in evidence.runbooks if runbook.automatic]
    if not by_hand and not automatic:
        return _nothing_left(evidence)
    return _something_left(evidence, by_hand, automatic)


def uses_of(evidence: Evidence) -> list[str]:
    """Return, as parts of a sentence, what uses a Run As account."""
    runbooks = [f"runbook {runbook.name}" for runbook in evidence.runbooks or () if runbook.uses_run_as]
    return [*runbooks, *_using_dependants(evidence)]


def _using_dependants(evidence: Evidence) -> list[str]:
    return [
        f"{item['kind'].replace('_', ' ')} {item['name']}"
        for item in evidence.dependants
        if item["kind"] in _USING_KINDS and item["uses_run_as"]
    ]


def _by_hand(evidence: Evidence) -> list[str]:
    """Return what a person has to see to."""
    runbooks = [
        f"Runbook {runbook.name} {'could not be read' if runbook.uses_run_as is None else 'has to be changed by hand'}."
        for runbook in evidence.runbooks or ()
        if runbook.uses_run_as is None or runbook.automatic is False
    ]
    return [*runbooks, *(f"The {user} uses the Run As account." for user in _using_dependants(evidence))]


def _nothing_left(evidence: Evidence) -> State:
    if not evidence.found:
        if evidence.begun:
            gone = "The Run As account is gone, and nothing uses one."
            return State(MIGRATED, (gone, *evidence.retired, *evidence.unsure))
        return State(NOT_NEEDED, ("There is no Run As account, and nothing uses one.", *evidence.unsure))
    if evidence.has_identity or evidence.begun:
        left = "Nothing uses the Run As account any more"
        said = (f"{left}.", *evidence.retired) if evidence.retired else (f"{left}; it can be retired.",)
        return State(MIGRATED, (*said, *evidence.unsure))
    return State(READY, ("Nothing uses the Run As account; it can be retired without a migration.", *evidence.unsure))


def _something_left(evidence: Evidence, by_hand: Sequence[str], automatic: Sequence[str]) -> State:
    if evidence.obstacles:
        return State(BLOCKED, tuple(evidence.obstacles))
    waiting = f"{_counted(automatic)} can be rewritten: {_listed(automatic)}." if automatic else ""
    if evidence.begun and automatic:
        return State(IN_PROGRESS, (waiting, *_at_most(by_hand)))
    if by_hand:
        return State(MANUAL_WORK, (*_at_most(by_hand), *([waiting] if waiting else [])))
    reasons = [said.text() for said in evidence.warnings if _is_reason_to_wait(said)]
    if reasons:
        return State(READY_WITH_WARNINGS, (waiting, *_at_most(list(dict.fromkeys(reasons)))))
    return State(READY, (waiting,))


def _is_reason_to_wait(said: Finding) -> bool:
    return said.severity is not Severity.INFO and said.code not in _NO_REASON_TO_WAIT


def _counted(names: Sequence[str]) -> str:
    return "1 runbook" if len(names) == 1 else f"{len(names)} runbooks"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _NAMED_AT_MOST
    named = ", ".join(every[:_NAMED_AT_MOST])
    return f"{named} and {more} more" if more > 0 else named


def _at_most(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - _NAMED_AT_MOST
    return [*sentences[:_NAMED_AT_MOST], *([f"And {more} more."] if more > 0 else [])]
