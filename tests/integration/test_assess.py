# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks assess and audit on whole estates: what they find is what is true, and the exit code tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure, Run

Start = Callable[..., "Azure"]
ASSESS = "azauto.runas_migration.assess"
AUDIT = "azauto.runas_migration.audit"
ACCOUNTS = 200


def play(azure: Azure, playbook: str, *arguments: str, login: str = "reader", **environment: str) -> Run:
    """Run a playbook with a login that may only read, its results below the simulator's folder."""
    folders = {"runas_assessments": str(azure.run_dir / "assessments"), "runas_report": str(azure.run_dir / "report")}
    given = ("-e", json.dumps(folders), *arguments)
    return azure.playbook(playbook, *given, **{**azure.environment(login), **environment})


def assessed(azure: Azure) -> dict[str, dict[str, Any]]:
    """Return the kept assessments by the account's name."""
    documents = [json.loads(path.read_text()) for path in (azure.run_dir / "assessments").glob("*/assessment.json")]
    return {document["account"]["name"]: document for document in documents}


# On an estate whose truth is known


@pytest.fixture(scope="module")
def estate_of_truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Azure, Run]]:
    """Return a varied estate of 200 accounts, assessed once with a login that may only read."""
    from .conftest import _start, _stop

    run_dir = tmp_path_factory.mktemp("truth") / "azure"
    azure = _start(run_dir, ("--accounts", str(ACCOUNTS), "--runbooks", "8", "--seed", "4", "--varied"))
    try:
        yield azure, play(azure, ASSESS, "-f", "4")
    finally:
        _stop(azure)


@pytest.fixture(scope="module")
def truth(estate_of_truth: tuple[Azure, Run]) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = estate_of_truth[0].state()["truth"]
    return known


@pytest.fixture(scope="module")
def found(estate_of_truth: tuple[Azure, Run]) -> dict[str, dict[str, Any]]:
    azure, run = estate_of_truth
    assert run.code == 0, run.output + run.errors
    return assessed(azure)


def test_nothing_was_written_and_every_account_is_there(
    estate_of_truth: tuple[Azure, Run], found: dict[str, Any], truth: dict[str, Any]
) -> None:
    azure, dummy = estate_of_truth
    assert azure.writes() == []
    assert len(found) == ACCOUNTS
    assert set(found) == set(truth)


def test_every_run_as_account_has_its_kind_and_status(found: dict[str, Any], truth: dict[str, Any]) -> None:
    def key(one: dict[str, Any]) -> tuple[Any, ...]:
        return one["connection"], one["kind"], one["status"]

    wrong = {
        name: (seen, wanted)
        for name, account in truth.items()
        if (seen := sorted(key(one) for one in found[name]["run_as"] if one["connection"] is not None))
        != (wanted := sorted(key(one) for one in account["run_as"]))
    }
    assert wrong == {}


def test_who_made_it_and_whether_it_is_enabled(found: dict[str, Any], truth: dict[str, Any]) -> None:
    wrong = []
    for name, account in truth.items():
        seen = {one["connection"]: one for one in found[name]["run_as"]}
        for one in account["run_as"]:
            it = seen[one["connection"]]
            if one["origin"] is not None and it["origin"] != one["origin"]:
                wrong.append((name, one["connection"], it["origin"], one["origin"]))
            if it["service_principal"] is not None and it["service_principal"]["enabled"] != one["enabled"]:
                wrong.append((name, one["connection"], it["service_principal"], one["enabled"]))
    assert wrong == []


def test_every_runbook_that_uses_one_is_found_and_no_other(found: dict[str, Any], truth: dict[str, Any]) -> None:
    wrong = {}
    for name, account in truth.items():
        seen = sorted(book["name"] for book in found[name]["runbooks"] if book["uses_run_as"])
        if seen != sorted(account["uses_run_as"]):
            wrong[name] = (
                sorted(set(seen) - set(account["uses_run_as"])),
                sorted(set(account["uses_run_as"]) - set(seen)),
            )
    assert wrong == {}


def test_what_is_rewritten_and_what_is_left_to_people(found: dict[str, Any], truth: dict[str, Any]) -> None:
    wrong = []
    for name, account in truth.items():
        seen = {book["name"]: book for book in found[name]["runbooks"]}
        for book in account["runbooks"]:
            content = book["published"]
            if content is None or content["automatic"] is None:
                continue
            verdict = seen[book["name"]]["verdict"]
            if verdict.startswith("rewritten") != content["automatic"]:
                wrong.append((name, book["name"], content, verdict))
    assert wrong == []


def test_the_access_of_each_is_found(found: dict[str, Any], truth: dict[str, Any]) -> None:
    wrong = {}
    for name, account in truth.items():
        seen = {one["connection"]: one for one in found[name]["access"]["principals"]}
        for one in account["run_as"]:
            if one["roles"] is None:
                continue
            wanted = sorted((role["role"], role["scope"].lower()) for role in one["roles"])
            it = seen[one["connection"]]["assignments"]
            if sorted((role["role"], role["scope"].lower()) for role in it) != wanted:
                wrong[name, one["connection"]] = (it, wanted)
    assert wrong == {}


def test_shared_applications_are_joined_by_the_report(
    estate_of_truth: tuple[Azure, Run], found: dict[str, Any], truth: dict[str, Any]
) -> None:
    azure, dummy = estate_of_truth
    report = json.loads((azure.run_dir / "report/report.json").read_text())
    told = {
        account["name"]
        for account in report["accounts"]
        if any(said["code"] == "RA104" for said in account["findings"])
    }
    assert told == {name for name, account in truth.items() if any(one["shared_with"] for one in account["run_as"])}


# The exit codes


def test_assess_ends_with_0_whatever_it_finds(azure: Azure) -> None:
    run = play(azure, ASSESS)
    assert run.code == 0, run.output + run.errors
    assert (azure.run_dir / "report/report.html").exists()
    assert len(assessed(azure)) == 12
    assert azure.writes() == []


def test_audit_of_what_is_clean_ends_with_0(azure: Azure) -> None:
    run = play(azure, AUDIT, "--limit", "aa-done")
    assert run.code == 0, run.output + run.errors


def test_audit_ends_with_2_for_findings_that_are_severe_enough(azure: Azure) -> None:
    assert play(azure, AUDIT, "--limit", "aa-plain").code == 0
    strict = play(azure, AUDIT, "--limit", "aa-plain", "-e", "runas_audit_fail_on=info")
    assert strict.code == 2
    assert "severity info" in strict.output


def test_audit_ends_with_1_for_an_error(azure: Azure) -> None:
    run = play(azure, AUDIT, "--limit", "aa-plain", AZURE_SECRET="FAKE-wrong")
    assert run.code == 1, run.output
    assert "aa-plain" in run.errors


def test_audit_of_an_empty_inventory_ends_with_1(azure: Azure) -> None:
    run = play(azure, AUDIT, "-e", "runas_hosts=nobody")
    assert run.code == 1
    assert "no Automation account" in run.errors


def test_an_account_that_is_gone_is_in_the_report_and_the_others_too(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=404,code=ResourceNotFound,path=*/automationaccounts/aa-plain*,times=0"])
    run = play(azure, AUDIT)
    assert run.code == 2
    documents = assessed(azure)
    assert len(documents) == 12
    assert documents["aa-plain"]["state"] == "blocked"
