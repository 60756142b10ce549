# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One call of a module: from checked options to a result, on both paths.

``perform`` is the one function that a module's ``main`` and its action plugin
call: whatever happens inside a step comes out as a result dict.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .. import _ledger
from .._arguments import ArgumentSpec, with_environment
from .._azure.credential import Login
from .._azure.errors import AzureError
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import finding
from .._ledger import LedgerError, LedgerOfAccount
from .._step import Change, Hands, Outcome, Plan, StepError, carry_out
from .change_window import ALWAYS_OPEN, ChangeWindow, window_of
from .open_ledger import Recorder, opened

Result = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What a step is given. ``journal`` is None in check mode: nothing is written, the ledger neither."""

    parameters: Mapping[str, Any]
    check_mode: bool
    diff_mode: bool
    session: Session
    account: AccountId
    ledger: Path
    journal: LedgerOfAccount | None
    window: ChangeWindow = ALWAYS_OPEN

    @property
    def record(self) -> LedgerOfAccount:
        """The ledger, open for writing. Raises RuntimeError in check mode: asking then is a defect of the step."""
        if self.journal is None:
            raise RuntimeError("nothing is recorded in check mode")
        return self.journal

    @property
    def max_parallel(self) -> int:
        """How many independent requests may run at once."""
        return max(1, int(self.parameters["max_parallel"]))

    def with_defaults(self, arguments: ArgumentSpec) -> Call:
        """Return the call with the defaults of another step's options, for readers that this step shares with it."""
        defaults = {name: option.get("default") for name, option in arguments.options.items()}
        return replace(self, parameters={**defaults, **self.parameters})

    def finish(
        self,
        plan: Plan,
        hands: Hands,
        *,
        verify: Callable[[], None] | None = None,
        facts: Callable[[Outcome], Mapping[str, Any]] | None = None,
    ) -> Result:
        """Carry out the plan, unless in check mode, and return the module's result.

        ``verify`` reads back after a complete run and raises StepError where the
        world is not as planned; ``facts`` adds the step's own result keys. Raises
        StepError when the plan is not the one that was approved.
        """
        self._refuse_other_plan(plan)
        self._refuse_closed_window(plan)
        outcome = self._carry_out(plan, hands)
        result = self._result(plan, outcome)
        if verify and outcome.done and outcome.complete:
            _merge_failure(result, _refusal(verify))
        if facts:
            result.update(facts(outcome))
        result["findings"] = [*result["findings"], *self._findings_of_window(plan)]
        return result

    def _refuse_other_plan(self, plan: Plan) -> None:
        """An empty plan is let through: doing nothing is what every approval allows."""
        expected = self.parameters.get("expect_plan")
        if expected and plan.changes and expected != plan.fingerprint:
            raise StepError(
                f"The plan for {self.account.name} is not the approved one: expect_plan is {expected}, the plan is "
                f"{plan.fingerprint}. Nothing was changed. Run in check mode, review the changes, approve again.",
                plan_fingerprint=plan.fingerprint,
                findings=[finding.as_dict() for finding in plan.findings],
            )

    def _carry_out(self, plan: Plan, hands: Hands) -> Outcome:
        if self.journal is None or not plan.changes:
            return Outcome()
        return carry_out(plan, self._within_window(hands), self.journal, max_parallel=self.max_parallel)

    def _refuse_closed_window(self, plan: Plan) -> None:
        """A plan without changes needs no window; check mode says what a run now would meet."""
        if plan.changes and not self.check_mode:
            self.window.refuse_closed(self.account.name)

    def _findings_of_window(self, plan: Plan) -> list[dict[str, Any]]:
        why = self.window.closed(datetime.now(timezone.utc)) if plan.changes and self.check_mode else None
        return [finding("RA930", self.account.arm_id, account=self.account.name, why=why).as_dict()] if why else []

    def _within_window(self, hands: Hands) -> Hands:
        """Return hands that stop once the change window has closed, before each write."""

        def reread(change: Change) -> Any:
            if not change.tidies:
                self.window.refuse_closed(self.account.name)
            return hands.reread(change)

        return Hands(reread, hands.write)

    def _result(self, plan: Plan, outcome: Outcome) -> Result:
        return {
            **told(plan, outcome, check_mode=self.check_mode, diff_mode=self.diff_mode),
            "account": {
                "id": self.account.arm_id,
                "name": self.account.name,
                "resource_group": self.account.resource_group,
                "subscription_id": self.account.subscription_id,
            },
            "ledger": str(self.ledger),
        }


