# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one worker read of the surroundings, the others of the run take."""

from __future__ import annotations

import json
import multiprocessing
import stat
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._ledger import LedgerError
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.surroundings import (
    KEPT_AS,
    Surroundings,
    kept_surroundings,
)

FOUND = Surroundings(
    subscriptions=("s1",),
    vaults=({"id": "/v", "name": "ü{{ x }}", "location": None, "state": "Succeeded"},),
    holders=None,
    unread=({"what": "The vaults", "resource": "/s", "reason": "403", "gone": False},),
)


class Reader:
    """Counts how often Azure was read, over processes too: by a line in a file."""

    def __init__(self, log: Path, found: Surroundings = FOUND, seconds: float = 0) -> None:
        self.log = log
        self.found = found
        self.seconds = seconds

    def __call__(self) -> Surroundings:
        with self.log.open("a") as log:
            log.write("read\n")
        time.sleep(self.seconds)
        return self.found

    @property
    def count(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path / "reads")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def change(folder: Path, **values: Any) -> None:
    path = folder / KEPT_AS
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_the_second_takes_what_the_first_read(folder: Path, reader: Reader) -> None:
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert reader.count == 1


def test_it_is_for_its_owner_only(folder: Path, reader: Reader) -> None:
    kept_surroundings(folder, "key", 60, reader)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_another_login_or_another_question_reads_anew(folder: Path, reader: Reader) -> None:
    kept_surroundings(folder, "key", 60, reader)
    other = Reader(reader.log, Surroundings(("s2",)))
    assert kept_surroundings(folder, "another", 60, other).subscriptions == ("s2",)
    assert kept_surroundings(folder, "another", 60, reader).subscriptions == ("s2",)


@pytest.mark.parametrize("age", [61, -3600])
def test_what_is_too_old_or_from_the_future_is_read_anew(folder: Path, reader: Reader, age: float) -> None:
    kept_surroundings(folder, "key", 60, reader)
    change(folder, time=time.time() - age)
    kept_surroundings(folder, "key", 60, reader)
    assert reader.count == 2


def test_nothing_is_young_enough_for_an_age_of_zero(folder: Path, reader: Reader) -> None:
    for dummy in range(2):
        kept_surroundings(folder, "key", 0, reader)
    assert reader.count == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"format": 1, "key": "key"',
        b"\xff\xfe",
        b"[]",
        b'{"format": 1, "key": "key", "time": "now", "content": {}}',
    ],
)
def test_a_damaged_file_is_read_anew(folder: Path, reader: Reader, content: bytes) -> None:
    kept_surroundings(folder, "key", 60, reader)
    (folder / KEPT_AS).write_bytes(content)
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert reader.count == 2
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert reader.count == 2


@pytest.mark.parametrize("changed", [{"format": 2}, {"content": {"vaults": []}}, {"content": None}, {"content": []}])
def test_what_another_release_kept_is_read_anew(folder: Path, reader: Reader, changed: dict[str, Any]) -> None:
    kept_surroundings(folder, "key", 60, reader)
    change(folder, **changed)
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert reader.count == 2


@pytest.mark.parametrize("part", ["text", [1], [None], {"a": 1}])
def test_parts_of_another_shape_are_read_anew(folder: Path, reader: Reader, part: Any) -> None:
    kept_surroundings(folder, "key", 60, reader)
    content = json.loads((folder / KEPT_AS).read_text())["content"]
    change(folder, content={**content, "mappings": part})
    assert kept_surroundings(folder, "key", 60, reader) == FOUND
    assert reader.count == 2


def test_what_failed_keeps_nothing_and_lets_the_next_try(folder: Path, reader: Reader) -> None:
    def fail() -> Surroundings:
        raise ValueError("no answer")

    with pytest.raises(ValueError, match="no answer"):
        kept_surroundings(folder, "key", 60, fail)
    assert kept_surroundings(folder, "key", 60, reader) == FOUND


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, reader: Reader) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match=r"cannot be kept in .*file/kept"):
        kept_surroundings(tmp_path / "file" / "kept", "key", 60, reader)


def ask(folder: Path, reader: Reader) -> Surroundings:
    return kept_surroundings(folder, "key", 60, reader)


def test_of_many_threads_one_reads(folder: Path, tmp_path: Path) -> None:
    slow = Reader(tmp_path / "reads", seconds=0.3)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda dummy: ask(folder, slow), range(8)))
    assert answers == [FOUND] * 8
    assert slow.count == 1


def test_of_many_processes_one_reads(folder: Path, tmp_path: Path) -> None:
    slow = Reader(tmp_path / "reads", seconds=0.3)
    with ProcessPoolExecutor(5, mp_context=multiprocessing.get_context("fork")) as pool:
        answers = [waiting.result() for waiting in [pool.submit(ask, folder, slow) for dummy in range(5)]]
    assert answers == [FOUND] * 5
    assert slow.count == 1
