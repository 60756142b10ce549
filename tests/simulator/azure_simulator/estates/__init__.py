# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates: what a simulated Azure holds when it starts."""

from __future__ import annotations

from pathlib import Path

from azure_simulator import access_truth, estate, generator, generator_access, generator_varied, varied_truth
from azure_simulator.estate_build import build
from azure_simulator.world import World

FOLDER = Path(__file__).parent
DEMO = FOLDER / "demo.yml"


def load(world: World, path: Path | None = None) -> None:
    """Fill the world from a YAML estate; None = the demo estate. ValueError names what is wrong in it."""
    path = path or DEMO
    try:
        build(world, estate.read(path), path.parent)
    except estate.EstateError as error:
        text = str(error)
        raise estate.EstateError(text if text.startswith(str(path)) else f"{path}: {text}") from None


def generate(world: World, accounts: int, runbooks: int, seed: int) -> None:
    """Fill the world with generated accounts, the same for the same arguments.

    What is true about them goes into ``world.provider_state["truth"]`` and from there into the state dump.
    """
    made, truth = generator.generate(accounts, runbooks, seed)
    build(world, made, FOLDER)
    world.provider_state["truth"] = truth


def generate_varied(world: World, accounts: int, runbooks: int, seed: int) -> None:
    """The same with accounts of every kind, for assessments; the truth says more (ESTATES.md)."""
    made, truths = generator_varied.generate_varied(accounts, runbooks, seed)
    builder = build(world, made, FOLDER)
    world.provider_state["truth"] = varied_truth.finished(truths, builder)


def generate_access(world: World, principals: int, assignments: int, seed: int, *, only_plain: bool = False) -> None:
    """Accounts whose Run As principals hold so many role assignments each, and access of every other kind.

    ``only_plain`` leaves the other kinds out. The truth is about access only (ESTATES.md).
    """
    made, truths = generator_access.generate_access(principals, assignments, seed, only_plain=only_plain)
    builder = build(world, made, FOLDER)
    world.provider_state["truth"] = access_truth.finished(truths, builder)
