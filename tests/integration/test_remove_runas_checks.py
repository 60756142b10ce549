# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every stage of a retirement looks at again: runbooks, jobs, schedules, webhooks, sign-ins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId

from .retirement_estate import (
    LOGIN,
    account,
    codes,
    days_pass,
    deleted,
    graphical,
    kinds,
    retire,
    retired,
    runbook,
    session_of,
    start,
)

if TYPE_CHECKING:
    from .conftest import Azure

Make = Callable[..., "Azure"]
STAGES = ("disable", "delete", "purge")
AT_ONCE = {"soak_days": 0, "purge_after_days": 0}
# The states in which a job may still log in, or go on to.
RUNNING = ["New", "Activating", "Running", "Resuming", "Suspending", "Suspended", "Stopping", "Blocked", "Disconnected"]


@pytest.fixture
def make(start_azure: Callable[..., Azure], tmp_path: Path) -> Make:
    """Return a function that starts a simulator with accounts and other parts of an estate."""

    def made(*accounts: dict[str, Any], **parts: Any) -> Azure:
        return start(start_azure, tmp_path, *accounts, **parts)

    return made


# Runbooks


@pytest.mark.parametrize("stage", STAGES)
def test_a_draft_of_a_graphical_runbook_that_uses_the_connection_is_refused_and_named(make: Make, stage: str) -> None:
    drawn = {
        "name": "Stop-Machines",
        "type": "GraphPowerShell",
        "base64": graphical("forms/not_used/graph.graphrunbook"),
        "draft_base64": graphical("runbooks/Stop-Graphical.graphrunbook"),
    }
    azure = make(account(runbooks=[runbook("Other"), drawn]))
    for check in (True, False):
        refused = retire(azure, stage, check=check, **AT_ONCE)
        assert refused["failed"] is True
        assert "runbook Stop-Machines (draft" in refused["msg"]
        assert [(use["name"], use["version"]) for use in refused["used_by"]] == [("Stop-Machines", "draft")]
    assert azure.writes() == []


@pytest.mark.parametrize("stage", STAGES)
def test_what_starts_a_runbook_that_uses_it_is_named_with_it(make: Make, stage: str) -> None:
    azure = make(
        account(
            runbooks=[runbook(text=LOGIN), runbook("Clean")],
            schedules=[{"name": "nightly"}, {"name": "weekly"}],
            links=[
                {"runbook": "Nightly", "schedule": "weekly"},
                {"runbook": "Nightly", "schedule": "nightly"},
                {"runbook": "Clean", "schedule": "weekly"},
            ],
            webhooks=[{"name": "start-from-portal", "runbook": "Nightly"}, {"name": "other", "runbook": "Clean"}],
        )
    )
    refused = retire(azure, stage, **AT_ONCE)
    starts = "schedule nightly, schedule weekly, webhook start-from-portal"
    assert f"runbook Nightly (published, line 1, {starts})" in refused["msg"]
    assert refused["used_by"][0]["starts"] == starts.split(", ")
    assert azure.writes() == []


@pytest.mark.parametrize("what", ["jobSchedules", "webhooks"])
def test_what_starts_it_and_may_not_be_read_is_told(make: Make, what: str) -> None:
    azure = make(account(runbooks=[runbook(text=LOGIN)]))
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path=*/{what}*,times=0"])
    refused = retire(azure, "disable")
    assert "runbook Nightly (published, line 1)" in refused["msg"]
    assert "could not be read" in refused["msg"]
    assert {item["code"] for item in refused["findings"]} == {"RA801", "RA901"}


# Jobs