def told(plan: Plan, outcome: Outcome, *, check_mode: bool, diff_mode: bool) -> Result:
    """Return what every result tells of a plan and of what became of it."""
    made = plan.changes if check_mode else tuple(done.change for done in outcome.done)
    result: Result = {
        "changed": bool(made),
        "changes": [change.as_dict() for change in made],
        "findings": [finding.as_dict() for finding in plan.findings],
        "plan_fingerprint": plan.fingerprint,
        "partial": not outcome.complete,
    }
    if not outcome.complete:
        result["failed"] = True
        result["msg"] = outcome.sentence()
        result["not_changed"] = [
            *({**failure.change.as_dict(), "reason": str(failure.error)} for failure in outcome.failures),
            *({**change.as_dict(), "reason": "not tried"} for change in outcome.left),
        ]
    if diff_mode:
        result["diff"] = [dict(diff) for diff in plan.diffs]
    return result


Step = Callable[[Call], Result]


def perform(step: Step, name: str, parameters: Mapping[str, Any], *, check_mode: bool, diff_mode: bool) -> Result:
    """Run a step for checked options and return its result; a refusal or error becomes ``failed`` and ``msg``."""
    try:
        return _perform(step, name, with_environment(parameters), check_mode, diff_mode)
    except StepError as error:
        return {"failed": True, "changed": False, "msg": str(error), **error.facts}
    except (AzureError, LedgerError) as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def perform_reading(step: Step, parameters: Mapping[str, Any], *, check_mode: bool) -> Result:
    """Run a step that changes nothing in Azure: it takes no lock, and the ledger is only read."""
    try:
        given = with_environment(parameters)
        account = _account(given)
        with Session(_login(given)) as session, opened(given.get("ledger"), session, account, None) as ledger:
            return ledger.told(step(Call(given, check_mode, False, session, account, ledger.folder, None)))
    except StepError as error:
        return {"failed": True, "changed": False, "msg": str(error), **error.facts}
    except (AzureError, LedgerError) as error:
        return {"failed": True, "changed": False, "msg": str(error)}


def _perform(step: Step, name: str, parameters: Mapping[str, Any], check_mode: bool, diff_mode: bool) -> Result:
    account = _account(parameters)
    where = parameters.get("ledger")
    if parameters["ledger_ephemeral"] == "refuse":
        _ledger.refuse_ephemeral(where or _ledger.DEFAULT_FOLDER, os.environ)
    window = window_of(parameters)
    recorder = None if check_mode else Recorder(name, window.marks)
    with Session(_login(parameters)) as session, opened(where, session, account, recorder) as ledger:
        result = step(Call(parameters, check_mode, diff_mode, session, account, ledger.folder, ledger.journal, window))
    return ledger.told(result)


def _account(parameters: Mapping[str, Any]) -> AccountId:
    if not parameters.get("subscription_id"):
        raise StepError(
            "The subscription of the account is not known. Set subscription_id, or the environment variable "
            "AZURE_SUBSCRIPTION_ID."
        )
    return AccountId(parameters["subscription_id"], parameters["resource_group"], parameters["automation_account_name"])


def _login(parameters: Mapping[str, Any]) -> Login:
    options: dict[str, Any] = {name: parameters.get(name) for name in Login.__dataclass_fields__}
    return Login(**options)


def _refusal(check: Callable[[], None]) -> str | None:
    try:
        check()
    except (StepError, AzureError) as error:
        return str(error)
    return None


def _merge_failure(result: Result, sentence: str | None) -> None:
    if sentence is not None:
        result["failed"] = True
        result["msg"] = sentence
