# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""migration_report through ansible-playbook: the same on both paths, as a role, and of what the steps really record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.tests.tools import report_estate

from .conftest import ansible_playbook, tasks_that_keep_the_result, written

if TYPE_CHECKING:
    from .conftest import Azure

# What the ordinary path adds of itself: it says which Python it found.
OF_THE_PROCESS = {"discovered_interpreter_python", "ansible_facts", "warnings", "deprecations", "invocation"}
# What users set for the group: options of all other modules.
DEFAULTS = {"tenant": "t", "client_id": "c", "secret": "s", "subscription_id": "x", "ledger": "elsewhere"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder for a playbook, with the estate that the pictures show in ``ledger``."""
    report_estate.demo_estate(tmp_path / "ledger")
    return tmp_path


def run_task(folder: Path, in_process: bool, *arguments: str, **options: Any) -> dict[str, Any]:
    answer = folder / "result.json"
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "module_defaults": {"group/azauto.runas_migration.all": DEFAULTS},
        "tasks": tasks_that_keep_the_result("migration_report", options, answer),
    }
    run = ansible_playbook(written([play], folder), *arguments)
    assert run.code == 0, run.output + run.errors
    result: dict[str, Any] = json.loads(answer.read_text())
    return {key: value for key, value in result.items() if key not in OF_THE_PROCESS}


def test_both_paths_give_the_same_result_and_the_same_files(place: Path) -> None:
    results, contents = [], []
    for in_process in (True, False):
        options = {"folders": ["ledger"], "dest": "report"}
        predicted = run_task(place, in_process, "--check", "--diff", **options)
        assert not (place / "report").exists()
        results.append(run_task(place, in_process, "--diff", **options))
        assert predicted == results[-1]
        assert run_task(place, in_process, **options)["changed"] is False
        contents.append({path.name: path.read_bytes() for path in (place / "report").iterdir()})
        for path in (place / "report").iterdir():
            path.unlink()
        (place / "report").rmdir()
    assert results[0]["changed"] is True
    assert results[0] == results[1]
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "options",
    [
        {"folders": ["nowhere"], "dest": "report"},
        {"folders": ["ledger"], "dest": "report", "formats": ["pdf"]},
        {"folders": ["ledger"], "dest": "report", "no_such_option": 1},
        {"folders": ["ledger"]},
        {},
    ],
)
def test_both_paths_refuse_alike(place: Path, options: dict[str, Any]) -> None:
    fast, ordinary = (run_task(place, in_process, **options) for in_process in (True, False))
    assert fast == ordinary
    assert fast["failed"] is True
    assert not (place / "report").exists()


@pytest.mark.parametrize("in_process", [True, False])
def test_the_paths_are_what_they_say(place: Path, in_process: bool) -> None:
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "tasks": [{"azauto.runas_migration.migration_report": {"folders": "ledger", "dest": "report"}}],
    }
    run = ansible_playbook(written([play], place), "-vvv")
    assert run.code == 0, run.output
    assert ("AnsiballZ_" in run.output) is not in_process


def test_names_from_azure_are_no_templates(place: Path) -> None:
    document = report_estate.assessment("{{ lookup('pipe', 'touch evil') }}", state_because=["{{ 7*7 }}"])
    folder = place / "ledger" / "hostile"
    folder.mkdir()
    (folder / "assessment.json").write_text(json.dumps(document))
    result = run_task(place, True, folders=["ledger"], dest="report")
    assert result["summary"]["accounts"] == 13
    assert "{{ 7*7 }}" in (place / "report" / "report.html").read_text()
    assert not (place / "evil").exists()


def test_the_role_reports_once_for_all_hosts(place: Path) -> None:
    (place / "inventory").write_text("one ansible_connection=local\ntwo ansible_connection=local\n")
    play = {
        "hosts": "all",
        "gather_facts": False,
        "roles": [
            {
                "role": "azauto.runas_migration.report",
                "vars": {
                    "report_folders": f"{place}/ledger\n",
                    "report_dest": str(place / "report"),
                    "report_formats": ["json", "html"],
                    "report_title": "The estate",
                },
            }
        ],
    }
    run = ansible_playbook("-i", str(place / "inventory"), written([play], place))
    assert run.code == 0, run.output + run.errors
    assert run.output.count("changed: [") == 1
    assert sorted(path.name for path in (place / "report").iterdir()) == ["SHA256SUMS", "report.html", "report.json"]
    assert json.loads((place / "report" / "report.json").read_text())["title"] == "The estate"


def test_what_the_steps_record_is_what_the_report_tells(azure: Azure) -> None:
    """The journals of real steps, not of made-up ones: nothing of them is of a shape that the report does not know."""
    for module in ("enable_identity", "copy_runas_roles", "update_runbook", "remove_runas"):
        azure.call(module, "aa-plain")
    result = run_task(azure.run_dir, True, folders=[str(azure.ledger)], dest="report")
    assert result["problems"] == []
    [account] = json.loads((azure.run_dir / "report" / "report.json").read_text())["accounts"]
    assert account["findings"] == []
    told = {(change["kind"], change["outcome"]) for change in account["changes"]}
    assert {("identity", "done"), ("role_assignment", "done"), ("runbook_published", "done")} <= told
    assert {book["progress"] for book in account["runbooks"]} == {"done"}
    copied = [line for line in account["role_matrix"] if line["copied"]]
    assert copied and all(line["identity"] == "held" for line in copied)
    assert (account["proof"]["verdict"], account["proof"]["differences"]) == ("equal", [])
    assert "Access, compared after copying" in (azure.run_dir / "report" / "report.html").read_text()
    assert "Connect-AzAccount -Identity" in (azure.run_dir / "report" / "report.html").read_text()
