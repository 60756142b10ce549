# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole state as JSON, put together from what each provider says of its own part."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from azure_simulator.providers import all_providers
from azure_simulator.world import World


def dump(world: World) -> dict[str, Any]:
    """Everything a test may want to look at; no secrets."""
    state: dict[str, Any] = {
        "tenants": [asdict(item) for item in world.tenants.values()],
        "subscriptions": [asdict(item) for item in world.subscriptions.values()],
        "management_groups": [asdict(item) for item in world.management_groups.values()],
        "resource_groups": [{"id": item.id, **asdict(item)} for item in world.resource_groups.values()],
    }
    if "truth" in world.provider_state:
        state["truth"] = world.provider_state["truth"]
    for provider in all_providers():
        section = getattr(provider, "dump", None)
        if section is not None:
            state.update(section(world))
    return state
