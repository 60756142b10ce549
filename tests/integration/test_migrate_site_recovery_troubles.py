# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving vaults when things go wrong: cut off anywhere, without rights, and with bad input."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import site_recovery

from .access_estate import session
from .site_recovery_estate import (
    CONTRIBUTOR,
    NARROW,
    STEP,
    Start,
    actions,
    codes,
    details,
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

# What a whole run asks, so that it can be cut off at each request.
OPTIONS: dict[str, Any] = {"lower_role": True, "toggle": True, "surroundings_age": 0}


WRITES = {
    "identity": "method=PATCH,path=*automationaccounts/aa?*",
    "first role": "method=PUT,path=*roleassignments*",
    "switched off": "method=PATCH,path=*containermappings/first*",
    "switched on": "method=PATCH,path=*containermappings/first*,nth=2",
    "narrow role": "method=PUT,path=*roleassignments*,nth=2",
    "wide role": "method=DELETE,path=*roleassignments*",
}


@pytest.mark.parametrize("how", ["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_a_run_that_was_cut_off_at_a_write_is_finished_by_the_next(
    start_azure: Start, tmp_path: Path, write: str, how: str
) -> None:
    azure = start_azure(*small(tmp_path, "retry_after=0"))
    azure.control("PUT", "/faults", [f"drop={how},times=0,{WRITES[write]}"])
    broken = azure.call(STEP, "aa", **OPTIONS)
    assert broken["failed"] is True
    azure.control("PUT", "/faults", [])
    again = azure.call(STEP, "aa", **OPTIONS)
    assert again.get("failed") is None, again["msg"]
    assert on_identity(azure) == {"first": True}
    assert roles_of(azure) == {(NARROW, "rsv")}
    assert azure.call(STEP, "aa", **OPTIONS)["changed"] is False


def test_a_run_whose_operation_was_lost_sight_of_is_finished_by_the_next(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, "retry_after=0"))
    azure.control("PUT", "/faults", ["drop=before,times=0,path=*replicationoperationstatus*"])
    assert azure.call(STEP, "aa")["failed"] is True
    azure.control("PUT", "/faults", [])
    assert azure.call(STEP, "aa")["changed"] is False, "the operation ended well meanwhile"
    assert on_identity(azure) == {"first": True}


def test_a_mapping_left_switched_off_is_switched_on_by_the_next_run_whatever_its_options(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*small(tmp_path, "retry_after=0"))
    azure.control("PUT", "/faults", ["drop=before,method=PATCH,path=*containermappings/first*,nth=2,times=0"])
    broken = azure.call(STEP, "aa", toggle=True)
    assert broken["failed"] is True
    assert details(azure)["first"]["agentAutoUpdateStatus"] == "Disabled"
    azure.control("PUT", "/faults", [])
    result = azure.call(STEP, "aa")
    assert actions(result) == {"first": "switched_on"}
    assert on_identity(azure) == {"first": True}


def test_what_somebody_switched_off_afterwards_stays_off(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, "retry_after=0"))
    azure.call(STEP, "aa", toggle=True)
    mapping = azure.state()["container_mappings"][0]
    account = details(azure)["first"]["automationAccountArmId"]
    with session(azure) as opened:
        site_recovery.update_container_mapping(opened, mapping["id"], "Disabled", account, "SystemAssignedIdentity", 20)
    result = azure.call(STEP, "aa")
    assert (result["changed"], reasons(result)) == (False, {"first": "auto-update is off"})


def test_a_mapping_that_moved_meanwhile_is_not_overwritten(start_azure: Start, tmp_path: Path) -> None:
    """Somebody gives the mapping another account between plan and write: once the role is given."""
    azure = start_azure(*small(tmp_path, "retry_after=0"))
    azure.control("PUT", "/faults", ["latency=8000,method=GET,path=*containermappings/first?*"])
    other = next(item["id"] for item in azure.state()["accounts"] if item["name"] == "aa-other")
    mapping = azure.state()["container_mappings"][0]["id"]

    def interfere() -> None:
        while not any("roleassignments" in path.lower() for path in azure.writes()):
            time.sleep(0.05)
        with session(azure) as opened:
            site_recovery.update_container_mapping(opened, mapping, "Enabled", other, "RunAsAccount", 20)

    thread = Thread(target=interfere)
    thread.start()
    result = azure.call(STEP, "aa")
    thread.join()
    assert "changed after it was read" in result["msg"]
    assert on_identity(azure, "aa") == {"first": False}
    assert details(azure)["first"]["automationAccountArmId"] == other


