# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger remembers of runs that were cut short."""

from __future__ import annotations

from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.runbook_memory import (
    Memory,
    Unchecked,
    recall,
    unchecked_dependants,
)

RB = "/accounts/aa/runbooks/Rb"


def record(event: str, run: str = "r1", step: str = "update_runbook", **facts: Any) -> dict[str, Any]:
    return {"event": event, "run": run, "step": step, **facts}


def intend(kind: str, action: str, after: str, **more: Any) -> dict[str, Any]:
    return record("intend", change={"kind": kind, "action": action, "target": RB, "after": after}, **more)


SAVED = record("draft_saved", runbook=RB, draft="work", planned="new")


def test_rewrites_are_ours_and_drafts_that_were_put_back_are_not() -> None:
    memory = recall([intend("runbook_draft", "replace", "new"), intend("runbook_draft", "restore", "work")])
    assert memory[RB.lower()] == Memory(ours=frozenset({"new"}))


def test_a_draft_that_was_set_aside_is_owed_until_it_is_settled() -> None:
    assert recall([SAVED])[RB.lower()] == Memory(saved="work", planned="new")
    assert recall([SAVED, record("draft_settled", runbook=RB, draft="work")])[RB.lower()] == Memory()


def test_settling_another_draft_settles_nothing() -> None:
    assert recall([SAVED, record("draft_settled", runbook=RB, draft="older")])[RB.lower()].saved == "work"


def test_records_of_other_steps_are_not_ours() -> None:
    assert recall([intend("runbook_draft", "replace", "old", step="rollback_migration")]) == {}


def test_a_snapshot_is_open_until_it_is_compared() -> None:
    saved = record("dependants_saved", blob="b1")
    publish = intend("runbook_published", "publish", "new")
    assert unchecked_dependants([saved, publish]) == [Unchecked("b1", frozenset({RB.lower()}))]
    assert unchecked_dependants([saved, publish, record("dependants_checked", blob="b1")]) == []


def test_a_snapshot_names_only_what_its_own_run_began_to_publish() -> None:
    saved = record("dependants_saved", blob="b1")
    other = intend("runbook_published", "publish", "new", run="r2")
    assert unchecked_dependants([saved, other]) == [Unchecked("b1", frozenset())]
