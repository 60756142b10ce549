# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Eligible and active role assignments (contract 4.6), through azure-mgmt-authorization."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError

from azure_simulator import estate
from azure_simulator.estate_build import build
from azure_simulator.testing import Azure
from azure_simulator.testing_demo import directory_object, resource_manager, roles_client, subscription
from azure_simulator.world import World

ESTATE = """
management_groups: [{name: mg-top}]
subscriptions:
  - {name: production, management_group: mg-top, resource_groups: [rg-vms]}
  - {name: finance}
accounts:
  - {name: aa, run_as: {application: run-as}}
groups:
  - {name: outer, members: [inner]}
  - {name: inner, members: [run-as]}
eligible:
  - {principal: outer, role: Owner, scope: production, days: 30}
  - {principal: inner, role: Reader, scope: production/rg-vms, condition: "@Resource[x] StringEquals 'y'"}
  - {principal: inner, role: Contributor, scope: "mg:mg-top"}
  - {principal: inner, role: Contributor, scope: finance}
"""


def world(text: str = ESTATE) -> World:
    made = World()
    build(made, estate.parse(text, "estate.yml"), Path())
    return made


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(world())


def listed(azure: Azure, scope: str, filter_: str | None = None) -> list[tuple[str, str]]:
    """Role and kind of membership of each eligible role assignment that a list shows."""
    client = roles_client(azure, "production").role_eligibility_schedule_instances
    return sorted(
        (item.expanded_properties.role_definition.display_name, str(item.member_type))
        for item in client.list_for_scope(scope, filter=filter_)
    )


def production(azure: Azure) -> str:
    return f"subscriptions/{subscription(azure, 'production')}"


def test_a_list_shows_what_is_at_above_and_below_a_scope(azure: Azure) -> None:
    inherited, own = ("Contributor", "Inherited"), ("Owner", "Direct")
    assert listed(azure, production(azure)) == [inherited, own, ("Reader", "Inherited")]
    assert listed(azure, production(azure), "atScope()") == [inherited, own]
    group = f"{production(azure)}/resourceGroups/rg-vms"
    assert [role for role, _ in listed(azure, group)] == ["Contributor", "Owner", "Reader"]


def test_a_principal_is_asked_for_by_itself_or_with_its_groups(azure: Azure) -> None:
    inner = directory_object(azure, "group", "inner").id
    run_as = directory_object(azure, "servicePrincipal", "run-as").id
    found = listed(azure, production(azure), f"principalId eq '{inner}'")
    assert [role for role, _ in found] == ["Contributor", "Reader"]
    assert listed(azure, production(azure), f"(principalId eq '{run_as}')") == []
    assert listed(azure, production(azure), f"assignedTo('{run_as}')") == [
        ("Contributor", "Group"),
        ("Owner", "Group"),
        ("Reader", "Group"),
    ]
    assert listed(azure, production(azure), "asTarget()") == []


def test_an_item_has_the_shape_of_the_specification(azure: Azure) -> None:
    path = f"/{production(azure)}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances"
    items = resource_manager(azure, "GET", path, version="2020-10-01").json["value"]
    (owner,) = [item for item in items if item["properties"]["scope"].lower() == f"/{production(azure)}".lower()]
    assert owner["type"] == "Microsoft.Authorization/RoleEligibilityScheduleInstances"
    assert owner["id"].endswith(f"/RoleEligibilityScheduleInstances/{owner['name']}")
    facts = owner["properties"]
    assert (facts["principalType"], facts["status"], facts["condition"]) == ("Group", "Provisioned", None)
    assert facts["startDateTime"] < facts["endDateTime"]
    assert facts["expandedProperties"]["scope"]["displayName"] == "production"
    assert facts["expandedProperties"]["principal"]["displayName"] == "outer"
    (reader,) = [item for item in items if item["properties"]["condition"]]
    assert (reader["properties"]["endDateTime"], reader["properties"]["conditionVersion"]) == (None, "2.0")


UNTIL = """
subscriptions: [{name: production, resource_groups: [rg-vms]}]
accounts:
  - name: aa
    run_as: {application: run-as, roles: [Reader, {role: Contributor, scope: production/rg-vms, days: 30}]}
"""


