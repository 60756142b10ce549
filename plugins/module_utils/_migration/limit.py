# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that limits Run As accounts which cannot migrate yet, and takes it back.

Contributor is replaced by a custom role that may do the same without Key Vault
(seed document "Manage an Azure Automation Run As account"). At every moment the
Run As account has one of both; a run that was cut short is finished by the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec, flat
from .._finding import Finding
from .._ledger import read_journal
from .._step import Change, Hands, Outcome, Plan, StepError
from . import access_reading
from . import limit_reading as reading
from ._call import Call, Result
from .access_sources import Found, find_sources
from .limit_plan import DELETE, ROLE_ASSIGNMENT, LimitPlan, concerns, plan_limits
from .limit_restoring import SNAPSHOT, Record, chosen, facts_of, plan_restoring, records_of
from .limit_role import DEFAULT_NAME, check_options, refuse_other_shape
from .limit_runbooks import KeyVaultRunbooks, find_key_vault_runbooks, refuse_key_vault_runbooks
from .limit_writing import Replacer
from .run_as import find_run_as, findings_of
from .waiting import alone_in_ledger

NAME = "limit_runas"

LIMITED, RESTORED = "limited", "restored"
ACCEPT = "accept"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "state": {"type": "str", "choices": [LIMITED, RESTORED], "default": LIMITED},
            "connection": {"type": "str"},
            "principal_id": {"type": "str"},
            "role_name": {"type": "str", "default": DEFAULT_NAME},
            "not_actions": {"type": "list", "elements": "str", "default": []},
            "key_vault_runbooks": {"type": "str", "choices": ["refuse", ACCEPT], "default": "refuse"},
            "replication_timeout": {"type": "int", "default": 300},
        }
    )
)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    return _restore(call) if call.parameters["state"] == RESTORED else _limit(call)


def _limit(call: Call) -> Result:
    not_actions = flat(call.parameters["not_actions"])
    check_options(call.parameters["role_name"], not_actions)
    found = _sources(call)
    if not found.sources:
        return _finish(call, LimitPlan(Plan(findings=found.findings)), found.sources)
    observed = reading.observe(call, found, call.parameters["role_name"])
    if concerns(observed.situation):
        refuse_other_shape(observed.situation.role)
    limits = plan_limits(observed.situation, not_actions)
    situation, unread = reading.with_others(call, observed.situation, limits.plan)
    limits = plan_limits(situation, not_actions)
    findings = (*found.findings, *observed.findings, *unread, *limits.plan.findings)
    runbooks = KeyVaultRunbooks()
    if limits.plan.changes:
        findings += reading.refuse_full(call, limits.plan)
        applications = {source.application_id.lower() for source in found.sources if source.application_id}
        runbooks = find_key_vault_runbooks(call, observed.visible, sorted(applications))
        if call.parameters["key_vault_runbooks"] != ACCEPT:
            refuse_key_vault_runbooks(call, runbooks)
        _record(call, observed, found, limits.plan)
    limits = replace(limits, plan=replace(limits.plan, findings=findings + runbooks.findings))
    return _finish(call, limits, found.sources, runbooks)


def _sources(call: Call) -> Found:
    """Return whose access is limited. Classic Run As accounts have none; where there is no other one, that is said."""
    parameters, session, account = call.parameters, call.session, call.account
    found = find_sources(session, account, parameters["connection"], parameters["principal_id"], call.max_parallel)
    if found.sources or found.findings:
        return found
    return Found(findings=findings_of(account, find_run_as(session, account, call.max_parallel)))


def _record(call: Call, observed: reading.Observed, found: Found, plan: Plan) -> None:
    """Keep all that is about to be replaced, in full, before the first write: the undo reads it."""
    if call.journal is None:
        return
    removed = [change for change in plan.changes if change.kind == ROLE_ASSIGNMENT and change.action == DELETE]
    contributors = reading.in_full(call, removed)
    sources = [source.as_dict() for source in found.sources]
    call.journal.note(SNAPSHOT, facts_of(observed.situation.role, observed.definition, contributors, sources))