@pytest.mark.parametrize("status", RUNNING)
def test_a_job_that_has_not_ended_and_logs_in_is_refused_and_named(make: Make, status: str) -> None:
    """The runbook was rewritten since: the job goes on with the content that it was started with."""
    azure = make(account(runbooks=[runbook(text=LOGIN)], jobs=[{"runbook": "Nightly", "status": status, "days": 1}]))
    _publish(azure, "Nightly", "Write-Output 'rewritten'")
    azure.forget_requests()
    refused = retire(azure, "disable")
    (use,) = refused["used_by"]
    assert f"job {use['name']} of runbook Nightly ({status})" in refused["msg"]
    assert (use["kind"], use["runbook"], use["status"]) == ("job", "Nightly", status)
    assert [item["code"] for item in refused["findings"]] == ["RA808"]
    assert azure.writes() == []
    accepted = retired(azure, "disable", accept_running_jobs=True)
    assert (kinds(accepted), codes(accepted)) == (["disable service_principal"], ["RA808"])


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_a_job_that_has_ended_is_not_in_the_way(make: Make, status: str) -> None:
    azure = make(account(runbooks=[runbook(text=LOGIN)], jobs=[{"runbook": "Nightly", "status": status, "days": 1}]))
    _publish(azure, "Nightly", "Write-Output 'rewritten'")
    azure.forget_requests()
    assert retired(azure, "disable")["changed"] is True
    assert not [entry for entry in azure.requests() if "runbookContent" in entry["path"]]


def test_a_running_job_that_logs_in_with_nothing_is_not_in_the_way(make: Make) -> None:
    azure = make(account(runbooks=[runbook()], jobs=[{"runbook": "Nightly", "status": "Running"}]))
    assert retired(azure, "disable")["changed"] is True


@pytest.mark.parametrize("stage", ["delete", "purge"])
def test_jobs_are_looked_at_before_every_stage(make: Make, stage: str) -> None:
    azure = make(account(runbooks=[runbook(text=LOGIN)], jobs=[{"runbook": "Nightly", "status": "Suspended"}]))
    _publish(azure, "Nightly", "Write-Output 'rewritten'")
    assert "job " in retire(azure, stage, **AT_ONCE)["msg"]


def test_a_job_among_hundreds_is_found_by_its_status(make: Make) -> None:
    ended = [{"runbook": "Clean", "minutes": number} for number in range(250)]
    running = {"runbook": "Nightly", "status": "Running", "days": 2}
    azure = make(account(runbooks=[runbook(text=LOGIN), runbook("Clean")], jobs=[*ended, running]))
    _publish(azure, "Nightly", "Write-Output 'rewritten'")
    assert "of runbook Nightly (Running)" in retire(azure, "disable")["msg"]


def test_jobs_of_others_with_the_same_application_keep_it_enabled(make: Make) -> None:
    shared = {"run_as": {"application": "shared"}}
    job = {"runbook": "Nightly", "status": "Running"}
    azure = make(
        {"name": "aa-ops", **shared}, {"name": "aa-two", **shared, "runbooks": [runbook(text=LOGIN)]} | {"jobs": [job]}
    )
    _publish(azure, "Nightly", "Write-Output 'rewritten'", name="aa-two")
    waiting = retired(azure, "disable")
    assert (waiting["changed"], codes(waiting)) == (False, ["RA805"])
    assert "aa-two: job " in waiting["pending"][0]["sentence"]
    assert (waiting["pending"][0]["command"], waiting["hand_over_file"]) == (None, None)


@pytest.mark.parametrize(
    ("path", "named"),
    [("*/jobs?*", "The jobs of account aa-ops"), ("*/jobs/*/runbookContent*", "The content of job ")],
)
def test_jobs_that_may_not_be_read_are_refused_unless_accepted(make: Make, path: str, named: str) -> None:
    azure = make(account(runbooks=[runbook(text=LOGIN)], jobs=[{"runbook": "Nightly", "status": "Running"}]))
    _publish(azure, "Nightly", "Write-Output 'rewritten'")
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={path},times=0"])
    azure.forget_requests()
    refused = retire(azure, "disable")
    assert named in refused["msg"]
    assert "accept_unread" in refused["msg"]
    assert azure.writes() == []
    accepted = retired(azure, "disable", accept_unread=True)
    assert (accepted["changed"], codes(accepted)) == (True, ["RA901"])


def _publish(azure: Azure, runbook_name: str, text: str, *, name: str = "aa-ops") -> None:
    """Publish another content, as somebody who migrates by hand would."""
    named = azure.account(name)
    owner = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    with session_of(azure) as session:
        automation.replace_draft(session, owner, runbook_name, text.encode())
        automation.publish_draft(session, owner, runbook_name)


