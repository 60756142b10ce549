# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that gives a managed identity the access of a Run As account.

What the Run As principal may do is given to the identity, with the same scope and
condition; what is dangerous, unused or cannot be judged is left out and reported.
Nothing is ever changed or taken away. In the end both are compared: the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import automation
from .._step import Change, Hands, Outcome, Plan, StepError
from . import access_reading as reading
from ._call import Call, Result
from .access_choices import choices_of
from .access_copy import Copy
from .access_part import ROLE_ASSIGNMENT, Copying, Part, Target
from .access_proof import EVENT, last_proof, prove
from .access_roles import RoleAssignments, RoleOptions
from .access_sources import dormant_principals, find_sources
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity
from .migration_history import history_of
from .unread import is_unread

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
    copying = Copying(target, found.sources, dormant_principals(found.sources), choices)
    roles = _roles(call, copying)
    copy = Copy((roles,), call.parameters["replication_timeout"])
    part = copy.plan() if copying.dormant else Part()
    plan = Plan(part.changes, found.findings + part.findings, _diffs(target, part, copy))
    _refuse_missing_identity(call, chosen, plan)
    return call.finish(
        plan,
        Hands(reread=copy.reread, write=copy.write),
        verify=copy.verify,
        facts=lambda outcome: _facts(call, copying, plan, part, copy, roles, outcome),
    )


def find_target(call: Call) -> tuple[Target, ChosenIdentity]:
    """Return who gets the access; without principal where Azure has not made the identity yet."""
    chosen = choose_identity(call, automation.get_account(call.session, call.account))
    return Target(call.account, chosen.name, chosen.principal_id), chosen


def _roles(call: Call, copying: Copying) -> RoleAssignments:
    def search(principals: Sequence[str]) -> reading.Reading:
        return reading.read_assignments(call.session, call.account, principals, call.max_parallel)

    principal_id = copying.target.principal_id
    given = history_of(_ledger.read_journal(call.ledger)).of(ROLE_ASSIGNMENT)
    options = RoleOptions(
        replication_timeout=call.parameters["replication_timeout"],
        max_parallel=call.max_parallel,
        first_time=not any(written.after["principal_id"] == principal_id for written in given),
    )
    return RoleAssignments(call.session, copying, search, options)


def _refuse_missing_identity(call: Call, chosen: ChosenIdentity, plan: Plan) -> None:
    if call.check_mode or not plan.changes or (chosen.attached and chosen.principal_id):
        return
    if chosen.attached:
        raise StepError(f"The principal of {chosen.arm_id} may not be read. Allow the login to read that identity.")
    raise StepError(chosen.missing_from(call.account.name))


def _diffs(target: Target, part: Part, copy: Copy) -> tuple[Mapping[str, Any], ...]:
    if not part.changes:
        return ()
    header = f"{target.account.name} access of the identity {target.identity}"
    before = [_line(entry) for entry in part.unchanged]
    after = before + [_line(copy.right_of(change).as_dict()) for change in part.changes]
    return (
        {
            "before_header": header,
            "after_header": header,
            "before": {"access": sorted(before)},
            "after": {"access": sorted(after)},
        },
    )


def _line(entry: Mapping[str, Any]) -> str:
    condition = f" if {entry['condition']}" if entry["condition"] else ""
    return f"{entry['role']} at {entry['scope']}{condition}"


def _facts(
    call: Call, copying: Copying, plan: Plan, part: Part, copy: Copy, roles: RoleAssignments, outcome: Outcome
) -> dict[str, Any]:
    """Return the step's own result keys; what another process had made counts as unchanged."""
    made = [(change, change.target) for change in plan.changes] if call.check_mode else []
    there: list[tuple[Change, str]] = []
    for done in outcome.done:
        (made if done.facts["created"] else there).append((done.change, done.facts["id"]))
    findings = (*plan.findings, *roles.findings)
    proof = _proof(call, part, copy, roles, outcome)
    return {
        "changed": bool(made),
        "changes": [change.as_dict() for change, dummy in made],
        "findings": [item.as_dict() for item in findings],
        "partial": not outcome.complete or any(is_unread(item) for item in findings),
        "source": [source.as_dict() for source in copying.sources],
        "identity": _identity(copying.target),
        "copied": [_shown(copy, *one) for one in made],
        "unchanged": [*part.unchanged, *(_shown(copy, *one) for one in there)],
        "not_copied": list(part.not_copied),
        "proof": proof,
    }


def _shown(copy: Copy, change: Change, arm_id: str) -> dict[str, Any]:
    return {**copy.right_of(change).as_dict(), "id": arm_id}


def _proof(call: Call, part: Part, copy: Copy, roles: RoleAssignments, outcome: Outcome) -> dict[str, Any] | None:
    """Compare both principals, and keep it in the ledger where that is news; None where it could not be read back."""
    held = copy.held(outcome, check_mode=call.check_mode)
    if held is None or not part.fates:
        return None
    proof = prove(part.fates, held, roles.known).as_dict()
    if not call.check_mode and proof != last_proof(call.record.records()):
        call.record.note(EVENT, {"proof": proof})
    return proof


def _identity(target: Target) -> dict[str, Any]:
    system = target.identity == SYSTEM
    return {
        "type": "SystemAssigned" if system else "UserAssigned",
        "id": None if system else target.identity,
        "principal_id": target.principal_id,
    }
