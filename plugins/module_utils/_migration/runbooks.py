# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that rewrites the runbooks of an account in place: backup, draft, publish, compare.

An existing runbook is never PUT: that would cost its schedules their links
(azure-contracts, section 2.5). Its draft is replaced and published instead;
what is decided for each runbook is in ``runbook_plan``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import automation
from .._finding import Finding
from .._runbook import RewriteOptions
from .._step import Change, Outcome, Plan, StepError, in_parallel
from . import dependants, runbook_reading, runbook_writing
from ._call import Call, Result
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity
from .known_bad import KNOWN_BAD_OPTION, known_bad_modules
from .module_reading import Shelves
from .rewriting import REWRITING, rewrite_options
from .run_as import RunAs, classify, kind_of
from .runbook_checks import Checks
from .runbook_deciding import decide_all
from .runbook_memory import NAME, PUBLISHED, recall
from .runbook_plan import Decision, Wishes
from .runbook_sessions import Work

__all__ = ["ARGUMENTS", "NAME", "decide_runbooks", "refuse_unknown_client", "run"]

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + REWRITING
    + KNOWN_BAD_OPTION
    + ArgumentSpec(
        options={
            "runbooks": {"type": "list", "elements": "str"},
            "identity": {"type": "str", "default": SYSTEM},
            "pending_draft": {"type": "str", "choices": ["skip", "keep"], "default": "skip"},
            "publish": {"type": "bool", "default": True},
        }
    )
)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    known_bad = known_bad_modules(call.parameters["known_bad"])
    login = choose_identity(call, automation.get_account(call.session, call.account))
    refuse_unknown_client(call, login)
    shelves = Shelves(call.session, call.account, known_bad)
    checks = Checks(call.session, call.account, shelves, user_assigned=login.arm_id is not None)
    decisions, unread = decide_runbooks(call, login, checks)
    unfinished = dependants.recall_unfinished(call)
    snapshot = dependants.observe(call, {decision.runbook for decision in decisions if decision.publishes}, unfinished)
    plan = _plan(decisions, snapshot, unread)
    if not login.attached and not call.check_mode:
        _refuse_without_identity(call, login, decisions)
    runbook_writing.settle(call, decisions)
    dependants.keep(call, snapshot)
    return call.finish(
        plan,
        runbook_writing.hands(call, decisions, snapshot.missing_links),
        verify=lambda: runbook_writing.refuse_difference(call, decisions),
        facts=lambda outcome: _facts(call, plan, decisions, snapshot, outcome),
    )


def refuse_unknown_client(call: Call, identity: ChosenIdentity) -> None:
    """Raise StepError for a user-assigned identity without client id: no rewrite could name it."""
    if identity.arm_id and not identity.client_id:
        raise StepError(identity.missing_from(call.account.name))


def decide_runbooks(call: Call, login: ChosenIdentity, checks: Checks) -> tuple[list[Decision], list[Finding]]:
    """Decide on the chosen runbooks; return also what must be said of the account's others."""
    listed = automation.list_runbooks(call.session, call.account)
    chosen = runbook_reading.chosen_runbooks(listed, call.parameters["runbooks"], call.account)
    names = {str(item["name"]) for item in chosen}
    work = Work(
        call,
        options=_rewrite_options(call, login),
        wishes=Wishes(keep_drafts=call.parameters["pending_draft"] == "keep", publish=bool(call.parameters["publish"])),
        memories=recall(_ledger.read_journal(call.ledger)),
        checks=checks,
    )
    others = [item for item in listed if str(item["name"]) not in names]
    return decide_all(work, chosen, sorted(others, key=lambda item: str(item["name"]).lower()))


def _rewrite_options(call: Call, login: ChosenIdentity) -> RewriteOptions:
    """Return the rewriter's options. Raises StepError for a value that it cannot use."""
    return rewrite_options(
        call.parameters,
        identity="user" if login.arm_id else SYSTEM,
        client_id=login.client_id,
        connections={
            run_as.connection: {"subscription_id": run_as.subscription_id, "tenant_id": run_as.tenant_id}
            for run_as in _connections(call)
            if run_as.kind == "azure"
        },
    )


def _connections(call: Call) -> list[RunAs]:
    """Return the Run As connections; a rewrite needs their fields only, so certificates are not asked for."""
    named = [item for item in automation.list_connections(call.session, call.account) if kind_of(item)]
    connections = in_parallel(
        lambda item: automation.get_connection(call.session, call.account, item["name"]), named, call.max_parallel
    )
    return classify(connections, [], datetime.now(timezone.utc))


def _plan(decisions: Sequence[Decision], snapshot: dependants.Snapshot, unread: Sequence[Finding]) -> Plan:
    changes = [change for decision in decisions for change in decision.changes]
    findings = [said for decision in decisions for said in decision.findings]
    diffs = [{"prepared": decision.diff} for decision in decisions if decision.diff]
    return Plan(
        changes=(*changes, *snapshot.missing_changes),
        findings=(*findings, *unread, *snapshot.findings),
        diffs=tuple(diffs),
    )


def _refuse_without_identity(call: Call, login: ChosenIdentity, decisions: Sequence[Decision]) -> None:
    """Raise StepError where a rewrite would be written that no identity can log in with."""
    if any(decision.planned and decision.changes for decision in decisions):
        raise StepError(login.missing_from(call.account.name))


def _facts(
    call: Call, plan: Plan, decisions: Sequence[Decision], snapshot: dependants.Snapshot, outcome: Outcome
) -> dict[str, Any]:
    """Return the step's own part of the result; links are compared and repaired on the way."""
    made = plan.changes if call.check_mode else [done.change for done in outcome.done]
    repaired = dependants.compare_and_repair(call, snapshot, outcome)
    findings: list[Finding] = [*plan.findings, *repaired.findings]
    return {
        "runbooks": [
            _shown(decision, [change for change in made if _is_of(change, decision)]) for decision in decisions
        ],
        "job_schedules": [link.shown() for link in repaired.links],
        "findings": [said.as_dict() for said in findings],
    }


def _is_of(change: Change, decision: Decision) -> bool:
    return change.target == decision.target


def _shown(decision: Decision, made: Sequence[Change]) -> dict[str, Any]:
    return {
        "name": decision.runbook,
        "type": decision.type,
        "state": decision.state,
        "verdict": decision.verdict,
        "assumptions": list(decision.assumptions),
        "published": any(change.kind == PUBLISHED for change in made),
        "draft": decision.draft,
        "changed": bool(made),
        "findings": len(decision.findings),
    }
