# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of an export: vaults, key vaults, machines, identities, action groups and solutions, as Azure showed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_simulator.estate_export_files import Answers, Wire, merged
from azure_simulator.estate_export_scopes import ensure_group
from azure_simulator.providers import key_vault, machines
from azure_simulator.providers.automation.identity import UAI_TYPE
from azure_simulator.providers.site_recovery_resources import ITEM_TYPE, MAPPING_TYPE
from azure_simulator.providers.site_recovery_resources import VAULT_TYPE as RECOVERY_VAULT_TYPE
from azure_simulator.world import Resource, World

_RESOURCE = r"/subscriptions/[^/]+(?:/resourceGroups/[^/]+)?/providers/"
_INTENT_TYPE = f"{RECOVERY_VAULT_TYPE}/replicationProtectionIntents"
_ACTION_GROUP = "Microsoft.Insights/ActionGroups"
_SOLUTION = "Microsoft.OperationsManagement/solutions"
_VAULT = r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.RecoveryServices/vaults/[^/]+"
_PLAIN = ("id", "type", "name", "properties", "location", "tags", "etag")


def add_resources(world: World, answers: Answers) -> list[str]:
    """Add the resources; returns nothing that people should know."""
    _add(world, answers, r"Microsoft\.RecoveryServices/vaults(?:/[^/]+)?", RECOVERY_VAULT_TYPE)
    _add_of_vaults(world, answers, "replicationProtectionContainerMappings", MAPPING_TYPE)
    _add_of_vaults(world, answers, "replicationProtectionIntents", _INTENT_TYPE)
    _add_of_vaults(world, answers, "replicationProtectedItems", ITEM_TYPE)
    _add(world, answers, r"Microsoft\.KeyVault/vaults(?:/[^/]+)?", key_vault.VAULT_TYPE)
    _add(world, answers, r"Microsoft\.ManagedIdentity/userAssignedIdentities(?:/[^/]+)?", UAI_TYPE)
    _add(world, answers, r"Microsoft\.Insights/actionGroups", _ACTION_GROUP)
    _add(world, answers, r"Microsoft\.OperationsManagement/solutions", _SOLUTION, _with_plan)
    _add(world, answers, r"Microsoft\.Compute/virtualMachines/[^/]+", machines.VM_TYPE, _virtual_machine)
    _add(world, answers, r"Microsoft\.HybridCompute/machines/[^/]+", machines.ARC_TYPE, _machine)
    _add_arc_extensions(world, answers)
    return []


def _add(
    world: World, answers: Answers, pattern: str, kind: str, finish: Callable[[Resource, Wire], None] | None = None
) -> None:
    found = answers.matching("arm", _RESOURCE + pattern)
    for item in merged(item for dummy, answer in found for item in answer.items).values():
        ensure_group(world, item["id"], item.get("location") or "westeurope")
        made = Resource(
            item["id"],
            kind,
            item["name"],
            dict(item.get("properties") or {}),
            item.get("location"),
            item.get("tags") or {},
        )
        if finish is not None:
            finish(made, item)
        world.add_resource(made)


def _add_of_vaults(world: World, answers: Answers, segment: str, kind: str) -> None:
    """What lies in a Site Recovery vault: in the lists of the vault, or read by itself wherever it lies in it."""
    found = answers.matching("arm", f"{_VAULT}(?:/[^/]+)*/{segment}(?:/[^/]+)?")
    for item in merged(item for dummy, answer in found for item in answer.items).values():
        world.add_resource(Resource(item["id"], kind, item["name"], dict(item.get("properties") or {})))


def _with_plan(made: Resource, item: Wire) -> None:
    if item.get("plan"):
        made.extra["plan"] = item["plan"]


def _machine(made: Resource, item: Wire) -> None:
    if item.get("identity"):
        made.extra["identity"] = item["identity"]
    made.extra["extensions"] = []


def _virtual_machine(made: Resource, item: Wire) -> None:
    """The instance view tells which version of an extension is installed."""
    _machine(made, item)
    view = made.properties.pop("instanceView", None) or {}
    installed = {one["name"].lower(): one.get("typeHandlerVersion") for one in view.get("extensions") or ()}
    made.extra["extensions"] = [
        _extension(one, installed.get(one["name"].lower())) for one in item.get("resources") or ()
    ]


def _add_arc_extensions(world: World, answers: Answers) -> None:
    pattern = (
        r"(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.HybridCompute/machines/[^/]+)/extensions"
    )
    for found, answer in answers.matching("arm", pattern):
        machine = world.resources.get(found[1].lower())
        if machine is not None:
            machine.extra["extensions"] = [_extension(item, _installed(item)) for item in answer.items]


def _installed(item: Wire) -> Any:
    properties = item.get("properties") or {}
    return (properties.pop("instanceView", None) or {}).get("typeHandlerVersion")


def _extension(item: Wire, installed: Any) -> Wire:
    asked = (item.get("properties") or {}).get("typeHandlerVersion")
    return {**item, "installed": installed or asked}
