# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving vaults to the identity of their account: predicted, done, done again, lowered, linked, put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import site_recovery
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.site_recovery_writing import (
    read_mapping_fields,
    write_mapping,
)

from .access_estate import session
from .site_recovery_estate import (
    CONTRIBUTOR,
    GONE,
    NARROW,
    STEP,
    Start,
    actions,
    codes,
    details,
    journal,
    kinds,
    on_identity,
    patched,
    reasons,
    roles_of,
    small,
    vault,
    vault_id,
)

if TYPE_CHECKING:
    from .conftest import Azure

DEMO = {"westeurope-northeurope-24-hour-retention-policy", "web-to-northeurope", "web-to-francecentral"} | {
    "data-to-northeurope"
}


def comparable(changes: list[dict[str, Any]]) -> list[Any]:
    """Changes without what only Azure decides."""
    return [
        (item["action"], item["kind"], item["target"].rsplit("/", 1)[0], (item["after"] or {}).get("role"))
        for item in changes
    ]


# The demo estate


def test_the_playbook_moves_three_vaults_and_a_second_run_changes_nothing(azure: Azure) -> None:
    run = azure.playbook("azauto.runas_migration.site_recovery")
    assert run.code == 0, run.output + run.errors
    assert len(azure.state()["vaults"]) == 3
    assert on_identity(azure, "aa-recovery") == dict.fromkeys(DEMO, True)
    assert roles_of(azure, "aa-recovery") == {(CONTRIBUTOR, name) for name in ("rsv-contoso", "rsv-web", "rsv-data")}
    azure.forget_requests()
    again = azure.playbook("azauto.runas_migration.site_recovery")
    assert again.code == 0, again.output
    assert "changed=1" not in again.output
    assert azure.writes() == []


def test_check_mode_predicts_just_what_is_done(azure: Azure) -> None:
    predicted = azure.call(STEP, "aa-recovery", check=True, lower_role=True, toggle=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    done = azure.call(STEP, "aa-recovery", lower_role=True, toggle=True)
    assert comparable(predicted["changes"]) == comparable(done["changes"])
    assert predicted["plan_fingerprint"] == done["plan_fingerprint"]
    assert predicted["findings"] == done["findings"]
    assert actions(predicted) == actions(done) == dict.fromkeys(DEMO, "moved")
    assert predicted["diff"][1]["after"]["mappings"] == done["diff"][1]["after"]["mappings"]
    assert roles_of(azure, "aa-recovery") == {(NARROW, name) for name in ("rsv-contoso", "rsv-web", "rsv-data")}
    again = azure.call(STEP, "aa-recovery", lower_role=True, toggle=True)
    assert (again["changed"], again["partial"]) == (False, False)


def test_the_result_tells_of_agents_health_and_the_portal(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"site_recovery_health_follows": True})
    result = azure.call(STEP, "aa-recovery")
    web = next(item for item in result["vaults"] if item["name"] == "rsv-web")
    assert [(item["name"], item["agent_version"]) for item in web["protected_items"]] == [
        ("vm-web-1", "9.54.6682.1"),
        ("vm-web-2", "9.65.7425.1"),
    ]
    first = web["mappings"][0]
    assert (first["health"], first["health_after"]) == (["AgentAutoUpdateRunAsAccountExpired"], [])
    assert (first["authentication"], first["auto_update"]) == ("SystemAssignedIdentity", "Enabled")
    assert codes(result).count("RA702") == 3
    sentences = [item["sentence"] for item in result["findings"] if item["code"] == "RA707"]
    assert ["runs out" in sentence for sentence in sentences] == [True, False]
    assert "RA712" not in codes(result), "the write is what the complaint asks for"
    assert result["identity"]["type"] == "SystemAssigned"
    assert result["identity"]["principal_id"]


