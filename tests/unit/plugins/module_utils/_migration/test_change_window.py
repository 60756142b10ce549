# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The change window: what it takes, and when it is open."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.change_window import window_of
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import ChangeWindowClosed, StepError

NIGHT = {"not_before": "2026-11-28T22:00:00Z", "not_after": "2026-11-29T04:00:00+01:00"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=timezone.utc)


def test_it_is_open_between_its_times_in_whatever_zone_they_are_written() -> None:
    window = window_of(NIGHT)
    assert "opens at 2026-11-28T22:00:00+00:00" in str(window.closed(at(28, 21, 59)))
    assert window.closed(at(28, 22)) is None
    assert window.closed(at(29, 3)) is None
    assert "closed at 2026-11-29T04:00:00+01:00" in str(window.closed(at(29, 3, 1)))


def test_without_times_it_is_always_open_and_marks_nothing() -> None:
    window = window_of({"not_before": None, "not_after": "", "change_reference": ""})
    assert window.closed(at(1, 0)) is None
    assert window.marks == {}


def test_records_are_marked_with_what_was_given() -> None:
    marks = window_of({"not_after": NIGHT["not_after"], "change_reference": "CHG0030419"}).marks
    assert marks == {"not_after": "2026-11-29T04:00:00+01:00", "change_reference": "CHG0030419"}


def test_a_time_as_yaml_reads_it_is_taken() -> None:
    assert window_of({"not_before": "2026-11-28 22:00:00+00:00"}).not_before == at(28, 22)


@pytest.mark.parametrize("text", ["tonight", "2026-11-28T22:00:00", "2026-11-28", "22:00"])
def test_what_is_no_time_or_has_no_zone_is_refused(text: str) -> None:
    with pytest.raises(StepError, match=r"not_before is '.*', which is no time with a time zone"):
        window_of({"not_before": text})


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(StepError, match="The change window is empty"):
        window_of({"not_before": NIGHT["not_after"], "not_after": NIGHT["not_before"]})


def test_the_refusal_names_the_account_and_the_remedy() -> None:
    with pytest.raises(ChangeWindowClosed, match=r"aa-plain is not changed.*Run inside the window"):
        window_of({"not_after": "2026-01-01T00:00:00Z"}).refuse_closed("aa-plain")