def active(azure: Azure, scope: str, filter_: str | None = None) -> dict[str, tuple[str, bool]]:
    """By the id of the role assignment: its role, and whether it ends."""
    client = roles_client(azure, "production").role_assignment_schedule_instances
    return {
        str(item.origin_role_assignment_id): (
            item.expanded_properties.role_definition.display_name,
            bool(item.end_date_time),
        )
        for item in client.list_for_scope(scope, filter=filter_)
    }


def test_role_assignments_are_listed_with_the_end_that_they_do_not_show_themselves(
    start: Callable[[World], Azure],
) -> None:
    azure = start(world(UNTIL))
    run_as = directory_object(azure, "servicePrincipal", "run-as").id
    found = active(azure, production(azure), f"principalId eq '{run_as}'")
    assert sorted(found.values()) == [("Contributor", True), ("Reader", False)]
    client = roles_client(azure, "production").role_assignments
    held = list(client.list_for_subscription(filter=f"principalId eq '{run_as}'"))
    assert {str(item.id) for item in held} == set(found)
    assert all("end" not in name for item in held for name in item.as_dict())


def test_without_a_filter_all_that_lies_at_above_and_below_is_listed(start: Callable[[World], Azure]) -> None:
    azure = start(world(UNTIL))
    every = list(roles_client(azure, "production").role_assignments.list_for_subscription())
    assert set(active(azure, production(azure))) == {str(item.id) for item in every}
    assert ("Contributor", True) not in active(azure, production(azure), "atScope()").values()


def test_an_active_item_has_the_shape_of_the_specification(start: Callable[[World], Azure]) -> None:
    azure = start(world(UNTIL))
    path = f"/{production(azure)}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances"
    items = resource_manager(azure, "GET", path, version="2020-10-01").json["value"]
    (item,) = [item for item in items if item["properties"]["endDateTime"]]
    facts = item["properties"]
    assert item["type"] == "Microsoft.Authorization/RoleAssignmentScheduleInstances"
    assert item["id"] == f"{facts['scope']}/providers/{item['type']}/{item['name']}"
    assert (facts["assignmentType"], facts["memberType"], facts["status"]) == ("Assigned", "Inherited", "Provisioned")
    assert facts["startDateTime"] < facts["endDateTime"]
    assert facts["expandedProperties"]["principal"]["displayName"] == "run-as"


def test_a_role_assignment_that_was_deleted_is_not_listed(start: Callable[[World], Azure]) -> None:
    azure = start(world(UNTIL))
    (ending,) = [name for name, (_, ends) in active(azure, production(azure)).items() if ends]
    roles_client(azure, "production").role_assignments.delete_by_id(ending)
    assert ending not in active(azure, production(azure))


def test_an_eligible_role_is_no_right(azure: Azure) -> None:
    run_as = directory_object(azure, "servicePrincipal", "run-as").id
    held = roles_client(azure, "production").role_assignments.list_for_subscription(filter=f"assignedTo('{run_as}')")
    assert ["b24988ac" in str(item.role_definition_id) for item in held] == [True]


def test_a_tenant_without_the_licence_refuses(start: Callable[[World], Azure]) -> None:
    azure = start(world(ESTATE + "tenants: [{name: contoso, premium: false}]"))
    with pytest.raises(HttpResponseError) as caught:
        active(azure, production(azure))
    assert caught.value.error is not None
    assert caught.value.error.code == "AadPremiumLicenseRequired"
    with pytest.raises(HttpResponseError) as caught:
        listed(azure, production(azure))
    assert caught.value.status_code == 400
    assert caught.value.error is not None
    assert caught.value.error.code == "AadPremiumLicenseRequired"


def test_a_filter_that_there_is_not_is_refused(azure: Azure) -> None:
    with pytest.raises(HttpResponseError, match="is not supported"):
        listed(azure, production(azure), "status eq 'Provisioned'")


def test_an_estate_that_names_nobody_is_refused() -> None:
    with pytest.raises(estate.EstateError, match=r"eligible\[0\].principal: there is no principal called 'nobody'"):
        world("eligible: [{principal: nobody, role: Owner}]")
