# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""junit.xml: counts that are right, and XML whatever the names are."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.estate import (
    Material,
    Sharing,
    account,
    unreadable,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.junit import Suites
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import (
    account_id,
    assessment,
    runbook,
    said,
    said_of_use,
)


def facts(name: str = "aa-ops", **parts: Any) -> dict[str, Any]:
    return account(Material(account_id(name), "f", assessment(name, **parts)), Sharing()).facts


def suites(*accounts: dict[str, Any], problems: tuple[dict[str, Any], ...] = ()) -> ElementTree.Element:
    made = Suites("title")
    for one in accounts:
        made.add_account(one)
    made.add_problems(problems)
    return ElementTree.fromstring("".join(made.text()))  # noqa: S314 (made a line above)


def counts(element: ElementTree.Element) -> tuple[int, int, int]:
    return tuple(int(element.attrib[name]) for name in ("tests", "failures", "errors"))  # type: ignore[return-value]


def assert_counts_are_right(root: ElementTree.Element) -> None:
    for element in (root, *root.findall("testsuite")):
        cases = element.findall(".//testcase")
        failures, errors = element.findall(".//failure"), element.findall(".//error")
        assert counts(element) == (len(cases), len(failures), len(errors))


def test_an_account_is_a_suite_and_a_code_at_a_thing_a_case() -> None:
    root = suites(
        facts(
            runbooks=[runbook("Start", "manual"), runbook("Clean")],
            findings=[said_of_use("Start"), said_of_use("Start"), said("RA103", "c", connection="c")],
        )
    )
    [suite] = root.findall("testsuite")
    assert suite.attrib["name"] == "aa-ops"
    assert suite.attrib["timestamp"] == "2026-11-25T22:00:00"
    assert [(case.attrib["name"], [child.tag for child in case]) for case in suite.iter("testcase")] == [
        ("RA412 Start", ["failure"]),
        ("RA103 c", ["system-out"]),
        ("runbook Clean", []),
    ]
    [failure] = suite.iter("failure")
    assert failure.attrib["type"] == "error"
    assert (failure.text or "").count("line 12, column 18") == 2
    assert_counts_are_right(root)


def test_an_account_in_order_passes() -> None:
    root = suites(facts())
    assert counts(root) == (1, 0, 0)
    assert [case.attrib["name"] for case in root.iter("testcase")] == ["no findings"]


def test_input_that_could_not_be_read_is_an_error() -> None:
    root = suites(facts(), problems=(unreadable("x/journal.jsonl", "x/journal.jsonl", "it was edited."),))
    assert counts(root) == (2, 0, 1)
    assert_counts_are_right(root)


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_text_breaks_the_file(name: str, sentence: str) -> None:
    found = {"code": "RA412", "severity": "error", "resource": name, "sentence": sentence, "remedy": "]]></failure>"}
    root = suites(facts(runbooks=[runbook(name)], findings=[found]))
    assert_counts_are_right(root)
