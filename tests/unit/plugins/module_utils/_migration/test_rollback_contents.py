# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the contents of a runbook go back: what the journal says, and what is there now."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_chains import Write
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_contents import (
    Contents,
    contents_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_runbook_plan import (
    Standing,
    Taken,
    take_back,
)

RB = "/account/runbooks/Start"
ROLLBACK = "rollback_migration"


def draft(before: str | None, after: str | None, step: str = "update_runbook", *, sure: bool = True) -> Write:
    action = "discard" if after is None else "restore" if before is None and step == ROLLBACK else "replace"
    return Write(step, action, "runbook_draft", RB, before, after, sure)


def publish(before: str, after: str, step: str = "update_runbook", *, sure: bool = True) -> Write:
    return Write(step, "publish", "runbook_published", RB, before, after, sure)


PLAIN = [draft(None, "new"), publish("old", "new")]
KEPT = [draft("work", "new"), publish("old", "new"), draft(None, "work")]
BACK = [draft(None, "old", ROLLBACK), publish("new", "old", ROLLBACK)]


def remembered(*writes: Write, records: Any = ()) -> Contents | None:
    found = contents_of(records, writes)
    return found[0] if found else None


def taken(published: str, pending: str | None, *writes: Write, keep: bool = False, lacking: str = "") -> Taken:
    contents = remembered(*writes)
    assert contents is not None
    now = Standing("Start", RB, published, pending)
    return take_back(now, contents, keep_drafts=keep, why_lacking=lambda name: "gone" if name == lacking else None)


def steps(one: Taken) -> list[tuple[str, str | None, str | None]]:
    return [(change.action, change.before, change.after) for change in one.changes]


PUBLISHED_BACK = [("replace", None, "old"), ("publish", "new", "old")]


@pytest.mark.parametrize(
    ("now", "writes", "expected"),
    [
        (("new", None), PLAIN, PUBLISHED_BACK),
        (("new", "old"), PLAIN, [("publish", "new", "old")]),
        (("new", "new"), PLAIN, [("replace", "new", "old"), ("publish", "new", "old")]),
        (("old", None), PLAIN, []),
        # A draft that was pending is pending again, whether the migration had put it back or not.
        (("new", "work"), KEPT, [("replace", "work", "old"), ("publish", "new", "old"), ("restore", None, "work")]),
        (("new", None), KEPT[:2], [*PUBLISHED_BACK, ("restore", None, "work")]),
        (("old", "new"), KEPT[:1], [("restore", "new", "work")]),
        # A rewrite that was only a draft.
        (("old", "new"), PLAIN[:1], [("discard", "new", None)]),
        (("old", None), PLAIN[:1], []),
        # Publishing may have been done or not.
        (("new", None), [PLAIN[0], publish("old", "new", sure=False)], PUBLISHED_BACK),
        (("old", "new"), [PLAIN[0], publish("old", "new", sure=False)], [("discard", "new", None)]),
        # Migrated twice, with other options.
        (
            ("newer", None),
            [*PLAIN, draft(None, "newer"), publish("new", "newer")],
            [("replace", None, "old"), ("publish", "newer", "old")],
        ),
        # Somebody published something in between: that is what comes back.
        (
            ("newer", None),
            [*PLAIN, draft(None, "newer"), publish("theirs", "newer")],
            [("replace", None, "theirs"), ("publish", "newer", "theirs")],
        ),
        # A rollback that was cut off after it published.
        (
            ("old", None),
            [*KEPT, draft("work", "old", ROLLBACK), publish("new", "old", ROLLBACK)],
            [("restore", None, "work")],
        ),
    ],
)
def test_contents_go_back(now: tuple[str, str | None], writes: list[Write], expected: Any) -> None:
    assert steps(taken(*now, *writes)) == expected


def test_after_a_whole_rollback_nothing_is_remembered() -> None:
    assert remembered(*PLAIN, *BACK) is None
    again = [draft("work", "old", ROLLBACK), publish("new", "old", ROLLBACK), draft(None, "work", ROLLBACK)]
    assert remembered(*KEPT, *again) is None
    assert remembered(*PLAIN[:1], draft("new", None, ROLLBACK)) is None
    assert steps(taken("new", None, *PLAIN, *BACK, *PLAIN)) == PUBLISHED_BACK


@pytest.mark.parametrize(
    ("now", "code"),
    [(("theirs", None), "RA840"), (("new", "theirs"), "RA841")],
)
def test_what_others_did_keeps_the_runbook_as_it_is(now: tuple[str, str | None], code: str) -> None:
    one = taken(*now, *PLAIN)
    assert (one.changes, [said.code for said in one.conflicts]) == ((), [code])


def test_a_draft_of_others_is_put_back_where_that_is_asked_for() -> None:
    one = taken("new", "theirs", *KEPT, keep=True)
    assert steps(one) == [("replace", "theirs", "old"), ("publish", "new", "old"), ("restore", None, "theirs")]
    assert (one.set_aside, [said.code for said in one.findings]) == ("theirs", ["RA853"])


def test_a_draft_that_others_dropped_stays_dropped() -> None:
    one = taken("new", None, *KEPT)
    assert (steps(one), [said.code for said in one.findings]) == (PUBLISHED_BACK, ["RA853"])


def test_a_draft_that_others_changed_is_left_where_nothing_is_to_be_published() -> None:
    one = taken("old", "theirs", *PLAIN[:1])
    assert (one.changes, [said.code for said in one.conflicts]) == ((), ["RA840"])


def test_a_content_that_the_ledger_lacks_means_no_change_at_all() -> None:
    one = taken("new", "work", *KEPT, lacking="old")
    assert (one.changes, one.lacking, one.back) == ((), (("old", "gone"),), False)
    assert taken("new", "work", *KEPT, lacking="elsewhere").changes


def test_a_draft_that_a_rollback_set_aside_is_owed() -> None:
    saved = {"event": "draft_saved", "step": ROLLBACK, "runbook": RB, "draft": "theirs", "planned": "old"}
    settled = {"event": "draft_settled", "step": ROLLBACK, "runbook": RB, "draft": "theirs"}
    writes = [*PLAIN, draft("theirs", "old", ROLLBACK, sure=False)]
    contents = remembered(*writes, records=[saved])
    assert contents is not None and contents.saved == "theirs"
    now = Standing("Start", RB, "new", "old")
    one = take_back(now, contents, keep_drafts=False, why_lacking=lambda dummy: None)
    assert steps(one) == [("publish", "new", "old"), ("restore", None, "theirs")]
    after = remembered(*writes, records=[saved, settled])
    assert after is not None and after.saved is None
