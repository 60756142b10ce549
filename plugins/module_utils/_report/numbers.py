# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The numbers of an estate: a row per account, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .shapes import PROGRESS, RUN_AS_STATUSES, SEVERITIES, STATES

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """What the table of accounts and the summary need of an account; small, since all are kept in memory."""

    name: str
    id: str
    folder: str
    page: str
    resource_group: str
    subscription: str
    region: str
    state: str
    worst: str | None
    assessed: str | None
    last_change: str | None
    severities: Counter[str]
    codes: Counter[str]
    run_as: Counter[str]
    expires: str | None
    runbooks: Counter[str]


def row(facts: Json, folder: str) -> Row:
    """Return the row of an account's part of ``report.json``."""
    findings, changes = facts["findings"], [change for change in facts["changes"] if change["outcome"] != "note"]
    run_as = facts["run_as"] or ()
    return Row(
        name=facts["name"] or facts["id"],
        id=facts["id"],
        folder=folder,
        page=facts["page"],
        resource_group=facts["resource_group"],
        subscription=facts["subscription_id"],
        region=facts["location"],
        state=facts["state"],
        worst=facts["worst_severity"],
        assessed=facts["assessed"],
        last_change=changes[-1]["time"] if changes else None,
        severities=Counter(said["severity"] for said in findings),
        codes=Counter(said["code"] for said in findings),
        run_as=Counter(entry["status"] if entry["status"] in RUN_AS_STATUSES else "other" for entry in run_as),
        expires=min((entry["expires"] for entry in run_as if entry["expires"]), default=None),
        runbooks=Counter(runbook["progress"] for runbook in facts["runbooks"] or ()),
    )


@dataclass
class Totals:
    """What rows add up to; ``as_dict`` is the summary, as ``shapes.SUMMARY``."""

    accounts: int = 0
    states: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    affected: Counter[str] = field(default_factory=Counter)
    run_as: Counter[str] = field(default_factory=Counter)
    runbooks: Counter[str] = field(default_factory=Counter)
    problems: int = 0

    def add(self, row: Row) -> None:
        """Count an account."""
        self.accounts += 1
        self.states[row.state] += 1
        self.severities.update(row.severities)
        self.codes.update(row.codes)
        self.affected.update(row.codes.keys())
        self.run_as.update(row.run_as)
        self.runbooks.update(row.runbooks)

    def add_problems(self, problems: Iterable[Json]) -> None:
        """Count findings about input that belongs to no account."""
        for said in problems:
            self.problems += 1
            self.severities[said["severity"]] += 1
            self.codes[said["code"]] += 1

    def as_dict(self) -> dict[str, Any]:
        """Return the summary."""
        return {
            "accounts": self.accounts,
            "accounts_by_state": {state: self.states[state] for state in STATES},
            "run_as": self.run_as.total(),
            "run_as_by_status": {status: self.run_as[status] for status in (*RUN_AS_STATUSES, "other")},
            "runbooks": self.runbooks.total(),
            "runbooks_by_progress": {name: self.runbooks[name] for name in PROGRESS},
            "findings": self.severities.total(),
            "findings_by_severity": {severity: self.severities[severity] for severity in SEVERITIES},
            "findings_by_code": dict(sorted(self.codes.items())),
            "worst_severity": next((severity for severity in SEVERITIES if self.severities[severity]), None),
            "problems": self.problems,
        }
