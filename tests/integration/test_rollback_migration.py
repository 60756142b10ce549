# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking migrations back, end to end: what ours is goes, what others did stays, and the start comes back."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import (
    authorization,
    automation,
    module_assets,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId

from .access_estate import session
from .rollback_estate import (
    NEW,
    OLD,
    THEIRS,
    WORK,
    account_of,
    codes,
    comparable,
    kinds,
    migrate,
    roll_back,
    served,
)

if TYPE_CHECKING:
    from .conftest import Azure

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return a simulator with one account whose Run As account holds something of every kind."""
    return start_azure(*served(tmp_path))


@pytest.fixture
def demo(start_azure: Callable[..., Azure]) -> Azure:
    """Return a simulator with the demo estate that does not make its callers wait."""
    return start_azure("--set", "retry_after=0")


def contents(azure: Azure, runbook: str) -> tuple[bytes | None, bytes | None]:
    """Return the published content and the draft of a runbook."""
    found = next(item for item in account_of(azure)["runbooks"] if item["name"] == runbook)
    published, draft = (found[key] and base64.b64decode(found[key]["base64"]) for key in ("content", "draft"))
    return published, draft


def edit(azure: Azure, runbook: str, text: str, *, publish: bool = True) -> None:
    """Change a runbook as somebody else would."""
    with session(azure) as other:
        account = AccountId(*azure.account("aa").values())
        automation.replace_draft(other, account, runbook, text.encode())
        if publish:
            automation.publish_draft(other, account, runbook)


def left(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the code and the last part of the target of what a result says is left."""
    return [(one["code"], one["target"].rsplit("/", 1)[-1]) for one in entries]


# The start comes back


def test_everything_is_as_it_was_and_a_second_run_changes_nothing(azure: Azure) -> None:
    start = comparable(azure)
    migrate(azure)
    assert comparable(azure) != start
    made = roll_back(azure)
    assert (made.get("failed"), made["partial"], codes(made)) == (None, False, [])
    assert comparable(azure) == start
    azure.forget_requests()
    again = roll_back(azure)
    assert (again["changed"], again["partial"], again["findings"]) == (False, False, [])
    assert azure.writes() == []


def test_every_kind_is_taken_back_in_the_order_of_what_leans_on_what(azure: Azure) -> None:
    migrate(azure)
    made = roll_back(azure)
    assert list(dict.fromkeys(change["kind"] for change in made["changes"])) == [
        "runbook_draft",
        "runbook_published",
        "role_assignment",
        "vault_policy",
        "app_role",
        "directory_role",
        "group",
        "identity",
    ]
    assert made["steps"]["copy_runas_roles"]["changed"] == 6
    assert made["steps"]["enable_identity"] == {
        "changed": 1,
        "back": 0,
        "conflicts": 0,
        "not_restored": 0,
        "pending": 0,
    }


def test_check_mode_predicts_what_the_run_does_and_writes_nothing(azure: Azure) -> None:
    migrate(azure)
    azure.forget_requests()
    journal = next(azure.ledger.glob("*/journal.jsonl"))
    before = journal.read_bytes()
    predicted = roll_back(azure, check=True)
    assert azure.writes() == []
    assert journal.read_bytes() == before
    made = roll_back(azure)
    assert predicted == made
    assert made["diff"]


def test_every_account_of_the_demo_is_as_it_was(demo: Azure) -> None:
    start = comparable(demo)
    names = [account["name"] for account in demo.endpoint["accounts"]]
    changed = [name for name in names if _migrated(demo, name)]
    for name in changed:
        made = roll_back(demo, name, accept_other_use=True)
        assert (made.get("failed"), made["partial"]) == (None, False), made
        assert set(codes(made)) <= {"RA857"}
    assert len(changed) >= 10
    assert comparable(demo) == start


def _migrated(demo: Azure, name: str) -> bool:
    """Migrate an account of the demo, as far as it goes, and tell whether anything was changed."""
    results = [
        demo.call("enable_identity", name, hybrid="accept"),
        demo.call("copy_runas_roles", name),
        demo.call("migrate_site_recovery", name, hybrid="accept", lower_role=True, toggle=True),
        demo.call("update_runbook", name, pending_draft="keep"),
    ]
    return any(result["changed"] for result in results)


