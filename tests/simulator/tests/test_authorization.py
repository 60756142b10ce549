# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments and definitions (contract 4), through azure-mgmt-authorization."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError

from azure_simulator.testing import Azure
from azure_simulator.testing_demo import (
    account,
    demo_world,
    directory_object,
    graph,
    resource_manager,
    roles_client,
    subscription,
)
from azure_simulator.world import World

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
NEW = str(uuid.UUID(int=7))


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(demo_world())


def operations(azure: Azure) -> str:
    """The service principal with roles over several subscriptions."""
    return directory_object(azure, "servicePrincipal", "contoso-operations").id


def assignment(azure: Azure, role: str, principal: str, **more: Any) -> dict[str, Any]:
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {"properties": {"roleDefinitionId": definition, "principalId": principal, **more}}


def create(azure: Azure, role: str, principal: str, name: str = NEW, **more: Any) -> Any:
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    body: Any = assignment(azure, role, principal, **more)
    return roles_client(azure, "production").role_assignments.create(scope, name, body)


# --- lists ----------------------------------------------------------------


def test_a_list_shows_one_principal_with_scopes_below(azure: Azure) -> None:
    found = list(
        roles_client(azure, "production").role_assignments.list_for_subscription(
            filter=f"principalId eq '{operations(azure)}'"
        )
    )
    scopes = [item.scope.split("/", 3)[-1] for item in found]
    assert len(found) == 3
    assert any("storageAccounts/stcontosodata" in scope for scope in scopes)
    with_condition = [item for item in found if item.condition]
    assert [item.condition_version for item in with_condition] == ["2.0"]
    assert with_condition[0].description == "Deletes scratch data only."


def test_a_subscription_tells_how_many_role_assignments_it_holds(azure: Azure) -> None:
    client = roles_client(azure, "production")
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    inside = [item for item in client.role_assignments.list_for_subscription() if item.scope.startswith(scope)]
    told = client.role_assignment_metrics.get_metrics_for_subscription()
    assert told.role_assignments_current_count == len(inside)
    assert told.role_assignments_limit - len(inside) == told.role_assignments_remaining_count


def test_a_list_comes_in_pages_of_any_size(azure: Azure) -> None:
    client = roles_client(azure, "production").role_assignments
    whole = [item.id for item in client.list_for_subscription()]
    azure.set(role_assignment_page_size=2)
    pages = [list(page) for page in client.list_for_subscription().by_page()]
    assert [item.id for page in pages for item in page] == whole
    assert {len(page) for page in pages[:3]} == {0, 2}


def test_at_scope_leaves_out_what_lies_below(azure: Azure) -> None:
    found = list(roles_client(azure, "production").role_assignments.list_for_subscription(filter="atScope()"))
    own = f"/subscriptions/{subscription(azure, 'production')}"
    assert found
    assert all(item.scope == own or "managementGroups" in item.scope for item in found)


