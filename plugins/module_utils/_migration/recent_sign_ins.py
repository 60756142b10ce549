# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Who logged in as a Run As account lately, as the tenant's log of sign-ins tells it (contract 5.6).

The log is readable with a permission and a licence that many have not: that it could not be read says nothing,
least of all that nobody logged in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._azure.errors import Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._azure.sign_ins import MOST, NO_LICENCE, list_sign_ins
from .._finding import Finding, finding
from .._step import StepError
from .hand_over import one_line
from .retirement_options import DISABLE, Options
from .run_as import parse_time

Json = Mapping[str, Any]

_NAMED_AT_MOST = 3


@dataclass(frozen=True)
class SignIns:
    """The newest sign-ins of an application since ``since``; ``unread`` says why they could not be read.

    ``ended`` is how and when its logins were ended, in words, where that was before.
    """

    application: str
    since: datetime
    ended: str | None = None
    items: tuple[Json, ...] = ()
    unread: str | None = None
    licence: bool = True


def read_sign_ins(
    session: Session, application: str, ended: tuple[str, str] | None, options: Options, now: datetime
) -> SignIns:
    """Return the sign-ins that matter for a stage: before the disabling the recent ones, later those since.

    ``ended`` is how and when its logins were ended: ("disabled", time), or None.
    """
    since = now - timedelta(days=options.sign_in_days)
    told = None
    if ended is not None:
        told = f"{ended[0]} since {ended[1]}"
        since = max(since, parse_time(ended[1]))
    try:
        items = list_sign_ins(session, application, since)
    except Forbidden as error:
        return SignIns(application, since, told, unread=str(error), licence=error.code != NO_LICENCE)
    recent = [item for item in items if parse_time(item["createdDateTime"]) >= since]
    return SignIns(application, since, told, tuple(recent))


def judge_sign_ins(account: AccountId, found: Sequence[SignIns], options: Options) -> list[Finding]:
    """Return what the log tells, and what of it could not be read. Raises StepError where that is refused. Pure."""
    findings = [_finding(account, one, options) for one in found if one.unread or one.items]
    unread = any(one.unread for one in found) and not options.accept_unread
    if options.refuse_recent_sign_ins and (unread or any(one.items for one in found)):
        said = " ".join(item.sentence for item in findings)
        undo = "" if options.stage == DISABLE else ", or undo the last stage"
        raise StepError(
            f"{said} Nothing was changed, because refuse_recent_sign_ins is set. Find out who logs in, and run again "
            f"once nobody does{undo}.",
            findings=[item.as_dict() for item in findings],
        )
    return findings


def _finding(account: AccountId, found: SignIns, options: Options) -> Finding:
    resource, application = account.arm_id, found.application
    if found.unread:
        return finding("RA811", resource, application=application, reason=found.unread, needed=_needed(found))
    count, logins = _counted(len(found.items)), _listed(found.items)
    if found.ended:
        return finding("RA810", resource, application=application, ended=found.ended, count=count, logins=logins)
    days = options.sign_in_days
    return finding("RA809", resource, application=application, days=days, count=count, logins=logins)


def _needed(found: SignIns) -> str:
    if not found.licence:
        return "the tenant needs a licence of Microsoft Entra ID P1 or P2"
    return "the login needs the Graph permissions AuditLog.Read.All and Directory.Read.All"


def _counted(number: int) -> str:
    if number == 1:
        return "once"
    return f"{number} times" if number < MOST else f"{number} times or more"


def _listed(items: Sequence[Json]) -> str:
    """Return the last sign-in to each resource, newest first."""
    newest: dict[str, Json] = {}
    for item in sorted(items, key=lambda item: parse_time(item["createdDateTime"]), reverse=True):
        newest.setdefault(str(item.get("resourceDisplayName") or item.get("resourceId") or "a resource"), item)
    phrases = [_phrase(resource, item) for resource, item in newest.items()]
    more = len(phrases) - _NAMED_AT_MOST
    return "; ".join(phrases[:_NAMED_AT_MOST]) + (f"; and {more} more resources" if more > 0 else "")


def _phrase(resource: str, item: Json) -> str:
    """Names and addresses are text from outside: one printable line each."""
    address = f" from {one_line(str(item['ipAddress']))}" if item.get("ipAddress") else ""
    code = (item.get("status") or {}).get("errorCode") or 0
    failed = f", refused with AADSTS{code}" if code else ""
    return f"{one_line(resource)} at {item['createdDateTime']}{address}{failed}"