def test_the_values_in_the_ledger_bring_everything_back(azure: Azure) -> None:
    before = azure.state()["container_mappings"]
    azure.call(STEP, "aa-recovery", toggle=True)
    assert azure.state()["container_mappings"] != before
    intended = [record["change"] for record in journal(azure) if record["event"] == "intend"]
    mappings = [change for change in intended if change["kind"] == "container_mapping"]
    assert len(mappings) == 8
    with session(azure) as opened:
        for change in reversed(mappings):
            assert read_mapping_fields(opened, change["target"]) == change["after"]
            write_mapping(opened, change["target"], change["before"], 20)
    assert azure.state()["container_mappings"] == before


def test_the_order_is_identity_role_mapping(azure: Azure) -> None:
    azure.call(STEP, "aa-recovery", lower_role=True)
    kinds_of_writes = [path.partition("?")[0].split("/")[-2].lower() for path in azure.writes() if "oauth2" not in path]
    assert kinds_of_writes[0] == "automationaccounts"
    assert kinds_of_writes[1:4] == ["roleassignments"] * 3
    assert kinds_of_writes[4:8] == ["replicationprotectioncontainermappings"] * 4
    methods = [path.split(" ", 1)[0] for path in azure.writes() if "oauth2" not in path]
    assert methods[8:] == ["PUT"] * 3 + ["DELETE"] * 3


def test_all_three_fields_are_sent_always(azure: Azure) -> None:
    azure.call(STEP, "aa-recovery", toggle=True)
    changes = [record["change"]["after"] for record in journal(azure) if record["event"] == "intend"]
    mappings = [after for after in changes if "agentAutoUpdateStatus" in after]
    assert {len(after) for after in mappings} == {3}
    assert {after["automationAccountAuthenticationType"] for after in mappings} == {"SystemAssignedIdentity"}
    assert [after["agentAutoUpdateStatus"] for after in mappings].count("Disabled") == 4


def test_a_plan_that_was_not_approved_is_refused_before_the_first_write(azure: Azure) -> None:
    refused = azure.call(STEP, "aa-recovery", expect_plan="0" * 64)
    assert "is not the approved one" in refused["msg"]
    assert azure.writes() == []
    approved = azure.call(STEP, "aa-recovery", check=True)["plan_fingerprint"]
    done = azure.call(STEP, "aa-recovery", expect_plan=approved)
    assert (done.get("failed"), done["changed"]) == (None, True)


def test_an_account_without_vaults_is_left_alone(azure: Azure) -> None:
    result = azure.call(STEP, "aa-plain")
    assert (result["changed"], result["vaults"], result["findings"]) == (False, [], [])
    assert azure.writes() == []


# Which mappings


def test_what_nobody_asked_for_stays_and_is_told(start_azure: Start, tmp_path: Path) -> None:
    mappings = (
        {"name": "ours", "account": "aa"},
        {"name": "old", "account": "aa", "authentication": None, "container": "c2"},
        {"name": "right", "account": "aa", "authentication": "SystemAssignedIdentity", "container": "c3"},
        {"name": "off", "account": "aa", "auto_update": "Disabled", "container": "c4"},
        {"name": "others", "account": "aa-other", "container": "c5"},
        {"name": "lost", "account": GONE, "container": "c6"},
        {"name": "vmware", "provider": "VMwareCbt", "container": "c7"},
        {"name": "bare", "auto_update": "Disabled", "container": "c8"},
    )
    azure = start_azure(*small(tmp_path, vaults=[vault("rsv", *mappings)]))
    gone = {**details(azure)["lost"]}
    result = azure.call(STEP, "aa")
    assert actions(result) == {
        "ours": "moved",
        "old": "moved",
        "right": "unchanged",
        **dict.fromkeys(("off", "others", "lost", "vmware", "bare"), "left"),
    }
    assert reasons(result)["off"] == "auto-update is off"
    assert {"RA704", "RA705", "RA711"} <= set(codes(result))
    assert sorted(patched(azure)) == ["old", "ours"]
    assert details(azure)["lost"] == gone
    assert (result["partial"], result.get("failed")) == (False, None)


