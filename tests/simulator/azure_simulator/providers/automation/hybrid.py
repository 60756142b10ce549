# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hybrid worker groups and their workers (contract 1.2)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.clock import offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.model import Account, Asset, HybridWorkerGroup
from azure_simulator.providers.automation.support import (
    TYPE,
    account_of,
    add_route,
    child,
    matches_filter,
    properties_of,
)
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, empty, json_response

_GROUP = "/hybridRunbookWorkerGroups/{worker_group}"
_WORKER = _GROUP + "/hybridRunbookWorkers/{worker}"


def register(routes: Routes) -> None:
    action = "hybridRunbookWorkerGroups/"
    add_route(routes, "GET", "/hybridRunbookWorkerGroups", _list, action + "read")
    add_route(routes, "GET", _GROUP, _get, action + "read")
    add_route(routes, "PUT", _GROUP, _put, action + "write")
    add_route(routes, "PATCH", _GROUP, _patch, action + "write")
    add_route(routes, "DELETE", _GROUP, _delete, action + "delete")
    workers = action + "hybridRunbookWorkers/"
    add_route(routes, "GET", _GROUP + "/hybridRunbookWorkers", _list_workers, workers + "read")
    add_route(routes, "GET", _WORKER, _get_worker, workers + "read")
    add_route(routes, "PUT", _WORKER, _put_worker, workers + "write")
    add_route(routes, "DELETE", _WORKER, _delete_worker, workers + "delete")


def _show(account: Account, group: HybridWorkerGroup) -> dict[str, Any]:
    return {
        **child(account, "hybridRunbookWorkerGroups", group.name),
        "properties": {
            "groupType": group.kind,
            "credential": {"name": group.credential},
            "hybridRunbookWorkers": None,
        },
        "systemData": {"createdAt": offset_text(group.created), "lastModifiedAt": offset_text(group.modified)},
    }


def _group(call: Call) -> tuple[Account, HybridWorkerGroup]:
    account = account_of(call)
    group = account.hybrid_groups.get(call.params["worker_group"].lower())
    if group is None:
        raise errors.bare(404, "NotFound", "Hybrid runbook worker group not found.")
    return account, group


def _list(call: Call) -> Response:
    account, matches = account_of(call), matches_filter(call)
    shown = [_show(account, group) for group in account.hybrid_groups.values()]
    return paged(call, [item for item in shown if matches(item)], dict)


def _get(call: Call) -> Response:
    return json_response(_show(*_group(call)))


def _put(call: Call) -> Response:
    account, now = account_of(call), call.world.clock.now()
    name = call.params["worker_group"]
    known = account.hybrid_groups.get(name.lower())
    group = known or HybridWorkerGroup(name, created=now)
    group.credential = _credential(call)
    group.modified = now
    account.hybrid_groups[name.lower()] = group
    return json_response(_show(account, group), 200 if known else 201)


def _patch(call: Call) -> Response:
    account, group = _group(call)
    group.credential = _credential(call)
    group.modified = call.world.clock.now()
    return json_response(_show(account, group))


def _credential(call: Call) -> str | None:
    # Older versions carry the credential at the top level.
    holder = properties_of(call).get("credential") or call.json().get("credential") or {}
    name = holder.get("name")
    return str(name) if name else None


def _delete(call: Call) -> Response:
    gone = account_of(call).hybrid_groups.pop(call.params["worker_group"].lower(), None)
    return empty(204 if gone is None else 200)


def _show_worker(account: Account, group: HybridWorkerGroup, worker: Asset) -> dict[str, Any]:
    return {
        "id": f"{account.id}/hybridRunbookWorkerGroups/{group.name}/hybridRunbookWorkers/{worker.name}",
        "name": worker.name,
        "type": f"{TYPE}/HybridRunbookWorkerGroups/HybridRunbookWorkers",
        "properties": {
            "ip": "10.0.0.4",
            "registeredDateTime": offset_text(worker.created),
            "lastSeenDateTime": offset_text(worker.modified),
            "workerType": "HybridV2",
            "workerName": worker.name,
            **worker.properties,
        },
    }


def _list_workers(call: Call) -> Response:
    account, group = _group(call)
    return paged(call, list(group.workers.values()), lambda worker: _show_worker(account, group, worker))


def _get_worker(call: Call) -> Response:
    account, group = _group(call)
    worker = group.workers.get(call.params["worker"].lower())
    if worker is None:
        raise errors.bare(404, "NotFound", "Hybrid runbook worker not found.")
    return json_response(_show_worker(account, group, worker))


def _put_worker(call: Call) -> Response:
    account, group = _group(call)
    name, now = call.params["worker"], call.world.clock.now()
    known = group.workers.get(name.lower())
    properties = {"vmResourceId": properties_of(call).get("vmResourceId")}
    worker = Asset(name, properties, known.created if known else now, now)
    group.workers[name.lower()] = worker
    return json_response(_show_worker(account, group, worker), 200 if known else 201)


def _delete_worker(call: Call) -> Response:
    _, group = _group(call)
    gone = group.workers.pop(call.params["worker"].lower(), None)
    return empty(204 if gone is None else 200)
