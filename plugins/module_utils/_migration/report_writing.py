# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Writing a report folder: only what is new, each file as a whole, the manifest last.

The folder is evidence. A file in it that no report wrote, or that was changed after one did, is
never overwritten and never deleted: such a folder is refused before anything is written. While files
are replaced, ``.in-progress`` lists their names, so that the run that follows a crash knows its own.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .._report import manifest
from .._step import StepError

PAGES = "accounts"
_IN_PROGRESS = ".in-progress"
_TEMPORARY = ".report-"


@dataclass
class Folder:
    """A report folder. In check mode everything is made and compared, and nothing is written."""

    shown: str
    path: Path
    check_mode: bool
    digests: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    _listed: dict[str, str] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)
    _names: tuple[str, ...] = ()

    def open(self, names: Iterable[str]) -> None:
        """Look at what is there; ``names`` are the files that will be written.

        Raises StepError for a folder that holds what no report wrote, or what was changed since.
        """
        self._names = (*names, manifest.NAME)
        there = self._there()
        self._listed = self._manifest() if manifest.NAME in there else {}
        self._begun = self._unfinished() if _IN_PROGRESS in there else set()
        ours = {*self._listed, *self._begun, manifest.NAME, _IN_PROGRESS}
        foreign = sorted(name for name in there if name not in ours and not _is_temporary(name))
        if foreign:
            self._refuse(f"holds {foreign[0]}, which no report wrote")
        for name in sorted(there & self._listed.keys() - self._begun):
            if self._digest(name) != self._listed[name]:
                self._refuse(f"holds {name}, which was changed after the report was written")

    def write(self, name: str, text: str) -> None:
        """Put one file there, unless it is there already."""
        with self.sink(name) as sink:
            sink.write(text)

    def sink(self, name: str) -> Sink:
        """Return where the text of one file goes, piece by piece."""
        return Sink(self, name)

    def close(self) -> None:
        """Remove the pages of an earlier report, and write the manifest."""
        stale = sorted((self._listed.keys() | self._begun) - {*self._names})
        for name in stale:
            if (self.path / name).is_file():
                self._remove(name)
        self.write(manifest.NAME, manifest.text(self.digests))
        if not self.check_mode:
            for name in self._there():
                if _is_temporary(name):
                    self.remove_file(name)
            self.remove_file(_IN_PROGRESS)

    def begin(self) -> None:
        """Note, before the first change, which files this run writes."""
        marker = self.path / _IN_PROGRESS
        if self.changed or self.removed or self.check_mode:
            return
        _private_folder(self.path)
        marker.touch(mode=0o600)
        marker.write_text("".join(f"{name}\n" for name in sorted({*self._names, *self._begun})), encoding="utf-8")

    def place(self, name: str) -> Path:
        """Return the path of a file, in a folder that is there."""
        path = self.path / name
        if not path.parent.is_dir():
            self.begin()
            _private_folder(path.parent)
        return path

    def digest_there(self, name: str) -> str | None:
        """Return the SHA-256 of what is there under a name; None where nothing is."""
        return self._digest(name) if (self.path / name).is_file() else None

    def remove_file(self, name: str) -> None:
        """Remove a file of ours."""
        with suppress(FileNotFoundError):
            (self.path / name).unlink()

    def _remove(self, name: str) -> None:
        self.begin()
        self.removed.append(name)
        if not self.check_mode:
            self.remove_file(name)
            # The folder of pages goes with its last page.
            with suppress(OSError):
                if "/" in name:
                    (self.path / name).parent.rmdir()

    def _there(self) -> set[str]:
        """Return the names of all files below the folder; what is no file counts too."""
        if not os.path.lexists(self.path):
            return set()
        if not self.path.is_dir():
            self._refuse("is no folder")
        return set(_names_below(self.path, ""))

    def _manifest(self) -> dict[str, str]:
        try:
            return manifest.parsed(self._text(manifest.NAME))
        except ValueError as error:
            return self._refuse(f"has another manifest: {error}")

    def _unfinished(self) -> set[str]:
        names = self._text(_IN_PROGRESS).splitlines()
        if not all(manifest.names_a_file(name) for name in names):
            self._refuse(f"holds a file {_IN_PROGRESS} that no report wrote")
        return set(names)

    def _text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def _digest(self, name: str) -> str | None:
        path = self.path / name
        if path.is_symlink() or not path.is_file():
            return None
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def _refuse(self, what: str) -> dict[str, str]:
        raise StepError(
            f"The folder {self.shown} {what}. A report writes into an empty folder, or over an earlier report. Name "
            "another folder in the option dest, or move what is there away. Nothing was written."
        )


class Sink:
    """One file while it is made. What it replaces stays until the whole is there."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._folder = folder
        self._name = name
        self._digest = hashlib.sha256()
        self._temporary: Path | None = None
        self._file: IO[bytes] | None = None
        if not folder.check_mode:
            self._open()

    def _open(self) -> None:
        _private_folder(self._folder.path)
        descriptor, path = tempfile.mkstemp(prefix=_TEMPORARY, suffix=".tmp", dir=self._folder.path)
        self._temporary, self._file = Path(path), open(descriptor, "wb")  # noqa: SIM115 (closed by __exit__)

    def write(self, text: str) -> None:
        """Add text."""
        content = text.encode()
        self._digest.update(content)
        if self._file:
            self._file.write(content)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, kind: object, dummy_error: object, dummy_trace: object) -> None:
        if self._file and self._temporary:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
        try:
            if kind is None:
                self._settle()
        finally:
            if self._temporary:
                self._temporary.unlink(missing_ok=True)

    def _settle(self) -> None:
        """Put the file in its place where it is another one than is there."""
        digest = self._digest.hexdigest()
        if self._name != manifest.NAME:
            self._folder.digests[self._name] = digest
        if self._folder.digest_there(self._name) == digest:
            return
        self._folder.begin()
        self._folder.changed.append(self._name)
        if self._temporary:
            os.replace(self._temporary, self._folder.place(self._name))


def _names_below(folder: Path, prefix: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        name = prefix + entry.name
        if entry.is_dir(follow_symlinks=False) and name == PAGES:
            yield from _names_below(Path(entry.path), f"{name}/")
        else:
            yield name


def _is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY) and name.endswith(".tmp")


def _private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter; a folder that is there keeps its mode."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
