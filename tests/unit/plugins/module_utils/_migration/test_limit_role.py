# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the custom role has to be, what of it is added, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.limit_role import (
    DEFAULT_NAME,
    KEY_VAULT,
    LimitRole,
    assignable_scope,
    check_options,
    covers,
    definition_target,
    has_all,
    merged,
    own_guid,
    refuse_other_shape,
    request_properties,
    role_state,
    taken_anew,
    wanted_state,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

SUB = "/subscriptions/s1"
MG = "/providers/Microsoft.Management/managementGroups/mg"


def definition(name: str = DEFAULT_NAME, kind: str = "CustomRole", **entry: Any) -> dict[str, Any]:
    """Return a role definition as Azure answers it."""
    return {
        "name": "GUID",
        "properties": {
            "roleName": name,
            "type": kind,
            "description": "somebody's",
            "assignableScopes": ["/subscriptions/S2", SUB],
            "permissions": [{"actions": ["*"], "notActions": [], **entry}],
            "updatedOn": "2026-01-01T00:00:00Z",
        },
    }


CONTRIBUTOR = role_state(definition("Contributor", "BuiltInRole", notActions=["Microsoft.Authorization/*/Write"]))


def role(before: dict[str, Any] | None = None) -> LimitRole:
    return LimitRole("guid", DEFAULT_NAME, role_state(before) if before else None, ours=before is None)


def test_a_new_role_is_contributor_without_key_vault() -> None:
    state = wanted_state(role(), CONTRIBUTOR, ["Microsoft.Sql/*"], [SUB])
    properties = request_properties(state)
    (entry,) = properties["permissions"]
    assert entry["actions"] == ["*"]
    assert entry["notActions"] == ["Microsoft.Authorization/*/Write", KEY_VAULT, "Microsoft.Sql/*"]
    assert (properties["assignableScopes"], properties["type"]) == ([SUB], "CustomRole")


def test_what_is_there_stays_and_keeps_its_spelling() -> None:
    before = definition(notActions=["microsoft.keyvault/*", "Microsoft.Web/*"])
    state = wanted_state(role(before), CONTRIBUTOR, [], ["/SUBSCRIPTIONS/s1", MG])
    (entry,) = state["permissions"]
    assert entry["not_actions"] == ["Microsoft.Authorization/*/Write", "microsoft.keyvault/*", "Microsoft.Web/*"]
    assert state["assignable_scopes"] == [MG, SUB, "/subscriptions/S2"]
    assert state["description"] == "somebody's"
    assert taken_anew(role_state(before), state) == ["Microsoft.Authorization/*/Write"]


def test_a_role_that_has_all_needs_no_change() -> None:
    state = wanted_state(role(definition()), CONTRIBUTOR, [], [SUB])
    again = wanted_state(LimitRole("guid", DEFAULT_NAME, state, ours=True), CONTRIBUTOR, [], [SUB])
    assert again == state


def test_what_others_added_meanwhile_is_kept() -> None:
    mine = wanted_state(role(), CONTRIBUTOR, ["Microsoft.Sql/*"], [SUB])
    theirs = wanted_state(role(), CONTRIBUTOR, ["Microsoft.Web/*"], [MG])
    both = merged(theirs, mine)
    assert has_all(both, mine)
    assert has_all(both, theirs)
    assert not has_all(theirs, mine)
    assert not has_all(None, mine)


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (definition(kind="BuiltInRole"), "one of Azure's own"),
        (definition(actions=["Microsoft.Compute/*"]), "does not allow everything"),
        (definition(dataActions=["Microsoft.Storage/x/read"]), "has data actions"),
    ],
)
def test_a_role_of_another_kind_is_refused(before: dict[str, Any], why: str) -> None:
    with pytest.raises(StepError, match=why):
        refuse_other_shape(role(before))


def test_a_role_of_this_kind_and_none_at_all_are_not_refused() -> None:
    refuse_other_shape(role(definition(notActions=["Microsoft.KeyVault/*"])))
    refuse_other_shape(role())


@pytest.mark.parametrize("action", ["*", "", "Compute", "Microsoft.*/*/read", "Microsoft.Sql / *", "Microsoft.Sql/"])
def test_an_operation_that_cannot_be_one_is_refused(action: str) -> None:
    with pytest.raises(StepError, match="no operation of Azure"):
        check_options("role", [action])


@pytest.mark.parametrize("name", ["", "  ", "x" * 513])
def test_a_name_that_azure_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(StepError, match="role_name"):
        check_options(name, [])


def test_the_same_name_in_a_tenant_is_the_same_role() -> None:
    assert own_guid("T", "Role") == own_guid("t", "role")
    assert len({own_guid("t", "role"), own_guid("other", "role"), own_guid("t", "another")}) == 3


def test_what_lies_in_a_subscription_is_assignable_there_and_the_root_nowhere() -> None:
    assert assignable_scope(f"{SUB}/resourceGroups/rg/providers/A/b/c") == SUB
    assert assignable_scope(MG) == MG
    assert assignable_scope("/") is None
    assert covers([SUB], f"{SUB}/resourceGroups/rg")
    assert not covers([f"{SUB}/resourceGroups/rg"], SUB)
    assert not covers(["/subscriptions/s"], SUB)


def test_a_role_is_written_where_it_was_seen() -> None:
    state = role_state(definition())
    assert definition_target(state, "/subscriptions/s2").startswith("/subscriptions/S2/providers/")
    assert definition_target(state, SUB).startswith(f"{SUB}/providers/")
    assert definition_target(state).startswith(f"{SUB}/providers/")
