# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What suggestions are made of: evidence, the roles that are held today, and what comes out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import normal_id, subscription_of
from .._finding import Finding
from .access_choices import inside
from .access_model import Assignment

LEVELS = ("resource", "resource_group", "subscription")


@dataclass(frozen=True)
class Activity:
    """One operation at one resource, as the Activity Log shows it. Times are texts of Azure's.

    ``refused`` of the ``count`` were refused for want of rights.
    """

    operation: str
    scope: str
    count: int
    first: str
    last: str
    refused: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "operation": self.operation,
            "scope": self.scope,
            "resource_group": group_of(self.scope),
            "count": self.count,
            "first": self.first,
            "last": self.last,
        }


@dataclass(frozen=True)
class CodeUse:
    """One call in a runbook. ``version`` is ``published`` or ``draft``, ``resource_group`` what it names literally."""

    runbook: str
    version: str
    line: int | None
    cmdlet: str
    operations: tuple[str, ...]
    resource_group: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "runbook": self.runbook,
            "version": self.version,
            "line": self.line,
            "cmdlet": self.cmdlet,
            "operations": list(self.operations),
        }


@dataclass(frozen=True)
class NotCovered:
    """Something that no suggestion covers, and why: ``reason`` is a word, ``text`` what it is about."""

    reason: str
    text: str
    runbook: str | None = None
    version: str | None = None
    line: int | None = None
    operation: str | None = None
    scope: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Holding:
    """A role that a Run As principal holds. ``reach`` are the subscriptions below it, where it lies above them."""

    assignment: Assignment
    role_name: str
    reach: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        """Scope and role, as assignments are compared."""
        return self.assignment.key

    def contains(self, scope: str) -> bool:
        """Tell whether a scope is the assignment's or lies inside it."""
        return inside(scope, self.assignment.scope) or (subscription_of(scope) or "").lower() in self.reach

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {"role": self.role_name, "role_id": self.assignment.role, "scope": self.assignment.scope}


@dataclass(frozen=True)
class Evidence:
    """All that was seen. ``groups`` are the resource groups that exist, by subscription in lower case.

    A subscription whose groups could not be read is not among them.
    """

    activity: Sequence[Activity] = ()
    code: Sequence[CodeUse] = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Reasons:
    """Why an operation is needed at a scope. ``assumed`` tells that only the code says so, and not where."""

    activity: list[Activity] = field(default_factory=list)
    code: list[CodeUse] = field(default_factory=list)
    assumed: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A role at a scope, in place of one that is held today.

    ``fit`` says how well the role fits: ``own``, ``general``, ``foreign``, or ``everything`` for such as Contributor.
    """

    role: str
    role_id: str
    scope: str
    instead_of: Holding
    fit: str
    reasons: dict[str, Reasons]

    @property
    def assumed(self) -> bool:
        """Whether the place of anything in it is assumed."""
        return any(reason.assumed for reason in self.reasons.values())

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        code = {use: None for reason in self.reasons.values() for use in reason.code}
        activity = {one: None for reason in self.reasons.values() for one in reason.activity}
        return {
            "role": self.role,
            "role_id": self.role_id,
            "scope": self.scope,
            "instead_of": self.instead_of.as_dict(),
            "operations": sorted(self.reasons),
            "fit": self.fit,
            "scope_assumed": self.assumed,
            "evidence": {
                "runbooks": [use.as_dict() for use in code],
                "activity": [one.as_dict() for one in activity],
            },
        }


@dataclass(frozen=True)
class Suggestions:
    """What comes out."""

    suggestions: tuple[Suggestion, ...] = ()
    role_map: tuple[Mapping[str, Any], ...] = ()
    not_covered: tuple[NotCovered, ...] = ()
    findings: tuple[Finding, ...] = ()


def group_of(scope: str) -> str | None:
    """Return the name of the resource group of a scope, None without one."""
    parts = scope.strip("/").split("/")
    return parts[3] if len(parts) > 3 and parts[2].lower() == "resourcegroups" else None


def cut(scope: str, level: str) -> str:
    """Return the scope of a level that holds a resource; a wider one where there is nothing so narrow."""
    parts = scope.strip("/").split("/")
    if not normal_id(scope).startswith("/subscriptions/"):
        return scope.rstrip("/")
    if level == "resource":
        # What extends a resource, such as its tags, is no scope of its own.
        inner = [index for index, part in enumerate(parts) if part.lower() == "providers"][1:]
        return "/" + "/".join(parts[: inner[0]] if inner else parts)
    keep = 4 if level == "resource_group" and group_of(scope) else 2
    return "/" + "/".join(parts[:keep])
