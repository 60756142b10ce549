# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""runas_info: what it finds, that it changes nothing, and what becomes of what it cannot read."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
ACCEPTED = {"hybrid": "accept"}


def assess(azure: Azure, account: str, **options: Any) -> dict[str, Any]:
    """Return the assessment of an account."""
    result = azure.call("runas_info", account, **options)
    assert not result.get("failed"), result
    assert result["changed"] is False
    document: dict[str, Any] = result["assessment"]
    return document


def codes(document: dict[str, Any], *families: str) -> list[str]:
    """Return the codes of the findings of some families, each once."""
    found = sorted({said["code"] for said in document["findings"]})
    return [code for code in found if not families or code[:3] in families]


def estate(tmp_path: Path, **keys: Any) -> tuple[str, ...]:
    """Write an estate and return the arguments that serve it."""
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(keys, allow_unicode=True))
    return "--estate", str(path)


def runbook(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in document["runbooks"] if item["name"] == name)
    return found


# What is found


def test_every_account_of_the_demo_estate_stands_where_it_stands(azure: Azure) -> None:
    states = {account["name"]: assess(azure, account["name"])["state"] for account in azure.endpoint["accounts"]}
    assert states == {
        "aa-plain": "ready",
        "aa-identities": "ready_with_warnings",
        "aa-roles": "manual_work",
        "aa-hybrid": "blocked",
        "aa-expired": "ready_with_warnings",
        "aa-incomplete": "ready_with_warnings",
        "aa-classic": "manual_work",
        "aa-shared-east": "ready",
        "aa-shared-west": "manual_work",
        "aa-languages": "manual_work",
        "aa-recovery": "ready",
        "aa-done": "not_needed",
    }
    assert azure.writes() == []


def test_a_run_as_account_and_its_access(azure: Azure) -> None:
    document = assess(azure, "aa-roles")
    (run_as,) = document["run_as"]
    assert (run_as["connection"], run_as["kind"], run_as["status"]) == ("AzureRunAsConnection", "azure", "complete")
    assert run_as["service_principal"]["enabled"] is True
    assert run_as["thumbprint"] in [item["thumbprint"] for item in run_as["application"]["certificates"]]
    (principal,) = document["access"]["principals"]
    assert sorted((item["role"], item["kind"]) for item in principal["assignments"]) == [
        ("Contributor", "default_contributor"),
        ("Owner", "privileged"),
        ("Reader", "other"),
        ("Storage Blob Data Contributor", "other"),
        ("VM Restarter", "custom_role"),
        ("Virtual Machine Contributor", "other"),
    ]
    assert {item["held_by_identity"] for item in principal["assignments"]} == {False}


def test_runbooks_with_the_place_and_the_evidence(azure: Azure) -> None:
    document = assess(azure, "aa-plain")
    used = runbook(document, "Start-TaggedVMs")
    assert (used["uses_run_as"], used["automatic"]) == (True, True)
    assert {use["version"] for use in used["uses"]} == {"published"}
    assert all(use["line"] and use["column"] for use in used["uses"])
    assert [item["name"] for item in used["evidence"]["schedules"]] == ["every-morning"]
    assert [item["name"] for item in used["evidence"]["webhooks"]] == ["start-from-portal"]
    assert used["evidence"]["last_job"] is None
    unused = runbook(document, "Get-Inventory")
    assert (unused["uses_run_as"], unused["automatic"], unused["uses"]) == (False, None, [])


def test_a_runbook_for_a_person_says_why_and_where(azure: Azure) -> None:
    used = runbook(assess(azure, "aa-shared-west"), "Report-Application")
    assert (used["verdict"], used["automatic"]) == ("manual", False)
    (use,) = used["uses"]
    assert use["code"] == "RA412"
    assert use["line"] == 5


def test_a_draft_is_looked_at_beside_the_published_content(azure: Azure) -> None:
    used = runbook(assess(azure, "aa-identities"), "Resize-ScaleSet")
    assert used["draft"]["uses_run_as"] is True
    assert {use["version"] for use in used["uses"]} == {"published", "draft"}
    assert used["refused_because"] == ["RA491"]


