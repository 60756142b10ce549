# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts joined from assessments and journals."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.estate import (
    Material,
    Sharing,
    Source,
    account,
    unreadable,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.shapes import REPORT
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import (
    account_id,
    assessment,
    run_as,
    runbook,
    said,
)

APPLICATION = "99999999-9999-9999-9999-999999999999"
_ACCOUNT_SCHEMA = REPORT.schema()["properties"]["accounts"]["items"]


def facts(document: Any, *journals: list[Any], sharing: Sharing | None = None, name: str = "aa-ops") -> dict[str, Any]:
    material = Material(account_id(name), name, document, journals, [Source("a/assessment.json", "0" * 64)])
    made = account(material, sharing or Sharing()).facts
    jsonschema.validate(made, _ACCOUNT_SCHEMA)
    return made


def published(name: str, time: str, step: str = "update_runbook") -> list[dict[str, Any]]:
    target = f"{account_id('aa-ops')}/runbooks/{name}"
    change = {"action": "publish", "kind": "runbook_published", "target": target, "before": "x", "after": "y"}
    common = {"run": f"r-{name}", "time": time, "account": account_id("aa-ops"), "step": step}
    return [
        {**common, "number": 1, "event": "intend", "change": change},
        {**common, "number": 2, "event": "done", "of": 1, "facts": {}},
    ]


def progress(made: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["progress"] for entry in made["runbooks"]}


def test_an_account_that_only_a_journal_knows_is_not_assessed() -> None:
    made = facts(None, published("Start", "2026-01-01T00:00:00Z"))
    assert (made["name"], made["resource_group"], made["state"], made["assessed"]) == (
        "aa-ops",
        "rg-automation",
        "not_assessed",
        None,
    )
    assert progress(made) == {"Start": "done"}
    assert made["run_as"] is None
    assert made["findings"] == []


def test_what_is_left_of_each_runbook() -> None:
    books = [
        runbook("Done"),
        runbook("Done-later", "automatic"),
        runbook("Came-back", "automatic"),
        runbook("Auto", "automatic"),
        runbook("Manual", "manual"),
        runbook("Unread", "automatic", uses_run_as=None),
        runbook("Clean"),
    ]
    journal = [
        *published("DONE", "2026-01-01T00:00:00Z"),
        *published("Done-later", "2026-12-31T00:00:00Z"),
        *published("Came-back", "2026-01-01T00:00:00Z"),
    ]
    made = facts(assessment(runbooks=books), journal)
    assert progress(made) == {
        "Done": "done",
        "Done-later": "done",
        "Came-back": "automatic",
        "Auto": "automatic",
        "Manual": "manual",
        "Unread": "unknown",
        "Clean": "not_used",
    }
    assert made["changed_after_assessment"] is True


def test_accounts_of_one_application_are_told_of_each_other() -> None:
    sharing = Sharing()
    documents = [
        assessment(name, run_as=[run_as(name, application=application)])
        for name, application in (("aa-1", APPLICATION), ("aa-2", APPLICATION.upper()), ("aa-3", APPLICATION[::-1]))
    ]
    for document in documents:
        sharing.note(document)
    codes = [
        [(entry["code"], entry["sentence"]) for entry in facts(document, sharing=sharing)["findings"]]
        for document in documents
    ]
    assert codes == [
        [("RA104", f"Application {APPLICATION} is used by other accounts too: aa-2.")],
        [("RA104", f"Application {APPLICATION.upper()} is used by other accounts too: aa-1.")],
        [],
    ]


def test_an_assessment_that_knows_it_already_is_not_told_again() -> None:
    sharing = Sharing()
    known = said("RA104", "c", application=APPLICATION, accounts="aa-2, aa-9")
    documents = [
        assessment("aa-1", run_as=[run_as("aa-1", application=APPLICATION)], findings=[known]),
        assessment("aa-2", run_as=[run_as("aa-2", application=APPLICATION)]),
    ]
    for document in documents:
        sharing.note(document)
    assert len(facts(documents[0], sharing=sharing)["findings"]) == 1


def test_of_many_accounts_with_one_application_some_are_named() -> None:
    sharing = Sharing()
    for number in range(100):
        sharing.note(assessment(f"aa-{number:03}", run_as=[run_as("x", application=APPLICATION)]))
    named = sharing.others(APPLICATION, account_id("aa-000").lower())
    assert named[:2] == ["aa-001", "aa-002"]
    assert named[-1] == "89 more"


@pytest.mark.parametrize("broken", [[], "text", {"account": 5}, {"runbooks": {"a": 1}, "findings": [7]}])
def test_an_assessment_of_another_shape_is_a_finding(broken: Any) -> None:
    made = facts(broken)
    assert made["name"] == "aa-ops"
    assert [entry["code"] for entry in made["findings"]] == ["RA906"]
    assert made["worst_severity"] == "warning"


def test_findings_are_sorted_by_severity_and_carry_what_could_not_be_read() -> None:
    document = assessment(
        findings=[said("RA103", "c", connection="c"), said("RA412", "rb", line=1, column=1, field="f")]
    )
    material = Material("/x/aa", "aa", document, problems=[unreadable("f", "f", "no.")])
    assert [entry["code"] for entry in account(material, Sharing()).facts["findings"]] == ["RA412", "RA906", "RA103"]


def test_an_id_that_is_none_is_the_name() -> None:
    made = account(Material("nonsense", "f", None), Sharing()).facts
    assert (made["id"], made["name"]) == ("nonsense", "nonsense")
