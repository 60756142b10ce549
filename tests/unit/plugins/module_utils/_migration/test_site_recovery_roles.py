# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles the identity gets for Site Recovery, and which it loses."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import (
    CONTRIBUTOR,
    Assignment,
    assignment_id,
    assignment_name,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.site_recovery_model import (
    Machine,
    Vault,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.site_recovery_roles import (
    DESCRIPTION,
    SITE_RECOVERY_CONTRIBUTOR,
    Holder,
    Place,
    ours_of,
    plan_place,
    scopes_of,
)

AA = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
SUBSCRIPTION = "/subscriptions/s"
VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
STEP = "migrate_site_recovery"
RSV = Vault(VAULT, "rsv", "westeurope", "Succeeded")


def held(
    role: str, scope: str = VAULT, *, condition: str | None = None, description: str | None = DESCRIPTION
) -> Assignment:
    return Assignment(
        assignment_id(scope, assignment_name(scope, role, "p")), scope, role, "p", condition, None, description
    )


def planned(
    *there: Assignment, moves: bool = True, lower: bool = False, ours: tuple[Assignment, ...] = ()
) -> list[str]:
    """What is given and taken: action, role, wave."""
    plan = plan_place(
        Holder(AA, "p"), Place(VAULT, (RSV,), moves, there), frozenset(item.id.lower() for item in ours), lower=lower
    )
    names = {CONTRIBUTOR: "wide", SITE_RECOVERY_CONTRIBUTOR: "narrow"}
    told = []
    for change in sorted(plan.changes, key=lambda one: one.wave):
        state = change.after or change.before
        told.append(f"{change.action} {names[state['role_definition']]}")
    return [*told, *(item.code for item in plan.findings)]


WIDE, NARROW = held(CONTRIBUTOR), held(SITE_RECOVERY_CONTRIBUTOR)
ABOVE = held(CONTRIBUTOR, SUBSCRIPTION)
ROOT = held(OWNER, "/providers/Microsoft.Management/managementGroups/mg")


@pytest.mark.parametrize(
    ("there", "options", "expected"),
    [
        ((), {}, ["create wide"]),
        ((WIDE,), {}, []),
        ((ABOVE,), {}, []),
        ((ROOT,), {}, []),
        ((NARROW,), {}, ["create wide"]),
        ((NARROW,), {"moves": False}, []),
        ((), {"moves": False}, ["create wide"]),
        ((held(CONTRIBUTOR, condition="x"),), {}, ["create wide"]),
        ((held(CONTRIBUTOR, VAULT + "2"),), {}, ["create wide"]),
        ((held(CONTRIBUTOR, VAULT + "/inside"),), {}, ["create wide"]),
        ((), {"lower": True}, ["create wide", "create narrow", "delete wide"]),
        ((), {"lower": True, "moves": False}, ["create narrow"]),
        ((NARROW,), {"lower": True, "moves": False}, []),
        ((NARROW,), {"lower": True}, ["create wide", "delete wide"]),
        ((WIDE,), {"lower": True, "ours": (WIDE,)}, ["create narrow", "delete wide"]),
        ((WIDE, NARROW), {"lower": True, "moves": False, "ours": (WIDE,)}, ["delete wide"]),
        ((WIDE,), {"lower": True}, ["RA716"]),
        ((ABOVE,), {"lower": True, "ours": (ABOVE,)}, ["RA716"]),
        ((WIDE, ABOVE), {"lower": True, "ours": (WIDE,)}, ["delete wide", "RA716"]),
    ],
)
def test_what_is_given_and_taken(there: tuple[Assignment, ...], options: dict[str, Any], expected: list[str]) -> None:
    assert planned(*there, **options) == expected


def test_the_narrow_role_is_given_before_the_wide_one_goes() -> None:
    plan = plan_place(Holder(AA, None), Place(VAULT, (RSV,), True), frozenset(), lower=True)
    wide, narrow, lowered = sorted(plan.changes, key=lambda one: one.wave)
    assert wide.wave < 2 < narrow.wave < lowered.wave
    assert lowered.before == wide.after
    assert (wide.target, lowered.target) == (lowered.target, wide.target)
    assert "(known after apply)" in wide.target


def created(assignment: Assignment, step: str) -> dict[str, Any]:
    change = {"action": "create", "kind": "role_assignment", "target": assignment.id.upper()}
    return {"event": "intend", "step": step, "change": change}


@pytest.mark.parametrize(
    ("records", "assignment", "is_ours"),
    [
        ([created(WIDE, STEP)], held(CONTRIBUTOR, description=None), True),
        ([], WIDE, True),
        ([], held(CONTRIBUTOR, description=None), False),
        ([created(WIDE, "copy_runas_roles")], WIDE, False),
        ([created(WIDE, STEP), created(WIDE, "rollback_migration")], WIDE, True),
        ([created(WIDE, STEP), created(WIDE, "copy_runas_roles")], WIDE, False),
        ([], Assignment(assignment_id(VAULT, "random"), VAULT, CONTRIBUTOR, "p", description=DESCRIPTION), False),
    ],
)
def test_whose_role_assignment_it_is(records: list[dict[str, Any]], assignment: Assignment, is_ours: bool) -> None:
    assert bool(ours_of(records, STEP, [assignment], "p")) is is_ours


def machine(group: str | None, subscription: str = "s") -> Machine:
    place = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/vm"
    return Machine("i", "vm", place if group else None, None, None, None)


def test_where_the_role_is_needed() -> None:
    machines = (machine("RG"), machine("rg-2", "t"), machine(None))
    vault = Vault(VAULT, "rsv", "westeurope", "Succeeded", machines=machines)
    assert scopes_of(vault, "vault") == (VAULT,)
    groups = scopes_of(vault, "resource_groups")
    assert groups is not None
    assert [name.lower() for name in groups] == [
        "/subscriptions/s/resourcegroups/rg",
        "/subscriptions/t/resourcegroups/rg-2",
    ]
    assert scopes_of(vault, "subscription") == ("/subscriptions/s", "/subscriptions/t")


def test_unread_machines_leave_the_wide_scopes_unknown() -> None:
    vault = Vault(VAULT, "rsv", "westeurope", "Succeeded", machines=None)
    assert scopes_of(vault, "vault") == (VAULT,)
    assert scopes_of(vault, "resource_groups") is None
    assert scopes_of(vault, "subscription") is None
