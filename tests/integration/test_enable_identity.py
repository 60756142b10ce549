# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""enable_identity on the simulator: nothing lost, nothing guessed, nothing surprising."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger

if TYPE_CHECKING:
    from .conftest import Azure

KNOWN_AFTER_APPLY = "(known after apply)"


def identity_of(azure: Azure, account: str) -> dict[str, Any]:
    """Return the identity as a second, unchanged run reports it."""
    again = azure.call("enable_identity", account, check=True, hybrid="accept")
    assert again["changed"] is False
    identity: dict[str, Any] = again["identity"]
    return identity


def test_check_mode_predicts_what_the_run_does_and_writes_nothing(azure: Azure) -> None:
    predicted = azure.call("enable_identity", "aa-plain", check=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    made = azure.call("enable_identity", "aa-plain")
    assert made["changes"] == predicted["changes"]
    assert made["plan_fingerprint"] == predicted["plan_fingerprint"]
    assert predicted["identity"]["principal_id"] == KNOWN_AFTER_APPLY
    assert len(azure.writes()) == 1


def test_a_second_run_changes_nothing(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    azure.forget_requests()
    assert azure.call("enable_identity", "aa-plain")["changed"] is False
    assert azure.writes() == []


def test_user_assigned_identities_survive(azure: Azure) -> None:
    made = azure.call("enable_identity", "aa-identities")
    assert made["changed"] is True
    identity = identity_of(azure, "aa-identities")
    assert identity["type"] == "SystemAssigned, UserAssigned"
    names = [user["id"].rsplit("/", 1)[-1] for user in identity["user_assigned_identities"]]
    assert names == ["id-reporting", "id-scaling"]
    assert all(user["client_id"] for user in identity["user_assigned_identities"])


def test_absent_removes_just_what_is_named(azure: Azure) -> None:
    before = azure.call("enable_identity", "aa-identities")["identity"]
    reporting = before["user_assigned_identities"][0]["id"]
    named = {"type": "UserAssigned", "user_assigned_identities": {"id": [reporting.upper()]}}
    made = azure.call("enable_identity", "aa-identities", state="absent", identity=named)
    assert made["identity"]["type"] == "SystemAssigned, UserAssigned"
    assert made["identity"]["principal_id"] == before["principal_id"]
    assert [user["id"] for user in made["identity"]["user_assigned_identities"]] == [
        before["user_assigned_identities"][1]["id"]
    ]
    assert azure.call("enable_identity", "aa-identities", state="absent", identity=named)["changed"] is False


def test_hybrid_workers_are_named_and_nothing_is_changed(azure: Azure) -> None:
    for check in (True, False):
        refused = azure.call("enable_identity", "aa-hybrid", check=check)
        assert refused["failed"] is True
        assert "hq-servers" in refused["msg"]
        assert "set hybrid to accept" in refused["msg"]
    assert azure.writes() == []


def test_hybrid_workers_can_be_accepted(azure: Azure) -> None:
    made = azure.call("enable_identity", "aa-hybrid", hybrid="accept")
    assert made["changed"] is True
    assert [finding["code"] for finding in made["findings"]] == ["RA201"]


def test_an_account_without_run_as_is_left_alone_when_asked(azure: Azure) -> None:
    for account, changed in (("aa-plain", True), ("aa-done", False)):
        result = azure.call("enable_identity", account, check=True, only_with_run_as=True)
        assert (account, result["changed"]) == (account, changed)


def test_only_the_approved_plan_is_carried_out(azure: Azure) -> None:
    approved = azure.call("enable_identity", "aa-plain", check=True)["plan_fingerprint"]
    other = azure.call("enable_identity", "aa-roles", expect_plan=approved)
    assert other["failed"] is True
    assert "is not the approved one" in other["msg"]
    assert azure.writes() == []
    assert azure.call("enable_identity", "aa-plain", expect_plan=approved)["changed"] is True


def test_the_state_before_is_in_the_ledger_before_the_write(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=400,path=*/automationAccounts/aa-identities*,method=PATCH"])
    failed = azure.call("enable_identity", "aa-identities")
    assert failed["failed"] is True
    assert failed["changed"] is False
    records = _ledger.read_journal(Path(failed["ledger"]))
    assert [record["event"] for record in records] == ["intend", "failed"]
    assert records[0]["change"]["before"]["type"] == "UserAssigned"


def test_a_run_that_was_cut_off_after_the_write_is_finished_by_the_next(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["drop=after,path=*/automationAccounts/aa-plain*,method=PATCH,times=50"])
    assert azure.call("enable_identity", "aa-plain").get("failed") is True
    azure.control("DELETE", "/faults")
    again = azure.call("enable_identity", "aa-plain")
    assert "failed" not in again
    assert again["identity"]["type"] == "SystemAssigned"


def test_a_second_run_at_the_same_time_is_refused(azure: Azure) -> None:
    folder = Path(azure.call("enable_identity", "aa-plain", check=True)["ledger"])
    with _ledger.held(folder, "aa-plain", "copy_runas_roles"):
        refused = azure.call("enable_identity", "aa-plain")
    assert refused["failed"] is True
    assert "step copy_runas_roles of process" in refused["msg"]
    assert azure.writes() == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"automation_account_name": "aa-nowhere"}, "aa-nowhere failed with status 404"),
        ({"secret": "FAKE-wrong"}, "AADSTS7000215"),
        ({"tenant": None}, "lacks the option tenant"),
        ({"cloud_environment": "https://127.0.0.1:9"}, "no answer from the endpoint"),
        ({"cloud_environment": "Mars"}, "AzureChinaCloud"),
        ({"subscription_id": None}, "Set subscription_id"),
        ({"ca_bundle": "/nowhere/ca.pem"}, "ca.pem"),
    ],
)
def test_bad_input_gives_one_sentence_and_changes_nothing(azure: Azure, options: dict[str, Any], sentence: str) -> None:
    result = azure.call("enable_identity", "aa-plain", **options)
    assert result["failed"] is True
    assert sentence in result["msg"]
    assert "\n" not in result["msg"]
    assert "FAKE" not in result["msg"]
    assert azure.writes() == []


def test_a_reader_is_refused_with_the_missing_right_named(azure: Azure) -> None:
    result = azure.call("enable_identity", "aa-plain", login="reader")
    assert result["failed"] is True
    assert "AuthorizationFailed" in result["msg"]
    assert "Microsoft.Automation/automationAccounts/write" in result["msg"]


def test_throttling_is_waited_out(start_azure: Callable[..., Azure]) -> None:
    azure = start_azure("--fault", "status=429,retry_after=1,path=*/automationAccounts/aa-plain*,nth=1,times=2")
    assert azure.call("enable_identity", "aa-plain")["changed"] is True