def test_a_mapping_whose_account_is_gone_is_told_and_linked_only_when_asked(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, vaults=[vault("rsv", {"name": "lost", "account": "aa-doomed"})], accounts=[
        {"name": "aa", "identity": "system"}, {"name": "aa-doomed"},
    ]))  # fmt: skip
    doomed = next(item["id"] for item in azure.state()["accounts"] if item["name"] == "aa-doomed")
    with session(azure) as opened:
        opened.arm("DELETE", doomed, "2023-11-01", "Deleting the account")
    rsv = vault_id(azure, "rsv")
    told = azure.call(STEP, "aa", vaults=[rsv])
    assert (told["changed"], reasons(told), codes(told)) == (False, {"lost": "its account is gone"}, ["RA703"])
    assert "aa-doomed" in told["findings"][0]["sentence"]
    linked = azure.call(STEP, "aa", vaults=[rsv], link=True)
    assert kinds(linked) == ["create role_assignment", "update container_mapping"]
    assert on_identity(azure) == {"lost": True}


def test_linking_needs_a_vault_that_is_named(azure: Azure) -> None:
    assert "vaults names no vault" in azure.call(STEP, "aa-recovery", link=True)["msg"]


def test_a_switch_that_is_off_is_turned_on_when_asked(start_azure: Start, tmp_path: Path) -> None:
    off = {"name": "off", "account": "aa", "auto_update": "Disabled"}
    azure = start_azure(*small(tmp_path, vaults=[vault("rsv", off)]))
    kept = azure.call(STEP, "aa")
    assert (kept["changed"], codes(kept)) == (False, ["RA711"])
    result = azure.call(STEP, "aa", auto_update="enable")
    assert actions(result) == {"off": "switched_on"}
    assert on_identity(azure) == {"off": True}


def test_vaults_of_one_subscription(start_azure: Start, tmp_path: Path) -> None:
    vaults = [
        vault("rsv-here", {"name": "here", "account": "aa"}),
        vault("rsv-there", {"name": "there", "account": "aa"}, subscription="finance"),
    ]
    azure = start_azure(*small(tmp_path, vaults=vaults))
    azure.call(STEP, "aa", vault_scope="subscription")
    assert on_identity(azure) == {"here": True, "there": False}
    finance = next(item["id"] for item in azure.state()["subscriptions"] if item["name"] == "finance")
    azure.call(STEP, "aa", vault_scope="subscription", vault_subscription=finance)
    assert on_identity(azure) == {"here": True, "there": True}


def test_toggling_a_mapping_that_is_right_happens_once_and_for_a_reason(start_azure: Start, tmp_path: Path) -> None:
    unwell = {
        "name": "m",
        "account": "aa",
        "authentication": "SystemAssignedIdentity",
        "health": ["AgentAutoUpdateInfra"],
    }
    accounts = [{"name": "aa", "identity": "system", "identity_roles": ["Contributor"]}]
    azure = start_azure(*small(tmp_path, accounts=accounts, vaults=[vault("rsv", unwell)]))
    plain = azure.call(STEP, "aa")
    assert (plain["changed"], codes(plain)) == (False, ["RA713"])
    toggled = azure.call(STEP, "aa", toggle=True)
    assert actions(toggled) == {"m": "toggled"}
    assert patched(azure) == ["m", "m"]
    assert azure.call(STEP, "aa", toggle=True)["changed"] is False
    assert on_identity(azure) == {"m": True}


# Roles


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        ("vault", {"rsv"}),
        ("resource_groups", {"rg-recovery", "rg-machines"}),
        ("subscription", {"the subscription"}),
    ],
)
def test_where_the_role_is_given(start_azure: Start, tmp_path: Path, scope: str, places: set[str]) -> None:
    items = [{"name": "vm", "resource_group": "rg-machines"}]
    subscriptions = [{"name": "production", "resource_groups": ["rg-machines"]}, {"name": "finance"}]
    one = vault("rsv", {"name": "m", "account": "aa"}, items=items)
    azure = start_azure(*small(tmp_path, subscriptions=subscriptions, vaults=[one]))
    azure.call(STEP, "aa", role_scope=scope)
    own = azure.account("aa")["subscription_id"]
    assert {"the subscription" if place == own else place for dummy, place in roles_of(azure)} == places


