# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Smaller roles from evidence: what the runbooks call, and what the Activity Log shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .suggest_estate import MACHINES, START, STOP, codes, did, estate, reasons, subscription, suggested, vm

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]


def test_starting_and_stopping_machines_leads_to_virtual_machine_contributor_there(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*estate(tmp_path))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Virtual Machine Contributor", "rg-a"), ("Virtual Machine Contributor", "rg-b")}
    scope = subscription(azure)
    assert result["role_map"] == [
        {
            "role": "Contributor",
            "scope": scope,
            "to": [
                {"role": "Virtual Machine Contributor", "scope": f"{scope}/resourceGroups/rg-a"},
                {"role": "Virtual Machine Contributor", "scope": f"{scope}/resourceGroups/rg-b"},
            ],
        }
    ]
    assert result["not_covered"] == []
    assert azure.writes() == []


def test_each_suggestion_names_its_evidence(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    first = azure.call("suggest_roles", "aa")["suggestions"][0]
    calls = {(use["runbook"], use["version"], use["line"], use["cmdlet"]) for use in first["evidence"]["runbooks"]}
    assert calls == {
        ("Machines", "published", 5, "Get-AzVM"),
        ("Machines", "published", 6, "Start-AzVM"),
        ("Machines", "published", 7, "Stop-AzVM"),
    }
    log = {(one["operation"], one["resource_group"], one["count"]) for one in first["evidence"]["activity"]}
    assert log == {(START, "rg-a", 60), (STOP, "rg-a", 60)}
    assert all(one["first"] < one["last"] for one in first["evidence"]["activity"])
    assert first["instead_of"]["role"] == "Contributor"
    assert first["fit"] == "general"


def test_the_log_alone_is_enough(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, script="Write-Output 'nothing of Azure'"))
    assert suggested(azure.call("suggest_roles", "aa")) == MACHINES


def test_without_a_log_the_scope_of_today_is_assumed_and_said_to_be(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, activity=[]))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Virtual Machine Contributor", subscription(azure).rsplit("/", 1)[-1])}
    assert result["suggestions"][0]["scope_assumed"] is True
    assert {"RA340", "RA347"} <= codes(result)
    assert result["role_map"][0]["to"] == ["Virtual Machine Contributor"]


def test_a_resource_group_that_a_runbook_names_is_its_scope(start_azure: Start, tmp_path: Path) -> None:
    script = "$g = 'RG-A'\nStart-AzVM -ResourceGroupName $g -Name x\n"
    azure = start_azure(*estate(tmp_path, script=script, activity=[]))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Virtual Machine Contributor", "rg-a")}
    assert "RA347" not in codes(result)


@pytest.mark.parametrize(
    ("level", "scopes"), [("resource", {"vm1"}), ("resource_group", {"rg-a", "rg-b"}), ("subscription", None)]
)
def test_scopes_are_as_narrow_as_asked_for(
    start_azure: Start, tmp_path: Path, level: str, scopes: set[str] | None
) -> None:
    azure = start_azure(*estate(tmp_path))
    found = suggested(azure.call("suggest_roles", "aa", scope_level=level))
    assert {scope for dummy, scope in found} == (scopes or {subscription(azure).rsplit("/", 1)[-1]})


@pytest.mark.parametrize(
    "settings",
    [("activity_log_takes_caller=false",), ("activity_log_names_application=true",), ("empty_pages=false",)],
)
def test_it_does_not_matter_how_the_log_names_callers(
    start_azure: Start, tmp_path: Path, settings: tuple[str, ...]
) -> None:
    azure = start_azure(*estate(tmp_path, *(word for one in settings for word in ("--set", one))))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == MACHINES
    assert [one["operations"] for one in result["looked_at"]["logs"]] == [240]


def test_what_others_did_is_no_evidence(start_azure: Start, tmp_path: Path) -> None:
    others = [did("Microsoft.Storage/storageAccounts/delete", vm("rg-a"), principal="somebody")]
    for setting in ("activity_log_takes_caller=false", "activity_log_takes_caller=true"):
        members = {"activity": others, "script": "", "applications": [{"name": "somebody"}]}
        azure = start_azure(*estate(tmp_path, "--set", setting, **members))
        result = azure.call("suggest_roles", "aa")
        assert (result["suggestions"], result["role_map"]) == ([], [])


def test_what_azure_policy_notes_of_a_request_is_no_evidence(start_azure: Start, tmp_path: Path) -> None:
    noted = did("Microsoft.Authorization/policies/audit/action", vm("rg-a"))
    result = start_azure(*estate(tmp_path, script="", activity=[noted])).call("suggest_roles", "aa")
    assert (result["suggestions"], result["not_covered"]) == ([], [])


