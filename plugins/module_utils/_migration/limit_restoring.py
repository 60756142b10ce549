# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the ledger says of a limited Run As account, and how it is undone. Pure.

The undo is the way back in the same order: Contributor is assigned first, and only
then the custom role is taken away. The custom role itself goes last, where this
collection made it and nobody else has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import normal_id, same_id
from .._finding import Finding, finding
from .._step import Change, Plan
from .access_model import CONTRIBUTOR, Assignment, assignment_of
from .limit_plan import (
    CREATE,
    DELETE,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    LimitPlan,
    assignment_diffs,
    deletion,
    shown,
    wanted_assignment,
)
from .limit_role import LimitRole, State, definition_target

Json = Mapping[str, Any]

# The record that is written before Contributor is replaced.
SNAPSHOT = "limit_snapshot"


@dataclass(frozen=True)
class Record:
    """One Contributor that was replaced, or was about to be.

    ``sources`` are its Run As accounts as the result has them: several connections may lead to one service principal.
    """

    contributor: Assignment
    role: LimitRole
    sources: Sequence[Json]

    @property
    def key(self) -> tuple[str, str]:
        """Where it is, and whose."""
        return normal_id(self.contributor.scope), self.contributor.principal_id.lower()


@dataclass(frozen=True)
class RoleNow:
    """A custom role as it is now, seen at ``place``. ``state`` is None where it is gone.

    ``users`` are the role assignments that name it, None where they could not all be read.
    """

    state: State | None
    users: Sequence[Assignment] | None = ()
    place: str = ""


def facts_of(role: LimitRole, definition: Json | None, contributors: Sequence[Json], sources: Sequence[Json]) -> Json:
    """Return what is recorded before the first write: all that is about to be replaced, in full."""
    return {
        "role": {"guid": role.guid, "name": role.name, "ours": role.ours},
        "role_definition": definition,
        "role_assignments": list(contributors),
        "source": list(sources),
    }


def records_of(records: Iterable[Json], step: str) -> list[Record]:
    """Return what the journal says was Contributor, the latest word of each principal at each scope."""
    latest: dict[tuple[str, str], Record] = {}
    for record in records:
        if record.get("event") != SNAPSHOT or record.get("step") != step:
            continue
        role = LimitRole(record["role"]["guid"], record["role"]["name"], None, record["role"]["ours"])
        for item in record["role_assignments"]:
            contributor = assignment_of(item)
            own = [one for one in record["source"] if same_id(one["principal_id"], contributor.principal_id)]
            found = Record(contributor, role, own)
            latest[found.key] = found
    return list(latest.values())


def chosen(records: Sequence[Record], connection: str | None, principal_id: str | None) -> list[Record]:
    """Return the records that the options mean; all without them."""
    return [
        record
        for record in records
        if (not connection or any(same_id(source["connection"], connection) for source in record.sources))
        and (not principal_id or same_id(record.contributor.principal_id, principal_id))
    ]


def plan_restoring(
    records: Sequence[Record], held: Sequence[Assignment], roles: Mapping[str, RoleNow], *, whole: bool
) -> LimitPlan:
    """Return how Contributor comes back.

    ``held`` are the direct role assignments of the recorded principals; ``roles`` has each recorded custom role by
    guid. ``whole`` tells that ``held`` is all there is: what is not in it is not there.
    """
    changes: list[Change] = []
    findings: list[Finding] = []
    covers: dict[str, Mapping[str, Any]] = {}
    there = {(*_where(item), item.role): item for item in held}
    unchanged: list[Mapping[str, Any]] = []
    ordered = sorted(records, key=lambda record: record.key)
    for record in ordered:
        limited = there.get((*record.key, record.role.guid))
        contributor = there.get((*record.key, CONTRIBUTOR))
        if limited is not None:
            changes += _swap_back(record, limited, contributor, covers)
        elif contributor is not None:
            unchanged.append({**shown(contributor), "id": contributor.id})
        elif whole:
            gone = record.contributor
            findings.append(finding("RA359", gone.id, name=record.role.name, scope=gone.scope))
    left, unknown = _unrecorded(ordered, held)
    findings += unknown
    for guid, now in sorted(roles.items()):
        role = next(record.role for record in ordered if record.role.guid == guid)
        removal, said = _remove(role, now, changes)
        changes += removal
        findings += said
    plan = Plan(tuple(changes), tuple(findings), tuple(_diffs(changes)))
    return LimitPlan(plan, unchanged=tuple(unchanged), left=tuple(left), covers=covers)


def _where(assignment: Assignment) -> tuple[str, str]:
    return normal_id(assignment.scope), assignment.principal_id.lower()


def _swap_back(
    record: Record, limited: Assignment, contributor: Assignment | None, covers: dict[str, Mapping[str, Any]]
) -> list[Change]:
    """Contributor comes back under its own name, as it was recorded; one that is there already is kept as it is."""
    after = wanted_assignment(contributor or record.contributor, CONTRIBUTOR, "Contributor")
    removal = deletion(limited, record.role.name, wave=0)
    covers[limited.id] = after
    if contributor is not None:
        return [removal]
    target = record.contributor.id
    return [Change(CREATE, ROLE_ASSIGNMENT, target, None, after, track=removal.track), removal]


def _unrecorded(records: Sequence[Record], held: Sequence[Assignment]) -> tuple[list[Mapping[str, Any]], list[Finding]]:
    """Return the custom role where nothing is known of a Contributor that it replaced: it stays."""
    names = {record.role.guid: record.role.name for record in records}
    known = {(*record.key, record.role.guid) for record in records}
    strangers = [item for item in held if item.role in names and (*_where(item), item.role) not in known]
    strangers.sort(key=lambda item: item.id.lower())
    left: list[Mapping[str, Any]] = [{**shown(item), "id": item.id, "reason": "not recorded"} for item in strangers]
    return left, [finding("RA357", item.id, name=names[item.role], scope=item.scope) for item in strangers]


def _remove(role: LimitRole, now: RoleNow, changes: Sequence[Change]) -> tuple[list[Change], list[Finding]]:
    """Return the change that deletes a custom role once nobody has it, or what keeps it."""
    if now.state is None:
        return [], []
    target = definition_target(now.state, now.place)
    going = {normal_id(change.target) for change in changes if change.action == DELETE}
    why = _kept_because(role, now, going)
    if why is not None:
        return [], [finding("RA358", target, name=role.name, why=why)]
    return [Change(DELETE, ROLE_DEFINITION, target, now.state, None, track=ROLE_DEFINITION, wave=1)], []


def _kept_because(role: LimitRole, now: RoleNow, going: set[str]) -> str | None:
    if not role.ours:
        return "limit_runas did not make it, and what it added to it stays"
    if now.users is None:
        return "who else has it could not be read everywhere"
    staying = [user for user in now.users if normal_id(user.id) not in going]
    if not staying:
        return None
    return "1 role assignment of it stays" if len(staying) == 1 else f"{len(staying)} role assignments of it stay"


def _diffs(changes: Sequence[Change]) -> Iterable[Mapping[str, Any]]:
    yield from assignment_diffs(changes)
    for change in changes:
        if change.kind == ROLE_DEFINITION:
            header = f"custom role {change.before['name']}"
            yield {"before_header": header, "after_header": header, "before": dict(change.before), "after": {}}
