# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ledger in a blob container on the simulator: equal to one in a folder, and never less than it."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import journal_lease

from .blob_estate import OLD, Blobs, comparable, serve, url_of

if TYPE_CHECKING:
    from .conftest import Azure

STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("enable_identity", {}),
    ("copy_runas_roles", {}),
    ("update_runbook", {"pending_draft": "keep"}),
)


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Azure:
    """A simulator with a container, and a temporary folder in which nothing else is."""
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    return serve(start_azure, tmp_path, "aa-ops", "aa-other")


def migrate(azure: Azure, ledger: str, account: str = "aa-ops", **options: Any) -> list[dict[str, Any]]:
    """Run the steps of a migration and return their results."""
    return [azure.call(module, account, ledger=ledger, **given, **options) for module, given in STEPS]


def copies(folder: Path) -> list[Path]:
    """What is left of accounts in the temporary folder."""
    return [path for path in folder.rglob("*") if path.name in ("journal.jsonl", "lock", "blobs")]


def test_a_migration_records_in_a_container_what_it_would_in_a_folder(
    azure: Azure, start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    twin = serve(start_azure, tmp_path, "aa-ops", "aa-other")
    of_container = migrate(azure, url_of(azure), max_parallel=1)
    of_folder = migrate(twin, str(twin.ledger), max_parallel=1)
    assert not [result["msg"] for result in (*of_container, *of_folder) if result.get("failed")]
    folder = next(twin.ledger.glob("aa-ops-*"))
    recorded, expected = Blobs(azure).journal(), _ledger.read_journal(folder)
    assert len(recorded) > 10
    assert comparable(recorded) == comparable(expected)
    kept = {name.rpartition("/")[2] for name in Blobs(azure).names() if "/blobs/" in name}
    assert hashlib.sha256(OLD.encode()).hexdigest() in kept
    assert len(kept) == len(list((folder / "blobs").iterdir()))
    again = migrate(azure, url_of(azure))
    assert [result["changed"] for result in again] == [False, False, False]
    assert not copies(tmp_path / "copies")


def test_results_name_the_url_and_nothing_of_the_copy(azure: Azure, tmp_path: Path) -> None:
    results = migrate(azure, url_of(azure))
    assert {result["ledger"].rpartition("-")[0] for result in results} == {url_of(azure) + "/aa-ops"}
    assert str(tmp_path / "copies") not in json.dumps(results)


def test_check_mode_writes_nothing_and_predicts_the_run(azure: Azure) -> None:
    for module, options in STEPS:
        azure.forget_requests()
        predicted = azure.call(module, "aa-ops", check=True, ledger=url_of(azure), **options)
        assert azure.writes() == []
        made = azure.call(module, "aa-ops", ledger=url_of(azure), **options)
        assert predicted["plan_fingerprint"] == made["plan_fingerprint"]
        assert made["changed"] is True


def test_the_log_marks_what_is_written_to_the_ledger(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    assert [line for line in azure.writes() if "comp=appendblock" in line]


def test_it_costs_four_requests_and_one_per_record(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.forget_requests()
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    asked = [entry for entry in azure.requests() if entry["service"] == "blob"]
    assert len(asked) == 4, asked
    azure.call("enable_identity", "aa-other", ledger=url_of(azure))
    asked = [entry for entry in azure.requests() if "/aa-other-" in entry["path"]]
    records = len(Blobs(azure).journal("aa-other"))
    # The first step of an account makes the journal, which takes two more.
    assert len(asked) == 6 + records, asked


def test_a_login_asks_for_one_token_more(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    asked = [entry["path"] for entry in azure.requests() if entry["service"] == "login" and "token" in entry["path"]]
    assert len(asked) == 2


def test_an_assessment_reads_it_without_lease(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.forget_requests()
    assessed = azure.call("runas_info", "aa-ops", ledger=url_of(azure))
    assert assessed["state"] == "in_progress"
    assert azure.writes() == []
    assert [entry["method"] for entry in azure.requests() if entry["service"] == "blob"] == ["GET"]


def test_an_assessment_without_access_to_it_says_so(azure: Azure) -> None:
    assessed = azure.call("runas_info", "aa-ops", ledger=url_of(azure), login="outsider", scope=["run_as"])
    said = next(finding for finding in assessed["findings"] if finding["code"] == "RA906")
    assert "Storage Blob Data Contributor" in json.dumps(said)


def test_a_hand_over_file_goes_to_the_container_and_from_it(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    first = azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure), login="half")
    url = first["hand_over_file"]
    assert url.startswith(url_of(azure) + "/aa-ops-")
    blobs = Blobs(azure)
    name = url.removeprefix(url_of(azure, "stledger/ledger/"))
    assert b"User.Read.All" in blobs.send("GET", name)[2]
    azure.forget_requests()
    azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure), login="half")
    assert not [line for line in azure.writes() if line.endswith(".sh")]
    second = azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure))
    assert second["hand_over_file"] is None
    assert name not in blobs.names()


