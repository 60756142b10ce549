# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger: durable, private, one writer at a time, readable after a crash."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._ledger import LedgerBusy, LedgerError

ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"


def test_records_come_back_in_order(tmp_path: Path) -> None:
    with _ledger.held(tmp_path / "aa", ACCOUNT, "enable_identity") as journal:
        number = journal.intend({"action": "update", "before": None})
        journal.confirm(number, {"principal_id": "p"})
    records = _ledger.read_journal(tmp_path / "aa")
    assert [(record["event"], record["step"]) for record in records] == [
        ("intend", "enable_identity"),
        ("done", "enable_identity"),
    ]
    assert records[1]["of"] == records[0]["number"]
    assert records[0]["run"] == records[1]["run"]


def test_a_later_run_appends(tmp_path: Path) -> None:
    for step in ("one", "two"):
        with _ledger.held(tmp_path / "aa", ACCOUNT, step) as journal:
            journal.note("snapshot", {})
    assert [record["step"] for record in _ledger.read_journal(tmp_path / "aa")] == ["one", "two"]


def test_content_is_kept_verbatim_once_and_for_the_owner_only(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfWrite-Output 1\r\n\x00\xff"
    with _ledger.held(tmp_path / "aa", ACCOUNT, "update_runbook") as journal:
        digest = journal.save_blob(content)
        assert journal.save_blob(content) == digest
        assert journal.read_blob(digest) == content
        journal.note("snapshot", {"blob": digest})
    blobs = list((tmp_path / "aa" / "blobs").iterdir())
    assert [blob.name for blob in blobs] == [digest]
    private = [tmp_path / "aa", tmp_path / "aa" / "blobs", tmp_path / "aa" / "journal.jsonl", *blobs]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private] == [0] * len(private)


def test_an_altered_blob_is_refused(tmp_path: Path) -> None:
    with _ledger.held(tmp_path / "aa", ACCOUNT, "update_runbook") as journal:
        digest = journal.save_blob(b"before")
        (tmp_path / "aa" / "blobs" / digest).write_bytes(b"after")
        with pytest.raises(LedgerError, match="was altered"):
            journal.read_blob(digest)


def test_a_second_run_is_refused_and_the_holder_named(tmp_path: Path) -> None:
    with (
        _ledger.held(tmp_path / "aa", ACCOUNT, "copy_runas_roles"),
        pytest.raises(LedgerBusy, match="step copy_runas_roles of process"),
        _ledger.held(tmp_path / "aa", ACCOUNT, "remove_runas"),
    ):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, os, pathlib\n"
        "from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger\n"
        "with _ledger.held(pathlib.Path(sys.argv[1]), 'a', 'step'):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "aa")], check=False)
    assert killed.returncode == -9
    with _ledger.held(tmp_path / "aa", ACCOUNT, "step") as journal:
        journal.note("snapshot", {})


def test_a_line_cut_short_by_a_crash_is_left_out_and_the_next_record_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "aa"
    with _ledger.held(folder, ACCOUNT, "one") as journal:
        journal.note("first", {})
        journal.note("second", {})
    path = folder / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert [record["event"] for record in _ledger.read_journal(folder)] == ["first"]
    with _ledger.held(folder, ACCOUNT, "two") as journal:
        journal.note("third", {})
    assert [record["event"] for record in _ledger.read_journal(folder)] == ["first", "third"]


def test_an_edited_line_is_not_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "aa"
    with _ledger.held(folder, ACCOUNT, "one") as journal:
        journal.note("first", {})
        journal.note("second", {})
    path = folder / "journal.jsonl"
    path.write_bytes(b"edited by hand\n" + path.read_bytes())
    with pytest.raises(LedgerError, match="line 1, is no record"):
        _ledger.read_journal(folder)


def test_accounts_have_folders_of_their_own_whatever_they_are_called() -> None:
    plain = _ledger.account_folder("/ledger", "aa-ops", ACCOUNT)
    hostile = _ledger.account_folder("/ledger", "../../etc/{{ x }}", ACCOUNT + "2")
    assert plain.name.startswith("aa-ops-")
    assert hostile.parent == Path("/ledger")
    assert _ledger.account_folder("/ledger", "aa", ACCOUNT) == _ledger.account_folder("/ledger", "aa", ACCOUNT.upper())


def test_under_an_awx_job_a_folder_of_the_job_is_refused(tmp_path: Path) -> None:
    job = {"JOB_ID": "7", "AWX_PRIVATE_DATA_DIR": str(tmp_path), "HOME": "/home/runner"}
    with pytest.raises(LedgerError, match="ends with this AWX job"):
        _ledger.refuse_ephemeral(str(tmp_path / "ledger"), job)
    with pytest.raises(LedgerError, match="ledger_ephemeral"):
        _ledger.refuse_ephemeral("/home/runner/runas_migration_ledger", job)
    _ledger.refuse_ephemeral("/mnt/ledger", job)
    _ledger.refuse_ephemeral(str(tmp_path / "ledger"), {})


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be used"), _ledger.held(tmp_path / "file" / "aa", ACCOUNT, "step"):
        pass
