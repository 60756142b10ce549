# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which files are meant: those that are named, and those below named folders whose names are chosen.

Nothing outside of a named folder is reached: links are followed to places
inside of it only, and hidden folders (``.git``) are left out.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from .._finding import Finding, finding
from .._masked_diff import printable
from .._step import StepError

# Far more than an account may have; a slip such as "/" ends here and not after an hour.
MAX_FILES = 20_000


@dataclass(frozen=True)
class Found:
    """A file that is meant. ``path`` is how it is shown, ``real`` where it lies, links resolved.

    ``problem`` tells why it, or the folder that it stands for, is not looked at.
    """

    path: str
    real: str
    problem: Finding | None = None


@dataclass(frozen=True)
class Names:
    """The names that are chosen below a folder. A pattern with a slash is about the path below the folder."""

    include: Sequence[str]
    exclude: Sequence[str]

    def choose(self, relative: str) -> bool:
        """Tell whether the file at ``relative`` is meant."""
        return _matches(relative, self.include)

    def leave_out(self, relative: str) -> bool:
        """Tell whether ``relative`` is left out: excluded, hidden, a backup (``~``), or in a folder that is."""
        parts = relative.split("/")
        ways = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        return any(part.startswith(".") or part.endswith("~") for part in parts) or any(
            _matches(way, self.exclude) for way in ways
        )


def find_files(base: Path, paths: Sequence[str], names: Names) -> list[Found]:
    """Return the files that ``paths`` mean, each once, in order; relative paths start at ``base``.

    A file that is named itself is meant whatever its name is. Raises StepError for a path that is not there, and for
    more files than any account has runbooks.
    """
    if not paths:
        raise StepError("The option path names nothing. Name files or folders. Nothing was changed.")
    found: dict[str, Found] = {}
    for path in paths:
        for item in _meant(base, path, names):
            found.setdefault(item.real, item)
            if len(found) > MAX_FILES:
                raise StepError(
                    f"More than {MAX_FILES} files are meant by {printable(path)}. Name the folders of runbooks in the "
                    "option path, or leave others out with the option exclude. Nothing was changed."
                )
    return sorted(found.values(), key=lambda item: item.path)


def _matches(relative: str, patterns: Sequence[str]) -> bool:
    return any(_match(relative.lower(), pattern.lower()) for pattern in patterns)


def _match(relative: str, pattern: str) -> bool:
    pattern = pattern.removeprefix("./").rstrip("/")
    if pattern.startswith("**/"):
        return fnmatchcase(f"/{relative}", pattern[1:])
    return fnmatchcase(relative if "/" in pattern else relative.rsplit("/", 1)[-1], pattern)


def _meant(base: Path, path: str, names: Names) -> Iterator[Found]:
    real = str(base / path)
    try:
        real = os.path.realpath(real)
        is_folder = stat.S_ISDIR(os.stat(real).st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise StepError(
            f"There is no file or folder {printable(path)}. Correct the option path. Nothing was changed."
        ) from None
    except OSError as error:
        yield unreadable(path, real, error)
        return
    if is_folder:
        yield from _below(path, real, names)
    else:
        yield Found(printable(path), real)


def unreadable(path: str, real: str, error: OSError) -> Found:
    """Return a file or folder that the system does not let us read."""
    shown = printable(path)
    return Found(shown, real, finding("RA480", shown, path=shown, reason=error.strerror or error))


def _below(path: str, root: str, names: Names) -> Iterator[Found]:
    troubles: list[OSError] = []
    for folder, subfolders, files in os.walk(root, onerror=troubles.append):
        below = "" if folder == root else os.path.relpath(folder, root) + "/"
        kept = [name for name in sorted(subfolders) if not names.leave_out(below + name)]
        subfolders[:] = [name for name in kept if not os.path.islink(os.path.join(folder, name))]
        chosen = [name for name in files if names.choose(below + name) and not names.leave_out(below + name)]
        for name in (*kept, *chosen):
            yield from _entry(path, root, below + name, names)
    for error in troubles:
        relative = os.path.relpath(error.filename, root)
        yield unreadable(os.path.normpath(os.path.join(path, relative)), error.filename, error)


def _entry(path: str, root: str, relative: str, names: Names) -> Iterator[Found]:
    """Yield what one name in a folder stands for: nothing for a folder, which is walked into or reached otherwise."""
    entry = os.path.join(root, relative)
    shown = printable(os.path.join(path, relative))
    real = os.path.realpath(entry)
    if os.path.islink(entry) and not _is_reached(root, real, names):
        problem = finding("RA482", shown, path=shown, target=printable(real))
        yield Found(shown, entry, problem)
    elif not os.path.isdir(entry):
        yield Found(shown, real)


def _is_reached(root: str, real: str, names: Names) -> bool:
    if real == root:
        return True
    relative = os.path.relpath(real, root)
    return relative.split("/")[0] != os.pardir and not names.leave_out(relative)
