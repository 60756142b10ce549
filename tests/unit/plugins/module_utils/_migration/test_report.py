# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""migration_report from folders to a folder: everything of the input, nothing besides, and the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import perform_locally
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shapes import report_schema
from ansible_collections.azauto.runas_migration.tests.tools import report_estate
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import (
    Journal,
    account_id,
    assessment,
    run_as,
    runbook,
)

SECRET = "FAKE-secret-of-a-test"
ALL = {
    "report.html",
    "accounts.csv",
    "runbooks.csv",
    "findings.csv",
    "report.json",
    "junit.xml",
    "findings.sarif",
    "SHA256SUMS",
}

Make = Callable[..., dict[str, Any]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that makes a report of the folder ``ledger`` in the folder ``report``; others by option."""

    def run(*, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {"folders": ["ledger"], "dest": "report", "formats": None, "show_content": True, "title": None}
        return perform_locally(report.run, {**given, **options}, base=tmp_path, check_mode=check, diff_mode=True)

    return run


@pytest.fixture(scope="module")
def demo_estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the estate that the pictures show, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    report_estate.demo_estate(folder)
    return folder


@pytest.fixture
def ledger(tmp_path: Path, demo_estate: Path) -> Path:
    """Return the folder ``ledger`` with that estate."""
    return Path(shutil.copytree(demo_estate, tmp_path / "ledger"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def accounts(folder: Path) -> dict[str, dict[str, Any]]:
    """The accounts of report.json by name."""
    document = json.loads((folder / "report.json").read_text())
    jsonschema.validate(document, report_schema())
    return {entry["name"]: entry for entry in document["accounts"]}


def test_a_report_has_all_files_and_a_manifest_that_sha256sum_checks(make: Make, ledger: Path, tmp_path: Path) -> None:
    result = make()
    assert result["changed"] is True
    made = files(tmp_path / "report")
    assert set(made) == ALL
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path / "report", check=True)
    assert {item["path"]: item["sha256"] for item in result["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in made.items() if name != "SHA256SUMS"
    }


def test_a_second_run_changes_nothing(make: Make, ledger: Path, tmp_path: Path) -> None:
    first = make()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "report").iterdir()}
    second = make()
    assert second == {
        **first,
        "changed": False,
        "files": [{**item, "changed": False} for item in first["files"]],
        "diff": [],
    }
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "report").iterdir()} == before


def test_the_same_input_gives_the_same_bytes_elsewhere(make: Make, ledger: Path, tmp_path: Path) -> None:
    make()
    make(dest="other/report")
    assert files(tmp_path / "report") == files(tmp_path / "other" / "report")


def test_check_mode_tells_what_would_be_written_and_writes_nothing(make: Make, ledger: Path, tmp_path: Path) -> None:
    predicted = make(check=True)
    assert not (tmp_path / "report").exists()
    assert make() == predicted
    report_estate.keep(ledger, assessment("aa-new"))
    before = files(tmp_path / "report")
    predicted = make(check=True)
    assert files(tmp_path / "report") == before
    assert make() == predicted
    assert predicted["changed"] is True


def test_all_of_it_is_for_the_owner_only(make: Make, tmp_path: Path) -> None:
    report_estate.large_estate(tmp_path / "ledger", 201, 1)
    make()
    root = tmp_path / "report"
    for path in (root, *root.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_the_input_is_left_as_it_is(make: Make, ledger: Path) -> None:
    before = files(ledger)
    make()
    assert files(ledger) == before


def test_the_summary_says_what_the_files_say(make: Make, ledger: Path, tmp_path: Path) -> None:
    summary = make()["summary"]
    root = tmp_path / "report"
    document = json.loads((root / "report.json").read_text())
    assert document["summary"] == summary
    assert summary["accounts"] == len(document["accounts"]) == 12
    assert summary["accounts_by_state"]["manual_work"] == 2
    assert summary["worst_severity"] == "error"
    for name, count in (("accounts", 12), ("runbooks", summary["runbooks"]), ("findings", summary["findings"])):
        with (root / f"{name}.csv").open(encoding="utf-8-sig", newline="") as table:
            assert len(list(csv.DictReader(table))) == count
    results = json.loads((root / "findings.sarif").read_text())["runs"][0]["results"]
    assert len(results) == summary["findings"]
    suites = ElementTree.parse(root / "junit.xml").getroot()  # noqa: S314 (made a moment ago)
    assert len(suites.findall("testsuite")) == 12
    assert document["time"] == "2026-11-25T22:00:00Z"


def test_above_200_accounts_each_has_a_page_and_pages_go_when_they_are_not_needed(make: Make, tmp_path: Path) -> None:
    report_estate.large_estate(tmp_path / "ledger", 201, 1)
    make(formats=["html"])
    pages = sorted(path.name for path in (tmp_path / "report" / "accounts").iterdir())
    assert pages == sorted(f"{path.name}.html" for path in (tmp_path / "ledger").iterdir())
    gone = sorted((tmp_path / "ledger").iterdir())[7]
    for path in sorted(gone.rglob("*"), reverse=True):
        path.unlink()
    predicted, result = make(formats=["html"], check=True), make(formats=["html"])
    assert predicted == result
    assert len(result["removed"]) == 201
    assert set(files(tmp_path / "report")) == {"report.html", "SHA256SUMS"}
    assert not (tmp_path / "report" / "accounts").exists()


def test_formats_that_are_not_asked_for_any_more_go(make: Make, ledger: Path, tmp_path: Path) -> None:
    make()
    assert make(formats=["json"])["removed"] == sorted(ALL - {"report.json", "SHA256SUMS"})
    assert set(files(tmp_path / "report")) == {"report.json", "SHA256SUMS"}
    assert accounts(tmp_path / "report")["aa-web"]["page"] == ""


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "accounts/mine.html", "folder/x"])
def test_what_no_report_wrote_is_never_touched(make: Make, ledger: Path, tmp_path: Path, name: str) -> None:
    make()
    mine = tmp_path / "report" / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    before = files(tmp_path / "report")
    report_estate.keep(ledger, assessment("aa-new"))
    for check in (True, False):
        result = make(check=check)
        assert result["failed"] is True
        assert f"The folder report holds {name.split('/x', maxsplit=1)[0]}, which no report wrote." in result["msg"]
    assert files(tmp_path / "report") == before


def test_a_report_that_was_changed_is_not_replaced(make: Make, ledger: Path, tmp_path: Path) -> None:
    make()
    (tmp_path / "report" / "accounts.csv").write_text("with notes of mine")
    assert "holds accounts.csv, which was changed after the report was written" in make()["msg"]
    assert (tmp_path / "report" / "accounts.csv").read_text() == "with notes of mine"


@pytest.mark.parametrize("line", [f"{'0' * 64}  ../ledger/x", "nonsense"])
def test_another_manifest_is_refused(make: Make, ledger: Path, tmp_path: Path, line: str) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "SHA256SUMS").write_text(f"{line}\n")
    assert "has another manifest: line 1 of SHA256SUMS" in make()["msg"]


def test_a_list_of_unfinished_files_that_leads_elsewhere_is_refused(make: Make, ledger: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / ".in-progress").write_text("../victim\n")
    assert "holds a file .in-progress that no report wrote" in make()["msg"]
    assert victim.read_text() == "mine"


def test_a_link_in_place_of_a_file_is_not_followed(make: Make, ledger: Path, tmp_path: Path) -> None:
    make()
    victim = tmp_path / "victim"
    victim.write_bytes((tmp_path / "report" / "report.html").read_bytes())
    (tmp_path / "report" / "report.html").unlink()
    (tmp_path / "report" / "report.html").symlink_to(victim)
    assert "was changed after the report was written" in make()["msg"]


def test_a_file_in_place_of_the_folder_is_refused(make: Make, ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    assert "The folder report is no folder." in make()["msg"]


@pytest.mark.parametrize("kill_at", range(1, 10))
def test_a_run_after_a_crash_finishes_the_report(make: Make, ledger: Path, tmp_path: Path, kill_at: int) -> None:
    """The process ends at the n-th file that it puts in place, over an earlier report with other files."""
    make(formats=["html", "csv"])
    book = runbook("Start", "manual")
    report_estate.keep(ledger, assessment("aa-new", runbooks=[book], findings=[report_estate.said_of_use("Start")]))
    code = f"""
import os
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import report
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import perform_locally
put, left = os.replace, [{kill_at}]
def put_or_end(*names):
    left[0] -= 1
    os._exit(9) if not left[0] else put(*names)
os.replace = put_or_end
perform_locally(report.run, dict(folders=["ledger"], dest="report", formats=None, show_content=True, title=None),
                base={str(tmp_path)!r}, check_mode=False, diff_mode=False)
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False).returncode
    assert ended == (9 if kill_at <= len(ALL) else 0)
    assert "failed" not in make()
    assert set(files(tmp_path / "report")) == ALL
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=tmp_path / "report", check=True)
    assert "aa-new" in accounts(tmp_path / "report")


