# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hybrid workers of an estate, through the real client, and their machines (contract 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_simulator import estate
from azure_simulator.estate_build import build
from azure_simulator.testing import Azure
from azure_simulator.world import World

VM, ARC = "2024-07-01", "2024-07-10"


@pytest.fixture
def with_workers(start: Callable[[World], Azure]) -> Callable[..., Azure]:
    """Starts an Azure with an account ``aa`` that has one group ``hq`` of the workers given."""

    def begin(workers: Any, **keys: Any) -> Azure:
        item = {"name": "aa", "hybrid_worker_groups": [{"name": "hq", "workers": workers, **keys}]}
        logins = {"owner": {"secret": "not-a-real-secret", "roles": ["Owner"]}}
        world = World()
        build(world, estate.parse(yaml.safe_dump({"accounts": [item], "logins": logins}), "estate.yml"), Path())
        return start(world)

    return begin


def account_path(azure: Azure) -> str:
    return next(item.id for item in azure.world.accounts.values())


def workers_of(azure: Azure) -> list[dict[str, Any]]:
    path = f"{account_path(azure)}/hybridRunbookWorkerGroups/hq/hybridRunbookWorkers"
    return [item["properties"] for item in azure.send("GET", path).json["value"]]


def test_a_number_of_workers_makes_workers_without_named_machines(with_workers: Callable[..., Azure]) -> None:
    found = workers_of(with_workers(2))
    assert [(item["workerName"], item["workerType"], item["vmResourceId"]) for item in found] == [
        ("hq-01", "HybridV2", ""),
        ("hq-02", "HybridV2", ""),
    ]


def test_agents_have_no_machine_that_azure_names_and_nobody_tells_a_version(
    with_workers: Callable[..., Azure],
) -> None:
    (found,) = workers_of(with_workers([{"name": "old", "kind": "agent", "version": "7.3.1125.0"}]))
    assert (found["workerType"], found["vmResourceId"]) == ("HybridV1", "")
    assert set(found) == {"ip", "registeredDateTime", "lastSeenDateTime", "vmResourceId", "workerType", "workerName"}


def test_a_virtual_machine_has_identity_system_and_extensions(with_workers: Callable[..., Azure]) -> None:
    azure = with_workers([{"name": "vm1", "os": "Linux", "version": "1.1.13", "machine_identity": "both"}])
    arm_id = workers_of(azure)[0]["vmResourceId"]
    shown = azure.send("GET", arm_id, version=VM).json
    assert shown["identity"]["type"] == "SystemAssigned, UserAssigned" and shown["identity"]["principalId"]
    assert shown["properties"]["storageProfile"]["osDisk"]["osType"] == "Linux"
    assert [item["properties"]["typeHandlerVersion"] for item in shown["resources"]] == ["1.1"]
    assert "instanceView" not in shown["properties"]


def test_the_instance_view_tells_the_version_that_is_installed(with_workers: Callable[..., Azure]) -> None:
    azure = with_workers([{"name": "vm1", "version": "1.1.13"}])
    shown = azure.send("GET", workers_of(azure)[0]["vmResourceId"] + "?$expand=instanceView", version=VM).json
    assert shown["properties"]["instanceView"]["extensions"] == [
        {
            "name": "HybridWorkerExtension",
            "type": "Microsoft.Azure.Automation.HybridWorker.HybridWorkerForWindows",
            "typeHandlerVersion": "1.1.13",
        }
    ]


def test_a_machine_of_arc_lists_its_extensions_apart(with_workers: Callable[..., Azure]) -> None:
    azure = with_workers([{"name": "arc1", "machine": "arc", "version": "1.1.13", "machine_identity": "none"}])
    arm_id = workers_of(azure)[0]["vmResourceId"]
    shown = azure.send("GET", arm_id, version=ARC).json
    assert "identity" not in shown and shown["properties"]["osType"] == "windows" and shown["resources"] == []
    (extension,) = azure.send("GET", f"{arm_id}/extensions", version=ARC).json["value"]
    assert extension["properties"]["type"] == "HybridWorkerForWindows"
    assert extension["properties"]["instanceView"]["typeHandlerVersion"] == "1.1.13"


def test_a_machine_that_is_gone_is_the_gateways_404(with_workers: Callable[..., Azure]) -> None:
    azure = with_workers([{"name": "gone", "machine": "gone"}])
    answer = azure.send("GET", workers_of(azure)[0]["vmResourceId"], version=VM)
    assert answer.status == 404 and answer.json["error"]["code"] == "ResourceNotFound"


def test_system_groups_say_so(with_workers: Callable[..., Azure]) -> None:
    azure = with_workers(0, type="System")
    (group,) = azure.send("GET", f"{account_path(azure)}/hybridRunbookWorkerGroups").json["value"]
    assert group["properties"]["groupType"] == "System"
