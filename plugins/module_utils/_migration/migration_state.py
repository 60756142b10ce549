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
# Of Site Recovery, that a mapping uses Run As and what is unwell for it: moving it is the migration.
_NO_REASON_TO_WAIT = frozenset({"RA305", "RA701", "RA712", "RA912", "RA916"})
# Dependants that use the Run As account themselves; the others start runbooks, which are judged on their own.
_MAPPING = "container_mapping"
_USING_KINDS = frozenset({_MAPPING, "protection_intent"})
# A mapping of another region cannot be moved to the identity of this account.
_NOT_MOVED = "RA714"
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
    automatic = _automatic(evidence)
    if not by_hand and not automatic:
        return _nothing_left(evidence)
    return _something_left(evidence, by_hand, automatic)


def uses_of(evidence: Evidence) -> list[str]:
    """Return, as parts of a sentence, what uses a Run As account."""
    runbooks = [f"runbook {runbook.name}" for runbook in evidence.runbooks or () if runbook.uses_run_as]
    return [*runbooks, *_using_dependants(evidence)]


def _using_dependants(evidence: Evidence) -> list[str]:
    return [_phrase(item) for item in _using(evidence)]


def _using(evidence: Evidence) -> list[dict[str, Any]]:
    return [item for item in evidence.dependants if item["kind"] in _USING_KINDS and item["uses_run_as"]]


def _phrase(item: dict[str, Any]) -> str:
    return f"{item['kind'].replace('_', ' ')} {item['name']}"


def _moved(evidence: Evidence) -> list[dict[str, Any]]:
    """Return the container mappings that migrate_site_recovery moves."""
    elsewhere = {said.resource for said in evidence.warnings if said.code == _NOT_MOVED}
    return [item for item in _using(evidence) if item["kind"] == _MAPPING and item["resource"] not in elsewhere]


def _automatic(evidence: Evidence) -> list[str]:
    """Return what the migration does by itself, one sentence for each kind."""
    runbooks = [runbook.name for runbook in evidence.runbooks or () if runbook.automatic]
    mappings = [item["name"] for item in _moved(evidence)]
    rewritten = f"{_counted(runbooks, 'runbook')} can be rewritten: {_listed(runbooks)}."
    moved = f"{_counted(mappings, 'container mapping')} can be moved to the identity: {_listed(mappings)}."
    return [*([rewritten] if runbooks else []), *([moved] if mappings else [])]


def _by_hand(evidence: Evidence) -> list[str]:
    """Return what a person has to see to."""
    runbooks = [
        f"Runbook {runbook.name} {'could not be read' if runbook.uses_run_as is None else 'has to be changed by hand'}."
        for runbook in evidence.runbooks or ()
        if runbook.uses_run_as is None or runbook.automatic is False
    ]
    moved = _moved(evidence)
    left = [item for item in _using(evidence) if item not in moved]
    return [*runbooks, *(f"The {_phrase(item)} uses the Run As account." for item in left)]


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
    """Return the state; ``automatic`` are sentences on what the migration does by itself."""
    if evidence.obstacles:
        return State(BLOCKED, tuple(evidence.obstacles))
    if evidence.begun and automatic:
        return State(IN_PROGRESS, (*automatic, *_at_most(by_hand)))
    if by_hand:
        return State(MANUAL_WORK, (*_at_most(by_hand), *automatic))
    reasons = [said.text() for said in evidence.warnings if _is_reason_to_wait(said)]
    if reasons:
        return State(READY_WITH_WARNINGS, (*automatic, *_at_most(list(dict.fromkeys(reasons)))))
    return State(READY, tuple(automatic))


def _is_reason_to_wait(said: Finding) -> bool:
    return said.severity is not Severity.INFO and said.code not in _NO_REASON_TO_WAIT


def _counted(names: Sequence[str], what: str) -> str:
    return f"1 {what}" if len(names) == 1 else f"{len(names)} {what}s"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _NAMED_AT_MOST
    named = ", ".join(every[:_NAMED_AT_MOST])
    return f"{named} and {more} more" if more > 0 else named


def _at_most(sentences: Sequence[str]) -> list[str]:
    more = len(sentences) - _NAMED_AT_MOST
    return [*sentences[:_NAMED_AT_MOST], *([f"And {more} more."] if more > 0 else [])]
