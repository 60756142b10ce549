# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key vaults of an estate: who may do what, what is let through, what is refused (contract 7 and 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azure_simulator import estate
from azure_simulator.estate import EstateError
from azure_simulator.estate_build import build
from azure_simulator.settings import Settings
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import directory_object, resource_manager, subscription
from azure_simulator.world import World

VERSION = "2023-02-01"
SOMEBODY = "00000000-0000-4000-8000-000000000009"

ESTATE = """
accounts: [{name: aa, identity: system, run_as: {application: run-as}}]
groups: [{name: operators, members: [run-as]}]
logins:
  migration: {secret: FAKE-secret-of-migration, roles: [Key Vault Contributor]}
  reader: {secret: FAKE-secret-of-reader, roles: [Reader]}
"""

Start = Callable[[World], Azure]


def world_of(*vaults: str, more: str = "", **settings: Any) -> World:
    world = World(Settings(**settings))
    lines = "".join(f"  - {vault}\n" for vault in vaults)
    build(world, estate.parse(f"{ESTATE}{more}key_vaults:\n{lines}", "estate.yml"), Path())
    return world


def root(azure: Azure) -> str:
    return f"/subscriptions/{subscription(azure, 'production')}"


def vault(azure: Azure, name: str = "kv") -> str:
    return f"{root(azure)}/resourceGroups/rg-secrets/providers/Microsoft.KeyVault/vaults/{name}"


def read(azure: Azure, name: str = "kv") -> dict[str, Any]:
    return dict(resource_manager(azure, "GET", vault(azure, name), version=VERSION).json)


def run_as(azure: Azure) -> str:
    return directory_object(azure, "servicePrincipal", "run-as").id


def add(azure: Azure, object_id: str = SOMEBODY, login: str = "migration", **entry: Any) -> Answer:
    tenant = azure.endpoint["logins"]["migration"]["tenant"]
    given = {"tenantId": tenant, "objectId": object_id, "permissions": {"secrets": ["get"]}, **entry}
    body = {"properties": {"accessPolicies": [given]}}
    return resource_manager(azure, "PUT", f"{vault(azure)}/accessPolicies/add", body, version=VERSION, login=login)


def test_names_of_permissions_keep_their_case_and_are_merged_without_it(start: Start) -> None:
    azure = start(world_of("{name: kv, access_policies: [{principal: run-as, secrets: [Get], keys: [wrapKey]}]}"))
    add(azure, run_as(azure).upper(), permissions={"secrets": ["GET", "list"]})
    (entry,) = read(azure)["properties"]["accessPolicies"]
    assert entry["permissions"] == {"keys": ["wrapKey"], "secrets": ["Get", "list"], "certificates": [], "storage": []}


def test_an_entry_with_an_application_stands_beside_the_one_without(start: Start) -> None:
    policies = "{principal: run-as, application: run-as, secrets: [get]}, {principal: operators, keys: [sign]}"
    azure = start(world_of(f"{{name: kv, access_policies: [{policies}]}}"))
    add(azure, run_as(azure))
    compound, group, own = read(azure)["properties"]["accessPolicies"]
    assert compound["applicationId"] == directory_object(azure, "servicePrincipal", "run-as").data["appId"]
    assert group["objectId"] == directory_object(azure, "group", "operators").id
    assert "applicationId" not in own


def test_a_patch_replaces_the_access_policies_and_null_changes_nothing(start: Start) -> None:
    azure = start(world_of("{name: kv, rbac: true, access_policies: [{principal: run-as, secrets: [get]}]}"))
    nothing = {"properties": {"enableRbacAuthorization": None, "accessPolicies": None}}
    assert resource_manager(azure, "PATCH", vault(azure), nothing, version=VERSION).status == 200
    properties = read(azure)["properties"]
    assert (properties["enableRbacAuthorization"], len(properties["accessPolicies"])) == (True, 1)
    change = {"properties": {"enableRbacAuthorization": False, "accessPolicies": []}}
    resource_manager(azure, "PATCH", vault(azure), change, version=VERSION)
    properties = read(azure)["properties"]
    assert (properties["enableRbacAuthorization"], properties["accessPolicies"]) == (False, [])


def test_a_firewall_shows_masks_and_small_ids(start: Start) -> None:
    subnet = "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/V/subnets/Jobs"
    walled = f"{{name: kv, firewall: {{bypass: None, addresses: [203.0.113.7, 198.51.100.0/24], subnets: [{subnet}]}}}}"
    azure = start(world_of(walled, "{name: open, public_network_access: disabled}"))
    assert read(azure)["properties"]["networkAcls"] == {
        "bypass": "None",
        "defaultAction": "Deny",
        "ipRules": [{"value": "203.0.113.7/32"}, {"value": "198.51.100.0/24"}],
        "virtualNetworkRules": [{"id": subnet.lower()}],
    }
    other = read(azure, "open")["properties"]
    assert (other["publicNetworkAccess"], "networkAcls" in other) == ("disabled", False)


