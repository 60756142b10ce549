# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fast path and the ordinary one: the same result, key for key, and no secret on either."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

# What the ordinary path adds of itself: it says which Python it found.
OF_THE_PROCESS = {"discovered_interpreter_python", "ansible_facts", "warnings", "deprecations"}

# Each module with options that make it say much.
MODULES: dict[str, dict[str, Any]] = {
    "enable_identity": {},
    "copy_runas_roles": {"role_map": "Contributor=Reader+Virtual Machine Contributor"},
    "limit_runas": {"not_actions": "Microsoft.Sql/*"},
    "update_runbook": {"pending_draft": "keep"},
    "remove_runas": {"stage": "delete", "soak_days": 0},
    "migrate_site_recovery": {"lower_role": True, "toggle": True},
    "rollback_migration": {},
}
# It finds all that it needs on the demo estate; that both paths import the same is in test_ensure_modules.py.
IDLE: dict[str, dict[str, Any]] = {
    "ensure_modules": {
        "versions": {"Contoso.Unknown": "1.0"},
        "links": [{"module": "Az.Accounts", "version": "2.0.0", "uri": "https://contoso.example/a.zip?sig=FAKE"}],
    },
}
# The accounts of modules that have nothing to do on aa-plain.
ACCOUNTS = {"migrate_site_recovery": "aa-recovery"}
READING: dict[str, dict[str, Any]] = {
    "runas_info": {"scope": ["run_as", "access", "runbooks", "usage", "hybrid"]},
    "suggest_roles": {"scope_level": "resource"},
    "export_account": {"identity": "system"},
}
# Changes nothing that remains, unless it is told to run drafts.
PROBING: dict[str, dict[str, Any]] = {"probe_identity": {"max_age": 3, "timeout": 60}}
ALL = {**MODULES, **IDLE, **READING, **PROBING}


def account_of(module: str) -> str:
    return ACCOUNTS.get(module, "aa-plain")


def both_paths(azure: Azure, module: str, account: str, *arguments: str, **options: Any) -> list[dict[str, Any]]:
    """Run a task on both paths, which must leave Azure as it was, and return both results."""
    results = []
    for in_process in (True, False):
        variables = {"runas_in_process": in_process}
        result = azure.task(module, account, *arguments, variables=variables, **options)
        results.append({key: value for key, value in result.items() if key not in OF_THE_PROCESS})
    return results


@pytest.mark.parametrize("module", ALL)
def test_a_plan_is_the_same_on_both_paths(azure: Azure, module: str) -> None:
    fast, ordinary = both_paths(azure, module, account_of(module), "--check", "--diff", **ALL[module])
    for result in (fast, ordinary):
        result.get("assessment", {}).pop("time", None)
    assert fast == ordinary
    assert azure.writes() == []


@pytest.mark.parametrize("module", ALL)
def test_a_failure_is_the_same_on_both_paths(azure: Azure, module: str) -> None:
    options = {**ALL[module], "automation_account_name": "aa-nowhere"}
    fast, ordinary = both_paths(azure, module, "aa-plain", **options)
    assert fast == ordinary
    assert fast["failed"] is True


@pytest.mark.parametrize("module", ALL)
def test_a_wrong_option_is_refused_alike_on_both_paths(azure: Azure, module: str) -> None:
    fast, ordinary = both_paths(azure, module, "aa-plain", no_such_option=1)
    assert fast == ordinary
    assert "no_such_option" in fast["msg"]


@pytest.mark.parametrize("module", MODULES)
def test_a_run_that_changes_things_is_the_same_on_both_paths(start_azure: Callable[..., Azure], module: str) -> None:
    results = []
    for in_process in (True, False):
        azure = start_azure()
        account = account_of(module)
        for earlier in list(MODULES)[: list(MODULES).index(module)]:
            if account_of(earlier) == account:
                azure.call(earlier, account)
        result = azure.task(module, account, "--diff", variables={"runas_in_process": in_process})
        results.append(comparable(result, azure))
    fast, ordinary = results
    assert fast["changed"] is True
    assert fast == ordinary


def test_a_probe_with_drafts_is_the_same_on_both_paths_and_hides_their_parameters(
    start_azure: Callable[..., Azure],
) -> None:
    secret = "FAKE-parameter-value"
    entry = {"name": "Start-TaggedVMs", "parameters": {"TagName": secret}}
    results = []
    for in_process in (True, False):
        azure = start_azure("--set", "retry_after=0")
        azure.call("enable_identity", "aa-plain")
        azure.call("update_runbook", "aa-plain", publish=False)
        variables = {"runas_in_process": in_process, "ansible_inject_invocation": True}
        result = azure.task("probe_identity", "aa-plain", "--diff", variables=variables, verify_runbooks=[entry])
        assert secret not in json.dumps(result)
        results.append(comparable(result, azure))
    fast, ordinary = results
    assert (fast["changed"], fast["runbooks"][0]["parameters"]) == (True, ["TagName"])
    assert fast == ordinary


def comparable(result: dict[str, Any], azure: Azure) -> Any:
    """Return a result without what differs from simulator to simulator: folders, fresh ids, times."""
    kept = {key: value for key, value in result.items() if key not in OF_THE_PROCESS}
    text = json.dumps(kept, sort_keys=True).replace(str(azure.run_dir), "RUN_DIR")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "GUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)", "TIME", text)
    return json.loads(re.sub(r"[0-9a-fA-F]{64}|[0-9A-F]{40}", "HASH", text))


@pytest.mark.parametrize("in_process", [True, False])
@pytest.mark.parametrize("module", ALL)
def test_the_paths_are_what_they_say(azure: Azure, module: str, in_process: bool) -> None:
    """The fast path starts no module process: it has no temporary folder of Ansible's to copy a module to."""
    # A rollback needs something on record.
    host = "aa-plain" if module == "rollback_migration" else "aa-done"
    if module == "rollback_migration":
        azure.call("enable_identity", host)
    play = {
        "hosts": host,
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "tasks": [
            {
                f"azauto.runas_migration.{module}": {
                    "resource_group": "{{ resource_group }}",
                    "automation_account_name": "{{ automation_account_name }}",
                    "subscription_id": "{{ subscription_id }}",
                }
            }
        ],
    }
    run = azure.playbook([play], "--check", "-vvv")
    assert run.code == 0, run.output
    assert ("AnsiballZ_" in run.output) is not in_process


@pytest.mark.parametrize("in_process", [True, False])
def test_a_secret_given_as_an_option_appears_nowhere(azure: Azure, in_process: bool) -> None:
    secret = azure.login()["secret"]
    play = {
        "hosts": "aa-plain",
        "gather_facts": False,
        "vars": {"runas_in_process": in_process},
        "tasks": [
            {
                "azauto.runas_migration.enable_identity": {
                    "resource_group": "{{ resource_group }}",
                    "automation_account_name": "{{ automation_account_name }}",
                    "subscription_id": "{{ subscription_id }}",
                    "secret": secret,
                }
            }
        ],
    }
    # From ansible-core 2.21 on, results hold the options only where this setting asks for them.
    run = azure.playbook([play], "--check", "--diff", "-vvv", AZURE_SECRET="", ANSIBLE_INJECT_INVOCATION="true")
    assert run.code == 0, run.output
    assert "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in run.output
    assert secret not in run.output + run.errors
