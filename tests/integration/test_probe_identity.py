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

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation, jobs

from .probe_estate import (
    DESCRIPTION,
    account_of,
    codes,
    estate,
    events,
    principal_of,
    session_of,
    steps,
    temporaries,
    writes_of,
    written,
)

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
    assert (made["changed"], made["changes"], codes(made)) == (False, [], [])
    assert steps(made) == BOTH
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
    for key in ("changed", "changes", "temporary", "plan_fingerprint", "findings", "identity", "runbooks"):
        assert made[key] == predicted[key], key
    assert predicted["probes"][0]["state"] == "planned"


def test_the_proof_stands_for_the_second_run(azure: Azure) -> None:
    azure.call("probe_identity", "aa")
    azure.forget_requests()
    again = azure.call("probe_identity", "aa")
    assert (again["changed"], writes_of(again), azure.writes()) == (False, [], [])
    assert again["probes"][0]["state"] == "stands"
    assert len(again["probes"][0]["subscriptions"]) == 1
    forced = azure.call("probe_identity", "aa", force=True)
    assert steps(forced) == BOTH


def test_a_proof_ends_with_its_age_and_with_a_change_of_the_identity(azure: Azure) -> None:
    azure.call("probe_identity", "aa")
    assert steps(azure.call("probe_identity", "aa", max_age=0)) == BOTH
    assert writes_of(azure.call("probe_identity", "aa")) == []
    state = {"type": "UserAssigned", "user_assigned_identities": {"id": [user_assigned(azure)]}}
    azure.call("enable_identity", "aa", identity=state, state="absent", hybrid="accept")
    assert steps(azure.call("probe_identity", "aa")) == BOTH


def test_a_user_assigned_identity_is_proved_by_its_own_principal(azure: Azure) -> None:
    azure.call("probe_identity", "aa")
    made = azure.call("probe_identity", "aa", identity=user_assigned(azure))
    assert (made["probes"][0]["state"], made["changed"]) == ("proved", False)
    assert made["identity"]["principal_id"] != principal_of(azure)
    first, second = events(made, "identity_proof")
    assert (first["identity"], second["identity"]) == ("system", user_assigned(azure))
    assert temporaries(azure) == []
    assert writes_of(azure.call("probe_identity", "aa", identity=user_assigned(azure).upper())) == []


def user_assigned(azure: Azure) -> str:
    return str(next(iter(account_of(azure)["identity"]["userAssignedIdentities"])))


def test_a_hybrid_group_is_probed_beside_the_cloud(azure: Azure) -> None:
    made = azure.call("probe_identity", "aa", hybrid_groups=["ON-SITE"])
    assert [(probe["where"], probe["state"]) for probe in made["probes"]] == [
        ("cloud", "proved"),
        ("on-site", "proved"),
    ]
    assert sorted(str(job["run_on"]) for job in account_of(azure)["jobs"]) == ["None", "on-site"]
    assert writes_of(azure.call("probe_identity", "aa", hybrid_groups="on-site")) == []
    assert writes_of(azure.call("probe_identity", "aa")) == []


def test_only_what_is_not_proved_yet_is_probed(azure: Azure) -> None:
    azure.call("probe_identity", "aa")
    made = azure.call("probe_identity", "aa", hybrid_groups=["on-site"])
    assert [probe["state"] for probe in made["probes"]] == ["stands", "proved"]
    assert [job["run_on"] for job in account_of(azure)["jobs"]] == [None, "on-site"]


@pytest.mark.parametrize("identity", ["system", "id-jobs"])
def test_without_powershell_modules_the_identity_is_proved_with_python(
    start_azure: Callable[..., Azure], tmp_path: Path, identity: str
) -> None:
    azure = start_azure("--estate", written(tmp_path, estate(default_modules=False)), "--set", "retry_after=0")
    named = "system" if identity == "system" else user_assigned(azure)
    predicted = azure.call("probe_identity", "aa", identity=named, check=True)
    made = azure.call("probe_identity", "aa", identity=named)
    assert (made["probes"][0]["state"], codes(made), set(made["probes"][0]["versions"])) == (
        "proved",
        ["RA226"],
        {"python"},
    )
    assert (writes_of(made), made["findings"]) == (writes_of(predicted), predicted["findings"])


