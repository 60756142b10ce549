# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""copy_runas_roles on the simulator: all that the Run As account may do, and nothing that nobody asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import directory

from .access_estate import (
    CONTRIBUTOR,
    Start,
    assignments,
    codes,
    of_roles,
    principal,
    roles,
    session,
    small,
    without_ids,
)

if TYPE_CHECKING:
    from .conftest import Azure

KNOWN_AFTER_APPLY = "(known after apply)"


# The whole of it


def test_check_mode_before_the_identity_exists_predicts_the_run(azure: Azure) -> None:
    predicted = azure.call("copy_runas_roles", "aa-roles", check=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    principals = {
        change["after"].get("principal_id") or change["after"]["object_id"] for change in predicted["changes"]
    }
    assert principals == {KNOWN_AFTER_APPLY}
    azure.call("enable_identity", "aa-roles")
    approved = predicted["plan_fingerprint"]
    assert azure.call("copy_runas_roles", "aa-roles", check=True)["plan_fingerprint"] == approved
    made = azure.call("copy_runas_roles", "aa-roles", expect_plan=approved)
    assert made["changed"] is True
    assert without_ids(made["changes"]) == without_ids(predicted["changes"])
    assert made["diff"] == predicted["diff"]


def test_the_identity_gets_exactly_what_the_run_as_account_has_but_for_what_is_dangerous(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    made = azure.call("copy_runas_roles", "aa-roles")
    assert roles(made["copied"]) == [
        "Contributor",
        "Reader",
        "Storage Blob Data Contributor",
        "VM Restarter",
        "Virtual Machine Contributor",
    ]
    source = assignments(azure, made["source"][0]["principal_id"])
    identity = assignments(azure, made["identity"]["principal_id"])
    (left_out,) = source - identity
    assert left_out[1] == "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    assert identity < source
    assert any(condition and description for *dummy, condition, description in identity)
    assert [(entry["role"], entry["reason"]) for entry in made["not_copied"]] == [
        ("Owner", "privileged"),
        ("automation-operators", "not asked for"),
    ]
    assert [(entry["kind"], entry["role"]) for entry in made["copied"] if entry["kind"] != "role_assignment"] == [
        ("vault_policy", "Access policy (keys: wrapKey; secrets: Get, List)")
    ]
    assert set(codes(made)) == {"RA303", "RA305", "RA334"}


def test_a_second_run_changes_nothing(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    copied = azure.call("copy_runas_roles", "aa-roles")["copied"]
    azure.forget_requests()
    again = azure.call("copy_runas_roles", "aa-roles")
    assert again["changed"] is False
    assert again["unchanged"] == copied
    assert azure.writes() == []


def test_each_role_assignment_costs_one_write_and_no_read_of_its_own(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    azure.forget_requests()
    made = azure.call("copy_runas_roles", "aa-roles")
    ids = [change["target"] for change in made["changes"]]
    single = [entry for entry in azure.requests() if entry["path"].split("?")[0] in ids]
    assert [entry["method"] for entry in single if "/roleAssignments/" in entry["path"]] == ["PUT"] * 5
    definitions = [entry["path"] for entry in azure.requests() if "/roleDefinitions/" in entry["path"]]
    # Six roles of its own, one of its group.
    assert len(definitions) == len(set(definitions)) == 7


def test_management_groups_are_read_and_written(start_azure: Start, tmp_path: Path) -> None:
    login = {
        "migration": {"secret": "FAKE-secret", "graph": "manage", "roles": [{"role": "Owner", "scope": "mg:mg-top"}]}
    }
    held = [{"role": "Reader", "scope": "mg:mg-top"}, {"role": "Reader", "scope": "finance"}]
    azure = start_azure(*small(tmp_path, roles=held, logins=login))
    made = azure.call("copy_runas_roles", "aa")
    scopes = [entry["scope"] for entry in made["copied"]]
    assert scopes[0] == "/providers/Microsoft.Management/managementGroups/mg-top"
    assert len(scopes) == 2
    assert azure.call("copy_runas_roles", "aa")["changed"] is False


def test_what_is_inherited_from_an_unreadable_management_group_is_seen_in_the_subscription(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*small(tmp_path, roles=[{"role": "Reader", "scope": "mg:mg-top"}]))
    planned = azure.call("copy_runas_roles", "aa", check=True)
    assert [entry["scope"] for entry in planned["copied"]] == [
        "/providers/Microsoft.Management/managementGroups/mg-top"
    ]
    refused = azure.call("copy_runas_roles", "aa")
    assert refused["failed"] is True
    assert "AuthorizationFailed" in refused["msg"]


def test_the_record_is_in_the_ledger(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    made = azure.call("copy_runas_roles", "aa-plain")
    records = _ledger.read_journal(Path(made["ledger"]))
    intended = [
        record["change"] for record in records if record["event"] == "intend" and record["step"] == "copy_runas_roles"
    ]
    assert intended == made["changes"]
    done, proved = records[-2:]
    assert done["facts"] == {"id": made["changes"][0]["target"], "created": True}
    assert proved["proof"] == made["proof"]


def test_afterwards_both_principals_are_compared(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    planned = azure.call("copy_runas_roles", "aa-plain", check=True)
    made = azure.call("copy_runas_roles", "aa-plain")
    assert made["proof"] == planned["proof"]
    counts = {"compared": 1, "same": 1, "as_asked": 0}
    assert made["proof"] == {"verdict": "equal", **counts, "differences": [], "whole": True}


def test_less_than_before_is_narrower_as_mapped(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    made = azure.call("copy_runas_roles", "aa-plain", role_map=["Contributor=Reader"])
    assert (made["proof"]["verdict"], made["proof"]["as_asked"]) == ("narrower as mapped", 1)


def test_what_is_dangerous_is_a_difference_with_its_reason(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    made = azure.call("copy_runas_roles", "aa-roles")
    assert made["proof"]["verdict"] == "different"
    assert {entry["how"] for entry in made["proof"]["differences"]} == {"privileged", "not asked for"}
    again = azure.call("copy_runas_roles", "aa-roles")
    assert again["proof"] == made["proof"]
    assert [record["event"] for record in _ledger.read_journal(Path(again["ledger"]))].count("proof") == 1


def test_an_account_that_shares_its_application_gets_its_own_copy(azure: Azure) -> None:
    for account in ("aa-shared-east", "aa-shared-west"):
        azure.call("enable_identity", account)
        assert azure.call("copy_runas_roles", account)["changed"] is True
    east, west = (principal(azure, account) for account in ("aa-shared-east", "aa-shared-west"))
    assert east != west
    assert assignments(azure, east) == assignments(azure, west)


# Identities


def test_an_account_without_identity_is_refused_naming_the_remedy(azure: Azure) -> None:
    refused = azure.call("copy_runas_roles", "aa-plain")
    assert refused["failed"] is True
    assert "aa-plain does not have a system-assigned identity" in refused["msg"]
    assert "enable_identity" in refused["msg"]
    assert azure.writes() == []


def test_a_user_assigned_identity_keeps_what_it_has(azure: Azure) -> None:
    users = azure.call("enable_identity", "aa-identities", check=True)["identity"]["user_assigned_identities"]
    scaling = next(user for user in users if user["id"].endswith("id-scaling"))
    before = assignments(azure, scaling["principal_id"])
    made = azure.call("copy_runas_roles", "aa-identities", identity=scaling["id"].upper())
    assert made["identity"]["principal_id"] == scaling["principal_id"]
    assert roles(made["copied"]) == ["Contributor"]
    assert len(before) == 1
    assert before < assignments(azure, scaling["principal_id"])


def test_a_user_assigned_identity_that_is_still_to_be_attached_can_be_planned_for(azure: Azure) -> None:
    users = azure.call("enable_identity", "aa-identities", check=True)["identity"]["user_assigned_identities"]
    options = {"identity": users[0]["id"]}
    predicted = azure.call("copy_runas_roles", "aa-plain", check=True, **options)
    assert predicted["identity"]["principal_id"] == users[0]["principal_id"]
    refused = azure.call("copy_runas_roles", "aa-plain", **options)
    assert f"does not have the user-assigned identity {users[0]['id']}" in refused["msg"]
    named = {"type": "UserAssigned", "user_assigned_identities": {"id": [users[0]["id"]]}}
    azure.call("enable_identity", "aa-plain", identity=named)
    made = azure.call("copy_runas_roles", "aa-plain", expect_plan=predicted["plan_fingerprint"], **options)
    assert made["changes"] == predicted["changes"]


# What is left out


def test_dangerous_roles_are_copied_when_named(azure: Azure) -> None:
    planned = azure.call("copy_runas_roles", "aa-roles", check=True, include_privileged=["owner"])
    assert "Owner" in roles(planned["copied"])
    assert roles(planned["not_copied"]) == []


@pytest.mark.parametrize(
    ("account", "why"), [("aa-expired", "its certificate expired on"), ("aa-incomplete", "lacks the certificate asset")]
)
def test_access_that_nobody_can_use_does_not_come_back_to_life(azure: Azure, account: str, why: str) -> None:
    left_out = azure.call("copy_runas_roles", account)
    assert left_out["changed"] is False
    assert [entry["reason"] for entry in left_out["not_copied"]] == ["unused"]
    (sentence,) = [finding["sentence"] for finding in left_out["findings"] if finding["code"] == "RA304"]
    assert why in sentence
    assert azure.writes() == []
    assert roles(azure.call("copy_runas_roles", account, check=True, copy_unused=True)["copied"]) == ["Contributor"]


def test_a_disabled_service_principal_is_unused(azure: Azure) -> None:
    source = azure.call("copy_runas_roles", "aa-plain", check=True)["source"][0]["principal_id"]
    with session(azure) as other:
        directory.set_account_enabled(other, source, False)
    planned = azure.call("copy_runas_roles", "aa-plain", check=True)
    assert [entry["reason"] for entry in planned["not_copied"]] == ["unused"]
    assert planned["source"][0]["unused_because"] == "its service principal is disabled"


def test_after_the_service_principal_was_disabled_what_was_copied_is_still_unchanged(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    made = azure.call("copy_runas_roles", "aa-plain")
    with session(azure) as other:
        directory.set_account_enabled(other, made["source"][0]["principal_id"], False)
    again = azure.call("copy_runas_roles", "aa-plain")
    assert (again["changed"], again["not_copied"]) == (False, [])
    assert again["unchanged"] == made["copied"]


def test_role_map_and_exclude_as_a_survey_gives_them(azure: Azure) -> None:
    text = "Contributor=Reader+Virtual Machine Contributor\nVM Restarter="
    planned = azure.call(
        "copy_runas_roles", "aa-roles", check=True, role_map=text, exclude="Storage Blob Data Contributor"
    )
    assert roles(planned["copied"]) == [
        "Reader",
        "Reader",
        "Virtual Machine Contributor",
        "Virtual Machine Contributor",
    ]
    reasons = sorted(entry["reason"] for entry in of_roles(planned["not_copied"]))
    assert reasons == ["excluded", "privileged", "role_map"]
    assert "RA305" not in codes(planned)


def test_a_role_can_be_mapped_to_a_custom_role_of_another_subscription(azure: Azure) -> None:
    scope = azure.call("copy_runas_roles", "aa-expired", check=True, copy_unused=True)["copied"][0]["scope"]
    rule = {"role": CONTRIBUTOR.upper(), "scope": scope, "to": ["vm restarter"]}
    planned = azure.call("copy_runas_roles", "aa-expired", check=True, copy_unused=True, role_map=[rule])
    assert [(entry["role"], entry["scope"]) for entry in planned["copied"]] == [("VM Restarter", scope)]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"role_map": ["Contributor=Raeder"]}, "role_map names the role Raeder"),
        ({"role_map": ["Contributer=Reader"]}, "role_map names the role Contributer"),
        ({"role_map": ["Contributor=00000000-0000-0000-0000-00000000dead"]}, "00000000dead"),
        ({"exclude": ["Ownr"]}, "exclude names the role Ownr"),
        ({"include_privileged": ["Ownr"]}, "include_privileged names the role Ownr"),
    ],
)
def test_a_role_that_is_nowhere_stops_all_before_the_first_write(
    azure: Azure, options: dict[str, Any], option: str
) -> None:
    azure.call("enable_identity", "aa-roles")
    azure.forget_requests()
    for check in (True, False):
        refused = azure.call("copy_runas_roles", "aa-roles", check=check, **options)
        assert refused["failed"] is True
        assert option in refused["msg"]
    assert azure.writes() == []