def test_mappings_and_accounts_with_the_same_application(azure: Azure) -> None:
    document = assess(azure, "aa-recovery")
    mappings = [item for item in document["dependants"] if item["kind"] == "container_mapping"]
    assert [item["uses_run_as"] for item in mappings] == [True] * 4
    assert document["state_because"] == [
        "4 container mappings can be moved to the identity: westeurope-northeurope-24-hour-retention-policy, "
        "web-to-northeurope, web-to-francecentral, data-to-northeurope."
    ]
    shared = assess(azure, "aa-shared-east")
    assert "RA104" in codes(shared)
    (one,) = shared["run_as"]
    assert [account.rsplit("/", 1)[-1] for account in one["shared_with"]] == ["aa-shared-west"]


def test_the_scope_leaves_parts_out_and_asks_less(azure: Azure) -> None:
    whole = assess(azure, "aa-plain")
    asked = len(azure.requests())
    azure.forget_requests()
    part = assess(azure, "aa-plain", scope=["run_as", "runbooks"])
    assert part["state"] == "ready"
    assert [one["status"] for one in part["run_as"]] == [one["status"] for one in whole["run_as"]]
    assert part["runbooks"] != whole["runbooks"], "evidence of use was not asked for"
    left_out = ("access", "hybrid", "modules", "dependants", "preflight")
    assert {part[name] for name in left_out} == {None}
    assert len(azure.requests()) < asked / 2
    only = assess(azure, "aa-plain", scope=["hybrid"])
    assert (only["state"], only["run_as"], only["runbooks"]) == (None, None, None)


def test_accounts_with_the_same_application_alone(azure: Azure) -> None:
    document = assess(azure, "aa-shared-east", scope=["run_as", "other_accounts"])
    assert (document["dependants"], codes(document)) == (None, ["RA104"])


def test_what_was_not_looked_at_is_not_passed_off_as_unused(azure: Azure) -> None:
    """The mappings of this account are its only use; the state says when nobody looked at mappings, or could not."""
    assert "can be moved" in assess(azure, "aa-recovery")["state_because"][0]
    part = assess(azure, "aa-recovery", scope=["run_as", "runbooks"])
    assert "was not looked at" in part["state_because"][-1]
    azure.control("PUT", "/faults", ["status=403,path=*/Microsoft.RecoveryServices/vaults?*,times=0"])
    unread = assess(azure, "aa-recovery")
    assert "RA901" in codes(unread)
    assert "not certain" in unread["state_because"][-1]


# It changes nothing


def test_a_login_that_may_only_read_finds_the_same(azure: Azure) -> None:
    """The reader is refused every write, so nothing but reads can have been needed."""
    refused = azure.call("enable_identity", "aa-plain", login="reader")
    assert "AuthorizationFailed" in refused["msg"]
    azure.forget_requests()
    for account in ("aa-plain", "aa-roles", "aa-recovery"):
        read, migrated = assess(azure, account, login="reader"), assess(azure, account)
        assert read["run_as"] == migrated["run_as"]
        assert read["runbooks"] == migrated["runbooks"]
        assert read["state"] == migrated["state"]
        assert read["preflight"]["judged"] is False
        assert migrated["preflight"]["judged"] is True
    assert azure.writes() == []


def test_the_rights_of_the_other_login_that_will_migrate(azure: Azure) -> None:
    objects = azure.state()["directory"]["objects"]
    migrating = next(
        item["id"] for item in objects if item["displayName"] == "login-migration" and "servicePrincipalType" in item
    )
    document = assess(azure, "aa-plain", login="reader", migration_principal=migrating)
    assert document["preflight"]["judged"] is True
    assert document["preflight"]["login"]["object_id"] == migrating
    assert document["state"] == "ready"


def test_a_login_that_lacks_a_right_is_told_before_the_first_write(azure: Azure) -> None:
    document = assess(azure, "aa-shared-east", login="blind", unreadable="report")
    assert document["state"] == "blocked"


# What is kept


