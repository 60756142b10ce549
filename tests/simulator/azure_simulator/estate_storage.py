# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The storage accounts of an estate, with their containers."""

from __future__ import annotations

from azure_simulator.blob_store import add_account
from azure_simulator.estate_build import Builder


def add_storage_accounts(builder: Builder) -> None:
    """All storage accounts, their containers empty."""
    for item in builder.estate.storage_accounts:
        subscription = builder.subscription(item.subscription, f"storage_accounts ({item.name})")
        location = item.region or builder.estate.region
        group = builder.group(subscription, item.resource_group, location)
        add_account(builder.world, group.id, item.name, location, list(item.containers))
