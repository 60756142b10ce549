# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What suggest_roles makes of what it may not read, of wrong options, and of what is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .suggest_estate import MACHINES, codes, estate, suggested

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]


def test_a_log_that_may_not_be_read_is_a_finding_and_the_runbooks_still_count(
    start_azure: Start, tmp_path: Path
) -> None:
    blind = {"name": "Blind", "actions": ["*/read"], "not_actions": ["Microsoft.Insights/eventtypes/values/read"]}
    logins = {"migration": {"secret": "FAKE-secret", "graph": "read", "roles": ["Blind"]}}
    azure = start_azure(*estate(tmp_path, custom_roles=[blind], logins=logins))
    result = azure.call("suggest_roles", "aa")
    assert {"RA901", "RA347"} <= codes(result)
    assert "RA340" not in codes(result)
    assert [(item["role"], item["scope_assumed"]) for item in result["suggestions"]] == [
        ("Virtual Machine Contributor", True)
    ]
    assert result["looked_at"]["logs"][0]["read"] is False


def test_a_log_that_fails_on_its_second_page_is_not_passed_off_as_whole(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", ["status=409,code=Conflict,path=*eventtypes*skiptoken*,times=0"])
    result = azure.call("suggest_roles", "aa")
    assert "RA903" in codes(result)
    assert result["looked_at"]["logs"][0]["read"] is False


@pytest.mark.parametrize("path", ["*/runbooks?*", "*/runbooks/Machines/content*"])
def test_runbooks_that_cannot_be_read_are_a_finding_and_the_log_still_counts(
    start_azure: Start, tmp_path: Path, path: str
) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={path},times=0"])
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == MACHINES
    assert "RA901" in codes(result)
    assert [item["reason"] for item in result["not_covered"]] == ["unread"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"cmdlet_operations": {"Start-AzVM": ["start"]}}, "'start' of Start-AzVM, which is no operation"),
        ({"cmdlet_operations": {"a b c": []}}, "has the entry 'a b c'"),
        ({"days": 91}, "days is 91. The Activity Log holds 90 days"),
        ({"days": 0}, "days is 0."),
        ({"runbooks": ["Nothing"]}, "has no runbook named Nothing"),
        ({"connection": "Nothing"}, "has no Run As connection Nothing"),
        ({"principal_id": "me"}, "principal_id is 'me', which is no object id"),
        ({"role_map_file": "/nowhere/at/all/map.yml"}, "The folder /nowhere/at/all of role_map_file is not there"),
    ],
)
def test_a_wrong_option_is_one_sentence_that_names_it(
    start_azure: Start, tmp_path: Path, options: dict[str, Any], sentence: str
) -> None:
    result = start_azure(*estate(tmp_path)).call("suggest_roles", "aa", **options)
    assert result["failed"] is True
    assert sentence in result["msg"]


def test_an_account_without_a_run_as_account_has_nothing_to_suggest(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "runbooks": [{"name": "R", "text": "Get-AzVM"}]}]
    result = start_azure(*estate(tmp_path, accounts=accounts, activity=[])).call("suggest_roles", "aa")
    assert (result["suggestions"], result["role_map"], result["held"], result["not_covered"]) == ([], [], [], [])
    assert result["changed"] is False


def test_a_service_principal_that_is_gone_is_said_so(start_azure: Start, tmp_path: Path) -> None:
    run_as = {"application": "run-as", "status": "incomplete", "missing": ["service_principal"]}
    accounts = [{"name": "aa", "run_as": run_as}]
    result = start_azure(*estate(tmp_path, accounts=accounts, activity=[])).call("suggest_roles", "aa")
    assert "RA302" in codes(result)
    assert result["suggestions"] == []


def test_where_graph_may_not_be_read_the_principal_has_to_be_named(start_azure: Start, tmp_path: Path) -> None:
    logins = {"migration": {"secret": "FAKE-secret", "roles": ["Reader"]}}
    azure = start_azure(*estate(tmp_path, logins=logins))
    refused = azure.call("suggest_roles", "aa")
    assert "set principal_id" in refused["msg"]
    principal_id = azure.state()["role_assignments"][0]["properties"]["principalId"]
    assert suggested(azure.call("suggest_roles", "aa", principal_id=principal_id)) == MACHINES


# What docs/permissions.md says is enough.
ENOUGH = [
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Insights/eventtypes/values/read",
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Authorization/roleDefinitions/read",
    "Microsoft.Automation/automationAccounts/read",
    "Microsoft.Automation/automationAccounts/connections/read",
    "Microsoft.Automation/automationAccounts/certificates/read",
    "Microsoft.Automation/automationAccounts/runbooks/read",
    "Microsoft.Automation/automationAccounts/runbooks/content/read",
    "Microsoft.Automation/automationAccounts/runbooks/draft/content/read",
]


def test_a_login_needs_no_more_than_the_documentation_says(start_azure: Start, tmp_path: Path) -> None:
    draft = {"name": "Draft", "state": "new", "text": "Get-AzVM"}
    accounts = [{"name": "aa", "run_as": {"application": "run-as"}, "runbooks": [draft]}]
    logins = {"migration": {"secret": "FAKE-secret", "graph": "read", "roles": ["Enough"]}}
    members = {"custom_roles": [{"name": "Enough", "actions": ENOUGH}], "logins": logins, "accounts": accounts}
    result = start_azure(*estate(tmp_path, **members)).call("suggest_roles", "aa")
    assert suggested(result) == MACHINES
    # Management groups need a right of their own, and are not asked for more than they show.
    assert {code for code in codes(result) if code.startswith("RA9")} <= {"RA901"}
    assert [item["resource"] for item in result["findings"] if item["code"] == "RA901"] in ([], ["/"])


def test_a_whole_run_asks_little_of_azure(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.forget_requests()
    azure.call("suggest_roles", "aa")
    arm = [entry["path"].split("?")[0] for entry in azure.requests() if "/oauth2/" not in entry["path"]]
    assert sum("roledefinitions" in path.lower() for path in arm) <= 2
    assert sum("eventtypes" in path.lower() for path in arm) <= 8
    assert azure.writes() == []
