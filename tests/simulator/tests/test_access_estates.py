# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated access: the truth that is written down is what the simulator holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from azure_simulator import directory_roles, eligibility, entra, estates, rbac
from azure_simulator.providers.key_vault import VAULT_TYPE
from azure_simulator.scopes import group_of, normal, subscription_of
from azure_simulator.testing import Azure
from azure_simulator.testing_demo import roles_client
from azure_simulator.world import RoleAssignment, World

Json = dict[str, Any]


@pytest.fixture(scope="module")
def world() -> World:
    """Twenty-four accounts with every kind of access."""
    made = World()
    estates.generate_access(made, 24, 40, 7)
    return made


def truth_of(world: World) -> dict[str, Json]:
    truth: dict[str, Json] = world.provider_state["truth"]
    return truth


def every(world: World, member: str) -> Iterator[Json]:
    return (item for told in truth_of(world).values() for item in told[member])


def facts(assignment: RoleAssignment) -> tuple[Any, ...]:
    role = rbac.role_guid(assignment.role_definition_id)
    return role, assignment.scope, assignment.condition, assignment.description


def told(items: list[Json]) -> set[tuple[Any, ...]]:
    return {(item["role"], item["scope"], item["condition"], item["description"]) for item in items}


def test_the_same_numbers_make_the_same_estate(world: World) -> None:
    again, other = World(), World()
    estates.generate_access(again, 24, 40, 7)
    estates.generate_access(other, 24, 40, 8)
    assert truth_of(again) == truth_of(world) != truth_of(other)


def test_what_principals_hold_directly_is_what_the_world_has_and_no_more(world: World) -> None:
    for name, item in truth_of(world).items():
        held = rbac.of_principal(world, item["principal_id"])
        assert {facts(one) for one in held} == told(item["direct"]), name
        assert len(item["direct"]) == len(held) == 40
        assert {one["principal"] for one in item["direct"]} == {item["principal_id"]}


def test_what_identities_hold_is_what_the_world_has_and_no_more(world: World) -> None:
    for name, item in truth_of(world).items():
        held = rbac.of_principal(world, item["identity_principal_id"])
        assert {facts(one) for one in held} == told(item["identity_holds"]), name
    assert any(truth["identity_holds"] for truth in truth_of(world).values())


def test_what_is_held_through_groups_is_that_of_every_group_around_the_principal(world: World) -> None:
    for name, item in truth_of(world).items():
        groups = entra.groups_of(world, item["principal_id"])
        held = {(group.id, *facts(one)) for group in groups for one in rbac.of_principal(world, group.id)}
        assert {(one["principal"], *next(iter(told([one])))) for one in item["through_groups"]} == held, name
    chains = {len({one["group"] for one in item["through_groups"]}) for item in truth_of(world).values()}
    assert chains == {0, 1, 3}


def test_groups_are_those_around_the_principal_and_some_are_its_own(world: World) -> None:
    for name, item in truth_of(world).items():
        around = {group.id: group for group in entra.groups_of(world, item["principal_id"])}
        assert {one["id"] for one in item["groups"]} == set(around), name
        for one in item["groups"]:
            group = around[one["id"]]
            assert one["own"] == (item["principal_id"] in group.members)
            assert set(one["around"]) == {other.data["displayName"] for other in entra.groups_of(world, group.id)}
            assert one["dynamic"] == ("DynamicMembership" in group.data["groupTypes"])
            assert (one["synced"], one["role_assignable"]) == (
                bool(group.data["onPremisesSyncEnabled"]),
                bool(group.data["isAssignableToRole"]),
            )
            assert directory_roles_told(one) == directory_roles_held(world, group.id)
        identity = {group.id for group in entra.groups_of(world, item["identity_principal_id"])}
        assert {one["id"] for one in item["identity_groups"]} == identity
    kinds = {
        (one["own"], one["dynamic"], one["synced"], bool(one["directory_roles"])) for one in every(world, "groups")
    }
    assert kinds == {
        (True, False, False, False),
        (False, False, False, False),
        (True, True, False, False),
        (True, False, True, False),
        (True, False, False, True),
    }
    assert any(truth["identity_groups"] for truth in truth_of(world).values())


def directory_roles_told(item: Json) -> set[tuple[str, str]]:
    return {(one["role"], one["scope"]) for one in item["directory_roles"]}


