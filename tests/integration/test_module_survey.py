# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules of an account on the simulator: versions, what is known against them, and what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Throttled
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import Finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_reading import Shelves
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.module_survey import survey_modules
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.modules import KNOWN_BAD, Bad

if TYPE_CHECKING:
    from .conftest import Azure


@pytest.fixture
def account(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa`` that has the keys given, and none of the modules that come with one."""

    def start(**keys: Any) -> Azure:
        path = tmp_path / "estate.json"
        logins = {
            "migration": {"secret": "not-a-real-secret-1", "roles": ["Reader"]},
            "stranger": {"secret": "not-a-real-secret-2", "roles": []},
        }
        path.write_text(json.dumps({"logins": logins, "accounts": [{"name": "aa", "default_modules": False, **keys}]}))
        return start_azure("--estate", str(path), "--set", "retry_after=0")

    return start


def survey(
    azure: Azure,
    known_bad: Sequence[Bad] = KNOWN_BAD,
    runbook_types: dict[str, str] | None = None,
    *,
    login: str = "migration",
) -> tuple[dict[str, dict[str, Any]], list[Finding], str | None]:
    """Return the environments by name, the findings, and why the list of environments could not be read."""
    named = azure.account("aa")
    of = AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])
    with Session(Login(**azure.login(login))) as session:
        document, findings = survey_modules(session, of, known_bad, Shelves(session, of), 4, runbook_types)
    return {item["name"]: item for item in document["environments"]}, findings, document.get("unread")


def codes(findings: list[Finding]) -> list[str]:
    return sorted(said.code for said in findings)


def module(name: str, version: str | None, **keys: Any) -> dict[str, Any]:
    return {"name": name, "version": version, **keys}


def test_an_account_as_it_comes_has_az_and_azurerm(account: Callable[..., Azure]) -> None:
    found, findings, dummy = survey(account(default_modules=True))
    assert found["PowerShell 5.1"] == {
        "name": "PowerShell 5.1",
        "language": "PowerShell",
        "version": "5.1",
        "az": "11.2.0",
        "az_accounts": "2.15.0",
        "azurerm": "5.8.3",
        "known_bad": [],
        "failed": [],
        "runbooks": None,
    }
    assert list(found) == ["PowerShell 5.1", "PowerShell 7.1", "PowerShell 7.2"]
    assert found["PowerShell 7.2"]["azurerm"] is None
    assert [(said.code, said.severity.value) for said in findings] == [("RA530", "info")]


def test_where_the_list_tells_no_version_of_az_the_systems_environment_does(account: Callable[..., Azure]) -> None:
    azure = account(modules=[module("Az", None, powershell="7.2"), module("Az.Accounts", None, powershell="7.2")])
    found = survey(azure)[0]["PowerShell 7.2"]
    assert (found["az"], found["az_accounts"]) == ("11.2.0", None)


def test_versions_that_are_too_old_for_an_identity_login(account: Callable[..., Azure]) -> None:
    azure = account(modules=[module("AzureRM.Profile", "5.8.1"), module("Az.Accounts", "1.6.0", powershell="7.2")])
    findings = survey(azure)[1]
    assert codes(findings) == ["RA531", "RA532"]
    assert "5.8.2 or newer" in findings[0].sentence and "PowerShell 7.2 is older than 2.2.8" in findings[1].sentence


def test_a_version_that_is_known_to_be_bad(account: Callable[..., Azure]) -> None:
    found, findings, dummy = survey(account(modules=[module("Az.Accounts", "5.3.3")]))
    assert found["PowerShell 5.1"]["known_bad"] == [
        {
            "module": "Az.Accounts",
            "version": "5.3.3",
            "why": "its login with an identity fails in PowerShell 5.1",
            "good": "5.2.0",
        }
    ]
    assert codes(findings) == ["RA533"]


def test_a_version_that_the_user_knows_to_be_bad(account: Callable[..., Azure]) -> None:
    azure = account(modules=[module("Az.Storage", "5.1.0", powershell="7.2")])
    table = (Bad("az.storage", "5.0.0", "5.2.0", None, "it loses leases", "5.3.0"), *KNOWN_BAD)
    assert survey(azure)[1] == []
    (said,) = survey(azure, table)[1]
    assert said.code == "RA533" and "it loses leases" in said.sentence and "5.3.0" in said.remedy


def test_an_import_that_failed_counts_as_not_there(account: Callable[..., Azure]) -> None:
    azure = account(modules=[module("Az.Accounts", "2.15.0", state="Failed"), module("Helper", "1.0", state="Failed")])
    found, findings, dummy = survey(azure)
    assert found["PowerShell 5.1"]["az_accounts"] is None
    assert found["PowerShell 5.1"]["failed"] == [
        {"module": "Az.Accounts", "state": "Failed"},
        {"module": "Helper", "state": "Failed"},
    ]
    assert [said.code for said in findings] == ["RA534"] and "Az.Accounts" in findings[0].sentence


def test_environments_of_the_accounts_own(account: Callable[..., Azure]) -> None:
    azure = account(
        runtime_environments=[
            {
                "name": "modern",
                "version": "7.4",
                "default_packages": {"Az": "12.3.0"},
                "packages": [module("Az.Accounts", "5.3.3")],
            },
            {"name": "legacy", "version": "7.1", "packages": [module("Az.Accounts", "2.4.0")]},
            {"name": "snakes", "language": "Python", "version": "2.7"},
        ]
    )
    found, findings, dummy = survey(azure)
    assert (found["modern"]["az"], found["modern"]["az_accounts"], found["modern"]["known_bad"]) == (
        "12.3.0",
        "5.3.3",
        [],
    )
    assert found["legacy"]["known_bad"][0]["good"] == "2.6.0"
    assert (found["snakes"]["language"], found["snakes"]["az"]) == ("Python", None)
    assert codes(findings) == ["RA533", "RA535", "RA535"]


def test_runbooks_of_powershell_71_and_python_2_are_named_where_their_types_are_known(
    account: Callable[..., Azure],
) -> None:
    findings = survey(account(), runbook_types={"b": "PowerShell7", "a": "powershell7", "c": "Python2", "d": "Script"})[
        1
    ]
    assert [said.sentence for said in findings] == [
        "PowerShell 7.1 is no longer supported by its makers, and is used here: runbook a, runbook b.",
        "Python 2 is no longer supported by its makers, and is used here: runbook c.",
    ]


def test_it_asks_once_for_each_list_and_writes_nothing(account: Callable[..., Azure]) -> None:
    own = [{"name": "modern"}, {"name": "snakes", "language": "Python", "version": "3.10"}]
    azure = account(runtime_environments=own)
    azure.forget_requests()
    survey(azure)
    paths = [entry["path"] for entry in azure.requests() if entry["path"].startswith("/subscriptions/")]
    assert len(paths) == 5 and azure.writes() == []


def test_modules_that_may_not_be_read_are_not_taken_for_absent(account: Callable[..., Azure]) -> None:
    found, findings, unread = survey(account(), login="stranger")
    assert "AuthorizationFailed" in found["PowerShell 5.1"]["unread"] and "AuthorizationFailed" in (unread or "")
    assert codes(findings) == ["RA901"] * 4


def test_an_environment_whose_packages_may_not_be_read(account: Callable[..., Azure]) -> None:
    azure = account(runtime_environments=[{"name": "modern"}, {"name": "deleted"}])
    faults = ["status=403,path=*/modern/packages*,times=0", "status=404,path=*/deleted/packages*,times=0"]
    azure.control("PUT", "/faults", faults)
    found, findings, dummy = survey(azure)
    assert "403" in found["modern"]["unread"] and "deleted" not in found
    assert [(said.code, said.resource.rsplit("/", 1)[-1]) for said in findings] == [("RA901", "modern")]


def test_an_azure_without_runtime_environments(account: Callable[..., Azure]) -> None:
    azure = account(modules=[module("Az", "8.0.0"), module("Az.Accounts", "2.8.0")])
    azure.control("PUT", "/faults", ["status=400,code=NoRegisteredProviderFound,path=*/runtimeEnvironments*,times=0"])
    found, findings, unread = survey(azure)
    assert (found["PowerShell 5.1"]["az"], findings, unread) == ("8.0.0", [], None)


def test_being_throttled_out_is_not_swallowed(account: Callable[..., Azure]) -> None:
    azure = account()
    azure.control("PUT", "/faults", ["status=429,path=*/modules*,times=0"])
    with pytest.raises(Throttled):
        survey(azure)
