# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger in a blob container when runs are killed, meet, lose answers, or lose the lease."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .blob_estate import Blobs, comparable, killed_at, serve, url_of

if TYPE_CHECKING:
    from .conftest import Azure

SWEPT = 40
NAMES = [f"aa-swept-{number:02}" for number in range(SWEPT)]
RUNBOOKS = {"pending_draft": "keep", "max_parallel": 1}
PUBLISH = "method=POST,path=*/publish*"


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Azure:
    """A simulator with a container, and a temporary folder of its own."""
    empty_machine(tmp_path, monkeypatch, "first")
    return serve(start_azure, tmp_path, "aa-ops", "aa-other", *NAMES)


def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Go on as on another machine: nothing of what was done is there."""
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))


def migrate(azure: Azure, account: str) -> list[dict[str, Any]]:
    """Run two steps of a migration, and return their results."""
    ledger = url_of(azure)
    return [
        azure.call("enable_identity", account, ledger=ledger),
        azure.call("update_runbook", account, ledger=ledger, **RUNBOOKS),
    ]


def end_state(azure: Azure, account: str) -> Any:
    """What an account is like, without ids and times."""
    found = next(item for item in azure.state()["accounts"] if item["name"] == account)
    runbooks = [
        (runbook["name"], runbook["state"], *((runbook[key] or {}).get("base64") for key in ("content", "draft")))
        for runbook in found["runbooks"]
    ]
    links = [(link["runbook"], link["schedule"]) for link in found["job_schedules"]]
    return runbooks, links, (found["identity"] or {}).get("type")


def open_ends(records: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """Writes that were recorded and never confirmed or refused."""
    begun = {(record["run"], record["number"]) for record in records if record["event"] == "intend"}
    return sorted(begun - {(record["run"], record.get("of")) for record in records if record["event"] != "intend"})


def test_killed_at_any_request_to_the_ledger_another_machine_finishes(
    azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(azure, "aa-ops")
    expected, blobs = end_state(azure, "aa-ops"), Blobs(azure)
    killed = 0
    for point, account in enumerate(NAMES, start=1):
        if not killed_at(azure, f"service=blob,nth={point}", lambda account=account: migrate(azure, account)):
            break
        killed += 1
        # What a minute does, and what an administrator may do sooner.
        for name in (name for name in blobs.names() if f"/{account}-" in name and name.endswith(".jsonl")):
            blobs.break_lease(name)
        empty_machine(tmp_path, monkeypatch, account)
        results = migrate(azure, account)
        assert not [result["msg"] for result in results if result.get("failed")], point
        assert end_state(azure, account) == expected, point
        assert len(open_ends(blobs.journal(account))) <= 1
        assert [result["changed"] for result in migrate(azure, account)] == [False, False], point
    assert 20 < killed < SWEPT


@pytest.mark.parametrize("fault", [PUBLISH, "method=PATCH,path=*/automationAccounts/*"])
def test_killed_at_a_write_another_machine_finishes(
    azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    migrate(azure, "aa-ops")
    assert killed_at(azure, fault, lambda: migrate(azure, "aa-other"))
    blobs = Blobs(azure)
    blobs.break_lease(blobs.journal_name("aa-other"))
    empty_machine(tmp_path, monkeypatch, "second")
    migrate(azure, "aa-other")
    assert end_state(azure, "aa-other") == end_state(azure, "aa-ops")


def test_the_second_of_two_runs_is_refused_and_names_the_first(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["latency=4000,method=PATCH,path=*/automationAccounts/aa-ops*"])
    with ThreadPoolExecutor() as pool:
        first = pool.submit(azure.call, "enable_identity", "aa-ops", ledger=url_of(azure))
        while not [entry for entry in azure.requests() if "comp=appendblock" in entry["path"]]:
            time.sleep(0.02)
        second = azure.call("update_runbook", "aa-ops", ledger=url_of(azure))
    assert second["failed"] is True
    assert "Another run holds this account: step enable_identity of process" in second["msg"]
    assert "Nothing was changed" in second["msg"]
    assert first.result()["changed"] is True
    assert not azure.call("update_runbook", "aa-ops", ledger=url_of(azure)).get("failed")


def test_the_lease_of_a_killed_run_ends_by_itself(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"lease_speed": 15})
    assert killed_at(azure, PUBLISH, lambda: migrate(azure, "aa-ops"))
    assert "Another run holds" in azure.call("update_runbook", "aa-ops", ledger=url_of(azure))["msg"]
    time.sleep(4.5)
    assert azure.call("update_runbook", "aa-ops", ledger=url_of(azure), **RUNBOOKS)["changed"] is True


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5, 6])
def test_a_lost_answer_records_nothing_twice(azure: Azure, nth: int) -> None:
    migrate(azure, "aa-other")
    azure.control("PUT", "/faults", [f"drop=after,path=*comp=appendblock*,nth={nth}"])
    results = migrate(azure, "aa-ops")
    assert [entry for entry in azure.requests() if entry["fault"]]
    assert not [result["msg"] for result in results if result.get("failed")]
    recorded, expected = Blobs(azure).journal(), Blobs(azure).journal("aa-other")
    assert [shape(record) for record in comparable(recorded)] == [shape(record) for record in comparable(expected)]


def shape(record: dict[str, Any]) -> tuple[Any, ...]:
    """What is equal in the same record of another account."""
    return record["step"], record["event"], record["number"], record.get("of"), record.get("change", {}).get("action")


def test_an_answer_that_never_came_and_an_outage_leave_one_record_of_each(azure: Azure) -> None:
    """The append is done, its answer and all repeats are lost; the next record comes through."""
    azure.control("PUT", "/faults", ["drop=after,path=*comp=appendblock*,times=6"])
    failed = azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    assert failed["failed"] is True
    assert azure.call("enable_identity", "aa-ops", ledger=url_of(azure))["changed"] is True
    intended = [record for record in Blobs(azure).journal() if record["event"] == "intend"]
    assert len(intended) == len({(record["run"], record["number"]) for record in intended})


def run_while(azure: Azure, fault: str, meanwhile: Callable[[], Any], **options: Any) -> dict[str, Any]:
    """Rewrite the runbooks, doing something while Azure sits on a request, and return the result."""
    azure.control("PUT", "/faults", [fault])
    with ThreadPoolExecutor() as pool:
        given = {**RUNBOOKS, "ledger": url_of(azure), **options}
        running = pool.submit(azure.call, "update_runbook", "aa-ops", **given)
        while int(azure.control("GET", "/faults")[0].partition("seen=")[2]) < 1:
            time.sleep(0.02)
        meanwhile()
        return running.result()


def test_a_broken_lease_stops_the_run_before_its_next_write(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    blobs = Blobs(azure)
    azure.forget_requests()
    result = run_while(azure, f"latency=1500,{PUBLISH}", lambda: blobs.break_lease(blobs.journal_name()))
    assert result["failed"] is True
    assert "is no longer held by this run" in result["msg"]
    assert "Nothing more is written" in result["msg"]
    assert len([line for line in azure.writes() if "/publish" in line]) == 1
    assert (result["changed"], result["partial"]) == (True, True)
    assert [change["action"] for change in result["changes"]] == ["replace", "publish"]


def test_a_lease_that_ran_out_unnoticed_is_taken_again(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.control("PUT", "/settings", {"lease_speed": 60})
    result = run_while(azure, f"latency=2000,{PUBLISH}", lambda: None)
    assert not result.get("failed"), result.get("msg")
    assert open_ends(Blobs(azure).journal()) == []


def test_a_run_that_was_overtaken_writes_no_more(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.control("PUT", "/settings", {"lease_speed": 60})
    azure.forget_requests()

    def overtake() -> None:
        time.sleep(1.2)
        azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure))

    result = run_while(azure, f"latency=6000,{PUBLISH}", overtake)
    assert result["failed"] is True
    assert "Nothing more is written" in result["msg"]
    assert len([line for line in azure.writes() if "/publish" in line]) == 1


def test_a_write_whose_outcome_cannot_be_recorded_was_made_all_the_same(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*comp=appendblock*,nth=2,times=0"])
    result = azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    assert (result["changed"], result["failed"], result["partial"]) == (True, True, False)
    assert "could not be recorded" in result["msg"]
    azure.control("DELETE", "/faults")
    assert azure.call("enable_identity", "aa-ops", ledger=url_of(azure))["changed"] is False


def test_a_ledger_that_breaks_off_ends_the_step_with_what_was_done(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.control("PUT", "/faults", ["status=403,path=*comp=appendblock*,nth=4,times=0"])
    result = azure.call("update_runbook", "aa-ops", ledger=url_of(azure), **RUNBOOKS)
    assert result["failed"] is True
    assert "Storage Blob Data Contributor" in result["msg"]
    azure.control("DELETE", "/faults")
    assert not azure.call("update_runbook", "aa-ops", ledger=url_of(azure), **RUNBOOKS).get("failed")
    migrate(azure, "aa-other")
    assert end_state(azure, "aa-ops") == end_state(azure, "aa-other")
