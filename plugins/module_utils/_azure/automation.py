# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure Automation: accounts, runbooks, assets, links (azure-contracts, sections 1 to 3).

Every function takes a session and an account first, returns the wire's JSON,
and raises the errors of ``errors``. Runbook content is exact bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from . import _sdk
from .errors import translated
from .ids import AccountId
from .session import Session

Json = dict[str, Any]


def get_account(session: Session, account: AccountId) -> Json:
    """Return the account. Lists lie about identity, so there is no list here (section 1)."""
    client = session.automation(account.subscription_id)
    doing = f"Reading Automation account {account.name}"
    return _sdk.answer(doing, client, client.automation_account.get, account.resource_group, account.name)


def patch_identity(session: Session, account: AccountId, identity: Mapping[str, Any]) -> Json:
    """Send ``identity`` as the account's and return the account as answered (section 1.1)."""
    client = session.automation(account.subscription_id)
    body = _sdk.json_body({"identity": identity})
    doing = f"Changing the identity of Automation account {account.name}"
    return _sdk.answer(doing, client, client.automation_account.update, account.resource_group, account.name, body)


def list_accounts(session: Session, subscription_id: str) -> list[Json]:
    """Return the slim list of a subscription's accounts: good for names and ids only (section 1)."""
    client = session.automation(subscription_id)
    return _sdk.pages(f"Listing Automation accounts of subscription {subscription_id}", client.automation_account.list)


def list_hybrid_worker_groups(session: Session, account: AccountId) -> list[Json]:
    """Return the account's hybrid worker groups (section 1.2)."""
    operations = session.automation(account.subscription_id).hybrid_runbook_worker_group
    return _list(account, "hybrid worker groups", operations.list_by_automation_account)


def list_hybrid_workers(session: Session, account: AccountId, group: str) -> list[Json]:
    """Return the workers of one group."""
    operations = session.automation(account.subscription_id).hybrid_runbook_workers
    return _list(account, f"workers of group {group}", operations.list_by_hybrid_runbook_worker_group, group)


def list_runbooks(session: Session, account: AccountId) -> list[Json]:
    """Return the runbooks; get each that is changed, list items may be slim (section 2.1)."""
    operations = session.automation(account.subscription_id).runbook
    return _list(account, "runbooks", operations.list_by_automation_account)


def get_runbook(session: Session, account: AccountId, name: str) -> Json:
    """Return one runbook."""
    client = session.automation(account.subscription_id)
    return _get(client, account, f"runbook {name}", client.runbook.get, name)


def published_content(session: Session, account: AccountId, name: str) -> bytes:
    """Return the published content; Absent where none was ever published (section 2.3)."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the published content of runbook {name}"
    return _sdk.content(doing, client, client.runbook.get_content, account.resource_group, account.name, name)


def draft_content(session: Session, account: AccountId, name: str) -> bytes:
    """Return the draft's content; Absent where there is no draft."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the draft of runbook {name}"
    return _sdk.content(doing, client, client.runbook_draft.get_content, account.resource_group, account.name, name)


def replace_draft(session: Session, account: AccountId, name: str, content: bytes) -> None:
    """Make ``content`` the runbook's draft and wait until Azure has finished (section 2.4)."""
    operations = session.automation(account.subscription_id).runbook_draft
    with translated(f"Replacing the draft of runbook {name}"):
        operations.begin_replace_content(
            account.resource_group, account.name, name, content, content_type="text/powershell"
        ).result()


def publish_draft(session: Session, account: AccountId, name: str) -> None:
    """Publish the runbook's draft and wait until Azure has finished (section 2.5)."""
    operations = session.automation(account.subscription_id).runbook
    with translated(f"Publishing runbook {name}"):
        operations.begin_publish(account.resource_group, account.name, name).result()


def discard_draft(session: Session, account: AccountId, name: str) -> None:
    """Drop the runbook's draft; the published content stays (section 2, undoEdit)."""
    client = session.automation(account.subscription_id)
    _get(client, account, f"draft of runbook {name}", client.runbook_draft.undo_edit, name, verb="Dropping")


def list_connections(session: Session, account: AccountId) -> list[Json]:
    """Return the connections; fields may be missing in the list, get each (section 3.1)."""
    operations = session.automation(account.subscription_id).connection
    return _list(account, "connections", operations.list_by_automation_account)


def get_connection(session: Session, account: AccountId, name: str) -> Json:
    """Return one connection with its field values."""
    client = session.automation(account.subscription_id)
    return _get(client, account, f"connection {name}", client.connection.get, name)


def put_connection(session: Session, account: AccountId, name: str, properties: Json) -> Json:
    """Create a connection, or replace it, with all its field values (contract 3.9)."""
    client = session.automation(account.subscription_id)
    body = _sdk.json_body({"name": name, "properties": properties})
    return _get(client, account, f"connection {name}", client.connection.create_or_update, name, body, verb="Creating")


