# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Assets that no step changes, as the wire's JSON; secrets never come back (azure-contracts, section 3.4)."""

from __future__ import annotations

from typing import Any

from . import _sdk
from .ids import AccountId
from .session import Session

Json = dict[str, Any]


def list_variables(session: Session, account: AccountId) -> list[Json]:
    """Return the variables; an encrypted one has no value."""
    operations = session.automation(account.subscription_id).variable
    return _list(account, "variables", operations.list_by_automation_account)


def list_credentials(session: Session, account: AccountId) -> list[Json]:
    """Return the credentials, without passwords."""
    operations = session.automation(account.subscription_id).credential
    return _list(account, "credentials", operations.list_by_automation_account)


def _list(account: AccountId, what: str, operation: Any) -> list[Json]:
    doing = f"Listing the {what} of Automation account {account.name}"
    return _sdk.pages(doing, operation, account.resource_group, account.name)