def test_a_file_that_cannot_be_kept_does_not_undo_what_was_done(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.control("PUT", "/faults", ["status=403,service=blob,path=*hand-over*,times=0"])
    result = azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure), login="half")
    assert (result["failed"], result["changed"]) == (True, True)


def test_accounts_that_are_limited_at_once_wait_for_a_lease_of_their_own(azure: Azure) -> None:
    with ThreadPoolExecutor() as pool:
        running = [
            pool.submit(azure.call, "limit_runas", account, ledger=url_of(azure), replication_timeout=5)
            for account in ("aa-ops", "aa-other")
        ]
    results = [item.result() for item in running]
    assert [result.get("msg") for result in results] == [None, None]
    assert "runas/limit_runas.lock" in Blobs(azure).names()
    assert len([line for line in azure.writes() if line.startswith("PUT") and "/roleDefinitions/" in line]) == 1


def test_an_inventory_reads_it(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.forget_requests()
    listed = azure.listed(options={"assess": True, "assess_scope": ["run_as"], "ledger": url_of(azure)})
    assert listed.code == 0, listed.errors
    assert set(listed.hosts) == {"aa-ops", "aa-other"}
    assert len([entry for entry in azure.requests() if entry["service"] == "blob"]) == 2
    assert azure.writes() == []


def test_an_inventory_says_what_is_wrong_with_its_url(azure: Azure) -> None:
    listed = azure.listed(options={"assess": True, "ledger": "https://contoso.example/ledger"})
    assert listed.code != 0
    # The older ansible-core breaks its warnings into lines.
    assert "is no URL of a blob container" in " ".join(listed.errors.split())


def test_the_ordinary_path_records_there_too(azure: Azure) -> None:
    slow = {"runas_in_process": False}
    result = azure.task("enable_identity", "aa-ops", ledger=url_of(azure), variables=slow)
    assert result["changed"] is True
    assert result["ledger"].startswith(url_of(azure))
    assert [record["event"] for record in Blobs(azure).journal()] == ["intend", "done"]


def test_an_awx_job_may_use_it(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOB_ID", "17")
    assert azure.call("enable_identity", "aa-ops", ledger=url_of(azure))["changed"] is True


@pytest.mark.parametrize(
    ("login", "place", "words"),
    [
        ("outsider", "stledger/ledger", "Storage Blob Data Contributor"),
        ("reader", "stledger/ledger", "Storage Blob Data Contributor"),
        ("migration", "stledger/missing", "is not there. Make it"),
    ],
)
def test_what_cannot_be_used_is_said_before_the_first_write(azure: Azure, login: str, place: str, words: str) -> None:
    before = azure.state()["accounts"]
    result = azure.call("enable_identity", "aa-ops", ledger=url_of(azure, place), login=login)
    assert (result["failed"], result["changed"]) == (True, False)
    assert words in result["msg"]
    assert place in result["msg"]
    assert azure.state()["accounts"] == before


def test_a_url_with_a_signature_is_refused_without_repeating_it(azure: Azure) -> None:
    result = azure.call("enable_identity", "aa-ops", ledger=url_of(azure) + "?sv=2020&sig=FAKE-signature")
    assert result["failed"] is True
    assert "FAKE-signature" not in json.dumps(result)
    assert azure.requests() == []


def test_a_journal_that_is_no_append_blob_is_refused_with_the_remedy(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    blobs = Blobs(azure)
    blobs.send("PUT", blobs.journal_name(), {"x-ms-blob-type": "BlockBlob"}, b"")
    result = azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure))
    assert "--blob-type AppendBlob" in result["msg"]
    assert not [line for line in azure.writes() if "roleAssignments" in line]


def test_a_line_that_was_cut_short_is_ended_before_the_next_record(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    blobs = Blobs(azure)
    name = blobs.journal_name()
    blobs.send("PUT", name, None, b'{"version": 1, "ru', "?comp=appendblock")
    assert azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure))["changed"] is True
    assert b'"ru#cut\n{' in blobs.send("GET", name)[2]
    assert azure.call("copy_runas_roles", "aa-ops", ledger=url_of(azure))["changed"] is False


