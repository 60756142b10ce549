# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Every finding the collection can make: code, severity, sentence, remedy.

A finding is what promise 2 of the design ("never guess") turns doubt into: a
stable code, a place, one sentence and what to do about it. The codes are the
rule ids of reports; they never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(str, Enum):
    """How much a finding matters to whoever runs the migration."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Code:
    """One kind of finding. ``sentence`` is a template of named facts."""

    severity: Severity
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Finding:
    """One finding at one place. ``resource`` is an ARM id, or the name of an asset or runbook."""

    code: str
    severity: Severity
    resource: str
    sentence: str
    remedy: str
    line: int | None = None
    column: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as a module result carries it; absent places are left out."""
        place = {"line": self.line, "column": self.column}
        return {
            "code": self.code,
            "severity": self.severity.value,
            "resource": self.resource,
            "sentence": self.sentence,
            "remedy": self.remedy,
            **{key: value for key, value in place.items() if value is not None},
        }


def finding(code: str, resource: str, *, line: int | None = None, column: int | None = None, **facts: Any) -> Finding:
    """Make the finding ``code`` about ``resource``; ``facts`` fill the code's sentence and remedy.

    Raises KeyError for an unknown code or a fact that the sentence needs and did not get.
    """
    entry = CODES[code]
    return Finding(
        code=code,
        severity=entry.severity,
        resource=resource,
        sentence=entry.sentence.format(**facts),
        remedy=entry.remedy.format(**facts),
        line=line,
        column=column,
    )


INFO, WARNING, ERROR = Severity.INFO, Severity.WARNING, Severity.ERROR

CODES: dict[str, Code] = {
    # RA1xx: the Run As account
    "RA101": Code(
        WARNING,
        "The certificate of Run As connection {connection} expired on {expired}.",
        "Migrate this account first: whatever still logs in with it fails already.",
    ),
    "RA102": Code(
        WARNING,
        "Run As connection {connection} is incomplete: {missing} missing.",
        "Repair the named part, or migrate by hand what the collection cannot read from it.",
    ),
    "RA103": Code(
        INFO,
        "Connection {connection} is a Classic Run As connection; classic resources are retired.",
        "It needs no identity. Remove it with remove_runas once no runbook reads it.",
    ),
    "RA104": Code(
        INFO,
        "Application {application} is used by other accounts too: {accounts}.",
        "Migrate these accounts as well before the application is disabled or deleted.",
    ),
    # RA2xx: identity
    "RA201": Code(
        WARNING,
        "Hybrid worker groups {groups} run jobs of this account; the account identity replaces the identity of the "
        "virtual machines in these jobs.",
        "Check what those jobs log in as, then set hybrid to accept.",
    ),
    "RA202": Code(
        WARNING,
        "User-assigned identities do not work in jobs on hybrid workers ({groups}).",
        "Use the system-assigned identity for runbooks that run on hybrid workers.",
    ),
    # RA3xx: access
    # RA4xx: runbooks
    # RA5xx: modules and runtimes
    # RA6xx: dependants
    # RA7xx: Site Recovery
    # RA8xx: retirement
    # RA9xx: reading
    "RA901": Code(
        WARNING,
        "{what} could not be read: {reason}",
        "Grant the login read access there, or confirm that nothing of this migration lives there.",
    ),
}
