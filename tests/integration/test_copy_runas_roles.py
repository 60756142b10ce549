# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""copy_runas_roles on the simulator: all that the Run As account may do, and nothing that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization, directory
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import (
    assignment_name,
    definition_id,
)

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
KNOWN_AFTER_APPLY = "(known after apply)"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
CONDITION = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'})))"
# Azure learns of a fresh identity late, and does not take principalType for an answer.
SLOW = ("--replication-delay", "2", "--set", "principal_checked_always=true")

# One account whose Run As account is Reader of one resource group, and whatever a test adds.
SMALL: dict[str, Any] = {
    "management_groups": [{"name": "mg-top"}],
    "subscriptions": [
        {"name": "production", "management_group": "mg-top", "resource_groups": ["rg-vms"]},
        {"name": "finance", "management_group": "mg-top", "resource_groups": ["rg-invoices", "rg-payroll"]},
    ],
    "accounts": [
        {
            "name": "aa",
            "identity": "system",
            "run_as": {"application": "run-as", "roles": [{"role": "Reader", "scope": "production/rg-vms"}]},
        }
    ],
}


def small(tmp_path: Path, *arguments: str, roles: list[Any] | None = None, **members: Any) -> tuple[str, ...]:
    """Write the small estate, with other roles of the Run As account or other members; return how to serve it."""
    estate = yaml.safe_load(yaml.safe_dump({**SMALL, **members}))
    if roles is not None:
        estate["accounts"][0]["run_as"]["roles"] = roles
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(estate))
    return ("--estate", str(path), *arguments)


@contextmanager
def session(azure: Azure, login: str = "migration") -> Iterator[Session]:
    """Open a session of somebody else's, to change things behind the step's back."""
    with Session(Login(**azure.login(login))) as opened:
        yield opened


def principal(azure: Azure, account: str, **options: Any) -> str:
    """Return the principal id of the identity that the step would give access to."""
    found: str = azure.call("copy_runas_roles", account, check=True, **options)["identity"]["principal_id"]
    return found


def assignments(azure: Azure, principal_id: str) -> set[tuple[Any, ...]]:
    """Return what a principal holds: scope, role, condition and description of each role assignment."""
    return {
        (
            properties["scope"].lower(),
            properties["roleDefinitionId"].rsplit("/", 1)[-1],
            properties["condition"],
            properties["description"],
        )
        for properties in (item["properties"] for item in azure.state()["role_assignments"])
        if properties["principalId"] == principal_id
    }


def assign(azure: Azure, principal_id: str, scope: str, role: str, name: str, condition: str | None = None) -> None:
    """Create a role assignment as somebody else would."""
    properties = {
        "roleDefinitionId": definition_id(scope, role),
        "principalId": principal_id,
        "principalType": "ServicePrincipal",
        **({"condition": condition, "conditionVersion": "2.0"} if condition else {}),
    }
    with session(azure) as other:
        authorization.put_assignment(other, scope, name, properties)


def codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def roles(entries: list[dict[str, Any]]) -> list[str]:
    return sorted(entry["role"] for entry in entries)


