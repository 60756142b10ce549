# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments and role definitions in Resource Graph (contract 8.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from azure_simulator import rbac
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import demo_world, directory_object, resource_manager, roles_client, subscription
from azure_simulator.world import RoleAssignment, World

PATH = "/providers/Microsoft.ResourceGraph/resources"
ASSIGNMENTS = "authorizationresources | where type =~ 'microsoft.authorization/roleassignments'"
COLUMNS = (
    "project id, principalId=tostring(properties.principalId), scope=tostring(properties.scope), "
    "roleDefinitionId=tostring(properties.roleDefinitionId) | order by id asc"
)
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
MANAGEMENT_GROUPS = "/providers/Microsoft.Management/managementGroups/"


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(demo_world())


def send(azure: Azure, query: str, *, login: str = "reader", version: str = "2021-03-01", **body: Any) -> Answer:
    return resource_manager(azure, "POST", PATH, {"query": query, **body}, version=version, login=login)


def ask(azure: Azure, *, of: str | None = None, login: str = "reader", **body: Any) -> list[dict[str, Any]]:
    """The role assignments of a principal, or of all, each with its columns."""
    wanted = f" | where tostring(properties.principalId) in~ ('{of}', 'nobody')" if of else ""
    if "options" in body:
        body.setdefault("version", "2022-10-01")
    answer = send(azure, f"{ASSIGNMENTS}{wanted} | {COLUMNS}", login=login, **body)
    rows: list[dict[str, Any]] = answer.json["data"]
    return rows


def operations(azure: Azure) -> str:
    return directory_object(azure, "servicePrincipal", "contoso-operations").id


def give(azure: Azure, principal: str, scope: str) -> RoleAssignment:
    """Make a role assignment that is as old as the estate."""
    name = f"00000000-0000-4000-8000-{len(azure.world.role_assignments):012}"
    definition = rbac.definition_id(scope, OWNER)
    made = RoleAssignment(rbac.assignment_id(scope, name), name, scope, definition, principal)
    return rbac.put(azure.world, made)


def scopes(rows: list[dict[str, Any]]) -> set[str]:
    return {row["scope"] for row in rows}


def above(wanted: str) -> dict[str, Any]:
    return {"options": {"authorizationScopeFilter": wanted}}


def test_a_row_has_its_documented_properties_and_no_condition(azure: Azure) -> None:
    rows = send(azure, f"{ASSIGNMENTS} | project id, type, properties").json["data"]
    conditions = [item for item in azure.world.role_assignments.values() if item.condition]
    assert len(conditions) == 1
    row = next(row for row in rows if row["id"].lower() == conditions[0].id.lower())
    assert row["type"] == "microsoft.authorization/roleassignments"
    assert set(row["properties"]) == {
        *("roleDefinitionId", "principalType", "principalId", "scope"),
        *("createdOn", "updatedOn", "createdBy", "updatedBy"),
    }


def test_a_principal_is_found_in_every_subscription_at_once(azure: Azure) -> None:
    held = rbac.of_principal(azure.world, operations(azure))
    rows = ask(azure, of=operations(azure).upper())
    assert {row["id"].lower() for row in rows} == {item.id.lower() for item in held}
    assert {row["principalId"] for row in rows} == {operations(azure)}
    assert [row["id"].lower() for row in rows] == sorted(row["id"].lower() for row in rows)


def test_without_a_filter_there_are_those_of_everybody(azure: Azure) -> None:
    assert len(ask(azure)) == len(azure.world.role_assignments)


def test_role_ids_are_the_ids_of_the_role_definitions_in_the_table(azure: Azure) -> None:
    query = "authorizationresources | where type =~ 'microsoft.authorization/roledefinitions' | project id, properties"
    known = {row["id"].lower(): row["properties"]["roleName"] for row in send(azure, query).json["data"]}
    names = {known[row["roleDefinitionId"].lower()] for row in ask(azure, of=operations(azure))}
    assert {"Contributor", "VM Restarter", "Owner"} <= names


