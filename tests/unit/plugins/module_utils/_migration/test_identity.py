# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which identities an account should have, and what is sent to Azure for it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.identity import (
    Identity,
    Wanted,
    hybrid_groups,
    identity_fact,
    merged,
    observed_identity,
    plan_identity,
    refuse_loss,
    request_body,
    wanted_identity,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import KNOWN_AFTER_APPLY, StepError

ACCOUNT = AccountId("s", "rg", "aa")
USERS = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"
ONE, TWO = USERS + "One", USERS + "Two"


def identity(system: bool = False, *users: str, principal: str | None = None) -> Identity:
    return Identity(system, {user.lower(): user for user in users}, principal or ("p" if system else None))


@pytest.mark.parametrize(
    ("answer", "system", "users"),
    [
        ({}, False, []),
        ({"identity": None}, False, []),
        ({"identity": {"type": "SystemAssigned", "principalId": "p"}}, True, []),
        ({"identity": {"type": "systemassigned", "principalId": "p"}}, True, []),
        ({"identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {ONE: {}}}}, True, [ONE]),
        ({"identity": {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {ONE: {}}}}, True, [ONE]),
        ({"identity": {"type": "UserAssigned", "userAssignedIdentities": {ONE: {}, TWO: {}}}}, False, [ONE, TWO]),
        ({"identity": {"type": "None"}}, False, []),
    ],
)
def test_identities_are_read_in_every_spelling(answer: dict[str, Any], system: bool, users: list[str]) -> None:
    found = observed_identity(answer)
    assert found.system is system
    assert sorted(found.user_assigned.values()) == users


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        # Nothing that is there is dropped.
        (identity(), Wanted(True, {}), "SystemAssigned"),
        (identity(False, ONE), Wanted(True, {}), "SystemAssigned, UserAssigned"),
        (identity(True), Wanted(False, {ONE.lower(): ONE}), "SystemAssigned, UserAssigned"),
        # Absent removes just what is named.
        (identity(True, ONE), Wanted(False, {ONE.lower(): ONE}, absent=True), "SystemAssigned"),
        (identity(True, ONE), Wanted(True, {}, absent=True), "UserAssigned"),
        (identity(True), Wanted(True, {}, absent=True), "None"),
        # append: false replaces the user-assigned ones, and only these.
        (identity(True, ONE), Wanted(False, {TWO.lower(): TWO}, replace=True), "SystemAssigned, UserAssigned"),
    ],
)
def test_merging_keeps_what_is_not_named(before: Identity, wanted: Wanted, after: str) -> None:
    assert merged(before, wanted).type == after


def test_replacing_drops_the_user_assigned_identities_that_are_not_named() -> None:
    assert list(
        merged(identity(True, ONE), Wanted(False, {TWO.lower(): TWO}, replace=True)).user_assigned.values()
    ) == [TWO]


def test_an_identity_named_in_another_case_is_the_one_that_is_there() -> None:
    after = merged(identity(False, ONE), wanted_identity({"user_assigned_identities": option(ONE.upper())}, "present"))
    assert after == identity(False, ONE)


@pytest.mark.parametrize(
    ("before", "after", "body"),
    [
        (identity(), identity(True), {"type": "SystemAssigned"}),
        (
            identity(False, ONE),
            identity(True, ONE),
            {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {ONE: {}}},
        ),
        (
            identity(True, ONE, TWO),
            identity(True, TWO),
            {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {TWO: {}, ONE: None}},
        ),
        (identity(True, ONE), identity(True), {"type": "SystemAssigned"}),
        (identity(True, ONE), identity(), {"type": "None"}),
    ],
)
def test_the_request_names_everything_that_is_to_stay(before: Identity, after: Identity, body: dict[str, Any]) -> None:
    assert request_body(before, after) == body


def option(*ids: str, append: bool = True) -> dict[str, Any]:
    return {"id": list(ids), "append": append}


def test_without_options_the_system_assigned_identity_is_meant() -> None:
    assert wanted_identity(None, "present") == Wanted(system=True, user_assigned={})


@pytest.mark.parametrize(
    ("option_value", "sentence"),
    [
        ({"type": "UserAssigned"}, "names no identity"),
        ({"type": "SystemAssigned", "user_assigned_identities": {"id": [ONE], "append": True}}, "Set type to"),
    ],
)
def test_contradictions_are_refused(option_value: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StepError, match=sentence):
        wanted_identity(option_value, "present")


def test_nothing_to_do_is_no_change() -> None:
    assert plan_identity(ACCOUNT, identity(True, ONE), identity(True, ONE.upper()), ()).changes == ()


def test_the_plan_shows_what_only_azure_decides() -> None:
    before = identity()
    change = plan_identity(ACCOUNT, before, merged(before, Wanted(True, {})), ()).changes[0]
    assert change.after == {
        "type": "SystemAssigned",
        "principal_id": KNOWN_AFTER_APPLY,
        "user_assigned_identities": [],
    }


def test_a_lost_identity_is_named() -> None:
    with pytest.raises(StepError, match="userAssignedIdentities/One"):
        refuse_loss(ACCOUNT, identity(False, ONE), identity(True, ONE), identity(True))


def test_a_system_identity_that_became_another_principal_is_a_loss() -> None:
    before = identity(True, principal="old")
    with pytest.raises(StepError, match="old, replaced by new"):
        refuse_loss(ACCOUNT, before, before, identity(True, principal="new"))


def test_client_ids_are_read_in_both_casings() -> None:
    account = {
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {ONE: {"PrincipalId": "p1", "ClientId": "c1"}, TWO: {"clientId": "c2"}},
        }
    }
    fact = identity_fact(account, observed_identity(account))
    assert [(user["principal_id"], user["client_id"]) for user in fact["user_assigned_identities"]] == [
        ("p1", "c1"),
        ("", "c2"),
    ]


def test_system_groups_run_no_jobs_of_the_account() -> None:
    groups = [
        {"name": "edge", "properties": {"groupType": "User"}},
        {"name": "vm_1", "properties": {"groupType": "System"}},
        {"name": "odd", "properties": None},
    ]
    assert hybrid_groups(groups) == ["edge", "odd"]
