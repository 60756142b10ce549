# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ensure_modules on the simulator: what is imported, what is left alone, and why."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import module_assets, session
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session

if TYPE_CHECKING:
    from .conftest import Azure

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
AZ = LOGIN + "Get-AzVM\nGet-AzStorageAccount\n"
AZURERM = LOGIN.replace("-Az", "-AzureRm")
BARE = {"default_modules": False}
GALLERY = "https://www.powershellgallery.com/api/v2/package"


@pytest.fixture
def account(start_azure: Callable[..., Azure], tmp_path: Path) -> Callable[..., Azure]:
    """Start a simulator with the account ``aa``, whose runbooks and other keys are given."""

    def start(runbooks: list[dict[str, Any]], *settings: str, **keys: Any) -> Azure:
        item = {"name": "aa", "identity": "system", "run_as": "complete", "runbooks": runbooks, **keys}
        logins = {
            "migration": {"secret": "FAKE-migration-secret", "graph": "manage", "roles": ["Contributor"]},
            "reader": {"secret": "FAKE-reader-secret", "graph": "read", "roles": ["Reader"]},
        }
        path = tmp_path / "estate.json"
        path.write_text(json.dumps({"logins": logins, "accounts": [item]}))
        given = [part for setting in settings for part in ("--set", setting)]
        return start_azure("--estate", str(path), "--set", "retry_after=0", *given)

    return start


def ensure(azure: Azure, **options: Any) -> dict[str, Any]:
    return azure.call("ensure_modules", "aa", **options)


def codes(result: dict[str, Any]) -> list[str]:
    return [said["code"] for said in result["findings"]]


