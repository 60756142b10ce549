# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is to be done with one runbook: its contents and what a person wishes in, changes out. Pure.

State ``New`` has a draft only, ``Published`` no draft, ``Edit`` both
(azure-contracts, section 2.2). Publishing ships whatever the draft is, so a
draft of somebody else is never published, and never lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from .._finding import Finding, finding
from .._runbook import Rewrite, Verdict
from .._step import Change
from .runbook_memory import DRAFT, NOTHING, PUBLISHED, REPLACE, RESTORE, Memory

_REWRITTEN = (Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS)


@dataclass(frozen=True)
class Runbook:
    """A runbook as read. ``published`` is None where it was never published, ``draft`` where there is no draft."""

    name: str
    type: str
    state: str
    target: str
    published: bytes | None = None
    draft: bytes | None = None


@dataclass(frozen=True)
class Wishes:
    """What a person wants: somebody's pending draft kept (or its runbook skipped), and the rewrite published."""

    keep_drafts: bool = False
    publish: bool = True


@dataclass(frozen=True)
class Decision:
    """What is to be done with one runbook.

    ``draft`` tells of somebody's draft: ``kept``, ``skipped`` (it is why the runbook
    is left alone) or ``none``. ``set_aside`` is the digest of a draft that is put
    back after publishing; ``settled`` that of one which no longer is. ``old`` and
    ``new`` are the contents of a rewrite (``planned`` is the digest of ``new``),
    ``backup`` what must be kept before it.
    """

    runbook: str
    type: str
    state: str
    target: str
    verdict: str
    assumptions: tuple[str, ...] = ()
    draft: str = "none"
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    set_aside: str | None = None
    settled: str | None = None
    old: bytes | None = None
    new: bytes | None = None
    planned: str | None = None
    backup: tuple[bytes, ...] = ()
    diff: str | None = None

    @property
    def publishes(self) -> bool:
        """Tell whether the rewrite is to be published."""
        return any(change.kind == PUBLISHED for change in self.changes)


class Standing(Enum):
    """Whose the draft is. ``SAME`` equals the published content: nobody's work is in it."""

    NONE = "none"
    SAME = "same"
    OURS = "ours"
    THEIRS = "theirs"


Rewriter = Callable[[bytes], Rewrite]


def digest(content: bytes) -> str:
    """Return the SHA-256 of content: what changes and the ledger name it by."""
    return hashlib.sha256(content).hexdigest()


def decide(
    runbook: Runbook, rewriter: Rewriter, wishes: Wishes, memory: Memory = NOTHING, refusals: Sequence[Finding] = ()
) -> Decision:
    """Return what is to be done with a runbook, given what earlier runs did to it.

    ``refusals`` are the reasons why its rewrite must not be written, although the text is right.
    """
    if runbook.published is None:
        return _never_published(runbook, rewriter(runbook.draft or b""), wishes, refusals)
    rewrite = rewriter(runbook.published)
    standing = standing_of(runbook, rewrite, memory)
    owed = _owed(runbook, standing, memory)
    if not _is_rewritten(rewrite):
        return _nothing_to_rewrite(runbook, rewriter, rewrite, standing, owed, memory)
    if refusals:
        return _refused(runbook, rewrite, owed, refusals)
    waits = waits_for_draft(runbook, rewrite, wishes, memory)
    if waits is not None:
        return replace(_refused(runbook, rewrite, owed, [waits]), draft="skipped")
    return _rewritten(runbook, rewriter, rewrite, standing, owed, wishes)


def waits_for_draft(runbook: Runbook, rewrite: Rewrite, wishes: Wishes, memory: Memory) -> Finding | None:
    """Return what is said of a runbook that is left alone because of somebody's draft; None where it is not."""
    skips = not (wishes.keep_drafts and wishes.publish)
    if skips and standing_of(runbook, rewrite, memory) is Standing.THEIRS:
        return finding("RA491", runbook.target, runbook=runbook.name)
    return None


def standing_of(runbook: Runbook, rewrite: Rewrite, memory: Memory) -> Standing:
    """Tell whose the draft is: ours equals the rewrite, or is one that the ledger says we wrote.

    ``memory.planned`` is what somebody's draft made room for: a rewrite, or what a rollback was about to publish.
    """
    if runbook.draft is None:
        return Standing.NONE
    if runbook.draft == runbook.published:
        return Standing.SAME
    if digest(runbook.draft) in memory.ours or digest(runbook.draft) == memory.planned:
        return Standing.OURS
    if _is_rewritten(rewrite) and runbook.draft == rewrite.content:
        return Standing.OURS
    return Standing.THEIRS


@dataclass(frozen=True)
class _Owed:
    """What is due to a draft that an earlier run set aside: to be put back (``draft``), or no longer (``settled``)."""

    draft: str | None = None
    settled: str | None = None
    findings: tuple[Finding, ...] = ()


def _owed(runbook: Runbook, standing: Standing, memory: Memory) -> _Owed:
    saved = memory.saved
    if saved is None:
        return _Owed()
    if saved in (_digest_or_none(runbook.draft), _digest_or_none(runbook.published)):
        return _Owed(settled=saved)
    if standing is Standing.THEIRS:
        return _given_up(runbook, saved, "another draft is there now")
    if memory.lost:
        return _given_up(runbook, saved, "the ledger no longer holds it whole")
    return _Owed(draft=saved)


def _given_up(runbook: Runbook, saved: str, reason: str) -> _Owed:
    said = finding("RA494", runbook.target, runbook=runbook.name, reason=reason, digest=saved)
    return _Owed(settled=saved, findings=(said,))