def test_an_edited_journal_is_refused(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    blobs = Blobs(azure)
    blobs.send("PUT", blobs.journal_name(), None, b"no record\n{}\n", "?comp=appendblock")
    result = azure.call("update_runbook", "aa-ops", ledger=url_of(azure))
    assert "was edited" in result["msg"]
    assert blobs.journal_name() in result["msg"]
    assert str(tempfile.tempdir) not in result["msg"]


def test_a_content_that_was_altered_is_not_put_back(azure: Azure) -> None:
    """A draft is kept, the run breaks off, and somebody alters the kept draft."""
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    azure.control("PUT", "/faults", ["status=400,method=POST,path=*/aa-ops/runbooks/Pending/publish*,times=0"])
    options = {"ledger": url_of(azure), "pending_draft": "keep", "runbooks": ["Pending"]}
    assert azure.call("update_runbook", "aa-ops", **options)["failed"] is True
    azure.control("DELETE", "/faults")
    blobs = Blobs(azure)
    for name in blobs.names():
        if "/blobs/" in name:
            blobs.send("PUT", name, {"x-ms-blob-type": "BlockBlob"}, b"altered")
    result = azure.call("update_runbook", "aa-ops", **options)
    assert OLD not in json.dumps(result["changes"])
    assert [finding["code"] for finding in result["findings"] if finding["severity"] != "info"]


def test_a_journal_near_the_limit_of_azure_is_refused_with_the_remedy(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    monkeypatch.setattr(journal_lease, "_MOST_RECORDS", 2)
    azure.forget_requests()
    result = azure.call("update_runbook", "aa-ops", ledger=url_of(azure))
    assert "has 2 records" in result["msg"]
    assert "another prefix" in result["msg"]
    assert not [line for line in azure.writes() if "/runbooks/" in line]


def test_records_bear_the_change_reference(azure: Azure) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure), change_reference="CHG0042")
    assert {record["change_reference"] for record in Blobs(azure).journal()} == {"CHG0042"}


def test_a_temporary_folder_that_others_may_enter_is_refused(azure: Azure, tmp_path: Path) -> None:
    shared = tmp_path / "copies" / f"runas_migration-{os.getuid()}"
    shared.mkdir(parents=True)
    shared.chmod(0o755)
    result = azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    assert "is not a folder of this user alone" in result["msg"]
    assert azure.writes() == []


def test_copies_that_killed_runs_left_are_removed_later(azure: Azure, tmp_path: Path) -> None:
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    root = next((tmp_path / "copies").glob("runas_migration-*/*"))
    old, young = root / "aa-old-x", root / "aa-young-x"
    for left in (old, young):
        left.mkdir()
        (left / "lock").touch()
    os.utime(old, (0, 0))
    azure.call("enable_identity", "aa-ops", ledger=url_of(azure))
    assert (old.exists(), young.exists()) == (False, True)
