# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retiring Run As accounts, end to end: real SDK clients against the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

ESTATE = """
subscriptions:
  - {name: production}
  - {name: development}
applications:
  - {name: with-secret, secrets: [FAKE-application-secret-not-real]}
  - {name: with-role, app_roles: [User.Read.All]}
accounts:
  - name: aa-clean
    run_as: complete
    runbooks: [&clean {name: Clean, text: "Write-Output 'nothing to log in to'"}]
  - {name: aa-no-runbooks, run_as: complete}
  - {name: aa-nothing}
  - name: aa-draft
    run_as: complete
    runbooks:
      - name: Pending
        text: Write-Output 1
        draft: &login Get-AutomationConnection -Name AzureRunAsConnection
  - {name: aa-new, run_as: complete, runbooks: [{name: Unpublished, state: new, text: *login}]}
  - name: aa-broken
    run_as: complete
    runbooks: [{name: Broken, text: "if ( { Get-AutomationConnection -Name AzureRunAsConnection"}]
  - {name: aa-shared-clean, run_as: &shared {application: shared}}
  - {name: aa-shared-used, subscription: development, run_as: *shared, runbooks: [{name: Uses, text: *login}]}
  - {name: aa-shared-too, subscription: development, run_as: &pair {application: pair}, runbooks: [*clean]}
  - {name: aa-shared-done, run_as: *pair, runbooks: [*clean]}
  - name: aa-two
    run_as:
      - {application: two, connection: First, certificate: Both}
      - {application: two, connection: Second, certificate: Both}
  - {name: aa-classic, run_as: {kind: classic}}
  - {name: aa-secret, run_as: {application: with-secret}}
  - {name: aa-role, run_as: {application: with-role}}
  - {name: aa-nameless, run_as: {status: incomplete, missing: [application_id]}}
  - {name: aa-halved, run_as: {status: incomplete, missing: [certificate, application]}}
  - {name: aa-mapped, run_as: complete}
  - {name: aa-mapped-old, run_as: complete}
  - {name: aa-mapped-done, run_as: complete}
vaults:
  - name: rsv
    subscription: development
    mappings:
      - {name: by-run-as, account: aa-mapped}
      - {name: by-old-run-as, account: aa-mapped-old, authentication: null}
      - {name: by-identity, account: aa-mapped-done, authentication: SystemAssignedIdentity}
      - {name: switched-off, account: aa-mapped-done, auto_update: Disabled}
logins:
  migration: {secret: FAKE-migration-secret, graph: manage, app_roles: [AuditLog.Read.All], roles: [Contributor]}
  no-entra: {secret: FAKE-no-entra-secret, graph: none, roles: [Contributor]}
  reads-entra: {secret: FAKE-reads-entra-secret, graph: read, app_roles: [AuditLog.Read.All], roles: [Contributor]}
"""


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    estate = tmp_path / "estate.yml"
    estate.write_text(ESTATE)
    return start_azure("--estate", str(estate))


def retire(azure: Azure, account: str, **options: Any) -> dict[str, Any]:
    return azure.call("remove_runas", account, **options)


def parts(result: dict[str, Any]) -> dict[str, str]:
    (run_as,) = result["run_as"]
    return dict(run_as["parts"])


def codes(result: dict[str, Any]) -> list[str]:
    return [found["code"] for found in result["findings"]]


def kinds(result: dict[str, Any]) -> list[str]:
    return [f"{change['action']} {change['kind']}" for change in result["changes"]]


def principals(azure: Azure) -> dict[str, bool]:
    """Return whether each service principal is enabled, by application id."""
    objects = azure.state()["directory"]["objects"]
    return {item["appId"]: item["accountEnabled"] for item in objects if "accountEnabled" in item}


def snapshots(azure: Azure) -> list[dict[str, Any]]:
    journal = next(azure.ledger.glob("*/journal.jsonl"))
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    return [record for record in records if record["event"] == "snapshot"]


# What goes, and in which order


def test_disabling_turns_the_service_principal_off_and_nothing_else(azure: Azure) -> None:
    result = retire(azure, "aa-clean")
    assert kinds(result) == ["disable service_principal"]
    assert parts(result) == {
        "connection": "present",
        "certificate": "present",
        "application": "present",
        "service_principal": "disabled",
    }
    assert principals(azure)[result["run_as"][0]["application_id"]] is False
    assert len(azure.writes()) == 1
    assert result["partial"] is False


