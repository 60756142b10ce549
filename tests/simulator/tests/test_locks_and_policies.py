# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a write: management locks and Azure Policy (contract 4.4 and 4.5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azure_simulator import estate, rbac
from azure_simulator.estate import EstateError
from azure_simulator.estate_build import build
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import account, resource_manager, subscription
from azure_simulator.tokens import decode
from azure_simulator.world import World

AUTOMATION, ROLES, LOCKS, POLICY = "2022-08-08", "2022-04-01", "2016-09-01", "2024-10-01"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
AT_SCOPE = "$filter=atScope()"
IDENTITY = {"identity": {"type": "SystemAssigned"}}

ESTATE = """
management_groups: [{name: mg-top}]
subscriptions: [{name: production, management_group: mg-top}]
accounts: [{name: aa, run_as: complete}, {name: bb, resource_group: rg-other}]
logins:
  migration: {secret: FAKE-secret-of-migration, graph: manage, roles: [Contributor, User Access Administrator]}
  reader: {secret: FAKE-secret-of-reader, roles: [Reader]}
"""
READ_ONLY = "locks: [{name: freeze, level: ReadOnly, scope: production/rg-automation, notes: until January}]\n"
KEEP = "locks: [{name: keep, scope: production/rg-automation/Microsoft.Automation/automationAccounts/aa}]\n"
DENY = "policies: [{name: no-identity, scope: production/rg-automation}]\n"

Start = Callable[[World], Azure]


def world_of(more: str = "") -> World:
    world = World()
    build(world, estate.parse(ESTATE + more, "estate.yml"), Path())
    return world


def read_locks(azure: Azure, scope: str, query: str = AT_SCOPE) -> list[dict[str, Any]]:
    path = f"{scope}/providers/Microsoft.Authorization/locks?{query}"
    return list(resource_manager(azure, "GET", path, version=LOCKS).json["value"])


def enable_identity(azure: Azure, name: str = "aa") -> Answer:
    return resource_manager(azure, "PATCH", account(azure, name).id, IDENTITY, version=AUTOMATION)


def connection(azure: Azure) -> str:
    return f"{account(azure, 'aa').id}/connections/AzureRunAsConnection"


# --- locks ----------------------------------------------------------------


def test_locks_are_listed_at_and_above_a_scope_and_below_it_without_the_filter(start: Start) -> None:
    azure = start(world_of(READ_ONLY))
    aa, bb = account(azure, "aa").id, account(azure, "bb").id
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    assert read_locks(azure, aa) == [
        {
            "properties": {"level": "ReadOnly", "notes": "until January"},
            "id": f"{scope}/resourceGroups/rg-automation/providers/Microsoft.Authorization/locks/freeze",
            "type": "Microsoft.Authorization/locks",
            "name": "freeze",
        }
    ]
    assert read_locks(azure, bb) == []
    assert read_locks(azure, scope) == []
    assert [item["name"] for item in read_locks(azure, scope, "")] == ["freeze"]


def test_locks_have_api_versions_of_their_own(start: Start) -> None:
    azure = start(world_of())
    path = f"{account(azure, 'aa').id}/providers/Microsoft.Authorization/locks"
    assert resource_manager(azure, "GET", path, version="2020-05-01").status == 200
    assert resource_manager(azure, "GET", path, version=ROLES).json["error"]["code"] == "NoRegisteredProviderFound"


def test_a_read_only_lock_refuses_writes_deletes_and_actions(start: Start) -> None:
    azure = start(world_of(READ_ONLY))
    aa = account(azure, "aa").id
    locked = f"/subscriptions/{subscription(azure, 'production')}/resourceGroups/rg-automation"
    answer = enable_identity(azure)
    assert (answer.status, answer.json["error"]) == (
        409,
        {
            "code": "ScopeLocked",
            "message": f"The scope '{aa}' cannot perform write operation because following scope(s) are locked: "
            f"'{locked}'. Please remove the lock and try again.",
        },
    )
    assert resource_manager(azure, "DELETE", connection(azure), version=AUTOMATION).status == 409
    assert resource_manager(azure, "POST", f"{aa}/listKeys", version=AUTOMATION).status == 409
    assert resource_manager(azure, "GET", connection(azure), version=AUTOMATION).status == 200


def test_a_read_only_lock_refuses_role_assignments_inside_it(start: Start) -> None:
    azure = start(world_of(READ_ONLY))
    body = {"properties": {"roleDefinitionId": READER, "principalId": "00000000-0000-4000-8000-000000000001"}}
    name = "/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000002"
    inside = resource_manager(azure, "PUT", account(azure, "aa").id + name, body, version=ROLES)
    outside = resource_manager(azure, "PUT", account(azure, "bb").id + name, body, version=ROLES)
    assert inside.json["error"]["code"] == "ScopeLocked"
    assert outside.json["error"]["code"] == "PrincipalNotFound"


def test_nothing_outside_of_a_lock_is_refused(start: Start) -> None:
    azure = start(world_of(READ_ONLY))
    assert enable_identity(azure, "bb").status == 200


def test_a_delete_lock_refuses_deletes_only(start: Start) -> None:
    azure = start(world_of(KEEP))
    assert enable_identity(azure).status == 200
    answer = resource_manager(azure, "DELETE", connection(azure), version=AUTOMATION)
    assert (answer.status, answer.json["error"]["code"]) == (409, "ScopeLocked")
    assert "cannot perform delete operation" in answer.json["error"]["message"]


