# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that moves the container mappings of Site Recovery from a Run As account to the account's identity.

The account's identity is enabled, then gets its role, and only then are the mappings written; afterwards the role may
be lowered. Only Azure-to-Azure mappings that update their agents through this account are touched, unless linking
others was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import automation
from .._azure.ids import normal_id
from .._finding import Finding
from .._ledger import read_journal
from .._step import KNOWN_AFTER_APPLY, Change, Hands, Outcome, Plan
from . import identity as enabling
from . import site_recovery_roles as roles
from ._call import Call, Result
from .earlier_changes import assignments_after, identity_after
from .site_recovery_access import Access, RoleHands, Roles, RoleWishes, asked_for
from .site_recovery_model import CONTAINER_MAPPING, fields_from, same_fields
from .site_recovery_plan import ENABLE, KEEP, SETTLED, Asked, Options, changes_of, decide, own_of
from .site_recovery_reading import ACCOUNT as ALL_OF_ACCOUNT
from .site_recovery_reading import SUBSCRIPTION, Seen, read_vaults
from .site_recovery_result import Told, diffs_of, findings_of, is_partial
from .site_recovery_writing import read_mapping_fields, write_mapping

NAME = "migrate_site_recovery"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "vaults": {"type": "list", "elements": "str", "default": []},
            "vault_scope": {"type": "str", "choices": [ALL_OF_ACCOUNT, SUBSCRIPTION], "default": ALL_OF_ACCOUNT},
            "vault_subscription": {"type": "str"},
            "link": {"type": "bool", "default": False},
            "auto_update": {"type": "str", "choices": [KEEP, ENABLE], "default": KEEP},
            "toggle": {"type": "bool", "default": False},
            "role_scope": {
                "type": "str",
                "choices": [roles.VAULT, roles.RESOURCE_GROUPS, roles.SUBSCRIPTION],
                "default": roles.VAULT,
            },
            "lower_role": {"type": "bool", "default": False},
            "hybrid": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
            "operation_timeout": {"type": "int", "default": 1800},
            "replication_timeout": {"type": "int", "default": 300},
            "surroundings_age": {"type": "int", "default": 600},
            "planned": {"type": "list", "elements": "dict", "default": []},
        }
    )
)


@dataclass(frozen=True)
class Observed:
    """What was read: the account with its identity, the vaults, and the journal's records."""

    account: Mapping[str, Any]
    before: enabling.Identity
    seen: Seen
    asked: Asked
    records: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Decision:
    """What is done: the identity first, then roles and mappings. ``plan`` is all of it."""

    identity: Plan
    after: enabling.Identity
    access: Access
    rest: Plan

    @property
    def plan(self) -> Plan:
        """The whole as one plan."""
        return Plan(
            (*self.identity.changes, *self.rest.changes),
            (*self.identity.findings, *self.rest.findings),
            (*self.identity.diffs, *self.rest.diffs),
        )


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    observed = _observe(call)
    _settle(call, observed)
    decision = _decide(call, observed, observed.before)
    if call.check_mode or not decision.identity.changes:
        return _finish(call, observed, decision, decision.plan, fresh=False)
    return _in_two_phases(call, observed, decision)


def _observe(call: Call) -> Observed:
    answer = automation.get_account(call.session, call.account)
    records = read_journal(call.ledger)
    seen = read_vaults(call)
    options = Options(
        link=call.parameters["link"],
        auto_update=call.parameters["auto_update"],
        toggle=call.parameters["toggle"],
        named=bool(call.parameters["vaults"]),
    )
    asked = Asked(call.account.arm_id, str(answer.get("location") or ""), options, own_of(records, NAME), seen.gone)
    before = identity_after(enabling.observed_identity(answer), _earlier(call))
    return Observed(answer, before, seen, asked, records)


def _earlier(call: Call) -> Sequence[Mapping[str, Any]]:
    """Return what earlier steps would have changed by now; outside of check mode Azure tells."""
    return call.parameters["planned"] if call.check_mode else ()


