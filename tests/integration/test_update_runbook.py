# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""update_runbook on the simulator: rewritten in place, nothing lost, nobody's draft published."""

from __future__ import annotations

import base64
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
OLD = LOGIN + "Get-AzVM\n"
NEW = "Connect-AzAccount -Identity\nGet-AzVM\n"
WORK = "# half done, do not publish\n" + OLD
CLEAN = "Get-Date\n"


def account_of(azure: Azure, account: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in azure.state()["accounts"] if item["name"] == account)
    return found


def contents(azure: Azure, account: str, runbook: str) -> tuple[bytes | None, bytes | None]:
    """Return the published content and the draft of a runbook as the simulator holds them."""
    found = next(item for item in account_of(azure, account)["runbooks"] if item["name"] == runbook)
    published, draft = (found[key] and base64.b64decode(found[key]["base64"]) for key in ("content", "draft"))
    return published, draft


def links_of(azure: Azure, account: str) -> list[tuple[str, str, str | None, dict[str, str]]]:
    """Return the links of an account without their ids."""
    found = account_of(azure, account)["job_schedules"]
    return sorted((link["runbook"], link["schedule"], link["run_on"], link["parameters"]) for link in found)


def codes(result: dict[str, Any], runbook: str = "") -> list[str]:
    return [said["code"] for said in result["findings"] if said["resource"].endswith(runbook)]


def shown(result: dict[str, Any], runbook: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in result["runbooks"] if item["name"] == runbook)
    return found


def steps(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["action"], change["target"].rsplit("/", 1)[-1]) for change in result["changes"]]


@pytest.fixture
def azure(start_azure: Callable[..., Azure]) -> Azure:
    """Return a simulator with the demo estate that does not make its callers wait."""
    return start_azure("--set", "retry_after=0")


