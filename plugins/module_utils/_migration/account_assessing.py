# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What assessments say about the accounts of an inventory: made now, or kept by ``runas_info``."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from typing import Any

from .. import _ledger
from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._step import in_parallel
from .account_hosts import assessed_variables
from .account_listing import Account, Detail

# The shape of the document that is understood.
_FORMAT = 1
_DOCUMENT = "assessment.json"


def assess_now(
    session: Session, accounts: Sequence[Account], scope: Sequence[str], ledger: str | None, max_parallel: int
) -> dict[str, Detail]:
    """Assess the accounts, so many at once, and return what each came to by its id."""
    made = in_parallel(lambda account: _assess(session, account, scope, ledger), accounts, max_parallel, per_thread=1)
    return {account.id: detail for account, detail in zip(accounts, made, strict=True)}


def _assess(session: Session, account: Account, scope: Sequence[str], ledger: str | None) -> Detail:
    try:
        document = _document(session, account.which, scope, ledger)
    except Absent:
        return Detail(gone=True)
    except Forbidden as error:
        return Detail(unread=f"Automation account {account.name} cannot be assessed: {error}")
    return Detail(assessed_variables(document))


def _document(session: Session, account: AccountId, scope: Sequence[str], ledger: str | None) -> dict[str, Any]:
    """The one place that knows how an account is assessed; accounts run side by side, so each alone does not."""
    assessment = importlib.import_module(".assessment", __package__)
    made: dict[str, Any] = assessment.assess_account(session, account, scope=list(scope), ledger=ledger, max_parallel=1)
    return made


def kept(accounts: Sequence[Account], folder: str) -> dict[str, Detail]:
    """Return what the kept assessments of the accounts say, by account id; no request is sent."""
    return {account.id: _kept(account, folder) for account in accounts}


def _kept(account: Account, folder: str) -> Detail:
    path = _ledger.account_folder(folder, account.name, account.id) / _DOCUMENT
    what = f"The kept assessment of Automation account {account.name} ({path}) cannot be read"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Detail()
    except OSError as error:
        return Detail(unread=f"{what}: {error.strerror or error}.")
    except ValueError:
        return Detail(unread=f"{what}: it is no JSON.")
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        return Detail(unread=f"{what}: it is not of format {_FORMAT}.")
    return Detail(assessed_variables(document))
