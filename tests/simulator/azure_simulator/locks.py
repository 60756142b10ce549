# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Management locks of a world, and what they refuse (contract 4.4). The gateway asks before every write."""

from __future__ import annotations

from dataclasses import dataclass

from azure_simulator import errors
from azure_simulator.scopes import Hierarchy, normal, with_ancestors
from azure_simulator.world import World

READ_ONLY = "ReadOnly"
LOCKS = "/providers/Microsoft.Authorization/locks/"
_STATE = "locks"
# Management groups have no locks, so nobody has to know them.
_NO_GROUPS = Hierarchy()


@dataclass(frozen=True)
class Lock:
    """A lock; ``level`` is CanNotDelete or ReadOnly."""

    name: str
    level: str
    scope: str
    notes: str | None = None

    @property
    def id(self) -> str:
        return f"{self.scope}{LOCKS}{self.name}"


def add(world: World, lock: Lock) -> None:
    """Put a lock on its scope."""
    all_of(world).append(lock)


def all_of(world: World) -> list[Lock]:
    """Every lock of a world."""
    found: list[Lock] = world.provider_state.setdefault(_STATE, [])
    return found


def at_and_above(world: World, scope: str) -> list[Lock]:
    """The locks that a scope is under."""
    locks = all_of(world)
    above = with_ancestors(scope, _NO_GROUPS) if locks else []
    return [lock for lock in locks if normal(lock.scope) in above]


def refuse_where_locked(world: World, path: str, *, deletes: bool) -> None:
    """409 when a lock forbids to write to, or delete, what is at ``path``."""
    closed = [lock for lock in at_and_above(world, path) if deletes or lock.level == READ_ONLY]
    if closed:
        scopes = "', '".join(lock.scope for lock in closed)
        verb = "delete" if deletes else "write"
        raise errors.conflict(
            "ScopeLocked",
            f"The scope '{path}' cannot perform {verb} operation because following scope(s) are locked: '{scopes}'. "
            "Please remove the lock and try again.",
        )
