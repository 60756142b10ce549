# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""copy_runas_roles where Azure forbids, lags, is full, answers late, or somebody else is at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import directory
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import assignment_name

from .access_estate import (
    CONDITION,
    CONTRIBUTOR,
    SLOW,
    Start,
    assign,
    assignments,
    codes,
    of_roles,
    principal,
    roles,
    session,
    small,
)

if TYPE_CHECKING:
    from .conftest import Azure


# What cannot be read


def test_a_subscription_that_forbids_reading_is_named_and_not_taken_for_empty(
    start_azure: Start, tmp_path: Path
) -> None:
    login = {
        "migration": {
            "secret": "FAKE-secret",
            "graph": "manage",
            "roles": [
                {"role": "Owner", "scope": "production"},
                {"role": "Reader", "scope": "finance/rg-invoices"},
            ],
        }
    }
    held = [{"role": "Reader", "scope": scope} for scope in ("production", "finance/rg-invoices", "finance/rg-payroll")]
    azure = start_azure(*small(tmp_path, roles=held, logins=login))
    planned = azure.call("copy_runas_roles", "aa", check=True)
    assert codes(planned) == ["RA901"] * 4
    assert planned["partial"] is True
    finance = next(item["id"] for item in azure.state()["subscriptions"] if item["name"] == "finance")
    eligible, vaults, listed, counted = planned["findings"]
    assert "The eligible role assignments" in eligible["sentence"]
    assert "The key vaults" in vaults["sentence"]
    assert listed["resource"] == f"/subscriptions/{finance}"
    assert "AuthorizationFailed" in listed["sentence"]
    assert "How many role assignments" in counted["sentence"]
    # What the one readable resource group shows is not lost.
    assert sorted(entry["scope"].rsplit("/", 1)[-1] for entry in planned["copied"])[-1] == "rg-invoices"
    assert len(planned["copied"]) == 2


