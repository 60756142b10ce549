# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""How the contents of one runbook go back: what is there and what the ledger remembers in, changes out. Pure.

The content that was published comes back by way of the draft, which is the only way there
is: it is made the draft, published, and the draft that there was is put back after it. A
draft that somebody made since is never published, and never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .._finding import Finding, finding
from .._step import Change
from .rollback_contents import Contents
from .rollback_part import RUNBOOKS
from .runbook_memory import DISCARD, DRAFT, PUBLISHED, REPLACE, RESTORE

_PUBLISH = "publish"


@dataclass(frozen=True)
class Standing:
    """A runbook as it is, its contents by their SHA-256; ``draft`` is None without one."""

    name: str
    target: str
    published: str | None
    draft: str | None


@dataclass(frozen=True)
class Taken:
    """What is to be done with one runbook.

    ``set_aside`` is the draft that is put back after publishing. ``lacking`` are contents that would be needed and
    that the ledger does not hold, each with the reason; then there are no changes. ``conflicts`` are what others did.
    """

    name: str
    target: str
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    conflicts: tuple[Finding, ...] = ()
    lacking: tuple[tuple[str, str], ...] = ()
    set_aside: str | None = None
    published: str | None = None
    diff_of: tuple[str, str] | None = None
    settles: str | None = None
    unread: tuple[Finding, ...] = ()

    @property
    def back(self) -> bool:
        """Tell whether it is as it was before, as far as that is ours to say."""
        return not (self.changes or self.conflicts or self.lacking or self.unread)


def take_back(
    now: Standing, contents: Contents, *, keep_drafts: bool, why_lacking: Callable[[str], str | None]
) -> Taken:
    """Return what is to be done with a runbook.

    ``why_lacking`` tells of a content why the ledger does not hold it, None where it does. ``keep_drafts`` sets drafts
    that others made since aside and puts them back; without it their runbook waits.
    """
    published = contents.published
    if published.written and now.published != published.start:
        if now.published not in published.states:
            return _refused(now, "RA840", what=f"The published content of runbook {now.name}")
        taken = _published_back(now, contents, keep_drafts)
    else:
        taken = _draft_back(now, contents)
    wanted = dict.fromkeys(str(change.after) for change in taken.changes if change.after is not None)
    lacking = tuple((name, reason) for name in wanted if (reason := why_lacking(name)) is not None)
    return Taken(now.name, now.target, lacking=lacking) if lacking else taken


def _refused(now: Standing, code: str, **facts: Any) -> Taken:
    return Taken(now.name, now.target, conflicts=(finding(code, now.target, **facts),))


def _published_back(now: Standing, contents: Contents, keep_drafts: bool) -> Taken:
    before = contents.published.start
    owed = contents.saved or contents.draft.start
    ours = {None, before, now.published, owed, *contents.draft.states, *contents.published.states}
    theirs = now.draft not in ours
    if theirs and not keep_drafts:
        return _refused(now, "RA841", runbook=now.name)
    put_back = now.draft if theirs else owed
    draft = contents.draft
    dropped = now.draft is None and contents.saved is None and draft.written and None not in draft.states
    if dropped:
        put_back = None
    findings = (finding("RA853", now.target, runbook=now.name, digest=owed),) if owed and put_back != owed else ()
    changes = [] if now.draft == before else [_change(REPLACE, DRAFT, now, now.draft, before)]
    changes.append(_change(_PUBLISH, PUBLISHED, now, now.published, before))
    if put_back is not None:
        changes.append(_change(RESTORE, DRAFT, now, None, put_back))
    return Taken(
        now.name,
        now.target,
        changes=tuple(changes),
        findings=findings,
        set_aside=put_back,
        published=before,
        diff_of=(str(now.published), str(before)),
    )


def _draft_back(now: Standing, contents: Contents) -> Taken:
    """The published content is as it was: only the draft may be left to do."""
    draft, owed = contents.draft, contents.saved or contents.draft.start
    if not draft.written and contents.saved is None:
        return Taken(now.name, now.target)
    # One that equals the published content has nobody's work in it.
    if now.draft == owed or (owed is None and now.draft == now.published):
        return Taken(now.name, now.target, settles=contents.saved)
    passing = {None, now.published} if contents.saved is not None else {now.published}
    if now.draft not in {*draft.states, *passing}:
        return _refused(now, "RA840", what=f"The draft of runbook {now.name}")
    if owed is None:
        return Taken(now.name, now.target, changes=(_change(DISCARD, DRAFT, now, now.draft, None),))
    change = _change(RESTORE, DRAFT, now, now.draft, owed)
    diff_of = (now.draft, owed) if now.draft is not None else None
    return Taken(now.name, now.target, changes=(change,), set_aside=owed, diff_of=diff_of)


def _change(action: str, kind: str, now: Standing, before: str | None, after: str | None) -> Change:
    return Change(action, kind, now.target, before, after, track=now.target, wave=RUNBOOKS)


def in_order(taken: Sequence[Taken]) -> list[Taken]:
    """Return what is taken by name."""
    return sorted(taken, key=lambda one: one.name.lower())
