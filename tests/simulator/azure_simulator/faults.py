# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on demand: delays, error answers, dropped connections.

A fault is written ``key=value,key=value``:
    status=500      answer this instead of doing the work
    code=, message= of the error body
    retry_after=2   a Retry-After header (for 429 and 503)
    drop=before     close the connection without doing the work
    drop=after      do the work, then close the connection without an answer
    latency=250     wait this many milliseconds first
    service=arm     arm, graph, blob or login only
    method=POST     this method only
    path=*/publish* shell pattern over the path with its query, without regard to case
    nth=3           begin at the third request that matches (default 1)
    times=2         hit that many requests (default 1; 0 = all from then on)
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, fields
from typing import Any

from azure_simulator.wire import Response, json_response

_NUMBERS = ("status", "retry_after", "latency", "nth", "times")


@dataclass(slots=True)
class Fault:
    """One fault with its count of matching requests so far."""

    status: int = 0
    code: str = ""
    message: str = ""
    retry_after: int = 0
    drop: str = ""
    latency: int = 0
    service: str = ""
    method: str = ""
    path: str = "*"
    nth: int = 1
    times: int = 1
    seen: int = 0

    def strikes(self, service: str, method: str, path: str) -> bool:
        """Count a request that matches; True if the fault hits it."""
        if self.service not in ("", service) or self.method not in ("", method):
            return False
        if not fnmatch.fnmatchcase(path.lower(), self.path.lower()):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)

    def response(self) -> Response:
        """The error answer of a fault that has a status."""
        code = self.code or {429: "TooManyRequests", 503: "ServiceUnavailable"}.get(self.status, "InternalServerError")
        message = self.message or "This answer is a fault that was asked for."
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return json_response({"error": {"code": code, "message": message}}, self.status, headers)

    def describe(self) -> str:
        shown = ((item.name, getattr(self, item.name)) for item in fields(self) if item.name != "seen")
        return ",".join(f"{name}={value}" for name, value in shown if value not in ("", 0))


def parse(spec: str | dict[str, Any]) -> Fault:
    """A fault from its text or its JSON object. ValueError says what is wrong."""
    pairs = dict(_pair(piece) for piece in spec.split(",") if piece.strip()) if isinstance(spec, str) else dict(spec)
    known = {item.name for item in fields(Fault)} - {"seen"}
    unknown = sorted(set(pairs) - known)
    if unknown:
        raise ValueError(f"a fault has no {unknown[0]!r}; known: {', '.join(sorted(known))}")
    for name in _NUMBERS:
        if name in pairs:
            pairs[name] = int(pairs[name])
    fault = Fault(**pairs)
    fault.method = fault.method.upper()
    if fault.drop not in ("", "before", "after"):
        raise ValueError(f"drop is before or after, not {fault.drop!r}")
    if not (fault.status or fault.drop or fault.latency):
        raise ValueError("a fault needs one of status, drop, latency")
    return fault


def _pair(piece: str) -> tuple[str, Any]:
    name, equals, value = piece.partition("=")
    if not equals:
        raise ValueError(f"{piece!r} is not key=value")
    return name.strip(), value.strip()
