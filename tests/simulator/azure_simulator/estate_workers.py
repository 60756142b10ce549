# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hybrid workers of an estate, and the machines that they run on (contract 1.2)."""

from __future__ import annotations

from azure_simulator import estate_model as model
from azure_simulator.clock import offset_text
from azure_simulator.estate_build import DAY, Builder
from azure_simulator.providers.automation.model import Asset
from azure_simulator.providers.machines import arc_machine, machine_id, virtual_machine
from azure_simulator.world import Subscription

_TYPES = {"agent": "HybridV1", "extension": "HybridV2"}
_USER, _SYSTEM = ("user", "both"), ("system", "both")


def worker_assets(
    builder: Builder, account: str, subscription: Subscription, group: model.HybridWorkerGroup
) -> dict[str, Asset]:
    """The workers of a group by the names that Azure gives them; their machines are put into the world."""
    wanted = group.workers
    if isinstance(wanted, int):
        wanted = [_of_number(group, number) for number in range(1, wanted + 1)]
    made = {}
    for number, worker in enumerate(wanted, 1):
        name = builder.make_id("worker", account, group.name, str(number))
        properties = {
            "ip": f"10.0.0.{number}",
            "registeredDateTime": offset_text(builder.born),
            "lastSeenDateTime": offset_text(builder.now - worker.last_seen_days * DAY),
            "vmResourceId": _machine(builder, subscription, worker),
            "workerType": _TYPES[worker.kind],
            "workerName": worker.name,
        }
        made[name] = Asset(name, properties, builder.born, builder.born)
    return made


def _of_number(group: model.HybridWorkerGroup, number: int) -> model.HybridWorker:
    return model.HybridWorker(name=f"{group.name}-{number:02}", machine="none")


def _machine(builder: Builder, subscription: Subscription, worker: model.HybridWorker) -> str:
    """The id of the worker's machine, which is made when it is not there yet; "" for one that Azure does not name."""
    kind = worker.machine or ("none" if worker.kind == "agent" else "vm")
    if kind == "none":
        return ""
    group = builder.group(subscription, worker.resource_group)
    arm_id = machine_id(group.id, worker.name, arc=kind == "arc")
    if kind == "gone" or arm_id.lower() in builder.world.resources:
        return arm_id
    make = arc_machine if kind == "arc" else virtual_machine
    version = worker.version if worker.kind == "extension" else None
    machine = make(group.id, worker.name, builder.estate.region, worker.os, version)
    machine.extra["identity"] = _identity(builder, subscription, arm_id, worker)
    builder.world.add_resource(machine)
    return arm_id


def _identity(
    builder: Builder, subscription: Subscription, arm_id: str, worker: model.HybridWorker
) -> dict[str, object] | None:
    has = worker.machine_identity
    if has == "none":
        return None
    kinds = [kind for kind, names in (("SystemAssigned", _SYSTEM), ("UserAssigned", _USER)) if has in names]
    shown: dict[str, object] = {"type": ", ".join(kinds)}
    if has in _SYSTEM:
        principal = builder.add_managed_identity(worker.name, arm_id, subscription.tenant_id, user_assigned=False)
        shown |= {"principalId": principal.id, "tenantId": subscription.tenant_id}
    if has in _USER:
        group_id = arm_id.split("/providers/", 1)[0]
        identity_id = f"{group_id}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-{worker.name}"
        ids = {"principalId": builder.make_id("uai", identity_id), "clientId": builder.make_id("client", identity_id)}
        shown["userAssignedIdentities"] = {identity_id: ids}
    return shown
