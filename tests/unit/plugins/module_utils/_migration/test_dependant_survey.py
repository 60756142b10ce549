# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What depends on an account, judged from what was read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.dependant_survey import (
    Own,
    survey_dependants,
    without_credentials,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.dependant_survey_around import sharing
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.surroundings import (
    Surroundings,
    solution_kind,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.unread import Unread

ACCOUNT = AccountId("s1", "rg", "aa")
OTHER = AccountId("s1", "rg", "aa-other")
APPLICATION = "11111111-aaaa-4111-8111-111111111111"
ODD = "a'b\"{{ lookup('env','HOME') }}{0}<script>ü"
VAULT = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/rsv"
IN_VAULT = VAULT.replace("/subscriptions", "/Subscriptions")
GROUP = "/subscriptions/s1/resourceGroups/rg/providers/microsoft.insights/actionGroups/ag"
WORKSPACE = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/ws"


def survey(
    own: Own | None = None,
    using: Collection[str] | None = ("Uses",),
    applications: Collection[str] = (APPLICATION,),
    location: str | None = "westeurope",
    **around: Any,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the dependants, and the sentences of the findings by code."""
    surroundings = Surroundings(**{"subscriptions": ("s1",), **around})
    dependants, findings = survey_dependants(
        ACCOUNT, own or Own(), surroundings, applications, using, location=location
    )
    return dependants, {found.code: found.sentence for found in findings}


def test_nothing_depends_on_an_account_that_stands_alone() -> None:
    assert survey() == ([], {})


# Source control


def source_control(**properties: Any) -> Own:
    whole = {
        "repoUrl": "https://git.invalid/runbooks",
        "branch": "main",
        "folderPath": "/ops",
        "autoSync": True,
        "publishRunbook": True,
        **properties,
    }
    control_id = ACCOUNT.child("sourcecontrols", "git")
    return Own(source_controls=({"id": control_id, "name": "git", "properties": whole},))


@pytest.mark.parametrize(
    ("properties", "using", "applications", "code"),
    [
        ({}, ["Uses"], [], "RA610"),
        ({}, None, [], "RA610"),
        ({}, [], [APPLICATION], "RA610"),
        ({"autoSync": False}, ["Uses"], [], "RA611"),
        ({"autoSync": None}, ["Uses"], [], "RA611"),
        ({}, [], [], "RA612"),
    ],
)
def test_source_control_brings_old_code_back_where_there_is_any(
    properties: dict[str, Any], using: list[str] | None, applications: list[str], code: str
) -> None:
    (dependant,), found = survey(source_control(**properties), using, applications)
    assert list(found) == [code]
    assert "https://git.invalid/runbooks, branch main, folder /ops" in found[code]
    assert (dependant["kind"], dependant["uses_run_as"]) == ("source_control", None)


def test_a_source_control_tells_when_it_runs_and_what_comes_of_it() -> None:
    (always,), dummy = survey(source_control())
    assert always["sentence"].endswith("at every commit, and publishes them.")
    (drafts,), dummy = survey(source_control(autoSync=False, publishRunbook=False))
    assert drafts["sentence"].endswith("when somebody starts it, as drafts.")


def test_a_token_in_the_address_of_a_repository_is_shown_nowhere() -> None:
    url = "https://somebody:FAKE-token@git.invalid/runbooks?token=FAKE-token#FAKE-token"
    dependants, found = survey(source_control(repoUrl=url))
    assert "FAKE-token" not in f"{dependants}{found}"
    assert without_credentials(url) == "https://git.invalid/runbooks"
    assert without_credentials("https://[broken") == "an address that cannot be read"


# Update Management and State Configuration


def update_configuration(tasks: Any) -> Own:
    item = {"id": ACCOUNT.child("softwareUpdateConfigurations", "weekly"), "name": "weekly"}
    return Own(update_configurations=({**item, "properties": {"tasks": tasks}},))


@pytest.mark.parametrize(
    ("tasks", "uses", "codes"),
    [
        ({"preTask": {"source": "uses"}, "postTask": None}, True, ["RA625", "RA626"]),
        ({"preTask": {"source": "Clean"}, "postTask": {"source": "Uses"}}, True, ["RA625", "RA626"]),
        ({"preTask": {"source": "Clean"}}, False, ["RA625"]),
        ({"preTask": {"source": None}}, False, ["RA625"]),
        (None, False, ["RA625"]),
    ],
)
def test_update_configurations_start_runbooks(tasks: Any, uses: bool, codes: list[str]) -> None:
    (dependant,), found = survey(update_configuration(tasks))
    assert (dependant["uses_run_as"], list(found)) == (uses, codes)


def test_what_nobody_looked_at_is_not_known_to_be_clean() -> None:
    (dependant,), found = survey(update_configuration({"preTask": {"source": "Uses"}}), using=None)
    assert (dependant["uses_run_as"], list(found)) == (None, ["RA625"])


def test_state_configuration_is_named_and_not_judged() -> None:
    node = {"id": ACCOUNT.child("nodes", "1"), "name": "vm1"}
    old = {**node, "nodeConfiguration": {"name": "Web.localhost"}, "status": "Compliant"}
    new = {**node, "properties": {"nodeConfiguration": {"name": "Web.localhost"}, "status": "Compliant"}}
    configuration = {"id": ACCOUNT.child("configurations", "Web"), "name": "Web", "properties": {}}
    dependants, found = survey(Own(dsc_nodes=(old, new), dsc_configurations=(configuration,)))
    assert [item["kind"] for item in dependants] == ["dsc_node", "dsc_node", "dsc_configuration"]
    assert dependants[0]["sentence"] == dependants[1]["sentence"]
    assert found == {"RA635": "State Configuration has 2 nodes and 1 configurations in this account."}


# Site Recovery


def replicated(kind: str, health: Collection[str] = (), **details: Any) -> dict[str, Any]:
    whole = {"agentAutoUpdateStatus": "Enabled", "automationAccountArmId": ACCOUNT.arm_id.upper(), **details}
    return {
        "id": f"{IN_VAULT}/{kind}/m",
        "name": "m",
        "vault": VAULT,
        "properties": {
            "healthErrorDetails": [{"errorCategory": category} for category in health],
            "providerSpecificDetails": {name: value for name, value in whole.items() if value is not None},
        },
    }


def vault(location: str | None = "West Europe", state: str = "Succeeded") -> dict[str, Any]:
    return {"id": VAULT, "name": "rsv", "location": location, "state": state}


@pytest.mark.parametrize(
    ("details", "uses", "codes"),
    [
        ({}, True, ["RA701"]),
        ({"automationAccountAuthenticationType": "SystemAssignedIdentity"}, False, []),
        ({"agentAutoUpdateStatus": "Disabled"}, False, ["RA711"]),
        ({"agentAutoUpdateStatus": None}, False, ["RA711"]),
    ],
)
def test_container_mappings(details: dict[str, Any], uses: bool, codes: list[str]) -> None:
    (dependant,), found = survey(mappings=(replicated("mappings", **details),), vaults=(vault(),))
    assert (dependant["kind"], dependant["uses_run_as"], list(found)) == ("container_mapping", uses, codes)


@pytest.mark.parametrize(
    ("details", "uses"),
    [
        ({}, True),
        ({"automationAccountAuthenticationType": "RunAsAccount", "agentAutoUpdateStatus": None}, True),
        ({"automationAccountAuthenticationType": "SystemAssignedIdentity"}, False),
        ({"agentAutoUpdateStatus": "Disabled"}, False),
    ],
)
def test_protection_intents(details: dict[str, Any], uses: bool) -> None:
    (dependant,), found = survey(intents=(replicated("replicationProtectionIntents", **details),))
    assert (dependant["kind"], dependant["uses_run_as"]) == ("protection_intent", uses)
    assert list(found) == (["RA710"] if uses else [])


def test_what_names_another_account_is_no_dependant() -> None:
    others = {"automationAccountArmId": OTHER.arm_id}
    assert survey(mappings=(replicated("mappings", **others),), intents=(replicated("intents", **others),)) == ([], {})


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("AgentAutoUpdateRunAsAccount", "RA712"),
        ("AgentAutoUpdateRunAsAccountExpiry", "RA712"),
        ("agentautoupdaterunasaccountexpired", "RA712"),
        ("AgentAutoUpdateArtifactDeleted", "RA713"),
        ("VersionExpiry", "RA713"),
    ],
)
def test_site_recovery_tells_of_run_as_itself(category: str, code: str) -> None:
    mapping = replicated(
        "mappings", [category, "Replication"], automationAccountAuthenticationType="SystemAssignedIdentity"
    )
    dummy, found = survey(mappings=(mapping,))
    assert list(found) == [code]
    assert category in found[code]


@pytest.mark.parametrize(
    ("vault_region", "region", "told"),
    [
        ("West Europe", "westeurope", False),
        ("North Europe", "westeurope", True),
        (None, "westeurope", False),
        ("North Europe", None, False),
    ],
)
def test_account_and_vault_have_to_be_in_one_region(vault_region: str | None, region: str | None, told: bool) -> None:
    mapping = replicated("mappings", automationAccountAuthenticationType="SystemAssignedIdentity")
    dummy, found = survey(mappings=(mapping,), vaults=(vault(vault_region),), location=region)
    assert ("RA714" in found) is told


# Action groups


def receiver(**options: Any) -> dict[str, Any]:
    whole = {"group": GROUP, "name": "ag", "enabled": True, "account": ACCOUNT.arm_id, "runbook": "Uses"}
    return {**whole, "webhook": ACCOUNT.child("webhooks", "Alert"), "is_global": False, **options}


@pytest.mark.parametrize(
    ("options", "using", "uses", "codes"),
    [
        ({}, ["Uses"], True, ["RA620"]),
        ({}, [], False, []),
        ({}, None, None, []),
        ({"is_global": True}, ["Uses"], True, ["RA620"]),
        ({"is_global": True}, [], None, ["RA621"]),
        ({"runbook": None}, ["Uses"], None, []),
    ],
)
def test_action_groups_start_runbooks(
    options: dict[str, Any], using: list[str] | None, uses: bool | None, codes: list[str]
) -> None:
    (dependant,), found = survey(using=using, receivers=(receiver(**options),))
    assert (dependant["kind"], dependant["uses_run_as"], list(found)) == ("action_group", uses, codes)


def test_a_disabled_action_group_says_so() -> None:
    (dependant,), dummy = survey(receivers=(receiver(enabled=False),))
    assert dependant["sentence"].endswith("; it is disabled.")


# Solutions


def solution(kind: str, resources: Collection[str] = (), workspace: str | None = WORKSPACE) -> dict[str, Any]:
    solution_id = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.OperationsManagement/solutions/x"
    return {"id": solution_id, "name": "x", "kind": kind, "workspace": workspace, "resources": list(resources)}


@pytest.mark.parametrize(
    ("kind", "runbooks", "code"),
    [
        ("start-stop-vm", ["Uses", "Clean"], "RA630"),
        ("start-stop-vm", ["Clean"], "RA632"),
        ("start-stop-vm", [], "RA630"),
        ("updates", [], "RA631"),
    ],
)
def test_solutions_by_what_they_contain(kind: str, runbooks: list[str], code: str) -> None:
    parts = [ACCOUNT.child("schedules", "Daily"), *(ACCOUNT.child("runbooks", name) for name in runbooks)]
    (dependant,), found = survey(solutions=(solution(kind, parts, None),))
    assert (dependant["kind"], list(found)) == ("solution", [code])


def test_solutions_of_the_linked_workspace_belong_to_the_account() -> None:
    (dependant,), found = survey(Own(workspace=WORKSPACE.lower()), solutions=(solution("changetracking"),))
    assert (dependant["uses_run_as"], found) == (None, {})


def test_solutions_of_an_account_with_a_longer_name_do_not() -> None:
    theirs = solution("start-stop-vm", [OTHER.child("runbooks", "Uses")])
    assert survey(solutions=(theirs,)) == ([], {})


def test_the_kind_of_a_solution_is_its_product_or_its_name() -> None:
    assert solution_kind("Updates(ws)", None) == "updates"
    assert solution_kind("Start-Stop-VM[ws]", "") == "start-stop-vm"
    assert solution_kind("anything", "OMSGallery/Updates") == "updates"


# Other accounts


def holder(account: AccountId, application: str | None = APPLICATION, connection: str = "Run") -> dict[str, Any]:
    return {"account": account.arm_id, "connection": connection, "kind": "azure", "application_id": application}


def test_other_accounts_on_the_same_application_are_named_once() -> None:
    third = AccountId("s2", "rg", "aa-third")
    holders = (
        holder(ACCOUNT),
        holder(third),
        holder(OTHER, APPLICATION.upper(), "First"),
        holder(OTHER, APPLICATION, "Second"),
        holder(AccountId("s2", "rg", "aa-apart"), "another"),
        holder(AccountId("s2", "rg", "aa-classic"), None),
    )
    dependants, found = survey(applications=[APPLICATION, APPLICATION.upper()], holders=holders)
    assert [item["name"] for item in dependants] == ["aa-other", "aa-other", "aa-third"]
    assert list(found) == ["RA104"]
    assert found["RA104"].endswith("aa-other, aa-third.")


def test_who_shares_an_application_is_not_known_where_nobody_looked() -> None:
    assert sharing(Surroundings(holders=(holder(ACCOUNT), holder(OTHER))), ACCOUNT, APPLICATION) == [OTHER.arm_id]
    assert sharing(Surroundings(holders=()), ACCOUNT, APPLICATION) == []
    assert sharing(Surroundings(), ACCOUNT, APPLICATION) is None


# What could not be read


def test_each_part_that_could_not_be_read_is_told() -> None:
    missed = (
        {"what": "The action groups", "resource": "/subscriptions/s2", "reason": "403", "gone": False},
        {"what": "The container mappings", "resource": VAULT.upper(), "reason": "400", "gone": False},
        {"what": "The connections", "resource": OTHER.arm_id, "reason": "404", "gone": True},
    )
    own = Own(unread=(Unread("The source controls", ACCOUNT.arm_id, "403"),))
    dummy, findings = survey_dependants(
        ACCOUNT, own, Surroundings(("s1",), (vault(state="Failed"),), unread=missed), [], []
    )
    assert [(found.code, found.sentence.split(" could")[0]) for found in findings] == [
        ("RA901", "The source controls"),
        ("RA901", "The action groups"),
        ("RA715", "Vault RSV is in state Failed. The container mappings"),
        ("RA639", "The connections"),
    ]


def test_a_subscription_that_was_not_looked_at_is_told() -> None:
    dummy, found = survey(subscriptions=("s2",))
    assert "subscription s1 could not be read" in found["RA901"]


def test_odd_names_are_text_and_nothing_else() -> None:
    odd_id = ACCOUNT.child("sourcecontrols", ODD)
    control = {"id": odd_id, "name": ODD, "properties": {"repoUrl": f"https://git.invalid/{ODD}", "autoSync": True}}
    update = {"id": odd_id, "name": ODD, "properties": {"tasks": {"preTask": {"source": ODD}}}}
    mapping = {**replicated("mappings", ["VersionExpiry"]), "name": ODD}
    own = Own(source_controls=(control,), update_configurations=(update,))
    around = {"mappings": (mapping,), "receivers": (receiver(name=ODD, runbook=ODD),), "vaults": (vault("Elsewhere"),)}
    dependants, found = survey(own, [ODD], **around)
    assert [item["name"] for item in dependants] == [ODD] * 4
    assert set(found) == {"RA610", "RA625", "RA626", "RA701", "RA713", "RA714", "RA620"}
    assert all(ODD in sentence for sentence in found.values())
