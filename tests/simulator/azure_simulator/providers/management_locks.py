# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Authorization: management locks, to be read (contract 4.4). ``locks`` has what they refuse."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, locks
from azure_simulator.paging import paged
from azure_simulator.providers.authorization import require_scope
from azure_simulator.router import Provider, Routes
from azure_simulator.scopes import Hierarchy, contains
from azure_simulator.wire import Call, Response
from azure_simulator.world import World

_TYPE = "Microsoft.Authorization/locks"

# Locks have api-versions of their own. The namespace is registered with those of role assignments.
PROVIDER = Provider("Microsoft.Authorization", ("2015-01-01", "2016-09-01", "2017-04-01", "2020-05-01"))


def register(routes: Routes) -> None:
    path = "{scope}/providers/Microsoft.Authorization/locks"
    routes.add("arm", "GET", path, list_locks, action=f"{_TYPE}/read", provider=PROVIDER)


def dump(world: World) -> dict[str, Any]:
    """All locks, as the API shows them."""
    return {"locks": [_shown(lock) for lock in locks.all_of(world)]}


def list_locks(call: Call) -> Response:
    """With ``atScope()`` the locks at and above a scope; those below it, too, without."""
    scope, wanted = call.params["scope"] or "/", call.query.get("$filter", "")
    require_scope(call.world, scope)
    if wanted and wanted.lower() != "atscope()":
        raise errors.bad_request("InvalidFilterInQueryString", f"Invalid $filter '{wanted}' specified in the query.")
    found = locks.at_and_above(call.world, scope)
    if not wanted:
        found += [
            lock for lock in locks.all_of(call.world) if lock not in found and contains(scope, lock.scope, Hierarchy())
        ]
    return paged(call, found, _shown, empty_page=call.world.settings.empty_pages)


def _shown(lock: locks.Lock) -> dict[str, Any]:
    notes = {} if lock.notes is None else {"notes": lock.notes}
    return {"properties": {"level": lock.level, **notes}, "id": lock.id, "type": _TYPE, "name": lock.name}
