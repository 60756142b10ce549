# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Findings: what the collection could not or should not do by itself.

A finding is what promise 2 of the design ("never guess") turns doubt into: a
stable code, a place, one sentence and what to do about it. The codes are the
rule ids of reports; they never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ._codes.access import ACCESS
from ._codes.code import Code, Severity
from ._codes.dependants import DEPENDANTS
from ._codes.directory import DIRECTORY
from ._codes.identity import IDENTITY
from ._codes.key_vault import KEY_VAULT
from ._codes.limiting import LIMITING
from ._codes.modules import MODULES
from ._codes.probe import PROBE
from ._codes.reading import READING
from ._codes.retirement import RETIREMENT
from ._codes.rollback import ROLLBACK
from ._codes.run_as import RUN_AS
from ._codes.runbooks import RUNBOOKS
from ._codes.site_recovery import SITE_RECOVERY
from ._codes.suggestions import SUGGESTIONS

__all__ = ["CODES", "Code", "Finding", "Severity", "finding"]


CODES: dict[str, Code] = {
    **RUN_AS,
    **IDENTITY,
    **PROBE,
    **ACCESS,
    **SUGGESTIONS,
    **KEY_VAULT,
    **DIRECTORY,
    **LIMITING,
    **RUNBOOKS,
    **MODULES,
    **DEPENDANTS,
    **SITE_RECOVERY,
    **RETIREMENT,
    **ROLLBACK,
    **READING,
}


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
            "text": self.text(),
            **{key: value for key, value in place.items() if value is not None},
        }

    def text(self) -> str:
        """Return the finding as one line for people: code, thing, line, sentence."""
        name = self.resource.rstrip("/").rsplit("/", 1)[-1]
        place = f"{name}, line {self.line}" if self.line else name
        return f"{self.code} {place}: {self.sentence}"


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