def test_management_groups_that_forbid_reading_are_a_finding(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=/providers/*managementGroups*"])
    planned = azure.call("copy_runas_roles", "aa-plain", check=True)
    assert codes(planned) == ["RA901", "RA305"]
    assert "The list of management groups could not be read" in planned["findings"][0]["sentence"]
    assert roles(planned["copied"]) == ["Contributor"]


def test_a_role_that_cannot_be_read_is_not_copied(azure: Azure) -> None:
    path = f"path=*/roleDefinitions/{CONTRIBUTOR}*,times=0"
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,{path}"])
    planned = azure.call("copy_runas_roles", "aa-plain", check=True)
    assert [entry["reason"] for entry in planned["not_copied"]] == ["unreadable"]
    named = azure.call("copy_runas_roles", "aa-plain", check=True, include_privileged=[CONTRIBUTOR])
    assert [entry["role"] for entry in named["copied"]] == [CONTRIBUTOR]


def test_a_login_without_graph_is_told_of_principal_id(azure: Azure) -> None:
    refused = azure.call("copy_runas_roles", "aa-plain", check=True, login="blind")
    assert refused["failed"] is True
    assert "AzureRunAsConnection" in refused["msg"]
    assert "set principal_id" in refused["msg"]
    known = azure.call("copy_runas_roles", "aa-plain", check=True)
    found = known["source"][0]["principal_id"]
    planned = azure.call("copy_runas_roles", "aa-plain", check=True, login="blind", principal_id=found)
    assert planned["plan_fingerprint"] == known["plan_fingerprint"]
    assert codes(planned) == ["RA901", "RA305", "RA901", "RA901", "RA901"]
    enabled, dummy, *entra = (item["sentence"] for item in planned["findings"])
    assert "is enabled could not be read" in enabled
    assert all("the login needs" in sentence and "in Microsoft Graph" in sentence for sentence in entra)
    assert (planned["partial"], planned["proof"]["whole"]) == (True, False)


def test_access_of_a_deleted_service_principal_can_be_copied_by_its_id(azure: Azure) -> None:
    source = azure.call("copy_runas_roles", "aa-plain", check=True)["source"][0]
    with session(azure) as other:
        application = directory.find_application(other, source["application_id"])
        assert application is not None
        directory.delete_application(other, application["id"])
    gone = azure.call("copy_runas_roles", "aa-plain")
    assert (gone["changed"], codes(gone)) == (False, ["RA314", "RA304"])
    assert source["principal_id"] in gone["findings"][0]["sentence"]
    found = azure.call("copy_runas_roles", "aa-plain", check=True, copy_unused=True)
    assert roles(found["copied"]) == ["Contributor"]
    azure.control("PUT", "/faults", ["status=403,code=Authorization_RequestDenied,path=*/deletedItems/*,times=0"])
    unknown = azure.call("copy_runas_roles", "aa-plain")
    assert (unknown["changed"], codes(unknown), unknown["partial"]) == (False, ["RA302", "RA901"], True)
    options = {"principal_id": source["principal_id"].upper()}
    unused = azure.call("copy_runas_roles", "aa-plain", check=True, **options)
    assert codes(unused) == ["RA304"]
    planned = azure.call("copy_runas_roles", "aa-plain", check=True, copy_unused=True, **options)
    assert roles(planned["copied"]) == ["Contributor"]


def test_a_connection_without_application_id_is_named(start_azure: Start, tmp_path: Path) -> None:
    run_as = {"status": "incomplete", "missing": ["application_id"]}
    azure = start_azure(*small(tmp_path, accounts=[{"name": "aa", "identity": "system", "run_as": run_as}]))
    result = azure.call("copy_runas_roles", "aa")
    assert (result["changed"], codes(result)) == (False, ["RA301"])
    assert "Run As connection AzureRunAsConnection has no ApplicationId" in result["findings"][0]["sentence"]
    assert "principal_id" in result["findings"][0]["remedy"]
    assert azure.writes() == []


@pytest.mark.parametrize("account", ["aa-done", "aa-classic"])
def test_an_account_without_such_a_run_as_account_needs_nothing(azure: Azure, account: str) -> None:
    result = azure.call("copy_runas_roles", account)
    assert "failed" not in result
    assert (result["changed"], result["source"], result["findings"]) == (False, [], [])
    assert azure.writes() == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"connection": "Nowhere"}, "has no Run As connection Nowhere"),
        ({"principal_id": "run-as"}, "which is no object id"),
        ({"identity": "id-ops"}, "Give 'system' or the resource id"),
        ({"role_map": ["Contributor"]}, "role_map has the entry 'Contributor'"),
        ({"automation_account_name": "aa-nowhere"}, "aa-nowhere failed with status 404"),
        ({"secret": "FAKE-wrong"}, "AADSTS7000215"),
    ],
)
def test_bad_input_gives_one_sentence_and_changes_nothing(azure: Azure, options: dict[str, Any], sentence: str) -> None:
    result = azure.call("copy_runas_roles", "aa-plain", **options)
    assert result["failed"] is True
    assert sentence in result["msg"]
    assert "\n" not in result["msg"]
    assert azure.writes() == []


def test_a_user_assigned_identity_that_does_not_exist_is_named(azure: Azure) -> None:
    users = azure.call("enable_identity", "aa-identities", check=True)["identity"]["user_assigned_identities"]
    missing = users[0]["id"] + "-2"
    refused = azure.call("copy_runas_roles", "aa-plain", check=True, identity=missing)
    assert f"identity is {missing}, which does not exist" in refused["msg"]


# Limits


def test_a_full_subscription_is_refused_before_the_first_write(start_azure: Start, tmp_path: Path) -> None:
    """The subscription holds 4,000 role assignments: one of the login, 3,999 of an identity and the Run As account."""
    places = [f"production/rg-vms/Microsoft.Compute/virtualMachines/vm{number}" for number in range(3998)]
    crowd = {"name": "id-crowd", "roles": [{"role": "Reader", "scope": place} for place in places]}
    login = {
        "migration": {"secret": "FAKE-secret", "graph": "manage", "roles": [{"role": "Owner", "scope": "production"}]}
    }
    held = [{"role": "Reader", "scope": "production/rg-vms"}]
    azure = start_azure(*small(tmp_path, roles=held, logins=login, identities=[crowd]))
    for check in (True, False):
        refused = azure.call("copy_runas_roles", "aa", check=check)
        assert refused["failed"] is True
        assert "holds 4000 role assignments and would get 1 more; Azure allows 4000" in refused["msg"]
    assert azure.writes() == []


def test_role_assignments_are_counted_only_when_there_is_something_to_create(azure: Azure) -> None:
    def countings() -> list[str]:
        return [entry["path"] for entry in azure.requests() if "/roleAssignmentsUsageMetrics?" in entry["path"]]

    azure.call("enable_identity", "aa-plain")
    azure.call("copy_runas_roles", "aa-plain")
    assert len(countings()) == 1
    azure.forget_requests()
    azure.call("copy_runas_roles", "aa-plain")
    assert countings() == []