def without_ids(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return changes without what only Azure decides: the principal, and the names that follow from it."""
    return [
        {**change, "target": change["target"].rsplit("/", 1)[0], "after": {**change["after"], "principal_id": None}}
        for change in changes
    ]


# The whole of it


def test_check_mode_before_the_identity_exists_predicts_the_run(azure: Azure) -> None:
    predicted = azure.call("copy_runas_roles", "aa-roles", check=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    assert {change["after"]["principal_id"] for change in predicted["changes"]} == {KNOWN_AFTER_APPLY}
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
    assert any(condition and description for _, _, condition, description in identity)
    assert [(entry["role"], entry["reason"]) for entry in made["not_copied"]] == [("Owner", "privileged")]
    assert codes(made) == ["RA303", "RA305"]


def test_a_second_run_changes_nothing(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    copied = azure.call("copy_runas_roles", "aa-roles")["copied"]
    azure.forget_requests()
    again = azure.call("copy_runas_roles", "aa-roles")
    assert again["changed"] is False
    assert again["unchanged"] == copied
    assert azure.writes() == []


def test_each_role_assignment_costs_one_write_and_one_read_before_it(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    azure.forget_requests()
    made = azure.call("copy_runas_roles", "aa-roles")
    ids = [change["target"] for change in made["changes"]]
    single = [entry for entry in azure.requests() if entry["path"].split("?")[0] in ids]
    assert sorted(entry["method"] for entry in single) == ["GET"] * 5 + ["PUT"] * 5
    definitions = [entry["path"] for entry in azure.requests() if "/roleDefinitions/" in entry["path"]]
    assert len(definitions) == len(set(definitions)) == 6


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
    assert records[-1]["facts"] == {"id": made["changes"][0]["target"], "created": True}


# Identities


def test_an_account_without_identity_is_refused_naming_the_remedy(azure: Azure) -> None:
    refused = azure.call("copy_runas_roles", "aa-plain")
    assert refused["failed"] is True
    assert "aa-plain has no system-assigned identity" in refused["msg"]
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
    assert f"has no identity {users[0]['id']}" in refused["msg"]
    named = {"type": "UserAssigned", "user_assigned_identities": {"id": [users[0]["id"]]}}
    azure.call("enable_identity", "aa-plain", identity=named)
    made = azure.call("copy_runas_roles", "aa-plain", expect_plan=predicted["plan_fingerprint"], **options)
    assert made["changes"] == predicted["changes"]


# What is left out


def test_dangerous_roles_are_copied_when_named(azure: Azure) -> None:
    planned = azure.call("copy_runas_roles", "aa-roles", check=True, include_privileged=["owner"])
    assert "Owner" in roles(planned["copied"])
    assert planned["not_copied"] == []


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
    assert sorted(entry["reason"] for entry in planned["not_copied"]) == ["excluded", "privileged", "role_map"]
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
    assert codes(planned) == ["RA901", "RA901"]
    finance = next(item["id"] for item in azure.state()["subscriptions"] if item["name"] == "finance")
    listed, counted = planned["findings"]
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
    assert codes(planned) == ["RA901", "RA305"]
    assert "is enabled could not be read" in planned["findings"][0]["sentence"]


def test_access_of_a_deleted_service_principal_can_be_copied_by_its_id(azure: Azure) -> None:
    source = azure.call("copy_runas_roles", "aa-plain", check=True)["source"][0]
    with session(azure) as other:
        application = directory.find_application(other, source["application_id"])
        assert application is not None
        directory.delete_application(other, application["id"])
    gone = azure.call("copy_runas_roles", "aa-plain")
    assert (gone["changed"], codes(gone)) == (False, ["RA302"])
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
    assert "identity names a user-assigned identity that does not exist" in refused["msg"]
    assert missing in refused["msg"]


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
        lists = [entry["path"] for entry in azure.requests() if "/roleAssignments?" in entry["path"]]
        return [path for path in lists if "principalId" not in path]

    azure.call("enable_identity", "aa-plain")
    azure.call("copy_runas_roles", "aa-plain")
    assert len(countings()) == 1
    azure.forget_requests()
    azure.call("copy_runas_roles", "aa-plain")
    assert countings() == []


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
    azure.control("PUT", "/faults", [f"latency=3000,path=*/roleAssignments/{ours}*,method=GET"])
    made = azure.call("copy_runas_roles", "aa-plain")
    assert (made["failed"], made["changed"]) == (True, False)
    assert "changed after it was read; it was left alone" in made["msg"]
    assert azure.writes() == []


# Failures on the way


def test_one_refused_role_assignment_does_not_stop_the_others(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    path = "path=*/resourceGroups/rg-vms/providers/Microsoft.Authorization/roleAssignments/*"
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,{path},method=PUT,times=0"])
    made = azure.call("copy_runas_roles", "aa-roles")
    assert (made["failed"], made["changed"], made["partial"]) == (True, True, True)
    assert len(made["copied"]) == 4
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


def test_an_account_that_shares_its_application_gets_its_own_copy(azure: Azure) -> None:
    for account in ("aa-shared-east", "aa-shared-west"):
        azure.call("enable_identity", account)
        assert azure.call("copy_runas_roles", account)["changed"] is True
    east, west = (principal(azure, account) for account in ("aa-shared-east", "aa-shared-west"))
    assert east != west
    assert assignments(azure, east) == assignments(azure, west)
