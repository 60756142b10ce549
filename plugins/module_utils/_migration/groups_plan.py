# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which groups the identity should join, and what it lacks without them. Pure (contract 5.3).

Only the groups that a Run As principal is itself a member of can be joined: what lies
around them comes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._azure.caller import GraphClaims
from .._finding import Finding, finding
from .._step import StepError
from .access_choices import Choices
from .access_part import GROUP, Copying, Right
from .directory_claims import may_add_member
from .directory_plan import Block, Candidate, dormant_block
from .unread import Unread

_TYPE = "#microsoft.graph.group"


@dataclass(frozen=True)
class Group:
    """A group. ``name`` is None where the login may not read it."""

    id: str
    name: str | None
    dynamic: bool = False
    synced: bool = False
    role_assignable: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.id

    @property
    def right(self) -> Right:
        """Return the membership in it as a right."""
        return Right(GROUP, self.title, f"/groups/{self.id}", (self.id,))

    @property
    def closed(self) -> tuple[str, str] | None:
        """Return the word and the reason why nobody can be added by hand, or None."""
        if self.dynamic:
            return "dynamic group", "a rule decides who is a member"
        return ("synced group", "its members come from an on-premises directory") if self.synced else None


@dataclass(frozen=True)
class Gift:
    """Something that a group gives the service principals in it.

    ``why`` is the reason not to hand it on unasked, if there is one.
    """

    role: str
    scope: str
    why: str | None = None


@dataclass(frozen=True)
class Memberships:
    """The groups of the Run As principals.

    ``direct`` has the groups that each is itself a member of, ``around`` those that each of these lies in, by its id;
    ``gifts`` what each group gives, and ``unjudged`` what of it could not be read. ``own`` are the ids of the groups
    that the identity is in.
    """

    direct: Mapping[str, tuple[Group, ...]]
    around: Mapping[str, tuple[Group, ...]] = field(default_factory=dict)
    gifts: Mapping[str, tuple[Gift, ...]] = field(default_factory=dict)
    unjudged: Mapping[str, tuple[Unread, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def given_by(self, group: Group) -> list[Group]:
        """Return the groups whose access comes with one, itself first, but for those that the identity is in."""
        every = (group, *self.around.get(group.id, ()))
        return [item for item in every if item.id not in self.own]


def groups_of(items: Iterable[Mapping[str, Any]]) -> tuple[Group, ...]:
    """Return the groups among the JSON of memberships: directory roles and the like are no groups."""
    return tuple(_group(item) for item in items if item.get("@odata.type") == _TYPE)


def _group(item: Mapping[str, Any]) -> Group:
    return Group(
        id=item["id"].lower(),
        name=item.get("displayName"),
        dynamic="DynamicMembership" in (item.get("groupTypes") or ()),
        synced=item.get("onPremisesSyncEnabled") is True,
        role_assignable=item.get("isAssignableToRole") is True,
    )


def refuse_unknown_groups(choices: Choices, direct: Iterable[Group], every: Iterable[Group]) -> None:
    """Raise StepError for a group in ``join_groups`` that no Run As principal is itself a member of.

    ``every`` has the groups around too. Nothing is raised where a group cannot be read: it may be the one meant.
    """
    known = list(direct)
    if any(group.name is None for group in known):
        return
    names = {name for group in known for name in (group.title.lower(), group.id)}
    for wanted in sorted(choices.join_groups - {"all"} - names):
        titles = ", ".join(sorted(group.title for group in known)) or "none"
        nested = any(wanted in (group.title.lower(), group.id) for group in every)
        reason = "only through another group" if nested else "not"
        raise StepError(
            f"join_groups names {wanted}, and the Run As account is {reason} a member of it; its own groups are: "
            f"{titles}. Nothing was changed. Name one of these."
        )


def group_candidates(copying: Copying, memberships: Memberships, claims: GraphClaims | None) -> list[Candidate]:
    """Return the memberships of Run As principals as candidates."""
    return [
        Candidate(
            group.right,
            holder,
            block=_block(copying, holder, group, memberships),
            may=may_add_member(claims, group.role_assignable),
        )
        for holder, groups in memberships.direct.items()
        for group in groups
    ]


def _block(copying: Copying, holder: str, group: Group, memberships: Memberships) -> Block | None:
    choices = copying.choices
    names = (group.title, group.id)
    if choices.excludes_right(GROUP, *names):
        return Block("excluded")
    if group.name is None:
        return Block("unreadable", (_limited(group).finding(),))
    if not choices.joins(*names):
        return Block("not asked for", _lacking(group, memberships))
    dormant = dormant_block(copying, group.right, holder)
    if dormant is not None:
        return dormant
    closed = group.closed
    if closed is not None:
        told = finding("RA335", group.title, group=group.title, why=closed[1])
        return Block(closed[0], (told, *_lacking(group, memberships)))
    return None if choices.includes_right(GROUP, *names) else _danger(group, memberships)


def _danger(group: Group, memberships: Memberships) -> Block | None:
    """Return the block of a group that gives more than may be handed on unasked, or that cannot be judged."""
    for giver in memberships.given_by(group):
        for gift in memberships.gifts.get(giver.id, ()):
            if gift.why:
                facts = {"group": group.title, "role": gift.role, "scope": gift.scope, "why": gift.why}
                return Block("privileged", (_finding("RA336", group, facts),))
    unread = [item for giver in memberships.given_by(group) for item in memberships.unjudged.get(giver.id, ())]
    return Block("unreadable", tuple(item.finding() for item in unread)) if unread else None


def _lacking(group: Group, memberships: Memberships) -> tuple[Finding, ...]:
    """Return what the identity lacks because it is not in a group."""
    givers = memberships.given_by(group)
    found: list[Finding] = []
    for giver in givers:
        named = giver.title if giver is group else f"{giver.title} (around {group.title})"
        for gift in memberships.gifts.get(giver.id, ()):
            found.append(_finding("RA334", group, {"group": named, "role": gift.role, "scope": gift.scope}))
        found += [item.finding() for item in memberships.unjudged.get(giver.id, ())]
    return tuple(found) or (finding("RA337", group.title, group=group.title),)


def _finding(code: str, group: Group, facts: Mapping[str, Any]) -> Finding:
    return finding(code, group.title, line=None, column=None, **facts)


def _limited(group: Group) -> Unread:
    return Unread(
        what=f"Group {group.id}, which the Run As account is a member of,",
        resource=group.id,
        reason="Microsoft Graph tells no more than its id; the login needs GroupMember.Read.All.",
    )