def delete_connection(session: Session, account: AccountId, name: str) -> bool:
    """Delete a connection; False where it was not there."""
    return _delete(account, f"connection {name}", session.automation(account.subscription_id).connection.delete, name)


def list_certificates(session: Session, account: AccountId) -> list[Json]:
    """Return the certificate assets; private keys never come back (section 3.2)."""
    operations = session.automation(account.subscription_id).certificate
    return _list(account, "certificates", operations.list_by_automation_account)


def get_certificate(session: Session, account: AccountId, name: str) -> Json:
    """Return one certificate asset."""
    client = session.automation(account.subscription_id)
    return _get(client, account, f"certificate {name}", client.certificate.get, name)


def delete_certificate(session: Session, account: AccountId, name: str) -> bool:
    """Delete a certificate asset, which cannot be restored (section 3.2); False where it was not there."""
    return _delete(account, f"certificate {name}", session.automation(account.subscription_id).certificate.delete, name)


def list_job_schedules(session: Session, account: AccountId) -> list[Json]:
    """Return the links of runbooks to schedules; parameters are null here, get each (section 2.8)."""
    operations = session.automation(account.subscription_id).job_schedule
    return _list(account, "job schedules", operations.list_by_automation_account)


def get_job_schedule(session: Session, account: AccountId, job_schedule_id: str) -> Json:
    """Return one link with its parameters."""
    client = session.automation(account.subscription_id)
    return _get(client, account, f"job schedule {job_schedule_id}", client.job_schedule.get, job_schedule_id)


def create_job_schedule(session: Session, account: AccountId, job_schedule_id: str, properties: Json) -> Json:
    """Link a runbook to a schedule under a new id (section 2.8)."""
    client = session.automation(account.subscription_id)
    what, body = f"job schedule {job_schedule_id}", _sdk.json_body({"properties": properties})
    return _get(client, account, what, client.job_schedule.create, job_schedule_id, body, verb="Creating")


def delete_job_schedule(session: Session, account: AccountId, job_schedule_id: str) -> bool:
    """Unlink a runbook from a schedule; False where the link was not there."""
    operation = session.automation(account.subscription_id).job_schedule.delete
    return _delete(account, f"job schedule {job_schedule_id}", operation, job_schedule_id)


def list_webhooks(session: Session, account: AccountId) -> list[Json]:
    """Return the webhooks; their uri can't be read back (section 2.9)."""
    operations = session.automation(account.subscription_id).webhook
    return _list(account, "webhooks", operations.list_by_automation_account)


def list_schedules(session: Session, account: AccountId) -> list[Json]:
    """Return the schedules: whether each is enabled, and when it runs next (section 3.4)."""
    operations = session.automation(account.subscription_id).schedule
    return _list(account, "schedules", operations.list_by_automation_account)


def job_pages(session: Session, account: AccountId, filter_: str | None = None) -> Iterator[list[Json]]:
    """Yield the jobs that a filter finds page by page, each asked for when it is wanted (contract 2.7)."""
    operations = session.automation(account.subscription_id).job
    doing = f"Listing the jobs of Automation account {account.name}"
    return _sdk.page_by_page(
        doing, operations.list_by_automation_account, account.resource_group, account.name, filter=filter_
    )


def job_filter(*, since: datetime | None = None, runbook: str | None = None, status: str | None = None) -> str | None:
    """Return the filter for jobs that started at a time or later, of one runbook, in one status.

    These terms, joined as Microsoft's client joins them, are what is known to work (contract 2.7).
    """
    terms = []
    if since is not None:
        moment = since.astimezone(timezone.utc)
        terms.append(f"properties/startTime ge {moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06}0+00:00")
    if runbook is not None:
        terms.append("properties/runbook/name eq '{}'".format(runbook.replace("'", "''")))
    if status is not None:
        terms.append(f"properties/status eq '{status}'")
    return " and ".join(terms) or None


def job_content(session: Session, account: AccountId, job: str) -> bytes:
    """Return the content that a job was created with, whatever was published since (contract 2.13)."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the content of job {job}"
    return _sdk.body(doing, client, client.job.get_runbook_content, account.resource_group, account.name, job)


def _list(account: AccountId, what: str, operation: Any, *arguments: Any) -> list[Json]:
    doing = f"Listing the {what} of Automation account {account.name}"
    return _sdk.pages(doing, operation, account.resource_group, account.name, *arguments)


def _get(client: Any, account: AccountId, what: str, operation: Any, *arguments: Any, verb: str = "Reading") -> Json:
    doing = f"{verb} {what} of Automation account {account.name}"
    return _sdk.answer(doing, client, operation, account.resource_group, account.name, *arguments)


def _delete(account: AccountId, what: str, operation: Any, *arguments: Any) -> bool:
    doing = f"Deleting {what} of Automation account {account.name}"
    return _sdk.status(doing, operation, account.resource_group, account.name, *arguments) != 204
