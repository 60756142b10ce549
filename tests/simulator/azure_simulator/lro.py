# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long-running operations: 202 with a Location, answered by 200 and an empty text (contract 2.4)."""

from __future__ import annotations

from azure_simulator import errors
from azure_simulator.clock import TICKS_PER_SECOND
from azure_simulator.wire import Call, Response, empty, text_response
from azure_simulator.world import new_id


def accepted(call: Call, operations_path: str) -> Response:
    """202 whose Location is ``{operations_path}/{guid}``; the work itself is already done."""
    operation = new_id()
    world = call.world
    world.operations[operation] = world.clock.now() + int(world.settings.operation_seconds * TICKS_PER_SECOND)
    response = _still_running(call, f"{operations_path}/{operation}")
    # Recorded traffic carries this header twice with the same value (contract 2.4).
    response.repeated = [("ocp-automation-operationresultid", operation)] * 2
    return response


def poll(call: Call) -> Response:
    """Handler of ``…/operationResults/{operation}``."""
    ready_at = call.world.operations.get(call.params["operation"])
    if ready_at is None:
        raise errors.bare(404, "NotFound", "Operation not found.")
    if not call.world.clock.is_visible(ready_at):
        return _still_running(call, call.path)
    return text_response("")


def _still_running(call: Call, path: str) -> Response:
    return empty(
        202,
        {
            "Location": f"{call.url_of(path)}?api-version={call.api_version}",
            "Retry-After": f"{call.world.settings.retry_after:g}",
        },
    )
