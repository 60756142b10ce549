# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The smallest roles for what is needed: by which rule, on a catalogue of a few roles."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import Role
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.role_catalogue import Catalogue
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.role_cover import Cover, cover

VM = "Microsoft.Compute/virtualMachines"
NEEDS = (f"{VM}/start/action", f"{VM}/deallocate/action", f"{VM}/read")


def role(name: str, *actions: str, data: Sequence[str] = (), custom: bool = False) -> Role:
    entry = {"actions": list(actions), "notActions": [], "dataActions": list(data), "notDataActions": []}
    return Role(name.lower(), name, (entry,), custom=custom)


GENERAL = role("Virtual Machine Contributor", f"{VM}/*", "Microsoft.Network/networkInterfaces/*")
PRODUCT = role("Desktop Power Contributor", *NEEDS, "Microsoft.DesktopVirtualization/hostpools/write")
WIDE = role("Contributor", "*")
READER = role("Reader", "*/read")


def found(*roles: Role, needs: Sequence[str] = NEEDS, within: Role | None = None) -> Cover:
    catalogue = Catalogue.of([*roles, *([within] if within else [])])
    powers = [catalogue.powers[item.guid] for item in roles]
    return cover(needs, powers, within=catalogue.powers[within.guid] if within else None)


def names(result: Cover) -> list[str]:
    return sorted(powers.role.name for powers in result.roles)


def test_the_general_role_of_a_type_is_preferred_to_one_that_is_made_for_a_product() -> None:
    assert names(found(WIDE, PRODUCT, GENERAL, READER)) == ["Virtual Machine Contributor"]


def test_the_role_of_a_product_is_taken_where_its_product_is_needed_too() -> None:
    needs = (*NEEDS, "Microsoft.DesktopVirtualization/hostpools/write")
    assert names(found(GENERAL, PRODUCT, needs=needs)) == ["Desktop Power Contributor"]


def test_a_role_of_just_what_is_needed_is_preferred_to_the_general_one() -> None:
    assert names(found(GENERAL, role("Machine Operator", *NEEDS))) == ["Machine Operator"]


def test_a_role_with_the_name_of_a_product_is_taken_for_one_even_if_it_names_nothing_else() -> None:
    assert names(found(GENERAL, role("OpenShift Ingress Operator", *NEEDS))) == ["Virtual Machine Contributor"]


def test_a_role_that_somebody_made_may_have_any_name() -> None:
    assert names(found(GENERAL, role("Team Blue", *NEEDS, custom=True))) == ["Team Blue"]


def test_the_narrower_of_two_general_roles_is_taken() -> None:
    wider = role("Virtual Machines Contributor", f"{VM}/*", "Microsoft.Network/*", "Microsoft.Storage/*")
    assert names(found(wider, GENERAL)) == ["Virtual Machine Contributor"]


def test_reading_takes_no_role_that_changes_anything() -> None:
    assert names(found(GENERAL, READER, needs=[f"{VM}/read"])) == ["Reader"]


def test_no_role_that_changes_things_is_added_for_something_to_read() -> None:
    tags = role("Tag Contributor", "Microsoft.Resources/tags/*", "Microsoft.Resources/subscriptions/resources/read")
    needs = (*NEEDS, "Microsoft.Resources/subscriptions/resources/read")
    assert names(found(GENERAL, tags, READER, needs=needs)) == ["Reader", "Virtual Machine Contributor"]


def test_two_roles_are_taken_where_none_is_enough() -> None:
    storage = role("Storage Account Contributor", "Microsoft.Storage/storageAccounts/*")
    needs = (*NEEDS, "Microsoft.Storage/storageAccounts/write")
    assert names(found(GENERAL, storage, WIDE, needs=needs)) == [
        "Storage Account Contributor",
        "Virtual Machine Contributor",
    ]


def test_a_role_for_everything_is_the_last_resort_and_what_forces_it_is_said() -> None:
    result = found(GENERAL, WIDE, READER, needs=(*NEEDS, "Microsoft.AnalysisServices/servers/suspend/action"))
    assert names(result) == ["Contributor"]
    assert result.only_wide == {"microsoft.analysisservices/servers/suspend/action"}


def test_what_no_role_allows_is_left_uncovered() -> None:
    result = found(GENERAL, needs=(*NEEDS, "Microsoft.Web/sites/write"))
    assert names(result) == ["Virtual Machine Contributor"]
    assert result.uncovered == {"microsoft.web/sites/write"}


def test_nothing_is_taken_that_allows_more_than_today() -> None:
    own = role("Starter", *NEEDS, custom=True)
    assert names(found(GENERAL, own, within=own)) == ["Starter"]
    assert names(found(GENERAL, within=own)) == []


def test_data_operations_are_not_covered_by_control_operations() -> None:
    secret = "data:Microsoft.KeyVault/vaults/secrets/getSecret/action"
    user = role("Key Vault Secrets User", data=["Microsoft.KeyVault/vaults/secrets/getSecret/action"])
    assert names(found(WIDE, user, needs=[secret])) == ["Key Vault Secrets User"]
    assert found(WIDE, needs=[secret]).uncovered == {secret.lower()}


def test_roles_that_give_out_roles_are_no_candidates() -> None:
    admin = role("Access Boss", "Microsoft.Authorization/roleAssignments/write", f"{VM}/*")
    assert [powers.role.name for powers in Catalogue.of([admin, GENERAL]).candidates(custom=False)] == [
        "Virtual Machine Contributor"
    ]


def test_roles_that_somebody_made_are_candidates_only_when_asked_for() -> None:
    catalogue = Catalogue.of([role("Team Blue", *NEEDS, custom=True)])
    assert catalogue.candidates(custom=False) == []
    assert len(catalogue.candidates(custom=True)) == 1


def test_the_order_of_the_catalogue_does_not_matter() -> None:
    twins = [role("Machine Operator A", *NEEDS), role("Machine Operator B", *NEEDS)]
    assert names(found(*twins)) == names(found(*reversed(twins))) == ["Machine Operator A"]


@pytest.mark.parametrize("many", [8, 60])
def test_many_needs_and_many_roles_are_covered_whole(many: int) -> None:
    needs = [f"Microsoft.Made{number}/things/write" for number in range(many)]
    single = [role(f"Made{number} Contributor", f"Microsoft.Made{number}/*") for number in range(many)]
    result = found(*single, WIDE, needs=needs)
    assert result.uncovered == frozenset()
    assert len(result.roles) == many