def imported(result: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the changes as names of modules and versions."""
    return [(change["target"].split("/")[-1], change["after"]["version"]) for change in result["changes"]]


def states(result: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["state"] for one in result["modules"]}


def module(name: str, version: str | None, **keys: Any) -> dict[str, Any]:
    return {"name": name, "version": version, **keys}


def there(azure: Azure) -> dict[str, str]:
    """Return the modules that the account itself holds for PowerShell 5.1, with their versions."""
    (item,) = azure.state()["accounts"]
    return {one["name"]: one["properties"]["version"] for one in item["modules"]}


def records(azure: Azure) -> list[dict[str, Any]]:
    journal = next(azure.ledger.glob("*/journal.jsonl"))
    return [json.loads(line) for line in journal.read_text().splitlines()]


def test_what_the_rewritten_runbooks_need_is_imported_and_then_they_are_rewritten(
    account: Callable[..., Azure],
) -> None:
    azure = account([{"name": "Vm", "text": AZ}, {"name": "Plain", "text": "Write-Output 1"}], **BARE)
    assert codes(azure.call("update_runbook", "aa")) == ["RA520"] * 3
    predicted = ensure(azure, check=True)
    azure.forget_requests()
    made = ensure(azure)
    assert imported(made) == [("Az.Accounts", "2.15.0"), ("Az.Compute", "7.1.1"), ("Az.Storage", "6.1.0")]
    assert made["changes"] == predicted["changes"]
    assert made["plan_fingerprint"] == predicted["plan_fingerprint"]
    assert there(azure) == {"Az.Accounts": "2.15.0", "Az.Compute": "7.1.1", "Az.Storage": "6.1.0"}
    assert next(write.split("?")[0].rsplit("/", 1)[1] for write in azure.writes()) == "Az.Accounts"
    assert ensure(azure)["changed"] is False
    rewritten = azure.call("update_runbook", "aa")
    assert [one["name"] for one in rewritten["runbooks"] if one["changed"]] == ["Vm"]
    assert ensure(azure)["modules"] == []


def test_an_assessment_says_which_account_needs_it(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE, modules=[module("Az.Accounts", "1.9.5")])
    said = {found["code"]: found["remedy"] for found in azure.call("runas_info", "aa")["findings"]}
    assert "ensure_modules" in said["RA520"] and "ensure_modules" in said["RA532"]
    ensure(azure)
    assert not {found["code"] for found in azure.call("runas_info", "aa")["findings"]} & {"RA520", "RA532"}


def test_check_mode_writes_nothing_and_an_account_that_needs_nothing_gets_nothing(
    account: Callable[..., Azure],
) -> None:
    azure = account([{"name": "Plain", "text": "Write-Output 1"}], **BARE)
    for check in (True, False):
        result = ensure(azure, check=check, versions={"Az.Accounts": "2.15.0"})
        assert (result["changed"], result["modules"], result["findings"]) == (False, [], [])
    assert not [entry for entry in azure.requests() if "odules" in entry["path"]]
    azure = account([{"name": "Vm", "text": AZ}], **BARE)
    assert ensure(azure, check=True)["changed"] is True
    assert azure.writes() == []
    assert not azure.ledger.exists()


def test_the_modules_that_come_with_the_account_are_left_alone_where_they_do(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}])
    result = ensure(azure)
    assert (result["changed"], codes(result)) == (False, [])
    assert states(result) == {"Az.Accounts": "kept", "Az.Compute": "kept", "Az.Storage": "kept"}


def test_one_that_was_imported_and_is_too_old_is_updated_and_remembered(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE, modules=[module("Az.Accounts", "1.9.5")])
    result = ensure(azure)
    (change,) = result["changes"]
    assert (change["action"], change["kind"]) == ("update", "module")
    assert change["before"] == {
        "version": "1.9.5",
        "state": "Succeeded",
        "is_global": False,
        "uri": f"{GALLERY}/Az.Accounts/1.9.5",
    }
    assert change["after"] == {"version": "2.15.0", "uri": f"{GALLERY}/Az.Accounts/2.15.0"}
    assert result["modules"][0]["needed_by"] == ["Login", "the probe"]
    assert there(azure) == {"Az.Accounts": "2.15.0"}
    intend, done = records(azure)
    assert intend["change"] == change
    assert done["facts"] == {"state": "Succeeded", "version": "2.15.0", "error": None}


def test_az_accounts_is_updated_for_a_module_of_a_newer_release(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE, modules=[module("Az.Accounts", "2.9.1")])
    assert imported(ensure(azure))[0] == ("Az.Accounts", "2.15.0")


# Versions that must not be imported


@pytest.mark.parametrize(
    ("versions", "expected", "after"),
    [
        ({}, ["RA537"], "5.3.3"),
        ({"Az.Accounts": "5.2.0"}, ["RA537"], "5.3.3"),
        ({"Az.Accounts": "5.3.4"}, ["RA543"], "5.3.3"),
        ({"az.accounts": "5.5.2"}, [], "5.5.2"),
    ],
)
def test_a_version_that_is_known_to_be_bad_is_replaced_by_a_newer_one_only(
    account: Callable[..., Azure], versions: dict[str, str], expected: list[str], after: str
) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE, modules=[module("Az.Accounts", "5.3.3")])
    result = ensure(azure, versions=versions)
    assert (codes(result), there(azure)) == (expected, {"Az.Accounts": after})
    assert states(result) == {"Az.Accounts": "refused" if expected else "imported"}


def test_a_downgrade_that_is_asked_for_is_not_made(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE, modules=[module("Az.Accounts", "2.19.0")])
    result = ensure(azure, versions={"Az.Accounts": "2.15.0"})
    assert (codes(result), result["changed"]) == (["RA547"], False)
    assert "2.19.0 is in the modules of account aa" in result["findings"][0]["sentence"]


def test_what_depends_on_an_az_accounts_that_cannot_be_had_is_not_imported(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE, modules=[module("Az.Accounts", "5.3.3")])
    result = ensure(azure)
    assert (codes(result), result["changed"]) == (["RA537", "RA549", "RA549"], False)


def test_a_version_that_is_older_than_a_runbook_asks_for_is_not_imported(account: Callable[..., Azure]) -> None:
    text = "#Requires -Modules @{ModuleName='Az.Compute'; ModuleVersion='9.0.0'}\n" + LOGIN
    azure = account([{"name": "Vm", "text": text}], **BARE)
    unknown = ensure(azure, check=True)
    assert codes(unknown) == ["RA536"]
    assert "Az.Compute 9.0.0 or newer is needed" in unknown["findings"][0]["sentence"]
    assert codes(ensure(azure, check=True, versions={"Az.Compute": "8.0.0"})) == ["RA546"]
    assert imported(ensure(azure, versions={"Az.Compute": "9.1.0"})) == [
        ("Az.Accounts", "2.15.0"),
        ("Az.Compute", "9.1.0"),
    ]


def test_a_module_that_no_table_knows_needs_a_version_and_the_list_of_all_az_cannot_be_had(
    account: Callable[..., Azure],
) -> None:
    azure = account([{"name": "Vm", "text": "#Requires -Modules Contoso.Tools, Az\n" + LOGIN}], **BARE)
    result = ensure(azure, check=True)
    assert codes(result) == ["RA548", "RA536"]
    assert states(result) == {"Az.Accounts": "imported", "Az": "refused", "Contoso.Tools": "refused"}


# Modules that come with the account


def test_an_own_copy_is_put_in_front_of_a_default_module_that_is_too_old(account: Callable[..., Azure]) -> None:
    old = module("AzureRM.Profile", "1.0.3", is_global=True, state="Created")
    others = module("AzureRM.Compute", "1.2.1", is_global=True, state="Created")
    azure = account([{"name": "Old", "text": AZURERM}], **BARE, modules=[old, others])
    result = ensure(azure, azurerm="keep", probe=False)
    assert (imported(result), codes(result)) == ([("AzureRM.Profile", "5.8.3")], ["RA538", "RA544"])
    assert result["changes"][0]["before"] == {"version": "1.0.3", "state": "Created", "is_global": True}
    assert azure.call("update_runbook", "aa", azurerm="keep")["changed"] is True


def test_a_default_module_of_an_unknown_version_is_left_alone_until_a_version_is_named(
    account: Callable[..., Azure],
) -> None:
    unknown = module("AzureRM.Profile", None, is_global=True, state="Created")
    azure = account([{"name": "Old", "text": AZURERM}], **BARE, modules=[unknown])
    assert codes(ensure(azure, azurerm="keep", probe=False)) == ["RA539"]
    assert azure.writes() == []
    named = ensure(azure, azurerm="keep", probe=False, versions={"AzureRM.Profile": "5.8.3"})
    assert (imported(named), codes(named)) == ([("AzureRM.Profile", "5.8.3")], ["RA538"])


# Imports that fail, or do not end


def test_an_import_that_fails_is_told_and_the_others_are_made(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE, failing_imports=["Az.Compute"])
    result = ensure(azure)
    assert result["failed"] is True and result["partial"] is True and result["changed"] is True
    assert result["msg"].startswith(
        "Modules that were not imported: Az.Compute in the modules of account aa for PowerShell 5.1: Error importing"
    )
    assert states(result) == {"Az.Accounts": "imported", "Az.Compute": "failed", "Az.Storage": "imported"}
    again = ensure(azure)
    assert [(change["action"], change["before"]["state"]) for change in again["changes"]] == [("update", "Failed")]


def test_what_depends_on_an_az_accounts_that_failed_is_not_tried(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE, failing_imports=["Az.Accounts"])
    result = ensure(azure)
    assert states(result) == dict.fromkeys(("Az.Accounts", "Az.Compute", "Az.Storage"), "failed")
    assert [write for write in azure.writes() if "/modules/Az.Accounts" not in write] == []
    reasons = [item["reason"] for item in result["not_changed"]]
    assert all("it needs Az.Accounts, whose import did not succeed" in reason for reason in reasons)


def test_an_import_that_does_not_end_fails_the_run_and_the_next_one_waits_for_it(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], "module_imports_end=false", **BARE)
    result = ensure(azure, timeout=1)
    assert result["failed"] is True
    assert "it is still RunningImportModuleRunbook after 1 seconds" in result["msg"]
    azure.forget_requests()
    predicted = ensure(azure, check=True)
    assert (codes(predicted), predicted["changed"]) == (["RA540"], False)
    stuck = ensure(azure, timeout=1)
    assert (codes(stuck), stuck["changed"], states(stuck)) == (["RA541"], False, {"Az.Accounts": "refused"})
    azure.control("PUT", "/settings", {"module_imports_end": True})
    ended = ensure(azure)
    assert (codes(ended), ended["changed"], states(ended)) == ([], False, {"Az.Accounts": "kept"})
    assert azure.writes() == []


def test_an_import_that_takes_its_time_is_waited_for(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], "module_import_seconds=2", **BARE)
    assert states(ensure(azure)) == {"Az.Accounts": "imported"}
    assert there(azure) == {"Az.Accounts": "2.15.0"}


def test_without_the_right_to_import_nothing_is_changed(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE)
    result = ensure(azure, login="reader")
    assert result["failed"] is True and result["changed"] is False
    assert (
        "Importing module Az.Accounts into Automation account aa for PowerShell 5.1 failed with status 403"
        in (result["msg"])
    )
    assert there(azure) == {}
    assert {one["state"] for one in result["modules"]} == {"failed"}


def test_modules_that_may_not_be_read_are_named_and_not_imported(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE)
    azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/modules?*,times=0"])
    result = ensure(azure)
    assert (codes(result), result["changed"]) == (["RA545"], False)


@contextmanager
def session_of(azure: Azure) -> Iterator[tuple[Session, AccountId]]:
    """Return a session of somebody else and the account."""
    login = Login(**{name: azure.login().get(name) for name in Login.__dataclass_fields__})
    named = azure.account("aa")
    with Session(login) as opened:
        yield opened, AccountId(named["subscription_id"], named["resource_group"], named["automation_account_name"])


def without_modules(azure: Azure) -> None:
    """Delete all that was imported."""
    with session_of(azure) as (opened, of_account):
        for name in there(azure):
            assert module_assets.delete_module(opened, of_account, name)


@pytest.mark.parametrize("cut", ["drop=before", "drop=after"])
def test_a_run_that_is_cut_at_any_request_is_finished_by_the_next(
    account: Callable[..., Azure], monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    monkeypatch.setitem(session._RETRY_OPTIONS, "retry_total", 0)
    azure = account([{"name": "Vm", "text": AZ}], **BARE)
    expected = {"Az.Accounts": "2.15.0", "Az.Compute": "7.1.1", "Az.Storage": "6.1.0"}
    points = 0
    for number in range(1, 100):
        azure.control("PUT", "/faults", [f"{cut},service=arm,nth={number},times=0"])
        broken = ensure(azure, max_parallel=1)
        azure.control("DELETE", "/faults")
        finished = ensure(azure)
        assert (finished.get("failed"), there(azure)) == (None, expected), f"cut at {number}"
        if not broken.get("failed"):
            break
        points += 1
        without_modules(azure)
    assert points >= 10
    assert ensure(azure)["changed"] is False


def test_an_import_of_somebody_else_is_waited_for_and_made_again_where_it_failed(
    account: Callable[..., Azure],
) -> None:
    """Theirs was begun before Az.Accounts was there, so it fails."""
    azure = account([{"name": "Vm", "text": AZ}], "module_import_seconds=1.5", **BARE)
    with session_of(azure) as (opened, of_account):
        module_assets.import_module(opened, of_account, "Az.Storage", f"{GALLERY}/Az.Storage/6.9.0", "6.9.0")
    result = ensure(azure)
    assert imported(result) == [("Az.Accounts", "2.15.0"), ("Az.Compute", "7.1.1"), ("Az.Storage", "6.1.0")]
    assert [change["action"] for change in result["changes"]] == ["import", "import", "update"]
    assert set(states(result).values()) == {"imported"}


def test_a_module_that_somebody_imports_meanwhile_is_left_alone(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], "module_import_seconds=3", **BARE)
    with ThreadPoolExecutor() as pool, session_of(azure) as (opened, of_account):
        running = pool.submit(ensure, azure)
        while not azure.writes():
            time.sleep(0.05)
        module_assets.import_module(opened, of_account, "Az.Storage", f"{GALLERY}/Az.Storage/6.9.0", "6.9.0")
        result = running.result()
    assert states(result) == {"Az.Accounts": "imported", "Az.Compute": "imported", "Az.Storage": "failed"}
    (left,) = result["not_changed"]
    assert "changed after it was read; it was left alone" in left["reason"]


# Other places


def environment(name: str, version: str, *packages: dict[str, Any], **default_packages: str) -> dict[str, Any]:
    return {"name": name, "version": version, "default_packages": default_packages, "packages": list(packages)}


def packages(azure: Azure, name: str) -> dict[str, str]:
    (item,) = azure.state()["accounts"]
    return {one["name"]: one["properties"]["version"] for one in item["environment_packages"].get(name, [])}


def test_each_runtime_environment_gets_what_its_own_runbooks_need(account: Callable[..., Azure]) -> None:
    environments = [
        environment("bare", "7.2"),
        environment("whole", "7.2", az="11.2.0"),
        environment("new", "7.4"),
        environment("old", "5.1", module("Az.Accounts", "2.2.1")),
    ]
    runbooks = [
        {"name": name, "text": LOGIN + "Get-AzVM\n", "runtime_environment": name}
        for name in ("bare", "whole", "new", "old")
    ]
    azure = account(runbooks, **BARE, runtime_environments=environments)
    predicted = ensure(azure, check=True)
    made = ensure(azure)
    assert made["changes"] == predicted["changes"]
    assert codes(made) == ["RA536", "RA536"]
    assert packages(azure, "bare") == packages(azure, "old") == {"Az.Accounts": "2.15.0", "Az.Compute": "7.1.1"}
    assert packages(azure, "whole") == packages(azure, "new") == {}
    assert there(azure) == {"Az.Accounts": "2.15.0"}
    target = next(change["target"] for change in made["changes"] if "/bare/" in change["target"])
    assert target.endswith("/runtimeEnvironments/bare/packages/Az.Accounts")
    assert ensure(azure)["changed"] is False
    rewritten = azure.call("update_runbook", "aa")
    assert [one["name"] for one in rewritten["runbooks"] if one["changed"]] == ["bare", "old", "whole"]


def test_the_probe_gets_its_module_unless_it_is_not_wanted(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Seven", "text": LOGIN, "type": "PowerShell72"}], **BARE)
    assert [change["target"].split("/")[-2] for change in ensure(azure, check=True)["changes"]] == [
        "modules",
        "powershell72Modules",
    ]
    (change,) = ensure(azure, probe=False)["changes"]
    assert change["target"].split("/")[-2] == "powershell72Modules"
    assert there(azure) == {}


def test_a_runbook_of_python_needs_nothing(account: Callable[..., Azure]) -> None:
    text = "import automationassets\nc = automationassets.get_automation_connection('AzureRunAsConnection')\n"
    azure = account([{"name": "Py", "text": text, "type": "Python3"}], **BARE)
    assert ensure(azure)["modules"] == []


# The user's own links


SAS = "sv=2024-01-01&sig=FAKE-signature-not-real"
LINK = f"https://contoso.blob.core.windows.net/modules/Az.Accounts.zip?{SAS}"


def test_a_link_is_used_and_its_secret_part_appears_nowhere(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE)
    links = [{"module": "Az.Accounts", "version": "2.19.0", "uri": LINK}]
    result = ensure(azure, links=links)
    assert (imported(result), there(azure)) == ([("Az.Accounts", "2.19.0")], {"Az.Accounts": "2.19.0"})
    assert result["changes"][0]["after"]["uri"] == LINK.partition("?")[0]
    azure.control("PUT", "/faults", [f"status=400,code=Bad,message=cannot read {LINK},method=PUT,path=*/modules/*"])
    without_modules(azure)
    refused = ensure(azure, links=links)
    assert refused["failed"] is True and "cannot read https://contoso.blob" in refused["msg"]
    kept = "".join(path.read_text(errors="replace") for path in azure.ledger.rglob("*") if path.is_file())
    for text in (json.dumps(result), json.dumps(refused), kept):
        assert "FAKE-signature" not in text and "sv=2024" not in text


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"versions": {"Az.Accounts": "new"}}, "versions cannot be used: Az.Accounts has version 'new', which is not"),
        ({"versions": {"Az.Accounts": "5.0.0-preview"}}, "which is not two to four numbers with dots between"),
        ({"versions": {"../Az": "5.0.0"}}, "versions cannot be used: ../Az is no name of a module"),
        (
            {"links": [{"module": "Az.Accounts", "version": "5.0.0", "uri": "http://contoso.example/a.zip"}]},
            "links cannot be used: Az.Accounts has a uri that is no https link to a package. Correct it. Nothing was",
        ),
        (
            {"links": [{"module": "Az.Accounts", "version": "5.0.0", "uri": LINK}], "versions": {"az.accounts": "4.0"}},
            "Az.Accounts has version 5.0.0, and 4.0 in another entry",
        ),
    ],
)
def test_an_option_that_cannot_be_used_is_told_before_anything_is_read(
    account: Callable[..., Azure], options: dict[str, Any], sentence: str
) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE)
    result = ensure(azure, **options)
    assert sentence in result["msg"] and result["changed"] is False
    assert azure.requests() == []


def test_a_name_that_nothing_needs_and_nobody_knows_is_told(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Login", "text": LOGIN}], **BARE)
    result = ensure(azure, versions={"Az.Acounts": "2.15.0", "Az.Network": "7.3.0"})
    assert codes(result) == ["RA542"]
    assert "names module Az.Acounts" in result["findings"][0]["sentence"]


# What undoing needs


def test_deleting_an_own_copy_brings_the_default_module_back(account: Callable[..., Azure]) -> None:
    old = module("Az.Accounts", "1.9.5", is_global=True, state="Created")
    azure = account([{"name": "Login", "text": LOGIN}], **BARE, modules=[old])
    assert codes(ensure(azure)) == ["RA538"]
    with session_of(azure) as (opened, of_account):
        assert module_assets.get_module(opened, of_account, "Az.Accounts")["properties"]["isGlobal"] is False
        assert module_assets.delete_module(opened, of_account, "Az.Accounts") is True
        properties = module_assets.get_module(opened, of_account, "Az.Accounts")["properties"]
        assert (properties["version"], properties["isGlobal"]) == ("1.9.5", True)
        assert module_assets.delete_module(opened, of_account, "Az.Storage") is False


def test_both_paths_import_the_same_and_show_no_secret(account: Callable[..., Azure]) -> None:
    links = [{"module": "Az.Accounts", "version": "2.19.0", "uri": LINK}]
    results = []
    for in_process in (True, False):
        azure = account([{"name": "Vm", "text": AZ}], **BARE)
        result = azure.task("ensure_modules", "aa", "--diff", variables={"runas_in_process": in_process}, links=links)
        assert result["changed"] is True
        text = json.dumps(result)
        assert "FAKE-signature" not in text
        of_this_run = {
            "ledger",
            "account",
            "ansible_facts",
            "discovered_interpreter_python",
            "warnings",
            "deprecations",
        }
        kept = json.dumps({key: value for key, value in result.items() if key not in of_this_run}, sort_keys=True)
        results.append(kept.replace(str(azure.run_dir), "").replace(str(azure.endpoint["resource_manager"]), ""))
    subscriptions = [re.sub("[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "", kept) for kept in results]
    assert subscriptions[0] == subscriptions[1]


def test_the_playbook_brings_the_modules_of_all_accounts(account: Callable[..., Azure]) -> None:
    azure = account([{"name": "Vm", "text": AZ}], **BARE)
    variables = json.dumps({"ensure_modules_versions": {"Az.Compute": "7.2.0"}})
    first = azure.playbook("azauto.runas_migration.modules", "-e", variables)
    assert first.code == 0, first.output
    assert "'module': 3" in first.output or '"module": 3' in first.output
    assert there(azure)["Az.Compute"] == "7.2.0"
    azure.forget_requests()
    assert azure.playbook("azauto.runas_migration.modules", "-e", variables).code == 0
    assert azure.writes() == []
