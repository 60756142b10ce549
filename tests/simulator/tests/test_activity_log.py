# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Activity Log (contract 12.1): its filters, its pages, what is kept in it, and who may read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from azure_simulator import estates
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import resource_manager, subscription
from azure_simulator.world import World

START = "Microsoft.Compute/virtualMachines/start/action"
VM = "Microsoft.Compute/virtualMachines/vm"
ESTATE = f"""
accounts: [{{name: aa-one, run_as: {{application: run-as}}}}]
activity:
  - {{principal: run-as, operation: {START}, scope: production/rg-a/{VM}1, days: 89, until: 1}}
  - {{principal: other, operation: {START}, scope: production/rg-b/{VM}2, status: Forbidden}}
  - {{principal: run-as, operation: {START}, scope: production/rg-b/{VM}2, days: 95}}
applications: [{{name: other}}]
logins:
  migration: {{secret: FAKE-secret, roles: [Contributor]}}
  nobody: {{secret: FAKE-secret-of-nobody, roles: [Key Vault Contributor]}}
"""


@pytest.fixture
def azure(start: Callable[[World], Azure], tmp_path: Path) -> Azure:
    (tmp_path / "estate.yml").write_text(ESTATE)
    world = World()
    estates.load(world, tmp_path / "estate.yml")
    return start(world)


def ago(days: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def log(azure: Azure, filter_: str | None, login: str = "migration", select: str = "") -> Answer:
    path = (
        f"/subscriptions/{subscription(azure, 'production')}/providers/Microsoft.Insights/eventtypes/management/values"
    )
    query = ([f"$filter={quote(filter_)}"] if filter_ else []) + ([f"$select={select}"] if select else [])
    return resource_manager(azure, "GET", path, version="&".join(["2015-04-01", *query]), login=login)


def account_id(azure: Azure, name: str) -> str:
    group = f"/subscriptions/{subscription(azure, 'production')}/resourceGroups/rg-a"
    return f"{group}/providers/Microsoft.Automation/automationAccounts/{name}"


def since(days: float, more: str = "") -> str:
    return f"eventTimestamp ge '{ago(days)}' and eventTimestamp le '{ago(-1)}'{more}"


def pages(azure: Azure, filter_: str) -> list[list[dict[str, Any]]]:
    answer = log(azure, filter_).json
    found = [answer["value"]]
    while answer.get("nextLink"):
        answer = resource_manager(azure, "GET", answer["nextLink"], version="2015-04-01").json
        found.append(answer["value"])
    return found


def test_an_operation_has_a_start_and_an_end_with_one_correlation(azure: Azure) -> None:
    events = log(azure, since(1.5, " and resourceGroupName eq 'RG-A'")).json["value"]
    assert [event["status"]["value"] for event in events] == ["Succeeded", "Started"]
    assert len({event["correlationId"] for event in events}) == 1
    assert events[0]["authorization"]["action"] == events[0]["operationName"]["value"] == START


@pytest.mark.parametrize(
    "more", ["", " and resourceProvider eq 'microsoft.compute'", " and resourceGroupName eq 'rg-b'"]
)
def test_the_documented_filters_are_taken(azure: Azure, more: str) -> None:
    answer = log(azure, since(3, more))
    assert answer.status == 200
    assert len(answer.json["value"]) == (2 if "rg-b" in more else 6)


@pytest.mark.parametrize(
    "filter_",
    [
        None,
        "eventTimestamp le '2026-01-01T00:00:00Z'",
        "eventTimestamp ge 2026-01-01T00:00:00Z",
        "eventTimestamp ge 'yesterday'",
        since(1, " and operationName eq 'x'"),
        since(1, " or resourceProvider eq 'x'"),
        since(1, " and resourceProvider eq 'x' and resourceGroupName eq 'y'"),
    ],
)
def test_every_other_filter_is_refused(azure: Azure, filter_: str | None) -> None:
    answer = log(azure, filter_)
    assert (answer.status, answer.json["code"]) == (400, "BadRequest")


def test_nothing_is_kept_longer_than_ninety_days(azure: Azure) -> None:
    answer = log(azure, since(91))
    assert (answer.status, answer.json["message"]) == (400, "The start time cannot be more than 90 days in the past.")


def test_a_caller_is_filtered_by_object_id_or_by_application_id_as_set(azure: Azure) -> None:
    claims = log(azure, since(1.5, " and resourceGroupName eq 'rg-a'")).json["value"][0]["claims"]
    object_id = claims["http://schemas.microsoft.com/identity/claims/objectidentifier"]
    assert len(log(azure, since(2.5, f" and caller eq '{object_id}'")).json["value"]) == 4
    assert log(azure, since(2.5, f" and caller eq '{claims['appid']}'")).json["value"] == []
    azure.set(activity_log_takes_caller=False)
    assert log(azure, since(2.5, f" and caller eq '{object_id}'")).status == 400


def test_only_what_is_selected_is_sent(azure: Azure) -> None:
    events = log(azure, since(1.5), select="claims,status").json["value"]
    assert {tuple(sorted(event)) for event in events} == {("claims", "status")}
    assert log(azure, since(1.5), select="caller").status == 400


def test_a_long_log_has_pages_and_an_empty_one_among_them(azure: Azure) -> None:
    path = account_id(azure, "a")
    for number in range(20):
        resource_manager(azure, "DELETE", f"{path}{number}", version="2024-10-23")
    found = pages(azure, since(89.9))
    assert [len(page) for page in found[:2]] == [200, 0]
    assert sum(len(page) for page in found) == 89 * 2 + 2 + 40


def test_a_write_to_the_simulator_is_in_the_log_and_a_refused_one_too(azure: Azure) -> None:
    path = account_id(azure, "x")
    resource_manager(azure, "DELETE", path, version="2024-10-23", login="nobody")
    events = log(azure, since(0.1, f" and resourceUri eq '{path}'")).json["value"]
    assert [event["operationName"]["value"] for event in events] == [
        "Microsoft.Automation/automationAccounts/delete"
    ] * 2
    assert {event["subStatus"]["value"] for event in events} == {"", "Forbidden"}


def test_the_log_is_for_those_who_may_read_it(azure: Azure) -> None:
    answer = log(azure, since(1), login="nobody")
    assert (answer.status, answer.json["error"]["code"]) == (403, "AuthorizationFailed")
