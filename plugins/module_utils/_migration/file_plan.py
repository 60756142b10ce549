# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is to be done with one file: its content and its rewrite in, change and findings out. Pure.

A text is replaced where it is. A graphical runbook is never: its rewrite goes
to a new file beside it, to be imported and tested first.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from .._finding import Finding, finding
from .._runbook import NeededModule, Rewrite, Verdict, is_graphical
from .._step import Change
from .file_search import Found

UNREADABLE = "unreadable"
REPLACE, CREATE = "replace", "create"
KIND = "runbook_file"

_REWRITTEN = (Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS)


@dataclass(frozen=True)
class RunbookFile:
    """A file as read. ``links`` is the number of its other hard links."""

    found: Found
    content: bytes
    links: int = 0


@dataclass(frozen=True)
class Target:
    """Where a rewrite goes: ``path`` as shown, ``real`` where it lies. ``beside``: it is not the runbook itself."""

    path: str
    real: str
    beside: bool


@dataclass(frozen=True)
class Decision:
    """What is to be done with one file. ``old`` and ``new`` are the contents of the target; it is new without old."""

    found: Found
    verdict: str
    assumptions: tuple[str, ...] = ()
    modules: tuple[NeededModule, ...] = ()
    edits: int = 0
    findings: tuple[Finding, ...] = ()
    target: Target | None = None
    change: Change | None = None
    old: bytes | None = None
    new: bytes | None = None


def digest(content: bytes) -> str:
    """Return the SHA-256 of content: what changes name it by."""
    return hashlib.sha256(content).hexdigest()


def not_read(found: Found) -> Decision:
    """Return the decision on a file that is not looked at."""
    return Decision(found, UNREADABLE, findings=(found.problem,) if found.problem else ())


def target_of(file: RunbookFile, rewrite: Rewrite) -> Target | None:
    """Return where the rewrite of a file goes; None when there is nothing to write."""
    if rewrite.verdict not in _REWRITTEN:
        return None
    if not is_graphical(file.content):
        return Target(file.found.path, file.found.real, beside=False)
    return Target(_beside(file.found.path), _beside(file.found.real), beside=True)


def decide(file: RunbookFile, rewrite: Rewrite, target: Target | None, there: bytes | None) -> Decision:
    """Return what is to be done with a file; ``there`` is what its target holds, None where there is none yet."""
    if target is None:
        return _decision(file, rewrite)
    if target.beside:
        return _decide_beside(file, rewrite, target, there)
    return _decision(file, rewrite, target, file.content, _link_findings(file))


def taken(file: RunbookFile, rewrite: Rewrite, target: Target, reason: str) -> Decision:
    """Return the decision on a file whose rewrite has no place to go."""
    said = finding("RA483", file.found.path, target=target.path, reason=reason)
    return _decision(file, rewrite, findings=(said,))


def _decide_beside(file: RunbookFile, rewrite: Rewrite, target: Target, there: bytes | None) -> Decision:
    if there is not None and there != rewrite.content:
        return taken(file, rewrite, target, "holds something else")
    said = finding("RA484", file.found.path, path=file.found.path, target=target.path)
    return _decision(file, rewrite, target, there, (said,))


def _decision(
    file: RunbookFile,
    rewrite: Rewrite,
    target: Target | None = None,
    old: bytes | None = None,
    findings: tuple[Finding, ...] = (),
) -> Decision:
    return Decision(
        file.found,
        rewrite.verdict.value,
        assumptions=tuple(dict.fromkeys(assumption.name for assumption in rewrite.assumptions)),
        modules=rewrite.modules,
        edits=len(rewrite.edits),
        findings=(*rewrite.findings, *findings),
        target=target,
        change=_change(target, old, rewrite.content) if target else None,
        old=old,
        new=rewrite.content,
    )


def _change(target: Target, old: bytes | None, new: bytes) -> Change | None:
    if old == new:
        return None
    before = None if old is None else digest(old)
    return Change(CREATE if old is None else REPLACE, KIND, target.path, before, digest(new), track=target.real)


def _link_findings(file: RunbookFile) -> tuple[Finding, ...]:
    if not file.links:
        return ()
    return (finding("RA485", file.found.path, path=file.found.path, links=file.links),)


def _beside(path: str) -> str:
    stem, ending = os.path.splitext(path)
    return f"{stem}.identity{ending}"
