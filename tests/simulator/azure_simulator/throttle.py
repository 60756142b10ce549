# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource Manager's token buckets (contract 0.1), off unless the run asks for them.

One bucket per principal, subscription (or tenant) and kind of operation.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from azure_simulator import errors
from azure_simulator.wire import Call

# kind: (capacity, refill per second)
_LIMITS = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
_KINDS = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}
# What the hourly counters showed before the buckets came (contract 0.1).
_HOURLY = {"reads": "11999", "writes": "1199", "deletes": "14999"}


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(slots=True)
class Throttle:
    """Takes one token per request and says how many remain."""

    buckets: dict[tuple[str, str, str], _Bucket] = field(default_factory=dict)

    def take(self, call: Call) -> None:
        """Take a token; 429 TooManyRequests with Retry-After when there is none."""
        if _is_resource_graph(call):
            return
        kind = _kind(call)
        capacity, refill = _LIMITS[kind]
        bucket = self._bucket(call, kind, capacity, refill)
        if bucket.level < 1:
            bucket.level = max(bucket.level - 1, -capacity)
            wait = math.ceil((1 - bucket.level) / refill)
            raise errors.too_many_requests(
                wait, f"The request is being throttled as the limit has been reached for operation type - {kind}."
            )
        bucket.level -= 1

    def headers(self, call: Call, enabled: bool) -> dict[str, str]:
        """The one ``x-ms-ratelimit-remaining-*`` header of an answer."""
        kind = _kind(call)
        if "/jobs" in call.path.lower():
            return {"x-ms-ratelimit-remaining-subscription-resource-requests": "599"}
        if _is_resource_graph(call):
            return {"x-ms-ratelimit-remaining-tenant-resource-requests": "149"}
        where = "subscription" if _subscription(call) else "tenant"
        remaining = _HOURLY[kind]
        if enabled and call.caller is not None:
            remaining = str(max(0, int(self._bucket(call, kind, *_LIMITS[kind]).level)))
        return {f"x-ms-ratelimit-remaining-{where}-{kind}": remaining}

    def _bucket(self, call: Call, kind: str, capacity: int, refill: int) -> _Bucket:
        now = time.monotonic()
        key = (call.who.object_id, _subscription(call) or call.who.tenant_id, kind)
        bucket = self.buckets.get(key)
        if bucket is None:
            bucket = self.buckets[key] = _Bucket(capacity, now)
        bucket.level = min(capacity, bucket.level + (now - bucket.at) * refill)
        bucket.at = now
        return bucket


def _kind(call: Call) -> str:
    return _KINDS.get(call.method, "writes")


def _is_resource_graph(call: Call) -> bool:
    """Resource Graph counts calls itself (contract 8)."""
    return call.path.lower().startswith("/providers/microsoft.resourcegraph/")


def _subscription(call: Call) -> str | None:
    parts = call.path.split("/", 3)
    return parts[2].lower() if len(parts) > 2 and parts[1].lower() == "subscriptions" else None
