# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Smaller roles from evidence: what the runbooks call, and what the Activity Log shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from .suggest_estate import START, START_AND_STOP, STOP, did, estate, vm

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]


def suggested(result: dict[str, Any]) -> set[tuple[str, str]]:
    """Return role and scope of each suggestion, the scope as its last word."""
    return {(item["role"], item["scope"].rsplit("/", 1)[-1]) for item in result["suggestions"]}


def codes(result: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in result["findings"]}


def subscription(azure: Azure) -> str:
    return f"/subscriptions/{azure.account('aa')['subscription_id']}"


def test_starting_and_stopping_machines_leads_to_virtual_machine_contributor_there(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*estate(tmp_path))
    result = azure.call("suggest_roles", "aa")
    assert suggested(result) == {("Virtual Machine Contributor", "rg-a"), ("Virtual Machine Contributor", "rg-b")}
    scope = subscription(azure)
    assert result["role_map"] == [
        {
            "role": "Contributor",
            "scope": scope,
            "to": [
                {"role": "Virtual Machine Contributor", "scope": f"{scope}/resourceGroups/rg-a"},
                {"role": "Virtual Machine Contributor", "scope": f"{scope}/resourceGroups/rg-b"},
            ],
        }
    ]
    assert result["not_covered"] == []
    assert azure.writes() == []
