# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What journals tell: each record once, in the order of time, with what became of each write."""

from __future__ import annotations

from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._report.journal import (
    Change,
    blobs_of,
    last_proof,
    merged,
    put_back,
    rewritten,
    rolled_back,
    runbook_of,
    timeline,
)

ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
OLD, NEW = "a" * 64, "b" * 64


def record(run: str, number: int, event: str, time: str = "2026-01-01T00:00:00Z", **facts: Any) -> dict[str, Any]:
    step = facts.pop("step", "update_runbook")
    return {
        "version": 1,
        "run": run,
        "number": number,
        "time": time,
        "account": ACCOUNT,
        "step": step,
        "event": event,
        **facts,
    }


def publish(run: str, number: int, time: str = "2026-01-01T00:00:00Z", **facts: Any) -> dict[str, Any]:
    target = f"{ACCOUNT}/runbooks/Start"
    change = {"action": "publish", "kind": "runbook_published", "target": target, "before": OLD, "after": NEW}
    return record(run, number, "intend", time, change=change, **facts)


def test_copies_of_a_journal_count_once_and_slices_are_joined_by_time() -> None:
    first = [publish("r1", 1, "2026-01-02T00:00:00Z"), record("r1", 2, "done", "2026-01-02T00:00:01Z", of=1)]
    other = [record("r0", 1, "snapshot", "2026-01-01T00:00:00Z", connection="c")]
    wrong: list[str] = []
    records = merged([first, other, list(first)], wrong)
    assert [(entry["run"], entry["number"]) for entry in records] == [("r0", 1), ("r1", 1), ("r1", 2)]
    assert wrong == []


def test_what_is_no_record_is_named() -> None:
    wrong: list[str] = []
    broken = [[], "x", {"event": "done"}, record("r", 1, "done") | {"number": "1"}, record("r", 2, "snapshot")]
    assert [entry["number"] for entry in merged([broken], wrong)] == [2]
    assert wrong == [f"record {number} of the journal" for number in (1, 2, 3, 4)]


def test_a_write_is_done_failed_or_not_confirmed() -> None:
    records = [
        publish("r", 1),
        record("r", 2, "done", of=1),
        publish("r", 3),
        record("r", 4, "failed", of=3, reason="HTTP 409."),
        publish("r", 5),
        record("r", 6, "draft_saved", runbook="Start", draft=OLD),
    ]
    changes = timeline(merged([records], []), [])
    assert [(change.kind, change.outcome, change.reason) for change in changes] == [
        ("runbook_published", "done", None),
        ("runbook_published", "failed", "HTTP 409."),
        ("runbook_published", "unknown", None),
        ("draft_saved", "note", None),
    ]


def test_a_change_of_another_shape_is_named_and_shown_as_far_as_it_goes() -> None:
    wrong: list[str] = []
    records = merged(
        [[record("r", 1, "intend", change=7), record("r", 2, "intend", change={"kind": [], "target": "t"})]], []
    )
    changes = timeline(records, wrong)
    assert [(change.kind, change.target) for change in changes] == [("", ""), ("", "t")]
    assert wrong == ["change of record 1 of run r", "change.kind of record 2 of run r"]


def test_only_checksums_name_contents() -> None:
    records = merged([[publish("r", 1), publish("r", 2)]], [])
    records[1]["change"] = {**records[1]["change"], "before": "../../etc/passwd", "after": None}
    assert blobs_of(timeline(records, [])) == {OLD, NEW}


def test_a_runbook_is_rewritten_while_its_last_publication_was_our_rewrite() -> None:
    ours = [publish("r1", 1, "2026-01-01T00:00:00Z"), record("r1", 2, "done", "2026-01-01T00:00:01Z", of=1)]
    assert rewritten(timeline(merged([ours], []), [])) == {"start": ("Start", "2026-01-01T00:00:00Z")}
    undone = [
        publish("r2", 1, "2026-01-02T00:00:00Z", step="rollback_migration"),
        record("r2", 2, "done", "2026-01-02T00:00:01Z", of=1),
    ]
    assert rewritten(timeline(merged([ours, undone], []), [])) == {}
    refused = [publish("r3", 1), record("r3", 2, "failed", of=1, reason="no")]
    assert rewritten(timeline(merged([refused], []), [])) == {}


