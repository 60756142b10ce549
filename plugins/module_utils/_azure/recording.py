# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What Azure answered, kept word for word beside what the steps make of it.

A recording session reads and never writes: a request that would change something does not leave this process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from .transport import TrustingAdapter

# POSTs that only read: a batch holds GETs only (directory_batch), and the other two are queries.
_READING_POSTS = ("/$batch", "/providers/microsoft.resourcegraph/resources", "/checkpolicyrestrictions")


@dataclass(frozen=True)
class Answered:
    """One answer. ``asked`` is the body of the request, b"" without one; ``kind`` is the answer's content type."""

    method: str
    url: str
    asked: bytes
    status: int
    body: bytes
    kind: str


class Recorder:
    """The answers so far, the last one to each request. Threads may add at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str, bytes], Answered] = {}

    def take(self, answered: Answered) -> None:
        """Keep an answer; one that was throttled is replaced by that of the repeated request."""
        with self._lock:
            self._answers[answered.method, answered.url, answered.asked] = answered

    def answers(self) -> list[Answered]:
        """Return what was kept, in an order that does not depend on threads."""
        with self._lock:
            return [self._answers[key] for key in sorted(self._answers)]


class RecordingAdapter(TrustingAdapter):
    """An adapter that keeps every answer to a request with a token; logging in goes by unrecorded."""

    def __init__(self, settings: SSLContext, recorder: Recorder) -> None:
        self._recorder = recorder
        super().__init__(settings)

    def send(self, request: Any, *arguments: Any, **keywords: Any) -> Any:
        """Send a request that reads, and keep its answer. Raises RuntimeError for one that writes: a defect of ours."""
        if "Authorization" not in request.headers:
            return super().send(request, *arguments, **keywords)
        _refuse_write(request)
        response = super().send(request, *arguments, **keywords)
        asked = request.body or b""
        self._recorder.take(
            Answered(
                request.method,
                request.url,
                asked.encode() if isinstance(asked, str) else asked,
                response.status_code,
                # Reads all of it; who streams it afterwards is given the same bytes again.
                response.content,
                response.headers.get("Content-Type", ""),
            )
        )
        return response


def _refuse_write(request: Any) -> None:
    if request.method in ("GET", "HEAD"):
        return
    path = urlsplit(request.url).path.lower()
    if request.method != "POST" or not path.endswith(_READING_POSTS):
        raise RuntimeError(f"a recording session was asked to write: {request.method} {path}")