def test_a_management_group_has_no_locks() -> None:
    with pytest.raises(EstateError, match="management groups have no locks"):
        world_of('locks: [{name: keep, scope: "mg:mg-top"}]\n')


# --- policies -------------------------------------------------------------


def check(azure: Azure, content: dict[str, Any], *, login: str = "reader", **body: Any) -> Answer:
    path = f"/subscriptions/{subscription(azure, 'production')}/resourceGroups/rg-automation"
    given = {"resourceDetails": {"resourceContent": content, "apiVersion": AUTOMATION}, **body}
    path = f"{path}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    return resource_manager(azure, "POST", path, given, version=POLICY, login=login)


def planned(**members: Any) -> dict[str, Any]:
    return {"type": "Microsoft.Automation/automationAccounts", "name": "aa", "location": "westeurope", **members}


def evaluations(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200
    return list(answer.json["contentEvaluationResult"]["policyEvaluations"])


def test_a_policy_says_beforehand_what_it_denies_and_then_denies_it(start: Start) -> None:
    azure = start(world_of(DENY))
    (found,) = evaluations(check(azure, planned(**IDENTITY)))
    assert found["evaluationResult"] == "NonCompliant"
    assert found["effectDetails"] == {"policyEffect": "Deny"}
    answer = enable_identity(azure)
    error = answer.json["error"]
    assert (answer.status, error["code"], error["target"]) == (403, "RequestDisallowedByPolicy", "aa")
    info = error["additionalInfo"][0]["info"]
    assert info["policyAssignmentId"] == found["policyInfo"]["policyAssignmentId"]
    named = json.loads(error["message"].split("identifiers: '")[1].removesuffix("'."))
    assert named[0]["policyAssignment"]["id"] == info["policyAssignmentId"]
    assert account(azure, "aa").system_principal_id is None


def test_an_account_as_it_is_complies(start: Start) -> None:
    azure = start(world_of(DENY))
    assert evaluations(check(azure, planned())) == []
    tags = resource_manager(azure, "PATCH", account(azure, "aa").id, {"tags": {"a": "b"}}, version=AUTOMATION)
    assert tags.status == 200


def test_a_policy_elsewhere_says_nothing(start: Start) -> None:
    azure = start(world_of("policies: [{name: no-identity, scope: production/rg-other}]\n"))
    assert evaluations(check(azure, planned(**IDENTITY))) == []
    assert enable_identity(azure).status == 200


def test_a_policy_of_a_management_group_reaches_the_account(start: Start) -> None:
    azure = start(world_of('policies: [{name: no-identity, scope: "mg:mg-top"}]\n'))
    assert len(evaluations(check(azure, planned(**IDENTITY)))) == 1
    assert enable_identity(azure).status == 403


def test_a_policy_that_audits_is_told_on_request_and_denies_nothing(start: Start) -> None:
    azure = start(world_of("policies: [{name: watch, effect: audit}]\n"))
    assert evaluations(check(azure, planned(**IDENTITY))) == []
    (found,) = evaluations(check(azure, planned(**IDENTITY), includeAuditEffect=True))
    assert found["effectDetails"] == {"policyEffect": "Audit"}
    assert enable_identity(azure).status == 200


def test_asking_for_policies_is_no_write(start: Start) -> None:
    azure = start(world_of(DENY + READ_ONLY))
    azure.control("DELETE", "/requests")
    assert check(azure, planned(**IDENTITY)).status == 200
    log = azure.control("GET", "/requests").json
    assert [entry["mutating"] for entry in log if entry["service"] == "arm"] == [False]


def test_the_content_is_required(start: Start) -> None:
    azure = start(world_of())
    path = f"/subscriptions/{subscription(azure, 'production')}/providers/Microsoft.PolicyInsights"
    answer = resource_manager(azure, "POST", f"{path}/checkPolicyRestrictions", {}, version=POLICY)
    assert answer.json["error"]["code"] == "InvalidRequestContent"


# --- what the caller may do -----------------------------------------------


def test_permissions_are_told_at_every_scope(start: Start) -> None:
    azure = start(world_of())
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    for place in (scope, account(azure, "aa").id):
        path = f"{place}/providers/Microsoft.Authorization/permissions"
        entries = resource_manager(azure, "GET", path, version=ROLES).json["value"]
        assert [entry["actions"][0] for entry in entries] == ["*", "*/read"]


def test_permissions_at_a_management_group_need_a_role_there(start: Start) -> None:
    azure = start(world_of())
    path = "/providers/Microsoft.Management/managementGroups/mg-top/providers/Microsoft.Authorization/permissions"
    answer = resource_manager(azure, "GET", path, version=ROLES)
    assert (answer.status, answer.json["error"]["code"]) == (403, "AuthorizationFailed")


def test_a_wildcard_between_slashes_stands_for_nothing_too() -> None:
    operator = {"actions": ["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"]}
    assign = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
    assert rbac.grants(operator, assign)
    assert not rbac.grants(operator, "Microsoft.ManagedIdentity/userAssignedIdentities/delete")


# --- tokens ---------------------------------------------------------------


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(decode(token.split(".")[1]))
    return found


def test_a_graph_token_tells_the_permissions_of_its_bearer(start: Start) -> None:
    azure = start(world_of())
    graph = azure.endpoint["graph"]
    assert claims(azure.token("migration", graph))["roles"] == [
        "AppRoleAssignment.ReadWrite.All",
        "Application.ReadWrite.All",
        "Directory.Read.All",
    ]
    assert "roles" not in claims(azure.token("reader", graph))
    assert "roles" not in claims(azure.token("migration"))
