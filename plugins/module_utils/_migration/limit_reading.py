# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading what limiting Run As accounts is decided on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._azure import authorization, subscriptions
from .._azure.errors import Absent, Forbidden
from .._azure.ids import last_segment, normal_id, same_id, subscription_of
from .._finding import Finding
from .._step import Change, Plan, StepError, in_parallel
from . import access_reading as reading
from ._call import Call
from .access_ends import ends_at
from .access_limits import MANAGEMENT_GROUP_LIMIT, SUBSCRIPTION_LIMIT, count_at, new_per_place
from .access_model import CONTRIBUTOR, Assignment, assignment_of
from .access_sources import Found, Source, dormant_because
from .limit_plan import CREATE, ROLE_ASSIGNMENT, ROLE_DEFINITION, Situation
from .limit_restoring import Record, RoleNow
from .limit_role import LimitRole, State, assignable_scope, is_management_group, own_guid, role_state, taken_anew
from .unread import unread_finding

Json = Mapping[str, Any]
_NO_ROLE: State = {"permissions": [], "assignable_scopes": []}


@dataclass(frozen=True)
class Observed:
    """What was read, and what of it could not be.

    ``definition`` is the custom role's JSON, None without one; ``visible`` are the subscriptions that the login sees.
    """

    situation: Situation
    definition: Json | None
    visible: Sequence[Json]
    findings: tuple[Finding, ...]


def observe(call: Call, found: Found, role_name: str) -> Observed:
    """Read what the Run As principals hold, and the custom role of that name.

    What may not be read is a finding. Raises the errors of ``errors`` where the role's surroundings cannot be read.
    """
    principals = sorted({source.principal_id for source in found.sources if source.principal_id})
    seen = reading.read_assignments(call.session, call.account, principals, call.max_parallel)
    visible = subscriptions.list_subscriptions(call.session)
    of_groups = _of_groups(call, visible, principals)
    every = reading.Reading((*seen.assignments, *of_groups))
    role, definition = _find_role(call, visible, seen, role_name)
    contributor = _contributor(call, seen)
    situation = Situation(
        held=[assignment for assignment, dummy in seen.assignments],
        of_groups=[assignment for assignment, dummy in of_groups],
        roles=reading.read_roles(call.session, every, call.max_parallel),
        gone=frozenset(
            source.principal_id.lower() for source in found.sources if source.principal_id and _gone(source)
        ),
        role=role,
        contributor=contributor,
        ends=_ends(call, seen),
    )
    return Observed(situation, definition, visible, seen.findings)


def _gone(source: Source) -> bool:
    return source.dormant == dormant_because(None, None)


def _of_groups(call: Call, visible: Sequence[Json], principals: Sequence[str]) -> list[tuple[Assignment, str]]:
    """Return what the groups of the principals hold, each with the scope at which it was seen.

    A subscription's list also shows what is inherited from management groups. What may not be read is a finding of
    the direct role assignments there already.
    """
    own = {principal.lower() for principal in principals}
    pairs = [(f"/subscriptions/{item['subscriptionId']}", principal) for item in visible for principal in principals]
    lists = in_parallel(lambda pair: _held_at(call, *pair), pairs, call.max_parallel)
    found = {
        normal_id(assignment.id): (assignment, scope)
        for (scope, dummy), items in zip(pairs, lists, strict=True)
        for assignment in items
        if assignment.principal_id.lower() not in own
    }
    return list(found.values())


def _held_at(call: Call, scope: str, principal_id: str) -> list[Assignment]:
    try:
        return [assignment_of(item) for item in authorization.list_held(call.session, scope, principal_id)]
    except (Forbidden, Absent):
        return []


def _ends(call: Call, seen: reading.Reading) -> dict[str, str]:
    """Return when role assignments end that do, as the places say where Contributor was seen.

    What cannot be read is no finding here: replacing one that ends would make access that stays.
    """
    places = seen.places(assignment.scope for assignment, dummy in seen.assignments if assignment.role == CONTRIBUTOR)
    found: dict[str, str] = {}
    for ends in in_parallel(lambda place: ends_at(call.session, place), places, call.max_parallel):
        found |= ends
    return found


def _contributor(call: Call, seen: reading.Reading) -> State:
    """Return Azure's Contributor as it is, read where a role assignment was seen."""
    place = next((scope for dummy, scope in seen.assignments), None)
    if place is None:
        return _NO_ROLE
    return role_state(authorization.get_definition(call.session, place, CONTRIBUTOR))


def _find_role(call: Call, visible: Sequence[Json], seen: reading.Reading, name: str) -> tuple[LimitRole, Json | None]:
    """Return the custom role of a name: looked for where it would be needed, then wherever else the login sees."""
    wanted = [assignable_scope(assignment.scope) for assignment, dummy in seen.assignments]
    concerned = sorted({scope for scope in wanted if scope})
    known = {normal_id(scope) for scope in concerned}
    places = [f"/subscriptions/{item['subscriptionId']}" for item in visible]
    others = [place for place in places if normal_id(place) not in known]
    found = _named(call, concerned, name) or (_named(call, others, name) if concerned else None)
    own = own_guid(_tenant(call, visible), name)
    if found is None:
        return LimitRole(own, name, None, ours=True), None
    place, definition = found
    state = role_state(definition)
    guid = state["role_definition"]
    return LimitRole(guid, state["name"], state, ours=guid == own, place=place), definition


