# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading what a login may do, and what stands in its way; what could not be read becomes a finding.

Each function returns what it read and a list of findings. Being refused, or
finding nothing at a scope, is not known, never "may not".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import authorization, automation, caller, directory, locks, permissions, policy
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import AccountId, normal_id, same_id, subscription_of
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .access_model import Assignment, Role, assignment_of
from .access_reading import Reading, read_roles
from .preflight_needs import GRAPH, Needs
from .preflight_obstacles import Lock, Policy, lock_of, planned_content, policy_of
from .preflight_plan import Grantor, GraphRights, Rights, graph_rights, graph_rights_of
from .unread import unread_finding

# What means that one thing cannot be read. The rest means that Azure cannot be talked to, and ends the assessment.
_UNREAD = (Forbidden, Absent, Conflict, Failed)

# The api-version in which the planned account is written down.
_ACCOUNT_VERSION = "2023-11-01"


def read_rights(session: Session, scopes: Sequence[str], max_parallel: int) -> tuple[dict[str, Rights], list[Finding]]:
    """Return what the login itself may do at each scope, by comparable scope, as the permissions API tells."""
    answers = in_parallel(lambda scope: _own_rights(session, scope), scopes, max_parallel)
    rights = {normal_id(scope): found for scope, (found, dummy) in zip(scopes, answers, strict=True)}
    return rights, [found for dummy, findings in answers for found in findings]


def _own_rights(session: Session, scope: str) -> tuple[Rights, list[Finding]]:
    try:
        return Rights(tuple(permissions.list_permissions(session, scope))), []
    except _UNREAD as error:
        return Rights(complete=False), [_unread(scope, f"What the login may do at {scope}", error)]


def read_rights_of(
    session: Session, scopes: Sequence[str], principal_id: str, max_parallel: int
) -> tuple[dict[str, Rights], list[Finding]]:
    """Return what another principal may do at each scope, by its own role assignments and those of its groups."""
    listed = _listed(scopes, lambda scope: authorization.list_held_at(session, scope, principal_id), max_parallel)
    roles = _roles(session, listed, max_parallel)
    rights = {scope: _rights_of(assignments, roles) for scope, assignments in listed.assignments.items()}
    unread = [role for role in roles.values() if role.permissions is None]
    return rights, [
        *(_unread(scope, f"What principal {principal_id} may do at {scope}", error) for scope, error in listed.unread),
        *(finding("RA901", role.guid, what=f"What role {role.guid} allows", reason=role.reason) for role in unread),
    ]


def _rights_of(assignments: Sequence[Assignment], roles: Mapping[str, Role]) -> Rights:
    def entries(*, limited: bool) -> tuple[Mapping[str, Any], ...]:
        held = [roles[item.role] for item in assignments if bool(item.condition) == limited]
        return tuple(entry for role in held for entry in role.permissions or ())

    complete = all(roles[item.role].permissions is not None for item in assignments)
    return Rights(entries(limited=False), entries(limited=True), complete)


def read_graph_rights(session: Session, principal_id: str | None) -> tuple[GraphRights, list[Finding]]:
    """Return what the login, or another principal, may do in Microsoft Graph."""
    if principal_id is None:
        return graph_rights(caller.find_graph_claims(session)), []
    try:
        return graph_rights_of(directory.list_app_role_assignments(session, principal_id)), []
    except _UNREAD as error:
        what = f"Which permissions of Microsoft Graph principal {principal_id} has"
        return GraphRights(known=False), [_unread(GRAPH, what, error)]


