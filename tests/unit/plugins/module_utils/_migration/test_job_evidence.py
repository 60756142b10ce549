# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What starts a runbook, and its last job, as the assessment keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.automation import job_filter
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_evidence import (
    Evidence,
    evidence_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_schedules import Link, Webhook
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.unread import Unread

ACCOUNT = AccountId("s1", "rg", "aa")
DAILY = {"name": "Daily", "properties": {"isEnabled": True, "nextRun": "2026-11-26T02:00:00+00:00"}}
NOON = datetime(2026, 11, 25, 12, tzinfo=timezone.utc)


def test_a_runbook_is_joined_with_what_starts_it_without_regard_to_case() -> None:
    evidence = Evidence(
        links=(Link("1", "RB", "daily", "On site"), Link("2", "rb", "Gone"), Link("3", "other", "Daily")),
        schedules=(DAILY,),
        webhooks=(Webhook("hook", "rB", None, True, "2027-01-01", "2026-11-01"), Webhook("a", "other")),
        jobs={"rb": {"status": "Completed", "time": "2026-11-25T02:00:00+00:00", "run_on": "On site"}},
    )
    assert evidence_of("rb", evidence) == {
        "last_job": {"status": "Completed", "time": "2026-11-25T02:00:00+00:00", "run_on": "On site"},
        "schedules": [
            {"name": "daily", "enabled": True, "next_run": "2026-11-26T02:00:00+00:00", "run_on": "On site"},
            {"name": "Gone", "enabled": None, "next_run": None, "run_on": None},
        ],
        "webhooks": [
            {"name": "hook", "enabled": True, "expires": "2027-01-01", "last_invoked": "2026-11-01", "run_on": None}
        ],
        "unread": [],
    }


def test_a_part_that_could_not_be_read_is_not_taken_for_empty() -> None:
    unread = Unread("The jobs of account aa", ACCOUNT.arm_id, "forbidden")
    evidence = Evidence(unread=(unread,), parts_unread=("jobs",), unsure=("Busy",))
    assert evidence_of("rb", evidence)["unread"] == ["jobs"]
    assert [(said.code, said.resource) for said in evidence.findings(ACCOUNT)] == [
        ("RA901", ACCOUNT.arm_id),
        ("RA640", ACCOUNT.child("runbooks", "Busy")),
    ]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({}, None),
        ({"since": NOON}, "properties/startTime ge 2026-11-25T12:00:00.0000000+00:00"),
        (
            {"since": datetime(2026, 11, 25, 14, 0, 0, 5, timezone(timedelta(hours=2))), "runbook": "Start-It"},
            "properties/startTime ge 2026-11-25T12:00:00.0000050+00:00 and properties/runbook/name eq 'Start-It'",
        ),
        ({"runbook": "It's"}, "properties/runbook/name eq 'It''s'"),
    ],
)
def test_filters_are_written_as_microsofts_client_writes_them(given: dict[str, object], written: str | None) -> None:
    assert job_filter(**given) == written  # type: ignore[arg-type]