def test_the_newest_assessment_of_an_account_counts(make: Make, tmp_path: Path) -> None:
    for slice_of, time, state in (("a", "2026-01-02T00:00:00Z", "ready"), ("b", "2026-01-01T00:00:00Z", "blocked")):
        report_estate.keep(tmp_path / slice_of, assessment(time=time, state=state))
    result = make(folders=["b", "a"])
    assert result["summary"]["accounts_by_state"]["ready"] == 1
    assert result["summary"]["accounts"] == 1


def test_journals_of_slices_are_joined_and_contents_found_in_any(make: Make, tmp_path: Path) -> None:
    first = Journal(tmp_path / "one" / "tenant" / "wave", account_id("aa-ops"), "2026-01-01T01:00:00Z")
    first.publish("Start", report_estate.OLD_RUNBOOK, b"interim\n")
    second = Journal(tmp_path / "two", account_id("aa-ops"), "2026-01-01T05:00:00Z")
    second.publish("Start", b"interim\n", report_estate.NEW_RUNBOOK)
    for blob in (first.folder / "blobs").iterdir():
        (second.folder / "blobs" / blob.name).write_bytes(blob.read_bytes())
        blob.unlink()
    result = make(folders=["one", "two"])
    made = accounts(tmp_path / "report")["aa-ops"]
    assert [change["time"] for change in made["changes"]] == ["2026-01-01T01:00:01Z", "2026-01-01T05:00:01Z"]
    assert [source["path"].split("/")[0] for source in made["sources"]] == ["one", "two"]
    page = (tmp_path / "report" / "report.html").read_text()
    assert page.count("interim") == 2
    assert result["problems"] == []


