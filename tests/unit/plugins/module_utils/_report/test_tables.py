# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables that spreadsheets read, and that no name in Azure can turn into a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._report import tables
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.estate import Material, Sharing, account
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.numbers import row
from ansible_collections.azauto.runas_migration.tests.tools.report_estate import (
    account_id,
    assessment,
    run_as,
    runbook,
    said,
)


def parsed(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(start: str) -> None:
    cell = parsed(tables.lines([[f"{start}cmd|' /C calc'!A0"]]))[0][0]
    assert cell.startswith("'")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_no_text_begins_a_formula_or_breaks_a_line(texts: list[str]) -> None:
    rows = parsed(tables.lines([texts, ["next"]]))
    assert len(rows) == 2
    assert len(rows[0]) == len(texts)
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for cell in rows[0] if cell)


def test_numbers_stay_numbers_and_what_is_not_known_stays_empty() -> None:
    assert tables.lines([[-5, 0, None, True, False, 'a,"b"\nc']]) == '-5,0,,true,false,"a,""b""\nc"\r\n'


def test_an_account_a_runbook_and_a_finding_are_a_line_each() -> None:
    document = assessment(
        state="manual_work",
        state_because=["One sentence.", "=Two"],
        run_as=[run_as(status="expired", expires="2026-01-01T00:00:00Z")],
        runbooks=[runbook("=HYPERLINK(1)", "manual", assumptions=["a", "b"])],
        findings=[said("RA412", "=HYPERLINK(1)", line=3, column=4, field="-x")],
    )
    facts = account(Material(account_id("aa-ops"), "f", document), Sharing()).facts
    line = row(facts, "f")
    [accounts] = parsed(tables.lines([tables.account_line(line, facts["state_because"])]))
    [runbooks] = parsed(tables.lines(tables.runbook_lines(facts)))
    [findings] = parsed(tables.lines(tables.finding_lines(facts["findings"], line.name, line.id)))
    assert dict(zip(tables.ACCOUNTS, accounts, strict=True)) == {
        "account": "aa-ops",
        "resource_group": "rg-automation",
        "subscription_id": facts["subscription_id"],
        "region": "westeurope",
        "state": "manual_work",
        "worst_severity": "error",
        "errors": "1",
        "warnings": "0",
        "infos": "0",
        "run_as": "1",
        "run_as_complete": "0",
        "run_as_incomplete": "0",
        "run_as_expired": "1",
        "first_expiry": "2026-01-01T00:00:00Z",
        "runbooks": "1",
        "runbooks_automatic": "0",
        "runbooks_manual": "1",
        "runbooks_unknown": "0",
        "runbooks_done": "0",
        "assessed": "2026-11-25T22:00:00Z",
        "last_change": "",
        "state_because": "One sentence. =Two",
        "account_id": facts["id"],
    }
    shown = dict(zip(tables.RUNBOOKS, runbooks, strict=True))
    assert (shown["runbook"], shown["progress"], shown["assumptions"]) == ("'=HYPERLINK(1)", "manual", "a, b")
    assert shown["uses"].startswith("published line 12, column 18 RA412: ")
    found = dict(zip(tables.FINDINGS, findings, strict=True))
    assert (found["resource"], found["line"], found["column"]) == ("'=HYPERLINK(1)", "3", "4")
    assert found["sentence"].startswith("'-x of the Run As connection")
