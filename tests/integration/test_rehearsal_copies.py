# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy made of exports is like the original: it is assessed alike, and migrates alike."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .conftest import Azure

ROOT = Path(__file__).parents[2]
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("enable_identity", {"hybrid": "accept"}),
    ("copy_runas_roles", {}),
    ("update_runbook", {}),
)
Start = Callable[..., Azure]
ESTATES = {
    "varied-3": ("--accounts", "10", "--runbooks", "3", "--varied", "--seed", "3"),
    "varied-8": ("--accounts", "10", "--runbooks", "3", "--varied", "--seed", "8"),
    "access-4": ("--access-principals", "5", "--assignments", "20", "--seed", "4"),
}


@pytest.fixture(scope="module")
def end_state() -> ModuleType:
    """Return the tool that compares what two migrations came to."""
    spec = importlib.util.spec_from_file_location("end_state", ROOT / "tests/tools/end_state.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(azure: Azure) -> list[str]:
    return sorted(account["name"] for account in azure.endpoint["accounts"])


def copied(start: Start, azure: Azure, login: str, accounts: Sequence[str] = ()) -> Azure:
    """Export accounts with a login, and start a simulator with the copy."""
    folder = azure.run_dir / "export"
    for name in accounts or names(azure):
        assert "failed" not in azure.call("export_account", name, login=login, folder=str(folder))
    return start("--estate", str(folder))


def assessed(azure: Azure, account: str, login: str) -> Any:
    """Return an assessment without its time, and who made it."""
    document = azure.call("runas_info", account, login=login)["assessment"]
    held = azure.endpoint["logins"][login]
    text = json.dumps({**document, "time": None})
    for key in ("client_id", "object_id"):
        text = text.replace(held[key], key)
    known = json.loads(text)
    if known["last_clean"]:
        known["last_clean"]["time"] = None
    return known


def migrate(azure: Azure, accounts: Sequence[str]) -> None:
    for name in accounts:
        for step, options in STEPS:
            azure.call(step, name, **options)


@pytest.mark.parametrize("login", ["reader", "migration"])
def test_every_account_of_the_demo_estate_is_assessed_alike(start_azure: Start, azure: Azure, login: str) -> None:
    copy = copied(start_azure, azure, login)
    assert names(copy) == names(azure)
    for name in names(azure):
        assert assessed(copy, name, login) == assessed(azure, name, login), name


def test_every_account_of_the_demo_estate_migrates_alike(
    start_azure: Start, azure: Azure, end_state: ModuleType
) -> None:
    copy = copied(start_azure, azure, "reader")
    ids = [account["id"] for account in azure.state()["accounts"]]
    assert (
        list(end_state.differences(end_state.projection(copy.state(), ids), end_state.projection(azure.state(), ids)))
        == []
    )
    for one in (azure, copy):
        migrate(one, names(azure))
    rehearsed, real = (end_state.projection(one.state(), ids) for one in (copy, azure))
    assert sum(len(account["roles"]) for account in real.values()) > 20
    assert list(end_state.differences(rehearsed, real)) == []


@pytest.mark.parametrize("estate", ESTATES)
def test_generated_accounts_are_assessed_and_migrate_alike(
    start_azure: Start, end_state: ModuleType, estate: str
) -> None:
    azure = start_azure(*ESTATES[estate])
    copy = copied(start_azure, azure, "migration")
    ids = [account["id"] for account in azure.state()["accounts"]]
    for name in names(azure):
        assert assessed(copy, name, "migration") == assessed(azure, name, "migration"), name
    for one in (azure, copy):
        migrate(one, names(azure))
    rehearsed, real = (end_state.projection(one.state(), ids) for one in (copy, azure))
    assert list(end_state.differences(rehearsed, real)) == []


def test_the_vaults_of_the_demo_estate_would_be_moved_alike(start_azure: Start, azure: Azure) -> None:
    """With what is said of their machines: agents that are old, and items that no mapping reaches."""
    copy = copied(start_azure, azure, "reader", ["aa-recovery"])
    said = []
    for one in (azure, copy):
        result = one.call("migrate_site_recovery", "aa-recovery", check=True)
        assert "failed" not in result
        said.append((result["changes"], result["findings"], result["plan_fingerprint"]))
    assert said[0] == said[1]
    assert len(said[0][0]) > 0
    assert "RA707" in [finding["code"] for finding in said[0][1]]


def test_one_account_alone_is_assessed_alike_but_for_what_is_around_it(start_azure: Start, azure: Azure) -> None:
    copy = copied(start_azure, azure, "reader", ["aa-roles"])
    assert names(copy) == ["aa-roles"]
    assert assessed(copy, "aa-roles", "reader") == assessed(azure, "aa-roles", "reader")


def test_what_azure_refused_the_copy_refuses(start_azure: Start, azure: Azure) -> None:
    """A login that sees nothing of the directory: whoever migrates the copy is not told that it is empty."""
    copy = copied(start_azure, azure, "blind", ["aa-plain"])
    wanted = [item["code"] for item in assessed(azure, "aa-plain", "blind")["findings"]]
    found = [item["code"] for item in assessed(copy, "aa-plain", "migration")["findings"]]
    assert "RA901" in found
    assert found.count("RA901") == wanted.count("RA901")
    assert "The Run As" not in str([item for item in found if item == "RA102"])