@pytest.fixture
def drafts(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return a simulator with one account whose runbooks differ in what drafts they have."""
    runbooks = [
        {"name": "Plain", "text": OLD},
        {"name": "Pending", "text": OLD, "draft": WORK},
        {"name": "Opened", "text": OLD, "draft": OLD},
        {"name": "Never", "state": "new", "text": OLD},
        {"name": "Clean", "text": CLEAN, "draft": WORK},
        {"name": "Manual", "text": LOGIN + "Send-Mail $c.CertificateThumbprint\n"},
        {"name": "Broken", "base64": base64.b64encode(b"\xff" + OLD.encode()).decode()},
    ]
    account = {
        "name": "aa",
        "identity": "system",
        "run_as": "complete",
        "runbooks": runbooks,
        "schedules": [{"name": "daily"}, {"name": "weekly"}],
        "links": [
            {"runbook": "Plain", "schedule": "daily", "parameters": {"Mode": "FAKE-parameter-value"}},
            {"runbook": "Plain", "schedule": "weekly"},
            {"runbook": "Pending", "schedule": "daily"},
        ],
        "webhooks": [{"name": "hook", "runbook": "Plain"}],
    }
    estate = {"tenants": [{"name": "t"}], "subscriptions": [{"name": "s"}], "accounts": [account]}
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(estate))
    return start_azure("--estate", str(path), "--set", "retry_after=0")


# The demo estate


@pytest.mark.parametrize("account", ["aa-plain", "aa-identities", "aa-roles", "aa-languages"])
def test_check_mode_predicts_what_the_run_does_and_writes_nothing(azure: Azure, account: str) -> None:
    predicted = azure.call("update_runbook", account, check=True)
    assert azure.writes() == []
    assert not azure.ledger.exists()
    azure.call("enable_identity", account)
    made = azure.call("update_runbook", account)
    for key in ("changed", "changes", "plan_fingerprint", "findings", "runbooks", "diff"):
        assert made[key] == predicted[key], key
    assert made["changed"] is True


@pytest.mark.parametrize("account", ["aa-plain", "aa-identities", "aa-roles", "aa-expired", "aa-incomplete"])
def test_a_second_run_changes_nothing(azure: Azure, account: str) -> None:
    azure.call("enable_identity", account)
    assert azure.call("update_runbook", account)["changed"] is True
    azure.forget_requests()
    again = azure.call("update_runbook", account)
    assert again["changed"] is False
    assert azure.writes() == []


def test_every_other_byte_stays(azure: Azure) -> None:
    before, dummy = contents(azure, "aa-identities", "Export-CostReport")
    azure.call("enable_identity", "aa-identities")
    azure.call("update_runbook", "aa-identities")
    after, draft = contents(azure, "aa-identities", "Export-CostReport")
    assert before is not None and after is not None and draft is None
    assert before.startswith(b"\xef\xbb\xbf") and after.startswith(b"\xef\xbb\xbf")
    assert after.count(b"\n") == after.count(b"\r\n")
    unchanged = set(after.split(b"\r\n")) - set(before.split(b"\r\n"))
    assert unchanged == {b"    Identity = $true"}


def test_no_runbook_is_put_and_links_and_webhooks_stay(azure: Azure) -> None:
    before = account_of(azure, "aa-plain")
    azure.call("enable_identity", "aa-plain")
    azure.forget_requests()
    azure.call("update_runbook", "aa-plain")
    kinds = {write.split("?")[0].rsplit("/runbooks/", 1)[-1].split("/", 1)[-1] for write in azure.writes()}
    assert kinds == {"draft/content", "publish"}
    after = account_of(azure, "aa-plain")
    assert after["job_schedules"] == before["job_schedules"]
    assert after["webhooks"] == before["webhooks"]


def test_without_an_identity_nothing_is_changed(azure: Azure) -> None:
    refused = azure.call("update_runbook", "aa-plain")
    assert refused["failed"] is True
    assert "enable_identity" in refused["msg"] and "aa-plain" in refused["msg"]
    assert azure.writes() == []


def test_a_user_assigned_identity_is_named_by_its_client_id(azure: Azure) -> None:
    attached = account_of(azure, "aa-identities")["identity"]["userAssignedIdentities"]
    arm_id, detail = next((key, value) for key, value in attached.items() if key.endswith("id-scaling"))
    client_id = detail.get("clientId") or detail["ClientId"]
    made = azure.call("update_runbook", "aa-identities", identity=arm_id.upper(), runbooks=["clean-oldsnapshots"])
    assert steps(made) == [("replace", "Clean-OldSnapshots"), ("publish", "Clean-OldSnapshots")]
    published, dummy = contents(azure, "aa-identities", "Clean-OldSnapshots")
    assert published is not None and f"-Identity -AccountId {client_id}".encode() in published


def test_an_identity_that_is_not_attached_is_refused(azure: Azure) -> None:
    other = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-other"
    for identity, expected in ((other, "enable_identity"), ("id-other", "resource id")):
        refused = azure.call("update_runbook", "aa-identities", identity=identity)
        assert refused["failed"] is True
        assert identity in refused["msg"] and expected in refused["msg"]
    assert azure.writes() == []


def test_check_mode_plans_for_an_identity_that_is_yet_to_be_attached(azure: Azure) -> None:
    attached = account_of(azure, "aa-identities")["identity"]["userAssignedIdentities"]
    identity = next(iter(attached))
    predicted = azure.call("update_runbook", "aa-plain", identity=identity, check=True)
    refused = azure.call("update_runbook", "aa-plain", identity=identity)
    assert "enable_identity" in refused["msg"]
    named = {"type": "UserAssigned", "user_assigned_identities": {"id": [identity]}}
    azure.call("enable_identity", "aa-plain", identity=named)
    made = azure.call("update_runbook", "aa-plain", identity=identity)
    assert made["plan_fingerprint"] == predicted["plan_fingerprint"]
    assert made["changed"] is True


def test_user_assigned_identities_on_hybrid_workers_are_reported(azure: Azure) -> None:
    attached = account_of(azure, "aa-identities")["identity"]["userAssignedIdentities"]
    named = {"type": "UserAssigned", "user_assigned_identities": {"id": [next(iter(attached))]}}
    azure.call("enable_identity", "aa-hybrid", identity=named, hybrid="accept")
    result = azure.call("update_runbook", "aa-hybrid", identity=next(iter(attached)), check=True)
    assert "RA604" in codes(result)
    sentence = next(said["sentence"] for said in result["findings"] if said["code"] == "RA604")
    assert "hq-servers" in sentence and "weekly-restart" in sentence


def test_what_people_must_do_is_reported_with_line_and_column(azure: Azure) -> None:
    result = azure.call("update_runbook", "aa-shared-west", check=True)
    assert shown(result, "Report-Application")["verdict"] == "manual"
    assert all(said["line"] and said["column"] for said in result["findings"])
    assert result["changed"] is False


def test_an_account_that_needs_nothing_is_left_alone(azure: Azure) -> None:
    result = azure.call("update_runbook", "aa-done")
    assert (result["changed"], result["findings"]) == (False, [])
    assert azure.writes() == []


# Which runbooks


@pytest.mark.parametrize("wanted", [["start-taggedvms", "Stop-*"], "START-TAGGEDVMS,stop-devvms", ["st*\n"]])
def test_runbooks_are_named_in_any_case_by_pattern_or_flat_text(azure: Azure, wanted: list[str] | str) -> None:
    result = azure.call("update_runbook", "aa-plain", check=True, runbooks=wanted)
    assert [item["name"] for item in result["runbooks"]] == ["Start-TaggedVMs", "Stop-DevVMs"]


def test_an_unknown_runbook_is_named(azure: Azure) -> None:
    refused = azure.call("update_runbook", "aa-plain", runbooks=["Start-TaggedVMs", "Start-Tagged"])
    assert refused["failed"] is True
    assert "no runbook named Start-Tagged." in refused["msg"]


# Drafts


def test_somebodys_draft_is_left_alone_by_default(drafts: Azure) -> None:
    made = drafts.call("update_runbook", "aa")
    assert contents(drafts, "aa", "Plain") == (NEW.encode(), None)
    assert contents(drafts, "aa", "Opened") == (NEW.encode(), None)
    assert contents(drafts, "aa", "Pending") == (OLD.encode(), WORK.encode())
    assert contents(drafts, "aa", "Never") == (None, OLD.encode())
    assert contents(drafts, "aa", "Clean") == (CLEAN.encode(), WORK.encode())
    assert (codes(made, "/Pending"), codes(made, "/Never"), codes(made, "/Clean")) == (["RA491"], ["RA493"], ["RA492"])
    facts = {item["name"]: (item["verdict"], item["draft"], item["published"]) for item in made["runbooks"]}
    assert facts["Plain"] == ("rewritten", "none", True)
    assert facts["Pending"] == facts["Never"] == ("rewritten", "skipped", False)
    assert facts["Clean"] == ("not_used", "kept", False)
    assert facts["Broken"] == ("unparsable", "none", False)
    assert facts["Manual"][0] == "manual"
    assert drafts.call("update_runbook", "aa")["changed"] is False


def test_somebodys_draft_is_kept_byte_for_byte(drafts: Azure) -> None:
    made = drafts.call("update_runbook", "aa", pending_draft="keep")
    assert contents(drafts, "aa", "Pending") == (NEW.encode(), WORK.encode())
    assert contents(drafts, "aa", "Never") == (None, NEW.encode())
    kept = [action for action, name in steps(made) if name == "Pending"]
    assert kept == ["replace", "publish", "restore"]
    again = drafts.call("update_runbook", "aa", pending_draft="keep")
    assert again["changed"] is False
    assert shown(again, "Pending")["draft"] == "kept"
    assert codes(again, "/Pending") == ["RA492"]


def test_publish_false_stops_at_the_draft_and_is_finished_later(drafts: Azure) -> None:
    only = {"runbooks": ["Plain"]}
    made = drafts.call("update_runbook", "aa", publish=False, **only)
    assert contents(drafts, "aa", "Plain") == (OLD.encode(), NEW.encode())
    assert (steps(made), codes(made, "/Plain")[-1]) == ([("replace", "Plain")], "RA490")
    assert drafts.call("update_runbook", "aa", publish=False, **only)["changed"] is False
    assert steps(drafts.call("update_runbook", "aa", **only)) == [("publish", "Plain")]
    assert contents(drafts, "aa", "Plain") == (NEW.encode(), None)


def test_the_contents_before_are_in_the_ledger(drafts: Azure) -> None:
    made = drafts.call("update_runbook", "aa", pending_draft="keep", runbooks=["Pending"])
    folder = Path(made["ledger"])
    replace, publish, restore = made["changes"]
    assert _ledger.read_blob(folder, replace["before"]) == WORK.encode()
    assert _ledger.read_blob(folder, publish["before"]) == OLD.encode()
    assert _ledger.read_blob(folder, publish["after"]) == NEW.encode()
    assert _ledger.read_blob(folder, restore["after"]) == WORK.encode()


# Runs that were cut short


CALL = """
import json, sys
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import runbooks
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._call import perform
options = ArgumentSpecValidator(dict(runbooks.ARGUMENTS.options)).validate(json.loads(sys.argv[1])).validated_parameters
perform(runbooks.run, runbooks.NAME, options, check_mode=False, diff_mode=False)
"""

# Requests that Azure sits on: what is done meanwhile happens between two steps of the run.
BEFORE_PUBLISHING = "latency=20000,method=POST,path=*/publish*"
AFTER_PUBLISHING = "latency=20000,method=GET,path=*/runbooks/{}/content*,nth=3"
AFTER_PUTTING_BACK = "latency=20000,method=GET,path=*/draft/content*,nth=5"


@contextmanager
def stopped_at(azure: Azure, fault: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run the step in a process of its own; in the block it stands still, its request of ``fault`` unanswered."""
    azure.control("PUT", "/faults", [fault])
    nth = int(fault.partition("nth=")[2] or 1)
    named = {**azure.login(), **azure.account("aa"), "ledger": str(azure.ledger), **options}
    process = subprocess.Popen([sys.executable, "-c", CALL, json.dumps(named)])
    try:
        while int(azure.control("GET", "/faults")[0].partition("seen=")[2]) < nth:
            assert process.poll() is None, [entry["path"] for entry in azure.requests()]
            time.sleep(0.02)
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        process.kill()
        process.wait(timeout=30)
        azure.control("DELETE", "/faults")


def kill_at(azure: Azure, fault: str, **options: Any) -> None:
    """Run the step and kill it at a request."""
    with stopped_at(azure, fault, **options):
        pass


KEEP: dict[str, Any] = {"pending_draft": "keep", "runbooks": ["Pending"]}


@pytest.mark.parametrize("options", [KEEP, {}], ids=["keep", "skip"])
@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (BEFORE_PUBLISHING, (OLD.encode(), NEW.encode())),
        (AFTER_PUBLISHING.format("Pending"), (NEW.encode(), None)),
        (AFTER_PUTTING_BACK, (NEW.encode(), WORK.encode())),
    ],
    ids=["before publishing", "after publishing", "after putting back"],
)
def test_a_killed_run_is_finished_by_the_next(
    drafts: Azure, fault: str, left: tuple[bytes, bytes | None], options: dict[str, Any]
) -> None:
    kill_at(drafts, fault, **KEEP)
    assert contents(drafts, "aa", "Pending") == left
    predicted = drafts.call("update_runbook", "aa", check=True, **options)
    made = drafts.call("update_runbook", "aa", **options)
    assert made["changes"] == predicted["changes"]
    assert contents(drafts, "aa", "Pending") == (NEW.encode(), WORK.encode())
    assert drafts.call("update_runbook", "aa", **options)["changed"] is False