def test_an_application_of_two_accounts_is_told_though_each_was_assessed_alone(make: Make, tmp_path: Path) -> None:
    for name in ("aa-1", "aa-2"):
        report_estate.keep(tmp_path / "ledger", assessment(name, run_as=[run_as(name, application="app")]))
    assert make()["summary"]["findings_by_code"] == {"RA104": 2}


def break_journal(folder: Path) -> Path:
    (folder / "journal.jsonl").write_text("{}\nnot json\n{}\n")
    return folder / "journal.jsonl"


def cut_assessment(folder: Path) -> Path:
    path = folder / "assessment.json"
    path.write_text(path.read_text()[:-10])
    return path


def replace_by_folder(folder: Path) -> Path:
    (folder / "assessment.json").unlink()
    (folder / "assessment.json").mkdir()
    return folder / "assessment.json"


def replace_by_pipe(folder: Path) -> Path:
    (folder / "assessment.json").unlink()
    os.mkfifo(folder / "assessment.json")
    return folder / "assessment.json"


def of_another_format(folder: Path) -> Path:
    (folder / "assessment.json").write_text('{"format": 2, "account": {"id": "x"}}')
    return folder / "assessment.json"


def nested_too_deep(folder: Path) -> Path:
    (folder / "assessment.json").write_text("[" * 200_000)
    return folder / "assessment.json"


def no_text(folder: Path) -> Path:
    (folder / "assessment.json").write_bytes(b"\xff\xfe\x00")
    return folder / "assessment.json"


@pytest.mark.parametrize(
    "damage",
    [
        break_journal,
        cut_assessment,
        replace_by_folder,
        replace_by_pipe,
        of_another_format,
        nested_too_deep,
        no_text,
    ],
)
def test_a_broken_file_is_a_finding_and_costs_nothing_else(
    make: Make, tmp_path: Path, damage: Callable[[Path], Path]
) -> None:
    report_estate.keep(tmp_path / "ledger", assessment("aa-good", runbooks=[runbook("Start", "manual")]))
    broken = damage(report_estate.keep(tmp_path / "ledger", assessment("aa-broken")))
    result = make()
    [problem] = result["problems"]
    assert problem["code"] == "RA906"
    assert problem["resource"] == str(broken.relative_to(tmp_path))
    assert "aa-good" in accounts(tmp_path / "report")
    assert result["summary"]["findings_by_code"] == {"RA906": 1}
    for name in ("report.html", "findings.csv", "findings.sarif", "junit.xml", "report.json"):
        assert problem["resource"] in (tmp_path / "report" / name).read_text()