def test_the_name_of_a_runbook_may_hold_anything_but_its_collection() -> None:
    assert runbook_of(f"{ACCOUNT}/runbooks/a <b> {{{{ c }}}}") == "a <b> {{ c }}"
    assert runbook_of("Start") == "Start"


def test_a_change_names_what_it_is_about() -> None:
    def subject(kind: str, target: str, before: Any, after: Any) -> str:
        return Change("t", "s", "r", 1, "a", kind, target, "done", None, before, after).subject

    role = {"role": "Reader", "scope": "/subscriptions/s"}
    assert subject("role_assignment", "/x/roleAssignments/guid", None, role) == "Reader at /subscriptions/s"
    assert subject("role_assignment", "/x/roleAssignments/guid", role, None) == "Reader at /subscriptions/s"
    assert subject("role_assignment", "/x/roleAssignments/guid", None, []) == "guid"
    assert subject("runbook_published", f"{ACCOUNT}/runbooks/a/b", OLD, NEW) == "a/b"
    assert subject("identity", ACCOUNT, None, None) == "aa"


def test_the_last_comparison_of_access_counts_with_its_time() -> None:
    first = record("r", 1, "proof", proof={"verdict": "different", "compared": 2, "differences": [{"role": "Reader"}]})
    last = record("r", 2, "proof", "2026-01-02T00:00:00Z", proof={"verdict": "equal", "compared": 2, "same": 2})
    found = last_proof([first, last], [])
    assert found is not None
    assert (found["verdict"], found["time"], found["differences"]) == ("equal", "2026-01-02T00:00:00Z", [])
    assert last_proof([record("r", 1, "note")], []) is None


def test_a_comparison_of_another_shape_is_told_and_not_taken_for_equal() -> None:
    wrong: list[str] = []
    damaged = last_proof([record("r", 1, "proof", proof={"verdict": "fine", "differences": "none"})], wrong)
    assert damaged is not None
    assert damaged["verdict"] == "different"
    assert wrong == ["proof.verdict of record 1 of run r", "proof.differences of record 1 of run r"]
    assert last_proof([record("r", 1, "proof", proof=[])], []) is None


def test_a_custom_role_is_called_by_its_name_and_a_role_assignment_by_role_and_scope() -> None:
    role = {
        "action": "create",
        "kind": "role_definition",
        "target": "/s/g",
        "before": None,
        "after": {"name": "Limited"},
    }
    held = {"action": "delete", "kind": "run_as_role_assignment", "target": "/s/a", "after": None}
    held["before"] = {"role": "Contributor", "scope": "/s"}
    lines = timeline([record("r", 1, "intend", change=role), record("r", 2, "intend", change=held)], [])
    assert [line.subject for line in lines] == ["Limited", "Contributor at /s"]


# After a rollback


def back(run: str, number: int, kind: str, time: str, **facts: Any) -> dict[str, Any]:
    target = f"{ACCOUNT}/runbooks/Start" if kind.startswith("runbook") else ACCOUNT
    change = {"action": "publish", "kind": kind, "target": target, "before": NEW, "after": OLD}
    return record(run, number, "intend", time, change=change, step="rollback_migration", **facts)


def test_a_runbook_that_was_put_back_is_not_rewritten() -> None:
    records = [publish("r1", 1), record("r1", 2, "done", of=1)]
    assert list(rewritten(timeline(records, []))) == ["start"]
    later = "2026-01-02T00:00:00Z"
    records += [back("r2", 1, "runbook_published", later), record("r2", 2, "done", later, of=1)]
    changes = timeline(records, [])
    assert (rewritten(changes), put_back(changes), rolled_back(changes)) == ({}, {"start": later}, later)


def test_a_comparison_before_access_was_taken_back_tells_nothing() -> None:
    proof = record("r1", 1, "proof", proof={"verdict": "same"}, step="copy_runas_roles")
    runbooks_only = back("r2", 1, "runbook_published", "2026-01-02T00:00:00Z")
    assert last_proof([proof, runbooks_only], []) is not None
    assert last_proof([proof, back("r2", 1, "role_assignment", "2026-01-02T00:00:00Z")], []) is None
