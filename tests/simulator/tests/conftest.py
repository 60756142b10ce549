# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulators for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from azure_simulator.server import Simulator
from azure_simulator.testing import ACCOUNT, GROUP, SUBSCRIPTION, Azure, make_world
from azure_simulator.world import World


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[World], Azure]]:
    """Starts simulators, and stops them after the test."""
    running: list[Azure] = []

    def begin(world: World) -> Azure:
        running.append(Azure(Simulator(world, tmp_path / f"run{len(running)}")))
        return running[-1]

    yield begin
    for azure in running:
        azure.simulator.stop()


@pytest.fixture
def azure(start: Callable[[World], Azure]) -> Azure:
    return start(make_world())


@pytest.fixture
def account_path() -> str:
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Automation"
        f"/automationAccounts/{ACCOUNT}"
    )
