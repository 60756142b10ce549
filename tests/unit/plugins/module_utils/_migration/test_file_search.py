# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files are meant: named ones, and those below folders, never anything outside of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import file_search
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.file_search import Names, find_files
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ALL = Names(include=["*.ps1", "*.py"], exclude=[])


def make(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("Get-Date\n")


def found(root: Path, *paths: str, names: Names = ALL) -> list[str]:
    """Return the files that are meant and not left alone."""
    return [item.path for item in find_files(root, paths or ["repo"], names) if not item.problem]


def problems(root: Path, *paths: str, names: Names = ALL) -> list[tuple[str, str]]:
    return [(item.problem.code, item.path) for item in find_files(root, paths or ["repo"], names) if item.problem]


def test_a_folder_means_what_is_below_it_by_name(tmp_path: Path) -> None:
    make(tmp_path, "repo/b.ps1", "repo/a/UPPER.PS1", "repo/a/deep/c.py", "repo/notes.md", "repo/x.ps1.bak")
    assert found(tmp_path) == ["repo/a/UPPER.PS1", "repo/a/deep/c.py", "repo/b.ps1"]


def test_a_named_file_is_meant_whatever_its_name_is(tmp_path: Path) -> None:
    make(tmp_path, "repo/Start", "repo/b.ps1")
    assert found(tmp_path, "repo/Start") == ["repo/Start"]


def test_hidden_files_and_folders_and_backups_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "repo/.git/hooks/a.ps1", "repo/a/.cache/b.ps1", "repo/._c.ps1", "repo/d.ps1", "repo/d.ps1.1~")
    assert found(tmp_path, names=Names(include=["*"], exclude=[])) == ["repo/d.ps1"]


def test_a_hidden_folder_that_is_named_is_looked_at(tmp_path: Path) -> None:
    make(tmp_path, ".work/repo/a.ps1")
    assert found(tmp_path, ".work") == [".work/repo/a.ps1"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("tests", ["repo/a.ps1", "repo/lib/b.ps1"]),
        ("Tests/", ["repo/a.ps1", "repo/lib/b.ps1"]),
        ("*.ps1", []),
        ("lib/*", ["repo/a.ps1", "repo/tests/c.ps1"]),
        ("./lib/tests", ["repo/a.ps1", "repo/lib/b.ps1", "repo/tests/c.ps1"]),
        ("**/b.ps1", ["repo/a.ps1", "repo/lib/tests/d.ps1", "repo/tests/c.ps1"]),
        ("**/a.ps1", ["repo/lib/b.ps1", "repo/lib/tests/d.ps1", "repo/tests/c.ps1"]),
        ("[ab].ps1", ["repo/lib/tests/d.ps1", "repo/tests/c.ps1"]),
    ],
)
def test_what_is_excluded_is_left_out(pattern: str, left: list[str], tmp_path: Path) -> None:
    make(tmp_path, "repo/a.ps1", "repo/lib/b.ps1", "repo/tests/c.ps1", "repo/lib/tests/d.ps1")
    assert found(tmp_path, names=Names(include=["*.ps1"], exclude=[pattern])) == left


def test_a_file_that_is_meant_twice_is_looked_at_once(tmp_path: Path) -> None:
    make(tmp_path, "repo/a.ps1")
    (tmp_path / "repo" / "link.ps1").symlink_to("a.ps1")
    assert len(found(tmp_path, "repo", "repo/a.ps1", str(tmp_path / "repo"), "repo/link.ps1")) == 1


def test_links_are_followed_inside_of_the_folder_only(tmp_path: Path) -> None:
    make(tmp_path, "repo/kept/text.md", "outside/b.ps1", "repo/.git/annex/c.ps1")
    repo = tmp_path / "repo"
    (repo / "a.ps1").symlink_to("kept/text.md")
    (repo / "b.ps1").symlink_to(tmp_path / "outside" / "b.ps1")
    (repo / "c.ps1").symlink_to(".git/annex/c.ps1")
    (repo / "folder").symlink_to(tmp_path / "outside")
    (repo / "again").symlink_to("kept")
    (repo / "round").symlink_to(".")
    assert found(tmp_path) == ["repo/a.ps1"]
    assert problems(tmp_path) == [("RA482", "repo/b.ps1"), ("RA482", "repo/c.ps1"), ("RA482", "repo/folder")]


def test_a_link_that_is_named_means_what_it_leads_to(tmp_path: Path) -> None:
    make(tmp_path, "outside/b.ps1")
    (tmp_path / "repo").symlink_to("outside")
    assert found(tmp_path, "repo") == ["repo/b.ps1"]
    assert found(tmp_path, "repo/b.ps1") == ["repo/b.ps1"]


def test_a_link_in_a_circle_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.ps1").symlink_to("b.ps1")
    (tmp_path / "b.ps1").symlink_to("a.ps1")
    assert problems(tmp_path, "a.ps1") == [("RA480", "a.ps1")]


@pytest.mark.parametrize("path", ["nowhere", "repo/a.ps1/below", "broken", "nul\0l"])
def test_a_path_that_is_not_there_is_refused(path: str, tmp_path: Path) -> None:
    make(tmp_path, "repo/a.ps1")
    (tmp_path / "broken").symlink_to("nowhere")
    with pytest.raises(StepError, match=r"There is no file or folder .*\. Correct the option path\."):
        find_files(tmp_path, ["repo", path], ALL)


def test_no_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="The option path names nothing"):
        find_files(tmp_path, [], ALL)


def test_a_folder_with_more_files_than_runbooks_can_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "repo/a.ps1", "repo/b.ps1", "repo/c.ps1")
    monkeypatch.setattr(file_search, "MAX_FILES", 2)
    with pytest.raises(StepError, match="More than 2 files are meant by repo"):
        find_files(tmp_path, ["repo"], ALL)


def test_a_name_cannot_steer_a_terminal(tmp_path: Path) -> None:
    make(tmp_path, "repo/\x1b[2J.ps1")
    with open(os.path.join(os.fsencode(tmp_path), b"repo", b"\xff.ps1"), "wb"):
        pass
    assert found(tmp_path) == ["repo/\\udcff.ps1", "repo/\\x1b[2J.ps1"]
