# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One thing that depends on an Automation account, and what its judges share. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from .._finding import Finding


@dataclass(frozen=True)
class Dependant:
    """One thing that depends on an account. ``uses_run_as`` is None where that is not known."""

    kind: str
    name: str
    resource: str
    sentence: str
    uses_run_as: bool | None = None
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as an assessment carries it; findings stand apart."""
        return {
            "kind": self.kind,
            "name": self.name,
            "resource": self.resource,
            "sentence": self.sentence,
            "uses_run_as": self.uses_run_as,
        }


class Using:
    """Which runbooks use a Run As account; None where nobody looked."""

    def __init__(self, names: Collection[str] | None) -> None:
        self._names = None if names is None else frozenset(name.lower() for name in names)

    @property
    def some(self) -> bool:
        """Whether some runbook uses one, or may."""
        return self._names is None or bool(self._names)

    def one(self, runbook: str | None) -> bool | None:
        """Tell of one runbook; None where it is not known."""
        if self._names is None or not runbook:
            return None
        return runbook.lower() in self._names

    def any_of(self, runbooks: Iterable[str]) -> bool | None:
        """Tell of several together: True where one does, None where there is none."""
        told = [self.one(runbook) for runbook in runbooks]
        if any(told):
            return True
        return None if not told or None in told else False
