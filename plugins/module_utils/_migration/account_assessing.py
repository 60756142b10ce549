# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What assessments say about the accounts of an inventory: made now, or kept by ``runas_info``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._azure.errors import Absent, Forbidden
from .._azure.session import Session
from .._step import in_parallel
from . import assessment_keeping
from .account_hosts import assessed_variables
from .account_listing import Account, Detail
from .assessment import assess_account
from .assessment_around import AroundMany
from .assessment_keeping import UnusableAssessment


def assess_now(
    session: Session, accounts: Sequence[Account], scope: Sequence[str], ledger: str | None, max_parallel: int
) -> dict[str, Detail]:
    """Assess the accounts, so many at once, and return what each came to by its id."""
    around = AroundMany(session, max_parallel, scope)
    # Accounts run side by side, so that each alone does not.
    options: dict[str, Any] = {"scope": list(scope), "ledger": ledger, "around": around, "max_parallel": 1}
    made = in_parallel(lambda account: _assess(session, account, options), accounts, max_parallel, per_thread=1)
    return {account.id: detail for account, detail in zip(accounts, made, strict=True)}


def _assess(session: Session, account: Account, options: Mapping[str, Any]) -> Detail:
    try:
        document = assess_account(session, account.which, **options)
    except Absent:
        return Detail(gone=True)
    except Forbidden as error:
        return Detail(unread=f"Automation account {account.name} cannot be assessed: {error}")
    return Detail(assessed_variables(document))


def kept(accounts: Sequence[Account], folder: str) -> dict[str, Detail]:
    """Return what the kept assessments of the accounts say, by account id; no request is sent."""
    return {account.id: _kept(account, folder) for account in accounts}


def _kept(account: Account, folder: str) -> Detail:
    try:
        document = assessment_keeping.read_kept(assessment_keeping.path_of(folder, account.which))
    except UnusableAssessment as error:
        what = f"The kept assessment of Automation account {account.name}"
        return Detail(unread=f"{what} cannot be read: {error}.")
    return Detail() if document is None else Detail(assessed_variables(document))
