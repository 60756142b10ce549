# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the journal says of each runbook's two contents, which change together. Pure.

A runbook has published content and a draft; publishing makes the draft the published
content, and the draft is gone (azure-contracts, section 2.2). All contents are named by
their SHA-256; None stands for no draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .rollback_chains import NAME, Write
from .runbook_memory import DRAFT, DRAFT_SAVED, DRAFT_SETTLED, PUBLISHED, RESTORE


@dataclass(frozen=True)
class Side:
    """One of both contents. ``states`` are those in which it may stand; none means that it was not written."""

    start: str | None = None
    states: tuple[str | None, ...] = ()

    @property
    def written(self) -> bool:
        """Tell whether there is anything to take back."""
        return bool(self.states)

    def after(self, before: str | None, after: str | None, *, sure: bool) -> Side:
        """Return it after one more write of a migration."""
        start = self.start if before in self.states else before
        return Side(start, (after,) if sure else (before, after))


UNTOUCHED = Side()


@dataclass(frozen=True)
class Contents:
    """The writes to one runbook that count. ``saved`` is a draft that a rollback set aside and has not put back."""

    target: str
    published: Side = UNTOUCHED
    draft: Side = UNTOUCHED
    saved: str | None = None

    @property
    def written(self) -> bool:
        """Tell whether there is anything to take back."""
        return self.published.written or self.draft.written or self.saved is not None


def contents_of(records: Iterable[Mapping[str, Any]], writes: Iterable[Write]) -> list[Contents]:
    """Return the runbooks with writes that count, in the order of their first ones."""
    runbooks: dict[str, Contents] = {}
    for write in writes:
        if write.kind in (DRAFT, PUBLISHED):
            key = write.target.lower()
            runbooks[key] = _with(runbooks.get(key) or Contents(write.target), write)
    for target, saved in _set_aside(records).items():
        if target in runbooks:
            runbooks[target] = replace(runbooks[target], saved=saved)
    return [one for one in runbooks.values() if one.written]


def contents_before(writes: Iterable[Write]) -> frozenset[str]:
    """Return the published contents that a migration found and replaced: none of them had an identity to rely on."""
    return frozenset(
        str(write.before) for write in writes if write.kind == PUBLISHED and write.step != NAME and write.before
    )


def _set_aside(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the drafts that rollbacks set aside and did not put back, by the lower-cased id of the runbook."""
    saved: dict[str, str] = {}
    for record in records:
        target = str(record.get("runbook") or "").lower()
        if record["event"] == DRAFT_SAVED and record.get("step") == NAME:
            saved[target] = record["draft"]
        elif record["event"] == DRAFT_SETTLED and saved.get(target) == record["draft"]:
            del saved[target]
    return saved


def _with(runbook: Contents, write: Write) -> Contents:
    if write.step == NAME:
        return _taken_back(runbook, write)
    if write.kind == DRAFT:
        return replace(runbook, draft=runbook.draft.after(write.before, write.after, sure=write.sure))
    published = runbook.published.after(write.before, write.after, sure=write.sure)
    # What was published had been the draft.
    draft = runbook.draft if write.after in runbook.draft.states else Side(write.after, (write.after,))
    return replace(
        runbook, published=published, draft=replace(draft, states=(None,) if write.sure else (write.after, None))
    )


def _taken_back(runbook: Contents, write: Write) -> Contents:
    """Return the runbook after a write of a rollback."""
    published, draft = runbook.published, runbook.draft
    if write.kind == DRAFT:
        settled = write.sure and (write.after == draft.start or write.action == RESTORE)
        if settled and not _is_on_the_way(published, write):
            return replace(runbook, draft=UNTOUCHED)
        return replace(runbook, draft=replace(draft, states=(*draft.states, write.after)) if draft.written else draft)
    if not write.sure:
        return replace(
            runbook,
            published=replace(published, states=(*published.states, write.after)),
            draft=replace(draft, states=(*draft.states, None)),
        )
    owed = draft.start is not None
    return replace(runbook, published=UNTOUCHED, draft=Side(draft.start, (None,)) if owed else UNTOUCHED)


def _is_on_the_way(published: Side, write: Write) -> bool:
    """Tell whether a rollback made the draft what it is about to publish."""
    return published.written and write.action != RESTORE and write.after == published.start
