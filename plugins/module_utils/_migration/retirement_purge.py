# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is left of a Run As account whose application was deleted: read for a purge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._azure import authorization, deleted_items, directory
from .._azure.errors import Absent, Forbidden
from .._azure.ids import last_segment, normal_id, same_id
from .._step import in_parallel
from ._call import Call
from .access_model import Assignment, assignment_of
from .retiree import SNAPSHOT, Entra
from .retirement_purge_plan import Remains
from .retirement_stages import Stages
from .unread import Unread

Json = Mapping[str, Any]


def read_remains(
    call: Call, entra: Mapping[str, Entra], stages: Stages, records: Iterable[Json], visible: Sequence[str]
) -> dict[str, Remains]:
    """Return what is left of each application, by application id."""
    snapshots = [record for record in records if record.get("event") == SNAPSHOT]
    return {
        application: _remains_of(call, application, found, stages, snapshots, visible)
        for application, found in entra.items()
    }


def _remains_of(
    call: Call, application: str, entra: Entra, stages: Stages, snapshots: Sequence[Json], visible: Sequence[str]
) -> Remains:
    if entra.known and (entra.application or entra.principal):
        return Remains(entra)
    deleted, known = None, list(stages.principals.get(application, ()))
    if entra.known:
        try:
            deleted = deleted_items.find_deleted_application(call.session, application)
            known += [item["id"] for item in directory.list_deleted_service_principals(call.session, application)]
        except Forbidden as error:
            entra = Entra(unread=str(error))
    principals = list({item.lower(): item for item in known}.values())
    assignments, unread = _assignments(call, principals, visible, snapshots)
    return Remains(entra, deleted, tuple(principals), tuple(assignments), _role_names(call, assignments), tuple(unread))


def _assignments(
    call: Call, principals: Sequence[str], visible: Sequence[str], snapshots: Sequence[Json]
) -> tuple[list[Assignment], list[Unread]]:
    """Return the direct role assignments of principals: of fresh lists, and those of snapshots that are in no list."""
    places = [(principal, subscription) for principal in principals for subscription in visible]
    lists = in_parallel(lambda place: _listed(call, *place), places, call.max_parallel)
    found: dict[str, Assignment] = {}
    unread = [item for item in lists if isinstance(item, Unread)]
    for items in lists:
        if not isinstance(items, Unread):
            found |= {normal_id(item.id): item for item in items}
    for remembered in _remembered(snapshots, principals):
        if normal_id(remembered.id) in found:
            continue
        again = _again(call, remembered)
        if isinstance(again, Unread):
            unread.append(again)
        elif again is not None:
            found[normal_id(again.id)] = again
    return [item for item in found.values() if _held_by(item, principals)], unread


def _listed(call: Call, principal: str, subscription: str) -> list[Assignment] | Unread:
    scope = f"/subscriptions/{subscription}"
    try:
        return [assignment_of(item) for item in authorization.list_for_principal(call.session, scope, principal)]
    except Forbidden as error:
        return Unread.of(f"The role assignments of subscription {subscription}", scope, error)


def _remembered(snapshots: Sequence[Json], principals: Sequence[str]) -> list[Assignment]:
    kept = [assignment_of(item) for record in snapshots for item in record.get("role_assignments") or ()]
    once = {normal_id(item.id): item for item in kept if _held_by(item, principals)}
    return list(once.values())


def _held_by(assignment: Assignment, principals: Sequence[str]) -> bool:
    return any(same_id(assignment.principal_id, principal) for principal in principals)


def _again(call: Call, remembered: Assignment) -> Assignment | Unread | None:
    try:
        item = authorization.get_assignment(call.session, remembered.scope, last_segment(remembered.id))
    except Forbidden as error:
        return Unread.of(f"The role assignment at {remembered.scope}", remembered.id, error)
    return assignment_of(item) if item else None


def _role_names(call: Call, assignments: Sequence[Assignment]) -> dict[str, str]:
    """Return the names of the roles, as far as they can be read: they are for people only."""
    named: dict[str, str] = {}
    for assignment in assignments:
        if assignment.role in named:
            continue
        try:
            definition = authorization.get_definition(call.session, assignment.scope, assignment.role)
            named[assignment.role] = str(definition["properties"]["roleName"])
        except (Absent, Forbidden):
            named[assignment.role] = assignment.role
    return named
