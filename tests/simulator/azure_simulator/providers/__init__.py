# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource providers. Each module has ``register(routes)`` and may have ``dump(world) -> dict``."""

from __future__ import annotations

from types import ModuleType

from azure_simulator.providers import (
    activity_log,
    authorization,
    automation,
    blob_service,
    directory,
    eligibility,
    key_vault,
    machines,
    management,
    management_locks,
    metadata,
    monitor,
    operations_management,
    policy,
    resource_graph,
    sign_ins,
    site_recovery,
)


def all_providers() -> tuple[ModuleType, ...]:
    """Every provider of the simulator, in the order of registration."""
    return (
        metadata,
        automation,
        authorization,
        eligibility,
        management_locks,
        policy,
        directory,
        sign_ins,
        management,
        site_recovery,
        key_vault,
        monitor,
        activity_log,
        operations_management,
        machines,
        resource_graph,
        blob_service,
    )
