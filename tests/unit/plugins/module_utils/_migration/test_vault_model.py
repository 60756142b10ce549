# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Key vaults as values, from the JSON that Azure writes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.vault_model import (
    missing,
    right,
    shown,
    union,
    vault_of,
)

SUBNET = "/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/v/subnets/jobs"


def vault(**properties: Any) -> Any:
    return vault_of({"id": "/v/kv", "name": "kv", "properties": {"tenantId": "T", **properties}})


def entry(object_id: str = "P", tenant: str = "t", **more: Any) -> dict[str, Any]:
    return {"tenantId": tenant, "objectId": object_id, "permissions": {"secrets": ["get"]}, **more}


@pytest.mark.parametrize(("rbac", "known"), [(True, True), (False, False), (None, False)])
def test_a_vault_goes_by_roles_only_where_it_says_so(rbac: bool | None, known: bool) -> None:
    assert vault(enableRbacAuthorization=rbac).rbac is known
    assert vault().rbac is False


def test_a_vault_that_tells_no_state_is_ready() -> None:
    assert vault().ready
    assert vault(provisioningState="SUCCEEDED").ready
    assert not vault(provisioningState="RegisteringDns").ready


def test_an_own_entry_has_the_tenant_of_the_vault_and_no_application() -> None:
    mixed = [entry("p", applicationId="app"), entry("p", tenant="other"), entry("p"), entry("p", applicationId=None)]
    mixed[3]["permissions"] = {"Keys": None, "secrets": ["GET", "list"]}
    assert vault(accessPolicies=mixed).own("P") == {"secrets": ("get", "list")}
    assert vault(accessPolicies=mixed[:2]).own("p") is None


def test_what_is_missing_is_told_in_the_casing_of_who_has_it() -> None:
    wanted = {"keys": ("wrapKey",), "secrets": ("Get", "List")}
    assert missing(wanted, None) == wanted
    assert missing(wanted, {"secrets": ("get",), "keys": ("WRAPKEY",)}) == {"secrets": ("List",)}
    assert missing(wanted, {"secrets": ("all",), "keys": ("all",)}) == {}
    assert missing({"secrets": ("all",)}, {"secrets": ("get", "list")}) == {"secrets": ("all",)}


def test_a_union_has_every_permission_once_and_kinds_in_their_order() -> None:
    parts: list[dict[str, Any]] = [{"storage": ["get"], "secrets": ["Get"], "keys": []}, {"secrets": ["get", "set"]}]
    assert list(union(parts).items()) == [("secrets", ("Get", "set")), ("storage", ("get",))]


def test_rights_are_the_same_whatever_order_and_case_azure_writes() -> None:
    one, other = right("/V/KV", {"secrets": ("Get", "list")}), right("/v/kv/", {"secrets": ("LIST", "get")})
    assert one.key == other.key
    assert one.role == "Access policy (secrets: Get, list)"
    assert right("/v/kv", {"secrets": ("get",)}).key != one.key
    assert shown({"keys": ("sign",), "secrets": ("get", "list")}) == "keys: sign; secrets: get, list"


@pytest.mark.parametrize(
    ("properties", "passes"),
    [
        ({}, None),
        ({"networkAcls": {"defaultAction": "Allow", "ipRules": [{"value": "203.0.113.7/32"}]}}, None),
        ({"networkAcls": None, "publicNetworkAccess": "Enabled"}, None),
        ({"networkAcls": {"defaultAction": "Deny"}}, "trusted services of Azure, private endpoints"),
        ({"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}, "private endpoints"),
        (
            {
                "networkAcls": {
                    "defaultAction": "deny",
                    "bypass": "AzureServices",
                    "ipRules": [{"value": f"203.0.113.{number}/32"} for number in range(5)],
                    "virtualNetworkRules": [{"id": SUBNET}],
                }
            },
            "addresses 203.0.113.0/32 and 203.0.113.1/32 and 203.0.113.2/32 and 2 more, subnets jobs, "
            "trusted services of Azure, private endpoints",
        ),
        # A closed door beats the list of guests.
        (
            {
                "publicNetworkAccess": "disabled",
                "networkAcls": {"bypass": "None", "defaultAction": "Allow", "ipRules": [{"value": "203.0.113.7/32"}]},
            },
            "private endpoints",
        ),
    ],
)
def test_a_firewall_is_told_by_what_it_lets_through(properties: dict[str, Any], passes: str | None) -> None:
    assert vault(**properties).lets_through == passes