def directory_roles_held(world: World, object_id: str) -> set[tuple[str, str]]:
    held = directory_roles.of_principal(world, object_id)
    return {(one["roleDefinitionId"], one["directoryScopeId"]) for one in held}


def test_directory_roles_are_those_of_the_world_at_the_whole_directory_and_below(world: World) -> None:
    for name, item in truth_of(world).items():
        assert directory_roles_told(item) == directory_roles_held(world, item["principal_id"]), name
    assert {one["scope"] == "/" for one in every(world, "directory_roles")} == {True, False}
    assert {one["privileged"] for one in every(world, "directory_roles")} == {True, False}


def test_what_groups_may_activate_is_what_the_world_has(world: World) -> None:
    known = {(one.principal_id, rbac.role_guid(one.role_definition_id), one.scope) for one in eligibility.all_of(world)}
    assert {(one["principal"], one["role"], one["scope"]) for one in every(world, "eligible")} == known
    for item in truth_of(world).values():
        groups = {group.id for group in entra.groups_of(world, item["principal_id"])}
        assert {one["principal"] for one in item["eligible"]} == groups & {principal for principal, _, _ in known}


def policies_of(world: World, object_id: str, *, compound: bool = False) -> dict[str, tuple[Any, ...]]:
    return {
        vault.id: (
            vault.properties["enableRbacAuthorization"],
            "networkAcls" in vault.properties,
            policy["permissions"],
        )
        for vault in world.resources_of_type(VAULT_TYPE)
        for policy in vault.properties["accessPolicies"]
        if policy["objectId"] == object_id and ("applicationId" in policy) == compound
    }


def policies_told(items: list[Json]) -> dict[str, tuple[Any, ...]]:
    return {one["vault"]: (one["rbac"], one["firewall"], one["permissions"]) for one in items}


def test_key_vaults_are_in_both_modes_and_with_a_firewall_with_just_these_policies(world: World) -> None:
    for item in truth_of(world).values():
        principal, identity = item["principal_id"], item["identity_principal_id"]
        assert policies_told(item["vault_policies"]) == policies_of(world, principal)
        assert policies_told(item["compound_policies"]) == policies_of(world, principal, compound=True)
        assert policies_told(item["identity_policies"]) == policies_of(world, identity)
    every_policy = list(every(world, "vault_policies"))
    assert {(one["rbac"], one["firewall"]) for one in every_policy} == {(True, False), (False, True), (False, False)}
    assert max(Counter(one["vault"] for one in every_policy).values()) > 2
    for member in ("compound_policies", "identity_policies"):
        assert any(every(world, member))
    assert any(item["vault_policies"] for item in truth_of(world).values() if item["unused"] == "deleted")


def test_app_roles_are_those_of_microsoft_graph_and_of_other_applications(world: World) -> None:
    for item in truth_of(world).values():
        held = set()
        for one in entra.assignments_with(world, "principalId", item["principal_id"]):
            offered = world.objects[one["resourceId"].lower()].data["appRoles"]
            value = next(role["value"] for role in offered if role["id"] == one["appRoleId"])
            held.add((one["resourceDisplayName"], one["resourceId"], value))
        assert {(one["resource"], one["resource_id"], one["value"]) for one in item["app_roles"]} == held
    kinds = {(one["of"], one["privileged"]) for one in every(world, "app_roles")}
    assert kinds == {
        ("graph", False),
        ("graph", True),
        ("exchange", False),
        ("exchange", True),
        ("sharepoint", True),
        ("company-api", False),
    }


def test_privileged_roles_are_those_that_let_their_holder_give_out_roles(world: World) -> None:
    write = "Microsoft.Authorization/roleAssignments/write"
    for one in [*every(world, "direct"), *every(world, "through_groups")]:
        definition = world.role_definitions[one["role"]]
        assert one["privileged"] == any(rbac.grants(entry, write) for entry in definition.permissions)
        assert (one["role_name"], one["custom"]) == (definition.role_name, definition.kind == "CustomRole")


def test_custom_roles_are_held_where_they_can_be_assigned(world: World) -> None:
    custom = [one for one in every(world, "direct") if one["custom"]]
    for one in custom:
        places = {normal(place) for place in world.role_definitions[one["role"]].assignable_scopes}
        assert f"/subscriptions/{subscription_of(one['scope'])}" in places
    assert {len(world.role_definitions[one["role"]].assignable_scopes) for one in custom} == {2, 5}