def _restore(call: Call) -> Result:
    options = call.parameters["connection"], call.parameters["principal_id"]
    records = chosen(records_of(read_journal(call.ledger), NAME), *options)
    if not records:
        return _finish(call, LimitPlan(Plan(findings=_refuse_unrecorded(call))), ())
    principals = sorted({record.contributor.principal_id.lower() for record in records})
    seen = access_reading.read_assignments(call.session, call.account, principals, call.max_parallel)
    roles, unread = reading.read_recorded_roles(call, records)
    held = [assignment for assignment, dummy in seen.assignments]
    limits = plan_restoring(records, held, roles, whole=not seen.findings)
    findings = (*seen.findings, *unread, *limits.plan.findings)
    if limits.plan.changes:
        findings += reading.refuse_full(call, limits.plan)
    return _finish(call, replace(limits, plan=replace(limits.plan, findings=findings)), records)


def _refuse_unrecorded(call: Call) -> tuple[Finding, ...]:
    """Raise StepError where a Run As account has the custom role and the ledger knows nothing of it."""
    found = _sources(call)
    principals = sorted({source.principal_id for source in found.sources if source.principal_id})
    definition = reading.find_role_named(call, call.parameters["role_name"]) if principals else None
    if definition is None:
        return found.findings
    seen = access_reading.read_assignments(call.session, call.account, principals, call.max_parallel)
    guid = definition["name"].lower()
    limited = [assignment for assignment, dummy in seen.assignments if assignment.role == guid]
    if limited:
        places = ", ".join(sorted(assignment.scope for assignment in limited))
        raise StepError(
            f"The Run As account has {call.parameters['role_name']} at {places}, but the ledger {call.ledger} does not "
            "know what it had before. Nothing was changed. Name the ledger that limit_runas wrote, or assign "
            "Contributor by hand and then delete that role assignment."
        )
    return (*found.findings, *seen.findings)


def _finish(call: Call, limits: LimitPlan, sources: Any, runbooks: KeyVaultRunbooks | None = None) -> Result:
    def alone() -> AbstractContextManager[None]:
        return alone_in_ledger(call.ledger, f"{NAME}.lock")

    replacer = Replacer(call.session, limits.covers, call.parameters["replication_timeout"], alone)
    return call.finish(
        limits.plan,
        Hands(reread=replacer.reread, write=replacer.write),
        verify=lambda: replacer.verify(limits.plan),
        facts=lambda outcome: _facts(call, limits, _shown_sources(sources), runbooks, outcome, replacer),
    )


def _shown_sources(sources: Any) -> list[Mapping[str, Any]]:
    shown: list[Mapping[str, Any]] = []
    for item in sources:
        shown += item.sources if isinstance(item, Record) else [item.as_dict()]
    return [source for number, source in enumerate(shown) if source not in shown[:number]]


def _facts(
    call: Call,
    limits: LimitPlan,
    sources: list[Mapping[str, Any]],
    runbooks: KeyVaultRunbooks | None,
    outcome: Outcome,
    replacer: Replacer,
) -> dict[str, Any]:
    """Return the step's own result keys; what somebody else had changed meanwhile does not count as changed."""
    made = limits.plan.changes if call.check_mode else tuple(done.change for done in outcome.done)
    own = [change for change in made if replacer.made(change)]
    replaced = [_replaced(change) for change in made if change.kind == ROLE_ASSIGNMENT and change.action == DELETE]
    is_restoring = call.parameters["state"] == RESTORED
    return {
        "changed": bool(own),
        "changes": [change.as_dict() for change in own],
        "findings": [item.as_dict() for item in (*limits.plan.findings, *replacer.findings)],
        "state": call.parameters["state"],
        "source": sources,
        "role": _role(limits),
        "limited": [] if is_restoring else replaced,
        "restored": replaced if is_restoring else [],
        "unchanged": list(limits.unchanged),
        "left": list(limits.left),
        "key_vault_runbooks": [use.as_dict() for use in runbooks.uses] if runbooks else [],
    }


def _replaced(change: Change) -> dict[str, Any]:
    before: Mapping[str, Any] = change.before
    return {name: before[name] for name in ("principal_id", "scope", "condition")}


def _role(limits: LimitPlan) -> dict[str, Any] | None:
    if limits.state is None:
        return None
    return {
        "name": limits.state["name"],
        "id": limits.state["role_definition"],
        "not_actions": [action for entry in limits.state["permissions"] for action in entry["not_actions"]],
        "assignable_scopes": limits.state["assignable_scopes"],
    }
