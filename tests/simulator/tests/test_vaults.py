# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovery Services vaults, key vaults (contract 6 and 7) and management groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import account, demo_world, directory_object, resource_manager, subscription
from azure_simulator.world import World

SITE_RECOVERY = "2025-08-01"
KEY_VAULT = "2023-07-01"


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(demo_world())


def vault(azure: Azure) -> str:
    production = subscription(azure, "production")
    path = f"/subscriptions/{production}/providers/Microsoft.RecoveryServices/vaults"
    found = resource_manager(azure, "GET", path, version="2024-04-01").json["value"]
    assert [item["name"] for item in found] == ["rsv-contoso", "rsv-web", "rsv-data"]
    return str(found[0]["id"])


def mappings(azure: Azure) -> list[dict[str, Any]]:
    path = f"{vault(azure)}/replicationProtectionContainerMappings"
    answer = resource_manager(azure, "GET", path, version=SITE_RECOVERY).json
    assert answer["nextLink"] is None
    return list(answer["value"])


def move_to_identity(azure: Azure, mapping_id: str, account_id: str | None) -> Answer:
    given = {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": "Enabled",
        "automationAccountArmId": account_id,
        "automationAccountAuthenticationType": "SystemAssignedIdentity",
    }
    body = {"properties": {"providerSpecificInput": given}}
    return resource_manager(azure, "PATCH", mapping_id, body, version=SITE_RECOVERY)


def enable_identity(azure: Azure, name: str) -> None:
    body = {"identity": {"type": "SystemAssigned"}}
    assert resource_manager(azure, "PATCH", account(azure, name).id, body, version="2022-08-08").status == 200


def test_a_mapping_still_uses_the_run_as_account(azure: Azure) -> None:
    (mapping,) = mappings(azure)
    assert mapping["id"].startswith("/Subscriptions/")
    assert mapping["properties"]["providerSpecificDetails"] == {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": "Enabled",
        "automationAccountArmId": account(azure, "aa-recovery").id,
        "automationAccountAuthenticationType": "RunAsAccount",
        "scheduleName": None,
        "jobScheduleName": None,
    }
    single = resource_manager(azure, "GET", mapping["id"], version=SITE_RECOVERY).json
    assert single["type"] != mapping["type"]
    assert single["properties"] == mapping["properties"]


def test_an_update_ends_in_the_mapping_and_leaves_a_job(azure: Azure) -> None:
    enable_identity(azure, "aa-recovery")
    (mapping,) = mappings(azure)
    answer = move_to_identity(azure, mapping["id"], account(azure, "aa-recovery").id)
    assert answer.status == 202
    assert answer.headers["Retry-After"]
    status = resource_manager(azure, "GET", answer.headers["Azure-AsyncOperation"], version=SITE_RECOVERY).json
    assert status["status"] == "Succeeded"
    done = resource_manager(azure, "GET", answer.headers["Location"], version=SITE_RECOVERY).json
    details = done["properties"]["providerSpecificDetails"]
    assert details["automationAccountAuthenticationType"] == "SystemAssignedIdentity"
    job = resource_manager(azure, "GET", answer.headers["x-ms-request-id"], version=SITE_RECOVERY).json
    assert (job["properties"]["state"], job["properties"]["targetObjectId"]) == ("Succeeded", mapping["id"])


def test_an_account_without_identity_fails_and_changes_nothing(azure: Azure) -> None:
    (mapping,) = mappings(azure)
    answer = move_to_identity(azure, mapping["id"], account(azure, "aa-recovery").id)
    status = resource_manager(azure, "GET", answer.headers["Azure-AsyncOperation"], version=SITE_RECOVERY).json
    assert status["status"] == "Failed"
    assert "no system assigned identity" in status["error"]["message"]
    assert mappings(azure) == [mapping]


def test_an_identity_without_rights_on_the_vault_fails_where_that_is_checked(azure: Azure) -> None:
    azure.set(site_recovery_checks_roles=True)
    enable_identity(azure, "aa-recovery")
    (mapping,) = mappings(azure)
    answer = move_to_identity(azure, mapping["id"].lower(), account(azure, "aa-recovery").id)
    status = resource_manager(azure, "GET", answer.headers["Azure-AsyncOperation"], version=SITE_RECOVERY).json
    assert "is not allowed to use the vault rsv-contoso" in status["error"]["message"]


def test_an_operation_takes_its_time(azure: Azure) -> None:
    azure.set(operation_seconds=3600)
    enable_identity(azure, "aa-recovery")
    (mapping,) = mappings(azure)
    answer = move_to_identity(azure, mapping["id"], account(azure, "aa-recovery").id)
    status = resource_manager(azure, "GET", answer.headers["Azure-AsyncOperation"], version=SITE_RECOVERY)
    assert (status.status, status.json["status"]) == (200, "InProgress")
    result = resource_manager(azure, "GET", answer.headers["Location"], version=SITE_RECOVERY)
    assert (result.status, bool(result.headers["Retry-After"])) == (202, True)


def test_what_an_update_does_not_send_is_gone(azure: Azure) -> None:
    (mapping,) = mappings(azure)
    body = {"properties": {"providerSpecificInput": {"instanceType": "A2A", "agentAutoUpdateStatus": "Disabled"}}}
    assert resource_manager(azure, "PATCH", mapping["id"], body, version=SITE_RECOVERY).status == 202
    details = mappings(azure)[0]["properties"]["providerSpecificDetails"]
    assert (details["agentAutoUpdateStatus"], details["automationAccountArmId"]) == ("Disabled", None)


