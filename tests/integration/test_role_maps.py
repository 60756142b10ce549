# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role maps that come with the documentation work as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from .access_estate import roles

if TYPE_CHECKING:
    from .conftest import Azure

MAPS = sorted((Path(__file__).parents[2] / "docs" / "role_maps").glob("*.yml"))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_role_map_of_the_documentation_gives_what_it_says_and_nothing_wider(azure: Azure, path: Path) -> None:
    ((variable, role_map),) = yaml.safe_load(path.read_text()).items()
    assert variable == "copy_runas_roles_role_map"
    planned = azure.call("copy_runas_roles", "aa-plain", check=True, role_map=role_map)
    assert roles(planned["copied"]) == sorted(role_map[0]["to"])
    assert "RA305" not in [found["code"] for found in planned["findings"]]
    # Contributor by itself opens no vault, and the map says so.
    wider = ["Key Vault Secrets Officer"] if path.stem == "key_rotation" else []
    assert [entry["role"] for entry in planned["proof"]["differences"]] == wider


def test_there_are_role_maps() -> None:
    assert len(MAPS) >= 5