# Sign-ins


def test_recent_sign_ins_are_told_with_what_they_were_for_and_when(make: Make) -> None:
    azure = make(
        sign_ins=[
            {"application": "aa-ops", "days": 2, "count": 3, "address": "203.0.113.7"},
            {"application": "aa-ops", "days": 5, "resource": "Azure Key Vault"},
            {"application": "aa-ops", "days": 40, "resource": "Long ago"},
        ]
    )
    result = retired(azure, "disable")
    (found,) = [item for item in result["findings"] if item["code"] == "RA809"]
    assert "logged in 4 times in the last 14 days" in found["sentence"]
    assert "Windows Azure Service Management API at 20" in found["sentence"]
    assert "from 203.0.113.7" in found["sentence"]
    assert "Azure Key Vault at 20" in found["sentence"]
    assert "Long ago" not in found["sentence"]
    assert result["changed"] is True


def test_how_far_back_it_looks_is_an_option(make: Make) -> None:
    azure = make(sign_ins=[{"application": "aa-ops", "days": 20}])
    assert codes(retired(azure, "disable", check=True)) == []
    assert codes(retired(azure, "disable", check=True, sign_in_days=30)) == ["RA809"]
    azure.forget_requests()
    assert codes(retired(azure, "disable", check=True, sign_in_days=0)) == []
    assert not [entry for entry in azure.requests() if "signIns" in entry["path"]]


def test_recent_sign_ins_are_refused_where_asked(make: Make) -> None:
    azure = make(sign_ins=[{"application": "aa-ops"}])
    refused = retire(azure, "disable", refuse_recent_sign_ins=True)
    assert "logged in once in the last 14 days: Windows Azure Service Management API at 20" in refused["msg"]
    assert azure.writes() == []
    assert retired(azure, "disable", refuse_recent_sign_ins=True, sign_in_days=0)["changed"] is True


def test_logins_that_are_tried_after_the_disabling_are_told_before_anything_is_deleted(make: Make) -> None:
    azure = make(
        sign_ins=[
            {"application": "aa-ops", "days": 1, "error": 7000112, "address": "198.51.100.4"},
            {"application": "aa-ops", "days": 8, "resource": "Before it was disabled"},
        ]
    )
    retired(azure, "disable")
    days_pass(azure, 5)
    refused = retire(azure, "delete", soak_days=5, refuse_recent_sign_ins=True)
    assert "Something still tries to log in" in refused["msg"]
    assert "undo the last stage" in refused["msg"]
    result = retired(azure, "delete", soak_days=5)
    (found,) = [item for item in result["findings"] if item["code"] == "RA810"]
    assert "which is disabled since" in found["sentence"]
    assert "from 198.51.100.4, refused with AADSTS7000112" in found["sentence"]
    assert "Before it was disabled" not in found["sentence"]


def test_sign_ins_are_looked_at_before_a_purge_too(make: Make) -> None:
    azure = make(sign_ins=[{"application": "aa-ops", "days": 3, "error": 700016}])
    deleted(azure)
    assert "RA810" not in codes(retired(azure, "purge", purge_after_days=0, check=True))
    assert len([entry for entry in azure.requests() if "signIns" in entry["path"]]) == 3


@pytest.mark.parametrize("unlicensed", [True, False])
def test_sign_ins_that_cannot_be_read_are_never_taken_for_none(make: Make, unlicensed: bool) -> None:
    azure = make()
    if unlicensed:
        azure.control("PUT", "/settings", {"sign_ins_licensed": False})
    login = "migration" if unlicensed else "contributor"
    result = retired(azure, "disable", check=True, login=login)
    (found,) = result["findings"]
    assert found["code"] == "RA811"
    assert ("licence" if unlicensed else "AuditLog.Read.All") in found["remedy"]
    refused = retire(azure, "disable", login=login, refuse_recent_sign_ins=True)
    assert "could not be read" in refused["msg"]
    accepted = retired(azure, "disable", login=login, refuse_recent_sign_ins=True, accept_unread=True)
    assert accepted["changed"] is True