def test_a_firewall_does_not_reach_the_management_plane(start: Start) -> None:
    azure = start(world_of("{name: kv, firewall: {}, public_network_access: Disabled}"))
    assert add(azure).status == 200


def test_a_vault_takes_1024_access_policies_and_merging_adds_none(start: Start) -> None:
    azure = start(world_of("{name: kv, other_policies: 1023}"))
    assert add(azure).status == 200
    assert add(azure, permissions={"keys": ["sign"]}).status == 200
    refused = add(azure, run_as(azure))
    assert (refused.status, refused.json["error"]["code"]) == (400, "BadRequest")
    assert len(read(azure)["properties"]["accessPolicies"]) == 1024


def test_an_entry_of_another_tenant_is_refused(start: Start) -> None:
    azure = start(world_of("{name: kv}"))
    refused = add(azure, tenantId=SOMEBODY)
    assert refused.json["error"]["message"] == "An invalid value was provided for 'accessPolicies'."
    assert read(azure)["properties"]["accessPolicies"] == []


def test_a_vault_in_rbac_mode_takes_no_access_policies(start: Start) -> None:
    azure = start(world_of("{name: kv, rbac: true}"))
    assert add(azure).status == 400


def test_who_may_only_read_may_not_add(start: Start) -> None:
    azure = start(world_of("{name: kv}"))
    refused = add(azure, login="reader")
    assert (refused.status, refused.json["error"]["code"]) == (403, "AuthorizationFailed")
    assert "Microsoft.KeyVault/vaults/accessPolicies/write" in refused.json["error"]["message"]
    assert resource_manager(azure, "GET", vault(azure), version=VERSION, login="reader").status == 200


def test_a_read_only_lock_refuses_to_add(start: Start) -> None:
    azure = start(
        world_of("{name: kv}", more="locks: [{name: freeze, level: ReadOnly, scope: production/rg-secrets}]\n")
    )
    refused = add(azure)
    assert (refused.status, refused.json["error"]["code"]) == (409, "ScopeLocked")


def test_a_delete_lock_refuses_to_delete_and_not_to_add(start: Start) -> None:
    azure = start(world_of("{name: kv}", more="locks: [{name: keep, scope: production/rg-secrets}]\n"))
    assert resource_manager(azure, "DELETE", vault(azure), version=VERSION).status == 409
    assert add(azure).status == 200


@pytest.mark.parametrize(("effect", "status"), [("deny", 403), ("audit", 200)])
def test_a_policy_of_azure_may_deny_access_policies(start: Start, effect: str, status: int) -> None:
    rule = f"policies: [{{name: no-vault-policies, effect: {effect}, denies: access_policies}}]\n"
    answer = add(start(world_of("{name: kv}", more=rule)))
    assert answer.status == status
    if effect == "deny":
        assert answer.json["error"]["code"] == "RequestDisallowedByPolicy"
        assert "no-vault-policies" in answer.json["error"]["message"]


def test_a_policy_about_identities_says_nothing_of_vaults(start: Start) -> None:
    assert add(start(world_of("{name: kv}", more="policies: [{name: no-identity}]\n"))).status == 200


def test_a_deleted_vault_is_gone_and_in_the_list_of_deleted_ones(start: Start) -> None:
    azure = start(world_of("{name: kv}", "{name: long-gone, deleted: true}"))
    assert resource_manager(azure, "DELETE", vault(azure), version=VERSION).status == 200
    assert resource_manager(azure, "DELETE", vault(azure), version=VERSION).status == 204
    gone = resource_manager(azure, "GET", vault(azure), version=VERSION)
    assert (gone.status, gone.json["error"]["code"], add(azure).status) == (404, "ResourceNotFound", 404)
    path = f"{root(azure)}/providers/Microsoft.KeyVault"
    assert resource_manager(azure, "GET", f"{path}/vaults", version=VERSION).json["value"] == []
    deleted = resource_manager(azure, "GET", f"{path}/deletedVaults", version=VERSION).json["value"]
    assert [item["name"] for item in deleted] == ["long-gone", "kv"]
    one = resource_manager(azure, "GET", f"{path}/locations/westeurope/deletedVaults/kv", version=VERSION).json
    assert one == deleted[1]
    assert one["properties"]["vaultId"] == vault(azure)
    assert "accessPolicies" not in one["properties"]


def test_a_list_may_be_slim(start: Start) -> None:
    azure = start(world_of("{name: kv}", slim_key_vault_list=True))
    path = f"{root(azure)}/providers/Microsoft.KeyVault/vaults"
    (item,) = resource_manager(azure, "GET", path, version=VERSION).json["value"]
    assert sorted(item) == ["id", "location", "name", "tags", "type"]


def test_an_entry_of_nobody_is_a_mistake() -> None:
    with pytest.raises(EstateError, match=r"key_vaults \(kv\): there is no principal called 'run-az'"):
        world_of("{name: kv, access_policies: [{principal: run-az}]}")
