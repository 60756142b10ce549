# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which records a rollback goes by, and which it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_chains import STEPS
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.rollback_records import (
    chosen_steps,
    refuse_unusable,
    sorted_out,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ACCOUNT = AccountId("sub", "rg", "aa")


def record(step: str = "update_runbook", **members: Any) -> dict[str, Any]:
    common = {"version": 1, "run": "r", "number": 1, "time": "t", "account": ACCOUNT.arm_id, "event": "snapshot"}
    return {**common, "step": step, **members}


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (None, list(STEPS)),
        ([], list(STEPS)),
        (["update_runbook", "update_runbook"], ["update_runbook"]),
        # As AWX's surveys give it.
        (["update_runbook\ncopy_runas_roles"], ["update_runbook", "copy_runas_roles"]),
    ],
)
def test_steps_are_chosen_by_name(option: list[str] | None, expected: list[str]) -> None:
    assert chosen_steps(option) == expected


@pytest.mark.parametrize(
    ("records", "named"),
    [
        ([], "Nothing is known of Automation account aa"),
        ([record(account=ACCOUNT.arm_id.replace("aa", "ab"))], "/ab"),
        ([record(), record(account="")], "Record 2"),
        ([record(event="intend")], "Record 1"),
        ([record(event="intend", change={"action": "publish", "kind": "runbook_published"})], "Record 1"),
        ([record(), "nonsense"], "Record 2"),
        ([record(version=2)], "newer release (version 2"),
    ],
)
def test_records_that_cannot_be_gone_by_are_refused(records: list[Any], named: str) -> None:
    with pytest.raises(StepError, match="Nothing was changed") as refused:
        refuse_unusable(ACCOUNT, "/ledger/aa", records)
    assert named in str(refused.value)


def test_the_case_of_an_id_makes_no_other_account() -> None:
    refuse_unusable(ACCOUNT, "/ledger/aa", [record(account=ACCOUNT.arm_id.upper())])


def lines(*records: Any) -> list[bytes]:
    return [one if isinstance(one, bytes) else json.dumps(one).encode() for one in records]


def test_a_damaged_line_may_be_of_the_run_before_it_or_of_the_one_after_it() -> None:
    first, second, third = (record(step) for step in ("enable_identity", "copy_runas_roles", "update_runbook"))
    kept, suspects = sorted_out(lines(first, second, b"oops", third, third))
    assert (kept, suspects) == ([first, second, third, third], {"copy_runas_roles", "update_runbook"})
    assert sorted_out(lines(b"oops", first, second))[1] == {"enable_identity"}
    assert sorted_out(lines(first, {"valid": "but no record"}, first, second))[1] == {"enable_identity"}


def test_lines_that_a_crash_cut_short_are_no_damage() -> None:
    first = record("enable_identity")
    assert sorted_out(lines(first, b'{"acc#cut', first, b'{"acc'))[1] == set()