def test_a_subscription_shows_what_is_in_it_and_not_what_it_inherits(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    production = subscription(azure, "production")
    assert len(ask(azure, of=operations(azure), subscriptions=[production])) == 3
    assert ask(azure, of=reader, subscriptions=[production]) == []


def test_a_management_group_shows_what_is_at_it_and_below(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    give(azure, operations(azure), f"{MANAGEMENT_GROUPS}mg-workloads")
    top = ask(azure, managementGroups=["mg-contoso"])
    assert f"{MANAGEMENT_GROUPS}mg-workloads" in scopes(top)
    assert scopes(ask(azure, of=reader, managementGroups=["mg-contoso"])) == {f"{MANAGEMENT_GROUPS}mg-contoso"}
    assert ask(azure, of=reader, managementGroups=["mg-workloads"]) == []
    finance = f"/subscriptions/{subscription(azure, 'finance')}"
    assert finance in scopes(top)
    assert finance not in scopes(ask(azure, managementGroups=["mg-workloads"]))


def test_a_query_without_scope_sees_those_above_subscriptions_or_not(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    give(azure, reader, "/")
    assert scopes(ask(azure, of=reader)) == {f"{MANAGEMENT_GROUPS}mg-contoso", "/"}
    azure.set(resource_graph_tenant_has_groups=False)
    assert ask(azure, of=reader) == []
    assert scopes(ask(azure, of=reader, **above("AtScopeAboveAndBelow"))) == {f"{MANAGEMENT_GROUPS}mg-contoso", "/"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [("AtScopeAndBelow", 3), ("AtScopeExact", 1), ("AtScopeAndAbove", 2), ("AtScopeAboveAndBelow", 4)],
)
def test_the_scope_filter_widens_and_narrows(azure: Azure, wanted: str, count: int) -> None:
    give(azure, operations(azure), f"{MANAGEMENT_GROUPS}mg-contoso")
    production = subscription(azure, "production")
    assert len(ask(azure, of=operations(azure), subscriptions=[production], **above(wanted))) == count


def test_a_version_before_the_scope_filter_does_not_look_at_it(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    production = [subscription(azure, "production")]
    options = above("AtScopeAboveAndBelow")
    assert len(ask(azure, of=reader, subscriptions=production, **options)) == 1
    assert ask(azure, of=reader, subscriptions=production, version="2021-03-01", **options) == []


def test_a_scope_filter_that_there_is_not_is_refused(azure: Azure) -> None:
    answer = send(azure, ASSIGNMENTS, version="2022-10-01", **above("Everywhere"))
    assert (answer.status, answer.json["error"]["code"]) == (400, "BadRequest")


def test_what_the_caller_may_not_read_is_left_out_without_a_word(azure: Azure) -> None:
    rows = ask(azure, of=operations(azure), login="blind")
    finance = f"/subscriptions/{subscription(azure, 'finance')}"
    assert rows
    assert finance not in scopes(rows)
    assert finance in scopes(ask(azure, of=operations(azure)))


def test_what_is_inherited_is_shown_to_who_reads_a_subscription_or_not(azure: Azure) -> None:
    give(azure, operations(azure), f"{MANAGEMENT_GROUPS}mg-contoso")
    options = above("AtScopeAboveAndBelow")
    shown = scopes(ask(azure, of=operations(azure), login="blind", **options))
    assert f"{MANAGEMENT_GROUPS}mg-contoso" in shown
    azure.set(resource_graph_shows_inherited=False)
    assert scopes(ask(azure, of=operations(azure), login="blind", **options)) == shown - {
        f"{MANAGEMENT_GROUPS}mg-contoso"
    }


def test_the_table_lags_behind_in_both_directions(azure: Azure) -> None:
    azure.set(resource_graph_delay=600)
    before = ask(azure, of=operations(azure))
    client = roles_client(azure, "production").role_assignments
    old = before[0]["scope"], before[0]["id"].rsplit("/", 1)[-1]
    client.delete(*old)
    body: Any = {"properties": {"roleDefinitionId": f"/x/{OWNER}", "principalId": operations(azure)}}
    client.create(f"/subscriptions/{subscription(azure, 'finance')}", "00000000-0000-4000-8000-000000000001", body)
    assert ask(azure, of=operations(azure)) == before
    azure.set(resource_graph_delay=0)
    after = {row["id"] for row in ask(azure, of=operations(azure))}
    assert len(after) == len(before)
    assert before[0]["id"] not in after


@pytest.mark.parametrize(
    "query",
    [
        "authorizationresources | where properties.principalId =~ 'x'",
        "authorizationresources | where tostring(properties.principalId) in ('x')",
        "authorizationresources | where tostring(properties.principalId) in~ ()",
        "authorizationresources | project tostring(properties.scope)",
        "authorizationresources | summarize count()",
        "policyresources | project id",
    ],
)
def test_any_other_query_is_refused(azure: Azure, query: str) -> None:
    answer = send(azure, query)
    assert answer.status == 400
    assert [detail["code"] for detail in answer.json["error"]["details"]] == ["InvalidQuery", "ParserFailure"]