def _settle(call: Call, observed: Observed) -> None:
    """Record which mappings that this step had switched off are on, so that a later switch is somebody else's."""
    if call.journal is None:
        return
    for vault in observed.seen.vaults:
        for mapping in vault.mappings:
            if mapping.fields.updates and normal_id(mapping.id) in observed.asked.own.switched_off:
                call.journal.note(SETTLED, {"mapping": mapping.id})


def _decide(call: Call, observed: Observed, now: enabling.Identity) -> Decision:
    """Return what is to be done for an account with the identity ``now``."""
    judged = [(vault, decide(vault, observed.asked)) for vault in observed.seen.vaults]
    wanted = any(one.needs_identity for dummy, decided in judged for one in decided)
    after = enabling.merged(now, enabling.Wanted(system=True, user_assigned={})) if wanted else now
    hybrid = enabling.hybrid_findings(call, now, after)
    access = _roles(call, observed, now).plan(judged)
    changes = tuple(sorted((*access.changes, *changes_of(access.decided)), key=lambda change: change.wave))
    findings = findings_of(call.account, observed.asked, observed.seen, access)
    return Decision(
        enabling.plan_identity(call.account, now, after, hybrid),
        after,
        access,
        Plan(changes, findings, diffs_of(call.account, access, changes)),
    )


def _holder(call: Call, identity: enabling.Identity) -> roles.Holder:
    known = identity.system and identity.principal_id != KNOWN_AFTER_APPLY
    return roles.Holder(call.account.arm_id, identity.principal_id if known else None)


def _roles(call: Call, observed: Observed, now: enabling.Identity) -> Roles:
    wishes = RoleWishes(call.parameters["role_scope"], call.parameters["lower_role"])
    expected = assignments_after(now, _earlier(call))
    return Roles(call.session, _holder(call, now), wishes, observed.records, NAME, call.max_parallel, expected)


def _in_two_phases(call: Call, observed: Observed, decision: Decision) -> Result:
    """Enable the identity, then do the rest: the ids of its role assignments follow from what only Azure decides."""
    whole = decision.plan
    # Refuses a plan that is not the approved one, before the first write: without a journal nothing is carried out.
    replace(call, journal=None).finish(whole, Hands(reread=lambda dummy: None, write=lambda dummy: None))
    approved = replace(call, parameters={**call.parameters, "expect_plan": None})
    first = approved.finish(
        decision.identity,
        Hands(
            reread=lambda dummy: _identity_now(call).as_dict(),
            write=lambda dummy: _enable(call, observed.before, decision.after),
        ),
        verify=lambda: enabling.refuse_loss(call.account, observed.before, decision.after, _identity_now(call)),
    )
    if first.get("failed"):
        return _stopped(first, decision, whole)
    again = _decide(call, observed, _identity_now(call))
    second = _finish(approved, observed, again, again.rest, fresh=True)
    return _joined(first, second, whole)


def _identity_now(call: Call) -> enabling.Identity:
    return enabling.observed_identity(automation.get_account(call.session, call.account))


def _enable(call: Call, before: enabling.Identity, after: enabling.Identity) -> dict[str, Any]:
    answer = automation.patch_identity(call.session, call.account, enabling.request_body(before, after))
    return enabling.observed_identity(answer).as_dict()


def _stopped(first: Result, decision: Decision, whole: Plan) -> Result:
    """Return the result of a run whose identity could not be enabled: nothing else was tried."""
    left = [{**change.as_dict(), "reason": "not tried"} for change in decision.rest.changes]
    return {
        **first,
        "findings": [item.as_dict() for item in whole.findings],
        "not_changed": [*first.get("not_changed", []), *left],
        "plan_fingerprint": whole.fingerprint,
        "partial": True,
    }


