# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which steps a lock stops, and what policies say."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_needs import Needs
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_obstacles import (
    Lock,
    lock_findings,
    lock_of,
    locked_steps,
    planned_content,
    policy_findings,
    policy_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_reading import lock_scopes

SUB = "/subscriptions/s"
GROUP = f"{SUB}/resourceGroups/rg"
ACCOUNT = f"{GROUP}/providers/Microsoft.Automation/automationAccounts/aa"
VAULT = f"{SUB}/resourceGroups/rg-recovery/providers/Microsoft.RecoveryServices/vaults/v"
OTHER = "/subscriptions/other/resourceGroups/rg"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg"
EVERYTHING = Needs(
    enable_identity=True,
    role_scopes=(OTHER, MANAGEMENT_GROUP),
    rewrite=True,
    probe=True,
    vaults=(VAULT,),
    retire=True,
)


def lock(level: str, scope: str) -> Lock:
    return Lock(f"{scope}/providers/Microsoft.Authorization/locks/l", "l", level, scope)


@pytest.mark.parametrize(
    ("level", "scope", "stopped"),
    [
        ("ReadOnly", GROUP.upper(), ["enable_identity", "update_runbook", "probe_identity", "remove_runas"]),
        ("ReadOnly", f"{ACCOUNT}/", ["enable_identity", "update_runbook", "probe_identity", "remove_runas"]),
        (
            "ReadOnly",
            SUB,
            ["enable_identity", "update_runbook", "probe_identity", "migrate_site_recovery", "remove_runas"],
        ),
        ("ReadOnly", VAULT, ["migrate_site_recovery"]),
        ("ReadOnly", "/subscriptions/other", ["copy_runas_roles"]),
        ("CanNotDelete", GROUP, ["probe_identity", "remove_runas"]),
        ("CanNotDelete", OTHER, []),
        ("NotSpecified", GROUP, []),
        # Names that begin alike are other things.
        ("ReadOnly", f"{SUB}/resourceGroups/r", []),
    ],
)
def test_which_steps_a_lock_stops(level: str, scope: str, stopped: list[str]) -> None:
    assert locked_steps(lock(level, scope), ACCOUNT, EVERYTHING) == stopped


def test_a_lock_stops_no_step_that_is_not_planned() -> None:
    assert locked_steps(lock("CanNotDelete", GROUP), ACCOUNT, Needs(enable_identity=True)) == []
    assert locked_steps(lock("ReadOnly", VAULT), ACCOUNT, Needs(enable_identity=True)) == []


def test_a_lock_on_an_identity_does_not_stop_it_from_being_attached() -> None:
    identity = f"{SUB}/resourceGroups/rg-id/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"
    assert locked_steps(lock("ReadOnly", identity), ACCOUNT, Needs(user_assigned=(identity,))) == []


def test_a_lock_is_an_error_unless_it_stops_the_retirement_only() -> None:
    stopped = [(lock("ReadOnly", GROUP), ["enable_identity"]), (lock("CanNotDelete", GROUP), ["remove_runas"])]
    assert [(item.code, item.severity.value) for item in lock_findings(stopped)] == [
        ("RA915", "error"),
        ("RA916", "warning"),
    ]


def test_the_scope_of_a_lock_is_in_its_id_whatever_its_case() -> None:
    item: dict[str, Any] = {
        "id": f"{GROUP}/providers/microsoft.authorization/LOCKS/l",
        "name": "l",
        "properties": {"level": "ReadOnly"},
    }
    assert lock_of(item, ACCOUNT).scope == GROUP
    # As an example of the service's own has it: no scope in the id.
    assert lock_of({**item, "id": "/providers/Microsoft.Authorization/locks/l"}, ACCOUNT).scope == ACCOUNT


def test_a_list_is_asked_for_once_for_all_that_it_shows() -> None:
    assert lock_scopes(ACCOUNT, [SUB, GROUP.upper(), VAULT, MANAGEMENT_GROUP]) == [ACCOUNT, VAULT]


# --- policies -------------------------------------------------------------


def evaluation(result: str = "NonCompliant", effect: str | None = "Deny") -> dict[str, Any]:
    return {
        "policyInfo": {"policyDefinitionId": "/definitions/d", "policyAssignmentId": "/assignments/{no} identity"},
        "evaluationResult": result,
        "evaluationDetails": {"reason": "No identities here."},
        **({"effectDetails": {"policyEffect": effect}} if effect else {}),
    }


@pytest.mark.parametrize(
    ("result", "effect", "codes"),
    [
        ("NonCompliant", "Deny", ["RA917"]),
        ("NonCompliant", "deny", ["RA917"]),
        ("NonCompliant", None, ["RA917"]),
        ("NonCompliant", "Audit", []),
        ("Compliant", "Deny", []),
        ("Error", "Deny", ["RA901"]),
    ],
)
def test_what_a_policy_says(result: str, effect: str | None, codes: list[str]) -> None:
    assert [item.code for item in policy_findings([policy_of(evaluation(result, effect))])] == codes


def test_a_denial_names_policy_and_reason() -> None:
    (found,) = policy_findings([policy_of(evaluation())])
    assert found.sentence == "Policy {no} identity would deny the account its identity: No identities here."


def test_policies_are_shown_the_whole_account_as_it_will_be() -> None:
    attached = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/U"
    account = {
        "name": "aa",
        "location": "westeurope",
        "tags": {"owner": "ops"},
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {attached: {"PrincipalId": "p"}}},
        "properties": {"publicNetworkAccess": False, "encryption": None, "RegistrationUrl": "https://x", "state": "Ok"},
    }
    needs = Needs(
        enable_identity=True, user_assigned=(attached.lower(), "/u2"), identity_type="SystemAssigned, UserAssigned"
    )
    assert planned_content(account, needs) == {
        "type": "Microsoft.Automation/automationAccounts",
        "name": "aa",
        "location": "westeurope",
        "tags": {"owner": "ops"},
        "identity": {
            "type": "SystemAssigned, UserAssigned",
            "userAssignedIdentities": {attached.lower(): {}, "/u2": {}},
        },
        "properties": {"publicNetworkAccess": False},
    }


def test_an_account_without_identity_is_shown_with_the_new_one() -> None:
    content = planned_content({"name": "aa"}, Needs(enable_identity=True, location="northeurope"))
    assert content["identity"] == {"type": "SystemAssigned"}
    assert content["location"] == "northeurope"
