# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""probe_identity on the simulator: the identity proved by a job that leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .probe_estate import account_of, codes, estate, events, principal_of, steps, temporaries, written

if TYPE_CHECKING:
    from .conftest import Azure

BOTH = [("create", "probe_runbook"), ("delete", "probe_runbook")]


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return a simulator with one account that has an identity."""
    return start_azure("--estate", written(tmp_path, estate()), "--set", "retry_after=0")


def test_the_identity_is_proved_and_nothing_is_left_behind(azure: Azure) -> None:
    before = account_of(azure)
    made = azure.call("probe_identity", "aa")
    assert "failed" not in made, made["msg"]
    assert (made["changed"], steps(made), codes(made)) == (False, BOTH, [])
    probe = made["probes"][0]
    assert (probe["where"], probe["state"], probe["status"]) == ("cloud", "proved", "Completed")
    assert len(probe["subscriptions"]) == 1
    assert set(probe["versions"]) == {"az_accounts", "powershell"}
    after = account_of(azure)
    assert after["runbooks"] == before["runbooks"]
    proof = events(made, "identity_proof")[0]
    assert proof["principal_id"] == principal_of(azure)
    assert proof["versions"]["az_accounts"]


def test_no_token_is_in_the_output_or_in_the_ledger(azure: Azure) -> None:
    made = azure.call("probe_identity", "aa")
    journal = (Path(made["ledger"]) / "journal.jsonl").read_text()
    for text in (json.dumps(made), journal, json.dumps(account_of(azure)["jobs"])):
        assert "eyJ" not in text
        assert azure.login()["secret"] not in text


def test_check_mode_predicts_the_run_and_writes_nothing(azure: Azure) -> None:
    predicted = azure.call("probe_identity", "aa", check=True)
    assert (azure.writes(), azure.ledger.exists()) == ([], False)
    made = azure.call("probe_identity", "aa")
    for key in ("changed", "changes", "plan_fingerprint", "findings", "identity", "runbooks"):
        assert made[key] == predicted[key], key
    assert predicted["probes"][0]["state"] == "planned"


def test_the_proof_stands_for_the_second_run(azure: Azure) -> None:
    azure.call("probe_identity", "aa")
    azure.forget_requests()
    again = azure.call("probe_identity", "aa")
    assert (again["changed"], again["changes"], azure.writes()) == (False, [], [])
    assert again["probes"][0]["state"] == "stands"
    assert len(again["probes"][0]["subscriptions"]) == 1
    forced = azure.call("probe_identity", "aa", force=True)
    assert steps(forced) == BOTH
