# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages about rewriting show every case of the tests, as it is."""

from __future__ import annotations

import importlib.util
import pathlib
import types

ROOT = pathlib.Path(__file__).parents[2]


def load_tool() -> types.ModuleType:
    spec = importlib.util.spec_from_file_location("rewriting_page", ROOT / "tests" / "tools" / "rewriting_page.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def test_the_pages_are_what_the_cases_say() -> None:
    tool = load_tool()
    for path in tool.PAGES:
        assert path.read_text("utf-8") == tool.page(path), "run: python tests/tools/rewriting_page.py --write"


def test_every_case_is_shown() -> None:
    tool = load_tool()
    assert set(tool.shown(" ".join(tool.named()))) == {f"{p.parent.name}/{p.stem}" for p in tool.CASES.glob("*/*.case")}
