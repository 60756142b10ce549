# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which permission a step needs, and that docs/permissions.md says the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_needs import (
    GRAPH,
    STEPS,
    Needs,
    azure_scopes,
    needed,
    planned_steps,
)

PAGE = (Path(__file__).parents[5] / "docs" / "permissions.md").read_text()
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
VAULT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v"
# To see what there is, and to judge itself.
BESIDES = {
    "Microsoft.Authorization/permissions/read",
    "Microsoft.Authorization/locks/read",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read",
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    # To copy what is no role of Azure, and to see who may activate what.
    "Microsoft.Authorization/roleAssignmentsUsageMetrics/read",
    "Microsoft.Authorization/roleEligibilityScheduleInstances/read",
    "Microsoft.KeyVault/vaults/accessPolicies/write",
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.Management/managementGroups/read",
    # For the snapshot; a migration goes on without.
    "Microsoft.Automation/automationAccounts/schedules/read",
    "Microsoft.Automation/automationAccounts/variables/read",
    "Microsoft.Automation/automationAccounts/credentials/read",
}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the page's table that begins with ``heading``."""
    table = PAGE[PAGE.index(heading) :].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def actions_among(words: list[str]) -> list[str]:
    """Leave out what else is quoted: "at stage `delete`"."""
    return [word for word in words if word != "delete"]


def test_the_page_and_the_table_agree() -> None:
    on_the_page = {
        (*quoted(step), where, *quoted(family)): actions_among(quoted(words))
        for step, where, family, words in rows("| step | where |")
    }
    in_the_table = {
        (step.name, requirement.place.value, requirement.family): list(requirement.actions)
        for step in STEPS
        for requirement in step.requirements
    }
    assert on_the_page == in_the_table


def test_the_page_and_the_table_agree_on_microsoft_graph() -> None:
    on_the_page = {quoted(step)[0]: quoted(words)[0] for step, words in rows("| step | Microsoft Graph")}
    assert on_the_page == {step.name: step.graph for step in STEPS if step.graph}


def test_the_roles_on_the_page_have_what_the_steps_need_and_no_more() -> None:
    migrate, retire = (set(json.loads(block)["Actions"]) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    by_step = {
        step.name: {permission for requirement in step.requirements for permission in requirement.permissions}
        for step in STEPS
    }
    retiring = by_step.pop("remove_runas")
    by_step.pop("migrate_site_recovery")
    assert set().union(*by_step.values()) | BESIDES == migrate
    assert retire == retiring - migrate


def test_only_the_steps_that_are_needed_ask_for_anything() -> None:
    assert needed(ACCOUNT, Needs()) == []
    assert [step.name for step in planned_steps(Needs(rewrite=True, probe=True))] == [
        "all",
        "update_runbook",
        "probe_identity",
    ]
    assert [step.name for step in planned_steps(Needs(user_assigned=("/u",)))] == ["all", "enable_identity"]
    assert [step.name for step in planned_steps(Needs(vaults=(VAULT,)))] == ["all", "migrate_site_recovery"]


def test_each_permission_is_needed_at_each_scope_once_whatever_its_case() -> None:
    scopes = ("/subscriptions/S", "/subscriptions/s/", "/subscriptions/s/resourceGroups/rg")
    wanted = needed(ACCOUNT, Needs(role_scopes=scopes))
    writes = [need.scope for need in wanted if need.permission.endswith("roleAssignments/write")]
    assert writes == ["/subscriptions/s/", "/subscriptions/s/resourceGroups/rg"]
    assert azure_scopes(wanted) == [ACCOUNT, *writes]
    assert [need.permission for need in wanted if need.in_graph] == ["Application.Read.All"]


@pytest.mark.parametrize(
    ("step", "permission", "write"),
    [
        ("enable_identity", "Microsoft.Automation/automationAccounts/write", True),
        ("enable_identity", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", True),
        ("enable_identity", "Microsoft.ManagedIdentity/userAssignedIdentities/read", False),
        ("migrate_site_recovery", "Microsoft.RecoveryServices/vaults/read", False),
        ("remove_runas", "Microsoft.Automation/automationAccounts/connections/delete", True),
    ],
)
def test_what_is_more_than_reading(step: str, permission: str, write: bool) -> None:
    everything = Needs(enable_identity=True, user_assigned=("/u",), vaults=(VAULT,), retire=True)
    (need,) = [item for item in needed(ACCOUNT, everything) if (item.step, item.permission) == (step, permission)]
    assert need.write is write
    assert need.scope != GRAPH