def kind_of(scope: str) -> str:
    if group_of(scope):
        return "management group"
    parts = scope.strip("/").split("/")
    return {1: "root", 2: "subscription", 4: "resource group", 8: "resource", 10: "nested resource"}[len(parts)]


def test_every_kind_of_role_is_held_at_every_kind_of_scope(world: World) -> None:
    direct = list(every(world, "direct"))
    kinds = {"root", "management group", "subscription", "resource group", "resource", "nested resource"}
    for choose in (
        lambda one: one["privileged"],
        lambda one: bool(one["condition"]),
        lambda one: not (one["privileged"] or one["condition"] or one["custom"]),
    ):
        assert {kind_of(one["scope"]) for one in direct if choose(one)} == kinds
    assert {kind_of(one["scope"]) for one in direct if one["custom"]} == kinds - {"root", "management group"}
    assert {one["scope"].rsplit("/", 1)[-1] for one in direct if group_of(one["scope"])} == {
        "mg-generated",
        "mg-generated-inner",
    }
    assert any("Größe (1)" in one["scope"] for one in direct)


def test_principals_hold_roles_in_several_subscriptions(world: World) -> None:
    for item in truth_of(world).values():
        assert len({subscription_of(one["scope"]) for one in item["direct"]} - {None}) > 1


def test_a_dozen_accounts_have_a_shared_a_deleted_a_disabled_and_an_expired_principal(world: World) -> None:
    truth = truth_of(world)
    assert Counter(item["unused"] for item in truth.values()) == {None: 18, "expired": 2, "disabled": 2, "deleted": 2}
    shared = [item for item in truth.values() if item["shared_with"]]
    assert Counter(item["principal_id"] for item in shared).most_common()[0][1] == 2
    assert len(shared) == 4
    for item in truth.values():
        principal = world.deleted_objects.get(item["principal_id"]) or world.objects[item["principal_id"]]
        assert (principal.deleted_at is not None) == (item["unused"] == "deleted")
        assert principal.data["accountEnabled"] == (item["unused"] != "disabled")
        assert world.find_object(item["identity_principal_id"]) is not None


def test_no_subscription_and_no_group_gets_near_a_limit_when_all_is_copied() -> None:
    made = World()
    estates.generate_access(made, 200, 60, 1)
    counts = Counter(subscription_of(one.scope) or normal(one.scope) for one in made.role_assignments.values())
    for place, number in counts.items():
        assert 2 * number < (500 if place.startswith("/") else 3500), place
    assert len(made.subscriptions) == 8


def test_a_plain_estate_has_direct_role_assignments_in_one_subscription_only() -> None:
    made = World()
    estates.generate_access(made, 12, 40, 7, only_plain=True)
    for item in truth_of(made).values():
        assert len(told(item["direct"])) == 40
        assert len({subscription_of(one["scope"]) for one in item["direct"]}) == 1
        assert {kind_of(one["scope"]) for one in item["direct"]} == {"resource group"}
        assert not any(one["privileged"] or one["condition"] or one["custom"] for one in item["direct"])
        for member, value in item.items():
            assert value == [] or not isinstance(value, list) or member == "direct", member
        assert item["unused"] is None


def test_the_login_of_a_migration_may_give_roles_at_every_scope(start: Callable[[World], Azure]) -> None:
    fresh = World()
    estates.generate_access(fresh, 12, 15, 3)
    azure = start(fresh)
    client = roles_client(azure, "subscription-1").role_assignments
    identity = next(iter(truth_of(fresh).values()))["identity_principal_id"]
    wanted = {kind_of(one["scope"]): one for one in every(fresh, "direct") if not one["custom"]}
    assert len(wanted) == 6
    for number, one in enumerate(wanted.values()):
        body: Any = {
            "properties": {
                "roleDefinitionId": rbac.definition_id(one["scope"], one["role"]),
                "principalId": identity,
                "principalType": "ServicePrincipal",
                **({"condition": one["condition"], "conditionVersion": "2.0"} if one["condition"] else {}),
            }
        }
        client.create(one["scope"].strip("/").replace(" ", "%20"), f"00000000-0000-4000-8000-{number:012}", body)
    assert len(rbac.of_principal(fresh, identity)) == 6
