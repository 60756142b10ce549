# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading an account part by part: what keeps one part from being read is a finding, and the others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden, Throttled
from .._azure.ids import AccountId
from .._finding import Finding
from .._step import in_parallel
from .unread import unread_finding

T = TypeVar("T")

# A refused login and an endpoint that does not answer are not among them: then nothing else can be read either.
OF_ONE_PART = (Absent, Conflict, Failed, Forbidden, Throttled)


class Parts:
    """What was read of one account, and what could not be. Threads may read at once."""

    def __init__(self, account: AccountId, scope: frozenset[str], max_parallel: int) -> None:
        """``scope`` holds the parts that are wanted."""
        self.account = account
        self._scope = scope
        self._max_parallel = max_parallel
        self._lock = threading.Lock()
        self._findings: list[Finding] = []
        self.unread: dict[str, AzureError] = {}

    @property
    def findings(self) -> list[Finding]:
        """What must be said about what could not be read, in an order that does not depend on threads."""
        return sorted(self._findings, key=lambda said: said.sentence)

    def wants(self, *parts: str) -> bool:
        """Tell whether any of these parts is wanted."""
        return bool(self._scope & set(parts))

    def read(self, what: str, read: Callable[[], T]) -> T | None:
        """Return what ``read`` returns; None, with a finding, where Azure does not give it."""
        try:
            return read()
        except OF_ONE_PART as error:
            sentence = f"{what} of Automation account {self.account.name}"
            with self._lock:
                self.unread[what] = error
                self._findings.append(unread_finding(sentence, self.account.arm_id, error))
            return None

    def read_all(self, reads: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Return the answers of several parts, read at the same time as far as max_parallel allows, by their names."""
        names = list(reads)
        answers = in_parallel(lambda name: self.read(name, reads[name]), names, self._max_parallel, per_thread=1)
        return dict(zip(names, answers, strict=True))
