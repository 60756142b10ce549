# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""update_runbook on the simulator: what is looked up before a rewrite is written."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

AZ = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
AZURERM = AZ.replace("-Az", "-AzureRm")
BARE = {"default_modules": False}


@pytest.fixture
def account(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa``, whose runbooks and other keys are given."""

    def start(runbooks: list[dict[str, Any]], **keys: Any) -> Azure:
        item = {"name": "aa", "identity": "system", "run_as": "complete", "runbooks": runbooks, **keys}
        path = tmp_path / "estate.json"
        path.write_text(json.dumps({"identities": [{"name": "id-one"}], "accounts": [item]}))
        return start_azure("--estate", str(path), "--set", "retry_after=0")

    return start


def codes(result: dict[str, Any], runbook: str) -> list[str]:
    return [said["code"] for said in result["findings"] if said["resource"].endswith("/" + runbook)]


def changed(result: dict[str, Any]) -> list[str]:
    return [item["name"] for item in result["runbooks"] if item["changed"]]


def reads(azure: Azure, part: str) -> int:
    return sum(1 for entry in azure.requests() if entry["method"] == "GET" and part in entry["path"])


def module(name: str, version: str | None, **keys: Any) -> dict[str, Any]:
    return {"name": name, "version": version, **keys}


# Modules that the user knows to be bad


def test_a_module_that_the_task_calls_bad_forbids_the_rewrite(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Rb", "text": AZ}], modules=[module("Az.Accounts", "2.19.0")])
    entry = {"module": "az.accounts", "first": "2.18.0", "last": "2.19.0", "why": "it is slow", "good": "2.17.0"}
    refused = azure.call("update_runbook", "aa", known_bad=[entry])
    assert (codes(refused, "Rb"), changed(refused)) == (["RA522"], [])
    assert "known to be bad: it is slow." in refused["findings"][0]["sentence"]
    assert changed(azure.call("update_runbook", "aa", known_bad=[{**entry, "powershell": "7.2"}])) == ["Rb"]


def test_a_table_with_a_mistake_is_told_before_anything_is_read(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Rb", "text": AZ}])
    entry = {"module": "Az.Accounts", "first": "2.19.0", "last": "2.18.0", "why": "it is slow", "good": "2.17.0"}
    failed = azure.call("update_runbook", "aa", known_bad=[entry])
    assert failed["msg"] == (
        "known_bad cannot be used: entry 1 (Az.Accounts) ends with 2.18.0, which is older than 2.19.0, its first. "
        "Exchange the two."
    )
    assert reads(azure, "/runbooks") == 0


# Modules of the account


def test_a_runbook_whose_module_is_missing_is_not_written_and_the_others_are(account: Callable[..., Azure]) -> None:
    runbooks = [{"name": "New", "text": AZ}, {"name": "Old", "text": AZURERM}]
    azure = account(runbooks, **BARE, modules=[module("AzureRM.Profile", "5.8.3")])
    predicted = azure.call("update_runbook", "aa", check=True, azurerm="keep")
    made = azure.call("update_runbook", "aa", azurerm="keep")
    assert (changed(made), codes(made, "New")) == (["Old"], ["RA520"])
    assert made["findings"] == predicted["findings"]
    assert not [write for write in azure.writes() if "/runbooks/New" in write]
    said = next(said for said in made["findings"] if said["code"] == "RA520")
    assert said["severity"] == "error" and "Az.Accounts" in said["sentence"]


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (module("AzureRM.Profile", "5.8.1"), "RA521"),
        (module("AzureRM.Profile", None, is_global=True, state="Created"), "RA523"),
        (module("AzureRM.Profile", "5.8.3", state="Failed"), "RA524"),
        (module("AzureRM.Profile", "5.8.3", state="Creating"), "RA524"),
    ],
)
def test_a_module_that_will_not_do_is_named(
    account: Callable[..., Azure], there: dict[str, Any], expected: str
) -> None:
    azure = account([{"name": "Old", "text": AZURERM}], modules=[there])
    made = azure.call("update_runbook", "aa", azurerm="keep")
    assert (changed(made), codes(made, "Old")) == ([], [expected])
    assert azure.writes() == []


def test_nothing_is_asked_of_a_module_that_does(account: Callable[..., Azure]) -> None:
    made = account([{"name": "Old", "text": AZURERM}]).call("update_runbook", "aa", azurerm="keep")
    assert changed(made) == ["Old"]
    assert "RA501" not in codes(made, "Old")


def test_a_version_that_is_known_to_be_bad_stops_the_publishing(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "New", "text": AZ}], modules=[module("Az.Accounts", "5.3.3")])
    assert codes(azure.call("update_runbook", "aa"), "New") == ["RA522"]
    assert azure.writes() == []


def test_modules_are_listed_once_and_only_for_a_runbook_that_is_to_be_rewritten(account: Callable[..., Azure]) -> None:
    azure = account([{"name": f"New{number}", "text": AZ} for number in range(5)])
    azure.call("update_runbook", "aa", check=True)
    assert reads(azure, "/modules") == 1
    azure.call("update_runbook", "aa")
    azure.forget_requests()
    assert azure.call("update_runbook", "aa")["changed"] is False
    assert reads(azure, "/modules") == 0


def test_the_module_that_is_imported_later_lets_the_next_run_publish(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "New", "text": AZ}], **BARE)
    assert changed(azure.call("update_runbook", "aa")) == []
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/modules*,times=1"])
    forbidden = azure.call("update_runbook", "aa")
    assert (changed(forbidden), codes(forbidden, "New")) == ([], ["RA525"])


# PowerShell 7 and runtime environments


def test_a_runbook_of_powershell_7_finds_the_modules_of_its_own(account: Callable[..., Azure]) -> None:
    runbooks = [{"name": "Seven", "text": AZ, "type": "PowerShell72"}, {"name": "Five", "text": AZ}]
    azure = account(runbooks, **BARE, modules=[module("Az.Accounts", "5.3.3", powershell="7.2")])
    made = azure.call("update_runbook", "aa")
    assert (changed(made), codes(made, "Five")) == (["Seven"], ["RA520"])


def environment(name: str, version: str, *packages: dict[str, Any], **default_packages: str) -> dict[str, Any]:
    return {"name": name, "version": version, "default_packages": default_packages, "packages": list(packages)}


def test_a_runbook_of_a_runtime_environment_finds_its_packages(account: Callable[..., Azure]) -> None:
    environments = [
        environment("whole", "7.2", az="12.3.0"),
        environment("bare", "7.2"),
        environment("bad", "5.1", {"name": "Az.Accounts", "version": "5.3.3"}, az="8.0.0"),
    ]
    names = ["Whole", "Bare", "Bad", "PowerShell-5.1"]
    runbooks = [{"name": f"In-{name}".replace(".", ""), "text": AZ, "runtime_environment": name} for name in names]
    azure = account(runbooks, runtime_environments=environments)
    made = azure.call("update_runbook", "aa")
    assert changed(made) == ["In-PowerShell-51", "In-Whole"]
    assert (codes(made, "In-Bare"), codes(made, "In-Bad")) == (["RA520"], ["RA522"])


def test_an_environment_that_is_not_there_is_a_finding(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Lost", "text": AZ, "runtime_environment": "gone"}])
    assert codes(azure.call("update_runbook", "aa"), "Lost") == ["RA525"]


# Hybrid workers


def hybrid(**keys: Any) -> dict[str, Any]:
    return {
        "identity": ["id-one"],
        "hybrid_worker_groups": [{"name": "hq"}],
        "schedules": [{"name": "daily"}],
        **keys,
    }


def test_a_user_assigned_login_is_refused_for_runbooks_on_hybrid_workers(account: Callable[..., Azure]) -> None:
    runbooks = [{"name": name, "text": AZ} for name in ("Cloud", "Linked", "Hooked")]
    azure = account(
        runbooks,
        **hybrid(
            links=[{"runbook": "Linked", "schedule": "daily", "run_on": "hq"}],
            webhooks=[{"name": "hook", "runbook": "Hooked", "run_on": "hq"}],
        ),
    )
    attached = next(item for item in azure.state()["accounts"] if item["name"] == "aa")["identity"]
    identity = next(iter(attached["userAssignedIdentities"]))
    made = azure.call("update_runbook", "aa", identity=identity)
    assert changed(made) == ["Cloud"]
    assert (codes(made, "Linked"), codes(made, "Hooked")) == (["RA604"], ["RA604"])
    assert not [write for write in azure.writes() if "Linked" in write or "Hooked" in write]


def test_what_runs_on_hybrid_workers_must_be_known_for_a_user_assigned_login(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Cloud", "text": AZ}], **hybrid())
    attached = next(item for item in azure.state()["accounts"] if item["name"] == "aa")["identity"]
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/webhooks*,times=0"])
    made = azure.call("update_runbook", "aa", identity=next(iter(attached["userAssignedIdentities"])))
    assert (changed(made), codes(made, "Cloud")) == ([], ["RA496"])


def test_the_system_assigned_identity_works_on_hybrid_workers(account: Callable[..., Azure]) -> None:
    links = [{"runbook": "Linked", "schedule": "daily", "run_on": "hq"}]
    azure = account([{"name": "Linked", "text": AZ}], **{**hybrid(links=links), "identity": "system"})
    assert changed(azure.call("update_runbook", "aa")) == ["Linked"]


# Graphs


def test_what_azure_takes_for_a_graph_is_never_written(account: Callable[..., Azure]) -> None:
    encoded = base64.b64encode(AZ.encode()).decode()
    azure = account([{"name": "Graph", "type": "GraphPowerShell", "base64": encoded}])
    made = azure.call("update_runbook", "aa")
    assert (changed(made), codes(made, "Graph")) == ([], ["RA495"])
    assert azure.writes() == []


# Python packages


def test_python_packages_are_looked_up_only_for_python_that_uses_run_as(account: Callable[..., Azure]) -> None:
    login = 'import automationassets\nconn = automationassets.get_automation_connection("AzureRunAsConnection")\n'
    azure = account([{"name": "snake", "text": login, "type": "Python3"}, {"name": "New", "text": AZ}])
    azure.call("update_runbook", "aa", check=True, runbooks=["New"])
    assert reads(azure, "/python3Packages") == 0
    azure.call("update_runbook", "aa", check=True)
    assert reads(azure, "/python3Packages") == 1


# Options of the rewriter


def test_an_environment_that_cannot_be_a_cloud_is_refused(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "New", "text": AZ}])
    refused = azure.call("update_runbook", "aa", environment="$(Get-Date)")
    assert refused["failed"] is True and "environment" in refused["msg"].lower()
    assert azure.writes() == []
