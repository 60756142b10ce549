# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stages of a retirement and the times between them, end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import directory

from .retirement_estate import (
    account,
    codes,
    days_pass,
    deleted,
    journal,
    kinds,
    records,
    retire,
    retired,
    session_of,
    start,
)

if TYPE_CHECKING:
    from .conftest import Azure

SCOPED = {"application": "aa-ops", "roles": [{"role": "Contributor"}, {"role": "Reader"}]}
WHOLE = [
    "delete run_as_role_assignment",
    "delete run_as_role_assignment",
    "purge deleted_application",
]


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    return start(start_azure, tmp_path, account(run_as=SCOPED))


def application_id(azure: Azure, name: str = "aa-ops") -> str:
    state = azure.state()
    objects = state["directory"]["objects"] + state["directory"]["deleted"]
    return str(next(item["appId"] for item in objects if item.get("displayName") == name))


def by_somebody_else(azure: Azure, *, enabled: bool) -> None:
    with session_of(azure) as one:
        principal = directory.find_service_principal(one, application_id(azure))
        assert principal is not None
        directory.set_account_enabled(one, principal["id"], enabled)
    azure.forget_requests()


def restored(azure: Azure) -> None:
    """Restore the application and its service principal, as somebody would."""
    with session_of(azure) as one:
        for item in azure.state()["directory"]["deleted"]:
            one.graph("POST", f"/directory/deletedItems/{item['id']}/restore", "Restoring")


def forgotten(azure: Azure) -> None:
    """Let Entra's 30 days be over: the deleted items are gone."""
    with session_of(azure) as one:
        for item in azure.state()["directory"]["deleted"]:
            one.graph("DELETE", f"/directory/deletedItems/{item['id']}", "Deleting")
    azure.forget_requests()


def role_assignments(azure: Azure) -> list[dict[str, Any]]:
    principal = next(record for record in records(azure) if record["event"] == "snapshot")["service_principal"]["id"]
    return [item for item in azure.state()["role_assignments"] if item["properties"]["principalId"] == principal]


# The soak


def test_nothing_is_deleted_that_was_never_disabled(azure: Azure) -> None:
    for check in (True, False):
        refused = retire(azure, "delete", check=check)
        assert refused["failed"] is True
        assert "is enabled: nothing is deleted before it has been disabled for 30 days" in refused["msg"]
        assert "Run with stage disable first" in refused["msg"]
    assert azure.writes() == []