def _never_published(runbook: Runbook, rewrite: Rewrite, wishes: Wishes, refusals: Sequence[Finding]) -> Decision:
    """A runbook that is a draft only: rewritten in place when asked, and never published by us."""
    if not _is_rewritten(rewrite):
        return _seen(runbook, rewrite)
    if refusals:
        return _refused(runbook, rewrite, _Owed(), refusals)
    if not wishes.keep_drafts:
        said = finding("RA493", runbook.target, runbook=runbook.name)
        return replace(_seen(runbook, rewrite), draft="skipped", findings=(said,))
    return replace(
        _seen(runbook, rewrite),
        draft="kept",
        changes=(_draft_change(runbook, REPLACE, _digest_or_none(runbook.draft), digest(rewrite.content)),),
        old=runbook.draft,
        new=rewrite.content,
        planned=digest(rewrite.content),
        backup=_contents(runbook),
    )


def _refused(runbook: Runbook, rewrite: Rewrite, owed: _Owed, refusals: Sequence[Finding]) -> Decision:
    return replace(_seen(runbook, rewrite), findings=(*refusals, *owed.findings), settled=owed.settled)


def _rewritten(
    runbook: Runbook, rewriter: Rewriter, rewrite: Rewrite, standing: Standing, owed: _Owed, wishes: Wishes
) -> Decision:
    """The published content is rewritten; a draft that is somebody's is set aside and put back after it."""
    there, planned = _digest_or_none(runbook.draft), digest(rewrite.content)
    set_aside = there if standing is Standing.THEIRS else owed.draft
    changes = [] if there == planned else [_draft_change(runbook, REPLACE, there, planned)]
    findings = [*rewrite.findings, *owed.findings]
    if wishes.publish:
        changes += _publishing(runbook, planned, set_aside)
    else:
        findings.append(finding("RA490", runbook.target, runbook=runbook.name))
    if standing is Standing.THEIRS:
        findings += _draft_findings(runbook, rewriter)
    return replace(
        _seen(runbook, rewrite),
        draft="kept" if set_aside else "none",
        changes=tuple(changes),
        findings=tuple(findings),
        set_aside=set_aside,
        settled=None if owed.settled == set_aside else owed.settled,
        old=runbook.published,
        new=rewrite.content,
        planned=digest(rewrite.content),
        backup=_contents(runbook),
    )


def _publishing(runbook: Runbook, planned: str, set_aside: str | None) -> list[Change]:
    before = _digest_or_none(runbook.published)
    publish = Change("publish", PUBLISHED, runbook.target, before, planned, track=runbook.target)
    return [publish] if set_aside is None else [publish, _draft_change(runbook, RESTORE, None, set_aside)]


def _nothing_to_rewrite(
    runbook: Runbook, rewriter: Rewriter, rewrite: Rewrite, standing: Standing, owed: _Owed, memory: Memory
) -> Decision:
    """The published content stays; what an earlier run began may be left to finish."""
    if owed.draft and standing is Standing.OURS and memory.planned == _digest_or_none(runbook.draft):
        # A rollback was cut off before it published: what it made the draft is nobody's work.
        return _put_back(runbook, rewrite, owed.draft)
    if owed.draft and standing in (Standing.NONE, Standing.SAME):
        if memory.planned == _digest_or_none(runbook.published):
            return _put_back(runbook, rewrite, owed.draft)
        owed = _given_up(runbook, owed.draft, "other content was published since")
    theirs = standing is Standing.THEIRS
    return replace(
        _seen(runbook, rewrite),
        draft="kept" if theirs else "none",
        findings=(*rewrite.findings, *owed.findings, *(_draft_findings(runbook, rewriter) if theirs else ())),
        settled=owed.settled,
    )


def _put_back(runbook: Runbook, rewrite: Rewrite, saved: str) -> Decision:
    change = _draft_change(runbook, RESTORE, _digest_or_none(runbook.draft), saved)
    return replace(
        _seen(runbook, rewrite),
        draft="kept",
        changes=(change,),
        set_aside=saved,
        backup=_contents(runbook),
    )


def _draft_findings(runbook: Runbook, rewriter: Rewriter) -> list[Finding]:
    """A draft that is kept as it is brings the Run As login back when somebody publishes it."""
    if runbook.draft is None or rewriter(runbook.draft).verdict is Verdict.NOT_USED:
        return []
    return [finding("RA492", runbook.target, runbook=runbook.name)]


def _draft_change(runbook: Runbook, action: str, before: str | None, after: str) -> Change:
    return Change(action, DRAFT, runbook.target, before, after, track=runbook.target)


def _seen(runbook: Runbook, rewrite: Rewrite) -> Decision:
    """The decision to leave a runbook alone and to say what the rewriter said."""
    return Decision(
        runbook=runbook.name,
        type=runbook.type,
        state=runbook.state,
        target=runbook.target,
        verdict=rewrite.verdict.value,
        assumptions=tuple(dict.fromkeys(assumption.name for assumption in rewrite.assumptions)),
        findings=rewrite.findings,
    )


def _is_rewritten(rewrite: Rewrite) -> bool:
    return rewrite.verdict in _REWRITTEN


def _contents(runbook: Runbook) -> tuple[bytes, ...]:
    return tuple(content for content in (runbook.published, runbook.draft) if content is not None)


def _digest_or_none(content: bytes | None) -> str | None:
    return None if content is None else digest(content)
