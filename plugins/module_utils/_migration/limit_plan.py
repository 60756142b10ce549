# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which role assignments of a Run As account are limited, and how. Pure.

Each Contributor is replaced where it is: the custom role is assigned first, and only then Contributor is taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import normal_id
from .._finding import Finding, finding
from .._step import Change, Plan
from .access_ends import TIME_BOUND
from .access_model import CONTRIBUTOR, Assignment, Role, assignment_id, assignment_name, same_condition
from .actions import allows
from .limit_role import (
    LimitRole,
    State,
    assignable_scope,
    covers,
    definition_target,
    is_management_group,
    name_of_group,
    taken_anew,
    wanted_state,
)
from .unread import FORBIDDEN

ROLE_DEFINITION = "role_definition"
ROLE_ASSIGNMENT = "run_as_role_assignment"
CREATE, UPDATE, DELETE = "create", "update", "delete"

# Each of these makes a principal reach into vaults: by itself, or by an access policy that it gives itself.
_OPENS_VAULTS = ("Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/accessPolicies/write")


@dataclass(frozen=True)
class Situation:
    """What was read.

    ``held`` are the direct role assignments of the Run As principals, ``of_groups`` those that their groups hold.
    ``roles`` has the role of each by guid, ``gone`` the principals that are no more. ``role`` is the custom role,
    ``contributor`` the state of Azure's Contributor; ``others`` is how many role assignments of other principals name
    the custom role, 0 where it is not there. ``ends`` is when role assignments end that do, by ``normal_id``.
    """

    held: Sequence[Assignment]
    of_groups: Sequence[Assignment]
    roles: Mapping[str, Role]
    gone: frozenset[str]
    role: LimitRole
    contributor: State
    others: int = 0
    ends: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LimitPlan:
    """The plan, and what needs no change or is left, as the result carries it.

    ``state`` is what the custom role is afterwards, None where there is none; ``covers`` maps the id of a role
    assignment that is deleted to what has to be there first.
    """

    plan: Plan
    state: State | None = None
    unchanged: tuple[Mapping[str, Any], ...] = ()
    left: tuple[Mapping[str, Any], ...] = ()
    covers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def shown(assignment: Assignment) -> dict[str, Any]:
    """Return where a Run As account is limited, as lists in the result carry it."""
    return {
        "principal_id": assignment.principal_id,
        "scope": assignment.scope,
        "condition": assignment.condition,
    }