def test_a_draft_that_was_put_back_and_then_dropped_does_not_come_back(drafts: Azure) -> None:
    kill_at(drafts, AFTER_PUTTING_BACK, **KEEP)
    drafts.call("update_runbook", "aa", **KEEP)
    with session_of(drafts) as (session, account):
        automation.discard_draft(session, account, "Pending")
    assert drafts.call("update_runbook", "aa", **KEEP)["changed"] is False
    assert contents(drafts, "aa", "Pending") == (NEW.encode(), None)


def test_a_newer_draft_is_not_overwritten_by_the_saved_one(drafts: Azure) -> None:
    kill_at(drafts, AFTER_PUBLISHING.format("Pending"), **KEEP)
    with session_of(drafts) as (session, account):
        automation.replace_draft(session, account, "Pending", b"# newer\n")
    result = drafts.call("update_runbook", "aa", **KEEP)
    assert (result["changed"], codes(result, "/Pending")) == (False, ["RA494"])
    assert contents(drafts, "aa", "Pending") == (NEW.encode(), b"# newer\n")


def test_without_the_ledger_nothing_is_stuck(drafts: Azure) -> None:
    kill_at(drafts, BEFORE_PUBLISHING, **KEEP)
    shutil.rmtree(drafts.ledger)
    assert steps(drafts.call("update_runbook", "aa", **KEEP)) == [("publish", "Pending")]
    assert contents(drafts, "aa", "Pending") == (NEW.encode(), None)


