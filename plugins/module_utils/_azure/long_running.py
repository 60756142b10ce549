# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Waiting for an operation that Resource Manager answered with 202 (azure-contracts, section 6; docs/contract.md, 6.3).

Two headers say where to ask. Azure-AsyncOperation leads to a document with a
status, Location to 202 until the operation ended and then to its result.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .errors import Conflict, Failed
from .session import Answer, Session, error_of


class OperationFailed(Failed):
    """The operation ended, and not well. Nothing is said about what it has done."""


# Seconds between two questions where the answer names no Retry-After.
_PAUSE = 2.0
_SUCCEEDED = "succeeded"
# Every other status means that the operation goes on: services have words of their own for that.
_FAILED = frozenset({"failed", "canceled", "cancelled"})


def wait_for(session: Session, answer: Answer, deadline: float, doing: str) -> None:
    """Return once the operation behind ``answer`` ended well; ``deadline`` is in seconds.

    Raises OperationFailed when it ended otherwise, and Failed when it did not end in time. An answer other than 202 has
    ended already.
    """
    if answer.status != 202:
        return
    status_url = answer.headers.get("Azure-AsyncOperation")
    url = status_url or answer.headers.get("Location")
    if not url:
        raise Failed(f"{doing} failed: Azure answered 202 and did not say where to ask for the end.", status=202)
    end = time.monotonic() + deadline
    while True:
        left = end - time.monotonic()
        if left <= 0:
            raise Failed(
                f"{doing} did not end within {deadline:g} seconds. It may still end well: look at the jobs of the "
                "vault, and run again.",
                status=202,
            )
        time.sleep(min(retry_after(answer.headers), left))
        answer = session.arm_at(url, doing) if status_url else _result(session, url, doing)
        if _ended(answer, doing) if status_url else answer.status != 202:
            return
        url = url if status_url else answer.headers.get("Location") or url


def _result(session: Session, url: str, doing: str) -> Answer:
    """Return what Location leads to: an error there is how the operation ended (docs/contract.md, 6.3)."""
    try:
        return session.arm_at(url, doing)
    except (Failed, Conflict) as error:
        raise OperationFailed(str(error), status=error.status, code=error.code, detail=error.detail) from None


def _ended(answer: Answer, doing: str) -> bool:
    """Tell whether the status document says that all went well. Raises OperationFailed where it says the contrary."""
    body = answer.body if isinstance(answer.body, dict) else {}
    status = str(body.get("status") or "").lower()
    if status in _FAILED:
        code, message = error_of({"error": body.get("error") or {}})
        said = ": ".join(" ".join(part.split()) for part in (code, message) if part)
        raise OperationFailed(f"{doing} failed: {said or status}", status=answer.status, code=code, detail=message)
    return status == _SUCCEEDED


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds of a Retry-After, which may be a number or a date; a default where there is none."""
    told = headers.get("Retry-After")
    if not told:
        return _PAUSE
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(told)
    except ValueError:
        return _PAUSE
    return max(0.0, (until - datetime.now(timezone.utc)).total_seconds())
