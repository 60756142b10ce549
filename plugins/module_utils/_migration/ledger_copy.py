# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The private copy of an account's ledger that a task works on where the ledger lies in a container."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .. import _ledger
from .._azure.ids import AccountId
from .._ledger import LedgerError
from .ledger_place import Place

# Held as long as the copy is in use.
LOCK = "lock"
# Seconds: a copy of a process that was killed is removed by the next once it is that old.
_LEFT_OVER = 3600


@contextmanager
def copy_of(place: Place, account: AccountId) -> Iterator[Path]:
    """Make a folder for the copy of an account's, and remove it at the end.

    Beside it lies what is kept for minutes for all accounts of the ledger, and stays.
    """
    root = Path(tempfile.gettempdir()) / f"runas_migration-{os.getuid()}"
    try:
        _refuse_shared(root)
    except OSError as error:
        raise _unusable(root, error) from None
    root = root / hashlib.sha256(place.url.encode()).hexdigest()[:16]
    name = _ledger.account_folder("", account.name, account.arm_id).name
    try:
        _ledger.private_folder(root)
        _remove_left_over(root)
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root))
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(root, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield folder
    finally:
        os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)


def _unusable(root: Path, error: OSError) -> LedgerError:
    return LedgerError(f"The temporary folder {root} cannot be used: {error.strerror}. Set TMPDIR to another.")


def _refuse_shared(root: Path) -> None:
    with suppress(FileExistsError):
        root.mkdir(mode=0o700)
    found = root.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise LedgerError(
            f"{root} is not a folder of this user alone, so no copy of the ledger is put there. Remove it, or set "
            "TMPDIR to a folder of your own."
        )


def _remove_left_over(root: Path) -> None:
    """Remove the copies of processes that were killed: old, and locked by nobody."""
    for folder in root.iterdir():
        try:
            if time.time() - folder.stat().st_mtime < _LEFT_OVER:
                continue
            lock = os.open(folder / LOCK, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)