# Others who write at the same time


@contextmanager
def session_of(azure: Azure) -> Iterator[tuple[Session, AccountId]]:
    """Return a session of somebody else and the account."""
    login = Login(**{name: azure.login().get(name) for name in Login.__dataclass_fields__})
    named = azure.account("aa")
    account = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    with Session(login) as session:
        yield session, account


def test_a_draft_that_appears_meanwhile_is_not_overwritten(drafts: Azure) -> None:
    # The webhooks are read after the runbooks and before the first write.
    with stopped_at(drafts, "latency=3000,path=*/webhooks*", runbooks=["Plain"]) as process:
        with session_of(drafts) as (session, account):
            automation.replace_draft(session, account, "Plain", WORK.encode())
        process.send_signal(signal.SIGCONT)
        process.wait(timeout=60)
    assert contents(drafts, "aa", "Plain") == (OLD.encode(), WORK.encode())
    assert codes(drafts.call("update_runbook", "aa", runbooks=["Plain"])) == ["RA491"]


def test_a_draft_that_changes_before_publishing_is_not_published(drafts: Azure) -> None:
    # The second read of the draft is the one right before publishing.
    with stopped_at(drafts, "latency=3000,method=GET,path=*/draft/content*,nth=2", runbooks=["Plain"]) as process:
        with session_of(drafts) as (session, account):
            automation.replace_draft(session, account, "Plain", WORK.encode())
        process.send_signal(signal.SIGCONT)
        process.wait(timeout=60)
    assert contents(drafts, "aa", "Plain") == (OLD.encode(), WORK.encode())