def read_grantors(
    session: Session, scopes: Sequence[str], without: str | None, max_parallel: int
) -> tuple[dict[str, list[Grantor]], list[Finding]]:
    """Return who may give out roles at each scope, by comparable scope; ``without`` is the login that wants them."""
    listed = _listed(scopes, lambda scope: authorization.list_at_and_above(session, scope), max_parallel)
    roles = _roles(session, listed, max_parallel)
    grantors = {
        scope: sorted(
            (
                Grantor(item.scope, roles[item.role].name, item.principal_id, listed.kinds[item.principal_id])
                for item in assignments
                if roles[item.role].privileged and not same_id(item.principal_id, without)
            ),
            key=lambda item: (item.role, item.principal_id),
        )
        for scope, assignments in listed.assignments.items()
    }
    return grantors, [_unread(scope, f"Who may give out roles at {scope}", error) for scope, error in listed.unread]


@dataclass(frozen=True)
class _Listed:
    """Role assignments by comparable scope, the kind of each principal, and the scopes that could not be read."""

    assignments: Mapping[str, list[Assignment]]
    kinds: Mapping[str, str]
    unread: Sequence[tuple[str, AzureError]]


def _listed(scopes: Sequence[str], lister: Callable[[str], list[dict[str, Any]]], max_parallel: int) -> _Listed:
    def answer(scope: str) -> list[dict[str, Any]] | AzureError:
        try:
            return lister(scope)
        except _UNREAD as error:
            return error

    answers = dict(zip(scopes, in_parallel(answer, scopes, max_parallel), strict=True))
    read = {scope: items for scope, items in answers.items() if not isinstance(items, AzureError)}
    return _Listed(
        {normal_id(scope): [assignment_of(item) for item in items] for scope, items in read.items()},
        {
            item["properties"]["principalId"]: item["properties"].get("principalType") or "Principal"
            for items in read.values()
            for item in items
        },
        [(scope, error) for scope, error in answers.items() if isinstance(error, AzureError)],
    )


def _roles(session: Session, listed: _Listed, max_parallel: int) -> dict[str, Role]:
    """Return the roles of role assignments by guid; each definition is read once."""
    pairs = tuple((item, scope) for scope, assignments in listed.assignments.items() for item in assignments)
    return read_roles(session, Reading(pairs), max_parallel)


def lock_scopes(account_id: str, scopes: Sequence[str]) -> list[str]:
    """Return the scopes whose lists show every lock that the account and ``scopes`` are under.

    The list of a scope has those of the scopes above it, so these need not be asked; a management group has none.
    """
    asked = {normal_id(scope): scope for scope in (account_id, *scopes) if subscription_of(scope)}
    return [
        scope for key, scope in asked.items() if not any(other.startswith(f"{key}/") for other in asked if other != key)
    ]


def read_locks(session: Session, scopes: Sequence[str], max_parallel: int) -> tuple[list[Lock], list[Finding]]:
    """Return the locks at and above scopes, each once: those of a subscription are in the lists of all in it."""
    answers = in_parallel(lambda scope: _locks_at(session, scope), scopes, max_parallel)
    found = {normal_id(lock.id): lock for locks_there, dummy in answers for lock in locks_there}
    return list(found.values()), [unread for dummy, findings in answers for unread in findings]


def _locks_at(session: Session, scope: str) -> tuple[list[Lock], list[Finding]]:
    try:
        return [lock_of(item, scope) for item in locks.list_locks_at_and_above(session, scope)], []
    except _UNREAD as error:
        return [], [_unread(scope, f"The locks at {scope}", error)]


def read_policies(session: Session, account: AccountId, needs: Needs) -> tuple[list[Policy], list[Finding]]:
    """Return what policies say of the account with its planned identity."""
    scope = f"/subscriptions/{account.subscription_id}/resourceGroups/{account.resource_group}"
    try:
        content = planned_content(needs.account or automation.get_account(session, account), needs)
        evaluations = policy.check_content(session, scope, content, _ACCOUNT_VERSION)
    except _UNREAD as error:
        what = f"Which policies would deny account {account.name} its identity"
        return [], [_unread(account.arm_id, what, error)]
    return [policy_of(item) for item in evaluations], []


def _unread(resource: str, what: str, error: AzureError) -> Finding:
    return unread_finding(what, resource, error)