def test_a_stray_file_above_account_folders_hides_none(make: Make, tmp_path: Path) -> None:
    inner = report_estate.keep(tmp_path / "ledger", assessment("aa-inner"))
    shutil.copy(report_estate.keep(tmp_path / "other", assessment("aa-stray")) / "assessment.json", inner.parent)
    make()
    assert set(accounts(tmp_path / "report")) == {"aa-inner", "aa-stray"}


def test_folders_that_lead_in_a_circle_are_read_once(make: Make, tmp_path: Path) -> None:
    inner = report_estate.keep(tmp_path / "ledger", assessment("aa-inner"))
    (inner.parent / "again").symlink_to(tmp_path / "ledger")
    result = make(folders=["ledger", "ledger/again"])
    assert result["summary"]["accounts"] == 1
    assert [source["path"] for source in accounts(tmp_path / "report")["aa-inner"]["sources"]] == [
        f"ledger/{inner.name}/assessment.json"
    ]


def test_a_report_of_broken_files_only_says_so(make: Make, tmp_path: Path) -> None:
    cut_assessment(report_estate.keep(tmp_path / "ledger", assessment("aa-broken")))
    result = make()
    assert (result["summary"]["accounts"], result["summary"]["problems"]) == (0, 1)


def test_a_content_that_was_altered_is_not_shown(make: Make, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "ledger", account_id("aa-ops"))
    journal.publish("Start", report_estate.OLD_RUNBOOK, report_estate.NEW_RUNBOOK)
    for blob in (journal.folder / "blobs").iterdir():
        blob.write_bytes(b"something else")
    make()
    page = (tmp_path / "report" / "report.html").read_text()
    assert "something else" not in page
    assert "does not hold its content" in page


def test_a_folder_that_is_not_there_is_refused(make: Make, ledger: Path, tmp_path: Path) -> None:
    assert "The folder nowhere is not there." in make(folders=["ledger", "nowhere"])["msg"]
    assert not (tmp_path / "report").exists()


def test_a_folder_without_accounts_is_refused(make: Make, tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    assert "No assessment.json and no journal.jsonl was found below ledger." in make()["msg"]


@pytest.mark.parametrize("name", ["../../evil", "a/b", "<script>x</script>", "{{ 7*7 }}", "é ü\u202e", "x" * 300, ".."])
def test_no_name_leads_out_of_the_folder(make: Make, tmp_path: Path, name: str) -> None:
    document = assessment()
    document["account"]["name"] = name
    document["account"]["id"] = account_id(name)
    folder = tmp_path / "ledger" / "here"
    folder.mkdir(parents=True)
    (folder / "assessment.json").write_text(json.dumps(document))
    before = files(tmp_path)
    make()
    assert {path for path in files(tmp_path) if path not in before} == {f"report/{file}" for file in ALL}
    assert list(accounts(tmp_path / "report")) == [name]


def test_content_is_shown_masked_or_not_at_all(make: Make, ledger: Path, tmp_path: Path) -> None:
    make()
    shown = (tmp_path / "report" / "report.html").read_text()
    assert "Connect-AzAccount -Identity" in shown
    make(dest="without", show_content=False)
    for name, content in {**files(tmp_path / "report"), **files(tmp_path / "without")}.items():
        assert SECRET not in content.decode(), name
    assert "Connect-AzAccount -Identity" not in (tmp_path / "without" / "report.html").read_text()


def test_the_title_is_text(make: Make, ledger: Path, tmp_path: Path) -> None:
    make(title='</title><script>"{{ x }}')
    assert "&lt;/title&gt;&lt;script&gt;&#34;{{ x }}" in (tmp_path / "report" / "report.html").read_text()
    assert json.loads((tmp_path / "report" / "report.json").read_text())["title"] == '</title><script>"{{ x }}'


def test_a_journal_that_is_being_written_is_read_up_to_its_last_whole_line(make: Make, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "ledger", account_id("aa-ops"))
    journal.enable()
    with (journal.folder / "journal.jsonl").open("a") as file:
        file.write('{"version": 1, "run":')
    with _ledger.held(journal.folder, account_id("aa-ops"), "remove_runas"):
        result = make()
    assert result["problems"] == []
    assert len(accounts(tmp_path / "report")["aa-ops"]["changes"]) == 1