def test_a_login_that_may_not_count_lists_them(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*UsageMetrics*,times=0"])
    made = azure.call("copy_runas_roles", "aa")
    assert (codes(made), roles(made["copied"])) == ([], ["Reader"])
    lists = [entry["path"] for entry in azure.requests() if "/roleAssignments?api-version" in entry["path"]]
    assert len(lists) == 1


# Replication


def test_a_fresh_identity_that_azure_does_not_know_yet_is_waited_for(start_azure: Start) -> None:
    azure = start_azure(*SLOW)
    azure.call("enable_identity", "aa-plain")
    made = azure.call("copy_runas_roles", "aa-plain")
    assert made["changed"] is True
    answers = [entry["status"] for entry in azure.requests() if entry["method"] == "PUT"]
    assert answers[0] == 400
    assert answers[-1] == 201


def test_waiting_for_replication_has_an_end_and_the_next_run_finishes(start_azure: Start) -> None:
    azure = start_azure("--replication-delay", "600", "--set", "principal_checked_always=true")
    azure.call("enable_identity", "aa-plain")
    late = azure.call("copy_runas_roles", "aa-plain", replication_timeout=1)
    assert late["failed"] is True
    assert late["changed"] is False
    assert "after 1 seconds" in late["msg"]
    assert "raise replication_timeout" in late["msg"]
    azure.control("PUT", "/settings", {"principal_checked_always": False, "replication_delay": 0})
    assert azure.call("copy_runas_roles", "aa-plain")["changed"] is True


def test_no_other_refusal_is_repeated(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    azure.control("PUT", "/faults", ["status=400,code=SomethingElse,path=*/roleAssignments/*,method=PUT,times=0"])
    refused = azure.call("copy_runas_roles", "aa-plain")
    assert "SomethingElse" in refused["msg"]
    assert len([entry for entry in azure.requests() if entry["method"] == "PUT"]) == 1


def test_what_cannot_be_read_back_yet_is_not_called_done(start_azure: Start) -> None:
    azure = start_azure("--replication-delay", "600")
    azure.call("enable_identity", "aa-plain")
    made = azure.call("copy_runas_roles", "aa-plain", replication_timeout=1)
    assert made["failed"] is True
    assert made["changed"] is True
    assert "cannot be read back after 1 seconds" in made["msg"]


# Others at work


def test_the_same_role_assignment_under_another_name_is_unchanged(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    planned = azure.call("copy_runas_roles", "aa-plain", check=True)
    (change,) = planned["changes"]
    other = "00000000-0000-0000-0000-0000000000aa"
    assign(azure, change["after"]["principal_id"], change["after"]["scope"].upper(), CONTRIBUTOR, other)
    again = azure.call("copy_runas_roles", "aa-plain")
    assert again["changed"] is False
    assert again["unchanged"][0]["id"].endswith(other)


def test_another_condition_on_the_identity_is_a_finding(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    (change,) = azure.call("copy_runas_roles", "aa-plain", check=True)["changes"]
    scope, role = change["after"]["scope"], change["after"]["role_definition"]
    assign(azure, change["after"]["principal_id"], scope, role, "00000000-0000-0000-0000-0000000000aa", CONDITION)
    azure.forget_requests()
    again = azure.call("copy_runas_roles", "aa-plain")
    assert (again["changed"], codes(again)) == (False, ["RA306"])
    assert azure.writes() == []


@pytest.fixture
def lagging(start_azure: Start) -> tuple[Azure, dict[str, Any]]:
    """Return an Azure whose lists lag by two seconds, and the one role assignment that aa-plain's identity lacks.

    A fault holds the write or the last read before it back until the lag is over.
    """
    azure = start_azure()
    azure.call("enable_identity", "aa-plain")
    (change,) = azure.call("copy_runas_roles", "aa-plain", check=True)["changes"]
    azure.control("PUT", "/settings", {"replication_delay": 2})
    return azure, change["after"]


def test_what_another_process_created_meanwhile_counts_as_unchanged(lagging: tuple[Azure, dict[str, Any]]) -> None:
    azure, after = lagging
    other = "00000000-0000-0000-0000-0000000000aa"
    assign(azure, after["principal_id"], after["scope"], after["role_definition"], other)
    azure.control("PUT", "/faults", ["latency=3000,path=*/roleAssignments/*,method=PUT"])
    made = azure.call("copy_runas_roles", "aa-plain")
    assert "failed" not in made
    assert (made["changed"], made["changes"], made["copied"]) == (False, [], [])
    assert made["unchanged"][0]["id"].endswith(other)
    assert [entry["status"] for entry in azure.requests() if entry["method"] == "PUT"][-1] == 409


def test_what_another_process_created_with_another_condition_is_a_finding(
    lagging: tuple[Azure, dict[str, Any]],
) -> None:
    azure, after = lagging
    other = "00000000-0000-0000-0000-0000000000aa"
    assign(azure, after["principal_id"], after["scope"], after["role_definition"], other, CONDITION)
    azure.control("PUT", "/faults", ["latency=3000,path=*/roleAssignments/*,method=PUT"])
    made = azure.call("copy_runas_roles", "aa-plain")
    assert (made["failed"], made["changed"]) == (True, False)
    assert codes(made)[-1] == "RA306"
    assert other in made["findings"][-1]["remedy"]


def test_our_own_role_assignment_that_somebody_changed_is_not_overwritten(
    lagging: tuple[Azure, dict[str, Any]],
) -> None:
    azure, after = lagging
    ours = assignment_name(after["scope"], after["role_definition"], after["principal_id"])
    assign(azure, after["principal_id"], after["scope"], after["role_definition"], ours, CONDITION)
    azure.forget_requests()
    azure.control("PUT", "/faults", ["latency=4000,path=*/roleAssignmentsUsageMetrics*"])
    made = azure.call("copy_runas_roles", "aa-plain")
    assert (made["failed"], made["changed"]) == (True, False)
    assert "changed after it was read; it was left alone" in made["msg"]
    assert azure.writes() == []


def test_what_was_read_a_while_ago_is_read_again_before_the_write(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    changes = azure.call("copy_runas_roles", "aa-roles", check=True, kinds=["role_assignments"])["changes"]
    last = changes[-1]["after"]
    azure.control("PUT", "/settings", {"replication_delay": 2})
    ours = assignment_name(last["scope"], last["role_definition"], last["principal_id"])
    assign(azure, last["principal_id"], last["scope"], last["role_definition"], ours, CONDITION)
    first = changes[0]["target"].rsplit("/", 1)[-1]
    azure.control("PUT", "/faults", [f"latency=6000,path=*/roleAssignments/{first}*,method=PUT"])
    made = azure.call("copy_runas_roles", "aa-roles", max_parallel=1, kinds=["role_assignments"])
    assert (made["failed"], len(made["copied"])) == (True, 4)
    assert "changed after it was read; it was left alone" in made["msg"]


# Failures on the way


def test_one_refused_role_assignment_does_not_stop_the_others(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    path = "path=*/resourceGroups/rg-vms/providers/Microsoft.Authorization/roleAssignments/*"
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,{path},method=PUT,times=0"])
    made = azure.call("copy_runas_roles", "aa-roles")
    assert (made["failed"], made["changed"], made["partial"]) == (True, True, True)
    assert len(of_roles(made["copied"])) == 4
    assert [entry["after"]["role"] for entry in made["not_changed"]] == ["Virtual Machine Contributor"]
    azure.control("DELETE", "/faults")
    rest = azure.call("copy_runas_roles", "aa-roles")
    assert roles(rest["copied"]) == ["Virtual Machine Contributor"]


def test_a_write_whose_answer_was_lost_is_recognised(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    azure.control("PUT", "/faults", ["drop=after,path=*/roleAssignments/*,method=PUT,times=0"])
    broken = azure.call("copy_runas_roles", "aa-plain")
    assert (broken["failed"], broken["changed"]) == (True, False)
    azure.control("DELETE", "/faults")
    again = azure.call("copy_runas_roles", "aa-plain")
    assert "failed" not in again
    assert (again["changed"], roles(again["unchanged"])) == (False, ["Contributor"])
    assert len(assignments(azure, principal(azure, "aa-plain"))) == 1


def test_azure_refusing_one_more_role_assignment_is_told(start_azure: Start) -> None:
    azure = start_azure("--set", "role_assignment_limit=1")
    azure.call("enable_identity", "aa-plain")
    refused = azure.call("copy_runas_roles", "aa-plain")
    assert refused["failed"] is True
    assert "RoleAssignmentLimitExceeded" in refused["msg"]
