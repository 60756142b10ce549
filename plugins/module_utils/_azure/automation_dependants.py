# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What lies in an Automation account besides its runbooks: source controls, updates, DSC (docs/contract.md, 3.8).

Every function takes a session and an account, returns the wire's JSON, and raises the
errors of ``errors``; all of them only read.
"""

from __future__ import annotations

from typing import Any

from . import _sdk
from .ids import AccountId
from .session import Session

Json = dict[str, Any]


def list_source_controls(session: Session, account: AccountId) -> list[Json]:
    """Return the source controls; their access tokens never come back."""
    operations = session.automation(account.subscription_id).source_control
    return _list(account, "source controls", operations.list_by_automation_account)


def list_update_configurations(session: Session, account: AccountId) -> list[Json]:
    """Return the software update configurations of Update Management: one answer without pages."""
    client = session.automation(account.subscription_id)
    doing = f"Listing the software update configurations of Automation account {account.name}"
    operation = client.software_update_configurations.list
    answer = _sdk.answer(doing, client, operation, account.resource_group, account.name)
    return list(answer.get("value") or [])


def list_dsc_nodes(session: Session, account: AccountId) -> list[Json]:
    """Return the machines that State Configuration manages."""
    operations = session.automation(account.subscription_id).dsc_node
    return _list(account, "DSC nodes", operations.list_by_automation_account)


def list_dsc_configurations(session: Session, account: AccountId) -> list[Json]:
    """Return the configurations of State Configuration."""
    operations = session.automation(account.subscription_id).dsc_configuration
    return _list(account, "DSC configurations", operations.list_by_automation_account)


def linked_workspace(session: Session, account: AccountId) -> str | None:
    """Return the id of the Log Analytics workspace that is linked to the account; None without one."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the linked workspace of Automation account {account.name}"
    answer = _sdk.answer(doing, client, client.linked_workspace.get, account.resource_group, account.name)
    return answer.get("id") or None


def _list(account: AccountId, what: str, operation: Any) -> list[Json]:
    doing = f"Listing the {what} of Automation account {account.name}"
    return _sdk.pages(doing, operation, account.resource_group, account.name)
