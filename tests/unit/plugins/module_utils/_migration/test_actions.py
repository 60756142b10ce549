# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of a role allow."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.actions import allows, lies_within

ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
PUBLISH = "Microsoft.Automation/automationAccounts/runbooks/publish/action"


@pytest.mark.parametrize(
    ("actions", "action", "expected"),
    [
        (["*"], PUBLISH, True),
        (["*/read"], PUBLISH, False),
        (["*/read"], "Microsoft.Automation/automationAccounts/read", True),
        (["microsoft.automation/AUTOMATIONACCOUNTS/*"], PUBLISH, True),
        (["Microsoft.Automation/automationAccounts/*/action"], PUBLISH, True),
        (["Microsoft.Automation/automationAccounts/*/write"], PUBLISH, False),
        (["Microsoft.Automation/automationAccounts/runbooks/*"], "Microsoft.Automation/automationAccounts/read", False),
        (["Microsoft.Automation/automationAccounts/runbooks"], PUBLISH, False),
        # As in Managed Identity Operator, which may assign identities.
        (["Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"], ASSIGN, True),
        (["Microsoft.ManagedIdentity/userAssignedIdentities/*/read"], ASSIGN, False),
        (["Microsoft.Authorization/*/*/write"], "Microsoft.Authorization/a/b/write", True),
        (["Microsoft.Authorization/*/write"], "Microsoft.Authorizationx/write", False),
        # A dot is a dot.
        (["Microsoft.Automation/*"], "MicrosoftXAutomation/automationAccounts/read", False),
        ([], PUBLISH, False),
        (None, PUBLISH, False),
    ],
)
def test_wildcards(actions: list[str] | None, action: str, expected: bool) -> None:
    assert allows({"actions": actions, "notActions": None}, action) is expected


def test_what_an_entry_takes_away_itself_is_not_allowed() -> None:
    entry = {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]}
    assert not allows(entry, "Microsoft.Authorization/roleAssignments/write")
    assert allows(entry, "Microsoft.Authorization/roleAssignments/read")


def test_data_actions_do_not_count() -> None:
    assert not allows({"actions": [], "dataActions": ["*"]}, PUBLISH)


@pytest.mark.parametrize(
    ("inner", "outer", "within"),
    [
        ({"actions": ["a/b/read"]}, {"actions": ["a/*"]}, True),
        ({"actions": ["a/*"]}, {"actions": ["a/b/read"]}, False),
        ({"actions": ["a/*/Read"]}, {"actions": ["*/read"]}, True),
        ({"actions": ["a/b/write"]}, {"actions": ["*"], "notActions": ["a/b/write"]}, False),
        ({"actions": ["a/*"]}, {"actions": ["*"], "notActions": ["a/b/write"]}, False),
        ({"actions": ["a/*"], "notActions": ["A/b/*"]}, {"actions": ["*"], "notActions": ["a/b/write"]}, True),
        ({"actions": ["a/*/read"]}, {"actions": ["*"], "notActions": ["a/b/write", "c/*"]}, True),
        ({"dataActions": ["a/read"]}, {"actions": ["*"]}, False),
        ({"dataActions": ["a/read"]}, {"dataActions": ["*"]}, True),
        ({}, {"actions": ["a"]}, True),
    ],
)
def test_a_role_lies_within_another_where_that_can_be_shown(
    inner: dict[str, list[str]], outer: dict[str, list[str]], within: bool
) -> None:
    assert lies_within([inner], [{"actions": ["nothing"]}, outer]) is within