def test_a_mapping_shows_new_values_once_the_operation_ended(azure: Azure) -> None:
    azure.set(operation_seconds=3600)
    enable_identity(azure, "aa-recovery")
    (mapping,) = mappings(azure)
    move_to_identity(azure, mapping["id"], account(azure, "aa-recovery").id)
    assert mappings(azure) == [mapping]


def test_an_account_of_another_region_fails_where_that_is_checked(azure: Azure) -> None:
    azure.set(site_recovery_checks_region=True)
    enable_identity(azure, "aa-shared-east")
    (mapping,) = mappings(azure)
    answer = move_to_identity(azure, mapping["id"], account(azure, "aa-shared-east").id)
    status = resource_manager(azure, "GET", answer.headers["Azure-AsyncOperation"], version=SITE_RECOVERY).json
    assert "is not in the region of the vault rsv-contoso" in status["error"]["message"]
    job = resource_manager(azure, "GET", answer.headers["x-ms-request-id"], version=SITE_RECOVERY).json
    (error,) = job["properties"]["errors"]
    assert error["serviceErrorDetails"]["recommendedAction"]


def test_protected_machines_tell_of_their_agents(azure: Azure) -> None:
    path = vault(azure).replace("rg-recovery", "rg-web").replace("rsv-contoso", "rsv-web")
    answer = resource_manager(azure, "GET", f"{path}/replicationProtectedItems", version=SITE_RECOVERY).json
    first, second = answer["value"]
    assert first["id"].startswith("/Subscriptions/")
    details = first["properties"]["providerSpecificDetails"]
    assert details["fabricObjectId"].endswith(
        "/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-web-1"
    )
    assert (details["agentVersion"], details["isReplicationAgentUpdateRequired"]) == ("9.54.6682.1", True)
    assert details["agentExpiryDate"] < second["properties"]["providerSpecificDetails"]["agentExpiryDate"]


def test_vaults_need_rights(azure: Azure) -> None:
    path = f"/subscriptions/{subscription(azure, 'finance')}/providers/Microsoft.RecoveryServices/vaults"
    assert resource_manager(azure, "GET", path, version="2024-04-01", login="blind").status == 403


# --- key vaults -----------------------------------------------------------


def key_vault(azure: Azure) -> dict[str, Any]:
    path = f"/subscriptions/{subscription(azure, 'production')}/providers/Microsoft.KeyVault/vaults"
    return dict(resource_manager(azure, "GET", path, version=KEY_VAULT).json["value"][0])


def change(azure: Azure, operation: str, object_id: str, permissions: dict[str, list[str]]) -> Answer:
    tenant = azure.endpoint["logins"]["migration"]["tenant"]
    entry = {"tenantId": tenant, "objectId": object_id, "permissions": permissions}
    path = f"{key_vault(azure)['id']}/accessPolicies/{operation}"
    body = {"properties": {"accessPolicies": [entry]}}
    return resource_manager(azure, "PUT", path, body, version=KEY_VAULT)


def test_add_merges_and_remove_subtracts(azure: Azure) -> None:
    holder = directory_object(azure, "servicePrincipal", "contoso-operations").id
    added = change(azure, "add", holder, {"secrets": ["get", "set"]}).json
    assert added["id"].endswith("/accessPolicies/")
    assert "name" not in added
    (policy,) = key_vault(azure)["properties"]["accessPolicies"]
    assert policy["permissions"] == {
        "keys": ["wrapKey"],
        "secrets": ["Get", "List", "set"],
        "certificates": [],
        "storage": [],
    }
    change(azure, "remove", holder, {"keys": ["WRAPKEY"], "secrets": ["Get", "List"]})
    (policy,) = key_vault(azure)["properties"]["accessPolicies"]
    assert policy["permissions"]["secrets"] == ["set"]
    change(azure, "remove", holder, {"secrets": ["set"]})
    assert key_vault(azure)["properties"]["accessPolicies"] == []


def test_a_new_holder_stands_beside_the_others(azure: Azure) -> None:
    change(azure, "add", directory_object(azure, "servicePrincipal", "id-reporting").id, {"secrets": ["get"]})
    assert len(key_vault(azure)["properties"]["accessPolicies"]) == 2


# --- management groups ----------------------------------------------------


def test_management_groups_are_listed_to_those_who_may_read_them(azure: Azure) -> None:
    path = "/providers/Microsoft.Management/managementGroups"
    seen = resource_manager(azure, "GET", path, version="2020-05-01", login="reader").json["value"]
    assert [item["name"] for item in seen] == ["mg-contoso", "mg-workloads"]
    assert resource_manager(azure, "GET", path, version="2020-05-01").json["value"] == []


def test_descendants_of_a_management_group(azure: Azure) -> None:
    path = "/providers/Microsoft.Management/managementGroups/mg-contoso/descendants"
    found = resource_manager(azure, "GET", path, version="2020-05-01", login="reader").json["value"]
    parents = {item["properties"]["displayName"]: item["properties"]["parent"]["id"] for item in found}
    root, below = (
        "/providers/Microsoft.Management/managementGroups/" + name for name in ("mg-contoso", "mg-workloads")
    )
    assert parents == {"Workloads": root, "finance": root, "production": below, "development": below}