def _joined(first: Result, second: Result, whole: Plan) -> Result:
    """Return what both phases tell, as one result."""
    joined = {
        **second,
        "changed": first["changed"] or second["changed"],
        "changes": [*first["changes"], *second["changes"]],
        "findings": [*first["findings"], *second["findings"]],
        "plan_fingerprint": whole.fingerprint,
    }
    if "diff" in second:
        joined["diff"] = [*first.get("diff", []), *second["diff"]]
    return joined


def _finish(call: Call, observed: Observed, decision: Decision, plan: Plan, *, fresh: bool) -> Result:
    work = Work(call, decision, fresh=fresh)
    return call.finish(
        plan,
        Hands(reread=work.reread, write=work.write),
        facts=lambda outcome: _facts(call, observed, decision, work, outcome),
    )


class Work:
    """Writes roles and mappings. ``fresh`` tells that the identity was made a moment ago."""

    def __init__(self, call: Call, decision: Decision, *, fresh: bool) -> None:
        self._call = call
        self._decision = decision
        given = any(change.wave == roles.WIDE_WAVE for change in decision.access.changes)
        # Site Recovery sees a role late: only then is an operation that failed tried again.
        self._patience = float(call.parameters["replication_timeout"]) if fresh or given else 0.0
        self._roles: RoleHands | None = None
        self.mappings: dict[str, Mapping[str, Any]] = {}
        if not call.check_mode and decision.access.changes:
            self._roles = self._role_hands(decision)

    def _role_hands(self, decision: Decision) -> RoleHands:
        call, identity = self._call, decision.after
        return RoleHands(
            call.session,
            _holder(call, identity),
            decision.access.scopes,
            float(call.parameters["replication_timeout"]),
            call.max_parallel,
        )

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found while writing."""
        return self._roles.findings if self._roles else ()

    def reread(self, change: Change) -> Any:
        """Return the target of a change as it is now, in the shape of its ``before``."""
        if change.kind == CONTAINER_MAPPING:
            now = read_mapping_fields(self._call.session, change.target)
            return change.before if same_fields(fields_from(now), fields_from(change.before)) else now
        return self._roles_of_plan.reread(change)

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change."""
        if change.kind != CONTAINER_MAPPING:
            return self._roles_of_plan.write(change)
        deadline = float(self._call.parameters["operation_timeout"])
        mapping = write_mapping(self._call.session, change.target, change.after, deadline, self._patience)
        self.mappings[change.target] = mapping
        return {}

    @property
    def _roles_of_plan(self) -> RoleHands:
        if self._roles is None:
            raise RuntimeError("a role is written that was not planned")
        return self._roles


def _facts(call: Call, observed: Observed, decision: Decision, work: Work, outcome: Outcome) -> dict[str, Any]:
    told = Told(decision.access, work.mappings, check_mode=call.check_mode)
    refused = asked_for([failure.change for failure in outcome.failures if failure.change.wave in _GIVING])
    hand_over = [*decision.access.hand_over, *refused]
    facts = {
        "identity": _identity_fact(call, observed, decision),
        "vaults": told.vaults(observed.seen.vaults),
        "left": told.left(),
        "hand_over": [entry.as_dict() for entry in hand_over],
        "partial": is_partial(decision.access) or not outcome.complete,
    }
    found = [item.as_dict() for item in work.findings]
    return {**facts, "findings": [*(one.as_dict() for one in _plan_findings(decision)), *found]}


_GIVING = frozenset({roles.WIDE_WAVE, roles.NARROW_WAVE})


def _plan_findings(decision: Decision) -> tuple[Finding, ...]:
    return decision.plan.findings


def _identity_fact(call: Call, observed: Observed, decision: Decision) -> dict[str, Any]:
    """Return the identity as it is now, or in check mode as it would be."""
    if call.check_mode or not observed.before.system:
        answer = observed.account if call.check_mode else automation.get_account(call.session, call.account)
        return enabling.identity_fact(answer, decision.after)
    return enabling.identity_fact(observed.account, observed.before)