def test_deleting_takes_the_connection_then_the_certificate_then_the_application(azure: Azure) -> None:
    retire(azure, "aa-clean")
    azure.forget_requests()
    result = retire(azure, "aa-clean", stage="delete", soak_days=0)
    assert kinds(result) == ["delete connection", "delete certificate", "delete application"]
    assert [path.split("?")[0].split("/")[-2] for path in azure.writes()] == [
        "connections",
        "certificates",
        "applications",
    ]
    assert set(parts(result).values()) == {"deleted"}
    assert codes(result) == ["RA802"]


def test_deleting_leaves_the_application_unless_asked(azure: Azure) -> None:
    result = retire(azure, "aa-no-runbooks", stage="delete", soak_days=0, delete_application=False)
    assert kinds(result) == ["delete connection", "delete certificate"]
    assert parts(result)["service_principal"] == "enabled"


@pytest.mark.parametrize(
    "options",
    [{}, {"stage": "delete", "soak_days": 0, "delete_application": False}, {"stage": "delete", "soak_days": 0}],
)
def test_check_mode_predicts_what_the_run_does_and_writes_nothing(azure: Azure, options: dict[str, Any]) -> None:
    predicted = retire(azure, "aa-clean", check=True, **options)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    made = retire(azure, "aa-clean", **options)
    assert predicted == made
    assert made["changed"] is True
    assert made["diff"]


@pytest.mark.parametrize(
    "options",
    [{}, {"stage": "delete", "soak_days": 0, "delete_application": False}, {"stage": "delete", "soak_days": 0}],
)
def test_a_second_run_changes_nothing(azure: Azure, options: dict[str, Any]) -> None:
    retire(azure, "aa-clean", **options)
    azure.forget_requests()
    again = retire(azure, "aa-clean", connection="AzureRunAsConnection", **options)
    assert (again["changed"], again["changes"], again["partial"]) == (False, [], False)
    assert azure.writes() == []


def test_an_account_without_run_as_is_left_alone(azure: Azure) -> None:
    result = retire(azure, "aa-nothing", stage="delete", soak_days=0)
    assert (result["changed"], result["run_as"]) == (False, [])


def test_stages_follow_each_other_and_the_last_finds_the_application_again(azure: Azure) -> None:
    assert kinds(retire(azure, "aa-clean")) == ["disable service_principal"]
    assert kinds(retire(azure, "aa-clean", stage="delete", soak_days=0, delete_application=False)) == [
        "delete connection",
        "delete certificate",
    ]
    last = retire(azure, "aa-clean", stage="delete", soak_days=0)
    assert kinds(last) == ["delete application"]
    assert last["run_as"][0]["status"] == "absent"


def test_a_classic_one_has_nothing_to_disable_but_its_assets_go(azure: Azure) -> None:
    assert retire(azure, "aa-classic")["changed"] is False
    deleted = retire(azure, "aa-classic", stage="delete", soak_days=0)
    assert kinds(deleted) == ["delete connection", "delete certificate"]


def test_missing_parts_are_no_error(azure: Azure) -> None:
    result = retire(azure, "aa-halved", stage="delete", soak_days=0)
    assert kinds(result) == ["delete connection"]
    assert parts(result) == {
        "connection": "deleted",
        "certificate": "absent",
        "application": "absent",
        "service_principal": "absent",
    }


def test_a_connection_without_application_id_is_named(azure: Azure) -> None:
    result = retire(azure, "aa-nameless")
    assert (result["changed"], codes(result)) == (False, ["RA102"])
    assert "ApplicationId" in result["findings"][0]["sentence"]


# Who stands in the way


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ("aa-draft", "runbook Pending (draft, line 1)"),
        ("aa-new", "runbook Unpublished (draft, line 1)"),
        ("aa-broken", "runbook Broken (published, cannot be parsed)"),
        ("aa-mapped", "container mapping by-run-as of vault rsv"),
        ("aa-mapped-old", "container mapping by-old-run-as of vault rsv"),
    ],
)
def test_what_still_uses_it_is_named_and_nothing_is_changed(azure: Azure, account: str, named: str) -> None:
    for stage in ("disable", "delete"):
        result = retire(azure, account, stage=stage)
        assert result["failed"] is True
        assert named in result["msg"]
        assert "Nothing was changed" in result["msg"]
        assert len(result["used_by"]) == 1
    assert azure.writes() == []