# Errors


def test_a_runbook_that_may_not_be_read_is_a_finding_and_the_others_go_on(drafts: Azure) -> None:
    drafts.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/runbooks/Plain/content*,times=0"])
    made = drafts.call("update_runbook", "aa")
    assert codes(made, "/Plain") == ["RA901"]
    assert shown(made, "Plain")["verdict"] == "unreadable"
    assert contents(drafts, "aa", "Plain") == (OLD.encode(), None)
    assert contents(drafts, "aa", "Opened") == (NEW.encode(), None)


def test_a_runbook_that_cannot_be_published_is_reported_and_the_others_go_on(drafts: Azure) -> None:
    drafts.control("PUT", "/faults", ["status=400,method=POST,path=*/runbooks/Plain/publish*,times=0"])
    made = drafts.call("update_runbook", "aa")
    assert (made["failed"], made["changed"], made["partial"]) == (True, True, True)
    assert [change["target"].rsplit("/", 1)[-1] for change in made["not_changed"]] == ["Plain"]
    assert (shown(made, "Plain")["published"], shown(made, "Opened")["published"]) == (False, True)
    drafts.control("DELETE", "/faults")
    assert steps(drafts.call("update_runbook", "aa")) == [("publish", "Plain")]


def test_links_that_may_not_be_read_stop_the_publishing(drafts: Azure) -> None:
    drafts.control("PUT", "/faults", ["status=403,path=*/jobSchedules*,times=0"])
    for check in (True, False):
        refused = drafts.call("update_runbook", "aa", check=check)
        assert refused["failed"] is True
        assert "job schedules" in refused["msg"]
    assert drafts.writes() == []


