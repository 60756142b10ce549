# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of use: the last job of each runbook by few requests, schedules and webhooks, and what may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Absent, Throttled
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_evidence import (
    LastJobs,
    evidence_of,
    last_jobs,
    read_evidence,
)
from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.providers.automation.model import Job
from azure_simulator.server import Simulator
from azure_simulator.testing import ACCOUNT, GROUP, SUBSCRIPTION, TENANT, Azure, make_world
from azure_simulator.world import new_id

THE_ACCOUNT = AccountId(SUBSCRIPTION, GROUP, ACCOUNT)
BOTH = ["Start-Machines", "Stop-Machines"]


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[Azure]:
    """Return a small Azure of one account, served from this process."""
    azure = Azure(Simulator(make_world(), tmp_path / "azure"))
    yield azure
    azure.simulator.stop()


@pytest.fixture
def session(azure: Azure) -> Iterator[Session]:
    """Return a session of the login that may read and write everything."""
    held = azure.endpoint["logins"]["owner"]
    login = {"client_id": held["client_id"], "secret": held["secret"], "cloud_environment": azure.base}
    with Session(Login(tenant=TENANT, ca_bundle=azure.ca, **login)) as session:
        yield session


def add_jobs(azure: Azure, runbook: str, *hours_ago: float, **facts: Any) -> None:
    account = next(iter(azure.world.accounts.values()))
    for hours in hours_ago:
        created = azure.world.clock.now() - int(hours * 3600) * TICKS_PER_SECOND
        whole = {"status": "Completed", "created": created, "started": created, "ended": created, "modified": created}
        name = new_id()
        account.jobs[name] = Job(name, new_id(), runbook, b"", **{**whole, **facts})


def look(session: Session, runbooks: list[str]) -> LastJobs:
    return last_jobs(session, THE_ACCOUNT, runbooks, datetime.now(timezone.utc), max_parallel=4)


def lists_of_jobs(azure: Azure) -> int:
    """How many requests for lists of jobs there were."""
    return sum("/jobs?" in entry["path"].lower() for entry in azure.control("GET", "/requests").json)


def test_the_last_job_of_each_runbook_comes_by_one_request(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", 300, 20, 5)
    add_jobs(azure, "Start-Machines", 2, status="Failed", run_on="On site")
    add_jobs(azure, "Stop-Machines", 29 * 24)
    found = look(session, ["start-machines", "Stop-Machines", "Unfinished"])
    last = found.by_runbook["start-machines"] or {}
    assert (last["status"], last["run_on"]) == ("Failed", "On site")
    assert datetime.fromisoformat(last["time"][:19] + "+00:00").tzinfo
    assert [name for name, job in found.by_runbook.items() if job is None] == ["Unfinished"]
    assert (found.unread, found.unsure, lists_of_jobs(azure)) == ((), (), 1)


def test_a_busy_runbook_does_not_hide_a_quiet_one_nor_cost_all_its_pages(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", *(number / 10 for number in range(1000)))
    add_jobs(azure, "Stop-Machines", 28 * 24)
    found = look(session, [*BOTH, "Unfinished"])
    assert [name for name, job in found.by_runbook.items() if job] == BOTH
    assert found.unsure == ()
    # Three pages of the account's list, and one for each of the two that it did not show.
    assert lists_of_jobs(azure) == 5


def test_lists_that_do_not_begin_with_the_newest_are_read_on_and_what_stays_unsure_is_said(
    azure: Azure, session: Session
) -> None:
    azure.set(jobs_newest_first=False, empty_pages=False)
    add_jobs(azure, "Start-Machines", *(number / 10 for number in range(600)))
    add_jobs(azure, "Stop-Machines", *(number / 10 for number in range(150)), status="Stopped")
    found = look(session, BOTH)
    newest = {name: (found.by_runbook[name] or {})["time"] for name in BOTH}
    assert found.unsure == ("Start-Machines",)
    assert newest["Stop-Machines"] > newest["Start-Machines"]


def test_jobs_older_than_azure_keeps_them_are_not_asked_for(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", 32 * 24)
    assert look(session, ["Start-Machines"]).by_runbook == {"Start-Machines": None}


def test_no_runbooks_no_requests(azure: Azure, session: Session) -> None:
    assert (look(session, []).by_runbook, lists_of_jobs(azure)) == ({}, 0)


def test_jobs_that_may_not_be_read_are_named_and_the_rest_is_there(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", 1)
    azure.faults("status=403,code=AuthorizationFailed,path=*/jobs[?]*,times=0")
    evidence = read_evidence(session, THE_ACCOUNT, BOTH, datetime.now(timezone.utc), 4)
    shown = evidence_of("Start-Machines", evidence)
    assert (shown["last_job"], shown["unread"]) == (None, ["jobs"])
    assert [item["name"] for item in shown["schedules"]] == ["Daily"]
    assert [said.code for said in evidence.findings(THE_ACCOUNT)] == ["RA901"]


def test_what_starts_a_runbook(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", 1)
    evidence = read_evidence(session, THE_ACCOUNT, BOTH, datetime.now(timezone.utc), 4)
    shown = evidence_of("Start-Machines", evidence)
    assert shown["last_job"]["status"] == "Completed"
    assert shown["schedules"] == [{"name": "Daily", "enabled": True, "next_run": None, "run_on": None}]
    assert [(hook["name"], hook["enabled"], hook["expires"]) for hook in shown["webhooks"]] == [
        ("Hook", True, "2099-01-01T00:00:00+00:00")
    ]
    assert evidence_of("Stop-Machines", evidence) == {"last_job": None, "schedules": [], "webhooks": [], "unread": []}
    assert evidence.findings(THE_ACCOUNT) == ()


def test_an_account_that_is_gone_and_throttling_are_not_taken_for_no_jobs(azure: Azure, session: Session) -> None:
    azure.faults("status=429,retry_after=0,path=*/jobs[?]*,times=0")
    with pytest.raises(Throttled):
        look(session, BOTH)
    azure.faults()
    azure.world.accounts.clear()
    with pytest.raises(Absent):
        look(session, BOTH)


def test_a_list_of_jobs_is_whole_where_all_of_it_is_wanted(azure: Azure, session: Session) -> None:
    add_jobs(azure, "Start-Machines", *range(250))
    add_jobs(azure, "Stop-Machines", 1)
    found = automation.job_pages(session, THE_ACCOUNT, automation.job_filter(runbook="Start-Machines"))
    assert len({job["name"] for page in found for job in page}) == 250
    assert [item["name"] for item in automation.list_schedules(session, THE_ACCOUNT)] == ["Daily"]
