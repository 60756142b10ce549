# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule on a small runbook of its own: the files under cases/ are the examples.

A case file starts with a title and ``name: value`` lines (type, options, verdict, findings as CODE@line,
assumptions), then ``--- before`` and, when something is rewritten, ``--- after``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, RewriteOptions, rewrite

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One example."""

    before: bytes
    after: bytes
    runbook_type: str
    options: RewriteOptions
    verdict: str
    findings: list[str]
    assumptions: list[str]

    def run(self) -> Rewrite:
        return rewrite(self.before, self.runbook_type, self.options)


def read_case(path: Path) -> Case:
    head, before, *after = re.split(r"^--- (?:before|after)\n", path.read_text("utf-8"), flags=re.MULTILINE)
    facts = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    return Case(
        before=before.encode(),
        after=(after[0] if after else before).encode(),
        runbook_type=facts.get("type", "PowerShell"),
        options=RewriteOptions(**json.loads(facts.get("options", "{}"))),
        verdict=facts["verdict"],
        findings=facts.get("findings", "").split(),
        assumptions=facts.get("assumptions", "").split(),
    )


def cases(folder: str = "*") -> list[object]:
    return [pytest.param(read_case(p), id=f"{p.parent.name}-{p.stem}") for p in sorted(CASES.glob(f"{folder}/*.case"))]


def test_there_are_cases_of_every_kind() -> None:
    assert {path.parent.name for path in CASES.glob("*/*.case")} == {"rewritten", "refused", "not_used"}


@pytest.mark.parametrize("case", cases())
def test_case(case: Case) -> None:
    outcome = case.run()
    assert outcome.content.decode() == case.after.decode()
    assert outcome.verdict.value == case.verdict
    assert [f"{found.code}@{found.line}" for found in outcome.findings] == case.findings
    assert [assumption.name for assumption in outcome.assumptions] == case.assumptions


@pytest.mark.parametrize("case", cases())
def test_what_is_not_rewritten_is_the_same_object(case: Case) -> None:
    outcome = case.run()
    assert (outcome.content is case.before) == (not outcome.edits)


@pytest.mark.parametrize("case", cases("rewritten"))
def test_a_second_rewrite_finds_nothing(case: Case) -> None:
    again = rewrite(case.after, case.runbook_type, case.options)
    assert again.verdict.value == "not_used"
    assert again.content is case.after


@pytest.mark.parametrize("case", cases("rewritten"))
def test_every_byte_outside_of_the_edits_stays(case: Case) -> None:
    rebuilt, position = b"", 0
    for edit in case.run().edits:
        start, end = edit.span
        assert case.before[start:end] == edit.before
        rebuilt += case.before[position:start] + edit.after
        position = end
    assert rebuilt + case.before[position:] == case.after


@pytest.mark.parametrize("case", cases("refused"))
def test_a_refusal_says_where_why_and_what_to_do(case: Case) -> None:
    for found in case.run().findings:
        assert found.severity == "error"
        assert found.line is not None and found.column is not None
        assert found.sentence and found.remedy


@pytest.mark.parametrize("case", cases("rewritten"))
@pytest.mark.parametrize(
    "store",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="utf-8-with-mark"),
        pytest.param(lambda text: b"\xff\xfe" + text.encode("utf-16-le"), id="utf-16-le"),
        pytest.param(lambda text: b"\xfe\xff" + text.encode("utf-16-be"), id="utf-16-be"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no-final-newline"),
        pytest.param(lambda text: ("# Größe \u2013 über 10\u00a0GB\n" + text).encode(), id="non-ascii-before"),
    ],
)
def test_encoding_and_line_ends_are_kept(case: Case, store) -> None:  # type: ignore[no-untyped-def]
    before, after = store(case.before.decode()), store(case.after.decode())
    assert rewrite(before, case.runbook_type, case.options).content == after
