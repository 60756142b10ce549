# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which scope contains which, and what a role allows: the rules themselves, without a server."""

from __future__ import annotations

import pytest

from azure_simulator import rbac
from azure_simulator.builtin_roles import BUILTIN_ROLES
from azure_simulator.scopes import Hierarchy, contains, with_ancestors
from azure_simulator.testing_demo import demo_world
from azure_simulator.wire import Caller
from azure_simulator.world import World

VM = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1"
HIERARCHY = Hierarchy({"mg-root": None, "mg-child": "mg-root"}, {"s1": "mg-child"})


def test_a_resource_lies_in_its_group_subscription_management_groups_and_the_root() -> None:
    assert with_ancestors(VM, HIERARCHY) == [
        VM.lower(),
        "/subscriptions/s1/resourcegroups/rg",
        "/subscriptions/s1",
        "/providers/microsoft.management/managementgroups/mg-child",
        "/providers/microsoft.management/managementgroups/mg-root",
        "/",
    ]


def test_a_nested_resource_lies_in_its_parent_resource() -> None:
    assert contains(VM, VM + "/extensions/agent", HIERARCHY)
    assert not contains(VM + "/extensions/agent", VM, HIERARCHY)


def test_scopes_are_compared_without_regard_to_case_and_not_by_prefix() -> None:
    assert contains("/subscriptions/S1/RESOURCEGROUPS/RG", VM, HIERARCHY)
    assert not contains("/subscriptions/s1/resourceGroups/r", VM, HIERARCHY)


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        ("Reader", "Microsoft.Automation/automationAccounts/read", True),
        ("Reader", "Microsoft.Automation/automationAccounts/write", False),
        ("Contributor", "Microsoft.Automation/automationAccounts/runbooks/publish/action", True),
        ("Contributor", "Microsoft.Authorization/roleAssignments/write", False),
        ("Contributor", "Microsoft.Authorization/roleAssignments/read", True),
        ("User Access Administrator", "Microsoft.Authorization/roleAssignments/write", True),
        ("User Access Administrator", "Microsoft.Automation/automationAccounts/write", False),
        ("Role Based Access Control Administrator", "Microsoft.Authorization/roleAssignments/delete", True),
        ("Role Based Access Control Administrator", "Microsoft.Authorization/roleDefinitions/write", False),
        ("Virtual Machine Contributor", "microsoft.compute/VIRTUALMACHINES/start/action", True),
    ],
)
def test_what_built_in_roles_allow(role: str, action: str, allowed: bool) -> None:
    definition = next(item for item in BUILTIN_ROLES if item.name == role)
    assert rbac.grants(definition.permission(), action) is allowed


def test_not_actions_take_away_only_from_their_own_role() -> None:
    world = demo_world()
    scope = "/subscriptions/" + next(iter(world.subscriptions.values())).id
    assert rbac.authorize(world, _caller(world, "migration"), "Microsoft.Authorization/roleAssignments/write", scope)


def test_a_role_at_a_management_group_reaches_everything_below_it() -> None:
    world = demo_world()
    account = next(iter(world.accounts.values()))
    read, write = (f"Microsoft.Automation/automationAccounts/{verb}" for verb in ("read", "write"))
    assert rbac.authorize(world, _caller(world, "reader"), read, account.id)
    assert not rbac.authorize(world, _caller(world, "reader"), write, account.id)


def test_verdicts_follow_changes() -> None:
    world = demo_world()
    caller, scope = _caller(world, "reader"), next(iter(world.accounts.values())).id
    action = "Microsoft.Automation/automationAccounts/read"
    assert rbac.authorize(world, caller, action, scope)
    for assignment in rbac.of_principal(world, caller.object_id):
        rbac.remove(world, assignment.id)
    assert not rbac.authorize(world, caller, action, scope)


def test_a_wider_graph_permission_covers_a_narrower_one() -> None:
    assert rbac.satisfies("Application.ReadWrite.All", "Application.Read.All")
    assert rbac.satisfies("Directory.Read.All", "Application.Read.All")
    assert not rbac.satisfies("Application.Read.All", "Application.ReadWrite.All")
    assert not rbac.satisfies("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All")


def _caller(world: World, name: str) -> Caller:
    login = world.logins[name]
    return Caller(login.object_id, login.client_id, login.tenant_id, "any")
