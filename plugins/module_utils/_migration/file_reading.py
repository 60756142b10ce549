# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading runbooks from files, and what follows from what they hold."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .._finding import finding
from .._runbook import MissingPackage, Rewrite, RewriteOptions, Source, rewrite_together
from .._step import StepError
from . import file_access
from .file_plan import Decision, RunbookFile, decide, not_read, taken, target_of
from .file_search import Found, unreadable


def read_and_decide(found: Sequence[Found], python: str, options: RewriteOptions) -> list[Decision]:
    """Read the files, rewrite them together, and decide on each.

    ``python`` is the type of Python runbooks: Python2, Python3, or Python where the content has to tell.
    Raises StepError for a package that is missing.
    """
    read = [_read(item) for item in found]
    rewrites = _rewrites([item for item in read if isinstance(item, RunbookFile)], python, options)
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


def _rewrites(files: Sequence[RunbookFile], python: str, options: RewriteOptions) -> dict[str, Rewrite]:
    """Return the rewrite of each file, by where it lies: a runbook may call another by a path from its own folder."""
    sources = {file.found.real: Source(file.content, _type(file, python), file.found.path) for file in files}
    try:
        return rewrite_together(sources, options)
    except MissingPackage as error:
        raise StepError(str(error)) from None


def _type(file: RunbookFile, python: str) -> str:
    """Return what the ending of the name says; the content is believed more."""
    ending = os.path.splitext(file.found.real)[1].lower()
    return {".py": python, ".graphrunbook": "GraphPowerShell"}.get(ending, "PowerShell")