def test_migrating_again_after_a_rollback_works_and_so_does_another_rollback(azure: Azure) -> None:
    start = comparable(azure)
    migrate(azure)
    roll_back(azure)
    migrate(azure)
    assert contents(azure, "Plain")[0] == NEW.encode()
    for step in ("enable_identity", "copy_runas_roles", "update_runbook"):
        options = {"pending_draft": "keep"} if step == "update_runbook" else {}
        assert azure.call(step, "aa", **options)["changed"] is False
    made = roll_back(azure)
    assert (made.get("failed"), made["partial"]) == (None, False)
    assert comparable(azure) == start


def test_contents_come_back_byte_for_byte_and_a_draft_that_was_pending_is_pending(azure: Azure) -> None:
    before = {name: contents(azure, name) for name in ("Plain", "Marked", "Pending", "Never")}
    assert before["Marked"][0] is not None and before["Marked"][0].startswith(b"\xef\xbb\xbf")
    migrate(azure)
    assert contents(azure, "Never")[1] == NEW.encode()
    roll_back(azure)
    assert {name: contents(azure, name) for name in before} == before


def test_a_rewrite_that_was_only_a_draft_is_dropped(azure: Azure) -> None:
    azure.call("enable_identity", "aa")
    azure.call("update_runbook", "aa", runbooks=["Plain"], publish=False)
    made = roll_back(azure)
    assert kinds(made) == ["discard runbook_draft", "update identity"]
    assert contents(azure, "Plain") == (OLD.encode(), None)


