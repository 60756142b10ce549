# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments, as a kind of access: read, planned, written and read back (azure-contracts, section 4)."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._azure import subscriptions
from .._azure.ids import last_segment, normal_id, subscription_of
from .._azure.session import Session
from .._finding import Finding
from .._step import Change
from . import access_reading as reading
from .access_choices import Choices
from .access_counts import Counts
from .access_ends import Ends
from .access_limits import check_limits, new_per_place
from .access_lists import Lists
from .access_model import Assignment, Role
from .access_part import ROLE_ASSIGNMENT, Copying, HandOver, Part, Right
from .access_plan import Below, Held, plan_roles, role_right
from .access_writing import Writer

# Where principals hold something: the role assignments, each with the scope whose list shows it.
Search = Callable[[Sequence[str]], reading.Reading]


@dataclass(frozen=True)
class RoleOptions:
    """How role assignments are read and written.

    ``replication_timeout`` is in seconds, per role assignment. ``known`` are roles that need not be read, by guid.
    ``lister`` knows what others have read for all principals, None where nobody has.
    """

    replication_timeout: float
    max_parallel: int
    counts: Counts
    ends: Ends
    known: Mapping[str, Role] = field(default_factory=dict)
    lister: reading.Lister | None = None


class RoleAssignments:
    """The role assignments of Run As principals, and of the identity at the places where these are."""

    changes_of = frozenset({ROLE_ASSIGNMENT})

    def __init__(self, session: Session, copying: Copying, search: Search, options: RoleOptions) -> None:
        self._session = session
        self._copying = copying
        self._search = search
        self._options = options
        self._roles: dict[str, Role] = {}
        self._lists = Lists(session, copying.target.principal_id, options.max_parallel, options.lister)
        self._writer = Writer(session, self._lists, options.replication_timeout)

    @property
    def findings(self) -> list[Finding]:
        """What was found while writing."""
        return self._writer.findings

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles that were read so far, by guid."""
        return self._roles

    def plan(self) -> Part:
        """Read and plan. Raises StepError for a role that does not exist, and where a limit would be passed."""
        copying = self._copying
        seen = self._search(sorted(copying.dormant))
        found = [assignment for assignment, dummy in seen.assignments]
        held = [Held(assignment, copying.dormant[assignment.principal_id.lower()]) for assignment in found]
        if not held:
            return Part(findings=seen.findings)
        account = copying.target.account
        places = _places(seen, held, copying.choices)
        roles = reading.read_roles(self._session, seen, self._options.max_parallel, self._options.known)
        lookup = [f"/subscriptions/{account.subscription_id}", *places]
        choices, self._roles = reading.resolve(self._session, copying.choices, roles, lookup)
        existing = self._lists.read(places)
        below = self._below(held, choices)
        part = plan_roles(copying.target, held, existing, self._roles, choices, below)
        unread: tuple[Finding, ...] = ()
        if part.changes:
            # An end matters only where something would be given.
            ends, unread = self._options.ends.at(places, sorted(copying.dormant))
            ending = [replace(item, ends=ends.get(normal_id(item.assignment.id))) for item in held]
            part = plan_roles(copying.target, ending, existing, self._roles, choices, below)
        findings = seen.findings + unread + part.findings + self._limits(part.changes)
        return replace(part, findings=findings, held=tuple(self._rights(existing)))

    def _below(self, held: Sequence[Held], choices: Choices) -> Below:
        """Return what lies in the management groups, where ``role_map`` gives roles at scopes of its own."""
        if not choices.wanted_scopes():
            return {}
        groups = {item.assignment.scope for item in held if _is_management_group(item.assignment.scope)}
        return {normal_id(group): _descendants(self._session, group) for group in sorted(groups)}

    def _limits(self, changes: Sequence[Change]) -> tuple[Finding, ...]:
        counts, unread = self._options.counts.at(new_per_place(changes))
        return check_limits(changes, counts) + unread

    def reread(self, change: Change) -> Any:
        """Return the role assignment as it is now: None where it is not there, or is just what is planned."""
        return self._writer.reread(change)

    def write(self, change: Change) -> Mapping[str, Any]:
        """Create a role assignment."""
        return self._writer.write(change)

    def right_of(self, change: Change) -> Right:
        """Return the right that a change gives."""
        after = change.after
        return role_right(self._roles[after["role_definition"]], after["scope"], after["condition"])

    def held(self) -> list[Right]:
        """Return the role assignments of the identity at the places of the plan, read anew."""
        return self._rights(self._lists.read_again())

    def _rights(self, assignments: Sequence[Assignment]) -> list[Right]:
        unknown = [item for item in assignments if item.role not in self._roles]
        seen = reading.Reading(tuple((item, item.scope) for item in unknown))
        self._roles |= reading.read_roles(self._session, seen, self._options.max_parallel)
        return [role_right(self._roles[item.role], item.scope, item.condition) for item in assignments]

    def hand_over_of(self, change: Change) -> HandOver | None:
        """Return the command that creates a role assignment, for an owner of the scope."""
        return role_hand_over(change)


def role_hand_over(change: Change) -> HandOver:
    """Return what to ask of an owner of the scope. Pure."""
    after = change.after
    words = [
        "az", "role", "assignment", "create",
        "--assignee-object-id", str(after["principal_id"]),
        "--assignee-principal-type", "ServicePrincipal",
        "--role", after["role_definition"],
        "--scope", after["scope"],
        "--name", last_segment(change.target),
    ]  # fmt: skip
    if after["condition"]:
        words += ["--condition", after["condition"], "--condition-version", after["condition_version"]]
    return HandOver(
        ROLE_ASSIGNMENT,
        after["role"],
        after["scope"],
        "The Run As account has this role there, and the login may not give roles at that scope.",
        "Owner, User Access Administrator or Role Based Access Control Administrator at the scope",
        shlex.join(words),
    )


def _places(seen: reading.Reading, held: Sequence[Held], choices: Choices) -> list[str]:
    """Return the scopes whose lists show all that the identity is to have."""
    found = seen.places(item.assignment.scope for item in held)
    shown = {normal_id(place) for place in found}
    for scope in sorted(choices.wanted_scopes()):
        subscription = subscription_of(scope)
        place = f"/subscriptions/{subscription}" if subscription else scope
        if normal_id(place) not in shown:
            found.append(place)
            shown.add(normal_id(place))
    return found


def _is_management_group(scope: str) -> bool:
    return subscription_of(scope) is None and normal_id(scope) != ""


def _descendants(session: Session, group: str) -> list[str]:
    """Return the ids of what lies in a management group, at any depth."""
    return [item["id"] for item in subscriptions.list_descendants(session, last_segment(group))]
