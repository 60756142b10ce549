# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource Graph (contract 8 and 8.1)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import demo_world, resource_manager, subscription
from azure_simulator.world import World

PATH = "/providers/Microsoft.ResourceGraph/resources"
ACCOUNTS = "resources | where type =~ 'Microsoft.Automation/automationAccounts' | project id, name | order by id asc"
ALL = 12


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(demo_world())


def ask(azure: Azure, query: str, *, login: str = "reader", version: str = "2021-03-01", **body: Any) -> Answer:
    return resource_manager(azure, "POST", PATH, {"query": query, **body}, version=version, login=login)


def test_an_answer_is_an_array_of_objects_and_says_false_as_text(azure: Azure) -> None:
    answer = ask(azure, ACCOUNTS).json
    assert set(answer) == {"totalRecords", "count", "data", "facets", "resultTruncated"}
    assert (answer["totalRecords"], answer["count"], answer["resultTruncated"]) == (ALL, ALL, "false")
    assert all(set(row) == {"id", "name"} for row in answer["data"])
    ids = [row["id"].lower() for row in answer["data"]]
    assert ids == sorted(ids)


def test_types_and_resource_groups_are_in_lower_case(azure: Azure) -> None:
    query = "resources | where name == 'aa-done' | project type, resourceGroup, location, tags, identity"
    (row,) = ask(azure, query).json["data"]
    assert row["type"] == "microsoft.automation/automationaccounts"
    assert row["resourceGroup"] == "rg-automation"
    assert row["identity"]["type"].lower() == "systemassigned"


def test_user_assigned_identities_are_missing_as_in_the_list(azure: Azure) -> None:
    (row,) = ask(azure, "resources | where name == 'aa-identities' | project identity").json["data"]
    assert row == {"identity": None}


def test_the_oldest_version_answers_with_a_table(azure: Azure) -> None:
    data = ask(azure, ACCOUNTS, version="2019-04-01").json["data"]
    assert [column["name"] for column in data["columns"]] == ["id", "name"]
    assert len(data["rows"]) == ALL


def test_pages_are_followed_by_their_token(azure: Azure) -> None:
    names: list[str] = []
    options: dict[str, Any] = {"$top": 5}
    counts = []
    while True:
        answer = ask(azure, ACCOUNTS, options=options).json
        names += [row["name"] for row in answer["data"]]
        counts.append(answer["count"])
        if "$skipToken" not in answer:
            break
        options = {"$skipToken": answer["$skipToken"]}
    assert counts == [5, 5, 2]
    assert len(set(names)) == ALL


def test_a_scope_is_a_list_of_subscriptions_or_of_management_groups(azure: Azure) -> None:
    development = ask(azure, ACCOUNTS, subscriptions=[subscription(azure, "development")]).json["data"]
    assert {row["name"] for row in development} == {"aa-expired", "aa-incomplete"}
    workloads = ask(azure, ACCOUNTS, managementGroups=["mg-workloads"]).json
    assert workloads["totalRecords"] == ALL - 2
    assert ask(azure, ACCOUNTS, managementGroups=["mg-contoso"]).json["totalRecords"] == ALL


def test_what_the_caller_may_not_read_is_left_out_without_a_word(azure: Azure) -> None:
    assert ask(azure, ACCOUNTS, login="blind").json["totalRecords"] == ALL - 2


def test_no_subscription_that_the_caller_sees_is_an_error(azure: Azure) -> None:
    answer = ask(azure, ACCOUNTS, login="blind", subscriptions=[subscription(azure, "finance")])
    assert answer.status == 400
    assert answer.json["error"]["details"][0]["code"] == "NoValidSubscriptionsInQueryRequest"


@pytest.mark.parametrize(
    ("query", "token", "position"),
    [
        ("resources | where", "<EOF>", 17),
        ("resources | summarize count()", "summarize", 12),
        ("resources | where type contains 'x'", "contains", 23),
        ("resources project id", "project", 10),
    ],
)
def test_a_query_that_cannot_be_parsed_names_the_place(azure: Azure, query: str, token: str, position: int) -> None:
    answer = ask(azure, query)
    assert answer.status == 400
    error = answer.json["error"]
    assert error["code"] == "BadRequest"
    assert error["message"].startswith("Please provide below info when asking for support: timestamp = ")
    invalid, failure = error["details"]
    assert (invalid["code"], failure["code"]) == ("InvalidQuery", "ParserFailure")
    assert (failure["line"], failure["characterPositionInLine"], failure["token"]) == (1, position, token)


def test_every_answer_tells_the_quota(azure: Azure) -> None:
    first, second = ask(azure, ACCOUNTS), ask(azure, ACCOUNTS)
    assert first.headers["x-ms-user-quota-remaining"] == "14"
    assert first.headers["x-ms-user-quota-resets-after"] == "00:00:05"
    assert second.headers["x-ms-user-quota-remaining"] == "13"
    assert "x-ms-ratelimit-remaining-tenant-resource-requests" in first.headers


def test_a_call_beyond_the_quota_is_refused_where_the_run_throttles(azure: Azure) -> None:
    reader = azure.world.logins["reader"].object_id
    never_ends = time.monotonic() + 3600
    azure.world.provider_state["resource_graph_quota"] = {reader: (never_ends, 15)}
    assert ask(azure, ACCOUNTS).status == 200
    azure.set(throttle=True)
    refused = ask(azure, ACCOUNTS)
    assert (refused.status, refused.json["error"]["code"]) == (429, "RateLimiting")
    assert refused.headers["x-ms-user-quota-remaining"] == "0"


def test_a_query_is_no_write(azure: Azure) -> None:
    ask(azure, ACCOUNTS)
    (entry,) = [entry for entry in azure.control("GET", "/requests").json if PATH in entry["path"]]
    assert entry["mutating"] is False
