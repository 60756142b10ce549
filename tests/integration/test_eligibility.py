# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Eligible role assignments of groups, and tenants that have none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.eligibility import (
    NOT_LICENSED,
    list_active,
    list_eligible,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Failed, Forbidden

from .access_estate import Start, session, small

if TYPE_CHECKING:
    from .conftest import Azure

NOBODY = "00000000-0000-4000-8000-000000000001"
GROUPS = [{"name": "operators", "members": ["run-as"]}]
ELIGIBLE = [
    {"principal": "operators", "role": "Owner", "scope": "production", "days": 30},
    {"principal": "operators", "role": "Contributor", "scope": "production/rg-vms"},
    {"principal": "operators", "role": "Reader", "scope": "finance"},
]
LOGINS = {
    "migration": {"secret": "FAKE-migration-login-secret", "graph": "manage", "roles": ["Reader"]},
    "narrow": {"secret": "FAKE-narrow-login-secret", "roles": [{"role": "Reader", "scope": "finance"}]},
}


def production(azure: Azure) -> str:
    return "/subscriptions/" + next(
        item["id"] for item in azure.state()["subscriptions"] if item["name"] == "production"
    )


def group(azure: Azure) -> str:
    found: str = next(
        item["id"] for item in azure.state()["directory"]["objects"] if item["displayName"] == "operators"
    )
    return found


def eligible(azure: Azure, principal: str, login: str = "migration") -> list[dict[str, Any]]:
    """What the login is told that a principal may activate in production."""
    with session(azure, login) as opened:
        return list_eligible(opened, production(azure), principal)


def test_what_a_group_may_activate_is_listed_with_role_and_end(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, groups=GROUPS, eligible=ELIGIBLE, logins=LOGINS))
    items = [item["properties"] for item in eligible(azure, group(azure).upper())]
    shown = {item["expandedProperties"]["roleDefinition"]["displayName"]: bool(item["endDateTime"]) for item in items}
    assert shown == {"Contributor": False, "Owner": True}
    assert azure.writes() == []


def test_nobody_else_may_activate_it(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, groups=GROUPS, eligible=ELIGIBLE, logins=LOGINS))
    assert eligible(azure, NOBODY) == []
    assert eligible(azure, f"{NOBODY}' or principalId eq '{group(azure)}") == []


def test_a_tenant_without_the_licence_is_told_by_its_code(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, tenants=[{"name": "contoso", "premium": False}], logins=LOGINS))
    with pytest.raises(Failed, match="needs to have Microsoft Entra ID P2") as caught:
        eligible(azure, NOBODY)
    assert caught.value.code == NOT_LICENSED


def test_a_scope_that_may_not_be_read_is_forbidden_and_not_empty(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, groups=GROUPS, eligible=ELIGIBLE, logins=LOGINS))
    with pytest.raises(Forbidden):
        eligible(azure, group(azure), login="narrow")


def test_lists_of_several_pages_do_not_disturb_each_other(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, groups=GROUPS, eligible=ELIGIBLE, logins=LOGINS))
    azure.control("PUT", "/settings", {"role_assignment_page_size": 1})
    with session(azure) as opened:
        for dummy in range(2):
            held = authorization.list_all(opened, production(azure))
            known = list_active(opened, production(azure))
            assert len(held) > 1
            assert {item["properties"]["originRoleAssignmentId"] for item in known} == {item["id"] for item in held}
            assert len(list_eligible(opened, production(azure))) == 2
