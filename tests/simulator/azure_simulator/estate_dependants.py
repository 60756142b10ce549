# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What depends on the accounts of an estate: source controls, updates, DSC, action groups, solutions."""

from __future__ import annotations

from azure_simulator import estate_model_dependants as model
from azure_simulator.clock import TICKS_PER_SECOND, offset_text
from azure_simulator.estate_build import DAY, Builder, find
from azure_simulator.estate_model import Account as AccountKeys
from azure_simulator.providers import activity_log
from azure_simulator.providers.automation.model import Account, add_asset
from azure_simulator.providers.monitor import action_group_resource, receiver
from azure_simulator.providers.operations_management import solution_resource, workspace_id


def add_dependants(builder: Builder, item: AccountKeys, account: Account) -> None:
    """What lies in an account besides its runbooks (contract 3.8)."""
    for control in item.source_controls:
        add_asset(builder.world, account, "source_controls", control.name, _source_control(control), control.token)
    for update in item.update_configurations:
        add_asset(builder.world, account, "update_configurations", update.name, _update(builder, update))
    for node in item.dsc_nodes:
        add_asset(builder.world, account, "dsc_nodes", node.name, _node(builder, account, node))
    for name in item.dsc_configurations:
        add_asset(builder.world, account, "dsc_configurations", name, {"state": "Published"})
    if item.linked_workspace:
        subscription = builder.subscription(item.subscription, item.name)
        account.linked_workspace = workspace_id(builder.group(subscription, "rg-monitoring").id, item.linked_workspace)


def add_surroundings(builder: Builder) -> None:
    """Action groups and solutions; their accounts have to be there."""
    for item in builder.estate.action_groups:
        place = f"action_groups ({item.name})"
        group = builder.group(builder.subscription(item.subscription, place), item.resource_group)
        receivers = [
            receiver(one, find(builder.account_ids, one.account, f"{place}.runbooks", "account"))
            for one in item.runbooks
        ]
        builder.world.add_resource(action_group_resource(group.id, item.name, receivers, enabled=item.enabled))
    _add_activity(builder)
    for solution in builder.estate.solutions:
        place = f"solutions ({solution.name})"
        group = builder.group(builder.subscription(solution.subscription, place), solution.resource_group)
        holder = find(builder.account_ids, solution.account, place, "account") if solution.account else ""
        contained = [f"{holder}/runbooks/{name}" for name in solution.runbooks]
        builder.world.add_resource(solution_resource(group.id, solution, contained, builder.estate.region))


def _add_activity(builder: Builder) -> None:
    """The Activity Log of the past; what callers do to the simulator comes on top."""
    for position, item in enumerate(builder.estate.activity):
        place = f"activity[{position}]"
        principal = find(builder.principals, item.principal, place, "principal")
        who = activity_log.Who(principal.id, str(principal.data["appId"]), principal.tenant_id)
        resource = builder.scope(item.scope, builder.subscription(None, place), place)
        last = item.days if item.until is None else item.until
        for day in range(item.days, last - 1, -1):
            for time in range(item.times):
                at = builder.now - day * DAY - (time + 1) * 60 * TICKS_PER_SECOND
                activity_log.record(builder.world, who, item.operation, resource, item.status, at)


def _source_control(item: model.SourceControl) -> dict[str, object]:
    return {
        "repoUrl": item.repo_url,
        "branch": item.branch,
        "folderPath": item.folder,
        "autoSync": item.auto_sync,
        "publishRunbook": item.publish_runbook,
        "sourceType": item.type,
        "description": None,
    }


def _update(builder: Builder, item: model.UpdateConfiguration) -> dict[str, object]:
    return {
        "updateConfiguration": {
            "operatingSystem": item.system,
            "windows": None,
            "linux": None,
            "targets": None,
            "duration": "PT2H",
            "azureVirtualMachines": [],
            "nonAzureComputerNames": None,
        },
        "tasks": {"preTask": _task(item.pre_task), "postTask": _task(item.post_task)},
        "frequency": "Week",
        "startTime": offset_text(builder.born),
        "provisioningState": "Succeeded",
        "nextRun": offset_text(builder.now + DAY),
    }


def _task(runbook: str | None) -> dict[str, object] | None:
    return {"source": runbook, "parameters": None} if runbook else None


def _node(builder: Builder, account: Account, item: model.DscNode) -> dict[str, object]:
    return {
        "ip": "10.0.0.5",
        "nodeId": builder.make_id("node", account.id, item.name),
        "status": item.status,
        "nodeConfiguration": {"name": item.configuration},
        "extensionHandler": [{"name": "Microsoft.Powershell.DSC", "version": "2.75.0.0"}],
    }
