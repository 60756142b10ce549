# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates made of exports: what module export_account read of real accounts, as files, becomes a world.

Every id stays what it was: subscriptions, groups, principals, role assignments, links, mappings. What the simulator
cannot represent, and what the export could not read, is said and never dropped in silence.
"""

from __future__ import annotations

from pathlib import Path

from azure_simulator import (
    estate_export_accounts,
    estate_export_directory,
    estate_export_login,
    estate_export_resources,
    estate_export_scopes,
    rbac,
    refusals,
)
from azure_simulator.estate_export_files import Answers, read
from azure_simulator.world import World

# Answers that say nothing about an estate but about who asked, or count what the world counts itself.
_OF_THE_LOGIN = ("/permissions", "/roleassignmentsusagemetrics")


def is_export(folder: Path) -> bool:
    """Whether a path is a folder, and so not an estate's YAML file."""
    return folder.is_dir()


def load(world: World, *folders: Path) -> list[str]:
    """Fill an empty world with the exports of folders; returns what people should know, a sentence each.

    EstateError names what is wrong with an export.
    """
    answers = read(folders)
    rbac.install_builtin_roles(world)
    said = estate_export_scopes.add_scopes(world, answers)
    said += estate_export_directory.add_directory(world, answers)
    said += estate_export_accounts.add_accounts(world, answers)
    said += estate_export_resources.add_resources(world, answers)
    said += estate_export_scopes.add_roles(world, answers)
    said += refusals.add_refusals(world, answers)
    said += _left_over(answers)
    estate_export_login.add_logins(world, answers)
    world.roles_changed()
    return said


def _left_over(answers: Answers) -> list[str]:
    left = [item for item in answers.unused() if not item.path.lower().endswith(_OF_THE_LOGIN)]
    return [f"not represented: the answer to {item.method} {item.path}." for item in left]