# Links and webhooks


@pytest.mark.parametrize("setting", ["publish_reids_job_schedules", "publish_loses_job_schedules"])
def test_links_that_azure_loses_are_made_again(drafts: Azure, setting: str) -> None:
    drafts.control("PUT", "/settings", {setting: True})
    before = links_of(drafts, "aa")
    made = drafts.call("update_runbook", "aa", runbooks=["Plain"])
    assert links_of(drafts, "aa") == [(*link[:3], lowered(link[3])) for link in before]
    remade = [(link["runbook"], link["schedule"]) for link in made["job_schedules"]]
    lost = setting == "publish_loses_job_schedules"
    assert sorted(remade) == ([("Plain", "daily"), ("Plain", "weekly")] if lost else [])
    assert codes(made, "/Plain").count("RA602") == len(remade)
    assert [change["kind"] for change in made["changes"]] == ["runbook_draft", "runbook_published"]
    assert drafts.call("update_runbook", "aa", runbooks=["Plain"])["changed"] is False


def lowered(parameters: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in parameters.items()}


def test_links_that_azure_loses_in_a_killed_run_are_made_again_by_the_next(drafts: Azure) -> None:
    drafts.control("PUT", "/settings", {"publish_loses_job_schedules": True})
    before = {link[:2] for link in links_of(drafts, "aa")}
    kill_at(drafts, AFTER_PUBLISHING.format("Plain"), runbooks=["Plain"])
    assert len(links_of(drafts, "aa")) == len(before) - 1
    predicted = drafts.call("update_runbook", "aa", runbooks=["Plain"], check=True)
    made = drafts.call("update_runbook", "aa", runbooks=["Plain"])
    assert [change["kind"] for change in made["changes"]] == ["job_schedule"]
    assert made["changes"] == predicted["changes"]
    assert {link[:2] for link in links_of(drafts, "aa")} == before
    assert drafts.call("update_runbook", "aa", runbooks=["Plain"])["changed"] is False


def test_a_link_that_cannot_be_made_again_is_a_finding(drafts: Azure) -> None:
    drafts.control("PUT", "/settings", {"publish_loses_job_schedules": True})
    drafts.control("PUT", "/faults", ["status=400,method=PUT,path=*/jobSchedules/*,times=0"])
    made = drafts.call("update_runbook", "aa", runbooks=["Plain"])
    assert "failed" not in made
    assert codes(made, "/Plain").count("RA601") == 2


# Secrets


def test_secrets_are_in_no_result_and_no_line_of_the_journal(drafts: Azure) -> None:
    drafts.control("PUT", "/settings", {"publish_loses_job_schedules": True})
    made = drafts.call("update_runbook", "aa", pending_draft="keep")
    journal = (Path(made["ledger"]) / "journal.jsonl").read_text()
    for text in (json.dumps(made), journal):
        assert "FAKE" not in text
        assert drafts.login()["secret"] not in text
    assert "Get-AzVM" not in journal


def test_a_password_in_a_runbook_is_not_shown(azure: Azure) -> None:
    azure.call("enable_identity", "aa-expired")
    made = azure.call("update_runbook", "aa-expired")
    assert any("Rotate-DatabasePassword" in entry["prepared"] for entry in made["diff"])
    assert "FAKE-hardcoded-password" not in json.dumps(made)


# Many runbooks


def test_lists_without_properties_and_empty_pages_are_read_whole(drafts: Azure) -> None:
    drafts.control("PUT", "/settings", {"slim_runbook_list": True, "runbook_page_size": 2})
    result = drafts.call("update_runbook", "aa", check=True)
    assert len(result["runbooks"]) == 7
    assert shown(result, "Never")["state"] == "New"
