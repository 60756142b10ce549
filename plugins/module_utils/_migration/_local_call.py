# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One call of a module that touches files only: no login, no account, no ledger.

``perform_locally`` is to such a module what ``_call.perform`` is to the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._step import Hands, Outcome, Plan, StepError, carry_out
from ._call import Result, told


@dataclass(frozen=True)
class LocalCall:
    """What a step is given. Relative paths in ``parameters`` start at ``base``."""

    parameters: Mapping[str, Any]
    check_mode: bool
    diff_mode: bool
    base: Path

    def finish(self, plan: Plan, hands: Hands, facts: Callable[[Outcome], Mapping[str, Any]]) -> Result:
        """Carry out the plan, unless in check mode, and return the module's result, with the step's own ``facts``."""
        outcome = Outcome() if self.check_mode else carry_out(plan, hands, _NoJournal())
        return {**told(plan, outcome, check_mode=self.check_mode, diff_mode=self.diff_mode), **facts(outcome)}


LocalStep = Callable[[LocalCall], Result]


def perform_locally(
    step: LocalStep, parameters: Mapping[str, Any], *, base: str | Path, check_mode: bool, diff_mode: bool
) -> Result:
    """Run a step for checked options and return its result; a refusal becomes ``failed`` and ``msg``.

    The environment is not asked: its ``AZURE_CLIENT_ID`` and the like are about logins.
    """
    given = {name: None if value == "" else value for name, value in parameters.items()}
    try:
        return step(LocalCall(given, check_mode, diff_mode, Path(base)))
    except StepError as error:
        return {"failed": True, "changed": False, "msg": str(error), **error.facts}


class _NoJournal:
    """Stands for the ledger where there is none."""

    def intend(self, dummy_change: Mapping[str, Any]) -> int:
        return 0

    def confirm(self, dummy_number: int, dummy_facts: Mapping[str, Any]) -> None:
        """Nothing is recorded."""

    def fail(self, dummy_number: int, dummy_reason: str) -> None:
        """Nothing is recorded."""