def find_role_named(call: Call, name: str) -> Json | None:
    """Return the custom role of a name, wherever the login sees it."""
    visible = subscriptions.list_subscriptions(call.session)
    found = _named(call, [f"/subscriptions/{item['subscriptionId']}" for item in visible], name)
    return found[1] if found else None


def _named(call: Call, places: Sequence[str], name: str) -> tuple[str, Json] | None:
    """Return a role by its name, and where it was seen."""
    lists = in_parallel(lambda place: _definitions(call, place, name), places, call.max_parallel)
    found = [(place, item) for place, items in zip(places, lists, strict=True) for item in items]
    # While a change is replicated there may be two of it (contract 4.8).
    return max(found, key=lambda pair: str(pair[1]["properties"].get("updatedOn") or ""), default=None)


def _definitions(call: Call, place: str, name: str) -> list[dict[str, Any]]:
    try:
        return authorization.find_definitions(call.session, place, name)
    except (Forbidden, Absent):
        # A role of that name which is only there is met when ours is written: names are unique in a tenant.
        return []


def _tenant(call: Call, visible: Sequence[Json]) -> str:
    own = [item for item in visible if same_id(item["subscriptionId"], call.account.subscription_id)]
    return next((str(item.get("tenantId") or "") for item in [*own, *visible]), "")


def with_others(call: Call, situation: Situation, plan: Plan) -> tuple[Situation, tuple[Finding, ...]]:
    """Return the situation with how many others have the custom role, where the plan takes something from them."""
    change = next((change for change in plan.changes if change.kind == ROLE_DEFINITION), None)
    if change is None or not taken_anew(change.before, change.after):
        return situation, ()
    own = {normal_id(assignment.id) for assignment in situation.held}
    users, findings = read_users(call, change.before, situation.role.guid)
    others = [user for user in users if normal_id(user.id) not in own]
    return replace(situation, others=len(others)), findings


def read_users(call: Call, state: State, guid: str) -> tuple[list[Assignment], tuple[Finding, ...]]:
    """Return the role assignments that name a custom role: each of its assignable scopes is searched (contract 4.8)."""
    places = {normal_id(scope): scope for scope in map(assignable_scope, state["assignable_scopes"]) if scope}
    if any(is_management_group(scope) for scope in places.values()):
        for item in subscriptions.list_subscriptions(call.session):
            place = f"/subscriptions/{item['subscriptionId']}"
            places.setdefault(normal_id(place), place)
    answers = in_parallel(lambda place: _all_at(call, place), list(places.values()), call.max_parallel)
    findings = tuple(answer for answer in answers if isinstance(answer, Finding))
    listed = [item for answer in answers if not isinstance(answer, Finding) for item in answer]
    return list({normal_id(item.id): item for item in listed if item.role == guid}.values()), findings


def _all_at(call: Call, place: str) -> list[Assignment] | Finding:
    listed = authorization.list_all if subscription_of(place) else authorization.list_at_and_above
    try:
        return [assignment_of(item) for item in listed(call.session, place)]
    except (Forbidden, Absent) as error:
        return unread_finding(f"Who has the custom role at {place}", place, error)


def read_recorded_roles(call: Call, records: Sequence[Record]) -> tuple[dict[str, RoleNow], tuple[Finding, ...]]:
    """Return the custom roles that records name, as they are now, and who has those that this collection made."""
    roles: dict[str, RoleNow] = {}
    findings: list[Finding] = []
    for record in records:
        guid = record.role.guid
        if guid in roles and roles[guid].state is not None:
            continue
        state = _recorded_role(call, record, findings)
        if state is None or not record.role.ours:
            roles[guid] = RoleNow(state, place=_place_of(record))
            continue
        users, unread = read_users(call, state, guid)
        findings += unread
        roles[guid] = RoleNow(state, None if unread else users, _place_of(record))
    return roles, tuple(findings)


def _place_of(record: Record) -> str:
    return assignable_scope(record.contributor.scope) or record.contributor.scope


def _recorded_role(call: Call, record: Record, findings: list[Finding]) -> State | None:
    place = _place_of(record)
    try:
        return role_state(authorization.get_definition(call.session, place, record.role.guid))
    except Absent:
        return None
    except Forbidden as error:
        findings.append(unread_finding(f"The custom role {record.role.name}", place, error))
        return None


def refuse_full(call: Call, plan: Plan) -> tuple[Finding, ...]:
    """Raise StepError where Azure's limit leaves no room: for a moment both role assignments are there.

    Returns findings of what could not be counted.
    """
    created = [change for change in plan.changes if change.kind == ROLE_ASSIGNMENT and change.action == CREATE]
    added = new_per_place(created)
    listed, findings = reading.read_counts(call.session, sorted(added), call.max_parallel)
    for place, assignments in listed.items():
        limit = SUBSCRIPTION_LIMIT if subscription_of(place) else MANAGEMENT_GROUP_LIMIT
        count = count_at(place, assignments)
        if count + added[place] > limit:
            raise StepError(
                f"{place} holds {count} role assignments and would hold {added[place]} more for a moment; Azure allows "
                f"{limit}. Nothing was changed. Remove some there that are not needed, such as those of deleted "
                "principals."
            )
    return findings


def in_full(call: Call, changes: Iterable[Change]) -> list[Json]:
    """Return the JSON of the role assignments that changes take away, as far as they are still there."""
    items = in_parallel(
        lambda change: authorization.get_assignment(call.session, change.before["scope"], last_segment(change.target)),
        list(changes),
        call.max_parallel,
    )
    return [item for item in items if item is not None]
