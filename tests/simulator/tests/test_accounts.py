# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Automation accounts and their identities (contract 1 and 1.1), through the real client."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from azure_simulator.providers.automation.model import Account, Runbook, add_account, add_runbook
from azure_simulator.testing import ACCOUNT, GROUP, SUBSCRIPTION, TENANT, Azure, identity_path
from azure_simulator.world import ResourceGroup


def patch(azure: Azure, path: str, identity: dict[str, Any]) -> Any:
    return azure.send("PATCH", path, {"identity": identity})


def test_an_account_without_identity_has_no_identity_member(azure: Azure, account_path: str) -> None:
    assert "identity" not in azure.send("GET", account_path).json
    assert azure.client().automation_account.get(GROUP, ACCOUNT).identity is None


def test_enabling_gives_a_service_principal_and_enabling_again_keeps_it(azure: Azure, account_path: str) -> None:
    first = patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]
    again = patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]
    principal = azure.world.objects[first["principalId"]]
    assert first == again == {"type": "SystemAssigned", "principalId": principal.id, "tenantId": TENANT}
    assert principal.data["servicePrincipalType"] == "ManagedIdentity"
    assert principal.data["alternativeNames"][1].lower() == account_path.lower()
    assert "/resourcegroups/" in principal.data["alternativeNames"][1]


def test_reenabling_makes_another_principal(azure: Azure, account_path: str) -> None:
    first = patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]["principalId"]
    assert "identity" not in patch(azure, account_path, {"type": "None"}).json
    assert first not in azure.world.objects
    assert patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]["principalId"] != first


def test_patch_drops_the_kind_that_is_not_sent(azure: Azure, account_path: str) -> None:
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    patch(azure, account_path, both)
    only_user = {"type": "UserAssigned", "userAssignedIdentities": {identity_path("uai-two"): {}}}
    shown = patch(azure, account_path, only_user).json["identity"]
    assert shown["type"] == "UserAssigned" and "principalId" not in shown
    assert set(shown["userAssignedIdentities"]) == {identity_path("uai-one"), identity_path("uai-two")}
    assert "userAssignedIdentities" not in patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]


def test_patch_merges_user_assigned_identities_and_null_removes_one(azure: Azure, account_path: str) -> None:
    for name in ("uai-one", "uai-two"):
        patch(
            azure,
            account_path,
            {"type": "systemassigned,userassigned", "userAssignedIdentities": {identity_path(name): {}}},
        )
    removal = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {identity_path("UAI-ONE"): None}}
    shown = patch(azure, account_path, removal).json["identity"]
    assert shown["type"] == "SystemAssigned, UserAssigned"
    assert set(shown["userAssignedIdentities"]) == {identity_path("uai-two")}


def test_client_ids_are_pascal_cased_and_echoing_them_is_refused(azure: Azure, account_path: str) -> None:
    wanted = {"type": "UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    shown = patch(azure, account_path, wanted).json["identity"]
    assert set(shown["userAssignedIdentities"][identity_path("uai-one")]) == {"PrincipalId", "ClientId"}
    model = azure.client().automation_account.get(GROUP, ACCOUNT).identity.user_assigned_identities
    assert model[identity_path("uai-one")].client_id is None
    refused = patch(azure, account_path, shown)
    assert (refused.status, refused.json["error"]["code"]) == (400, "InvalidIdentityValues")


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "Managed"},
        {"type": "UserAssigned"},
        {"userAssignedIdentities": {}},
        {"type": "SystemAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}},
        {"type": "UserAssigned", "userAssignedIdentities": {identity_path("nobody"): {}}},
    ],
)
def test_a_refused_identity_changes_nothing(azure: Azure, account_path: str, identity: dict[str, Any]) -> None:
    before = patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]
    assert patch(azure, account_path, identity).status == 400
    assert azure.send("GET", account_path).json["identity"] == before


def test_the_list_lies_about_identity(azure: Azure, account_path: str) -> None:
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    patch(azure, account_path, both)
    item = next(azure.client().automation_account.list_by_resource_group(GROUP))
    assert item.identity.type.lower() == "systemassigned"
    assert item.identity.user_assigned_identities is None and item.sku is None and item.system_data is None
    patch(azure, account_path, {"type": "UserAssigned"})
    assert next(azure.client().automation_account.list()).identity is None


def test_the_client_changes_the_identity(azure: Azure) -> None:
    client = azure.client()
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {identity_path("uai-one"): {}}}
    updated = client.automation_account.update(GROUP, ACCOUNT, {"identity": both})
    assert updated.identity.principal_id in azure.world.objects
    client.automation_account.update(GROUP, ACCOUNT, {"identity": {"type": "None"}})
    assert client.automation_account.get(GROUP, ACCOUNT).identity is None


def test_patch_keeps_what_is_not_sent(azure: Azure, account_path: str) -> None:
    patch(azure, account_path, {"type": "SystemAssigned"})
    answer = azure.send("PATCH", account_path, {"name": ACCOUNT, "tags": {"a": "1"}, "properties": {}}).json
    assert answer["tags"] == {"a": "1"} and answer["identity"]["type"] == "SystemAssigned"
    assert answer["location"] == "West Europe" and answer["properties"]["sku"]["name"] == "Basic"