def test_mappings_on_an_identity_or_switched_off_are_not_in_the_way(azure: Azure) -> None:
    assert retire(azure, "aa-mapped-done")["changed"] is True


def test_the_application_waits_for_the_last_account_that_uses_it(azure: Azure) -> None:
    disabled = retire(azure, "aa-shared-clean")
    assert (disabled["changed"], disabled["partial"], codes(disabled)) == (False, True, ["RA805"])
    assert "aa-shared-used: runbook Uses (published, line 1)" in disabled["pending"][0]["sentence"]
    assert [use["name"] for use in disabled["used_by"]] == ["Uses"]
    deleted = retire(azure, "aa-shared-clean", stage="delete", soak_days=0)
    assert kinds(deleted) == ["delete connection", "delete certificate"]
    assert [use["kind"] for use in deleted["used_by"]] == ["connection"]


def test_accounts_that_share_an_application_are_cleared_one_by_one(azure: Azure) -> None:
    assert kinds(retire(azure, "aa-shared-too")) == ["disable service_principal"]
    both = {"stage": "delete", "soak_days": 0}
    assert kinds(retire(azure, "aa-shared-too", **both)) == ["delete connection", "delete certificate"]
    assert kinds(retire(azure, "aa-shared-done", **both)) == [
        "delete connection",
        "delete certificate",
        "delete application",
    ]


def test_sharing_without_use_is_told(azure: Azure) -> None:
    assert codes(retire(azure, "aa-shared-done", check=True)) == ["RA104"]


def test_what_another_connection_of_the_account_needs_stays(azure: Azure) -> None:
    retire(azure, "aa-two")
    both = {"stage": "delete", "soak_days": 0}
    first = retire(azure, "aa-two", connection="First", **both)
    assert kinds(first) == ["delete connection"]
    assert sorted(codes(first)) == ["RA803", "RA805"]
    second = retire(azure, "aa-two", connection="second", **both)
    assert kinds(second) == ["delete connection", "delete certificate", "delete application"]


def test_both_connections_go_before_what_they_share(azure: Azure) -> None:
    result = retire(azure, "aa-two", stage="delete", soak_days=0)
    assert kinds(result) == [
        "delete connection",
        "delete connection",
        "delete certificate",
        "delete application",
    ]


@pytest.mark.parametrize(
    ("account", "named"), [("aa-secret", "a client secret"), ("aa-role", "an app role of Microsoft Graph")]
)
def test_an_application_with_other_uses_is_left_unless_accepted(azure: Azure, account: str, named: str) -> None:
    refused = retire(azure, account)
    assert refused["failed"] is True
    assert named in refused["msg"]
    assert azure.writes() == []
    accepted = retire(azure, account, accept_other_use=True)
    assert (kinds(accepted), codes(accepted)) == (["disable service_principal"], ["RA806"])


def test_its_assets_may_go_whatever_else_the_application_does(azure: Azure) -> None:
    assert kinds(retire(azure, "aa-secret", stage="delete", soak_days=0, delete_application=False)) == [
        "delete connection",
        "delete certificate",
    ]


def test_a_connection_that_is_not_there_is_no_error(azure: Azure) -> None:
    assert retire(azure, "aa-clean", connection="NoSuchConnection")["changed"] is False


# What cannot be read or written


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("*/vaults?*", "The Recovery Services vaults of subscription"),
        ("*/replicationProtectionContainerMappings*", "The container mappings of vault rsv"),
        ("*/aa-clean/runbooks/Clean/content*", "The published content of runbook Clean"),
        ("*/aa-clean/runbooks?*", "The runbooks of account aa-clean"),
    ],
)
def test_what_could_not_be_read_is_refused_unless_accepted(azure: Azure, path: str, named: str) -> None:
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={path},times=0"])
    for stage in ("disable", "delete"):
        refused = retire(azure, "aa-clean", stage=stage, soak_days=0)
        assert refused["failed"] is True
        assert named in refused["msg"]
        assert "accept_unread" in refused["msg"]
    assert azure.writes() == []
    for stage in ("disable", "delete"):
        accepted = retire(azure, "aa-clean", stage=stage, soak_days=0, accept_unread=True)
        assert accepted["changed"] is True
        assert "RA901" in codes(accepted)


