# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading runbooks from files, and what follows from what they hold."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from .._finding import finding
from .._runbook import MissingPackage, Rewrite, RewriteOptions, Source, rewrite_together
from .._step import StepError
from . import file_access
from .file_plan import Decision, RunbookFile, decide, not_read, taken, target_of
from .file_search import Found, unreadable

# What the ending of a name says about the language; the content is believed more.
_TYPES = {
    ".ps1": "PowerShell",
    ".psm1": "PowerShell",
    ".txt": "PowerShell",
    ".py": "Python",
    ".graphrunbook": "GraphPowerShell",
}


def read_and_decide(found: Sequence[Found], options: RewriteOptions) -> list[Decision]:
    """Read the files, rewrite them together, and decide on each. Raises StepError for a package that is missing."""
    read = [_read(item) for item in found]
    rewrites = _rewrites([item for item in read if isinstance(item, RunbookFile)], options)
    return [
        _decide(item, rewrites[item.found.real]) if isinstance(item, RunbookFile) else not_read(item) for item in read
    ]


def _read(found: Found) -> RunbookFile | Found:
    if found.problem:
        return found
    try:
        content = file_access.read(found.real)
    except OSError as error:
        return unreadable(found.path, found.real, error)
    except file_access.NotRead as error:
        return Found(found.path, found.real, finding("RA481", found.path, path=found.path, reason=error))
    return RunbookFile(found, content.content, content.names - 1)


def _decide(file: RunbookFile, rewrite: Rewrite) -> Decision:
    target = target_of(file, rewrite)
    if target is None or not target.beside:
        return decide(file, rewrite, target, file.content)
    try:
        there: bytes | None = file_access.read(target.real).content
    except FileNotFoundError:
        there = None
    except (OSError, file_access.NotRead) as error:
        return taken(file, rewrite, target, f"cannot be read: {error}")
    return decide(file, rewrite, target, there)


def _rewrites(files: Sequence[RunbookFile], options: RewriteOptions) -> dict[str, Rewrite]:
    """Return the rewrite of each file, by where it lies."""
    rewrites: dict[str, Rewrite] = {}
    for group in _groups(files):
        named = _named(group)
        sources = {name: Source(file.content, _type(file), file.found.path) for name, file in named.items()}
        try:
            together = rewrite_together(sources, options)
        except MissingPackage as error:
            raise StepError(str(error)) from None
        rewrites.update({file.found.real: together[name] for name, file in named.items()})
    return rewrites


def _groups(files: Sequence[RunbookFile]) -> list[list[RunbookFile]]:
    """Return the files that may call each other.

    An account has each name once. Where a name is there twice, the folders hold the runbooks of several accounts,
    and each folder is taken for itself.
    """
    if len({_runbook_name(file).lower() for file in files}) == len(files):
        return [list(files)]
    folders: dict[str, list[RunbookFile]] = {}
    for file in files:
        folders.setdefault(os.path.dirname(file.found.real), []).append(file)
    return list(folders.values())


def _named(files: Sequence[RunbookFile]) -> dict[str, RunbookFile]:
    """Return files by the names of their runbooks; one that is there twice (a.ps1, a.py) keeps its ending."""
    count = Counter(_runbook_name(file).lower() for file in files)
    return {
        _runbook_name(file) if count[_runbook_name(file).lower()] == 1 else os.path.basename(file.found.real): file
        for file in files
    }


def _runbook_name(file: RunbookFile) -> str:
    """Return the name without its endings: ``Start.ps1.txt`` holds the runbook Start."""
    name, ending = os.path.splitext(os.path.basename(file.found.real))
    while ending.lower() in _TYPES and os.path.splitext(name)[1].lower() in _TYPES:
        name, ending = os.path.splitext(name)
    return name


def _type(file: RunbookFile) -> str:
    return _TYPES.get(os.path.splitext(file.found.real)[1].lower(), "PowerShell")
