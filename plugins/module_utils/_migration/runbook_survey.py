# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which runbooks use a Run As account, how, and what update_runbook would do with each.

It is update_runbook's own plan, made for all runbooks and looked at: what an assessment promises is what
the migration then does. Contents are let go of as there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure import automation
from .._finding import Finding
from .._runbook import Rewrite, RewriteOptions, Verdict
from ._call import Call
from .runbook_checks import REWRITTEN, Checks
from .runbook_deciding import decide_all
from .runbook_memory import Memory
from .runbook_plan import Decision, Runbook, Wishes, digest
from .runbook_sessions import Work, content_of

# What a rewriter says only of a runbook that uses a Run As account; RA46x are said of any, RA47x of those beside it.
_OF_RUN_AS = re.compile(r"RA4[0-5]\d")
# Waiting for somebody's draft: the option pending_draft of update_runbook settles it.
_WAITS = frozenset({"RA491", "RA493"})
_PUBLISHED, _DRAFT = "published", "draft"


@dataclass(frozen=True)
class Seen:
    """What one content says. ``said`` are the rewriter's findings about a Run As account."""

    uses_run_as: bool
    verdict: str
    said: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class SurveyedRunbook:
    """One runbook: what update_runbook would do, what its contents say, and the digest of what is published."""

    decision: Decision
    content: Seen | None = None
    draft: Seen | None = None
    published: str | None = None

    @property
    def name(self) -> str:
        """The name of the runbook."""
        return self.decision.runbook

    @property
    def uses_run_as(self) -> bool | None:
        """Whether any of its contents uses a Run As account; None where it could not be read."""
        if self.content is None:
            return None
        return self.content.uses_run_as or (self.draft is not None and self.draft.uses_run_as)

    @property
    def content_uses_run_as(self) -> bool:
        """Whether the content that jobs run uses one: the draft's does not count while it is not published."""
        return self.content is not None and self.content.uses_run_as

    @property
    def refused_because(self) -> tuple[str, ...]:
        """The codes of what keeps update_runbook from writing a rewrite that is right as a text."""
        if self.content is None or self.decision.changes or self.content.verdict not in REWRITTEN:
            return ()
        return tuple(dict.fromkeys(said.code for said in self.decision.findings))

    @property
    def automatic(self) -> bool | None:
        """Whether update_runbook migrates it without a person; a draft that waits needs a decision, not a hand."""
        if not self.uses_run_as:
            return None
        if not self.content_uses_run_as:
            return False
        rewritten = self.content is not None and self.content.verdict in REWRITTEN
        return rewritten and not set(self.refused_because) - _WAITS

    def as_dict(self) -> dict[str, Any]:
        """Return it as an assessment carries it."""
        return {
            "name": self.name,
            "type": self.decision.type,
            "state": self.decision.state,
            "uses_run_as": self.uses_run_as,
            "verdict": self.content.verdict if self.content is not None else self.decision.verdict,
            "automatic": self.automatic,
            "assumptions": list(self.decision.assumptions),
            "uses": [*_uses(self._version, self.content), *_uses(_DRAFT, self.draft)],
            "refused_because": list(self.refused_because),
            "draft": None
            if self.draft is None
            else {"verdict": self.draft.verdict, "uses_run_as": self.draft.uses_run_as},
            "evidence": None,
        }

    @property
    def _version(self) -> str:
        return _DRAFT if self.published is None else _PUBLISHED


def _uses(version: str, seen: Seen | None) -> list[dict[str, Any]]:
    return [
        {"version": version, "code": said.code, "line": said.line, "column": said.column, "sentence": said.sentence}
        for said in (seen.said if seen is not None and seen.uses_run_as else ())
    ]


@dataclass(frozen=True)
class SurveyWork(Work):
    """The work of update_runbook, which remembers what each runbook said."""

    remembered: dict[str, SurveyedRunbook] = field(default_factory=dict)

    def decide(self, runbook: Runbook, outcome: Rewrite, refusals: Sequence[Finding]) -> Decision:
        """Return the decision, and keep what the contents say."""
        decision = super().decide(runbook, outcome, refusals)
        self.remembered[runbook.name] = SurveyedRunbook(
            decision=decision,
            content=self._seen(runbook, content_of(runbook), outcome),
            draft=self._draft_seen(runbook),
            published=None if runbook.published is None else digest(runbook.published),
        )
        return decision

    def _draft_seen(self, runbook: Runbook) -> Seen | None:
        """Return what a draft beside the published content says; one that equals it says the same."""
        if runbook.published is None or runbook.draft is None or runbook.draft == runbook.published:
            return None
        return self._seen(runbook, runbook.draft, self.rewrite(runbook.draft, runbook))

    def _seen(self, runbook: Runbook, content: bytes, outcome: Rewrite) -> Seen:
        said = tuple(found for found in outcome.findings if _OF_RUN_AS.fullmatch(found.code))
        return Seen(self._uses_run_as(runbook, content, outcome, said), outcome.verdict.value, said)

    def _uses_run_as(self, runbook: Runbook, content: bytes, outcome: Rewrite, said: Sequence[Finding]) -> bool:
        """A runbook may change only because another one of its session does: asked alone, it says whether it uses."""
        if outcome.verdict is Verdict.NOT_USED or said:
            return outcome.verdict is not Verdict.NOT_USED
        return self.rewrite(content, runbook).verdict is not Verdict.NOT_USED


def survey_runbooks(
    call: Call, options: RewriteOptions, memories: Mapping[str, Memory], checks: Checks
) -> list[SurveyedRunbook]:
    """Return all runbooks of the account, by name. Raises StepError where a package of the rewriter is missing."""
    items = automation.list_runbooks(call.session, call.account)
    work = SurveyWork(call, options=options, wishes=Wishes(), memories=memories, checks=checks)
    chosen = sorted(items, key=lambda item: str(item["name"]).lower())
    decisions, dummy = decide_all(work, chosen, ())
    return [work.remembered.get(decision.runbook, SurveyedRunbook(decision)) for decision in decisions]
