# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""update_runbook on the simulator: runbooks that call each other are changed together or not at all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
IDENTITY = "Connect-AzAccount -Identity\n"
MANUAL = LOGIN + "Write-Output $c.CertificateThumbprint\n"
PARENT = LOGIN + ".\\Child.ps1\n"


@pytest.fixture
def account(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa`` with runbooks by name; a text is published content."""

    def start(runbooks: dict[str, str | dict[str, Any]], **keys: Any) -> Azure:
        items = [
            {"name": name, **({"text": content} if isinstance(content, str) else content)}
            for name, content in runbooks.items()
        ]
        item = {"name": "aa", "identity": "system", "run_as": "complete", "runbooks": items, **keys}
        path = tmp_path / "estate.json"
        path.write_text(json.dumps({"identities": [{"name": "id-one"}], "accounts": [item]}))
        return start_azure("--estate", str(path), "--set", "retry_after=0")

    return start


def codes(result: dict[str, Any], runbook: str) -> list[str]:
    return [said["code"] for said in result["findings"] if said["resource"].endswith("/" + runbook)]


def changed(result: dict[str, Any]) -> list[str]:
    return [item["name"] for item in result["runbooks"] if item["changed"]]


def published(azure: Azure, runbook: str) -> str:
    items = next(item for item in azure.state()["accounts"] if item["name"] == "aa")["runbooks"]
    return base64.b64decode(next(item for item in items if item["name"] == runbook)["content"]["base64"]).decode()


def test_a_caller_and_its_child_are_changed_together(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": LOGIN})
    predicted = azure.call("update_runbook", "aa", check=True)
    made = azure.call("update_runbook", "aa")
    assert (changed(made), made["changes"]) == (["Child", "Parent"], predicted["changes"])
    assert (published(azure, "Parent"), published(azure, "Child")) == (IDENTITY + ".\\Child.ps1\n", IDENTITY)
    assert azure.call("update_runbook", "aa")["changed"] is False


def test_nothing_of_a_session_is_changed_when_one_is_left_to_a_person(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": MANUAL, "Alone": LOGIN})
    made = azure.call("update_runbook", "aa")
    assert (changed(made), codes(made, "Parent"), codes(made, "Child")) == (["Alone"], ["RA470"], ["RA412"])
    said = next(said for said in made["findings"] if said["code"] == "RA470")
    assert "Child" in said["sentence"] and "line 3" in said["sentence"] and said["line"] == 3
    assert not [write for write in azure.writes() if "/Parent" in write or "/Child" in write]


def test_the_name_of_the_connection_may_go_to_a_child_that_is_changed_too(account: Callable[..., Azure]) -> None:
    child = "param($ConnectionName = 'AzureRunAsConnection')\n" + LOGIN.replace(
        "AzureRunAsConnection", "$ConnectionName"
    )
    azure = account({"Parent": LOGIN + "Child -ConnectionName AzureRunAsConnection\n", "Child": child})
    assert changed(azure.call("update_runbook", "aa")) == ["Child", "Parent"]
    again = azure.call("update_runbook", "aa")
    assert [item["verdict"] for item in again["runbooks"]] == ["not_used", "not_used"]
    assert "failed" not in azure.call("remove_runas", "aa", stage="disable", check=True)


def test_az_is_not_put_beside_azurerm(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": "Get-AzureRmVM\n"})
    made = azure.call("update_runbook", "aa", azurerm="keep")
    assert (changed(made), codes(made, "Parent")) == ([], ["RA472"])


def test_a_child_without_a_login_is_moved_to_az_with_its_caller(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": "Get-AzureRmVM\n", "Alone": "Get-AzureRmVM\n"})
    predicted = azure.call("update_runbook", "aa", check=True)
    made = azure.call("update_runbook", "aa")
    assert made["changes"] == predicted["changes"]
    assert (published(azure, "Child"), published(azure, "Alone")) == ("Get-AzVM\n", "Get-AzureRmVM\n")
    assert azure.call("update_runbook", "aa")["changed"] is False


# A choice of runbooks


@pytest.mark.parametrize("wanted", ["Parent", "Child"])
def test_one_of_two_that_would_both_change_is_not_changed_alone(account: Callable[..., Azure], wanted: str) -> None:
    azure = account({"Parent": PARENT, "Child": LOGIN})
    made = azure.call("update_runbook", "aa", runbooks=[wanted])
    assert (changed(made), codes(made, wanted)) == ([], ["RA471"])
    assert [item["name"] for item in made["runbooks"]] == [wanted]
    assert changed(azure.call("update_runbook", "aa", runbooks=["Parent", "Child"])) == ["Child", "Parent"]


def test_a_chosen_runbook_is_changed_where_the_others_need_no_change(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": "Get-Date\n", "Other": LOGIN})
    assert changed(azure.call("update_runbook", "aa", runbooks=["Parent"])) == ["Parent"]
    assert published(azure, "Other") == LOGIN


def test_a_runbook_beside_the_choice_that_is_left_to_a_person_is_named(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": MANUAL})
    made = azure.call("update_runbook", "aa", runbooks=["Parent"])
    assert (changed(made), codes(made, "Parent")) == ([], ["RA470"])


def test_the_others_are_not_read_when_nothing_chosen_uses_run_as(account: Callable[..., Azure]) -> None:
    azure = account({"Clean": "Get-Date\n", "Other": LOGIN})
    azure.call("update_runbook", "aa", runbooks=["Clean"])
    assert not [entry for entry in azure.requests() if "/runbooks/Other" in entry["path"]]


# What forbids to change one forbids to change the others


def test_a_pending_draft_of_the_child_keeps_the_caller_from_being_changed(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": {"text": LOGIN, "draft": "# half done\n" + LOGIN}})
    made = azure.call("update_runbook", "aa")
    assert (changed(made), codes(made, "Child"), codes(made, "Parent")) == ([], ["RA491"], ["RA473"])
    assert changed(azure.call("update_runbook", "aa", pending_draft="keep")) == ["Child", "Parent"]


def test_a_child_that_cannot_be_read_keeps_the_caller_from_being_changed(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": LOGIN})
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/runbooks/Child/content*,times=0"])
    for options in ({}, {"runbooks": ["Parent"]}):
        made = azure.call("update_runbook", "aa", **options)
        assert (changed(made), codes(made, "Child"), codes(made, "Parent")) == ([], ["RA901"], ["RA473"])


def test_a_module_that_the_child_lacks_keeps_the_caller_from_being_changed(account: Callable[..., Azure]) -> None:
    environments = [{"name": "bare", "version": "5.1"}]
    child = {"text": LOGIN, "runtime_environment": "bare"}
    azure = account({"Parent": PARENT, "Child": child}, runtime_environments=environments)
    made = azure.call("update_runbook", "aa")
    assert (changed(made), codes(made, "Child"), codes(made, "Parent")) == ([], ["RA520"], ["RA473"])


def test_a_caller_on_hybrid_workers_takes_its_child_there(account: Callable[..., Azure]) -> None:
    azure = account(
        {"Parent": ".\\Child.ps1\n", "Child": LOGIN},
        identity=["id-one"],
        hybrid_worker_groups=[{"name": "hq"}],
        schedules=[{"name": "daily"}],
        links=[{"runbook": "Parent", "schedule": "daily", "run_on": "hq"}],
    )
    attached = next(item for item in azure.state()["accounts"] if item["name"] == "aa")["identity"]
    made = azure.call("update_runbook", "aa", identity=next(iter(attached["userAssignedIdentities"])))
    assert (changed(made), codes(made, "Child")) == ([], ["RA473"])


def test_a_draft_that_was_never_published_keeps_nobody(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": {"text": MANUAL + ".\\Child.ps1\n", "state": "new"}, "Child": LOGIN})
    assert changed(azure.call("update_runbook", "aa")) == ["Child"]


def test_the_first_failure_ends_the_changes_of_its_session(account: Callable[..., Azure]) -> None:
    azure = account({"Parent": PARENT, "Child": LOGIN, "Alone": LOGIN})
    azure.control("PUT", "/faults", ["status=400,method=POST,path=*/runbooks/Child/publish*,times=0"])
    made = azure.call("update_runbook", "aa")
    assert published(azure, "Parent") == PARENT
    assert published(azure, "Alone") == IDENTITY
    left = [change["target"].rsplit("/", 1)[-1] for change in made["not_changed"]]
    assert set(left) == {"Child", "Parent"}
    azure.control("DELETE", "/faults")
    assert changed(azure.call("update_runbook", "aa")) == ["Child", "Parent"]
