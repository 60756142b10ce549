# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What starts the runbooks that still use a Run As account: their schedules and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from .._azure.errors import Failed, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .job_schedules import list_links, list_webhooks
from .unread import Unread
from .usage import Usage


def with_starts(session: Session, account: AccountId, usage: Usage) -> Usage:
    """Return the same usage with what starts each runbook; nothing is read where no runbook is in it."""
    if not any(use.kind == "runbook" for use in usage.uses):
        return usage
    links, no_links = _read(account, "links of runbooks to schedules", lambda: list_links(session, account))
    hooks, no_hooks = _read(account, "webhooks", lambda: list_webhooks(session, account))
    starts: dict[str, list[str]] = {}
    for link in sorted(links, key=lambda link: link.schedule.lower()):
        starts.setdefault(link.runbook.lower(), []).append(f"schedule {link.schedule}")
    for hook in sorted(hooks, key=lambda hook: hook.name.lower()):
        starts.setdefault(hook.runbook.lower(), []).append(f"webhook {hook.name}")
    uses = [
        replace(use, starts=tuple(starts.get(use.name.lower(), ()))) if use.kind == "runbook" else use
        for use in usage.uses
    ]
    return Usage(tuple(uses), (*usage.unread, *no_links, *no_hooks))


def _read(account: AccountId, what: str, read: Callable[[], Sequence[Any]]) -> tuple[Sequence[Any], list[Unread]]:
    try:
        return read(), []
    except (Forbidden, Failed) as error:
        return [], [Unread.of(f"The {what} of account {account.name}", account.arm_id, error)]
