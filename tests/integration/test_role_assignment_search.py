# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments by Resource Graph: one query for all scopes, and what it may leave out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Failed
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.role_assignment_search import (
    find_role_assignments,
)

from .access_estate import Start, session, small

if TYPE_CHECKING:
    from .conftest import Azure

ROLES: list[Any] = [
    "Reader",
    {"role": "Contributor", "scope": "production/rg-vms"},
    {"role": "Virtual Machine Contributor", "scope": "production/rg-vms/Microsoft.Compute/virtualMachines/vm1"},
    {"role": "Reader", "scope": "finance/rg-invoices"},
    {"role": "Reader", "scope": "mg:mg-top"},
    {"role": "Reader", "scope": "/"},
]
GROUP = {"name": "operators", "members": ["run-as"], "roles": [{"role": "Owner", "scope": "finance"}]}
# It sees one subscription only.
NARROW = {"narrow": {"secret": "FAKE-narrow-login-secret", "roles": [{"role": "Reader", "scope": "finance"}]}}


def run_as(azure: Azure) -> str:
    """The object id of the Run As account's service principal."""
    objects = azure.state()["directory"]["objects"]
    found: str = next(
        item["id"]
        for item in objects
        if (item["@odata.type"], item["displayName"]) == ("#microsoft.graph.servicePrincipal", "run-as")
    )
    return found


def held(azure: Azure, principal_id: str) -> set[str]:
    """The ids of a principal's role assignments, as the simulator knows them."""
    assignments = azure.state()["role_assignments"]
    return {item["id"].lower() for item in assignments if item["properties"]["principalId"] == principal_id}


def found(azure: Azure, principal_ids: list[str], login: str = "migration", **scopes: Any) -> set[str]:
    with session(azure, login) as opened:
        return {item["id"].lower() for item in find_role_assignments(opened, principal_ids, **scopes)}


def test_one_query_finds_the_direct_ones_at_every_kind_of_scope(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=ROLES, groups=[GROUP]))
    principal = run_as(azure)
    azure.forget_requests()
    assert found(azure, [principal]) == held(azure, principal)
    assert len(held(azure, principal)) == len(ROLES)
    paths = [entry["path"] for entry in azure.requests() if entry["method"] == "POST" and entry["service"] == "arm"]
    assert paths == ["/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"]
    assert azure.writes() == []


def test_an_item_names_scope_role_and_principal(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    principal = run_as(azure)
    with session(azure) as opened:
        (item,) = find_role_assignments(opened, [principal.upper()])
    assert set(item) == {"id", "scope", "role_definition_id", "principal_id"}
    assert item["principal_id"] == principal
    assert item["scope"].endswith("/resourceGroups/rg-vms")
    assert item["role_definition_id"].rsplit("/", 1)[-1] == "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def test_subscriptions_are_asked_with_what_they_inherit(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=ROLES), "--set", "resource_graph_tenant_has_groups=false")
    principal = run_as(azure)
    finance = next(item["id"] for item in azure.state()["subscriptions"] if item["name"] == "finance")
    found_ones = found(azure, [principal], subscriptions=[finance])
    assert len(found_ones) == 3
    assert found(azure, [principal], management_groups=["mg-top"]) == held(azure, principal)


def test_more_principals_than_a_query_takes_are_all_looked_for(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    principal = run_as(azure)
    others = [f"00000000-0000-4000-8000-{number:012}" for number in range(150)]
    assert found(azure, [*others, principal]) == held(azure, principal)
    assert found(azure, []) == set()


def test_a_principal_id_cannot_break_out_of_the_query(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    assert held(azure, run_as(azure))
    assert found(azure, ["nobody', '" + run_as(azure)]) == set()
    assert found(azure, ["nobody\\"]) == set()


def test_a_login_sees_only_what_it_may_read(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=ROLES, logins=NARROW))
    principal = run_as(azure)
    seen = found(azure, [principal], login="narrow")
    assert {item for item in held(azure, principal) if "rg-vms" in item}.isdisjoint(seen)
    assert any("rg-invoices" in item for item in seen)


def test_a_login_without_any_subscription_is_told_so(start_azure: Start, tmp_path: Path) -> None:
    logins = {"nobody": {"secret": "FAKE-nobody-login-secret"}}
    azure = start_azure(*small(tmp_path, logins=logins))
    with pytest.raises(Failed, match="status 400") as caught:
        found(azure, ["00000000-0000-4000-8000-000000000001"], login="nobody")
    assert caught.value.code == "BadRequest"


def test_what_is_new_is_not_there_yet(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path), "--set", "resource_graph_delay=3600")
    azure.call("copy_runas_roles", "aa")
    identity = next(item for item in azure.state()["role_assignments"][::-1])["properties"]["principalId"]
    assert held(azure, identity)
    assert found(azure, [identity]) == set()