def test_what_was_refused_leads_to_no_role(start_azure: Start, tmp_path: Path) -> None:
    refused = [did("Microsoft.KeyVault/vaults/delete", vm("rg-a"), status="Forbidden")]
    azure = start_azure(*estate(tmp_path, script="", activity=refused))
    result = azure.call("suggest_roles", "aa")
    assert result["suggestions"] == []
    assert reasons(result) == {("refused", "Microsoft.KeyVault/vaults/delete")}
    assert "RA345" in codes(result)


def test_nothing_is_suggested_that_no_role_of_today_allows(start_azure: Start, tmp_path: Path) -> None:
    script = "Get-AzKeyVaultSecret -VaultName v -Name s\nNew-AzStorageAccountKey -ResourceGroupName rg-a -Name x\n"
    azure = start_azure(*estate(tmp_path, script=script, activity=[], roles=["Reader"]))
    result = azure.call("suggest_roles", "aa")
    assert result["suggestions"] == []
    assert {reason for reason, dummy in reasons(result)} == {"no_role_today"}
    assert "data:Microsoft.KeyVault/vaults/secrets/getSecret/action" in {what for dummy, what in reasons(result)}


def test_a_cmdlet_of_no_table_is_reported_with_its_line_until_somebody_says_what_it_needs(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*estate(tmp_path, script="# first\nGrant-AzWonder -Name x\n", activity=[]))
    result = azure.call("suggest_roles", "aa")
    assert [(item["reason"], item["text"], item["line"]) for item in result["not_covered"]] == [
        ("unknown_cmdlet", "Grant-AzWonder", 2)
    ]
    assert "RA342" in codes(result)
    own = {"grant-azwonder": ["Microsoft.Network/dnsZones/write"]}
    assert suggested(azure.call("suggest_roles", "aa", cmdlet_operations=own)) == {
        ("DNS Zone Contributor", subscription(azure).rsplit("/", 1)[-1])
    }


def test_what_a_text_does_not_tell_is_listed(start_azure: Start, tmp_path: Path) -> None:
    lines = ["az vm start --name x", "Invoke-AzRestMethod -Path /x", "& $what -Password 'FAKE-password'", "iex $text"]
    script = "\n".join([*lines, "Get-AzureVM"])
    runbooks = [
        {"name": "Odd", "text": script},
        {"name": "Snake", "type": "Python3", "text": "import azure.mgmt.compute\n"},
        {"name": "Deploys", "text": "New-AzResourceGroupDeployment -ResourceGroupName rg-a -TemplateFile x\n"},
    ]
    accounts = [{"name": "aa", "run_as": {"application": "run-as"}, "runbooks": runbooks}]
    result = start_azure(*estate(tmp_path, accounts=accounts, activity=[])).call("suggest_roles", "aa")
    assert {(item["runbook"], item["reason"], item["line"]) for item in result["not_covered"]} == {
        ("Odd", "command_line", 1),
        ("Odd", "rest", 2),
        ("Odd", "computed", 3),
        ("Odd", "code_in_text", 4),
        ("Odd", "classic", 5),
        ("Snake", "python", 1),
        ("Deploys", "depends", 1),
    }
    assert "FAKE-password" not in str(result)


def test_a_draft_is_evidence_that_is_said_to_be_a_draft(start_azure: Start, tmp_path: Path) -> None:
    runbook = {"name": "R", "text": "Write-Output 1", "draft": "Start-AzVM -Name x -ResourceGroupName rg-a"}
    accounts = [{"name": "aa", "run_as": {"application": "run-as"}, "runbooks": [runbook]}]
    result = start_azure(*estate(tmp_path, accounts=accounts, activity=[])).call("suggest_roles", "aa")
    assert [use["version"] for use in result["suggestions"][0]["evidence"]["runbooks"]] == ["draft"]


def test_azurerm_cmdlets_count_by_their_twins(start_azure: Start, tmp_path: Path) -> None:
    script = "Get-AzureRmVM -ResourceGroupName rg-b | Restart-AzureRmVM\n"
    azure = start_azure(*estate(tmp_path, script=script, activity=[did(START, vm("rg-b"))]))
    assert suggested(azure.call("suggest_roles", "aa")) == {("Virtual Machine Contributor", "rg-b")}