def test_the_assessment_is_kept_for_the_owner_only(azure: Azure, tmp_path: Path) -> None:
    folder = tmp_path / "assessments"
    assert azure.call("runas_info", "aa-plain", check=True, assessments=str(folder))["file"]
    assert not folder.exists()
    result = azure.call("runas_info", "aa-plain", assessments=str(folder))
    path = Path(result["file"])
    assert json.loads(path.read_text()) == result["assessment"]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700


def test_the_summary_leaves_the_long_parts_out(azure: Azure) -> None:
    result = azure.call("runas_info", "aa-shared-west", result="summary")
    assert set(result) == {"changed", "state", "account", "summary", "file"}
    assert result["summary"]["run_as_status"] == "complete"
    assert result["summary"]["runbooks"] == {"all": 1, "using": 1, "automatic": 0, "by_hand": 1}


def test_no_secret_is_in_an_assessment(azure: Azure, tmp_path: Path) -> None:
    folder = tmp_path / "assessments"
    for account in azure.endpoint["accounts"]:
        azure.call("runas_info", account["name"], assessments=str(folder))
    kept = "".join(path.read_text() for path in folder.rglob("*") if path.is_file())
    assert "aa-expired" in kept
    secrets = yaml.safe_load((Path(__file__).parents[1] / "simulator/azure_simulator/estates/demo.yml").read_text())[
        "seeded_secrets"
    ]
    assert [secret for secret in secrets if secret in kept] == []


# Progress and drift


def migrate(azure: Azure, account: str) -> None:
    for module in ("enable_identity", "copy_runas_roles", "update_runbook"):
        result = azure.call(module, account)
        assert not result.get("failed"), result


def test_a_migration_from_ready_to_migrated_and_what_comes_back(azure: Azure, tmp_path: Path) -> None:
    kept = {"assessments": str(tmp_path / "assessments"), "surroundings_age": 0}
    assert assess(azure, "aa-plain", **kept)["state"] == "ready"
    azure.call("enable_identity", "aa-plain")
    assert assess(azure, "aa-plain", **kept)["state"] == "in_progress"
    migrate(azure, "aa-plain")
    done = assess(azure, "aa-plain", **kept)
    assert (done["state"], codes(done, "RA1")) == ("migrated", ["RA109"])
    (principal,) = done["access"]["principals"]
    assert {item["held_by_identity"] for item in principal["assignments"]} == {True}

    bring_back(azure, "aa-plain", "Start-TaggedVMs")
    back = assess(azure, "aa-plain", **kept)
    assert back["state"] == "drifted"
    assert {"RA112", "RA497"} <= set(codes(back))
    # Without the ledger, the assessments alone tell.
    elsewhere = assess(azure, "aa-plain", **kept, ledger=str(tmp_path / "none"))
    assert (elsewhere["state"], codes(elsewhere, "RA4")) == ("drifted", ["RA401"])


def bring_back(azure: Azure, account: str, name: str) -> None:
    """Publish the text of before, as a source control would."""
    from .access_estate import session

    source = Path(__file__).parents[1] / f"simulator/azure_simulator/estates/runbooks/{name}.ps1"
    from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
    from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId

    options = azure.account(account)
    target = AccountId(options["subscription_id"], options["resource_group"], options["automation_account_name"])
    with session(azure) as opened:
        automation.replace_draft(opened, target, name, source.read_bytes())
        automation.publish_draft(opened, target, name)


# What cannot be read


@pytest.mark.parametrize(
    ("fault", "code", "state"),
    [
        ("status=403,path=*/runbooks/stop-devvms/content*,times=0", "RA901", "manual_work"),
        ("status=403,path=*/runbooks?*,times=0", "RA901", "blocked"),
        ("status=403,path=*/connections?*,times=0", "RA901", "blocked"),
        ("status=403,service=graph,times=0", "RA901", "ready_with_warnings"),
        ("status=500,path=*/hybridRunbookWorkerGroups?*,times=0", "RA903", "blocked"),
        ("status=403,path=*/jobs?*,times=0", "RA901", "ready_with_warnings"),
        ("status=403,path=*/certificates?*,times=0", "RA901", "ready_with_warnings"),
        ("status=403,path=*/modules?*,times=0", "RA901", "manual_work"),
        ("status=429,path=*/Microsoft.RecoveryServices/vaults?*,times=0", "RA902", "ready_with_warnings"),
    ],
)
def test_a_part_that_cannot_be_read_is_a_finding_and_the_rest_is_there(
    azure: Azure, fault: str, code: str, state: str
) -> None:
    azure.control("PUT", "/faults", [fault])
    document = assess(azure, "aa-plain")
    assert document["state"] == state, document["state_because"]
    assert code in codes(document)
    assert document["identity"]["type"] == "None"


