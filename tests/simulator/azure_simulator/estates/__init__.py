# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates: what a simulated Azure holds when it starts."""

from __future__ import annotations

from pathlib import Path

from azure_simulator.world import World


def load(world: World, path: Path | None = None) -> None:
    """Fill the world from a YAML estate; None = the demo estate. ValueError names what is wrong in it."""
    del world, path
    raise NotImplementedError


def generate(world: World, accounts: int, runbooks: int, seed: int) -> None:
    """Fill the world with generated accounts, the same for the same arguments."""
    del world, accounts, runbooks, seed
    raise NotImplementedError
