# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.Automation (contract sections 1 to 3)."""

from __future__ import annotations

from azure_simulator.providers.automation import (
    accounts,
    assets,
    configurations,
    drafts,
    environments,
    hybrid,
    identity,
    jobs,
    links,
    modules,
    runbooks,
    usage,
)
from azure_simulator.providers.automation.state import dump
from azure_simulator.router import Provider, Routes

__all__ = ["PROVIDER", "dump", "register"]

PROVIDER = Provider(
    "Microsoft.Automation",
    # What the SDKs 1.1.0b4 and 2.0.0 send, and what was recorded.
    (
        "2015-10-31",
        "2017-05-15-preview",
        "2018-06-30",
        "2019-06-01",
        "2020-01-13-preview",
        "2021-06-22",
        "2022-01-31",
        "2023-05-15-preview",
        "2023-11-01",
        "2022-08-08",
        "2024-10-23",
    ),
    resource_types=("automationAccounts", "automationAccounts/runbooks", "automationAccounts/jobs", "operations"),
)


def register(routes: Routes) -> None:
    """Add all routes of the provider."""
    routes.add_provider(PROVIDER)
    for part in (accounts, runbooks, drafts, assets, modules, links, hybrid, environments, jobs, usage, configurations):
        part.register(routes)
    identity.register(routes)