def test_an_account_that_is_deleted_midway(azure: Azure) -> None:
    account = azure.account("aa-plain")
    path = "*/automationaccounts/aa-plain*"
    azure.control("PUT", "/faults", [f"status=404,path={path},nth=4,times=0,code=ResourceNotFound"])
    document = assess(azure, "aa-plain", unreadable="report")
    assert (document["state"], codes(document)) == ("blocked", ["RA904"])
    assert document["account"]["name"] == account["automation_account_name"]


def test_an_account_that_is_not_there(azure: Azure) -> None:
    result = azure.call("runas_info", "aa-plain", automation_account_name="aa-nowhere")
    assert result["failed"] is True
    assert "aa-nowhere" in result["msg"]
    told = assess(azure, "aa-plain", automation_account_name="aa-nowhere", unreadable="report")
    assert (told["state"], codes(told)) == ("blocked", ["RA904"])


def test_a_refused_login_is_an_error_and_no_assessment(azure: Azure) -> None:
    result = azure.call("runas_info", "aa-plain", secret="FAKE-wrong", unreadable="report")
    assert result["failed"] is True
    assert "login was refused" in result["msg"]


def test_a_kept_assessment_that_was_cut_short_is_named(azure: Azure, tmp_path: Path) -> None:
    folder = str(tmp_path / "assessments")
    path = Path(azure.call("runas_info", "aa-plain", assessments=folder)["file"])
    path.write_text(path.read_text()[:100])
    document = assess(azure, "aa-plain", assessments=folder)
    assert "RA906" in codes(document)
    assert json.loads(path.read_text())["format"] == 1


def test_odd_names_are_text(start_azure: Start, tmp_path: Path) -> None:
    odd = "Zürich {{ 7 * 7 }} \"quoted\" 'single' [x] #1"
    azure = start_azure(
        *estate(
            tmp_path,
            accounts=[
                {
                    "name": "aa-odd",
                    "tags": {"note": "../up <script>", "{{ lookup('env', 'HOME') }}": "{% raw %}"},
                    "run_as": [{"connection": odd, "certificate": f"cert {odd}"}],
                    "runbooks": [
                        {
                            "name": "Odd",
                            "text": "$c = Get-AutomationConnection -Name '"
                            + odd.replace("'", "''")
                            + "'\nConnect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId "
                            "$c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint\n",
                        }
                    ],
                    "schedules": [{"name": odd}],
                    "links": [{"runbook": "Odd", "schedule": odd}],
                }
            ],
        )
    )
    document = assess(azure, "aa-odd", assessments=str(tmp_path / "assessments"))
    (run_as,) = document["run_as"]
    assert run_as["connection"] == odd
    assert document["account"]["tags"]["note"] == "../up <script>"
    used = runbook(document, "Odd")
    assert used["automatic"] is True
    assert used["evidence"]["schedules"][0]["name"] == odd
    inside = {path.resolve() for path in (tmp_path / "assessments").rglob("*")}
    assert all((tmp_path / "assessments").resolve() in path.parents for path in inside)


def test_a_thousand_runbooks(start_azure: Start, tmp_path: Path) -> None:
    books = [{"name": f"Rb-{number:04}", "text": f"Write-Output {number}"} for number in range(1000)]
    azure = start_azure(*estate(tmp_path, accounts=[{"name": "aa-many", "run_as": "complete", "runbooks": books}]))
    document = assess(azure, "aa-many", scope=["run_as", "runbooks"])
    assert len(document["runbooks"]) == 1000
    assert document["state"] == "ready"