class _Draft:
    """A plan while it is made."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.changes: list[Change] = []
        self.findings: list[Finding] = []
        self.unchanged: list[Mapping[str, Any]] = []
        self.left: list[Mapping[str, Any]] = []
        self.scopes: dict[str, str] = {}
        self.covers: dict[str, Mapping[str, Any]] = {}

    def leave(self, code: str, assignment: Assignment, reason: str, **facts: Any) -> None:
        self.findings.append(finding(code, assignment.id, scope=assignment.scope, **facts))
        self.left.append({**shown(assignment), "id": assignment.id, "reason": reason})

    def group_of_role(self) -> str | None:
        """The one management group at which the role can be assigned (contract 4.8)."""
        scopes = (*self.situation.role.scopes, *self.scopes.values())
        return next((scope for scope in scopes if is_management_group(scope)), None)


def concerns(situation: Situation) -> bool:
    """Tell whether the custom role is needed, or held already."""
    return any(assignment.role in (CONTRIBUTOR, situation.role.guid) for assignment in situation.held)


def plan_limits(situation: Situation, not_actions: Sequence[str]) -> LimitPlan:
    """Return how Contributor is replaced, and what stays a matter for people."""
    draft = _Draft(situation)
    # Azure lists in no order to rely on; the fingerprint of a plan must not depend on it.
    ordered = sorted(situation.held, key=lambda item: item.id.lower())
    limited = {_holding(item): item for item in ordered if item.role == situation.role.guid}
    for assignment in ordered:
        if assignment.role == CONTRIBUTOR:
            _plan_swap(draft, assignment, limited.pop(_holding(assignment), None))
    for assignment in limited.values():
        draft.unchanged.append({**shown(assignment), "id": assignment.id})
    _warn_of_other_roles(draft, ordered)
    state = _plan_role(draft, not_actions)
    plan = Plan(tuple(draft.changes), tuple(draft.findings), tuple(_diffs(draft.changes, situation.role.before, state)))
    return LimitPlan(plan, state, tuple(draft.unchanged), tuple(draft.left), draft.covers)


def _holding(assignment: Assignment) -> tuple[str, str]:
    return normal_id(assignment.scope), assignment.principal_id.lower()


def _plan_swap(draft: _Draft, contributor: Assignment, limited: Assignment | None) -> None:
    role = draft.situation.role
    if contributor.principal_id.lower() in draft.situation.gone:
        draft.leave("RA354", contributor, "gone", principal=contributor.principal_id)
    elif (end := draft.situation.ends.get(normal_id(contributor.id))) is not None:
        draft.leave("RA360", contributor, TIME_BOUND, end=end)
    elif limited is not None and not same_condition(limited.condition, contributor.condition):
        draft.leave("RA355", contributor, "other condition", name=role.name)
    elif limited is not None:
        _delete(draft, contributor, wanted_assignment(contributor, role.guid, role.name))
    elif (why := _obstacle(draft, contributor.scope)) is not None:
        also = ", or name a custom role of its own with role_name" if is_management_group(contributor.scope) else ""
        draft.leave("RA353", contributor, "scope", name=role.name, why=why, also=also)
    else:
        after = wanted_assignment(contributor, role.guid, role.name)
        target = assignment_id(contributor.scope, assignment_name(contributor.scope, role.guid, after["principal_id"]))
        draft.changes.append(Change(CREATE, ROLE_ASSIGNMENT, target, None, after, track=_track(contributor), wave=1))
        _delete(draft, contributor, after)


def _obstacle(draft: _Draft, scope: str) -> str | None:
    """Return why the role cannot be assigned at a scope; else see to it that it can (contract 4.8)."""
    if covers((*draft.situation.role.scopes, *draft.scopes.values()), scope):
        return None
    wanted = assignable_scope(scope)
    if wanted is None:
        return "no custom role can be assigned at the root"
    group = draft.group_of_role()
    if is_management_group(wanted) and group is not None:
        return f"Azure allows one management group to a custom role, and its is {name_of_group(group)}"
    draft.scopes[normal_id(wanted)] = wanted
    return None


def wanted_assignment(model: Assignment, role: str, name: str) -> dict[str, Any]:
    """Return a role assignment like ``model`` of another role, in the shape of a change."""
    return {
        "role": name,
        "role_definition": role,
        "scope": model.scope,
        "principal_id": model.principal_id,
        "principal_type": "ServicePrincipal",
        "condition": model.condition,
        # Condition and version go together (azure-contracts, 4.1).
        "condition_version": (model.condition_version or "2.0") if model.condition else None,
        "description": model.description,
    }


def _delete(draft: _Draft, assignment: Assignment, cover: Mapping[str, Any]) -> None:
    draft.changes.append(deletion(assignment, "Contributor", wave=1))
    draft.covers[assignment.id] = cover


def deletion(assignment: Assignment, role: str, wave: int) -> Change:
    """Return the change that takes a role assignment away."""
    before = wanted_assignment(assignment, assignment.role, role)
    return Change(DELETE, ROLE_ASSIGNMENT, assignment.id, before, None, track=_track(assignment), wave=wave)


def _track(assignment: Assignment) -> str:
    return "|".join(_holding(assignment))


def _plan_role(draft: _Draft, not_actions: Sequence[str]) -> State | None:
    """Plan the custom role itself, which comes before all that needs it; return what it is afterwards."""
    situation, role = draft.situation, draft.situation.role
    if not draft.changes and not draft.unchanged:
        return role.before
    after = wanted_state(role, situation.contributor, not_actions, draft.scopes.values())
    if after == role.before:
        return after
    action = CREATE if role.before is None else UPDATE
    target = definition_target(after if role.before is None else role.before, role.place)
    draft.changes.insert(0, Change(action, ROLE_DEFINITION, target, role.before, after, track=ROLE_DEFINITION))
    taken = taken_anew(role.before, after)
    if taken and situation.others:
        actions = ", ".join(taken)
        found = finding("RA356", target, name=role.name, count=situation.others, actions=actions)
        draft.findings.append(found)
    return after


def _warn_of_other_roles(draft: _Draft, held: Iterable[Assignment]) -> None:
    """Say what else lets the Run As account reach vaults: notActions take from their own role alone."""
    situation = draft.situation
    for assignment in held:
        if assignment.role in (CONTRIBUTOR, situation.role.guid) or assignment.principal_id.lower() in situation.gone:
            continue
        _warn(draft, assignment, "RA352")
    for assignment in sorted(situation.of_groups, key=lambda item: item.id.lower()):
        _warn(draft, assignment, "RA351", group=assignment.principal_id)


def _warn(draft: _Draft, assignment: Assignment, code: str, **facts: Any) -> None:
    role = draft.situation.roles[assignment.role]
    if role.permissions is None:
        what = f"What the role {role.name} allows, which is assigned at {assignment.scope},"
        draft.findings.append(finding(FORBIDDEN, assignment.id, what=what, reason=role.reason))
    elif opens_vaults(role):
        draft.findings.append(finding(code, assignment.id, role=role.name, scope=assignment.scope, **facts))


def opens_vaults(role: Role) -> bool:
    """Tell whether a role lets its holder give himself access to vaults, at once or by giving out roles."""
    return role.privileged or any(allows(entry, action) for entry in role.permissions or () for action in _OPENS_VAULTS)


def _diffs(changes: Sequence[Change], before: State | None, after: State | None) -> Iterable[Mapping[str, Any]]:
    if any(change.kind == ROLE_DEFINITION for change in changes) and after is not None:
        header = f"custom role {after['name']}"
        yield {"before_header": header, "after_header": header, "before": dict(before or {}), "after": dict(after)}
    yield from assignment_diffs(changes)


def assignment_diffs(changes: Sequence[Change]) -> Iterable[Mapping[str, Any]]:
    """Return the diff-mode entry of changed role assignments."""
    assignments = [change for change in changes if change.kind == ROLE_ASSIGNMENT]
    if assignments:
        header = "role assignments of the Run As account"
        yield {
            "before_header": header,
            "after_header": header,
            "before": {"role_assignments": sorted(_line(c.before) for c in assignments if c.before)},
            "after": {"role_assignments": sorted(_line(c.after) for c in assignments if c.after)},
        }


def _line(entry: Mapping[str, Any]) -> str:
    condition = f" if {entry['condition']}" if entry["condition"] else ""
    return f"{entry['role']} at {entry['scope']}{condition} for {entry['principal_id']}"
