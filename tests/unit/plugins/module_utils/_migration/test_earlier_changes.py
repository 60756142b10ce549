# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier steps would have changed, as a later step in check mode takes it."""

from __future__ import annotations

from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.earlier_changes import (
    assignments_after,
    identity_after,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.identity import Identity
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import KNOWN_AFTER_APPLY

NONE = Identity()
ENABLED = {"action": "update", "kind": "identity", "after": {"type": "SystemAssigned", "principal_id": "?"}}
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"


def given(principal: str, **other: Any) -> dict[str, Any]:
    after = {"role_definition": CONTRIBUTOR, "scope": "/subscriptions/s", "principal_id": principal, **other}
    return {"action": "create", "kind": "role_assignment", "after": after}


def test_an_identity_that_would_be_enabled_is_there_and_its_id_is_not_known() -> None:
    assert identity_after(NONE, [ENABLED]) == Identity(system=True, principal_id=KNOWN_AFTER_APPLY)
    assert identity_after(NONE, []) == NONE


def test_an_identity_that_is_there_keeps_its_id() -> None:
    there = Identity(system=True, principal_id="p")
    assert identity_after(there, [ENABLED]).principal_id == "p"


def test_roles_count_that_would_be_given_to_the_system_identity_and_no_others() -> None:
    after = identity_after(NONE, [ENABLED])
    found = assignments_after(after, [ENABLED, given(KNOWN_AFTER_APPLY), given("user-assigned")])
    assert [(item.scope, item.role) for item in found] == [("/subscriptions/s", CONTRIBUTOR)]


def test_a_condition_is_kept() -> None:
    (found,) = assignments_after(Identity(system=True, principal_id="p"), [given("p", condition="c")])
    assert found.condition == "c"
