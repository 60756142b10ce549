# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which role assignments an identity should get, and which not and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import normal_id, same_id
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change, StepError
from .access_choices import Choices, inside
from .access_model import (
    CONTRIBUTOR,
    Assignment,
    Role,
    assignment_id,
    assignment_name,
    is_subscription_or_wider,
    names_principal,
    same_condition,
)
from .access_part import ROLE_ASSIGNMENT, Fate, Part, Right, Target

# A role at a scope: what Azure allows a principal once.
Key = tuple[str, str]
# What lies in management groups, at any depth: by the group's id in lower case.
Below = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Held:
    """A role assignment of a Run As account. ``dormant`` says why nothing can log in with that account, if so."""

    assignment: Assignment
    dormant: str | None = None


@dataclass(frozen=True)
class _Block:
    """Why a role assignment is not copied: a word for the result, and what fills the finding."""

    reason: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Candidate:
    """A role that the identity would get at a scope because the Run As account has ``source``."""

    source: Assignment
    role: Role
    scope: str
    block: _Block | None

    @property
    def key(self) -> Key:
        return normal_id(self.scope), self.role.guid

    def right(self) -> Right:
        return role_right(self.role, self.scope, self.source.condition)


@dataclass(frozen=True)
class _Given:
    """What becomes of a role at a scope: what the identity has or gets there, or the reason why nothing."""

    right: Right | None
    reason: str | None = None


