# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statistics, usages and keys of an account (contract 1.4), through the real client."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from azure_simulator.testing import ACCOUNT, GROUP, Azure


def run_a_job(azure: Azure, account_path: str) -> None:
    azure.send("PUT", f"{account_path}/jobs/one", {"properties": {"runbook": {"name": "Start-Machines"}}})


def counters(azure: Azure) -> dict[str, int]:
    listed = azure.client().statistics.list_by_automation_account(GROUP, ACCOUNT)
    return {item.counter_property: item.counter_value for item in listed}


def test_statistics_count_jobs_by_status(azure: Azure, account_path: str) -> None:
    assert len(counters(azure)) == 13 and set(counters(azure).values()) == {0}
    azure.set(operation_seconds=0)
    run_a_job(azure, account_path)
    status = azure.send("GET", f"{account_path}/jobs/one").json["properties"]["status"]
    assert {name: count for name, count in counters(azure).items() if count} == {status: 1}


def test_usages_add_up_minutes_of_jobs(azure: Azure, account_path: str) -> None:
    azure.set(operation_seconds=120)
    run_a_job(azure, account_path)
    listed = {item.name.value: item for item in azure.client().usages.list_by_automation_account(GROUP, ACCOUNT)}
    assert {name: (item.current_value, item.limit) for name, item in listed.items()} == {
        "AccountUsage": (2.0, 500),
        "SubscriptionUsage": (2.0, 500),
        "DscSubscriptionUsage": (0.0, 5),
    }


def test_keys_are_for_those_who_may_more_than_read(azure: Azure, account_path: str) -> None:
    listed = azure.client().keys.list_by_automation_account(GROUP, ACCOUNT)
    keys = getattr(listed, "keys_property", None) or listed.keys  # 1.1.0b4 calls them keys
    assert [(key.key_name, key.permissions) for key in keys] == [("Primary", "Full"), ("Secondary", "Full")]
    assert keys[0].value != keys[1].value
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        azure.client("reader").keys.list_by_automation_account(GROUP, ACCOUNT)


def test_an_unknown_account_has_none_of_them(azure: Azure) -> None:
    with pytest.raises(ResourceNotFoundError):
        list(azure.client().statistics.list_by_automation_account(GROUP, "aa-nowhere"))
    with pytest.raises(ResourceNotFoundError):
        azure.client().keys.list_by_automation_account(GROUP, "aa-nowhere")
