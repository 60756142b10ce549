# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recording session reads: what writes does not leave the process."""

from __future__ import annotations

import ssl

import pytest
from requests import Request

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.recording import (
    Answered,
    Recorder,
    RecordingAdapter,
)

ACCOUNT = "https://arm.invalid/subscriptions/1/resourceGroups/2/providers/Microsoft.Automation/automationAccounts/3"
TOKEN = {"Authorization": "Bearer not-a-real-token"}


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("PUT", ACCOUNT),
        ("PATCH", ACCOUNT),
        ("DELETE", ACCOUNT),
        ("POST", f"{ACCOUNT}/runbooks/4/publish"),
        ("POST", f"{ACCOUNT}/webhooks/generateUri"),
        ("PUT", "https://graph.invalid/v1.0/$batch"),
    ],
)
def test_a_request_that_writes_is_not_sent(method: str, url: str) -> None:
    recorder = Recorder()
    adapter = RecordingAdapter(ssl.create_default_context(), recorder)
    with pytest.raises(RuntimeError, match="asked to write"):
        adapter.send(Request(method, url, TOKEN, json={}).prepare())
    assert recorder.answers() == []


def test_the_answer_to_a_repeated_request_is_the_one_that_counts() -> None:
    recorder = Recorder()
    for status in (429, 200):
        recorder.take(Answered("GET", ACCOUNT, b"", status, b"{}", "application/json"))
    recorder.take(Answered("GET", f"{ACCOUNT}/runbooks", b"", 403, b"{}", "application/json"))
    assert [item.status for item in recorder.answers()] == [200, 403]
