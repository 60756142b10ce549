# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Tables for spreadsheets: CSV as in RFC 4180, in UTF-8 with a byte order mark, and safe from formulas.

A spreadsheet takes a text that begins with ``=`` and the like for a formula, and a formula can send
the table away. Names in Azure are free, so such a text gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from .._masked_diff import printable
from .numbers import Row
from .shapes import RUN_AS_STATUSES

Json = Mapping[str, Any]

BYTE_ORDER_MARK = "\ufeff"
# The wide forms count too: some spreadsheets of East Asia take them for the narrow ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

ACCOUNTS = (
    "account",
    "resource_group",
    "subscription_id",
    "region",
    "state",
    "worst_severity",
    "errors",
    "warnings",
    "infos",
    "run_as",
    "run_as_complete",
    "run_as_incomplete",
    "run_as_expired",
    "first_expiry",
    "runbooks",
    "runbooks_automatic",
    "runbooks_manual",
    "runbooks_unknown",
    "runbooks_done",
    "assessed",
    "last_change",
    "state_because",
    "account_id",
)
RUNBOOKS = (
    "account",
    "runbook",
    "type",
    "state",
    "progress",
    "uses_run_as",
    "verdict",
    "automatic",
    "assumptions",
    "uses",
    "refused_because",
    "last_job",
    "last_job_time",
    "last_job_run_on",
    "schedules",
    "webhooks",
    "account_id",
)
FINDINGS = ("account", "code", "severity", "resource", "line", "column", "sentence", "remedy", "account_id")


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as lines of a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return a value as a cell. Whole numbers are ours and stay numbers; only text can be a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return value
    text = "\n".join(printable(line) for line in str(value).split("\n"))
    return f"'{text}" if str(value).startswith(_FORMULA) else text


def account_line(row: Row, because: Iterable[str]) -> list[Any]:
    """Return the line of an account, in the order of ``ACCOUNTS``."""
    severities, runbooks = row.severities, row.runbooks
    return [
        row.name,
        row.resource_group,
        row.subscription,
        row.region,
        row.state,
        row.worst,
        *(severities[severity] for severity in ("error", "warning", "info")),
        row.run_as.total(),
        *(row.run_as[status] for status in RUN_AS_STATUSES),
        row.expires,
        runbooks.total(),
        *(runbooks[progress] for progress in ("automatic", "manual", "unknown", "done")),
        row.assessed,
        row.last_change,
        " ".join(because),
        row.id,
    ]


def runbook_lines(facts: Json) -> list[list[Any]]:
    """Return the lines of an account's runbooks, in the order of ``RUNBOOKS``."""
    return [_runbook(facts, runbook) for runbook in facts["runbooks"] or ()]


def _runbook(facts: Json, runbook: Json) -> list[Any]:
    evidence = runbook["evidence"] or {"last_job": None, "schedules": (), "webhooks": ()}
    job = evidence["last_job"] or {"status": None, "time": None, "run_on": None}
    return [
        facts["name"],
        *(runbook[name] for name in ("name", "type", "state", "progress", "uses_run_as", "verdict", "automatic")),
        ", ".join(runbook["assumptions"]),
        "; ".join(f"{use['version']} {place(use)}{use['code']}: {use['sentence']}" for use in runbook["uses"]),
        ", ".join(runbook["refused_because"]),
        *(job[name] for name in ("status", "time", "run_on")),
        ", ".join(schedule["name"] for schedule in evidence["schedules"]),
        ", ".join(webhook["name"] for webhook in evidence["webhooks"]),
        facts["id"],
    ]


def place(said: Json) -> str:
    """Return line and column as words, empty where nothing has a line."""
    if said["line"] is None:
        return ""
    return f"line {said['line']}, column {said['column']} " if said["column"] else f"line {said['line']} "


def finding_lines(findings: Iterable[Json], account: str, account_id: str) -> list[list[Any]]:
    """Return the lines of findings, in the order of ``FINDINGS``."""
    names = ("code", "severity", "resource", "line", "column", "sentence", "remedy")
    return [[account, *(said[name] for name in names), account_id] for said in findings]
