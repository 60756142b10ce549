# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Deciding which roles the identity gets for Site Recovery, and which it loses again. Pure: no I/O.

Contributor comes first. Once the mappings are moved it may be lowered to Site Recovery Contributor: the narrow role
is given, and then Contributor taken away, but only where this step has given it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import last_segment, normal_id, subscription_of
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change
from .access_choices import inside
from .access_model import CONTRIBUTOR, Assignment, assignment_id, assignment_name
from .access_part import ROLE_ASSIGNMENT
from .site_recovery_model import Vault

SITE_RECOVERY_CONTRIBUTOR = "6670b86e-a3f7-4917-ac9b-5d6ab1be4567"
_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
_NAMES = {CONTRIBUTOR: "Contributor", SITE_RECOVERY_CONTRIBUTOR: "Site Recovery Contributor"}
_WIDE = frozenset({CONTRIBUTOR, _OWNER})

_ROLLBACK = "rollback_migration"

VAULT, RESOURCE_GROUPS, SUBSCRIPTION = "vault", "resource_groups", "subscription"

# Roles come after the identity and before the mappings; the wide one goes once the narrow one is there.
WIDE_WAVE, NARROW_WAVE, LOWERING_WAVE = 1, 3, 4

# Tells a role assignment of this step from one that was copied, which has the same name.
DESCRIPTION = "Site Recovery updates agents with it (azauto.runas_migration.migrate_site_recovery)."


@dataclass(frozen=True)
class Holder:
    """Whose roles these are. ``principal_id`` is None before Azure made the identity."""

    account_id: str
    principal_id: str | None


@dataclass(frozen=True)
class Place:
    """A scope where the identity needs a role. ``moves`` tells that mappings are moved which need it there.

    ``held`` is what the identity holds there and above, ``vaults`` are the vaults for whose sake it is.
    """

    scope: str
    vaults: tuple[Vault, ...]
    moves: bool
    held: tuple[Assignment, ...] = ()

    def covering(self, roles: Iterable[str]) -> list[Assignment]:
        """Return those of its role assignments that give one of these roles there, without a condition."""
        wanted = frozenset(roles)
        return [item for item in self.held if item.role in wanted and not item.condition and self._is_above(item)]

    def _is_above(self, item: Assignment) -> bool:
        # Those of management groups and of the tenant are in a scope's list only where they hold there.
        return subscription_of(item.scope) is None or inside(self.scope, item.scope)


