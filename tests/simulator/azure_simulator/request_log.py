# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of every request, which tests read to say "nothing was written" and mean it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True, frozen=True)
class Entry:
    """One request; ``status`` is 0 when the connection was dropped without an answer."""

    n: int
    time: float
    service: str
    method: str
    path: str
    status: int
    caller: str | None
    mutating: bool
    fault: str | None


class RequestLog:
    """Requests in the order in which they were answered. Bodies and headers are never kept."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._count = 0

    def add(
        self, service: str, method: str, path: str, status: int, caller: str | None, mutating: bool, fault: str | None
    ) -> None:
        self._count += 1
        self._entries.append(Entry(self._count, time.time(), service, method, path, status, caller, mutating, fault))

    def clear(self) -> None:
        self._entries.clear()

    def as_list(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self._entries]
