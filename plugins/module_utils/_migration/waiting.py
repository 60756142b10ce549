# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Waiting for what Azure needs time for, and for other processes of ours."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from .._ledger import origin_of
from .._step import StepError

# Seconds: replication takes from moments to minutes, so pauses grow from one to the other.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


def _cannot_lock(lock: Path, error: OSError) -> Exception:
    return StepError(f"{lock} cannot be locked: {error.strerror}. Choose another folder with ledger.")


@contextmanager
def alone(lock: Path, refusal: Callable[[Path, OSError], Exception] = _cannot_lock) -> Iterator[None]:
    """Wait until no other process holds the file ``lock``, and keep others waiting meanwhile.

    Raises what ``refusal`` makes of the error where the file cannot be used: StepError unless said otherwise.
    """
    descriptor = None
    try:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise refusal(lock, error) from None
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def alone_in_ledger(folder: Path, name: str) -> Iterator[None]:
    """Wait until no other run on any machine holds the lock ``name`` of the ledger that an account's folder lies in."""
    with alone(folder.parent / name):
        origin = origin_of(folder)
        with origin.alone(name) if origin is not None else nullcontext():
            yield


def came_true(check: Callable[[], bool], timeout: float) -> bool:
    """Ask again and again until ``check`` says so; False when it does not within ``timeout`` seconds."""
    for pause in pauses(timeout):
        if check():
            return True
        time.sleep(pause)
    return False


def pauses(timeout: float) -> Iterator[float]:
    """Yield a pause after each try, growing, until ``timeout`` seconds have passed; there is one try at least."""
    end = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    while True:
        left = end - time.monotonic()
        yield min(pause, max(left, 0.0))
        if left <= 0:
            return
        pause = min(pause * 2, _LONGEST_PAUSE)
