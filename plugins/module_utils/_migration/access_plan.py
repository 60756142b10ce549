# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which role assignments an identity should get, and which not and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._azure.ids import AccountId, normal_id, same_id, subscription_of
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change, Plan, StepError
from .access_choices import Choices
from .access_model import (
    CONTRIBUTOR,
    Assignment,
    Role,
    assignment_id,
    assignment_name,
    is_subscription_or_wider,
    same_condition,
)

# How many role assignments Azure allows in a subscription, and directly at a management group.
SUBSCRIPTION_LIMIT = 4000
MANAGEMENT_GROUP_LIMIT = 500
# From this part of a limit on, people should know.
_NEAR = 0.9


@dataclass(frozen=True)
class Target:
    """Who gets the access. ``identity`` is "system" or a resource id; ``principal_id`` is None before Azure made it."""

    account: AccountId
    identity: str
    principal_id: str | None


@dataclass(frozen=True)
class Held:
    """A role assignment of a Run As account. ``dormant`` says why nothing can log in with that account, if so."""

    assignment: Assignment
    dormant: str | None = None


@dataclass(frozen=True)
class AccessPlan:
    """The plan, and the role assignments that need no change or are not copied, as the result carries them."""

    plan: Plan
    unchanged: tuple[Mapping[str, Any], ...] = ()
    not_copied: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class _Block:
    """Why a role assignment is not copied: a word for the result, and what fills the finding."""

    reason: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    """A role that the identity would get because the Run As account has ``source``."""

    source: Assignment
    role: Role
    block: _Block | None

    @property
    def key(self) -> tuple[str, str]:
        return normal_id(self.source.scope), self.role.guid


