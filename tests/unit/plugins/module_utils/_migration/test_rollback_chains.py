# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the journal says was written, put together by what was written to."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_chains import (
    STEPS,
    Chain,
    Write,
    blocking_step,
    chains_of,
    undo_of,
    writes_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_vaults import undos_of

A, B, C, OTHER = ({"name": name} for name in ("a", "b", "c", "other"))
ROLLBACK = "rollback_migration"


def write(
    before: Any, after: Any, step: str = "copy_runas_roles", *, sure: bool = True, kind: str = "connection"
) -> Write:
    return Write(step, "update", kind, "/x", before, after, sure)


def chain(*writes: Write) -> Chain | None:
    found = chains_of(writes)
    assert len(found) <= 1
    return found[0] if found else None


def back(*writes: Write, steps: Any = STEPS) -> tuple[Any, tuple[Any, ...]] | None:
    """Return where it goes back to, and the states in which it is ours; None where nothing is to be undone."""
    there = chain(*writes)
    undo = undo_of(there, steps) if there else None
    return (undo.start, undo.states) if undo else None


@pytest.mark.parametrize(
    ("writes", "expected"),
    [
        ([write(A, B)], (A, (B,))),
        ([write(A, B), write(B, C)], (A, (C,))),
        # One that may not have been made, and what followed it.
        ([write(A, B, sure=False)], (A, (A, B))),
        ([write(A, B, sure=False), write(A, B)], (A, (B,))),
        ([write(A, B, sure=False), write(B, C)], (A, (C,))),
        # Somebody else changed it in between: what that was stays.
        ([write(A, B), write(OTHER, C)], (OTHER, (C,))),
        # Back where it was, by the step itself.
        ([write(None, A), write(A, None)], None),
        ([write(A, B), write(B, C), write(C, B)], (A, (B,))),
        # After a rollback, and after another migration.
        ([write(A, B), write(B, A, ROLLBACK)], None),
        ([write(A, B), write(B, A, ROLLBACK), write(A, C)], (A, (C,))),
        ([write(A, B), write(B, A, ROLLBACK), write(OTHER, C)], (OTHER, (C,))),
        # A rollback that may have been made: both are recognised.
        ([write(A, B), write(B, A, ROLLBACK, sure=False)], (A, (B, A))),
        ([write(A, B), write(B, A, ROLLBACK, sure=False), write(B, A, ROLLBACK)], None),
        # A rollback that left what others added ends the chain.
        ([write(A, B), write(OTHER, C, ROLLBACK)], None),
    ],
)
def test_a_chain_begins_where_nobody_else_had_a_hand(writes: list[Write], expected: Any) -> None:
    assert back(*writes) == expected


def test_a_state_that_comes_back_with_something_else_keeps_the_chain() -> None:
    disabled, enabled = {"enabled": False}, {"enabled": True}
    brought_back = write(None, disabled, ROLLBACK)
    assert back(write(enabled, disabled), brought_back) == (enabled, (disabled,))


def test_chosen_steps_are_taken_back_as_far_as_no_other_wrote_after_them() -> None:
    first, second = write(A, B, "enable_identity"), write(B, C, "migrate_site_recovery")
    assert back(first, second, steps=["migrate_site_recovery"]) == (B, (C,))
    assert back(first, second, steps=["enable_identity"]) is None
    there = chain(first, second)
    assert there is not None
    assert blocking_step(there, ["enable_identity"]) == "migrate_site_recovery"
    assert blocking_step(there, ["migrate_site_recovery"]) is None
    after = write(C, B, ROLLBACK)
    assert back(first, second, after) == (A, (B,))


def test_ids_of_identities_are_compared_without_case() -> None:
    one, same = ({"user_assigned_identities": [arm_id]} for arm_id in ("/Sub/Id/", "/sub/id"))
    assert back(write(A, one, kind="identity"), write(same, B, kind="identity")) == (A, (B,))


def test_modules_are_compared_by_version() -> None:
    first = write(None, {"version": "1", "uri": "u"}, kind="module")
    second = write({"version": "1", "state": "Succeeded"}, {"version": "2"}, kind="module")
    assert back(first, second) == (None, ({"version": "2"},))


def record(number: int, event: str, step: str = "copy_runas_roles", **facts: Any) -> dict[str, Any]:
    return {"run": "r", "number": number, "event": event, "step": step, "time": "t", **facts}


def intend(number: int, after: Any, kind: str = "app_role", target: str = "/x") -> dict[str, Any]:
    change = {"action": "create", "kind": kind, "target": target, "before": None, "after": after}
    return record(number, "intend", change=change)


def test_what_azure_decided_is_learnt_from_the_end_of_a_write() -> None:
    after = {"principal_id": "(known after apply)", "type": "SystemAssigned"}
    (made,) = writes_of([intend(1, after, "identity"), record(2, "done", of=1, facts={"principal_id": "p"})])
    assert made.after == {"principal_id": "p", "type": "SystemAssigned"}
    (begun,) = writes_of([intend(1, after, "identity")])
    assert not begun.sure
    undo = undo_of(chains_of([begun])[0], STEPS)
    assert undo is not None and undo.is_ours({"principal_id": "anything", "type": "SystemAssigned"})


def test_what_somebody_else_had_made_is_not_ours() -> None:
    there = record(2, "done", of=1, facts={"id": "/other", "created": False})
    assert writes_of([intend(1, A), there]) == []
    assert len(writes_of([intend(1, A), record(2, "failed", of=1, reason="x")])) == 1


def test_things_are_taken_back_in_one_order_whichever_thread_wrote_first() -> None:
    made = [intend(number, A, *what) for number, what in enumerate([("group", "/g"), ("app_role", "/b")])]
    last = intend(9, A, "app_role", "/a")
    orders = [
        [(one.kind, one.target) for one in chains_of(writes_of(records))]
        for records in ([*made, last], [last, *made[::-1]])
    ]
    assert orders[0] == orders[1] == [("app_role", "/a"), ("app_role", "/b"), ("group", "/g")]


def test_a_role_assignment_under_our_own_name_is_ours_whoever_seems_to_have_made_it() -> None:
    there = record(2, "done", of=1, facts={"id": "/X", "created": False})
    assert len(writes_of([intend(1, A, "role_assignment"), there])) == 1


def policy(*secrets: str) -> dict[str, Any] | None:
    return {"tenant_id": "t", "object_id": "p", "permissions": {"secrets": list(secrets)}} if secrets else None


def given(*writes: Write) -> list[str]:
    undos = undos_of(writes, STEPS)
    return [name for undo in undos for name in undo.states[0]["permissions"]["secrets"]]


def test_of_an_access_policy_what_was_added_is_taken_back_whatever_others_added() -> None:
    first = write(policy("get"), policy("get", "list"), kind="vault_policy")
    second = write(policy("get", "list", "set"), policy("get", "list", "set", "delete"), kind="vault_policy")
    assert given(first, second) == ["list", "delete"]
    taken = write(policy("get", "list", "set", "delete"), policy("get", "set"), ROLLBACK, kind="vault_policy")
    assert given(first, second, taken) == []
    cut = write(policy("get", "list", "set", "delete"), policy("get", "set"), ROLLBACK, kind="vault_policy", sure=False)
    assert given(first, second, cut) == ["list", "delete"]
