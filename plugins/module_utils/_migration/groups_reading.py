# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What groups give a service principal in them: role assignments and directory roles, as far as they can be read.

App roles are not among it: those of a group come into no token of a service principal (contract 5.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .._azure import directory_access
from .._azure.errors import AzureError
from .._azure.session import Session
from .._finding import Finding
from . import access_reading
from .access_model import Assignment, Role
from .directory_reading import DirectoryReading, Read
from .directory_roles_plan import DirectoryRole, directory_role_of
from .groups_plan import Gift, Group, groups_of
from .unread import Unread

_GIVES_OUT_ROLES = "it lets its holder give out roles"


@dataclass
class Contents:
    """What was read of groups, by their ids; see ``groups_plan.Memberships``."""

    gifts: dict[str, list[Gift]] = field(default_factory=dict)
    unjudged: dict[str, list[Unread]] = field(default_factory=dict)
    around: dict[str, tuple[Group, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def read_contents(
    session: Session,
    scopes: Sequence[str],
    reading: DirectoryReading,
    groups: Sequence[Group],
    nested: Iterable[Group],
    max_parallel: int,
) -> Contents:
    """Read what groups give.

    One request to Graph for all of them, if any, and one list of role assignments for each group at
    each of the scopes. ``nested`` are the groups that may lie in others.
    """
    contents = Contents()
    if groups:
        _read_graph(reading, groups, list(nested), contents)
        _read_assignments(session, scopes, [group.id for group in groups], max_parallel, contents)
    return contents


def _read_graph(reading: DirectoryReading, groups: Sequence[Group], nested: list[Group], contents: Contents) -> None:
    assignable = [group for group in groups if group.role_assignable]
    asks = [
        *(directory_access.ask_directory_roles(group.id) for group in assignable),
        *(directory_access.ask_groups_around(group.id) for group in nested),
    ]
    answers = iter(reading.lists(asks))
    directory_roles = {group.id: next(answers) for group in assignable}
    around = {group.id: next(answers) for group in nested}
    for group in assignable:
        _take(contents, group, "The directory roles", directory_roles[group.id])
    for group in nested:
        read = around[group.id]
        _take(contents, group, "The groups around", read)
        contents.around[group.id] = () if isinstance(read, AzureError) else groups_of(read)
    for group_id, read in directory_roles.items():
        if not isinstance(read, AzureError):
            contents.gifts.setdefault(group_id, []).extend(_of_directory(directory_role_of(item)) for item in read)


def _take(contents: Contents, group: Group, what: str, read: Read) -> None:
    if isinstance(read, AzureError):
        unread = Unread.of(f"{what} of group {group.title}", group.id, read)
        contents.unjudged.setdefault(group.id, []).append(unread)


def _of_directory(role: DirectoryRole) -> Gift:
    return Gift(role.name, role.scope, role.privileged)


def _read_assignments(
    session: Session, scopes: Sequence[str], ids: Sequence[str], max_parallel: int, contents: Contents
) -> None:
    seen = access_reading.read_at(session, scopes, ids, max_parallel)
    roles = access_reading.read_roles(session, seen, max_parallel)
    for assignment, dummy in sorted(seen.assignments, key=lambda pair: pair[0].id.lower()):
        gift = _of_azure(assignment, roles[assignment.role])
        contents.gifts.setdefault(assignment.principal_id.lower(), []).append(gift)
    contents.findings = seen.findings


def _of_azure(assignment: Assignment, role: Role) -> Gift:
    if role.permissions is None:
        return Gift(role.name, assignment.scope, "the role could not be read, so what it allows is not known")
    return Gift(role.name, assignment.scope, _GIVES_OUT_ROLES if role.privileged else None)
