# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the Run As accounts of an account may do, what its identity may do, and what copying would leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._azure.ids import normal_id
from .._azure.session import Session
from .._finding import Finding
from . import access_reading as reading
from .access_around import AccessAround
from .access_choices import Choices
from .access_ends import Ends
from .access_model import CONTRIBUTOR, Assignment, Role, same_condition
from .access_part import Target
from .access_plan import Held, plan_roles
from .access_sources import dormant_because
from .run_as_survey import Surveyed


@dataclass(frozen=True)
class Access:
    """What was found. ``new_scopes`` are those where roles would be given to the identity; ``roleless`` are the
    service principals that hold none anywhere, although every list could be read."""

    shown: Mapping[str, Any]
    findings: tuple[Finding, ...] = ()
    new_scopes: tuple[str, ...] = ()
    roleless: frozenset[str] = frozenset()


def survey_access(
    session: Session, target: Target, found: Sequence[Surveyed], around: AccessAround, ends: Ends, max_parallel: int
) -> Access:
    """Return the role assignments of the Run As principals and of the identity, compared as copying compares them."""
    principals = principals_of(found)
    if not principals:
        return Access({"principals": [], "identity": []})
    own = target.account.subscription_id
    seen = reading.read_at(session, around.scopes(own), sorted(principals), max_parallel)
    assignments = [assignment for assignment, dummy in seen.assignments]
    roles = reading.read_roles(session, seen, max_parallel)
    existing: list[Assignment] = []
    places = seen.places(assignment.scope for assignment in assignments)
    if target.principal_id:
        by_place = reading.read_existing(session, places, target.principal_id, max_parallel)
        existing = reading.distinct(item for listed in by_place.values() for item in listed)
    held = [Held(assignment, principals[assignment.principal_id.lower()]) for assignment in assignments]
    copy = plan_roles(target, held, existing, roles, Choices())
    unread: tuple[Finding, ...] = ()
    if copy.changes:
        # As copying does it: an end matters only where something would be given.
        ending, unread = ends.at(places, sorted(principals))
        held = [replace(item, ends=ending.get(normal_id(item.assignment.id))) for item in held]
        copy = plan_roles(target, held, existing, roles, Choices())
    return Access(
        shown=shown_access(found, assignments, existing, roles),
        findings=(*around.findings(), *seen.findings, *unread, *copy.findings),
        new_scopes=tuple(dict.fromkeys(change.after["scope"] for change in copy.changes)),
        roleless=_without_any(principals, assignments) if around.whole and not seen.findings else frozenset(),
    )


def principals_of(found: Iterable[Surveyed]) -> dict[str, str | None]:
    """Return the service principals, each with the reason why nothing can log in with it; one that can, has none."""
    reasons: dict[str, str | None] = {}
    for one in found:
        principal = one.entra.principal
        if principal is None:
            continue
        key = str(principal["id"]).lower()
        dormant = dormant_because(one.run_as, dict(principal))
        reasons[key] = reasons.get(key, dormant) and dormant
    return reasons


def _without_any(principals: Iterable[str], assignments: Iterable[Assignment]) -> frozenset[str]:
    holders = {assignment.principal_id.lower() for assignment in assignments}
    return frozenset(principal for principal in principals if principal not in holders)


def shown_access(
    found: Iterable[Surveyed],
    assignments: Sequence[Assignment],
    existing: Sequence[Assignment],
    roles: Mapping[str, Role],
) -> dict[str, Any]:
    """Return the part of an assessment that tells of access. Pure."""
    own = {assignment.key: assignment for assignment in existing}
    principals = []
    for one in found:
        if one.entra.principal is None:
            continue
        principal_id = str(one.entra.principal["id"])
        theirs = [item for item in assignments if item.principal_id.lower() == principal_id.lower()]
        default = one.run_as.subscription_id or one.account.subscription_id
        principals.append(
            {
                "connection": one.run_as.connection,
                "principal_id": principal_id,
                "assignments": [
                    {
                        **_shown(item, roles),
                        "kind": kind_of_access(item, roles, default),
                        "held_by_identity": _holds(own.get(item.key), item),
                    }
                    for item in sorted(theirs, key=lambda item: item.id.lower())
                ],
            }
        )
    return {"principals": principals, "identity": [_shown(item, roles) for item in existing]}


def _shown(assignment: Assignment, roles: Mapping[str, Role]) -> dict[str, Any]:
    role = roles.get(assignment.role)
    return {
        "id": assignment.id,
        "role": role.name if role else assignment.role,
        "role_id": assignment.role,
        "scope": assignment.scope,
        "condition": assignment.condition,
    }


def kind_of_access(assignment: Assignment, roles: Mapping[str, Role], subscription_id: str) -> str:
    """Return what a role assignment is to a reviewer: what the portal gave by default, or something else. Pure."""
    role = roles.get(assignment.role)
    at_subscription = normal_id(assignment.scope) == f"/subscriptions/{subscription_id}".lower()
    if assignment.role == CONTRIBUTOR and at_subscription and not assignment.condition:
        return "default_contributor"
    if role is not None and role.privileged:
        return "privileged"
    return "custom_role" if role is not None and role.custom else "other"


def _holds(own: Assignment | None, wanted: Assignment) -> bool:
    return own is not None and same_condition(own.condition, wanted.condition)
