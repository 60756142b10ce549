# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Readings that are the same for every account: made by one worker, and kept in a file for the others of a run."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .._azure.ids import normal_id
from .._ledger import LedgerError, private_folder, write_durably
from .waiting import alone

Json = Mapping[str, Any]

_FORMAT = 1


@dataclass(frozen=True)
class Shelf:
    """Where a reading is kept: the file ``name`` of a folder, for ``max_age_seconds``.

    ``key`` tells who asks where, and for what: nobody is handed what another login has read.
    """

    folder: Path
    name: str
    key: str
    max_age_seconds: float

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.name

    def of_place(self, what: str, place: str) -> Shelf:
        """Return the shelf for what is known of one place: names in Azure are not fit to be names of files."""
        named = hashlib.sha256(normal_id(place).encode()).hexdigest()[:16]
        return replace(self, name=f"{what}_{named}.json")


def key_of(parameters: Mapping[str, Any], *what: object) -> str:
    """Return what tells one login, at one Azure, and one kind of reading from another."""
    names = ("cloud_environment", "tenant", "client_id", "auth_source")
    said = [*(str(parameters.get(name)) for name in names), *(str(item) for item in what)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def shared(shelf: Shelf, read: Callable[[], Json], usable: Callable[[Json], bool]) -> Json:
    """Return what ``read`` returns, plain JSON, or what it returned to another worker not long ago.

    Of many workers at once one reads; the others wait for it and take its result. With another key, with a file too old
    or damaged, or one that is not ``usable``, it is read anew. What ``read`` raises keeps nothing. Raises LedgerError
    where the folder cannot be used.
    """
    found = peek(shelf, usable)
    if found is not None:
        return found
    with alone(_folder_of(shelf) / f"{shelf.name}.lock", _unusable):
        found = peek(shelf, usable)
        if found is not None:
            return found
        began = time.time()
        content = read()
        kept = {"format": _FORMAT, "key": shelf.key, "time": began, "content": content}
        try:
            write_durably(shelf.path, json.dumps(kept, ensure_ascii=False).encode())
        except OSError as error:
            raise _unusable(shelf.path, error) from None
        return content


def peek(shelf: Shelf, usable: Callable[[Json], bool]) -> Json | None:
    """Return what a file holds, if it is whole, of this key, usable, and young enough: not from the future either."""
    try:
        kept = json.loads(shelf.path.read_bytes())
        age = time.time() - float(kept["time"])
        if kept["format"] != _FORMAT or kept["key"] != shelf.key or not 0 <= age < shelf.max_age_seconds:
            return None
        content: Json = kept["content"]
        return content if usable(content) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _folder_of(shelf: Shelf) -> Path:
    try:
        private_folder(shelf.folder)
    except OSError as error:
        raise _unusable(shelf.path, error) from None
    return shelf.folder


def _unusable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(f"What lies around the accounts cannot be kept in {path.parent}: {error.strerror or error}.")
