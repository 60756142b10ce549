# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a test job is judged: by its status and its streams, beside the last good job."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.draft_running import Before, judged
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.draft_runs import (
    Asked,
    DraftRun,
    asked_for,
    serialised,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_waiting import Ended, Streams
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

RUN = DraftRun(Asked("rb", {"Password": "FAKE-secret", "Count": 1}, ""), "rb", "/x/runbooks/rb", "abc")


def codes(ended: Ended, errors: int = 0, warnings: int = 0, before: Before | None = None) -> list[str]:
    streams = Streams({"Error": errors, "Warning": warnings}, ("it broke",) * bool(errors))
    return [said.code for said in judged(RUN, ended, streams, before, 60)]


def before(errors: int = 0, warnings: int = 0) -> Before:
    return Before("j", None, {"Error": errors, "Warning": warnings})


def test_status_and_streams_both_count() -> None:
    assert codes(Ended("Completed")) == []
    assert codes(Ended("Completed"), errors=1) == ["RA231"]
    assert codes(Ended("Completed"), warnings=1) == ["RA233"]
    assert codes(Ended("Failed", "why")) == ["RA230"]
    assert codes(Ended("Suspended"), errors=1) == ["RA230"]
    assert codes(Ended("Stopped", late="Running"), errors=1) == ["RA234"]


def test_what_the_last_good_job_did_too_weighs_less() -> None:
    assert codes(Ended("Completed"), errors=2, before=before(errors=1)) == ["RA232"]
    assert codes(Ended("Completed"), errors=2, before=before()) == ["RA231"]
    assert codes(Ended("Completed"), warnings=2, before=before(warnings=2)) == []
    assert codes(Ended("Completed"), warnings=3, before=before(warnings=2)) == ["RA233"]
    assert codes(Ended("Failed"), before=before(errors=9)) == ["RA230"]


def test_values_of_parameters_are_not_repeated_from_what_a_job_says() -> None:
    said = judged(RUN, Ended("Failed", "cannot log in with FAKE-secret, try 1 of 10"), Streams(), None, 60)[0]
    assert "FAKE-secret" not in said.sentence
    assert "try ******** of 10" in said.sentence


def test_values_are_written_as_powershell_writes_them_in_json() -> None:
    assert serialised({"Text": 'a "b"', "Flag": True, "Number": 3, "List": ["x"], "None": None}) == {
        "Text": '"a \\"b\\""',
        "Flag": "true",
        "Number": "3",
        "List": '["x"]',
        "None": "null",
    }


def test_the_option_is_read_and_what_makes_no_sense_is_refused() -> None:
    assert asked_for(None) == []
    assert asked_for([{"name": " rb ", "parameters": '{"A": 1}', "run_on": None}]) == [Asked("rb", {"A": 1}, "")]
    for entries in ([{"name": "rb", "parameters": "[]"}], [{"name": "a", "parameters": "{}"}] * 2):
        with pytest.raises(StepError):
            asked_for(entries)
