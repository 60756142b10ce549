# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a plan is carried out: read again, record, write, confirm, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Forbidden, Unreachable
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import (
    KNOWN_AFTER_APPLY,
    Change,
    ChangeConflict,
    Hands,
    Plan,
    carry_out,
)


class Diary:
    """A journal that keeps what happened, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Any]] = []

    def intend(self, change: Any) -> int:
        self.lines.append(("intend", change["target"]))
        return len(self.lines)

    def confirm(self, number: int, facts: Any) -> None:
        self.lines.append(("done", number))

    def fail(self, number: int, reason: str) -> None:
        self.lines.append(("failed", reason))


class World:
    """Something that can be changed, and that refuses where it is told to."""

    def __init__(self, state: dict[str, Any], errors: dict[str, Exception] | None = None) -> None:
        self.state = state
        self.errors = errors or {}

    def hands(self) -> Hands:
        return Hands(reread=lambda change: self.state.get(change.target), write=self._write)

    def _write(self, change: Change) -> dict[str, Any]:
        if change.target in self.errors:
            raise self.errors[change.target]
        self.state[change.target] = change.after
        return {"id": change.target}


def change(target: str, before: Any = None, after: Any = "new", track: str = "") -> Change:
    return Change("create", "thing", target, before, after, track=track)


def test_each_change_is_recorded_before_it_is_written_and_confirmed_afterwards() -> None:
    diary, world = Diary(), World({})
    outcome = carry_out(Plan((change("a"), change("b"))), world.hands(), diary)
    assert diary.lines == [("intend", "a"), ("done", 1), ("intend", "b"), ("done", 3)]
    assert world.state == {"a": "new", "b": "new"}
    assert outcome.complete


def test_a_world_that_moved_is_left_alone_and_nothing_is_recorded() -> None:
    diary, world = Diary(), World({"a": "somebody's"})
    outcome = carry_out(Plan((change("a"),)), world.hands(), diary)
    assert world.state == {"a": "somebody's"}
    assert diary.lines == []
    assert isinstance(outcome.failures[0].error, ChangeConflict)
    assert "a changed after it was read" in outcome.sentence()


def test_a_failure_ends_its_own_track_only() -> None:
    diary, world = Diary(), World({}, {"a1": Forbidden("no right at a1", status=403)})
    plan = Plan((change("a1", track="a"), change("a2", track="a"), change("b1", track="b")))
    outcome = carry_out(plan, world.hands(), diary)
    assert [done.change.target for done in outcome.done] == ["b1"]
    assert [failure.change.target for failure in outcome.failures] == ["a1"]
    assert [left.target for left in outcome.left] == ["a2"]
    assert outcome.sentence() == "2 of 3 changes were not made: no right at a1"
    assert ("failed", "no right at a1") in diary.lines


def test_when_azure_cannot_be_reached_nothing_more_is_tried() -> None:
    world = World({}, {"a": Unreachable("no answer")})
    outcome = carry_out(Plan((change("a", track="a"), change("b", track="b"))), world.hands(), Diary())
    assert [left.target for left in outcome.left] == ["b"]
    assert world.state == {}


def test_independent_tracks_give_the_same_outcome_side_by_side() -> None:
    world = World({})
    changes = tuple(change(f"t{number}", track=str(number)) for number in range(20))
    outcome = carry_out(Plan(changes), world.hands(), Diary(), max_parallel=8)
    assert [done.change.target for done in outcome.done] == [f"t{number}" for number in range(20)]


def test_the_fingerprint_leaves_out_what_only_azure_decides() -> None:
    approval = {"scope": "/subscriptions/s", "role": "Reader"}
    predicted = Change("create", "role_assignment", KNOWN_AFTER_APPLY, None, {"name": "?"}, approval=approval)
    real = Change("create", "role_assignment", "/subscriptions/s/x", None, {"name": "x"}, approval=approval)
    assert Plan((predicted,)).fingerprint == Plan((real,)).fingerprint


def test_the_fingerprint_tells_different_plans_apart() -> None:
    assert Plan((change("a"),)).fingerprint != Plan((change("a", after="other"),)).fingerprint
    assert Plan((change("a"), change("b"))).fingerprint != Plan((change("b"), change("a"))).fingerprint


def test_a_later_wave_begins_only_once_the_earlier_ones_are_made() -> None:
    world = World({})
    plan = Plan((replace(change("last", track="z"), wave=1), change("first", track="a"), change("second", track="b")))
    outcome = carry_out(plan, world.hands(), Diary(), max_parallel=4)
    assert [done.change.target for done in outcome.done] == ["first", "second", "last"]


def test_a_failure_keeps_later_waves_from_beginning_but_not_its_own() -> None:
    world = World({}, {"first": Forbidden("no right", status=403)})
    plan = Plan((change("first", track="a"), change("second", track="b"), replace(change("last"), wave=1)))
    outcome = carry_out(plan, world.hands(), Diary())
    assert world.state == {"second": "new"}
    assert [left.target for left in outcome.left] == ["last"]
