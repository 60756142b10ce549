# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""probe_identity with verify_runbooks: rewritten drafts are run as test jobs before they are published."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation, jobs

from .probe_estate import account_of, asked, codes, estate, events, session_of, steps, temporaries, writes_of, written

if TYPE_CHECKING:
    from .conftest import Azure

RUN = ("run", "test_job")


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return a simulator with an account whose rewrites wait as drafts, and whose identity is proved."""
    azure = start_azure("--estate", written(tmp_path, estate()), "--set", "retry_after=0")
    azure.call("update_runbook", "aa", publish=False)
    azure.call("probe_identity", "aa")
    azure.forget_requests()
    return azure


def job_tested(azure: Azure, runbook: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = next(
        item["test_job"] for item in account_of(azure)["runbooks"] if item["name"] == runbook
    )
    return found


def shown(result: dict[str, Any], runbook: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in result["runbooks"] if item["name"] == runbook)
    return found


def test_a_rewritten_draft_is_run_and_then_published(azure: Azure) -> None:
    predicted = azure.call("probe_identity", "aa", verify_runbooks=[asked("plain")], check=True)
    assert (shown(predicted, "Plain")["state"], azure.writes()) == ("planned", [])
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("plain")])
    assert "failed" not in made
    assert (made["changed"], steps(made), codes(made)) == (True, [RUN], [])
    assert (writes_of(made), made["plan_fingerprint"]) == (writes_of(predicted), predicted["plan_fingerprint"])
    assert (shown(made, "Plain")["state"], shown(made, "Plain")["status"]) == ("passed", "Completed")
    proof = events(made, "runbook_proof")[0]
    assert (proof["passed"], proof["draft"], proof["status"]) == (True, shown(made, "Plain")["draft"], "Completed")
    again = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])
    assert (again["changed"], writes_of(again), shown(again, "Plain")["state"]) == (False, [], "stands")
    published = azure.call("update_runbook", "aa", runbooks=["Plain"])
    assert steps(published) == [("publish", "runbook_published")]
    after = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])
    assert (after["changed"], shown(after, "Plain")["state"]) == (False, "stands")
    forced = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")], force=True)
    assert RUN not in steps(forced)


def test_demo_runbooks_go_from_draft_through_their_test_to_published(start_azure: Callable[..., Azure]) -> None:
    azure = start_azure("--set", "retry_after=0")
    azure.call("enable_identity", "aa-plain")
    azure.call("copy_runas_roles", "aa-plain")
    drafted = azure.call("update_runbook", "aa-plain", publish=False)
    names = [item["name"] for item in drafted["runbooks"] if item["changed"]]
    given = {"start-taggedvms": {"TagName": "AutoStart"}}
    entries = [{"name": name, "parameters": given.get(name.lower(), {})} for name in names]
    tested = azure.call("probe_identity", "aa-plain", verify_runbooks=entries)
    assert "failed" not in tested, tested["msg"]
    assert {item["state"] for item in tested["runbooks"]} == {"passed"}
    assert tested["probes"][0]["state"] == "proved"
    published = azure.call("update_runbook", "aa-plain")
    assert {kind for dummy, kind in steps(published)} == {"runbook_published"}
    assert len(steps(published)) == len(names) > 1


def test_parameters_are_sent_as_json_and_told_by_name_only(azure: Azure) -> None:
    secret = "FAKE-parameter-value"
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Asking", Group=secret, wait=False)])
    assert shown(made, "Asking")["parameters"] == ["Group", "wait"]
    job = job_tested(azure, "Asking")
    assert job is not None and job["parameters"] == {"Group": f'"{secret}"', "wait": "false"}
    journal = (Path(made["ledger"]) / "journal.jsonl").read_text()
    assert secret not in json.dumps(made) + journal


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([asked("Nowhere")], "no runbook named Nowhere"),
        ([asked("Plain"), asked("plain")], "twice"),
        ([asked("Asking")], "must be given Group"),
        ([asked("Asking", Group="g", Gruop="h")], "no parameter Gruop"),
        ([asked("Theirs")], "did not write"),
        ([{"name": "Plain", "parameters": "[1]"}], "dictionary"),
        ([{"name": "Plain", "parameters": "{"}], "dictionary"),
    ],
)
def test_what_must_not_be_run_is_refused_before_anything_is(
    azure: Azure, entries: list[dict[str, Any]], expected: str
) -> None:
    refused = azure.call("probe_identity", "aa", verify_runbooks=[asked("Noisy"), *entries], force=True)
    assert refused["failed"] is True
    assert expected in refused["msg"]
    assert azure.writes() == []


def test_a_runbook_without_draft_is_refused_and_in_a_check_foretold(azure: Azure) -> None:
    with session_of(azure) as (session, account):
        automation.discard_draft(session, account, "Plain")
    azure.forget_requests()
    refused = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])
    assert "has no draft" in refused["msg"] and "publish: false" in refused["msg"]
    predicted = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")], check=True)
    assert (writes_of(predicted), codes(predicted)) == ([], ["RA236"])
    assert azure.writes() == []


def test_a_test_job_of_somebody_is_never_replaced(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"test_job_conflict_status": 0})
    with session_of(azure) as (session, account):
        jobs.create_test_job(session, account, "Endless", {"parameters": {}, "runOn": ""})
    azure.forget_requests()
    refused = azure.call("probe_identity", "aa", verify_runbooks=[asked("Endless")])
    assert refused["failed"] is True
    assert "A test job of runbook Endless" in refused["msg"] and "Running" in refused["msg"]
    assert azure.writes() == []
    job = job_tested(azure, "Endless")
    assert job is not None and job["status"] == "Running"


def test_a_test_job_that_never_ends_is_stopped(azure: Azure) -> None:
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Endless")], timeout=1)
    assert (made["failed"], made["changed"], codes(made)) == (True, True, ["RA234"])
    assert "Running" in made["msg"]
    job = job_tested(azure, "Endless")
    assert job is not None and job["status"] == "Stopped"
    assert events(made, "runbook_proof")[-1]["passed"] is False


def test_a_test_job_that_fails_fails_the_step_and_is_run_again(azure: Azure) -> None:
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Broken"), asked("Plain")])
    assert (made["failed"], codes(made)) == (True, ["RA230"])
    assert "The script stopped with an error." in made["msg"]
    assert [shown(made, name)["state"] for name in ("Broken", "Plain")] == ["failed", "passed"]
    again = azure.call("probe_identity", "aa", verify_runbooks=[asked("Broken"), asked("Plain")])
    assert [(change["action"], change["target"].rsplit("/", 1)[-1]) for change in writes_of(again)] == [
        ("run", "Broken")
    ]


def test_completed_is_no_proof_where_there_are_errors(azure: Azure) -> None:
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Noisy")])
    assert (made["failed"], codes(made)) == (True, ["RA231", "RA233"])
    assert shown(made, "Noisy")["streams"]["Error"] == 2
    assert "no good job is left" in made["msg"]


@pytest.mark.parametrize(
    ("job", "expected", "failed"),
    [
        ({"errors": 3, "warnings": 1}, ["RA232"], False),
        ({"errors": 0}, ["RA231", "RA233"], True),
        ({"errors": 3, "status": "Failed"}, ["RA231", "RA233"], True),
    ],
)
def test_errors_are_compared_with_those_of_the_last_good_job(
    start_azure: Callable[..., Azure], tmp_path: Path, job: dict[str, Any], expected: list[str], failed: bool
) -> None:
    past = [{"runbook": "Noisy", "days": 2, **job}, {"runbook": "Noisy", "days": 9, "errors": 0, "status": "Stopped"}]
    azure = start_azure("--estate", written(tmp_path, estate(jobs=past)), "--set", "retry_after=0")
    azure.control("PUT", "/settings", {"jobs_newest_first": False})
    azure.call("update_runbook", "aa", publish=False)
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Noisy")])
    assert (bool(made.get("failed")), codes(made)) == (failed, expected)
    last = shown(made, "Noisy")["last_job"]
    assert (last is None) is (job.get("status") == "Failed")
    assert events(made, "runbook_proof")[0]["passed"] is not failed


def test_jobs_that_may_not_be_read_are_no_excuse_for_errors(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,method=GET,path=*/jobs[?]*,times=0"])
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Noisy")])
    assert (made["failed"], codes(made)) == (True, ["RA231", "RA233", "RA235"])


def test_nothing_is_run_while_the_identity_is_not_proved(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"job_seconds": 3600})
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")], force=True, timeout=1)
    assert (made["failed"], job_tested(azure, "Plain")) == (True, None)
    assert "was not run" in made["msg"] and "had not ended" in made["msg"]
    assert [change["kind"] for change in made["not_changed"]] == ["test_job"]
    assert temporaries(azure) == []


@pytest.mark.parametrize("verb", ["PUT", "GET"])
def test_a_test_job_that_may_not_be_started_or_read_fails_the_step(azure: Azure, verb: str) -> None:
    azure.control("PUT", "/faults", [f"status=403,method={verb},path=*/draft/testJob*,times=0"])
    made = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])
    assert (made["failed"], made["changed"]) == (True, False)
    assert "403" in made["msg"]
    azure.control("DELETE", "/faults")
    assert steps(azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])) == [RUN]


def test_a_draft_that_is_changed_after_its_rewrite_is_not_run(azure: Azure) -> None:
    with session_of(azure) as (session, account):
        automation.replace_draft(session, account, "Plain", b"'somebody was here'")
    azure.forget_requests()
    refused = azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])
    assert "did not write" in refused["msg"]
    assert azure.writes() == []


def test_a_draft_is_run_on_a_worker_group_where_it_is_asked_for(azure: Azure) -> None:
    entry = {**asked("Plain"), "run_on": "on-site"}
    made = azure.call("probe_identity", "aa", verify_runbooks=[entry])
    job = job_tested(azure, "Plain")
    assert job is not None and (job["run_on"], shown(made, "Plain")["run_on"]) == ("on-site", "on-site")
    assert steps(azure.call("probe_identity", "aa", verify_runbooks=[asked("Plain")])) == [RUN]


# With the rights that the documentation names, and by the playbook


def documented_actions() -> list[str]:
    """Return the actions that docs/probe.md says are enough, with those of the reads at its beginning."""
    page = (Path(__file__).parents[2] / "docs" / "probe.md").read_text(encoding="utf-8")
    section = page.partition("## What the login may have to do")[2].partition("## ")[0]
    named = re.findall(r"`([A-Za-z0-9./]+/(?:read|write|delete|action))`", section)
    prefix = "Microsoft.Automation/automationAccounts/"
    return [name if name.startswith("Microsoft.") else prefix + name for name in named]


def test_the_rights_that_are_documented_are_enough(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    content = estate()
    content["custom_roles"] = [{"name": "Prober", "actions": documented_actions()}]
    content["logins"] = {"migration": {"secret": "FAKE-1"}, "prober": {"secret": "FAKE-2", "roles": ["Prober"]}}
    content["logins"]["migration"] |= {"roles": ["Owner"], "graph": "administer"}
    azure = start_azure("--estate", written(tmp_path, content), "--set", "retry_after=0")
    azure.call("update_runbook", "aa", publish=False)
    made = azure.call(
        "probe_identity", "aa", login="prober", hybrid_groups=["on-site"], verify_runbooks=[asked("Plain")]
    )
    assert "failed" not in made, made["msg"]
    assert ([probe["state"] for probe in made["probes"]], codes(made)) == (["proved", "proved"], [])
    azure.control("PUT", "/settings", {"job_seconds": 3600})
    options = {"verify_runbooks": [asked("Noisy")], "timeout": 1}
    assert codes(azure.call("probe_identity", "aa", login="prober", **options)) == ["RA234"]
    assert codes(azure.call("probe_identity", "aa", login="prober", force=True, timeout=1)) == ["RA222"]


def test_the_playbook_probes_and_tests_and_has_nothing_to_do_the_second_time(azure: Azure) -> None:
    variables = {"probe_identity_verify_runbooks": [asked("Asking", Group="FAKE-parameter-value", Wait=False)]}
    for changed in (1, 0):
        run = azure.playbook("azauto.runas_migration.probe", "-v", "-e", json.dumps(variables))
        assert run.code == 0, run.output
        assert re.search(rf"changed={changed} ", run.output), run.output
        assert "FAKE-parameter-value" not in run.output
    variables = {"probe_identity_verify_runbooks": [asked("Broken")]}
    run = azure.playbook("azauto.runas_migration.probe", "-e", json.dumps(variables))
    assert run.code != 0
    assert "The test job of runbook Broken ended as Failed." in run.output
