# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patches that git itself takes, byte for byte."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.file_patch import FileChange, patch_of

BEFORE = "# Grüße\n$c = 1\n\n\nGet-Date\nGet-Date\nGet-Date\nGet-Date\nGet-VM\n"
AFTER = "# Grüße\n\n\nGet-Date\nGet-Date\nGet-Date\nGet-Date\nGet-AzVM\nGet-Date\n"

ENCODINGS = {
    "line feeds": lambda text: text.encode(),
    "carriage returns": lambda text: text.replace("\n", "\r\n").encode(),
    "lone carriage returns": lambda text: text.replace("\n", "\r").encode(),
    "mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16 LE": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16 BE": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "form feeds and separators": lambda text: text.replace("\n\n", "\f\x85\u2028\n").encode(),
}

NAMES = [
    b"Start.ps1",
    b"below/a folder/Start VM.ps1",
    b'quo"te\\and\ttab.ps1',
    "Grüße.ps1".encode(),
    b"not-utf8-\xff.ps1",
    b"b/a/b.ps1",
]


def apply(patch: bytes, root: Path, *options: str) -> None:
    """Let git apply a patch, with no settings but its own."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", "init", "--quiet", str(root)], env=environment, check=True)
    subprocess.run(["git", "apply", *options], cwd=root, input=patch, env=environment, check=True)


def put(root: Path, name: bytes, content: bytes) -> bytes:
    path = os.path.join(os.fsencode(root), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    return path


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_git_makes_of_the_old_bytes_the_new_ones_and_back(encoding: str, tmp_path: Path) -> None:
    old, new = ENCODINGS[encoding](BEFORE), ENCODINGS[encoding](AFTER)
    path = Path(os.fsdecode(put(tmp_path, b"Start.ps1", old)))
    patch = patch_of([FileChange(b"Start.ps1", old, new)])
    apply(patch, tmp_path)
    assert path.read_bytes() == new
    apply(patch, tmp_path, "-R")
    assert path.read_bytes() == old


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_understood(name: bytes, tmp_path: Path) -> None:
    path = put(tmp_path, name, b"old\n")
    apply(patch_of([FileChange(name, b"old\n", b"new\n")]), tmp_path)
    with open(path, "rb") as file:
        assert file.read() == b"new\n"


def test_a_last_line_without_end_may_get_one_and_lose_it(tmp_path: Path) -> None:
    put(tmp_path, b"gets.ps1", b"a\nb")
    put(tmp_path, b"loses.ps1", b"a\nb\n")
    changes = [FileChange(b"gets.ps1", b"a\nb", b"a\nb\n"), FileChange(b"loses.ps1", b"a\nb\n", b"a")]
    apply(patch_of(changes), tmp_path)
    assert (tmp_path / "gets.ps1").read_bytes() == b"a\nb\n"
    assert (tmp_path / "loses.ps1").read_bytes() == b"a"


def test_a_new_file_comes_and_goes(tmp_path: Path) -> None:
    patch = patch_of([FileChange(b"below/New.graphrunbook", None, b'{"a": 1}')])
    apply(patch, tmp_path)
    assert (tmp_path / "below" / "New.graphrunbook").read_bytes() == b'{"a": 1}'
    apply(patch, tmp_path, "-R")
    assert not (tmp_path / "below" / "New.graphrunbook").exists()


def test_a_patch_reads_as_those_of_git() -> None:
    change = FileChange(b"Start.ps1", b"a\nb\nc\n", b"a\nc\n")
    assert patch_of([change]).decode() == (
        "diff --git a/Start.ps1 b/Start.ps1\n--- a/Start.ps1\n+++ b/Start.ps1\n@@ -1,3 +1,2 @@\n a\n-b\n c\n"
    )
