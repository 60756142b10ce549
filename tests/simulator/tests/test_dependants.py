# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What depends on accounts (contract 3.8, 6.2, 12 and 13): an estate's keys, and what the API answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azure_simulator import estates
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import account, resource_manager, subscription
from azure_simulator.world import World

ESTATE = """
accounts:
  - name: aa-one
    source_controls: [{name: git, auto_sync: true, token: FAKE-token-of-git}]
    update_configurations: [{name: weekly, pre_task: Stop-Service, system: Linux}]
    dsc_nodes: [{name: vm1, status: Pending}]
    dsc_configurations: [SetupServer]
    linked_workspace: ws-contoso
vaults:
  - name: rsv
    mappings: [{name: m, account: aa-one, health: [AgentAutoUpdateInfra, VersionExpiry]}]
    intents: [{name: vm1, account: aa-one}, {name: vm2, auto_update: null}]
  - {name: broken, state: Failed, mappings: [{name: hidden, account: aa-one}]}
action_groups:
  - {name: ag, runbooks: [{account: aa-one, runbook: Restart, uri: "https://FAKE.invalid/?token=FAKE-webhook"}]}
solutions:
  - {name: Updates(ws-contoso)}
  - {name: "Start-Stop-VM[ws-contoso]", account: aa-one, runbooks: [AutoStop_VM_Child]}
logins:
  migration: {secret: FAKE-secret, roles: [Reader]}
  nobody: {secret: FAKE-secret-of-nobody}
seeded_secrets: [FAKE-token-of-git, FAKE-webhook]
"""
SITE_RECOVERY = "2025-08-01"


@pytest.fixture
def azure(start: Callable[[World], Azure], tmp_path: Path) -> Azure:
    (tmp_path / "estate.yml").write_text(ESTATE)
    world = World()
    estates.load(world, tmp_path / "estate.yml")
    return start(world)


def listed(azure: Azure, path: str, version: str, login: str = "migration") -> Answer:
    return resource_manager(azure, "GET", path, version=version, login=login)


def of_account(azure: Azure, tail: str, version: str = "2024-10-23") -> Any:
    return listed(azure, f"{account(azure, 'aa-one').id}/{tail}", version).json


def of_subscription(azure: Azure, tail: str, version: str, login: str = "migration") -> Answer:
    return listed(azure, f"/subscriptions/{subscription(azure, 'production')}/providers/{tail}", version, login)


def vault(azure: Azure, name: str) -> str:
    found = of_subscription(azure, "Microsoft.RecoveryServices/vaults", "2024-04-01").json["value"]
    return next(str(item["id"]) for item in found if item["name"] == name)


def test_a_source_control_shows_all_but_its_token(azure: Azure) -> None:
    (control,) = of_account(azure, "sourceControls")["value"]
    shown = {name: control["properties"][name] for name in ("branch", "autoSync", "publishRunbook", "sourceType")}
    assert shown == {"branch": "main", "autoSync": True, "publishRunbook": True, "sourceType": "GitHub"}
    assert "FAKE-token-of-git" not in str(control)


def test_update_configurations_name_the_runbooks_before_and_after(azure: Azure) -> None:
    answer = of_account(azure, "softwareUpdateConfigurations", "2019-06-01")
    (item,) = answer["value"]
    assert set(answer) == {"value"}
    assert "type" not in item
    assert item["properties"]["tasks"] == {"preTask": {"source": "Stop-Service", "parameters": None}, "postTask": None}
    assert item["properties"]["updateConfiguration"]["operatingSystem"] == "Linux"


def test_dsc_nodes_are_found_by_id_and_shown_by_name(azure: Azure) -> None:
    (node,) = of_account(azure, "nodes")["value"]
    assert node["name"] == "vm1"
    assert node["id"].endswith(f"/nodes/{node['properties']['nodeId']}")
    (old,) = of_account(azure, "nodes", "2017-05-15-preview")["value"]
    assert (old["status"], "properties" in old) == ("Pending", False)


def test_configurations_and_the_linked_workspace(azure: Azure) -> None:
    (configuration,) = of_account(azure, "configurations")["value"]
    assert (configuration["name"], configuration["properties"]["state"]) == ("SetupServer", "Published")
    assert of_account(azure, "linkedWorkspace")["id"].endswith("/workspaces/ws-contoso")


def test_intents_leave_out_what_the_estate_does(azure: Azure) -> None:
    answer = listed(azure, f"{vault(azure, 'rsv')}/replicationProtectionIntents", SITE_RECOVERY).json
    first, second = (item["properties"]["providerSpecificDetails"] for item in answer["value"])
    assert answer["value"][0]["id"].startswith("/Subscriptions/")
    assert (first["agentAutoUpdateStatus"], "automationAccountAuthenticationType" in first) == ("Enabled", False)
    assert not {"agentAutoUpdateStatus", "automationAccountArmId"} & set(second)


def test_a_mapping_tells_its_health(azure: Azure) -> None:
    path = f"{vault(azure, 'rsv')}/replicationProtectionContainerMappings"
    (mapping,) = listed(azure, path, SITE_RECOVERY).json["value"]
    (error,) = mapping["properties"]["healthErrorDetails"]
    assert (mapping["properties"]["health"], error["errorCategory"]) == ("Critical", "AgentAutoUpdateInfra")
    assert [inner["errorCategory"] for inner in error["innerHealthErrors"]] == ["VersionExpiry"]


@pytest.mark.parametrize("what", ["replicationProtectionContainerMappings", "replicationProtectionIntents"])
def test_a_failed_vault_is_listed_and_its_lists_are_refused(azure: Azure, what: str) -> None:
    azure.set(failed_vault_status=409)
    answer = listed(azure, f"{vault(azure, 'broken')}/{what}", SITE_RECOVERY)
    assert (answer.status, answer.json["error"]["code"]) == (409, "VaultInFailedState")


def test_action_groups_show_the_address_of_the_webhook_and_the_state_does_not(azure: Azure) -> None:
    (group,) = of_subscription(azure, "Microsoft.Insights/actionGroups", "2023-01-01").json["value"]
    (receiver,) = group["properties"]["automationRunbookReceivers"]
    assert "/providers/microsoft.insights/actionGroups/" in group["id"]
    assert receiver["webhookResourceId"] == f"{receiver['automationAccountId']}/webhooks/Alert"
    assert "FAKE-webhook" in receiver["serviceUri"]
    state = azure.control("GET", "/state")
    assert b"FAKE-webhook" not in state.body and b"FAKE-token-of-git" not in state.body
    assert [item["name"] for item in state.json["action_groups"]] == ["ag"]


def test_solutions_name_their_product_and_what_they_contain(azure: Azure) -> None:
    tail = "Microsoft.OperationsManagement/solutions"
    updates, start_stop = of_subscription(azure, tail, "2015-11-01-preview").json["value"]
    assert updates["plan"]["product"] == "OMSGallery/Updates"
    assert start_stop["plan"]["product"] == "OMSGallery/Start-Stop-VM"
    assert start_stop["properties"]["containedResources"] == [
        f"{account(azure, 'aa-one').id}/runbooks/AutoStop_VM_Child"
    ]


@pytest.mark.parametrize(
    ("tail", "version"),
    [
        ("Microsoft.Insights/actionGroups", "2023-01-01"),
        ("Microsoft.OperationsManagement/solutions", "2015-11-01-preview"),
    ],
)
def test_who_has_no_role_sees_none_of_them(azure: Azure, tail: str, version: str) -> None:
    assert of_subscription(azure, tail, version, login="nobody").status == 403
