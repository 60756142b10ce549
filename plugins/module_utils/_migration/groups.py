# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Groups as a kind of access: what a Run As principal holds through them, and joining them where that is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._azure import directory_access
from .._azure.directory_access import GraphWrite
from .._azure.errors import AzureError
from .._azure.session import Session
from .._finding import Finding
from .._step import Change
from .access_around import AccessAround
from .access_part import GROUP, Copying, HandOver, Part, Right
from .directory_kind import DirectoryKind, findings_of
from .directory_plan import Making, approval_of, decide, held_back
from .directory_reading import DirectoryReading
from .groups_plan import Group, Memberships, group_candidates, groups_of, refuse_unknown_groups
from .groups_reading import Contents, read_contents
from .unread import Unread

_ROLE_ADMINISTRATOR = "a Privileged Role Administrator or Global Administrator"
_GROUP_ADMINISTRATOR = "a Groups Administrator, or an owner of the group"


class Groups(DirectoryKind):
    """The groups of the Run As principals and of the identity; see ``access_part.Kind``.

    ``around`` tells which scopes the login sees, and what groups may activate.
    """

    changes_of = frozenset({GROUP})

    def __init__(
        self,
        session: Session,
        copying: Copying,
        reading: DirectoryReading,
        around: AccessAround,
        max_parallel: int,
        replication_timeout: float,
    ) -> None:
        super().__init__(session, copying, reading, max_parallel, replication_timeout)
        self._around = around
        self._assignable: set[str] = set()
        self._wanted: frozenset[str] = frozenset()

    def plan(self) -> Part:
        """Return what is to be done about each membership, and what the identity lacks without it.

        Raises StepError where ``join_groups`` names a group that no Run As principal is a member of.
        """
        direct_items, unread = self._sources(lambda holdings: holdings.direct)
        every_items, unread_every = self._sources(lambda holdings: holdings.groups)
        direct = {holder: groups_of(items) for holder, items in direct_items.items()}
        every = {group.id: group for items in every_items.values() for group in groups_of(items)}
        if direct and not unread and not unread_every:
            refuse_unknown_groups(self._copying.choices, _distinct(direct), every.values())
        findings = findings_of(list({item.resource: item for item in unread + unread_every}.values()))
        if not any(direct.values()):
            return Part(findings=findings)
        own_items, unread_own = self._identity(lambda holdings: holdings.groups)
        own_direct, dummy = self._identity(lambda holdings: holdings.direct)
        own = frozenset(group.id for group in groups_of(own_items))
        contents = self._contents(direct, every, own)
        memberships = _memberships(direct, contents, own)
        candidates = group_candidates(self._copying, memberships, self._reading.claims)
        self._assignable = {group.id for group in _distinct(direct) if group.role_assignable}
        there: dict[tuple[str, ...], str] = {(group_id,): f"/groups/{group_id}" for group_id in own}
        part = decide(held_back(candidates) if unread_own else candidates, there, Making(self._change, self._asked))
        self._wanted = frozenset(group.id for group in _distinct(direct))
        eligible = self._around.eligible_for(every)
        told = _once(findings, findings_of(unread_own), contents.findings, part.findings, eligible)
        return replace(part, findings=told, held=tuple(self._rights(own_items, own_direct)))

    def held(self) -> list[Right]:
        """Return the memberships of the identity now. Raises the error that keeps them from being read."""
        if self._copying.target.principal_id is None:
            return []
        every = self._read_again(directory_access.ask_groups(self._principal))
        direct = self._read_again(directory_access.ask_direct_groups(self._principal))
        return self._rights(every, direct)

    def _rights(self, every: Sequence[Mapping[str, Any]], direct: Sequence[Mapping[str, Any]]) -> list[Right]:
        """Return the memberships that count: one's own, and those in groups of the Run As account by whatever way."""
        counting = self._wanted | {group.id for group in groups_of(direct)}
        return [group.right for group in groups_of(every) if group.id in counting]

    def _contents(
        self, direct: Mapping[str, tuple[Group, ...]], every: Mapping[str, Group], own: frozenset[str]
    ) -> Contents:
        """Read what the groups give that the identity is not in; what it has is nothing to ask about."""
        own_of_source = {group.id for group in _distinct(direct)}
        around = set(every) - own_of_source
        named = {**{group.id: group for group in _distinct(direct)}, **every}
        wanted = [group for group_id, group in sorted(named.items()) if group_id not in own and group.name is not None]
        nested = [group for group in wanted if group.id in own_of_source] if around else []
        scopes = self._around.scopes(self._copying.target.account.subscription_id)
        return read_contents(self._session, scopes, self._reading, wanted, nested, self._max_parallel)

    def _unread(self, principal_id: str, error: AzureError) -> Unread:
        what = (
            f"Which groups principal {principal_id} is in (the login needs Application.Read.All and "
            "GroupMember.Read.All in Microsoft Graph)"
        )
        return Unread.of(what, principal_id, error)

    def _change(self, right: Right) -> Change:
        (group_id,) = right.key
        approval = approval_of(self._copying, {"group": group_id})
        target = f"/groups/{group_id}/members/{self._principal}"
        # Two accounts may be copied into one group at once: Graph adds members one by one, and forgets none.
        return Change("add", GROUP, target, None, self._after(right), track=f"{GROUP}|{group_id}", approval=approval)

    def _asked(self, right: Right) -> HandOver:
        return self._hand_over(right, self._after(right))

    def _after(self, right: Right) -> dict[str, Any]:
        (group_id,) = right.key
        facts = {"role": right.role, "scope": right.scope, "group_id": group_id}
        return {**facts, "role_assignable": group_id in self._assignable, "principal_id": self._principal}

    def _right_in(self, after: Mapping[str, Any]) -> Right:
        return Right(GROUP, after["role"], after["scope"], (after["group_id"],))

    def _write_of(self, after: Mapping[str, Any]) -> GraphWrite:
        return directory_access.add_to_group(self._session.cloud.graph, after["principal_id"], after["group_id"])

    def _hand_over(self, right: Right, after: Mapping[str, Any]) -> HandOver:
        return HandOver(
            kind=GROUP,
            role=right.role,
            scope=right.scope,
            reason=f"The Run As account has access through group {right.role}, and join_groups asks for the same.",
            needs=_ROLE_ADMINISTRATOR if after["role_assignable"] else _GROUP_ADMINISTRATOR,
            command=self._command(after),
        )

    def _found(self, change: Change) -> str | None:
        items = self._read_again(directory_access.ask_direct_groups(change.after["principal_id"]))
        return change.target if change.after["group_id"] in {group.id for group in groups_of(items)} else None


def _distinct(direct: Mapping[str, tuple[Group, ...]]) -> list[Group]:
    return list({group.id: group for groups in direct.values() for group in groups}.values())


def _memberships(direct: Mapping[str, tuple[Group, ...]], contents: Contents, own: frozenset[str]) -> Memberships:
    return Memberships(
        direct=direct,
        around=contents.around,
        gifts={group_id: tuple(gifts) for group_id, gifts in contents.gifts.items()},
        unjudged={group_id: tuple(unread) for group_id, unread in contents.unjudged.items()},
        own=own,
    )


def _once(*parts: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings without repetitions: two Run As accounts may be in the same group."""
    return tuple(dict.fromkeys(item for part in parts for item in part))