# One that fails


def test_a_mapping_that_fails_does_not_stop_the_others_and_keeps_the_role(start_azure: Start, tmp_path: Path) -> None:
    mappings = [{"name": name, "account": "aa", "container": name} for name in ("one", "two", "three")]
    azure = start_azure(*small(tmp_path, "retry_after=0", vaults=[vault("rsv", *mappings)]))
    azure.control("PUT", "/faults", ["status=400,code=Broken,message=It is broken.,method=PATCH,path=*mappings/two*"])
    result = azure.call(STEP, "aa", lower_role=True)
    assert on_identity(azure) == {"one": True, "two": False, "three": True}
    assert actions(result) == {"one": "moved", "two": "failed", "three": "moved"}
    assert (result["failed"], result["partial"]) == (True, True)
    assert "It is broken." in result["msg"]
    assert roles_of(azure) == {(CONTRIBUTOR, "rsv")}, "lowered only once all are moved"
    again = azure.call(STEP, "aa", lower_role=True)
    assert again.get("failed") is None
    assert on_identity(azure) == dict.fromkeys(("one", "two", "three"), True)
    assert roles_of(azure) == {(NARROW, "rsv")}


def test_an_operation_that_never_ends_is_given_up_and_said(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, "operation_seconds=3600", "retry_after=0.2"))
    began = time.monotonic()
    result = azure.call(STEP, "aa", operation_timeout=2)
    assert time.monotonic() - began < 60
    assert "did not end within 2 seconds" in result["msg"]
    assert on_identity(azure) == {"first": False}
    assert result["not_changed"][0]["kind"] == "container_mapping"


# Without rights


def test_without_the_right_to_give_roles_no_mapping_is_written_and_it_says_why(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*small(tmp_path))
    before = details(azure)
    predicted = azure.call(STEP, "aa", check=True, login="roleless")
    result = azure.call(STEP, "aa", login="roleless")
    for one in (predicted, result):
        assert kinds(one) == ["update identity"]
        assert reasons(one) == {"first": "the login may not give the identity its role"}
        assert "RA708" in codes(one)
        assert one["partial"] is True
    (asked,) = result["hand_over"]
    assert asked["command"].startswith("az role assignment create --assignee-object-id")
    assert result["identity"]["principal_id"] in asked["command"]
    assert (details(azure), roles_of(azure), patched(azure)) == (before, set(), [])
    # Somebody who may gives the role; then the login moves the mapping.
    principal = result["identity"]["principal_id"]
    scope = vault_id(azure, "rsv")
    with session(azure) as opened:
        body = {
            "properties": {
                "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions"
                "/b24988ac-6180-42a0-ab88-20f7382dd24c",
                "principalId": principal,
                "principalType": "ServicePrincipal",
            }
        }
        name = asked["command"].split("--name ")[1].split()[0]
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
        opened.arm("PUT", path, "2022-04-01", "Giving the role", json=body)
    moved = azure.call(STEP, "aa", login="roleless")
    assert (kinds(moved), moved["partial"]) == (["update container_mapping"], False)


def test_a_refusal_that_nobody_foresaw_leaves_the_mappings_alone(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,method=PUT,path=*roleassignments*,times=0"])
    result = azure.call(STEP, "aa")
    assert "no mapping was written without it" in result["msg"]
    assert patched(azure) == []
    assert [item["role"] for item in result["hand_over"]] == [CONTRIBUTOR]
    assert [item["reason"] for item in result["not_changed"]][-1] == "not tried"


def test_subscriptions_that_cannot_be_read_are_told_and_the_others_moved(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*finance*vaults?*,times=0"])
    finance = next(item["id"] for item in azure.state()["subscriptions"] if item["name"] == "finance")
    azure.control(
        "PUT", "/faults", [f"status=403,code=AuthorizationFailed,path=/subscriptions/{finance}/*vaults?*,times=0"]
    )
    result = azure.call(STEP, "aa")
    assert on_identity(azure) == {"first": True}
    (unread,) = [item for item in result["findings"] if item["code"] == "RA901"]
    assert finance in unread["sentence"]


def test_mappings_that_may_not_be_read_are_told(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, vaults=[
        vault("rsv", {"name": "first", "account": "aa"}), vault("rsv-closed", {"name": "closed", "account": "aa"}),
    ]))  # fmt: skip
    closed = "status=403,code=AuthorizationFailed,path=*rsv-closed/replicationprotectioncontainermappings*,times=0"
    azure.control("PUT", "/faults", [closed])
    result = azure.call(STEP, "aa")
    assert on_identity(azure) == {"first": True, "closed": False}
    assert codes(result).count("RA901") == 1
    named = azure.call(STEP, "aa", vaults=[vault_id(azure, "rsv-closed")])
    assert "cannot be read" in named["msg"]


def test_machines_that_may_not_be_read_matter_only_where_roles_depend_on_them(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*small(tmp_path))
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*replicationprotecteditems*,times=0"])
    wide = azure.call(STEP, "aa", role_scope="resource_groups")
    assert ("RA709" in codes(wide), wide["partial"], patched(azure)) == (True, True, [])
    narrow = azure.call(STEP, "aa")
    assert on_identity(azure) == {"first": True}
    assert narrow["vaults"][0]["protected_items"] is None
    assert "RA901" in codes(narrow)


def test_a_reader_changes_nothing(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, logins={
        "migration": {"secret": "FAKE-migration-secret", "roles": ["Contributor"]},
        "reader": {"secret": "FAKE-reader-secret", "roles": ["Reader"]},
    }))  # fmt: skip
    result = azure.call(STEP, "aa", login="reader")
    assert result["failed"] is True
    assert "AuthorizationFailed" in result["msg"]
    assert on_identity(azure) == {"first": False}
    assert result["not_changed"][0]["kind"] == "identity"