class _Draft:
    """A plan while it is made."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.findings: list[Finding] = []
        self.unchanged: list[Mapping[str, Any]] = []
        self.not_copied: list[Mapping[str, Any]] = []
        self.given: dict[Key, _Given] = {}

    def skip(self, right: Right, reason: str) -> None:
        self.not_copied.append({**right.as_dict(), "reason": reason})

    def report(self, code: str, assignment: Assignment, role: Role, scope: str | None = None, **facts: Any) -> None:
        self.findings.append(finding(code, assignment.id, role=role.name, scope=scope or assignment.scope, **facts))


def plan_roles(
    target: Target,
    held: Sequence[Held],
    existing: Sequence[Assignment],
    roles: Mapping[str, Role],
    choices: Choices,
    below: Below | None = None,
) -> Part:
    """Return what the identity should get in addition to ``existing``, its own role assignments.

    ``roles`` has every role that ``held`` and ``choices`` name, by guid; ``choices`` are resolved. ``below`` tells what
    lies in management groups. Raises StepError where ``role_map`` would give a role outside the scope of the one that
    it replaces.
    """
    draft = _Draft()
    there = {assignment.key: assignment for assignment in existing}
    # Azure lists in no order to rely on; the fingerprint of a plan must not depend on it.
    ordered = sorted(held, key=lambda item: item.assignment.id.lower())
    wanted = [(item, _candidates(item, roles, choices, below or {}, draft)) for item in ordered]
    groups = _groups(candidate for dummy, candidates in wanted for candidate in candidates)
    for key, group in sorted(groups.items()):
        draft.given[key] = _plan_role(target, group, there.get(key), draft)
    return Part(
        changes=tuple(draft.changes),
        findings=tuple(draft.findings),
        fates=tuple(_fate(item, roles, choices, candidates, draft) for item, candidates in wanted),
        unchanged=tuple(draft.unchanged),
        not_copied=tuple(draft.not_copied),
    )


def role_right(role: Role, scope: str, condition: str | None) -> Right:
    """Return a role at a scope as a right."""
    return Right(ROLE_ASSIGNMENT, role.name, scope, (normal_id(scope), role.guid), condition)


def _candidates(
    item: Held, roles: Mapping[str, Role], choices: Choices, below: Below, draft: _Draft
) -> list[_Candidate]:
    source = item.assignment
    role = roles[source.role]
    if choices.excludes(source.scope, source.role):
        draft.skip(role_right(role, source.scope, source.condition), "excluded")
        return []
    rule = choices.rule_for(source.scope, source.role)
    if rule is None:
        return [_Candidate(source, role, source.scope, _block(role, source.scope, item, choices))]
    if not rule.to:
        draft.skip(role_right(role, source.scope, source.condition), "role_map")
    given = [(roles[one.role], _inside(source, role, roles[one.role], one.scope, below)) for one in rule.to]
    return [_Candidate(source, other, scope, _block(other, scope, item, choices)) for other, scope in given]


def _inside(source: Assignment, role: Role, other: Role, scope: str | None, below: Below) -> str:
    """Return the scope of a replacement. Raises StepError where it is outside of what is replaced: that would widen."""
    if scope is None or same_id(scope, source.scope):
        return source.scope
    if not lies_in(scope, source.scope, below):
        raise StepError(
            f"role_map replaces {role.name} at {source.scope} by {other.name} at {scope}, which does not lie inside "
            f"it. Nothing was changed. Give role_map an entry of its own for {role.name} at {source.scope}."
        )
    return scope


def lies_in(scope: str, outer: str, below: Below) -> bool:
    """Tell whether a scope is ``outer`` or inside it; ``below`` has what lies in management groups, by their ids."""
    return inside(scope, outer) or any(inside(scope, place) for place in below.get(normal_id(outer), ()))


def _block(role: Role, scope: str, item: Held, choices: Choices) -> _Block | None:
    if item.dormant and not choices.copy_unused:
        return _Block("unused", "RA304", {"why": item.dormant})
    if role.privileged and role.guid not in choices.include_privileged:
        return _Block("privileged", "RA303")
    if role.permissions is None and role.guid not in choices.include_privileged:
        return _Block("unreadable", "RA309", {"reason": role.reason})
    if not role.assignable_at(scope):
        return _Block("not assignable", "RA310", {"scopes": ", ".join(role.assignable_scopes)})
    if names_principal(item.assignment.condition, item.assignment.principal_id):
        return _Block("condition names the principal", "RA311", {"principal": item.assignment.principal_id})
    return None


def _groups(candidates: Iterable[_Candidate]) -> dict[Key, list[_Candidate]]:
    groups: dict[Key, list[_Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.key, []).append(candidate)
    return groups


def _plan_role(target: Target, group: list[_Candidate], there: Assignment | None, draft: _Draft) -> _Given:
    """Plan one role at one scope. What the identity has already stays as it is, dangerous or not."""
    open_ones = [candidate for candidate in group if candidate.block is None]
    joined = _joined(open_ones or group)
    if there is not None and joined is not None and same_condition(there.condition, joined.source.condition):
        return _leave_as_it_is(joined, there, draft)
    if not open_ones:
        return _refuse(group, draft)
    if joined is None:
        draft.report("RA307", group[0].source, group[0].role, group[0].scope)
        draft.skip(group[0].right(), "several conditions")
        return _Given(None, "several conditions")
    if there is not None:
        draft.report("RA306", joined.source, joined.role, joined.scope, existing=there.id)
        draft.skip(joined.right(), "other condition")
        return _Given(None, "other condition")
    return _create(target, joined, draft)


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


def _leave_as_it_is(candidate: _Candidate, there: Assignment, draft: _Draft) -> _Given:
    right = role_right(candidate.role, there.scope, there.condition)
    draft.unchanged.append({**right.as_dict(), "id": there.id})
    _warn_of_default(candidate, draft)
    return _Given(right)


def _refuse(group: Sequence[_Candidate], draft: _Draft) -> _Given:
    for candidate, block in [(item, item.block) for item in group if item.block is not None]:
        draft.report(block.code, candidate.source, candidate.role, candidate.scope, **block.facts)
        draft.skip(candidate.right(), block.reason)
    return _Given(None, group[0].block.reason if group[0].block else None)


def _create(target: Target, candidate: _Candidate, draft: _Draft) -> _Given:
    draft.changes.append(_creation(target, candidate))
    _warn_of_default(candidate, draft)
    return _Given(candidate.right())


def _warn_of_default(candidate: _Candidate, draft: _Draft) -> None:
    if candidate.role.guid == CONTRIBUTOR and is_subscription_or_wider(candidate.scope):
        draft.report("RA305", candidate.source, candidate.role, candidate.scope)


def _fate(
    item: Held, roles: Mapping[str, Role], choices: Choices, candidates: Sequence[_Candidate], draft: _Draft
) -> Fate:
    """Return what becomes of a role assignment, once all of them are planned."""
    source = item.assignment
    right = role_right(roles[source.role], source.scope, source.condition)
    given = [draft.given[candidate.key] for candidate in candidates]
    gives = tuple(one.right for one in given if one.right is not None)
    refused = next((one.reason for one in given if one.right is None), None)
    asked = "excluded" if choices.excludes(source.scope, source.role) else "role_map"
    mapped = choices.rule_for(source.scope, source.role) is not None
    reason = refused or (asked if mapped or not candidates else None)
    return Fate(right, source.principal_id, gives, reason, mapped)


def _creation(target: Target, candidate: _Candidate) -> Change:
    source, role, scope = candidate.source, candidate.role, candidate.scope
    name = assignment_name(scope, role.guid, target.principal_id) if target.principal_id else KNOWN_AFTER_APPLY
    after = {
        "role": role.name,
        "role_definition": role.guid,
        "scope": scope,
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
        "scope": normal_id(scope),
    }
    # Role assignments do not depend on each other: each is a track of its own.
    track = f"{normal_id(scope)}|{role.guid}"
    target_id = assignment_id(scope, name)
    return Change("create", ROLE_ASSIGNMENT, target_id, before=None, after=after, track=track, approval=approval)
