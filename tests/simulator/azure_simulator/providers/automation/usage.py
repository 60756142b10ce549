# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Automation account counts, and the keys with which nodes register (contract 1.4)."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

from azure_simulator.clock import TICKS_PER_SECOND, offset_text
from azure_simulator.providers.automation.model import Account, Job
from azure_simulator.providers.automation.support import account_of, add_route
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, json_response

_WEEK = 7 * 24 * 3600 * TICKS_PER_SECOND
_MINUTE = 60 * TICKS_PER_SECOND
_STATUSES = (
    "New",
    "Activating",
    "Running",
    "Completed",
    "Failed",
    "Stopped",
    "Blocked",
    "Suspended",
    "Disconnected",
    "Suspending",
    "Stopping",
    "Resuming",
    "Removing",
)


def register(routes: Routes) -> None:
    add_route(routes, "GET", "/statistics", _statistics, "statistics/read")
    add_route(routes, "GET", "/usages", _usages, "usages/read")
    add_route(routes, "POST", "/listKeys", _list_keys, "listKeys/action", mutates=False)


def _statistics(call: Call) -> Response:
    """The account's jobs of the last seven days, counted by status."""
    account, now = account_of(call), call.world.clock.now()
    counts = Counter(_status(call, job) for job in account.jobs.values() if job.created > now - _WEEK)
    return json_response(
        {
            "value": [
                {
                    "id": f"{account.id}/statistics/{status}",
                    "counterProperty": status,
                    "counterValue": counts[status],
                    "startTime": offset_text(now - _WEEK),
                    "endTime": offset_text(now),
                }
                for status in _STATUSES
            ]
        }
    )


def _status(call: Call, job: Job) -> str:
    return job.status if job.ended is None or call.world.clock.is_visible(job.ended) else "Running"


def _usages(call: Call) -> Response:
    account = account_of(call)
    neighbours = [item for item in call.world.accounts.values() if item.subscription_id == account.subscription_id]
    return json_response(
        {
            "value": [
                _usage("AccountUsage", "Minute", _job_minutes([account]), 500),
                _usage("SubscriptionUsage", "Minute", _job_minutes(neighbours), 500),
                _usage("DscSubscriptionUsage", "Count", 0.0, 5),
            ]
        }
    )


def _job_minutes(accounts: list[Account]) -> float:
    """Minutes of all jobs that ended; a simulator lives too short for the month that Azure counts."""
    ticks = sum(
        job.ended - job.started
        for account in accounts
        for job in account.jobs.values()
        if job.started is not None and job.ended is not None
    )
    return round(ticks / _MINUTE, 1)


def _usage(name: str, unit: str, value: float, limit: int) -> dict[str, Any]:
    return {
        "name": {"value": name, "localizedValue": name},
        "unit": unit,
        "currentValue": value,
        "limit": limit,
        "throttleStatus": "NotThrottled",
    }


def _list_keys(call: Call) -> Response:
    guid = account_of(call).guid
    return json_response(
        {
            "keys": [
                {"KeyName": name, "Permissions": "Full", "Value": _fake_key(name, guid)}
                for name in ("Primary", "Secondary")
            ]
        }
    )


def _fake_key(name: str, guid: str) -> str:
    return base64.b64encode(f"FAKE-{name}-key-of-{guid}-not-real".encode()).decode()