def test_the_oldest_version_knows_no_identity(azure: Azure, account_path: str) -> None:
    patch(azure, account_path, {"type": "SystemAssigned"})
    shown = azure.send("GET", account_path, version="2015-10-31").json
    assert "identity" not in shown and "systemData" not in shown and "encryption" not in shown["properties"]


def test_create_and_delete(azure: Azure, account_path: str) -> None:
    path = account_path.replace(ACCOUNT, "aa-new")
    refused = azure.send("PUT", path, {"location": "eastus", "identity": {"type": "None"}})
    assert (refused.status, azure.send("GET", path).status) == (400, 404)
    created = azure.send("PUT", path, {"location": "East US 2", "properties": {"sku": {"name": "Free"}}})
    assert (created.status, created.json["location"]) == (201, "East US 2")
    assert created.json["properties"]["sku"]["name"] == "Basic"
    assert created.headers["Location"].endswith(path)
    assert azure.send("PUT", path, {"location": "East US 2"}).status == 200
    assert azure.send("DELETE", path).status == 200
    assert azure.send("DELETE", path).status == 204


def test_missing_account_and_missing_group_are_the_gateways_404(azure: Azure, account_path: str) -> None:
    answer = azure.send("GET", account_path.replace(ACCOUNT, "aa-none"))
    assert answer.json["error"]["message"].startswith(
        f"The Resource 'Microsoft.Automation/automationAccounts/aa-none' under resource group '{GROUP}' was not found."
    )
    assert answer.headers["x-ms-failure-cause"] == "gateway" and answer.headers["Server"] is None
    nowhere = azure.send("GET", account_path.replace(GROUP, "rg-none"))
    assert nowhere.json == {
        "error": {"code": "ResourceGroupNotFound", "message": "Resource group 'rg-none' could not be found."}
    }
    with pytest.raises(ResourceNotFoundError):
        azure.client().automation_account.get(GROUP, "aa-none")


def test_paths_are_compared_without_case(azure: Azure, account_path: str) -> None:
    shouted = account_path.upper().replace(SUBSCRIPTION.upper(), SUBSCRIPTION)
    assert azure.send("GET", shouted).json["name"] == ACCOUNT


def test_an_unknown_version_is_refused_with_the_list(azure: Azure, account_path: str) -> None:
    answer = azure.send("GET", account_path, version="2099-01-01")
    assert (answer.status, answer.json["error"]["code"]) == (400, "NoRegisteredProviderFound")
    assert "2024-10-23" in answer.json["error"]["message"]


def test_a_reader_may_not_write(azure: Azure) -> None:
    with pytest.raises(HttpResponseError) as refused:
        azure.client("reader").automation_account.update(GROUP, ACCOUNT, {"identity": {"type": "SystemAssigned"}})
    assert refused.value.status_code == 403 and refused.value.error.code == "AuthorizationFailed"
    assert "Microsoft.Automation/automationAccounts/write" in refused.value.message


def test_a_fresh_identity_is_seen_elsewhere_only_after_replication(azure: Azure, account_path: str) -> None:
    azure.set(replication_delay=3600)
    principal = patch(azure, account_path, {"type": "SystemAssigned"}).json["identity"]["principalId"]
    assert azure.world.find_object(principal) is None and principal in azure.world.objects


def test_a_long_list_comes_in_pages(azure: Azure) -> None:
    for number in range(450):
        add_account(azure.world, Account(SUBSCRIPTION, GROUP, f"aa-{number:03}", TENANT))
    names = [item.name for item in azure.client().automation_account.list()]
    assert len(set(names)) == 451 and names != sorted(names)


def test_names_may_hold_any_letter(azure: Azure) -> None:
    group = azure.world.add_resource_group(ResourceGroup(SUBSCRIPTION, "rg (größe)"))
    account = add_account(azure.world, Account(SUBSCRIPTION, group.name, "aa-odd", TENANT))
    for number in range(120):
        add_runbook(azure.world, account, Runbook(f"R{number}"), content=b"'x'")
    client = azure.client()
    assert len(list(client.runbook.list_by_automation_account(group.name, "aa-odd"))) == 120
    client.runbook_draft.begin_replace_content(group.name, "aa-odd", "R1", b"'y'").result()
    client.runbook.begin_publish(group.name, "aa-odd", "R1").result()
    assert account.runbooks["r1"].content == b"'y'"


def test_success_headers(azure: Azure, account_path: str) -> None:
    headers = azure.send("GET", account_path).headers
    assert headers["Server"] == "Microsoft-HTTPAPI/2.0" and headers["Cache-Control"] == "no-cache"
    assert headers["x-ms-ratelimit-remaining-subscription-reads"] == "11999"
    assert headers["x-ms-routing-request-id"].count(":") == 2 and headers["ocp-automation-accountid"]
