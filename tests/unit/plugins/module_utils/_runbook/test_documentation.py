# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/rewriting.md names every code that a refusal can have."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import CODES, Severity

PAGE = (Path(__file__).parents[5] / "docs" / "rewriting.md").read_text("utf-8")


def test_every_refusal_is_explained() -> None:
    """From RA480 on, codes are about files and drafts, not about what they hold."""
    refusals = {code for code, entry in CODES.items() if "RA410" <= code < "RA480" and entry.severity is Severity.ERROR}
    assert {code for code in refusals if f"| {code}" not in PAGE and f", {code}" not in PAGE} == set()