def test_modules_that_were_imported_go_and_others_come_back(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    modules = [{"name": "Az.Accounts", "version": "1.9.5"}]
    azure = start_azure(*served(tmp_path, default_modules=False, modules=modules))
    start = comparable(azure)
    imported = azure.call("ensure_modules", "aa")
    assert [change["action"] for change in imported["changes"]] == ["update", "import"]
    made = roll_back(azure)
    assert [change["action"] for change in made["changes"]] == ["delete", "update"]
    assert (made["partial"], _versions(azure)) == (False, {"Az.Accounts": "1.9.5"})
    assert roll_back(azure)["changed"] is False
    assert len(start["accounts"][0]["modules"]) == 1


def test_a_module_that_somebody_updated_since_is_left(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = start_azure(*served(tmp_path, default_modules=False))
    azure.call("ensure_modules", "aa")
    with session(azure) as other:
        uri = "https://www.powershellgallery.com/api/v2/package/Az.Accounts/2.19.0"
        module_assets.import_module(other, AccountId(*azure.account("aa").values()), "Az.Accounts", uri, "2.19.0")
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA840", "Az.Accounts")]
    assert _versions(azure) == {"Az.Accounts": "2.19.0"}


def _versions(azure: Azure) -> dict[str, str]:
    return {one["name"]: one["properties"]["version"] for one in account_of(azure)["modules"]}


def test_what_a_probe_that_was_cut_off_left_behind_goes(azure: Azure) -> None:
    start = comparable(azure)
    azure.call("enable_identity", "aa")
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,method=DELETE,path=*/runbooks/*,times=0"])
    azure.call("probe_identity", "aa")
    azure.control("DELETE", "/faults")
    assert comparable(azure) != start
    made = roll_back(azure)
    assert kinds(made) == ["delete probe_runbook", "update identity"]
    assert comparable(azure) == start


@pytest.mark.parametrize("setting", ["publish_loses_job_schedules", "publish_reids_job_schedules"])
def test_links_to_schedules_survive_publishing_it_back(
    start_azure: Callable[..., Azure], tmp_path: Path, setting: str
) -> None:
    azure = start_azure(*served(tmp_path), "--set", f"{setting}=true")
    start = comparable(azure)
    migrate(azure)
    made = roll_back(azure)
    assert (made.get("failed"), made["partial"]) == (None, False)
    assert bool(made["job_schedules"]) == (setting == "publish_loses_job_schedules")
    after = comparable(azure)
    for state in (start, after):
        for link in state["accounts"][0]["job_schedules"]:
            # Names of parameters come back in lower case from Azure (contract 2.8).
            link["parameters"] = {name.lower(): value for name, value in link["parameters"].items()}
    assert after == start


def test_neither_assessment_nor_report_call_the_account_migrated_afterwards(azure: Azure) -> None:
    before = azure.call("runas_info", "aa")["assessment"]
    migrate(azure)
    migrated = azure.call("runas_info", "aa")["assessment"]
    assert migrated["state"] != before["state"]
    roll_back(azure)
    after = azure.call("runas_info", "aa")["assessment"]
    assert (after["state"], after["state_because"]) == (before["state"], before["state_because"])
    assert {finding["code"] for finding in after["findings"]} == {finding["code"] for finding in before["findings"]}


def test_the_playbook_takes_a_migration_back(azure: Azure) -> None:
    start = comparable(azure)
    migrate(azure)
    run = azure.playbook("azauto.runas_migration.rollback")
    assert run.code == 0, run.output + run.errors
    assert "changed=1" in run.output
    assert comparable(azure) == start
    again = azure.playbook("azauto.runas_migration.rollback")
    assert "changed=0" in again.output


# Chosen steps


def test_only_the_chosen_steps_are_taken_back(azure: Azure) -> None:
    migrate(azure)
    made = roll_back(azure, steps=["update_runbook"])
    assert {change["kind"] for change in made["changes"]} == {"runbook_draft", "runbook_published"}
    assert list(made["steps"]) == ["update_runbook"]
    assert contents(azure, "Plain") == (OLD.encode(), None)
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"
    rest = roll_back(azure)
    assert {change["kind"] for change in rest["changes"]}.isdisjoint({"runbook_draft", "runbook_published"})
    assert account_of(azure)["identity"] is None


def test_the_identity_stays_while_what_it_was_given_stays(azure: Azure) -> None:
    migrate(azure)
    made = roll_back(azure, steps=["enable_identity"])
    assert (made["changed"], codes(made)) == (False, ["RA845"])
    assert "a role assignment at" in made["findings"][0]["sentence"]
    assert "an access policy of key vault kv" in made["findings"][0]["sentence"]


@pytest.mark.parametrize("named", ["nonsense", "limit_runas"])
def test_a_step_that_cannot_be_taken_back_is_refused(azure: Azure, named: str) -> None:
    migrate(azure)
    refused = roll_back(azure, steps=["update_runbook", named])
    assert refused["failed"] is True
    assert named in refused["msg"] and "Nothing was changed" in refused["msg"]


# What others did stays


def test_a_runbook_that_somebody_edited_since_is_left_and_named(azure: Azure) -> None:
    migrate(azure)
    edit(azure, "Plain", THEIRS)
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA840", "Plain")]
    assert made["partial"] is True
    assert contents(azure, "Plain") == (THEIRS.encode(), None)
    assert contents(azure, "Pending") == (OLD.encode(), WORK.encode())


def test_a_draft_that_somebody_made_since_keeps_its_runbook_as_it_is(azure: Azure) -> None:
    migrate(azure)
    edit(azure, "Plain", THEIRS, publish=False)
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA841", "Plain")]
    assert contents(azure, "Plain") == (NEW.encode(), THEIRS.encode())
    # Its published content still logs in with the identity.
    assert "RA845" in codes(made)
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"


def test_such_a_draft_is_put_back_where_that_is_asked_for(azure: Azure) -> None:
    migrate(azure)
    edit(azure, "Plain", THEIRS, publish=False)
    edit(azure, "Pending", THEIRS, publish=False)
    made = roll_back(azure, pending_draft="keep")
    assert made["conflicts"] == []
    assert contents(azure, "Plain") == (OLD.encode(), THEIRS.encode())
    # There was another draft before: it is told where that is kept.
    assert contents(azure, "Pending") == (OLD.encode(), THEIRS.encode())
    assert codes(made) == ["RA853"]
    assert roll_back(azure, pending_draft="keep")["changed"] is False
    assert roll_back(azure)["changed"] is False
    assert contents(azure, "Pending") == (OLD.encode(), THEIRS.encode())


def test_a_draft_that_somebody_dropped_since_stays_dropped(azure: Azure) -> None:
    migrate(azure)
    with session(azure) as other:
        automation.discard_draft(other, AccountId(*azure.account("aa").values()), "Pending")
    made = roll_back(azure)
    assert codes(made) == ["RA853"]
    assert contents(azure, "Pending") == (OLD.encode(), None)


def test_a_runbook_that_somebody_deleted_is_not_made_again(azure: Azure) -> None:
    migrate(azure)
    account = account_of(azure)
    path = f"{account['id']}/runbooks/Plain"
    with session(azure) as other:
        other.arm("DELETE", path, "2023-11-01", "Deleting a runbook")
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA850", "Plain")]
    assert "Plain" not in [runbook["name"] for runbook in account_of(azure)["runbooks"]]


def test_a_role_assignment_that_somebody_changed_is_left_and_so_is_the_identity(azure: Azure) -> None:
    migrate(azure)
    item = next(
        one
        for one in azure.state()["role_assignments"]
        if one["properties"]["principalId"] == account_of(azure)["identity"]["principalId"]
        and one["properties"]["roleDefinitionId"].endswith(READER)
    )
    properties = item["properties"]
    with session(azure) as other:
        name = item["id"].rsplit("/", 1)[-1]
        authorization.delete_assignment(other, properties["scope"], name)
        changed = {
            "roleDefinitionId": properties["roleDefinitionId"],
            "principalId": properties["principalId"],
            "principalType": "ServicePrincipal",
            "condition": "((!(ActionMatches{'Microsoft.Storage/*'})))",
            "conditionVersion": "2.0",
        }
        authorization.put_assignment(other, properties["scope"], name, changed)
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA840", name)]
    assert "RA845" in codes(made)
    assert name in json.dumps(azure.state()["role_assignments"])
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"


def test_what_others_gave_the_identity_keeps_it(azure: Azure) -> None:
    migrate(azure)
    principal = account_of(azure)["identity"]["principalId"]
    scope = f"/subscriptions/{azure.account('aa')['subscription_id']}/resourceGroups/rg-other"
    with session(azure) as other:
        properties = {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{READER}",
            "principalId": principal,
            "principalType": "ServicePrincipal",
        }
        authorization.put_assignment(other, scope, "00000000-1111-4222-8333-444444444444", properties)
    made = roll_back(azure)
    assert codes(made) == ["RA845"]
    assert f"a role assignment at {scope}" in made["findings"][0]["sentence"]
    assert account_of(azure)["identity"]["principalId"] == principal
    forced = roll_back(azure, accept_other_use=True)
    assert (kinds(forced), codes(forced)) == (["update identity"], ["RA857"])


def test_permissions_that_others_added_to_the_policy_stay(azure: Azure) -> None:
    migrate(azure)
    principal = account_of(azure)["identity"]["principalId"]
    vault = azure.state()["key_vaults"][0]
    with session(azure) as other:
        entry = {
            "tenantId": vault["properties"]["tenantId"],
            "objectId": principal,
            "permissions": {"secrets": ["set"], "keys": ["get"]},
        }
        body = {"properties": {"accessPolicies": [entry]}}
        other.arm("PUT", f"{vault['id']}/accessPolicies/add", "2023-02-01", "Adding a policy", json=body)
    made = roll_back(azure)
    entries = azure.state()["key_vaults"][0]["properties"]["accessPolicies"]
    own = next(entry for entry in entries if entry["objectId"] == principal)
    assert {kind: names for kind, names in own["permissions"].items() if names} == {"secrets": ["set"], "keys": ["get"]}
    assert "an access policy of key vault kv" in made["findings"][0]["sentence"]


def test_user_assigned_identities_that_others_attached_stay(demo: Azure) -> None:
    attached = next(item for item in demo.state()["accounts"] if item["name"] == "aa-identities")["identity"]
    mine, theirs = sorted(attached["userAssignedIdentities"])[:2]
    demo.call("enable_identity", "aa-done", identity=_user_assigned(mine))
    demo.call("enable_identity", "aa-done", identity=_user_assigned(theirs), ledger=str(demo.run_dir / "another"))
    before = next(item for item in demo.state()["accounts"] if item["name"] == "aa-done")["identity"]
    made = roll_back(demo, "aa-done")
    assert kinds(made) == ["update identity"]
    after = next(item for item in demo.state()["accounts"] if item["name"] == "aa-done")["identity"]
    names = {one.lower() for one in before["userAssignedIdentities"]} - {mine.lower()}
    assert {one.lower() for one in after["userAssignedIdentities"]} == names
    assert after["principalId"] == before["principalId"]


def _user_assigned(arm_id: str) -> dict[str, Any]:
    return {"type": "UserAssigned", "user_assigned_identities": {"id": [arm_id], "append": True}}


def test_an_identity_that_was_there_before_stays(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = start_azure(*served(tmp_path, identity="system"))
    start = comparable(azure)
    migrate(azure)
    made = roll_back(azure)
    assert "identity" not in {change["kind"] for change in made["changes"]}
    assert comparable(azure) == start


def test_an_identity_that_somebody_made_anew_stays(azure: Azure) -> None:
    migrate(azure)
    for state in ("absent", "present"):
        azure.call("enable_identity", "aa", state=state, ledger=str(azure.run_dir / "another"))
    made = roll_back(azure)
    assert ("RA840", "aa") in left(made["conflicts"])
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"


# Run As accounts that were retired


def _retire(azure: Azure, **options: Any) -> None:
    result = azure.call("remove_runas", "aa", accept_other_use=True, soak_days=0, **options)
    assert not result.get("failed") and result["changed"], result


def _enabled(azure: Azure) -> dict[str, bool]:
    objects = azure.state()["directory"]["objects"]
    return {item["displayName"]: item["accountEnabled"] for item in objects if "accountEnabled" in item}


def _ready_to_retire(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return an account whose runbooks can all be rewritten, drafts too: nothing is left that uses Run As."""
    runbooks = [{"name": "Plain", "text": OLD}]
    return start_azure(*served(tmp_path, runbooks=runbooks, links=[], webhooks=[]))


def test_a_disabled_service_principal_is_enabled_before_the_runbooks_need_it(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    start = comparable(azure)
    migrate(azure)
    _retire(azure)
    assert _enabled(azure)["run-as"] is False
    made = roll_back(azure)
    assert kinds(made)[:3] == ["enable service_principal", "replace runbook_draft", "publish runbook_published"]
    assert (made["partial"], comparable(azure)) == (False, start)


@pytest.mark.parametrize("disabled", [True, False])
def test_a_deleted_run_as_account_comes_back_but_for_its_certificate(
    start_azure: Callable[..., Azure], tmp_path: Path, disabled: bool
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    start = comparable(azure)
    migrate(azure)
    if disabled:
        _retire(azure)
    _retire(azure, stage="delete", delete_application=True)
    predicted = roll_back(azure, check=True)
    made = roll_back(azure)
    assert {**predicted, "partial": True} == made
    wanted = ["restore application", *(["enable service_principal"] if disabled else []), "create connection"]
    assert kinds(made)[: len(wanted)] == wanted
    assert left(made["not_restored"]) == [("RA842", "AzureRunAsCertificate")]
    assert "thumbprint" in made["not_restored"][0]["remedy"]
    assert made["partial"] is True
    after = comparable(azure)
    assert start["accounts"][0].pop("certificates") and not after["accounts"][0].pop("certificates")
    assert after == start
    again = roll_back(azure)
    assert (again["changed"], codes(again)) == (False, ["RA842"])


def test_what_can_be_read_late_is_waited_for(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    _retire(azure, stage="delete", delete_application=True)
    azure.control("PUT", "/settings", {"replication_delay": 2})
    made = roll_back(azure, replication_timeout=20)
    assert made.get("failed") is None
    assert "run-as" in _enabled(azure)


def test_a_purged_application_is_a_refusal_that_says_so(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    _retire(azure, stage="delete", delete_application=True)
    _purge(azure)
    azure.forget_requests()
    for check in (True, False):
        refused = roll_back(azure, check=check)
        assert refused["failed"] is True
        assert (
            "purged" in refused["msg"] and "accept_lost" in refused["msg"] and "Nothing was changed" in refused["msg"]
        )
        assert left(refused["not_restored"])[0][0] == "RA843"
    assert azure.writes() == []
    made = roll_back(azure, accept_lost=True)
    assert [code for code, dummy in left(made["not_restored"])] == ["RA843", "RA842"]
    assert contents(azure, "Plain") == (OLD.encode(), None)
    assert account_of(azure)["connections"]


def _purge(azure: Azure) -> None:
    with session(azure) as other:
        for item in azure.state()["directory"]["deleted"]:
            other.graph("DELETE", f"/directory/deletedItems/{item['id']}", "Purging")


def test_an_application_that_somebody_restored_with_another_service_principal_is_left(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    _retire(azure)
    _retire(azure, stage="delete", delete_application=True)
    with session(azure) as other:
        (application,) = (
            item
            for item in azure.state()["directory"]["deleted"]
            if "keyCredentials" in item and "publisherDomain" in item
        )
        other.graph("POST", f"/directory/deletedItems/{application['id']}/restore", "Restoring")
        other.graph("POST", "/servicePrincipals", "As the portal does", json={"appId": application["appId"]})
    made = roll_back(azure)
    assert {code for code, dummy in left(made["conflicts"])} == {"RA856"}
    assert "create connection" in kinds(made)


def _purged(azure: Azure) -> dict[str, Any]:
    """Go through all stages of a retirement, and return the last result."""
    _retire(azure)
    _retire(azure, stage="delete", delete_application=True)
    return azure.call("remove_runas", "aa", stage="purge", purge_after_days=0, accept_other_use=True)


def test_after_the_last_stage_the_application_is_lost_and_its_roles_with_it(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    purged = _purged(azure)
    assert kinds(purged)[-1] == "purge deleted_application", purged
    assert "RA843" in codes(roll_back(azure))
    made = roll_back(azure, accept_lost=True)
    found = sorted(code for code, dummy in left(made["not_restored"]))
    assert found == ["RA842", "RA843", *["RA851"] * (len(purged["changes"]) - 1)]
    assert "create connection" in kinds(made)


def test_roles_that_were_purged_come_back_while_the_application_does(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    start = comparable(azure)
    migrate(azure)
    azure.control("PUT", "/faults", ["status=403,service=graph,method=DELETE,path=*/deletedItems/*,times=0"])
    assert _purged(azure)["partial"] is True
    azure.control("DELETE", "/faults")
    made = roll_back(azure)
    assert kinds(made)[:2] == ["restore application", "enable service_principal"]
    assert "create run_as_role_assignment" in kinds(made)
    assert codes(made) == ["RA842"]
    after = comparable(azure)
    for state in (start, after):
        state["accounts"][0].pop("certificates")
    assert after == start


def test_a_connection_that_somebody_made_again_is_left(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    connection = account_of(azure)["connections"][0]
    _retire(azure, stage="delete")
    with session(azure) as other:
        properties = {
            "connectionType": {"name": "AzureServicePrincipal"},
            "fieldDefinitionValues": {**connection["properties"]["fieldDefinitionValues"], "ApplicationId": "another"},
        }
        account = AccountId(*azure.account("aa").values())
        automation.put_connection(other, account, connection["name"], properties)
    made = roll_back(azure)
    assert left(made["conflicts"]) == [("RA840", "AzureRunAsConnection")]
    assert account_of(azure)["connections"][0]["properties"]["fieldDefinitionValues"]["ApplicationId"] == "another"


def test_without_rights_in_entra_the_rest_is_done_and_handed_over(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = _ready_to_retire(start_azure, tmp_path)
    migrate(azure)
    _retire(azure)
    for login in ("no-entra", "reads-entra"):
        made = roll_back(azure, login=login)
        assert (made.get("failed"), made["partial"]) == (None, True)
        assert {one["kind"] for one in made["pending"]} == {"service_principal", "app_role", "directory_role", "group"}
        assert {one["code"] for one in made["pending"]} == {"RA847"}
        assert "enable that service principal" in made["pending"][0]["remedy"]
    assert contents(azure, "Plain") == (OLD.encode(), None)
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"
    finished = roll_back(azure)
    assert (finished["partial"], account_of(azure)["identity"]) == (False, None)


def test_without_rights_on_roles_they_fail_and_the_identity_waits(azure: Azure) -> None:
    migrate(azure)
    made = roll_back(azure, login="contributor")
    assert made["failed"] is True
    assert "roleAssignments/delete" in made["msg"]
    assert {entry["kind"] for entry in made["not_changed"]} == {"role_assignment", "identity"}
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"
    assert roll_back(azure)["partial"] is False


def test_what_limit_runas_did_is_left_to_it(azure: Azure) -> None:
    azure.call("limit_runas", "aa")
    made = roll_back(azure)
    assert (made["changed"], codes(made)) == (False, ["RA848"])
    azure.call("limit_runas", "aa", state="restored")
    assert codes(roll_back(azure)) == []


# Ledgers that cannot be gone by


def _folder(azure: Azure) -> Path:
    return next(path.parent for path in azure.ledger.glob("*/journal.jsonl"))


def test_without_a_ledger_nothing_is_known(azure: Azure) -> None:
    for check in (True, False):
        refused = roll_back(azure, check=check)
        assert refused["failed"] is True
        assert "Nothing is known of Automation account aa" in refused["msg"] and "ledger" in refused["msg"]
    assert azure.writes() == []


def test_a_ledger_that_was_cut_short_works(azure: Azure) -> None:
    start = comparable(azure)
    migrate(azure)
    journal = _folder(azure) / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"account": "/subscr')
    made = roll_back(azure)
    assert (made.get("failed"), comparable(azure)) == (None, start)


def test_a_line_that_is_no_record_is_named_and_what_can_be_undone_without_it(azure: Azure) -> None:
    migrate(azure)
    journal = _folder(azure) / "journal.jsonl"
    lines = journal.read_bytes().splitlines()
    number = next(at for at, line in enumerate(lines) if b'"role_assignment"' in line)
    journal.write_bytes(b"\n".join([*lines[:number], b"oops", *lines[number + 1 :]]) + b"\n")
    azure.forget_requests()
    refused = roll_back(azure)
    assert refused["failed"] is True
    assert f"{journal}, line {number + 1}," in refused["msg"] and "Nothing was changed" in refused["msg"]
    offered = refused["msg"].rpartition("without it: ")[2]
    assert "copy_runas_roles" not in offered and "update_runbook" in offered
    assert azure.writes() == []
    made = roll_back(azure, steps=["update_runbook"])
    assert (made["changed"], contents(azure, "Plain")) == (True, (OLD.encode(), None))


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_a_content_that_is_not_whole_is_named(azure: Azure, damage: str) -> None:
    migrate(azure)
    blobs = _folder(azure) / "blobs"
    blob = next(path for path in blobs.iterdir() if path.read_bytes() == OLD.encode())
    if damage == "altered":
        blob.write_bytes(b"Remove-AzVM\n")
    else:
        blob.unlink()
    azure.forget_requests()
    refused = roll_back(azure)
    assert refused["failed"] is True
    assert str(blob) in refused["msg"] and "Nothing was changed" in refused["msg"]
    assert "enable_identity, copy_runas_roles" in refused["msg"]
    assert azure.writes() == []
    made = roll_back(azure, accept_lost=True)
    assert {code for code, dummy in left(made["not_restored"])} == {"RA844"}
    assert contents(azure, "Plain") == (NEW.encode(), None)
    assert contents(azure, "Marked")[0] != NEW.encode()
    assert account_of(azure)["identity"]["type"] == "SystemAssigned"


def test_the_ledger_of_another_account_is_refused(azure: Azure) -> None:
    migrate(azure)
    journal = _folder(azure) / "journal.jsonl"
    journal.write_text(journal.read_text().replace('/automationAccounts/aa"', '/automationAccounts/other"'))
    refused = roll_back(azure)
    assert refused["failed"] is True
    assert "automationaccounts/other" in refused["msg"] and "Nothing was changed" in refused["msg"]


def test_only_the_approved_plan_is_carried_out(azure: Azure) -> None:
    migrate(azure)
    approved = roll_back(azure, check=True)["plan_fingerprint"]
    refused = roll_back(azure, steps=["update_runbook"], expect_plan=approved)
    assert "not the approved one" in refused["msg"]
    assert roll_back(azure, expect_plan=approved)["changed"] is True


def test_no_secret_is_in_a_result(azure: Azure) -> None:
    migrate(azure)
    assert "FAKE-" not in json.dumps(roll_back(azure))
    assert "FAKE-" not in (_folder(azure) / "journal.jsonl").read_text()
