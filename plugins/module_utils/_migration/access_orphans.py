# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments that belong to nobody any more: of an identity that the account had before it was made anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._azure import authorization, directory
from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId, last_segment
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, in_parallel
from .access_part import ROLE_ASSIGNMENT
from .migration_history import History, Written
from .unread import unread_finding


def find_orphans(
    session: Session, account: AccountId, history: History, principal_id: str | None, max_parallel: int
) -> tuple[Finding, ...]:
    """Return a finding for each role assignment of ours whose principal is gone.

    The names of role assignments hold their principal, so an identity made anew is never given those of the old one
    (azure-contracts, 4.1). A principal that is still there, such as another identity of the account, is no orphan.
    """
    given: dict[str, list[Written]] = {}
    for written in history.of(ROLE_ASSIGNMENT):
        if written.after is None:
            # Taken away again by ourselves: a lowered role of Site Recovery, or a rollback.
            continue
        given.setdefault(str(written.after["principal_id"]), []).append(written)
    others = [old for old in given if old not in (principal_id, KNOWN_AFTER_APPLY)]
    return tuple(
        item for old in sorted(others) for item in _of_principal(session, account, old, given[old], max_parallel)
    )


def _of_principal(
    session: Session, account: AccountId, old: str, given: Sequence[Written], max_parallel: int
) -> Iterable[Finding]:
    try:
        directory.get_service_principal(session, old)
    except Absent:
        found = in_parallel(lambda written: _left(session, account, written), given, max_parallel)
        return [item for item in found if item is not None]
    except Forbidden as error:
        return [unread_finding(f"Whether principal {old}, an earlier identity of {account.name}, is there", old, error)]
    return []


def _left(session: Session, account: AccountId, written: Written) -> Finding | None:
    """Return the finding that a role assignment is still there, or could not be read; None where it is gone."""
    scope, name = written.after["scope"], last_segment(written.target)
    try:
        there = authorization.get_assignment(session, scope, name)
    except Forbidden as error:
        what = f"Whether {written.after['role']} at {scope} still belongs to an earlier identity of {account.name}"
        return unread_finding(what, written.target, error)
    return None if there is None else _orphan(account, written)


def _orphan(account: AccountId, written: Written) -> Finding:
    after = written.after
    return finding(
        "RA313",
        written.target,
        role=after["role"],
        scope=after["scope"],
        principal=after["principal_id"],
        account=account.name,
        id=written.target,
    )
