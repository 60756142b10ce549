# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure Automation: runbooks of our own for a moment, jobs, test jobs, streams (docs/contract.md, 2.10 to 2.12).

Every function takes a session and an account first, returns the wire's JSON, and raises
the errors of ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _sdk
from .ids import AccountId
from .session import Session

Json = dict[str, Any]


def create_runbook(
    session: Session, account: AccountId, name: str, *, location: str, tags: Mapping[str, str], properties: Json
) -> Json:
    """Make a runbook that is not there, with an empty draft. Never for an existing one: a PUT costs links (2.5)."""
    client = session.automation(account.subscription_id)
    body = {"name": name, "location": location, "tags": dict(tags), "properties": {**properties, "draft": {}}}
    doing = f"Creating runbook {name} of Automation account {account.name}"
    operation = client.runbook.create_or_update
    return _sdk.answer(doing, client, operation, account.resource_group, account.name, name, _sdk.json_body(body))


def delete_runbook(session: Session, account: AccountId, name: str) -> bool:
    """Delete a runbook; False where it was not there."""
    operation = session.automation(account.subscription_id).runbook.delete
    doing = f"Deleting runbook {name} of Automation account {account.name}"
    return _sdk.status(doing, operation, account.resource_group, account.name, name) != 204


def draft_of(session: Session, account: AccountId, runbook: str) -> Json:
    """Return what is told of a draft: flat, with the parameters that it declares (2.12)."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the draft of runbook {runbook} of Automation account {account.name}"
    return _sdk.answer(doing, client, client.runbook_draft.get, account.resource_group, account.name, runbook)


def create_job(session: Session, account: AccountId, job: str, properties: Json) -> Json:
    """Start a job of a published runbook under a new name (2.7)."""
    client = session.automation(account.subscription_id)
    doing = f"Starting a job of runbook {properties['runbook']['name']} of Automation account {account.name}"
    body = _sdk.json_body({"properties": properties})
    return _sdk.answer(doing, client, client.job.create, account.resource_group, account.name, job, body)


def get_job(session: Session, account: AccountId, job: str) -> Json:
    """Return a job."""
    client = session.automation(account.subscription_id)
    doing = f"Reading job {job} of Automation account {account.name}"
    return _sdk.answer(doing, client, client.job.get, account.resource_group, account.name, job)


def stop_job(session: Session, account: AccountId, job: str) -> None:
    """Ask Azure to stop a job; it ends later. Raises Conflict for one that has ended."""
    client = session.automation(account.subscription_id)
    doing = f"Stopping job {job} of Automation account {account.name}"
    _sdk.status(doing, client.job.stop, account.resource_group, account.name, job)


def job_output(session: Session, account: AccountId, job: str) -> str:
    """Return what a job wrote to its Output, a line each."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the output of job {job} of Automation account {account.name}"
    return _sdk.text(doing, client, client.job.get_output, account.resource_group, account.name, job)


def job_streams(session: Session, account: AccountId, job: str) -> list[Json]:
    """Return the streams of a job with their summaries."""
    operation = session.automation(account.subscription_id).job_stream.list_by_job
    doing = f"Reading the streams of job {job} of Automation account {account.name}"
    return _sdk.pages(doing, operation, account.resource_group, account.name, job)


def get_test_job(session: Session, account: AccountId, runbook: str) -> Json:
    """Return the last test job of a runbook, flat; Absent where there never was one (2.12)."""
    client = session.automation(account.subscription_id)
    doing = f"Reading the test job of runbook {runbook} of Automation account {account.name}"
    return _sdk.answer(doing, client, client.test_job.get, account.resource_group, account.name, runbook)


def create_test_job(session: Session, account: AccountId, runbook: str, body: Json) -> Json:
    """Run the draft of a runbook, with all that it does (2.12)."""
    client = session.automation(account.subscription_id)
    doing = f"Starting a test job of runbook {runbook} of Automation account {account.name}"
    arguments = account.resource_group, account.name, runbook, _sdk.json_body(body)
    return _sdk.answer(doing, client, client.test_job.create, *arguments)


def stop_test_job(session: Session, account: AccountId, runbook: str) -> None:
    """Ask Azure to stop the test job of a runbook."""
    client = session.automation(account.subscription_id)
    doing = f"Stopping the test job of runbook {runbook} of Automation account {account.name}"
    _sdk.status(doing, client.test_job.stop, account.resource_group, account.name, runbook)


def test_job_streams(session: Session, account: AccountId, runbook: str) -> list[Json]:
    """Return the streams of the test job of a runbook with their summaries."""
    operation = session.automation(account.subscription_id).test_job_streams.list_by_test_job
    doing = f"Reading the streams of the test job of runbook {runbook} of Automation account {account.name}"
    return _sdk.pages(doing, operation, account.resource_group, account.name, runbook)