def test_inherited_assignments_keep_their_own_id_and_scope(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    for name in ("production", "development", "finance"):
        found = list(
            roles_client(azure, name).role_assignments.list_for_subscription(filter=f"principalId eq '{reader}'")
        )
        assert [item.scope for item in found] == ["/providers/Microsoft.Management/managementGroups/mg-contoso"]
        assert found[0].id.startswith(found[0].scope + "/providers/Microsoft.Authorization/")
        # The role is named as this subscription names it, or az would not find its name.
        assert found[0].role_definition_id.startswith(f"/subscriptions/{subscription(azure, name)}/")


def test_assigned_to_counts_groups_and_principal_id_does_not(azure: Azure) -> None:
    client = roles_client(azure, "finance").role_assignments
    principal = operations(azure)
    direct = {item.id for item in client.list_for_subscription(filter=f"principalId eq '{principal}'")}
    either = {item.id for item in client.list_for_subscription(filter=f"atScope() and assignedTo('{principal}')")}
    group = directory_object(azure, "group", "automation-operators").id
    assert len(either) == len(direct) + 1
    inherited = [item for item in client.list_for_subscription() if item.id in either - direct]
    assert [item.principal_id for item in inherited] == [group]
    assert [item.principal_type for item in inherited] == ["Group"]


def test_lists_at_group_resource_and_any_scope_agree(azure: Azure) -> None:
    client = roles_client(azure, "production").role_assignments
    scope = (
        f"/subscriptions/{subscription(azure, 'production')}/resourceGroups/rg-data/providers/"
        "Microsoft.Storage/storageAccounts/stcontosodata"
    )
    by_scope = {item.id for item in client.list_for_scope(scope)}
    by_resource = {
        item.id for item in client.list_for_resource("rg-data", "Microsoft.Storage", "storageAccounts", "stcontosodata")
    }
    by_group = {item.id for item in client.list_for_resource_group("rg-data")}
    assert by_scope == by_resource
    assert by_scope <= by_group


def test_a_filter_that_nobody_knows_is_refused(azure: Azure) -> None:
    with pytest.raises(HttpResponseError) as caught:
        list(roles_client(azure, "production").role_assignments.list_for_subscription(filter="scope eq 'x'"))
    assert caught.value.status_code == 400
    assert "is not supported" in caught.value.message


def test_old_versions_know_no_conditions(azure: Azure) -> None:
    path = f"/subscriptions/{subscription(azure, 'production')}/providers/Microsoft.Authorization/roleAssignments"
    old = resource_manager(azure, "GET", path, version="2015-07-01").json["value"][0]["properties"]
    new = resource_manager(azure, "GET", path, version="2020-04-01-preview").json["value"][0]["properties"]
    assert "condition" not in old
    assert new["condition"] is None


def test_pages_are_followed_to_the_end(start: Callable[[World], Azure]) -> None:
    azure = start(demo_world())
    for number in range(250):
        create(azure, READER, str(uuid.UUID(int=number + 1000)), str(uuid.UUID(int=number)), principalType="User")
    found = list(roles_client(azure, "production").role_assignments.list_for_subscription())
    assert len({item.id for item in found}) == len(found) > 250


# --- create ---------------------------------------------------------------


def test_create_answers_without_creator_and_get_knows_him(azure: Azure) -> None:
    made = create(azure, READER, operations(azure), principalType="ServicePrincipal")
    migration = azure.world.logins["migration"].object_id
    assert (made.created_by, made.updated_by) == (None, migration)
    read = roles_client(azure, "production").role_assignments.get_by_id(made.id)
    assert read.created_by == migration
    assert read.role_definition_id == made.role_definition_id


def test_the_scope_keeps_the_casing_of_the_request(azure: Azure) -> None:
    client = roles_client(azure, "production").role_assignments
    scope = f"/subscriptions/{subscription(azure, 'production')}/resourcegroups/RG-VMs"
    body: Any = assignment(azure, READER, operations(azure), principalType="ServicePrincipal")
    made = client.create(scope, NEW, body)
    assert made.scope == scope
    assert made.id == f"{scope}/providers/Microsoft.Authorization/roleAssignments/{NEW}"
    assert client.get(scope.lower(), NEW).id == made.id


def test_the_same_again_under_the_same_name_is_accepted(azure: Azure) -> None:
    first = create(azure, READER, operations(azure), principalType="ServicePrincipal")
    second = create(azure, READER, operations(azure), principalType="ServicePrincipal", description="again")
    assert (second.id, second.description) == (first.id, "again")


def test_the_same_under_another_name_exists_and_its_id_has_no_dashes(azure: Azure) -> None:
    create(azure, READER, operations(azure), principalType="ServicePrincipal")
    with pytest.raises(ResourceExistsError) as caught:
        create(azure, READER, operations(azure), str(uuid.uuid4()), principalType="ServicePrincipal")
    assert caught.value.error is not None
    assert caught.value.error.code == "RoleAssignmentExists"
    assert caught.value.error.message == (
        f"The role assignment already exists. The ID of the existing role assignment is {NEW.replace('-', '')}."
    )


def test_a_name_cannot_move_to_another_principal(azure: Azure) -> None:
    create(azure, READER, operations(azure), principalType="ServicePrincipal")
    other = directory_object(azure, "servicePrincipal", "id-reporting").id
    with pytest.raises(HttpResponseError) as caught:
        create(azure, READER, other, principalType="ServicePrincipal")
    assert (caught.value.status_code, caught.value.error.code) == (400, "RoleAssignmentUpdateNotPermitted")


def test_a_principal_that_is_not_there_is_noticed_only_without_its_type(azure: Azure) -> None:
    nobody = str(uuid.uuid4())
    with pytest.raises(HttpResponseError) as caught:
        create(azure, READER, nobody)
    assert (caught.value.status_code, caught.value.error.code) == (400, "PrincipalNotFound")
    assert caught.value.error.message.endswith(
        " does not exist in the directory " + next(iter(azure.world.tenants.values())).id + ". Check that you have the "
        "correct principal ID. If you are creating this principal and then immediately assigning a role, this error "
        "might be related to a replication delay. In this case, set the role assignment principalType property to a "
        "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"
    )
    assert create(azure, READER, nobody, principalType="ServicePrincipal").principal_id == nobody


def test_a_fresh_identity_is_unknown_until_replicated(start: Callable[[World], Azure]) -> None:
    azure = start(demo_world(replication_delay=3600, principal_checked_always=True))
    path = account(azure, "aa-plain").id
    body = {"identity": {"type": "SystemAssigned"}}
    enabled = resource_manager(azure, "PATCH", path, body, version="2022-08-08").json
    with pytest.raises(HttpResponseError) as caught:
        create(azure, READER, enabled["identity"]["principalId"], principalType="ServicePrincipal")
    assert caught.value.error.code == "PrincipalNotFound"
    assert graph(azure, "GET", f"/servicePrincipals/{enabled['identity']['principalId']}").status == 404


def test_a_new_assignment_is_read_only_after_replication(start: Callable[[World], Azure]) -> None:
    azure = start(demo_world(replication_delay=3600))
    made = create(azure, READER, operations(azure), principalType="ServicePrincipal")
    with pytest.raises(ResourceNotFoundError) as caught:
        roles_client(azure, "production").role_assignments.get_by_id(made.id)
    assert caught.value.error.code == "RoleAssignmentNotFound"


def test_the_limit_of_a_subscription(start: Callable[[World], Azure]) -> None:
    azure = start(demo_world(role_assignment_limit=10))
    with pytest.raises(HttpResponseError) as caught:
        create(azure, READER, operations(azure), principalType="ServicePrincipal")
    assert caught.value.error.code == "RoleAssignmentLimitExceeded"


def test_a_custom_role_cannot_be_assigned_outside_its_scopes(azure: Azure) -> None:
    role = next(item.name for item in azure.world.role_definitions.values() if item.role_name == "VM Restarter")
    body: Any = assignment(azure, role, operations(azure), principalType="ServicePrincipal")
    with pytest.raises(HttpResponseError) as caught:
        roles_client(azure, "finance").role_assignments.create(
            f"/subscriptions/{subscription(azure, 'finance')}", NEW, body
        )
    assert caught.value.status_code == 400


def test_writing_needs_the_right_and_the_refusal_names_it(azure: Azure) -> None:
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    body: Any = assignment(azure, READER, operations(azure))
    with pytest.raises(HttpResponseError) as caught:
        roles_client(azure, "production", "reader").role_assignments.create(scope, NEW, body)
    assert caught.value.status_code == 403
    assert "an ABAC condition not fulfilled to perform action 'Microsoft.Authorization/roleAssignments/write'" in str(
        caught.value
    )


def test_a_login_without_rights_on_a_subscription_may_not_list_there(azure: Azure) -> None:
    assert list(roles_client(azure, "production", "blind").role_assignments.list_for_subscription())
    with pytest.raises(HttpResponseError) as caught:
        list(roles_client(azure, "finance", "blind").role_assignments.list_for_subscription())
    assert (caught.value.status_code, caught.value.error.code) == (403, "AuthorizationFailed")


def test_a_login_is_shown_only_subscriptions_where_it_has_a_role(azure: Azure) -> None:
    for login, expected in (
        ("reader", {"production", "development", "finance"}),
        ("blind", {"production", "development"}),
    ):
        shown = resource_manager(azure, "GET", "/subscriptions", version="2022-12-01", login=login).json["value"]
        assert {item["displayName"] for item in shown} == expected


# --- delete ---------------------------------------------------------------


def test_delete_answers_with_the_deleted_object_and_then_with_nothing(azure: Azure) -> None:
    made = create(azure, READER, operations(azure), principalType="ServicePrincipal")
    client = roles_client(azure, "production").role_assignments
    assert client.delete_by_id(made.id).name == made.name
    assert client.delete_by_id(made.id) is None


def test_a_deleted_principal_leaves_its_assignments(azure: Azure) -> None:
    principal = operations(azure)
    application = directory_object(azure, "application", "contoso-operations").id
    assert graph(azure, "DELETE", f"/applications/{application}").status == 204
    found = list(
        roles_client(azure, "production").role_assignments.list_for_subscription(filter=f"principalId eq '{principal}'")
    )
    assert len(found) == 3


# --- definitions and permissions ------------------------------------------


def test_definitions_are_found_by_name_and_keep_their_well_known_ids(azure: Azure) -> None:
    client = roles_client(azure, "production").role_definitions
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    found = list(client.list(scope, filter="roleName eq 'Contributor'"))
    assert [item.name for item in found] == [CONTRIBUTOR]
    assert found[0].id == f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    assert found[0].permissions[0].not_actions
    assert client.get_by_id(f"/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}").id == (
        f"/providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}"
    )


def test_a_custom_role_is_listed_where_it_can_be_assigned(azure: Azure) -> None:
    for name, expected in (("production", ["VM Restarter"]), ("finance", [])):
        scope = f"/subscriptions/{subscription(azure, name)}"
        found = roles_client(azure, name).role_definitions.list(scope, filter="type eq 'CustomRole'")
        assert [item.role_name for item in found] == expected


def test_permissions_are_those_of_the_caller(azure: Azure) -> None:
    path = f"{account(azure, 'aa-plain').group_id}/providers/Microsoft.Authorization/permissions"
    mine = resource_manager(azure, "GET", path, version="2022-04-01").json["value"]
    read_only = resource_manager(azure, "GET", path, version="2022-04-01", login="reader").json["value"]
    assert [entry["actions"] for entry in mine] == [
        ["*"],
        ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"],
    ]
    assert [entry["actions"] for entry in read_only] == [["*/read"]]


# --- custom roles (contract 4.8) ------------------------------------------


def custom(azure: Azure, name: str = "Limited", *scopes: str, **entry: Any) -> dict[str, Any]:
    places = list(scopes) or [f"/subscriptions/{subscription(azure, 'production')}"]
    permissions = [{"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": [], **entry}]
    return {"properties": {"roleName": name, "assignableScopes": places, "permissions": permissions}}


def define(azure: Azure, body: Any, guid: str = NEW) -> Any:
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    return roles_client(azure, "production").role_definitions.create_or_update(scope, guid, body)


def refusal(azure: Azure, body: Any, guid: str = NEW) -> tuple[int | None, str | None]:
    with pytest.raises(HttpResponseError) as refused:
        define(azure, body, guid)
    assert refused.value.error is not None
    return refused.value.status_code, refused.value.error.code


def test_a_custom_role_is_replaced_as_a_whole(azure: Azure) -> None:
    define(azure, custom(azure, notActions=["Microsoft.Sql/*"]))
    changed = define(azure, custom(azure, notActions=["Microsoft.KeyVault/*"]))
    assert changed.permissions[0].not_actions == ["Microsoft.KeyVault/*"]


def test_what_no_custom_role_may_be_is_refused(azure: Azure) -> None:
    groups = [f"/providers/Microsoft.Management/managementGroups/{name}" for name in ("a", "b")]
    assert refusal(azure, custom(azure, "")) == (400, "RoleDefinitionNameNullOrEmpty")
    assert refusal(azure, {"properties": {"roleName": "x", "assignableScopes": []}}) == (400, "MissingAssignableScopes")
    assert refusal(azure, custom(azure, "Limited", "/"))[0] == 400
    assert refusal(azure, custom(azure, "Limited", *groups))[0] == 400
    assert refusal(azure, custom(azure, notActions=["Microsoft.*/*/read"]))[0] == 400
    assert refusal(azure, custom(azure), CONTRIBUTOR) == (409, "RoleDefinitionExists")


def test_names_of_custom_roles_are_unique(azure: Azure) -> None:
    define(azure, custom(azure))
    assert refusal(azure, custom(azure, "limited"), str(uuid.UUID(int=8))) == (409, "RoleDefinitionWithSameNameExists")


def test_the_limit_of_custom_roles(start: Callable[[World], Azure]) -> None:
    world = demo_world()
    world.settings.role_definition_limit = 0
    azure = start(world)
    assert refusal(azure, custom(azure))[1] == "RoleDefinitionLimitExceeded"


def test_a_custom_role_needs_the_right_at_every_assignable_scope(azure: Azure) -> None:
    own = f"/subscriptions/{subscription(azure, 'production')}"
    assert refusal(azure, custom(azure, "Limited", own, f"/subscriptions/{NEW}")) == (403, "LinkedAuthorizationFailed")


def test_a_custom_role_goes_only_once_nobody_has_it(azure: Azure) -> None:
    definitions = roles_client(azure, "production").role_definitions
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    define(azure, custom(azure))
    made = create(azure, NEW, operations(azure), str(uuid.UUID(int=9)))
    with pytest.raises(HttpResponseError, match="RoleDefinitionHasAssignments"):
        definitions.delete(scope, NEW)
    roles_client(azure, "production").role_assignments.delete_by_id(made.id)
    assert definitions.delete(scope, NEW).role_name == "Limited"
    assert definitions.delete(scope, NEW) is None


def test_a_custom_role_and_its_change_are_seen_after_replication(start: Callable[[World], Azure]) -> None:
    world = demo_world()
    azure = start(world)
    scope = f"/subscriptions/{subscription(azure, 'production')}"
    definitions = roles_client(azure, "production").role_definitions
    define(azure, custom(azure))
    world.clock.replication_delay = 600
    define(azure, custom(azure, notActions=["Microsoft.KeyVault/*"]))
    assert definitions.get(scope, NEW).permissions[0].not_actions == []
    other = str(uuid.UUID(int=8))
    define(azure, custom(azure, "Fresh"), other)
    with pytest.raises(ResourceNotFoundError, match="RoleDefinitionDoesNotExist"):
        definitions.get(scope, other)
    with pytest.raises(ResourceNotFoundError, match="RoleDefinitionDoesNotExist"):
        create(azure, other, operations(azure), str(uuid.UUID(int=9)))
