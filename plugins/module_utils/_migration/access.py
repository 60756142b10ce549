# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that gives a managed identity the role assignments of a Run As account.

Each of the Run As principal's direct role assignments is created for the
identity, with the same scope and condition; what is dangerous, unused or cannot
be judged is left out and reported. Nothing is ever changed or taken away.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import automation
from .._step import Change, Hands, Outcome, Plan, StepError
from . import access_reading as reading
from ._call import Call, Result
from .access_choices import Choices, choices_of
from .access_plan import AccessPlan, Held, Target, count_at, new_per_place, plan_access, shown, with_limits
from .access_sources import Found, dormant_principals, find_sources
from .access_writing import Writer
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity

NAME = "copy_runas_roles"

# What is copied unless the task names less; groups are joined only where join_groups names them.
KINDS = ("role_assignments", "vault_policies", "app_roles", "directory_roles")

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "connection": {"type": "str"},
            "principal_id": {"type": "str"},
            "identity": {"type": "str", "default": SYSTEM},
            "role_map": {"type": "list", "elements": "raw", "default": []},
            "exclude": {"type": "list", "elements": "str", "default": []},
            "include_privileged": {"type": "list", "elements": "str", "default": []},
            "copy_unused": {"type": "bool", "default": False},
            "kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": list(KINDS)},
            "join_groups": {"type": "list", "elements": "str", "default": []},
            "replication_timeout": {"type": "int", "default": 300},
        }
    )
)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    choices = choices_of(call.parameters)
    target, chosen = find_target(call)
    found = find_sources(
        call.session,
        call.account,
        call.parameters["connection"],
        call.parameters["principal_id"],
        call.max_parallel,
    )
    access, places = _planned(call, choices, target, found)
    _refuse_missing_identity(call, chosen, access.plan)
    writer = Writer(call.session, places, call.parameters["replication_timeout"], call.max_parallel)
    return call.finish(
        access.plan,
        Hands(reread=writer.reread, write=writer.write),
        verify=lambda: writer.verify(access.plan),
        facts=lambda outcome: _facts(call, target, found, access, outcome, writer),
    )


def find_target(call: Call) -> tuple[Target, ChosenIdentity]:
    """Return who gets the access; without principal where Azure has not made the identity yet."""
    chosen = choose_identity(call, automation.get_account(call.session, call.account))
    return Target(call.account, chosen.name, chosen.principal_id), chosen


def _planned(call: Call, choices: Choices, target: Target, found: Found) -> tuple[AccessPlan, list[str]]:
    """Read what the sources and the identity hold and return the plan, with the scopes to read the identity's at."""
    dormant = dormant_principals(found.sources)
    if not dormant:
        return AccessPlan(Plan(findings=found.findings)), []
    seen = reading.read_assignments(call.session, call.account, sorted(dormant), call.max_parallel)
    held = [Held(assignment, dormant[assignment.principal_id.lower()]) for assignment, dummy in seen.assignments]
    if not held:
        return AccessPlan(Plan(findings=found.findings + seen.findings)), []
    places = seen.places(item.assignment.scope for item in held)
    roles = reading.read_roles(call.session, seen, call.max_parallel)
    lookup = [f"/subscriptions/{call.account.subscription_id}", *places]
    choices, roles = reading.resolve(call.session, choices, roles, lookup)
    existing = []
    if target.principal_id:
        existing = reading.read_existing(call.session, places, target.principal_id, call.max_parallel)
    access = plan_access(target, held, existing, roles, choices)
    plan = replace(access.plan, findings=found.findings + seen.findings + access.plan.findings)
    return replace(access, plan=_within_limits(call, plan)), places


def _within_limits(call: Call, plan: Plan) -> Plan:
    listed, findings = reading.read_counts(call.session, sorted(new_per_place(plan)), call.max_parallel)
    counts = {place: count_at(place, assignments) for place, assignments in listed.items()}
    checked = with_limits(plan, counts)
    return replace(checked, findings=checked.findings + findings)


def _refuse_missing_identity(call: Call, chosen: ChosenIdentity, plan: Plan) -> None:
    if call.check_mode or not plan.changes or (chosen.attached and chosen.principal_id):
        return
    if chosen.attached:
        raise StepError(f"The principal of {chosen.arm_id} may not be read. Allow the login to read that identity.")
    raise StepError(chosen.missing_from(call.account.name))


def _facts(
    call: Call, target: Target, found: Found, access: AccessPlan, outcome: Outcome, writer: Writer
) -> dict[str, Any]:
    """Return the step's own result keys; role assignments that another process had made count as unchanged."""
    made = access.plan.changes if call.check_mode else tuple(done.change for done in outcome.done)
    written = [change for change in made if not writer.found_there(change)]
    there = [(change, arm_id) for change in made if (arm_id := writer.found_there(change))]
    facts: dict[str, Any] = {
        "changed": bool(written),
        "changes": [change.as_dict() for change in written],
        "source": [source.as_dict() for source in found.sources],
        "identity": {
            "type": "SystemAssigned" if target.identity == SYSTEM else "UserAssigned",
            "id": None if target.identity == SYSTEM else target.identity,
            "principal_id": target.principal_id,
        },
        "copied": [_shown(change, change.target) for change in written],
        "unchanged": [*access.unchanged, *(_shown(change, arm_id) for change, arm_id in there)],
        "not_copied": list(access.not_copied),
    }
    if writer.findings:
        every = (*access.plan.findings, *writer.findings)
        facts["findings"] = [item.as_dict() for item in every]
    return facts


def _shown(change: Change, arm_id: str) -> dict[str, Any]:
    return {**shown(change.after["role"], change.after["scope"], change.after["condition"]), "id": arm_id}