def test_other_accounts_that_could_not_be_read_are_refused(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*/aa-mapped/connections?*,times=0"])
    refused = retire(azure, "aa-clean")
    assert "The connections of account aa-mapped could not be read" in refused["msg"]
    assert retire(azure, "aa-clean", stage="delete", soak_days=0, delete_application=False)["changed"] is True


def test_without_rights_in_entra_the_assets_go_and_the_rest_is_handed_over(azure: Azure) -> None:
    result = retire(azure, "aa-clean", login="no-entra", stage="delete", soak_days=0)
    assert kinds(result) == ["delete connection", "delete certificate"]
    assert (result.get("failed"), result["partial"]) == (None, True)
    (pending,) = result["pending"]
    assert pending["code"] == "RA804"
    assert "delete that application" in pending["remedy"]
    assert parts(result)["application"] == "not read"
    again = retire(azure, "aa-clean", login="no-entra", stage="delete", soak_days=0)
    assert (again["changed"], again["partial"]) == (False, True)


def test_without_rights_in_entra_nothing_can_be_disabled(azure: Azure) -> None:
    result = retire(azure, "aa-clean", login="no-entra")
    assert (result["changed"], result["partial"], codes(result)) == (False, True, ["RA804"])


def test_a_refused_write_in_entra_fails_that_change_only(azure: Azure) -> None:
    result = retire(azure, "aa-clean", login="reads-entra", stage="delete", soak_days=0)
    assert kinds(result) == ["delete connection", "delete certificate"]
    assert (result["failed"], result["partial"]) == (True, True)
    assert [change["kind"] for change in result["not_changed"]] == ["application"]
    assert [item["code"] for item in result["pending"]] == ["RA804"]
    finished = retire(azure, "aa-clean", stage="delete", soak_days=0)
    assert kinds(finished) == ["delete application"]


@pytest.mark.parametrize("cut", ["*/connections/AzureRunAsConnection?*", "*/certificates/AzureRunAsCertificate?*"])
def test_a_run_that_was_cut_off_is_finished_by_the_next(azure: Azure, cut: str) -> None:
    azure.control("PUT", "/faults", [f"drop=after,method=DELETE,path={cut},times=0"])
    broken = retire(azure, "aa-clean", stage="delete", soak_days=0)
    assert broken["failed"] is True
    azure.control("DELETE", "/faults")
    finished = retire(azure, "aa-clean", stage="delete", soak_days=0)
    assert finished.get("failed") is None
    assert set(parts(finished).values()) <= {"deleted", "absent"}
    state = next(account for account in azure.state()["accounts"] if account["name"] == "aa-clean")
    assert "AzureRunAs" not in json.dumps(state)


# What is kept


def test_everything_known_is_in_the_ledger_before_it_goes(azure: Azure) -> None:
    retire(azure, "aa-secret", stage="delete", soak_days=0, accept_other_use=True)
    (snapshot,) = snapshots(azure)
    assert snapshot["connection"]["properties"]["fieldDefinitionValues"]["ApplicationId"]
    assert snapshot["certificate"]["properties"]["thumbprint"]
    assert snapshot["application"]["passwordCredentials"]
    assert snapshot["service_principal"]["id"]
    assert [item["properties"]["principalType"] for item in snapshot["role_assignments"]] == ["ServicePrincipal"]
    assert "FAKE-" not in json.dumps(snapshot)


def test_only_the_approved_plan_is_carried_out(azure: Azure) -> None:
    approved = retire(azure, "aa-clean", check=True)["plan_fingerprint"]
    refused = retire(azure, "aa-clean", stage="delete", soak_days=0, delete_application=False, expect_plan=approved)
    assert "not the approved one" in refused["msg"]
    assert azure.writes() == []
    assert retire(azure, "aa-clean", expect_plan=approved)["changed"] is True
