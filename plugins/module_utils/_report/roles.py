# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The role matrix: what a Run As account may do, and whether the identity may do it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._azure.ids import last_segment, normal_id
from .journal import DONE, ROLE_ASSIGNMENT, Change

HELD, NARROWER, MAPPED, MISSING, OTHER = "held", "narrower", "mapped", "missing", "other_condition"
UNKNOWN = "unknown"

Json = Mapping[str, Any]


@dataclass(frozen=True)
class _Role:
    """One role of the identity. ``copied`` is when a migration gave it."""

    role: str
    guid: str
    scope: str
    condition: str | None
    copied: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return normal_id(self.scope), self.guid


def matrix(access: Json | None, changes: Sequence[Change], assessed: str | None) -> list[dict[str, Any]]:
    """Return a line per role that a Run As account or the identity has, as ``shapes.ROLE_LINE``.

    ``access`` is the part of the assessment, None where it has none; ``assessed`` its time. What the
    journal tells to have happened later is applied to it.
    """
    known = access is not None and access["identity"] is not None
    identity = _identity_roles(access["identity"] if access and known else (), changes, assessed)
    lines, explained = [], set()
    for principal in access["principals"] if access else ():
        for held in principal["assignments"]:
            line, used = _line(principal["connection"], held, identity, known)
            lines.append(line)
            explained |= used
    return [*lines, *(_own(role) for key, role in identity.items() if key not in explained)]


def _identity_roles(
    there: Iterable[Json], changes: Sequence[Change], assessed: str | None
) -> dict[tuple[str, str], _Role]:
    roles = {}
    for entry in there:
        role = _Role(entry["role"], last_segment(entry["role_id"]).lower(), entry["scope"], entry["condition"])
        roles[role.key] = role
    for change in changes:
        if change.kind == ROLE_ASSIGNMENT and change.outcome == DONE:
            _apply(change, roles, later=assessed is None or change.time > assessed)
    return roles


def _apply(change: Change, roles: dict[tuple[str, str], _Role], *, later: bool) -> None:
    """Add or take away what a change did; what happened before the assessment only explains what that saw."""
    role = _role_of(change.after if change.action == "create" else change.before, change.time)
    if role is None:
        return
    if change.action == "create" and later:
        roles[role.key] = role
    elif change.action == "create" and role.key in roles:
        roles[role.key] = replace(roles[role.key], copied=change.time)
    elif change.action == "delete" and later:
        roles.pop(role.key, None)


def _role_of(state: Any, time: str) -> _Role | None:
    if not isinstance(state, dict):
        return None
    role, guid, scope = (state.get(name) for name in ("role", "role_definition", "scope"))
    if not isinstance(guid, str) or not isinstance(scope, str):
        return None
    condition = state.get("condition")
    return _Role(str(role or guid), last_segment(guid).lower(), scope, str(condition) if condition else None, time)


def _line(
    connection: str, held: Json, identity: Mapping[tuple[str, str], _Role], known: bool
) -> tuple[dict[str, Any], set[tuple[str, str]]]:
    """Return the line of one role of a Run As account, and the roles of the identity that it explains."""
    verdict, through = _judged(held, identity, known)
    line = {
        "connection": connection,
        "role": held["role"],
        "scope": held["scope"],
        "condition": held["condition"],
        "run_as": "held",
        "identity": verdict,
        "through": ", ".join(_through(role, held["scope"]) for role in through),
        "copied": max((role.copied for role in through if role.copied), default=None),
    }
    return line, {role.key for role in through}


def _judged(held: Json, identity: Mapping[tuple[str, str], _Role], known: bool) -> tuple[str, list[_Role]]:
    guid, scope = last_segment(held["role_id"]).lower(), normal_id(held["scope"])
    same_role = [role for role in identity.values() if role.guid == guid]
    exact = identity.get((scope, guid))
    if exact and _same(exact.condition, held["condition"]):
        return HELD, [exact]
    wider = [role for role in same_role if _contains(role.scope, scope) and not role.condition]
    if wider or held["held_by_identity"]:
        return HELD, wider[:1]
    if exact:
        return (OTHER if held["condition"] else NARROWER), [exact]
    below = [role for role in same_role if _contains(scope, normal_id(role.scope))]
    if below:
        return NARROWER, below
    mapped = [role for role in identity.values() if role.copied and normal_id(role.scope) == scope]
    if mapped:
        return MAPPED, mapped
    return (MISSING if known or held["held_by_identity"] is False else UNKNOWN), []


def _through(role: _Role, scope: str) -> str:
    return role.role if normal_id(role.scope) == normal_id(scope) else f"{role.role} at {role.scope}"


def _contains(outer: str, inner: str) -> bool:
    """Tell whether ``outer`` is a scope above ``inner``; what lies above subscriptions cannot be told from ids."""
    return normal_id(inner).startswith(f"{normal_id(outer)}/")


def _same(left: str | None, right: str | None) -> bool:
    return (left or "").split() == (right or "").split()


def _own(role: _Role) -> dict[str, Any]:
    return {
        "connection": None,
        "role": role.role,
        "scope": role.scope,
        "condition": role.condition,
        "run_as": "not_held",
        "identity": HELD,
        "through": "",
        "copied": role.copied,
    }
