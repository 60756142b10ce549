# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the kinds of access have in common: role assignments, vault policies, app roles, directory roles, groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .._azure.ids import AccountId
from .._finding import Finding
from .._step import Change
from .access_choices import Choices
from .access_model import Role, same_condition
from .access_sources import Source

ROLE_ASSIGNMENT = "role_assignment"
VAULT_POLICY = "vault_policy"
APP_ROLE = "app_role"
DIRECTORY_ROLE = "directory_role"
GROUP = "group"

# What is copied unless the task names less; groups are joined only where join_groups names them.
KINDS = ("role_assignments", "vault_policies", "app_roles", "directory_roles")

# Reasons for not copying something that the task itself asked for.
ASKED_FOR = frozenset({"excluded", "role_map"})


@dataclass(frozen=True)
class Target:
    """Who gets the access. ``identity`` is "system" or a resource id; ``principal_id`` is None before Azure made it."""

    account: AccountId
    identity: str
    principal_id: str | None


@dataclass(frozen=True)
class Right:
    """One thing that a principal may do.

    ``role`` says what, in the words of Azure, and ``scope`` where: a resource id, or the name of the application that
    offers it. Two principals hold the same right where ``kind``, ``key`` and ``condition`` are equal.
    """

    kind: str
    role: str
    scope: str
    key: tuple[str, ...]
    condition: str | None = None

    def same_as(self, other: Right) -> bool:
        """Tell whether it is the same right, whoever holds it."""
        mine, theirs = (self.kind, self.key), (other.kind, other.key)
        return mine == theirs and same_condition(self.condition, other.condition)

    def as_dict(self) -> dict[str, Any]:
        """Return it as results and the ledger carry it."""
        return {"kind": self.kind, "role": self.role, "scope": self.scope, "condition": self.condition}


@dataclass(frozen=True)
class Fate:
    """What is to become of one right of a Run As account.

    ``gives`` are the rights that the identity has or gets for it: the same one, what ``role_map`` says, or none;
    ``reason`` is the word for why it is not just the same one. ``mapped`` tells that ``role_map`` replaces it. ``own``
    is what the holder has by itself, where ``right`` is what several have together.
    """

    right: Right
    holder: str
    gives: tuple[Right, ...] = ()
    reason: str | None = None
    mapped: bool = False
    own: Right | None = None


@dataclass(frozen=True)
class HandOver:
    """What somebody with more rights is asked to do: one shell command without secrets, and why, in one sentence.

    ``needs`` names who may do it: a directory role or a permission.
    """

    kind: str
    role: str
    scope: str
    reason: str
    needs: str
    command: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "kind": self.kind,
            "role": self.role,
            "scope": self.scope,
            "reason": self.reason,
            "needs": self.needs,
            "command": self.command,
        }


@dataclass(frozen=True)
class Part:
    """What a copy does about one kind of access, or about all. Entries of lists are as the result carries them.

    ``held`` is what the identity held when that was planned, as far as was looked. ``without_effect`` is what gives
    nobody any access, and so is no fate.
    """

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    fates: tuple[Fate, ...] = ()
    unchanged: tuple[Mapping[str, Any], ...] = ()
    not_copied: tuple[Mapping[str, Any], ...] = ()
    hand_over: tuple[HandOver, ...] = ()
    held: tuple[Right, ...] = ()
    without_effect: tuple[Fate, ...] = ()

    @staticmethod
    def joined(parts: Iterable[Part]) -> Part:
        """Return several parts as one, in their order."""
        every = tuple(parts)
        return Part(
            changes=tuple(item for part in every for item in part.changes),
            findings=tuple(item for part in every for item in part.findings),
            fates=tuple(item for part in every for item in part.fates),
            unchanged=tuple(item for part in every for item in part.unchanged),
            not_copied=tuple(item for part in every for item in part.not_copied),
            hand_over=tuple(item for part in every for item in part.hand_over),
            held=tuple(item for part in every for item in part.held),
            without_effect=tuple(item for part in every for item in part.without_effect),
        )


@dataclass(frozen=True)
class Copying:
    """Whose access is copied to whom, and what the task wants of it.

    ``dormant`` has the object id of each Run As principal, in lower case, and why nothing can log in with it, if so.
    ``target.principal_id`` is None in check mode where Azure has not made the identity yet.
    """

    target: Target
    sources: Sequence[Source]
    dormant: Mapping[str, str | None]
    choices: Choices


class Kind(Protocol):
    """How one kind of access is read, planned, written and read back.

    ``changes_of`` are the kinds of its changes. A kind that could not read something reports a finding in its part,
    and goes on with the rest.
    """

    changes_of: frozenset[str]

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found while writing."""

    @property
    def roles(self) -> Mapping[str, Role]:
        """The roles of Azure that it gives or takes into account, by guid; none for other kinds."""

    def plan(self) -> Part:
        """Read what the Run As principals and the identity hold, and return what is to be done."""

    def reread(self, change: Change) -> Any:
        """Return the target of a change as it is now, in the shape of its ``before``."""

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change; ``created`` in the answer is False where somebody else had made it meanwhile."""

    def right_of(self, change: Change) -> Right:
        """Return the right that a change gives."""

    def held(self) -> list[Right]:
        """Return what the identity holds now, read anew, as far as ``plan`` looked."""

    def hand_over_of(self, change: Change) -> HandOver | None:
        """Return what to ask of somebody with more rights where Azure forbids a change; None where nobody helps."""
