# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which container mappings use the Run As account of an account."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId, account_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.usage import (
    Use,
    mapping_uses,
    vault_name,
)

ACCOUNT = AccountId("s1", "rg", "aa")
MAPPING_ID = (
    "/Subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv/replicationFabrics/f"
    "/replicationProtectionContainers/c/replicationProtectionContainerMappings/m"
)
DETAILS = {
    "instanceType": "A2A",
    "agentAutoUpdateStatus": "Enabled",
    "automationAccountArmId": ACCOUNT.arm_id,
    "automationAccountAuthenticationType": "RunAsAccount",
}


@pytest.mark.parametrize(
    ("details", "uses"),
    [
        ({}, True),
        ({"automationAccountAuthenticationType": None}, True),
        ({"automationAccountArmId": ACCOUNT.arm_id.replace("/subscriptions", "/Subscriptions").upper()}, True),
        ({"automationAccountAuthenticationType": "SystemAssignedIdentity"}, False),
        ({"agentAutoUpdateStatus": "Disabled"}, False),
        ({"automationAccountArmId": ACCOUNT.arm_id + "-2"}, False),
        ({"automationAccountArmId": None}, False),
    ],
)
def test_a_mapping_on_run_as(details: dict[str, Any], uses: bool) -> None:
    mapping = {"id": MAPPING_ID, "name": "m", "properties": {"providerSpecificDetails": {**DETAILS, **details}}}
    assert bool(mapping_uses([mapping], ACCOUNT).uses) is uses


def test_mappings_of_other_replications_have_no_details() -> None:
    mapping = {"id": MAPPING_ID, "name": "m", "properties": {"providerSpecificDetails": None}}
    assert mapping_uses([mapping], ACCOUNT).uses == ()


def test_a_use_says_where_it_is() -> None:
    resource = ACCOUNT.child("runbooks", "Nightly")
    assert (
        Use("runbook", ACCOUNT, "Nightly", resource, "draft", "manual", 7).phrase() == "runbook Nightly (draft, line 7)"
    )
    assert Use("container_mapping", ACCOUNT, "m", MAPPING_ID).phrase() == "container mapping m of vault rsv"


def test_ids_are_taken_apart() -> None:
    assert vault_name(MAPPING_ID) == "rsv"
    assert account_of(ACCOUNT.child("runbooks", "rb")) == ACCOUNT