class _Draft:
    """A plan while it is made."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.findings: list[Finding] = []
        self.unchanged: list[Mapping[str, Any]] = []
        self.not_copied: list[Mapping[str, Any]] = []

    def skip(self, assignment: Assignment, role: Role, reason: str) -> None:
        self.not_copied.append({**shown(role.name, assignment.scope, assignment.condition), "reason": reason})

    def report(self, code: str, assignment: Assignment, role: Role, **facts: Any) -> None:
        self.findings.append(finding(code, assignment.id, role=role.name, scope=assignment.scope, **facts))


def plan_access(
    target: Target,
    held: Sequence[Held],
    existing: Sequence[Assignment],
    roles: Mapping[str, Role],
    choices: Choices,
) -> AccessPlan:
    """Return what the identity should get in addition to ``existing``, its own role assignments.

    ``roles`` has every role that ``held`` and ``choices`` name, by guid; ``choices`` are resolved.
    """
    draft = _Draft()
    there = {assignment.key: assignment for assignment in existing}
    # Azure lists in no order to rely on; the fingerprint of a plan must not depend on it.
    ordered = sorted(held, key=lambda item: item.assignment.id.lower())
    for key, group in sorted(_groups(_candidates(ordered, roles, choices, draft)).items()):
        _plan_role(target, group, there.get(key), draft)
    return AccessPlan(
        Plan(tuple(draft.changes), tuple(draft.findings), _diffs(target, draft)),
        tuple(draft.unchanged),
        tuple(draft.not_copied),
    )


def shown(role: str, scope: str, condition: str | None) -> dict[str, Any]:
    """Return a role assignment as lists in the result carry it."""
    return {"role": role, "scope": scope, "condition": condition}


def _candidates(
    held: Iterable[Held], roles: Mapping[str, Role], choices: Choices, draft: _Draft
) -> Iterable[_Candidate]:
    for item in held:
        source = item.assignment
        role = roles[source.role]
        if choices.excludes(source.scope, source.role):
            draft.skip(source, role, "excluded")
            continue
        rule = choices.rule_for(source.scope, source.role)
        if rule and not rule.to:
            draft.skip(source, role, "role_map")
        for guid in rule.to if rule else (source.role,):
            yield _Candidate(source, roles[guid], _block(roles[guid], item, choices))


def _block(role: Role, item: Held, choices: Choices) -> _Block | None:
    if item.dormant and not choices.copy_unused:
        return _Block("unused", "RA304", {"why": item.dormant})
    if role.guid in choices.include_privileged:
        return None
    if role.privileged:
        return _Block("privileged", "RA303")
    if role.permissions is None:
        return _Block("unreadable", "RA309", {"reason": role.reason})
    return None


def _groups(candidates: Iterable[_Candidate]) -> dict[tuple[str, str], list[_Candidate]]:
    groups: dict[tuple[str, str], list[_Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.key, []).append(candidate)
    return groups


def _plan_role(target: Target, group: list[_Candidate], there: Assignment | None, draft: _Draft) -> None:
    """Plan one role at one scope. What the identity has already stays as it is, dangerous or not."""
    open_ones = [candidate for candidate in group if candidate.block is None]
    joined = _joined(open_ones or group)
    if there is not None and joined is not None and same_condition(there.condition, joined.source.condition):
        _leave_as_it_is(joined, there, draft)
    elif not open_ones:
        for candidate, block in [(item, item.block) for item in group if item.block is not None]:
            _refuse(candidate, block, draft)
    elif joined is None:
        draft.report("RA307", group[0].source, group[0].role)
        draft.skip(group[0].source, group[0].role, "several conditions")
    elif there is not None:
        draft.report("RA306", joined.source, joined.role, existing=there.id)
        draft.skip(joined.source, joined.role, "other condition")
    else:
        _create(target, joined, draft)


def _joined(group: Sequence[_Candidate]) -> _Candidate | None:
    """Return the one candidate that gives what all give together; None where that cannot be said.

    Who holds a role without condition gains nothing by holding it with one as well.
    """
    free = next((candidate for candidate in group if not candidate.source.condition), None)
    if free is not None:
        return free
    first = group[0]
    agree = all(same_condition(first.source.condition, other.source.condition) for other in group)
    return first if agree else None


def _leave_as_it_is(candidate: _Candidate, there: Assignment, draft: _Draft) -> None:
    draft.unchanged.append({**shown(candidate.role.name, there.scope, there.condition), "id": there.id})
    _warn_of_default(candidate, draft)


def _refuse(candidate: _Candidate, block: _Block, draft: _Draft) -> None:
    draft.report(block.code, candidate.source, candidate.role, **block.facts)
    draft.skip(candidate.source, candidate.role, block.reason)


def _create(target: Target, candidate: _Candidate, draft: _Draft) -> None:
    draft.changes.append(_creation(target, candidate.source, candidate.role))
    _warn_of_default(candidate, draft)


def _warn_of_default(candidate: _Candidate, draft: _Draft) -> None:
    if candidate.role.guid == CONTRIBUTOR and is_subscription_or_wider(candidate.source.scope):
        draft.report("RA305", candidate.source, candidate.role)


def _creation(target: Target, source: Assignment, role: Role) -> Change:
    name = assignment_name(source.scope, role.guid, target.principal_id) if target.principal_id else KNOWN_AFTER_APPLY
    arm_id = assignment_id(source.scope, name)
    after = {
        "role": role.name,
        "role_definition": role.guid,
        "scope": source.scope,
        "principal_id": target.principal_id or KNOWN_AFTER_APPLY,
        "principal_type": "ServicePrincipal",
        "condition": source.condition,
        # Condition and version go together (azure-contracts, 4.1).
        "condition_version": (source.condition_version or "2.0") if source.condition else None,
        "description": source.description,
    }
    approval = {
        **{key: after[key] for key in ("role_definition", "condition", "condition_version", "description")},
        "account": target.account.arm_id.lower(),
        "identity": normal_id(target.identity),
        "scope": normal_id(source.scope),
    }
    # Role assignments do not depend on each other: each is a track of its own.
    track = f"{normal_id(source.scope)}|{role.guid}"
    return Change("create", "role_assignment", arm_id, before=None, after=after, track=track, approval=approval)


def _diffs(target: Target, draft: _Draft) -> tuple[Mapping[str, Any], ...]:
    if not draft.changes:
        return ()
    header = f"{target.account.name} role assignments of the identity {target.identity}"
    before = [_line(entry) for entry in draft.unchanged]
    after = before + [_line(change.after) for change in draft.changes]
    return (
        {
            "before_header": header,
            "after_header": header,
            "before": {"role_assignments": sorted(before)},
            "after": {"role_assignments": sorted(after)},
        },
    )


def _line(entry: Mapping[str, Any]) -> str:
    condition = f" if {entry['condition']}" if entry["condition"] else ""
    return f"{entry['role']} at {entry['scope']}{condition}"


def new_per_place(plan: Plan) -> dict[str, int]:
    """Return how many role assignments the plan adds to each subscription and management group."""
    added: dict[str, int] = {}
    for change in plan.changes:
        place = place_of(change.after["scope"])
        if place is not None:
            added[place] = added.get(place, 0) + 1
    return added


def place_of(scope: str) -> str | None:
    """Return the scope whose limit counts a role assignment; None for the tenant, whose limit is not known."""
    subscription = subscription_of(scope)
    if subscription is not None:
        return f"/subscriptions/{subscription.lower()}"
    return normal_id(scope) or None


def count_at(place: str, assignments: Iterable[Assignment]) -> int:
    """Return how many of the listed role assignments count against the limit of a place; inherited ones do not."""
    return sum(same_id(place_of(assignment.scope), place) for assignment in assignments)


def with_limits(plan: Plan, counts: Mapping[str, int]) -> Plan:
    """Return the plan with findings about places that get nearly full; ``counts`` is what each holds now.

    Raises StepError, before anything is written, where a limit would be passed.
    """
    near: list[Finding] = []
    for place, added in sorted(new_per_place(plan).items()):
        if place not in counts:
            continue
        limit = SUBSCRIPTION_LIMIT if subscription_of(place) else MANAGEMENT_GROUP_LIMIT
        count = counts[place] + added
        if count > limit:
            raise StepError(
                f"{place} holds {counts[place]} role assignments and would get {added} more; Azure allows {limit}. "
                "Nothing was changed. Remove some there that are not needed, such as those of deleted principals, or "
                "leave some out with exclude or role_map."
            )
        if count > limit * _NEAR:
            near.append(finding("RA308", place, scope=place, count=count, limit=limit))
    return replace(plan, findings=plan.findings + tuple(near))
