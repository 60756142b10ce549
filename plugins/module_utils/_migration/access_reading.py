# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading role assignments and roles wherever the login can, and saying where it cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._azure import authorization, subscriptions
from .._azure.errors import Absent, Forbidden
from .._azure.ids import AccountId, normal_id, subscription_of
from .._azure.session import Session
from .._finding import Finding
from .._step import StepError, in_parallel
from .access_choices import Choices, is_guid
from .access_model import Assignment, Role, assignment_of, role_of
from .unread import unread_finding

# Lists the direct role assignments of a principal at a scope, as the wire has them.
Lister = Callable[[str, str], "list[dict[str, Any]]"]


@dataclass(frozen=True)
class Reading:
    """Role assignments, each with the scope at whose list it was seen, and what could not be read."""

    assignments: tuple[tuple[Assignment, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    def places(self, scopes: Iterable[str]) -> list[str]:
        """Return the scopes whose lists show what is at ``scopes``."""
        wanted = {normal_id(scope) for scope in scopes}
        return sorted({seen for assignment, seen in self.assignments if normal_id(assignment.scope) in wanted})


def read_assignments(session: Session, account: AccountId, principals: Sequence[str], max_parallel: int) -> Reading:
    """Return the direct role assignments of principals at every scope that the login can read.

    A subscription's list includes its resource groups and resources; management
    groups have lists of their own (azure-contracts, section 4). A scope that
    forbids reading becomes a finding.
    """
    scopes, findings = _scopes(session, account)
    found = read_at(session, scopes, principals, max_parallel)
    return Reading(found.assignments, findings + found.findings)


def read_at(
    session: Session,
    scopes: Sequence[str],
    principals: Sequence[str],
    max_parallel: int,
    lister: Lister | None = None,
) -> Reading:
    """Return the direct role assignments of principals that the lists of the scopes show; those of ``lister``, if any.

    A scope that forbids reading becomes a finding.
    """
    pairs = [(scope, principal) for principal in principals for scope in scopes]
    parts = in_parallel(lambda pair: _read_at(session, lister, *pair), pairs, max_parallel)
    every = tuple(pair for part in parts for pair in part.assignments)
    return Reading(distinct_places(every), _once(found for part in parts for found in part.findings))


def _scopes(session: Session, account: AccountId) -> tuple[list[str], tuple[Finding, ...]]:
    visible = [item["subscriptionId"] for item in subscriptions.list_subscriptions(session)]
    ids = {subscription.lower(): subscription for subscription in [account.subscription_id, *visible]}
    scopes = [f"/subscriptions/{subscription}" for subscription in ids.values()]
    try:
        groups = subscriptions.list_management_groups(session)
    except Forbidden as error:
        return scopes, (unread_finding("The list of management groups", "/", error),)
    return [*scopes, *(group["id"] for group in groups)], ()


def _read_at(session: Session, lister: Lister | None, scope: str, principal_id: str) -> Reading:
    try:
        return _listed(session, scope, principal_id, lister)
    except (Forbidden, Absent) as error:
        # One finding per scope, whoever's role assignments were looked for.
        unread = unread_finding(f"The role assignments at {scope}", scope, error)
        return Reading(_read_groups(session, scope, principal_id), (unread,))


def _listed(session: Session, scope: str, principal_id: str, lister: Lister | None = None) -> Reading:
    list_for_principal = lister or partial(authorization.list_for_principal, session)
    items = list_for_principal(scope, principal_id)
    return Reading(tuple((assignment_of(item), scope) for item in items))


def _read_groups(session: Session, scope: str, principal_id: str) -> tuple[tuple[Assignment, str], ...]:
    """Return what the resource groups show of a subscription that may not be read as a whole."""
    subscription = subscription_of(scope)
    if subscription is None:
        return ()
    try:
        groups = subscriptions.list_resource_groups(session, subscription)
    except (Forbidden, Absent):
        return ()
    return tuple(pair for group in groups for pair in _read_group(session, group["id"], principal_id))


def _read_group(session: Session, scope: str, principal_id: str) -> tuple[tuple[Assignment, str], ...]:
    try:
        return _listed(session, scope, principal_id).assignments
    except (Forbidden, Absent):
        # The finding for the whole subscription says so already.
        return ()


def distinct_places(pairs: Iterable[tuple[Assignment, str]]) -> tuple[tuple[Assignment, str], ...]:
    """Return each role assignment once: those inherited from above are in many lists, with their own id."""
    seen: dict[str, tuple[Assignment, str]] = {}
    for assignment, scope in pairs:
        seen.setdefault(normal_id(assignment.id), (assignment, scope))
    return tuple(seen.values())


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({item.resource: item for item in findings}.values())


def read_existing(
    session: Session, places: Sequence[str], principal_id: str, max_parallel: int, lister: Lister | None = None
) -> dict[str, list[Assignment]]:
    """Return the direct role assignments of a principal that the lists at ``places`` show, by place.

    ``lister`` lists them where it is not each time asked anew.
    """
    parts = in_parallel(lambda place: _listed(session, place, principal_id, lister), places, max_parallel)
    return {
        place: [assignment for assignment, dummy in part.assignments] for place, part in zip(places, parts, strict=True)
    }


def distinct(assignments: Iterable[Assignment]) -> list[Assignment]:
    """Return each role assignment once: those inherited from above are in several lists, with their own id."""
    return list({normal_id(item.id): item for item in assignments}.values())


def read_roles(
    session: Session, reading: Reading, max_parallel: int, known: Mapping[str, Role] | None = None
) -> dict[str, Role]:
    """Return the roles of role assignments, by guid, with those ``known`` already.

    Each other definition is read once, where its assignment was seen.
    """
    roles = dict(known or {})
    seen_at = {assignment.role: scope for assignment, scope in reading.assignments if assignment.role not in roles}
    read = in_parallel(lambda guid: _read_role(session, seen_at[guid], guid), sorted(seen_at), max_parallel)
    return {**roles, **{role.guid: role for role in read}}


def _read_role(session: Session, scope: str, guid: str) -> Role:
    try:
        return role_of(authorization.get_definition(session, scope, guid))
    except (Forbidden, Absent) as error:
        return Role(guid, guid, permissions=None, reason=str(error))


def resolve(
    session: Session, choices: Choices, roles: Mapping[str, Role], places: Sequence[str]
) -> tuple[Choices, dict[str, Role]]:
    """Return the choices with guids for role names, and ``roles`` with those added that ``role_map`` gives.

    Names are looked for among ``roles``, then at each of ``places``. Raises StepError
    for a role that is nowhere: a misspelt rule would copy what it should replace.
    """
    known = dict(roles)
    guids: dict[str, str] = {}
    for name, option in choices.named_roles().items():
        if is_guid(name) and name not in choices.wanted_roles():
            guids[name] = name.lower()
            continue
        role = _known_role(name, known) or _look_up(session, name, option, places)
        known[role.guid] = role
        guids[name] = role.guid
    return choices.resolved(guids), known


def _known_role(name: str, roles: Mapping[str, Role]) -> Role | None:
    wanted = name.lower()
    return next((role for role in roles.values() if wanted in (role.guid, role.name.lower())), None)


def _look_up(session: Session, name: str, option: str, places: Sequence[str]) -> Role:
    for place in places:
        found = _find_at(session, place, name)
        if found is not None:
            return role_of(found)
    raise StepError(
        f"{option} names the role {name}, which does not exist at {', '.join(places)}. Nothing was changed. Correct "
        "the name or use the role's guid."
    )


def _find_at(session: Session, place: str, name: str) -> Mapping[str, Any] | None:
    if is_guid(name):
        try:
            return authorization.get_definition(session, place, name.lower())
        except Absent:
            return None
    return next(iter(authorization.find_definitions(session, place, name)), None)


def read_counts(
    session: Session, places: Sequence[str], max_parallel: int
) -> tuple[dict[str, list[Assignment]], tuple[Finding, ...]]:
    """Return all role assignments that the lists of subscriptions and management groups show, by place."""
    answers = in_parallel(lambda place: _read_whole(session, place), places, max_parallel)
    counted = {place: answer for place, answer in zip(places, answers, strict=True) if not isinstance(answer, Finding)}
    return counted, tuple(answer for answer in answers if isinstance(answer, Finding))


def _read_whole(session: Session, place: str) -> list[Assignment] | Finding:
    try:
        return read_all(session, place)
    except Forbidden as error:
        return unread_finding(f"How many role assignments {place} holds", place, error)


def read_all(session: Session, place: str) -> list[Assignment]:
    """Return all role assignments that the list of a subscription or a management group shows.

    It is the one expensive reading, so it is asked only where something is to be added.
    """
    listed = authorization.list_all if subscription_of(place) else authorization.list_at_and_above
    return [assignment_of(item) for item in listed(session, place)]