# Bad input


def test_a_vault_in_another_region_is_refused_by_name_and_left_by_search(start_azure: Start, tmp_path: Path) -> None:
    vaults = [
        vault("rsv-east", {"name": "near", "account": "aa-east"}, region="eastus"),
        vault("rsv-west", {"name": "far", "account": "aa-east"}, region="westus"),
    ]
    azure = start_azure(*small(tmp_path, "site_recovery_checks_region=true", vaults=vaults))
    refused = azure.call(STEP, "aa-east", vaults=[vault_id(azure, "rsv-west")])
    assert "which is in westus, cannot be moved to the identity of aa-east, which is in East US" in refused["msg"]
    assert "Nothing was changed." in refused["msg"]
    assert azure.writes() == []
    result = azure.call(STEP, "aa-east")
    assert on_identity(azure, "aa-east") == {"near": True, "far": False}
    assert (reasons(result), result["partial"]) == ({"far": "another region"}, True)
    assert "RA706" in codes(result)


def test_a_vault_in_a_failed_state(start_azure: Start, tmp_path: Path) -> None:
    vaults = [
        vault("rsv", {"name": "first", "account": "aa"}),
        vault("rsv-failed", {"name": "stuck", "account": "aa"}, state="Failed"),
    ]
    azure = start_azure(*small(tmp_path, vaults=vaults))
    result = azure.call(STEP, "aa")
    assert on_identity(azure) == {"first": True, "stuck": False}
    assert "RA715" in codes(result)
    named = azure.call(STEP, "aa", vaults=[vault_id(azure, "rsv-failed")])
    assert "which is in state Failed, cannot be read" in named["msg"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("rsv-nowhere", "is no id of a Recovery Services vault"),
        ("/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm", "is no id of a Recovery"),
    ],
)
def test_what_is_no_vault_is_refused(azure: Azure, name: str, said: str) -> None:
    assert said in azure.call(STEP, "aa-recovery", vaults=[name])["msg"]


def test_a_vault_that_is_not_there_is_refused(azure: Azure) -> None:
    absent = vault_id(azure, "rsv-web") + "-gone"
    result = azure.call(STEP, "aa-recovery", vaults=[absent])
    assert "is not there" in result["msg"]
    assert azure.writes() == []


def test_hybrid_workers_are_looked_at_first(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "run_as": "complete", "hybrid_worker_groups": [{"name": "hq", "workers": 1}]}]
    azure = start_azure(*small(tmp_path, accounts=accounts))
    refused = azure.call(STEP, "aa")
    assert "has hybrid worker groups: hq" in refused["msg"]
    assert azure.writes() == []
    accepted = azure.call(STEP, "aa", hybrid="accept")
    assert "RA201" in codes(accepted)
    assert on_identity(azure) == {"first": True}


def test_user_assigned_identities_stay(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "identity": ["id-one"], "run_as": "complete"}]
    azure = start_azure(*small(tmp_path, identities=[{"name": "id-one"}], accounts=accounts))
    result = azure.call(STEP, "aa")
    assert result["identity"]["type"] == "SystemAssigned, UserAssigned"
    assert on_identity(azure) == {"first": True}