def test_a_module_that_is_known_to_be_bad_is_not_relied_on(azure: Azure) -> None:
    bad = [{"module": "Az.Accounts", "first": "2.0.0", "last": "2.99.0", "why": "it is bad", "good": "3.0.0"}]
    made = azure.call("probe_identity", "aa", known_bad=[{**bad[0], "powershell": "5.1"}])
    assert made["probes"][0]["versions"]["powershell"].startswith("7.2")
    made = azure.call("probe_identity", "aa", known_bad=bad, force=True)
    assert set(made["probes"][0]["versions"]) == {"python"}


def test_modules_that_may_not_be_read_are_not_taken_for_absent(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*odules*,times=0"])
    made = azure.call("probe_identity", "aa")
    assert made["probes"][0]["state"] == "proved"
    assert "could not be read" in made["findings"][0]["sentence"]


def test_another_plan_than_the_approved_one_is_refused(azure: Azure) -> None:
    refused = azure.call("probe_identity", "aa", expect_plan="0" * 64)
    assert refused["failed"] is True
    assert azure.writes() == []
    approved = azure.call("probe_identity", "aa", check=True)["plan_fingerprint"]
    assert azure.call("probe_identity", "aa", expect_plan=approved)["probes"][0]["state"] == "proved"


# What is left behind


def test_a_runbook_that_was_left_behind_is_removed(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    left = {"name": "runas-migration-probe-0123456789ab", "text": "'old'", "description": DESCRIPTION}
    theirs = {"name": "runas-migration-probe-mine", "text": "'mine'", "description": "My own notes"}
    azure = start_azure("--estate", written(tmp_path, estate(runbooks=[left, theirs])), "--set", "retry_after=0")
    predicted = azure.call("probe_identity", "aa", check=True)
    made = azure.call("probe_identity", "aa")
    assert (made["changed"], steps(made)) == (True, [("delete", "probe_runbook"), *BOTH])
    assert (writes_of(made), made["changed"]) == (writes_of(predicted), predicted["changed"])
    assert temporaries(azure) == [theirs["name"]]
    assert azure.call("probe_identity", "aa")["changed"] is False


def test_a_runbook_of_somebody_else_with_the_name_is_never_touched(azure: Azure) -> None:
    name = name_of_probe(azure)
    with session_of(azure) as (session, account):
        properties = {"runbookType": "PowerShell", "description": "Mine"}
        jobs.create_runbook(session, account, name, location="westeurope", tags={}, properties=properties)
        automation.replace_draft(session, account, name, b"'mine'")
    azure.forget_requests()
    for check in (True, False):
        refused = azure.call("probe_identity", "aa", check=check)
        assert refused["failed"] is True
        assert name in refused["msg"] and "Rename it" in refused["msg"]
    assert azure.writes() == []


def test_a_runbook_that_another_run_may_be_using_is_left_to_it(azure: Azure) -> None:
    name, other = name_of_probe(azure), "runas-migration-probe-0123456789ab"
    with session_of(azure) as (session, account):
        properties = {"runbookType": "PowerShell", "description": DESCRIPTION}
        jobs.create_runbook(session, account, name, location="westeurope", tags={}, properties=properties)
        jobs.create_runbook(session, account, other, location="westeurope", tags={}, properties=properties)
    azure.forget_requests()
    refused = azure.call("probe_identity", "aa")
    assert refused["failed"] is True
    assert "another run" in refused["msg"]
    assert azure.writes() == []
    with session_of(azure) as (session, account):
        jobs.delete_runbook(session, account, name)
    made = azure.call("probe_identity", "aa")
    assert (codes(made), temporaries(azure)) == (["RA227"], [other])


def name_of_probe(azure: Azure) -> str:
    changes = writes_of(azure.call("probe_identity", "aa", check=True))
    return str(changes[0]["after"]["name"])