def test_nothing_is_deleted_before_the_soak_is_over_and_the_sentence_says_when_it_is(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, 10)
    azure.forget_requests()
    refused = retire(azure, "delete", soak_days=14)
    assert "soak_days is 14" in refused["msg"]
    assert f"can be deleted from {refused['possible_from']} on" in refused["msg"]
    left = datetime.fromisoformat(refused["possible_from"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert left.days == 3
    assert azure.writes() == []
    assert kinds(retired(azure, "delete", soak_days=10)) == [
        "delete connection",
        "delete certificate",
        "delete application",
    ]


def test_the_ledger_says_since_when_it_is_disabled(azure: Azure) -> None:
    assert retired(azure, "disable")["run_as"][0]["disabled_since"] is None
    done = next(record for record in records(azure) if record["event"] == "done")
    days_pass(azure, 40)
    told = retired(azure, "delete", check=True)["run_as"][0]["disabled_since"]
    assert told is not None
    assert told < done["time"]


def test_without_a_soak_it_is_deleted_at_once_and_that_is_said(azure: Azure) -> None:
    result = retired(azure, "delete", soak_days=0)
    assert kinds(result)[-1] == "delete application"
    assert "RA820" in codes(result)


def test_one_that_somebody_else_disabled_counts_from_when_it_was_seen(azure: Azure) -> None:
    by_somebody_else(azure, enabled=False)
    unchanged = retired(azure, "disable")
    assert (unchanged["changed"], azure.writes()) == (False, [])
    assert [record["event"] for record in records(azure)] == ["disabled_seen"]
    retired(azure, "disable")
    assert [record["event"] for record in records(azure)] == ["disabled_seen"]
    assert "was disabled at" in retire(azure, "delete")["msg"]
    days_pass(azure, 31)
    assert retired(azure, "delete")["changed"] is True


def test_a_deletion_that_is_refused_remembers_that_it_saw_it_disabled(azure: Azure) -> None:
    by_somebody_else(azure, enabled=False)
    refused = retire(azure, "delete")
    assert "was disabled by somebody else, which counts from when it was seen first" in refused["msg"]
    days_pass(azure, 31)
    assert retired(azure, "delete")["changed"] is True


def test_one_that_was_enabled_again_counts_anew(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, 40)
    by_somebody_else(azure, enabled=True)
    refused = retire(azure, "delete")
    assert "is enabled, although the ledger says that it was disabled at" in refused["msg"]
    by_somebody_else(azure, enabled=False)
    assert "counts from when it was seen first" in retire(azure, "delete")["msg"]
    assert azure.writes() == []


def test_check_mode_remembers_nothing(azure: Azure) -> None:
    by_somebody_else(azure, enabled=False)
    retired(azure, "disable", check=True)
    assert not azure.ledger.exists()


def test_clocks_that_differ_are_told_and_nothing_is_changed(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, -1)
    azure.forget_requests()
    refused = retire(azure, "delete", soak_days=1)
    assert "24 hours ahead of this machine's clock" in refused["msg"]
    assert "the clocks of two machines differ. Nothing was changed." in refused["msg"]
    assert azure.writes() == []


def test_a_clock_that_is_a_minute_ahead_is_the_same_clock(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, -1 / 1440)
    assert "can be deleted from" in retire(azure, "delete")["msg"]


@pytest.mark.parametrize("name", ["soak_days", "purge_after_days", "sign_in_days"])
@pytest.mark.parametrize("days", [-1, 1_000_000_000])
def test_days_that_are_none_are_refused(azure: Azure, name: str, days: int) -> None:
    refused = retire(azure, "delete", **{name: days})
    assert refused["msg"].startswith(f"{name} is {days}: it is a number of days")
    assert azure.requests() == []


def test_a_classic_one_needs_no_soak_and_its_management_certificate_is_told(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = start(start_azure, tmp_path, account(run_as={"kind": "classic"}))
    result = retired(azure, "delete")
    assert kinds(result) == ["delete connection", "delete certificate"]
    (found,) = [item for item in result["findings"] if item["code"] == "RA812"]
    assert result["changes"][1]["before"]["thumbprint"] in found["sentence"]
    assert retired(azure, "purge")["changed"] is False


# The purge


def test_a_purge_takes_the_role_assignments_and_then_the_application_for_good(azure: Azure) -> None:
    deleted(azure)
    held = role_assignments(azure)
    azure.forget_requests()
    predicted = retired(azure, "purge", purge_after_days=0, check=True)
    assert azure.writes() == []
    result = retired(azure, "purge", purge_after_days=0)
    assert predicted == result
    assert kinds(result) == WHOLE
    assert "RA814" in codes(result)
    assert result["run_as"][0]["parts"]["application"] == "purged"
    assert {change["before"]["role"] for change in result["changes"][:2]} == {"Contributor", "Reader"}
    assert len(held) == 2
    assert role_assignments(azure) == []
    assert [item["@odata.type"] for item in azure.state()["directory"]["deleted"]] == [
        "#microsoft.graph.servicePrincipal"
    ]


def test_a_second_purge_changes_nothing(azure: Azure) -> None:
    deleted(azure)
    retired(azure, "purge", purge_after_days=0)
    azure.forget_requests()
    again = retired(azure, "purge")
    assert (again["changed"], again["partial"], azure.writes()) == (False, False, [])


def test_the_role_assignments_of_others_stay(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = start(start_azure, tmp_path, account(), account("aa-other"))
    deleted(azure)
    before = {item["id"] for item in azure.state()["role_assignments"]}
    gone = {change["target"] for change in retired(azure, "purge", purge_after_days=0)["changes"]}
    after = {item["id"] for item in azure.state()["role_assignments"]}
    assert before - after == {target for target in gone if "roleAssignments" in target}
    assert len(before - after) == 1


def test_nothing_is_purged_as_long_as_it_may_be_wanted_back(azure: Azure) -> None:
    deleted(azure)
    azure.forget_requests()
    refused = retire(azure, "purge")
    assert "purge_after_days is 30" in refused["msg"]
    assert refused["possible_from"] in refused["msg"]
    assert azure.writes() == []


@pytest.mark.parametrize("stage", [None, "disable"])
def test_a_purge_comes_after_the_deletion(azure: Azure, stage: str | None) -> None:
    if stage:
        retired(azure, stage)
    azure.forget_requests()
    refused = retire(azure, "purge", purge_after_days=0)
    assert "AzureRunAsConnection, AzureRunAsCertificate of Automation account aa-ops are still there" in refused["msg"]
    assert azure.writes() == []


def test_an_application_that_was_left_or_restored_is_not_purged(azure: Azure) -> None:
    retired(azure, "disable")
    retired(azure, "delete", soak_days=0, delete_application=False)
    assert "is there: a purge comes after the stage delete" in retire(azure, "purge", purge_after_days=0)["msg"]
    retired(azure, "delete", soak_days=0)
    restored(azure)
    azure.forget_requests()
    assert "is there: a purge comes after the stage delete" in retire(azure, "purge", purge_after_days=0)["msg"]
    assert azure.writes() == []


def test_what_entra_has_let_go_itself_leaves_role_assignments_that_go_at_once(azure: Azure) -> None:
    deleted(azure)
    forgotten(azure)
    result = retired(azure, "purge")
    assert kinds(result) == WHOLE[:2]
    assert "RA814" not in codes(result)


def test_subscriptions_whose_role_assignments_cannot_be_read_are_refused(azure: Azure) -> None:
    deleted(azure)
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/roleAssignments*,times=0"])
    azure.forget_requests()
    refused = retire(azure, "purge", purge_after_days=0)
    assert "The role assignments of subscription" in refused["msg"]
    assert azure.writes() == []
    accepted = retired(azure, "purge", purge_after_days=0, accept_unread=True)
    assert kinds(accepted) == ["purge deleted_application"]
    assert "RA901" in codes(accepted)


def test_role_assignments_that_may_not_be_deleted_are_handed_over_and_keep_the_application_back(azure: Azure) -> None:
    deleted(azure)
    result = retire(azure, "purge", purge_after_days=0, login="contributor")
    assert (result["failed"], result["changed"]) == (True, False)
    assert [item["code"] for item in result["pending"]] == ["RA818"]
    text = Path(result["hand_over_file"]).read_text()
    assert result["pending"][0]["command"].startswith("az role assignment delete --ids /subscriptions/")
    assert result["pending"][0]["command"] in text
    assert "application" in json.dumps(azure.state()["directory"]["deleted"])
    finished = retired(azure, "purge", purge_after_days=0)
    assert kinds(finished) == WHOLE
    assert not Path(result["hand_over_file"]).exists()


# Without rights in Entra


def test_what_is_left_to_an_administrator_is_in_the_hand_over_file(azure: Azure) -> None:
    application = application_id(azure)
    disabling = retired(azure, "disable", login="reader", check=True)
    assert disabling["hand_over_file"] is None
    refused = retire(azure, "disable", login="reader")
    assert refused["failed"] is True
    first = Path(refused["hand_over_file"])
    assert first.name == "hand-over-retire-disable.sh"
    assert f"az ad sp update --id {application} --set accountEnabled=false" in first.read_text()
    assert first.stat().st_mode & 0o777 == 0o600
    by_somebody_else(azure, enabled=False)
    assert retired(azure, "disable", login="reader")["hand_over_file"] is None
    assert not first.exists()
    days_pass(azure, 31)
    deleting = retire(azure, "delete", login="reader")
    assert kinds(deleting) == ["delete connection", "delete certificate"]
    second = Path(deleting["hand_over_file"])
    assert f"az ad app delete --id {application}" in second.read_text()
    with session_of(azure) as one:
        found = directory.find_application(one, application)
        assert found is not None
        directory.delete_application(one, found["id"])
    assert retired(azure, "delete", login="reader")["changed"] is False
    assert not second.exists()
    purging = retire(azure, "purge", login="reader", purge_after_days=0)
    assert kinds(purging) == WHOLE[:2]
    url = f"/v1.0/directory/deletedItems/{found['id']}"
    assert (
        f"az rest --method DELETE --url {azure.endpoint['graph']}{url}" in Path(purging["hand_over_file"]).read_text()
    )


def test_a_soak_that_cannot_be_told_is_refused_unless_accepted(azure: Azure) -> None:
    refused = retire(azure, "delete", login="no-entra")
    assert "is disabled cannot be told" in refused["msg"]
    assert azure.writes() == []
    accepted = retired(azure, "delete", login="no-entra", accept_unread=True)
    assert kinds(accepted) == ["delete connection", "delete certificate"]
    assert {"RA804", "RA816"} <= set(codes(accepted))


def test_what_the_ledger_knows_of_the_disabling_is_enough_for_the_assets(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, 31)
    result = retired(azure, "delete", login="no-entra")
    assert (kinds(result), result["partial"]) == (["delete connection", "delete certificate"], True)


def test_without_rights_a_purge_hands_over_and_leaves_role_assignments_that_may_be_wanted_back(azure: Azure) -> None:
    retired(azure, "disable")
    days_pass(azure, 31)
    retired(azure, "delete", login="no-entra")
    azure.forget_requests()
    purging = retired(azure, "purge", login="no-entra", purge_after_days=0)
    assert (purging["changed"], purging["partial"], codes(purging)) == (False, True, ["RA804"])
    assert azure.writes() == []


# Killed in between


def _cut(azure: Azure, method: str, number: int, drop: str) -> None:
    """From a write on, the connection is gone."""
    azure.control("PUT", "/faults", [f"drop={drop},method={method},path=*,nth={number},times=0"])


@pytest.mark.parametrize("drop", ["before", "after"])
def test_a_disabling_that_was_cut_off_is_finished_by_the_next(azure: Azure, drop: str) -> None:
    _cut(azure, "PATCH", 1, drop)
    assert retire(azure, "disable")["failed"] is True
    azure.control("DELETE", "/faults")
    assert retired(azure, "disable")["run_as"][0]["parts"]["service_principal"] == "disabled"
    days_pass(azure, 31)
    assert retired(azure, "delete")["changed"] is True


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_deletion_that_was_cut_off_anywhere_is_finished_by_the_next(azure: Azure, number: int, drop: str) -> None:
    retired(azure, "disable")
    days_pass(azure, 31)
    _cut(azure, "DELETE", number, drop)
    assert retire(azure, "delete")["failed"] is True
    azure.control("DELETE", "/faults")
    finished = retired(azure, "delete")
    assert set(finished["run_as"][0]["parts"].values()) <= {"deleted", "absent"}
    assert "AzureRunAs" not in json.dumps(azure.state()["accounts"])
    assert retired(azure, "delete")["changed"] is False
    assert kinds(retired(azure, "purge", purge_after_days=0)) == WHOLE


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_purge_that_was_cut_off_anywhere_is_finished_by_the_next(azure: Azure, number: int, drop: str) -> None:
    deleted(azure)
    _cut(azure, "DELETE", number, drop)
    assert retire(azure, "purge", purge_after_days=0)["failed"] is True
    azure.control("DELETE", "/faults")
    retired(azure, "purge", purge_after_days=0)
    assert role_assignments(azure) == []
    assert retired(azure, "purge", purge_after_days=0)["changed"] is False
    assert journal(azure).exists()
