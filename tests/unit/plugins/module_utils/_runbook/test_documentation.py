# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/rewriting.md names every code that a refusal can have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import CODES, Severity
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, rewrite

DOCS = Path(__file__).parents[5] / "docs"
PAGE = (DOCS / "rewriting.md").read_text("utf-8")
PYTHON_PAGE = (DOCS / "python.md").read_text("utf-8")
PYTHON_EXAMPLES = re.findall(
    r"^Before:\n\n```python\n(.*?)```\n\n(After,[^\n]*):\n\n```python\n(.*?)```\n", PYTHON_PAGE, re.S | re.M
)
ASSET = {"subscription_id": "11111111-1111-1111-1111-111111111111", "tenant_id": None}


def test_the_python_page_has_its_examples() -> None:
    assert len(PYTHON_EXAMPLES) == PYTHON_PAGE.count("\nBefore:\n") == PYTHON_PAGE.count("\nAfter, ") > 0


@pytest.mark.parametrize(("before", "when", "after"), PYTHON_EXAMPLES)
def test_a_python_example_is_true(before: str, when: str, after: str) -> None:
    connections = None if "not known" in when else {"AzureRunAsConnection": ASSET}
    options = RewriteOptions(connections=connections, python_packages=frozenset({"azure-identity"}))
    outcome = rewrite(before.encode(), "Python3", options)
    assert outcome.content.decode() == after


def test_every_refusal_is_explained() -> None:
    """From RA480 on, codes are about files and drafts, not about what they hold."""
    refusals = {code for code, entry in CODES.items() if "RA410" <= code < "RA480" and entry.severity is Severity.ERROR}
    assert {code for code in refusals if f"| {code}" not in PAGE and f", {code}" not in PAGE} == set()
