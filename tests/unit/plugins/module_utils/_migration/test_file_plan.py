# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is decided for a file, what is written, and what is not."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import file_access
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._local_call import LocalCall
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.file_plan import (
    Decision,
    RunbookFile,
    decide,
    target_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.file_search import Found
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.file_writing import hands
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, Verdict
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import Plan

OLD, NEW = b"old\r\n", b"new\r\n"
GRAPH = b'{"SchemaVersion": "1.0", "RunbookDefinition": "AAAA"}'
NEW_GRAPH = b'{"SchemaVersion": "1.0", "RunbookDefinition": "AAAB"}'


def decision_on(path: Path, content: bytes, new: bytes, there: bytes | None, links: int = 0) -> Decision:
    """Return the decision on a file whose rewrite is ``new`` and whose target holds ``there``."""
    file = RunbookFile(Found(path.name, str(path)), content, links)
    rewrite = Rewrite(new, Verdict.REWRITTEN)
    return decide(file, rewrite, target_of(file, rewrite), there)


def carried_out(*decisions: Decision, backup: bool = False) -> dict[str, object]:
    """Carry out decisions and return the result."""
    plan = Plan(changes=tuple(decision.change for decision in decisions if decision.change))
    call = LocalCall({}, False, False, Path("/"))
    return call.finish(plan, hands(decisions, backup=backup), lambda dummy: {})


def test_a_text_is_replaced_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.ps1"
    path.write_bytes(OLD)
    result = carried_out(decision_on(path, OLD, NEW, OLD))
    assert result["changed"] is True
    assert path.read_bytes() == NEW
    assert os.listdir(tmp_path) == ["a.ps1"]


def test_a_graphical_runbook_stays_and_its_rewrite_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "Nightly.graphrunbook"
    path.write_bytes(GRAPH)
    path.chmod(0o640)
    decision = decision_on(path, GRAPH, NEW_GRAPH, None)
    assert [said.code for said in decision.findings] == ["RA484"]
    carried_out(decision)
    beside = tmp_path / "Nightly.identity.graphrunbook"
    assert path.read_bytes() == GRAPH
    assert beside.read_bytes() == NEW_GRAPH
    assert stat.S_IMODE(beside.stat().st_mode) == 0o640


def test_a_graphical_runbook_is_told_by_its_content(tmp_path: Path) -> None:
    decision = decision_on(tmp_path / "Nightly.ps1", GRAPH, NEW_GRAPH, None)
    assert decision.target is not None
    assert decision.target.path == "Nightly.identity.ps1"


def test_a_rewrite_that_lies_beside_its_graph_already_is_not_written_again(tmp_path: Path) -> None:
    assert decision_on(tmp_path / "Nightly.graphrunbook", GRAPH, NEW_GRAPH, NEW_GRAPH).change is None


def test_another_file_where_the_rewrite_of_a_graph_goes_stays(tmp_path: Path) -> None:
    decision = decision_on(tmp_path / "Nightly.graphrunbook", GRAPH, NEW_GRAPH, b"somebody's work")
    assert decision.change is None
    assert [said.code for said in decision.findings] == ["RA483"]


def test_a_file_that_changed_in_between_is_left_alone(tmp_path: Path) -> None:
    moved, other = tmp_path / "moved.ps1", tmp_path / "other.ps1"
    moved.write_bytes(OLD)
    other.write_bytes(OLD)
    decisions = [decision_on(moved, OLD, NEW, OLD), decision_on(other, OLD, NEW, OLD)]
    moved.write_bytes(b"somebody's work")
    result = carried_out(*decisions)
    assert result["failed"] is True
    assert "moved.ps1 changed after it was read; it was left alone." in str(result["msg"])
    assert moved.read_bytes() == b"somebody's work"
    assert other.read_bytes() == NEW


def test_a_file_that_was_made_in_between_is_left_alone(tmp_path: Path) -> None:
    path, beside = tmp_path / "Nightly.graphrunbook", tmp_path / "Nightly.identity.graphrunbook"
    path.write_bytes(GRAPH)
    decision = decision_on(path, GRAPH, NEW_GRAPH, None)
    beside.write_bytes(b"somebody's work")
    assert carried_out(decision)["failed"] is True
    assert beside.read_bytes() == b"somebody's work"


def test_mode_owner_and_attributes_stay_and_the_time_is_new(tmp_path: Path) -> None:
    path = tmp_path / "a.ps1"
    path.write_bytes(OLD)
    path.chmod(0o754)
    os.utime(path, (1, 1))
    before = path.stat()
    file_access.write(str(path), NEW, like=str(path))
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_mtime > 1


def test_other_names_of_a_file_keep_the_old_content_and_are_named(tmp_path: Path) -> None:
    path, other = tmp_path / "a.ps1", tmp_path / "backup"
    path.write_bytes(OLD)
    os.link(path, other)
    read = file_access.read(str(path))
    decision = decision_on(path, read.content, NEW, OLD, links=read.names - 1)
    assert [said.code for said in decision.findings] == ["RA485"]
    carried_out(decision)
    assert (path.read_bytes(), other.read_bytes()) == (NEW, OLD)


def test_a_write_that_fails_leaves_the_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 60 + ".ps1")
    path.write_bytes(OLD)
    result = carried_out(decision_on(path, OLD, NEW, OLD), backup=True)
    assert result["failed"] is True
    assert "File name too long" in str(result["msg"])
    assert path.read_bytes() == OLD
    assert os.listdir(tmp_path) == [path.name]


def test_what_is_no_ordinary_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ps1")
    with pytest.raises(file_access.NotRead, match="no ordinary file"):
        file_access.read(str(tmp_path / "pipe.ps1"))


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = tmp_path / "a.ps1"
    path.write_bytes(bytes(file_access.MAX_BYTES))
    assert len(file_access.read(str(path)).content) == file_access.MAX_BYTES
    path.write_bytes(bytes(file_access.MAX_BYTES + 1))
    with pytest.raises(file_access.NotRead, match="larger than 5 MiB"):
        file_access.read(str(path))
