# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Waiting for Azure to replicate: pauses that grow, and an end to them."""

from __future__ import annotations

import time
from collections.abc import Iterator

# Seconds: replication takes from moments to minutes, so pauses grow from one to the other.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 30.0


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
