# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Diffs of runbooks for pages: changed lines only, secrets masked, never more than a person reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from .._masked_diff import changed_lines
from .journal import Change, publications, runbook_of

MOST_LINES = 800
MOST_CHARACTERS = 1000

_KINDS = {"@": "place", "-": "old", "+": "new"}


@dataclass(frozen=True)
class Line:
    """One line of a diff; ``kind`` is ``place``, ``old`` or ``new``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Diff:
    """What a change did to a runbook. ``lacks`` says why there are no lines; ``more`` that some were left out."""

    change: Change
    runbook: str
    lines: tuple[Line, ...] = ()
    more: bool = False
    lacks: str | None = None


def diffs(changes: Iterable[Change], blobs: Mapping[str, bytes]) -> list[Diff]:
    """Return the diffs of all publications, oldest first. ``blobs`` are the contents by their SHA-256."""
    return [_diff(change, blobs) for change in publications(changes)]


def _diff(change: Change, blobs: Mapping[str, bytes]) -> Diff:
    runbook = runbook_of(change.target)
    before, after = _content(change.before, blobs), _content(change.after, blobs)
    if before is None or after is None:
        return Diff(change, runbook, lacks="The ledger that was read does not hold its content.")
    shown = list(islice(changed_lines(before, after), MOST_LINES + 1))
    return Diff(change, runbook, tuple(_line(text) for text in shown[:MOST_LINES]), len(shown) > MOST_LINES)


def _content(digest: Any, blobs: Mapping[str, bytes]) -> bytes | None:
    """Return a content; nothing where there was none, None where it is not known."""
    if digest is None:
        return b""
    return blobs.get(digest) if isinstance(digest, str) else None


def _line(text: str) -> Line:
    cut = text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]} \u2026"
    return Line(_KINDS[text[0]], cut if text[0] == "@" else cut[1:])