def test_owner_gives_way_and_is_never_suggested(start_azure: Start, tmp_path: Path) -> None:
    gives = did("Microsoft.Authorization/roleAssignments/write", "production/rg-a")
    azure = start_azure(*estate(tmp_path, script="", activity=[did(START, vm("rg-a")), gives], roles=["Owner"]))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Virtual Machine Contributor", "rg-a")}
    assert reasons(result) == {("no_role", "microsoft.authorization/roleassignments/write")}


def test_contributor_is_suggested_only_where_nothing_else_allows_it_and_that_is_said(
    start_azure: Start, tmp_path: Path
) -> None:
    activity = [
        did("Microsoft.AnalysisServices/servers/suspend/action", "production/rg-a/Microsoft.AnalysisServices/servers/s")
    ]
    azure = start_azure(*estate(tmp_path, script="", activity=activity))
    result = azure.call("suggest_roles", "aa")
    assert [(item["role"], item["fit"]) for item in result["suggestions"]] == [("Contributor", "everything")]
    assert suggested(result) == {("Contributor", "rg-a")}
    said = next(item for item in result["findings"] if item["code"] == "RA343")
    assert "microsoft.analysisservices/servers/suspend/action" in said["sentence"]


def test_a_role_of_ones_own_is_narrowed_and_never_widened(start_azure: Start, tmp_path: Path) -> None:
    own = {"name": "Only Starts", "actions": [START, "Microsoft.Compute/virtualMachines/read"]}
    members = {"custom_roles": [own], "roles": ["Only Starts"], "activity": [did(START, vm("rg-a"))]}
    azure = start_azure(*estate(tmp_path, **members))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Only Starts", "rg-a")}
    assert ("no_role_today", "microsoft.compute/virtualmachines/deallocate/action") in {
        (reason, what.lower()) for reason, what in reasons(result)
    }


def test_roles_that_somebody_made_are_considered_when_asked_for(start_azure: Start, tmp_path: Path) -> None:
    own = {"name": "Power Switch", "actions": [START, STOP, "Microsoft.Compute/virtualMachines/*/read"]}
    own["actions"] = [*own["actions"], "Microsoft.Compute/virtualMachines/read"]
    azure = start_azure(*estate(tmp_path, custom_roles=[own]))
    assert suggested(azure.call("suggest_roles", "aa")) == MACHINES
    assert suggested(azure.call("suggest_roles", "aa", custom_roles=True)) == {
        ("Power Switch", "rg-a"),
        ("Power Switch", "rg-b"),
    }


def test_a_role_with_a_condition_is_left_as_it_is(start_azure: Start, tmp_path: Path) -> None:
    roles = [{"role": "Contributor", "condition": "((!(ActionMatches{'x'})))"}]
    result = start_azure(*estate(tmp_path, roles=roles)).call("suggest_roles", "aa")
    assert result["role_map"] == []
    assert "RA348" in codes(result)


def test_a_role_that_nothing_was_seen_to_need_is_left_and_reported(start_azure: Start, tmp_path: Path) -> None:
    roles = ["Contributor", {"role": "Network Contributor", "scope": "production/rg-quiet"}]
    result = start_azure(*estate(tmp_path, roles=roles)).call("suggest_roles", "aa")
    assert [rule["role"] for rule in result["role_map"]] == ["Contributor"]
    said = next(item["sentence"] for item in result["findings"] if item["code"] == "RA346")
    assert said.startswith("Nothing was seen that needs Network Contributor at")


def test_a_role_at_a_management_group_gives_way_inside_it(start_azure: Start, tmp_path: Path) -> None:
    members = {
        "management_groups": [{"name": "mg-top"}],
        "subscriptions": [{"name": "production", "management_group": "mg-top", "resource_groups": ["rg-a", "rg-b"]}],
        "roles": [{"role": "Contributor", "scope": "mg:mg-top"}],
    }
    result = start_azure(*estate(tmp_path, **members)).call("suggest_roles", "aa")
    assert suggested(result) == MACHINES
    assert result["role_map"][0]["scope"].endswith("/managementGroups/mg-top")


def test_a_resource_group_that_is_gone_leads_to_no_suggestion(start_azure: Start, tmp_path: Path) -> None:
    gone = "/subscriptions/{}/resourceGroups/RG-GONE/providers/Microsoft.Compute/virtualMachines/vm1"
    azure = start_azure(*estate(tmp_path))
    known = azure.account("aa")["subscription_id"]
    again = start_azure(*estate(tmp_path, script="", activity=[did(START, gone.format(known))]))
    result = again.call("suggest_roles", "aa")
    assert result["suggestions"] == []
    assert "RA349" in codes(result)