@dataclass(frozen=True)
class RolePlan:
    """The changes of roles at one place, and what a person should know."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()


def scopes_of(vault: Vault, role_scope: str) -> tuple[str, ...] | None:
    """Return where the identity needs its role for the sake of a vault; None where the machines are not known."""
    if role_scope == VAULT:
        return (vault.id,)
    if vault.machines is None:
        return None
    machines = [machine.machine_id for machine in vault.machines if machine.machine_id]
    if role_scope == RESOURCE_GROUPS:
        found = [vault.resource_group, *(one.partition("/providers/")[0] for one in machines)]
    else:
        found = [vault.subscription, *(f"/subscriptions/{subscription_of(one)}" for one in machines)]
    return tuple({normal_id(scope): scope for scope in found}.values())


def plan_place(holder: Holder, place: Place, ours: frozenset[str], *, lower: bool) -> RolePlan:
    """Return what is given and taken at one place. ``ours`` are comparable ids of what this step has given."""
    if not lower:
        return RolePlan(tuple(_widening(holder, place)))
    wide = _widening(holder, place) if place.moves else []
    given = [item for item in place.covering({CONTRIBUTOR}) if normal_id(item.id) in ours and _is_at(item, place)]
    narrow = (
        [] if place.covering({SITE_RECOVERY_CONTRIBUTOR}) else [_creation(holder, place, SITE_RECOVERY_CONTRIBUTOR)]
    )
    lost = [_removal(holder, place, item.id, item) for item in given] or [
        _removal(holder, place, change.target, None) for change in wide
    ]
    others = [item for item in place.covering(_WIDE) if normal_id(item.id) not in ours or not _is_at(item, place)]
    if others:
        # A wider right that somebody else gave stays, so a narrow one beside it would change nothing.
        return RolePlan((*wide, *lost), (_kept(holder, place, others[0]),))
    return RolePlan((*wide, *narrow, *lost))


def _widening(holder: Holder, place: Place) -> list[Change]:
    """Return the creation of Contributor, where the identity has not enough: mappings are moved with nothing less."""
    enough = _WIDE if place.moves else _WIDE | {SITE_RECOVERY_CONTRIBUTOR}
    return [] if place.covering(enough) else [_creation(holder, place, CONTRIBUTOR)]


def _is_at(item: Assignment, place: Place) -> bool:
    return normal_id(item.scope) == normal_id(place.scope)


def _kept(holder: Holder, place: Place, other: Assignment) -> Finding:
    name = last_segment(holder.account_id)
    role = _NAMES.get(other.role, "Owner")
    return finding("RA716", other.id, account=name, role=role, scope=other.scope, wanted=place.scope)


def _creation(holder: Holder, place: Place, role: str) -> Change:
    principal = holder.principal_id
    name = assignment_name(place.scope, role, principal) if principal else KNOWN_AFTER_APPLY
    wave = WIDE_WAVE if role == CONTRIBUTOR else NARROW_WAVE
    target = assignment_id(place.scope, name)
    return _change("create", holder, place.scope, role, target, None, assignment_state(holder, place.scope, role), wave)


def _removal(holder: Holder, place: Place, target: str, there: Assignment | None) -> Change:
    state = assignment_state(holder, place.scope, CONTRIBUTOR)
    if there is not None:
        state |= {"scope": there.scope, "description": there.description}
    return _change("delete", holder, place.scope, CONTRIBUTOR, target, state, None, LOWERING_WAVE)


def assignment_state(holder: Holder, scope: str, role: str) -> dict[str, Any]:
    """Return a role assignment of this step as the ledger records it, in the shape of copy_runas_roles."""
    return {
        "role": _NAMES[role],
        "role_definition": role,
        "scope": scope,
        "principal_id": holder.principal_id or KNOWN_AFTER_APPLY,
        "principal_type": "ServicePrincipal",
        "condition": None,
        "condition_version": None,
        "description": DESCRIPTION,
    }


def _change(
    action: str,
    holder: Holder,
    scope: str,
    role: str,
    target: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    wave: int,
) -> Change:
    approval = {"account": normal_id(holder.account_id), "role_definition": role, "scope": normal_id(scope)}
    track = f"{normal_id(scope)}|{role}"
    return Change(action, ROLE_ASSIGNMENT, target, before, after, track=track, approval=approval, wave=wave)


def ours_of(records: Iterable[Mapping[str, Any]], step: str, held: Sequence[Assignment], principal_id: str) -> set[str]:
    """Return the comparable ids of those role assignments that are this step's own.

    Their name says what they are for, but not who made them: copy_runas_roles gives the same names. So the ledger or
    the description has to say that this step did, and no other step may have recorded the same. A rollback makes only
    what another step had made.
    """
    created: dict[str, set[str]] = {}
    for record in records:
        change = record.get("change") or {}
        is_creation = (change.get("kind"), change.get("action")) == (ROLE_ASSIGNMENT, "create")
        if record["event"] == "intend" and is_creation and record["step"] != _ROLLBACK:
            created.setdefault(normal_id(change["target"]), set()).add(record["step"])
    ours = set()
    for item in held:
        named = last_segment(item.id).lower() == assignment_name(item.scope, item.role, principal_id)
        by = created.get(normal_id(item.id), {step} if item.description == DESCRIPTION else set())
        if named and by == {step}:
            ours.add(normal_id(item.id))
    return ours
