# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diffs, charts, words, the manifest and lists of JSON."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._report import manifest, words
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.charts import Part, ring, stacked_bar
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.diffs import (
    MOST_CHARACTERS,
    MOST_LINES,
    diffs,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.journal import Change
from ansible_collections.azauto.runas_migration.plugins.module_utils._report.json_report import Listed

OLD, NEW = "a" * 64, "b" * 64


def publication(before: object = OLD, after: object = NEW) -> Change:
    target = "/x/runbooks/Start"
    return Change("t", "update_runbook", "r", 1, "publish", "runbook_published", target, "done", None, before, after)


def test_a_diff_has_changed_lines_only() -> None:
    [diff] = diffs([publication()], {OLD: b"same\nold\nsame", NEW: b"same\nnew\nsame"})
    assert [(line.kind, line.text) for line in diff.lines] == [("place", "@@ -2 +2 @@"), ("old", "old"), ("new", "new")]
    assert (diff.runbook, diff.more, diff.lacks) == ("Start", False, None)


def test_a_first_publication_has_nothing_before() -> None:
    [diff] = diffs([publication(before=None)], {NEW: b"new"})
    assert ("new", "new") in [(line.kind, line.text) for line in diff.lines]


@pytest.mark.parametrize("before", [OLD, 7, "../x"])
def test_a_content_that_is_not_there_is_said_to_be_missing(before: object) -> None:
    [diff] = diffs([publication(before=before)], {NEW: b"new"})
    assert diff.lacks and not diff.lines


def test_a_long_diff_is_cut() -> None:
    long = b"\n".join(b"%d" % number for number in range(2 * MOST_LINES)) + b"\n" + b"a b " * MOST_CHARACTERS
    [diff] = diffs([publication()], {OLD: b"a b " * MOST_CHARACTERS, NEW: long})
    assert len(diff.lines) == MOST_LINES and diff.more
    assert max(len(line.text) for line in diff.lines) <= MOST_CHARACTERS + 2


def test_a_bar_is_as_wide_as_its_parts_together() -> None:
    text = stacked_bar([Part("a", "A", 1), Part("b", "B", 3), Part("c", "C", 0)], "Things")
    assert text.count("<rect") == 2
    assert 'aria-label="Things: A 1, B 3"' in text
    assert 'width="249.25"' in text and 'width="747.75"' in text


def test_charts_of_nothing_are_charts() -> None:
    assert "Things: none" in stacked_bar([Part("a", "A", 0)], "Things")
    assert ring([], "Things", "0").count("<circle") == 1


def test_a_ring_closes() -> None:
    text = ring([Part("a", "A", 1), Part("b", "B", 1)], "Things", "50%")
    assert 'stroke-dasharray="49.20 100" stroke-dashoffset="0.00"' in text.replace("-0.00", "0.00")
    assert 'stroke-dashoffset="-50.00"' in text


def test_the_manifest_is_what_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    digests = {}
    for name in ("report.html", "accounts/aa-1.html"):
        (tmp_path / name).write_text(name)
        digests[name] = subprocess.check_output(["sha256sum", tmp_path / name], text=True).split()[0]
    (tmp_path / manifest.NAME).write_text(manifest.text(digests))
    subprocess.run(["sha256sum", "--check", "--strict", manifest.NAME], cwd=tmp_path, check=True, capture_output=True)
    assert manifest.parsed(manifest.text(digests)) == digests


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "accounts/../../x", "a/b", "x y", ".hidden", "accounts/", ""])
def test_a_manifest_that_names_anything_else_is_none(path: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        manifest.parsed(f"{'0' * 64}  {path}\n")


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        ("/subscriptions/s", "subscription s"),
        ("/subscriptions/s/resourceGroups/rg/", "resource group rg"),
        ("/subscriptions/s/resourcegroups/rg/providers/Microsoft.KeyVault/vaults/kv", "vaults kv"),
        ("/providers/Microsoft.Management/managementGroups/mg", "management group mg"),
        ("/", "tenant"),
        ("graph", "graph"),
        ("", ""),
    ],
)
def test_scopes_have_names(scope: str, name: str) -> None:
    assert words.scope_name(scope) == name


def test_times_and_days_are_for_people() -> None:
    assert words.when("2026-11-25T22:00:13Z") == "2026-11-25 22:00 UTC"
    assert words.when("2026-11-25T22:00:13.123+00:00") == "2026-11-25 22:00 UTC"
    assert words.when("yesterday") == "yesterday"
    assert [words.days(left) for left in (-2, -1, 0, 1, 5)] == [
        "2 days ago",
        "1 day ago",
        "in 0 days",
        "in 1 day",
        "in 5 days",
    ]


def test_a_list_in_pieces_is_json() -> None:
    empty, full = Listed('{"a":['), Listed('{"a":[')
    assert json.loads(empty.tail('],"b":1}')) == {"a": [], "b": 1}
    pieces = [full.item(1), full.item({"x": "</script>\u2028"}), full.tail('],"b":1}')]
    assert json.loads("".join(pieces)) == {"a": [1, {"x": "</script>\u2028"}], "b": 1}
