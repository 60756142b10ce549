# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Eligible role assignments of a world: what Privileged Identity Management lets somebody activate (contract 4.6)."""

from __future__ import annotations

from dataclasses import dataclass

from azure_simulator.world import World

INSTANCES = "/providers/Microsoft.Authorization/RoleEligibilityScheduleInstances/"
ACTIVE_INSTANCES = "/providers/Microsoft.Authorization/RoleAssignmentScheduleInstances/"
SCHEDULES = "/providers/Microsoft.Authorization/RoleEligibilitySchedules/"
ACTIVE_SCHEDULES = "/providers/Microsoft.Authorization/RoleAssignmentSchedules/"
_STATE = "eligibility"


@dataclass(frozen=True)
class Eligible:
    """A role that a principal may activate at a scope; times are ticks, ``ends`` None where it never ends."""

    name: str
    schedule: str
    scope: str
    role_definition_id: str
    principal_id: str
    principal_type: str
    starts: int
    ends: int | None = None
    condition: str | None = None

    @property
    def id(self) -> str:
        return f"{self.scope.rstrip('/')}{INSTANCES}{self.name}"


def add(world: World, item: Eligible) -> None:
    """Make somebody eligible."""
    all_of(world).append(item)


def all_of(world: World) -> list[Eligible]:
    """Every eligible role assignment of a world."""
    found: list[Eligible] = world.provider_state.setdefault(_STATE, [])
    return found
