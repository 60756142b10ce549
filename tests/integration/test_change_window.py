# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The change window and the change reference, at a step that writes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger

if TYPE_CHECKING:
    from .conftest import Azure

LONG_AGO, FAR_AWAY = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


def test_outside_the_window_nothing_is_written(azure: Azure) -> None:
    for outside in ({"not_before": FAR_AWAY}, {"not_after": LONG_AGO}):
        refused = azure.call("enable_identity", "aa-plain", **outside)
        assert refused["failed"] is True
        assert "aa-plain is not changed: its change window" in refused["msg"]
    assert azure.writes() == []


def test_check_mode_plans_outside_the_window_and_says_so(azure: Azure) -> None:
    planned = azure.call("enable_identity", "aa-plain", check=True, not_before=FAR_AWAY)
    assert planned["changed"] is True
    assert [found["code"] for found in planned["findings"]] == ["RA930"]
    inside = azure.call("enable_identity", "aa-plain", check=True, not_after=FAR_AWAY)
    assert inside["findings"] == []
    assert inside["plan_fingerprint"] == planned["plan_fingerprint"]


def test_where_nothing_is_left_to_do_every_time_is_right(azure: Azure) -> None:
    assert azure.call("enable_identity", "aa-plain", not_before=LONG_AGO)["changed"] is True
    again = azure.call("enable_identity", "aa-plain", not_after=LONG_AGO)
    assert again["changed"] is False
    assert "failed" not in again


def test_a_window_that_closes_at_work_stops_before_the_next_write(azure: Azure) -> None:
    """The first write takes until the window has closed; what was left, the next run does."""
    azure.call("enable_identity", "aa-roles")
    azure.control("PUT", "/faults", ["method=PUT,path=*/roleAssignments/*,latency=7000"])
    closing = (datetime.now(timezone.utc) + timedelta(seconds=6)).isoformat()
    stopped = azure.call("copy_runas_roles", "aa-roles", not_after=closing, max_parallel=1)
    assert stopped["failed"] is True
    assert "its change window closed at" in stopped["msg"]
    assert len(stopped["changes"]) == 1
    rest = azure.call("copy_runas_roles", "aa-roles")
    assert "failed" not in rest
    assert len(rest["changes"]) == len(stopped["not_changed"]) > 0


def test_a_probe_removes_its_runbook_although_the_window_has_closed(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    azure.control("PUT", "/faults", ["method=PUT,path=*/jobs/*,latency=7000"])
    closing = (datetime.now(timezone.utc) + timedelta(seconds=6)).isoformat()
    probed = azure.call("probe_identity", "aa-plain", not_after=closing)
    assert "failed" not in probed
    account = next(account for account in azure.state()["accounts"] if account["name"] == "aa-plain")
    assert [one["name"] for one in account["runbooks"] if "probe" in one["name"]] == []


def test_each_record_carries_the_reference_and_the_window(azure: Azure) -> None:
    result = azure.call("enable_identity", "aa-plain", not_after=FAR_AWAY, change_reference="CHG0030419")
    records = _ledger.read_journal(Path(result["ledger"]))
    assert records
    assert {record["change_reference"] for record in records} == {"CHG0030419"}
    assert {record["not_after"] for record in records} == {"2999-01-01T00:00:00+00:00"}
