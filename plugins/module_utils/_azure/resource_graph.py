# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure Resource Graph: a copy of what is in many subscriptions, minutes old (azure-contracts, section 8).

It leaves out what the login may not read, without a word, so no answer proves
that something is not there. The SDK's package does not resolve beside the
others (section 10a): a request of our own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .errors import Failed
from .session import Answer, Session

Json = dict[str, Any]

API_VERSION = "2021-03-01"
# The first stable one that knows authorizationScopeFilter (section 8.3).
_VERSION_WITH_SCOPE_FILTER = "2022-10-01"
# The most that one page may have (section 8).
_PAGE = 1000
_PATH = "/providers/Microsoft.ResourceGraph/resources"
# A quota that is used up comes back within five seconds (section 8.1).
_LONGEST_WAIT_SECONDS = 30


def query(
    session: Session,
    text: str,
    doing: str,
    *,
    subscriptions: Sequence[str] = (),
    management_groups: Sequence[str] = (),
    authorization_scope: str | None = None,
) -> list[Json]:
    """Return the rows of all pages of a query, each a dict of its columns.

    ``subscriptions`` are ids and ``management_groups`` names, one or the other; without both, it is every
    subscription that the login reads. ``authorization_scope`` is for the table of role assignments (section 8.3):
    without it, what is inherited from above is left out. The query projects ``id`` and orders by it, else pages may
    overlap. Raises the errors of ``errors``, and Failed for an answer that says that it is not whole.
    """
    body: Json = {"query": text, "options": {"$top": _PAGE, "resultFormat": "objectArray"}}
    if subscriptions:
        body["subscriptions"] = list(subscriptions)
    if management_groups:
        body["managementGroups"] = list(management_groups)
    if authorization_scope:
        body["options"]["authorizationScopeFilter"] = authorization_scope
    version = _VERSION_WITH_SCOPE_FILTER if authorization_scope else API_VERSION
    rows: list[Json] = []
    while True:
        answer = session.arm("POST", _PATH, version, doing, json=body)
        rows += answer.body["data"]
        token = answer.body.get("$skipToken")
        if not token:
            return _whole(answer, rows, doing)
        body["options"]["$skipToken"] = token
        _wait_for_quota(answer)


def _whole(answer: Answer, rows: list[Json], doing: str) -> list[Json]:
    """``resultTruncated`` is a text (section 8); truncated without a token means rows that cannot be had."""
    if str(answer.body.get("resultTruncated")).lower() == "true":
        raise Failed(f"{doing} failed: Resource Graph cut its answer off after {len(rows)} rows.")
    return rows


def _wait_for_quota(answer: Answer) -> None:
    """Wait where the answer says that the next call would be refused (section 8.1)."""
    if answer.headers.get("x-ms-user-quota-remaining") == "0":
        time.sleep(min(_seconds(answer.headers.get("x-ms-user-quota-resets-after")), _LONGEST_WAIT_SECONDS))


def _seconds(text: str | None) -> int:
    """Return the seconds of ``hh:mm:ss``; 5, the usual window, for anything else."""
    parts = (text or "").split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return 5
    hours, minutes, seconds = (int(part) for part in parts)
    return hours * 3600 + minutes * 60 + seconds