def test_a_role_from_above_is_enough_and_is_never_taken_away(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "identity": "system", "identity_roles": ["Contributor"]}]
    azure = start_azure(*small(tmp_path, accounts=accounts))
    result = azure.call(STEP, "aa", lower_role=True)
    assert kinds(result) == ["update container_mapping"]
    assert "RA716" in codes(result)
    assert {name for name, dummy in roles_of(azure)} == {CONTRIBUTOR}


def test_a_contributor_of_somebody_elses_at_the_vault_stays(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{
        "name": "aa",
        "identity": "system",
        "identity_roles": [
            {"role": "Contributor", "scope": "production/rg-recovery/Microsoft.RecoveryServices/vaults/rsv"}
        ],
    }]  # fmt: skip
    azure = start_azure(*small(tmp_path, accounts=accounts))
    result = azure.call(STEP, "aa", lower_role=True)
    assert "RA716" in codes(result)
    assert roles_of(azure) == {(CONTRIBUTOR, "rsv")}


def test_a_role_given_earlier_is_lowered_later_without_the_ledger_too(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    azure.call(STEP, "aa")
    assert roles_of(azure) == {(CONTRIBUTOR, "rsv")}
    lowered = azure.call(STEP, "aa", lower_role=True, ledger=str(tmp_path / "another"))
    assert kinds(lowered) == ["create role_assignment", "delete role_assignment"]
    assert roles_of(azure) == {(NARROW, "rsv")}
    assert azure.call(STEP, "aa", lower_role=True)["changed"] is False
    assert azure.call(STEP, "aa")["changed"] is False, "the narrow role is enough for what is moved"


def test_the_identity_has_its_role_before_a_mapping_is_written(start_azure: Start, tmp_path: Path) -> None:
    """Site Recovery checks roles here, Azure replicates late, and the identity is fresh."""
    settings = (
        "site_recovery_checks_roles=true",
        "replication_delay=2",
        "retry_after=0",
        "principal_checked_always=true",
    )
    azure = start_azure(*small(tmp_path, *settings))
    result = azure.call(STEP, "aa", replication_timeout=30)
    assert result.get("failed") is None, result["msg"]
    assert on_identity(azure) == {"first": True}


def test_one_index_serves_the_accounts_of_a_run(start_azure: Start, tmp_path: Path) -> None:
    vaults = [vault("rsv", {"name": "m", "account": "aa"}), vault("rsv-2", {"name": "n", "account": "aa-other"})]
    azure = start_azure(*small(tmp_path, vaults=vaults))
    azure.call(STEP, "aa")
    azure.forget_requests()
    azure.call(STEP, "aa-other")
    lists = [entry for entry in azure.requests() if entry["path"].lower().endswith("/vaults?api-version=2024-04-01")]
    assert lists == []
    assert on_identity(azure, "aa-other") == {"m": False, "n": True}
    assert azure.call(STEP, "aa")["changed"] is False, "mappings are read anew"


def test_intents_are_told_and_not_written(start_azure: Start, tmp_path: Path) -> None:
    one = vault("rsv", {"name": "m", "account": "aa"}, intents=[{"name": "vm", "account": "aa"}])
    azure = start_azure(*small(tmp_path, vaults=[one]))
    before = azure.state()["protection_intents"]
    result = azure.call(STEP, "aa")
    assert "RA710" in codes(result)
    assert result["vaults"][0]["protection_intents"][0]["authentication"] == "RunAsAccount"
    assert azure.state()["protection_intents"] == before


def test_the_same_thing_under_another_case_is_the_same(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    azure.call(STEP, "aa")
    mapping = azure.state()["container_mappings"][0]
    account = details(azure)["first"]["automationAccountArmId"].upper()
    with session(azure) as opened:
        site_recovery.update_container_mapping(opened, mapping["id"], "Enabled", account, "SystemAssignedIdentity", 20)
    assert azure.call(STEP, "aa")["changed"] is False
