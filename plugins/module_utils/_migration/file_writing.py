# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Writing rewritten files, and the patch of all changes before them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._step import Change, Hands, StepError
from . import file_access
from .file_patch import FileChange, patch_of
from .file_plan import Decision, Target, digest


def refuse_obstacles(changing: Sequence[Decision]) -> None:
    """Raise StepError where a file that is to be written cannot be."""
    reasons = [(decision.found.path, _obstacle(decision.target)) for decision in changing if decision.target]
    blocked = [f"{path}: {reason}" for path, reason in reasons if reason]
    if blocked:
        raise StepError(
            f"{len(blocked)} of the {len(changing)} files to change cannot be written ({'; '.join(blocked)}). Make "
            "them writable, or leave them out with the option exclude. Nothing was changed."
        )


def _obstacle(target: Target) -> str | None:
    if target.beside:
        return file_access.folder_obstacle(target.real)
    try:
        return file_access.obstacle(target.real)
    except OSError as error:
        return str(error.strerror or error)


def hands(changing: Sequence[Decision], *, backup: bool) -> Hands:
    """Return how changes reach the files; a change's track is the path of its file."""
    by_path = {decision.target.real: decision for decision in changing if decision.target}

    def reread(change: Change) -> str | None:
        return _digest_of(change)

    def write(change: Change) -> dict[str, Any]:
        return _write(change, by_path[change.track], backup=backup)

    return Hands(reread, write)


def _write(change: Change, decision: Decision, *, backup: bool) -> dict[str, Any]:
    """Write, read back, and return the path of the backup."""
    try:
        copy = file_access.back_up(change.track) if backup and decision.old is not None else None
        file_access.write(change.track, decision.new or b"", like=decision.found.real)
    except OSError as error:
        raise StepError(f"{change.target} could not be written: {error.strerror or error}.") from None
    if _digest_of(change) != change.after:
        raise StepError(f"{change.target} does not hold what was written to it: something else writes there.")
    return {"backup_file": copy} if copy else {}


def _digest_of(change: Change) -> str | None:
    try:
        return digest(file_access.read(change.track).content)
    except FileNotFoundError:
        return None
    except (OSError, file_access.NotRead) as error:
        raise StepError(f"{change.target} could not be read again: {error}.") from None


@dataclass(frozen=True)
class PatchFile:
    """The patch of all changes. ``root`` is the folder that the names in it start at."""

    shown: str
    path: str
    root: str
    content: bytes


def plan_patch(base: Path, wanted: str | None, changing: Sequence[Decision]) -> PatchFile | None:
    """Return the patch to be written, None where none is wanted or nothing changes.

    Raises StepError where it has no place; another patch, perhaps the only record of earlier changes, stays.
    """
    targets = [(decision.target.real, decision) for decision in changing if decision.target]
    if wanted is None or not targets:
        return None
    root = _root([path for path, dummy in targets])
    content = patch_of(
        FileChange(os.fsencode(os.path.relpath(path, root)), decision.old, decision.new or b"")
        for path, decision in targets
    )
    patch = PatchFile(wanted, str(base / wanted), root, content)
    _refuse_place(patch)
    return patch


def write_patch(patch: PatchFile) -> None:
    """Write the patch, with the mode that new files get. Raises StepError."""
    try:
        file_access.write(patch.path, patch.content, like=None)
    except OSError as error:
        raise StepError(
            f"The patch {patch.shown} could not be written: {error.strerror or error}. Nothing was changed."
        ) from None


def _root(paths: Sequence[str]) -> str:
    """Return the folder of the git work tree that holds all of ``paths``; without one, what is common to them."""
    common = Path(os.path.commonpath([os.path.dirname(path) for path in paths]))
    return str(next((folder for folder in (common, *common.parents) if (folder / ".git").exists()), common))


def _refuse_place(patch: PatchFile) -> None:
    try:
        there = file_access.read(patch.path).content
    except FileNotFoundError:
        there = patch.content
    except (OSError, ValueError, file_access.NotRead) as error:
        raise StepError(f"The patch {patch.shown} cannot be written: {error}. Nothing was changed.") from None
    if there != patch.content:
        raise StepError(
            f"The file {patch.shown} is there already and holds something else. Move it away, or name another in the "
            "option patch. Nothing was changed."
        )
    if file_access.folder_obstacle(patch.path):
        raise StepError(
            f"The patch {patch.shown} has no place: its folder is not there, or cannot be written to. Correct the "
            "option patch. Nothing was changed."
        )
