# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments as values, and which roles let their holder give out roles."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import (
    Role,
    assignment_id,
    assignment_name,
    assignment_of,
    definition_id,
    gives_out_roles,
    is_subscription_or_wider,
    role_of,
    same_condition,
)

SUB = "/subscriptions/s1"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR_DENIES = [
    "Microsoft.Authorization/*/Delete",
    "Microsoft.Authorization/*/Write",
    "Microsoft.Authorization/elevateAccess/Action",
]


def entry(*actions: str, but: list[str] | None = None) -> dict[str, Any]:
    return {"actions": list(actions), "notActions": but or [], "dataActions": [], "notDataActions": []}


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ([entry("*")], True),
        ([entry("*", but=CONTRIBUTOR_DENIES)], False),
        ([entry("*/read")], False),
        ([entry("Microsoft.Authorization/*")], True),
        ([entry("microsoft.authorization/ROLEASSIGNMENTS/write")], True),
        ([entry("*/write")], True),
        ([entry("*/write", but=["Microsoft.Authorization/roleAssignments/*"])], True),  # still writes roles
        ([entry("*/write", but=["Microsoft.Authorization/*"])], False),
        ([entry("Microsoft.Authorization/roleAssignments/delete")], False),
        ([entry("Microsoft.Authorization/roleDefinitions/write")], True),
        ([entry("Microsoft.Authorization/elevateAccess/action")], True),
        ([entry("Microsoft.Compute/*")], False),
        # notActions take away from their own entry only.
        ([entry("*", but=["*"]), entry("Microsoft.Authorization/roleAssignments/write")], True),
        ([{"actions": None, "notActions": None}], False),
        ([], False),
    ],
)
def test_what_lets_a_holder_give_out_roles(permissions: list[dict[str, Any]], expected: bool) -> None:
    assert gives_out_roles(permissions) is expected


def test_owner_is_privileged_even_when_it_cannot_be_read() -> None:
    assert Role(OWNER, OWNER, permissions=None).privileged
    assert not Role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", permissions=None).privileged


def test_an_assignment_is_read_from_the_wire() -> None:
    item = {
        "id": f"{SUB}/providers/Microsoft.Authorization/roleAssignments/1",
        "properties": {
            "roleDefinitionId": f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/{OWNER.upper()}",
            "principalId": "p",
            "scope": "/Subscriptions/S1/",
            "condition": None,
        },
    }
    assignment = assignment_of(item)
    assert assignment.key == (SUB, OWNER)
    assert assignment.condition is None
    assert assignment.condition_version is None


def test_a_role_is_read_from_the_wire() -> None:
    role = role_of({"name": OWNER.upper(), "properties": {"roleName": "Owner", "permissions": [entry("*")]}})
    assert (role.guid, role.name, role.privileged) == (OWNER, "Owner", True)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (None, "", True),
        ("a  AND\r\n b", " a AND b ", True),
        ("@x StringEquals 'a'", "@x StringEquals 'A'", False),
        (None, "a", False),
    ],
)
def test_conditions_are_compared_but_for_white_space(left: str | None, right: str | None, expected: bool) -> None:
    assert same_condition(left, right) is expected


def test_a_name_is_the_same_for_ever() -> None:
    # The literal is the point: another name for the same thing would be a double in Azure.
    assert assignment_name("/subscriptions/S1/", OWNER, "P") == "5ea2334e-ac50-5a68-af79-1247a713891f"
    assert assignment_name(SUB, OWNER, "p") == assignment_name("/Subscriptions/s1", OWNER, "P")


def test_a_name_tells_scopes_roles_and_principals_apart() -> None:
    names = {
        assignment_name(scope, role, principal)
        for scope in (SUB, f"{SUB}/resourceGroups/rg")
        for role in ("r1", "r2")
        for principal in ("p1", "p2")
    }
    assert len(names) == 8


@pytest.mark.parametrize(
    ("scope", "definition"),
    [
        (f"{SUB}/resourceGroups/rg", f"{SUB}/providers/Microsoft.Authorization/roleDefinitions/r"),
        (
            "/providers/Microsoft.Management/managementGroups/mg",
            "/providers/Microsoft.Authorization/roleDefinitions/r",
        ),
        ("/", "/providers/Microsoft.Authorization/roleDefinitions/r"),
    ],
)
def test_role_definitions_are_named_as_azure_names_them(scope: str, definition: str) -> None:
    assert definition_id(scope, "r") == definition


def test_an_assignment_of_the_tenant_has_an_id_too() -> None:
    assert assignment_id("/", "n") == "/providers/Microsoft.Authorization/roleAssignments/n"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (SUB, True),
        ("/", True),
        ("/providers/Microsoft.Management/managementGroups/mg", True),
        (f"{SUB}/resourceGroups/rg", False),
    ],
)
def test_wide_scopes(scope: str, expected: bool) -> None:
    assert is_subscription_or_wider(scope) is expected
