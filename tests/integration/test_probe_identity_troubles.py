# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""probe_identity where something is wrong: with the identity, the jobs, the rights, or the run itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils import _ledger

from .probe_estate import account_of, codes, estate, principal_of, steps, temporaries, writes_of, written

if TYPE_CHECKING:
    from .conftest import Azure

UNTIL_KILLED = "latency=600000,service=arm,nth={}"
CALL = """
import json, sys
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import probe
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._call import perform
options = ArgumentSpecValidator(dict(probe.ARGUMENTS.options)).validate(json.loads(sys.argv[1])).validated_parameters
perform(probe.run, probe.NAME, options, check_mode=False, diff_mode=False)
"""


@pytest.fixture
def azure(start_azure: Callable[..., Azure], tmp_path: Path) -> Azure:
    """Return a simulator with one account that has an identity."""
    return start_azure("--estate", written(tmp_path, estate()), "--set", "retry_after=0")


def start(start_azure: Callable[..., Azure], folder: Path, **account: Any) -> Azure:
    """Start a simulator with an account that is not as the others."""
    return start_azure("--estate", written(folder, estate(**account)), "--set", "retry_after=0")


# The identity


def test_an_account_without_identity_is_refused_and_nothing_is_made(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = start(start_azure, tmp_path, identity=[], identity_roles=[])
    refused = azure.call("probe_identity", "aa")
    assert refused["failed"] is True
    assert "aa does not have a system-assigned identity" in refused["msg"] and "enable_identity" in refused["msg"]
    assert azure.writes() == []
    predicted = azure.call("probe_identity", "aa", check=True)
    azure.call("enable_identity", "aa", hybrid="accept")
    made = azure.call("probe_identity", "aa")
    assert writes_of(made) == writes_of(predicted)


def test_a_user_assigned_identity_that_is_not_attached_is_refused(azure: Azure) -> None:
    other = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-other"
    for identity, expected in ((other, "does not exist"), ("id-other", "resource id")):
        refused = azure.call("probe_identity", "aa", identity=identity)
        assert refused["failed"] is True
        assert expected in refused["msg"]
    assert azure.writes() == []


def test_a_job_that_runs_as_another_principal_is_an_error(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"hybrid_jobs_use_machine_identity": True})
    made = azure.call("probe_identity", "aa", hybrid_groups=["on-site"])
    assert (made["failed"], made["changed"], codes(made)) == (True, False, ["RA220"])
    assert principal_of(azure) in made["msg"] and "on-site" in made["msg"]
    assert [probe["state"] for probe in made["probes"]] == ["proved", "failed"]
    assert temporaries(azure) == []
    again = azure.call("probe_identity", "aa", hybrid_groups=["on-site"])
    assert [probe["state"] for probe in again["probes"]] == ["stands", "failed"]


def test_user_assigned_identities_are_not_probed_on_hybrid_workers(azure: Azure) -> None:
    identity = next(iter(account_of(azure)["identity"]["userAssignedIdentities"]))
    refused = azure.call("probe_identity", "aa", identity=identity, hybrid_groups=["on-site"])
    assert refused["failed"] is True
    assert "do not work" in refused["msg"]
    assert azure.writes() == []


def test_a_group_that_is_not_there_is_named_with_those_that_are(azure: Azure) -> None:
    refused = azure.call("probe_identity", "aa", hybrid_groups=["on-sight"])
    assert "on-sight" in refused["msg"] and "there is on-site" in refused["msg"]
    assert azure.writes() == []


def test_an_identity_that_sees_nothing_is_a_warning_and_no_failure(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = start(start_azure, tmp_path, identity=["system"], identity_roles=[])
    made = azure.call("probe_identity", "aa")
    assert "failed" not in made
    assert (made["probes"][0]["state"], made["probes"][0]["subscriptions"]) == ("proved", [])
    assert codes(made) == ["RA224", "RA225"]
    assert len(account_of(azure)["jobs"]) == 1
    again = azure.call("probe_identity", "aa")
    assert (again["probes"][0]["state"], codes(again)) == ("stands", ["RA224"])


def test_an_identity_that_was_just_given_access_is_asked_again_until_it_sees_it(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = start(start_azure, tmp_path, identity=["system"], identity_roles=[])
    made = azure.call("probe_identity", "aa")
    with _ledger.held(Path(made["ledger"]), made["account"]["id"], "copy_runas_roles") as ledger:
        change = {"kind": "role_assignment", "action": "create", "target": "x", "before": None, "after": {}}
        ledger.confirm(ledger.intend(change), {})
    made = azure.call("probe_identity", "aa", access_timeout=2)
    assert (made["probes"][0]["state"], codes(made)[0]) == ("proved", "RA224")
    assert len(account_of(azure)["jobs"]) > 2
    assert writes_of(azure.call("probe_identity", "aa")) == []


# The jobs


def test_a_job_that_never_ends_is_stopped_and_said(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"job_seconds": 3600})
    made = azure.call("probe_identity", "aa", timeout=1)
    assert (made["failed"], made["changed"], codes(made)) == (True, False, ["RA222"])
    assert "1 seconds" in made["msg"] and "Running" in made["msg"]
    assert [job["status"] for job in account_of(azure)["jobs"]] == ["Stopped"]
    assert temporaries(azure) == []


def test_times_that_are_none_are_refused(azure: Azure) -> None:
    for options in ({"timeout": 0}, {"access_timeout": -1}, {"max_age": -1}):
        refused = azure.call("probe_identity", "aa", **options)
        assert next(iter(options)) in refused["msg"]
    assert azure.requests() == [] or azure.writes() == []


# The rights

WRITES = {
    "creating": "method=PUT,path=*/runbooks/runas-migration-probe-????????????[?]*",
    "filling": "method=PUT,path=*/draft/content*",
    "publishing": "method=POST,path=*/publish*",
    "starting": "method=PUT,path=*/jobs/*",
    "deleting": "method=DELETE,path=*/runbooks/*",
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_forbidden_fails_the_step_and_the_next_run_heals_it(azure: Azure, write: str) -> None:
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,{WRITES[write]},times=0"])
    made = azure.call("probe_identity", "aa")
    assert made["failed"] is True
    assert "403" in made["msg"]
    left = temporaries(azure)
    assert bool(left) is (write == "deleting")
    assert made["changed"] is (write == "deleting")
    azure.control("DELETE", "/faults")
    healed = azure.call("probe_identity", "aa")
    assert ("failed" in healed, temporaries(azure)) == (False, [])
    assert azure.call("probe_identity", "aa")["changed"] is False


def test_a_job_that_may_not_be_stopped_fails_and_the_runbook_goes_all_the_same(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"job_seconds": 3600})
    azure.control("PUT", "/faults", ["status=403,method=POST,path=*/stop*,times=0"])
    made = azure.call("probe_identity", "aa", timeout=1)
    assert (made["failed"], codes(made)) == (True, ["RA223"])
    assert "Stopping job" in made["msg"]
    assert temporaries(azure) == []


def test_runbooks_that_may_not_be_listed_stop_the_step_before_its_first_write(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,method=GET,path=*/runbooks[?]*,times=0"])
    assert azure.call("probe_identity", "aa")["failed"] is True
    assert azure.writes() == []


# The run itself


def kill_at(azure: Azure, number: int, ledger: Path) -> bool:
    """Run the step in a process of its own and kill it while its n-th request waits; False if there was none."""
    azure.control("PUT", "/faults", [UNTIL_KILLED.format(number)])
    named = {**azure.login(), **azure.account("aa"), "ledger": str(ledger)}
    process = subprocess.Popen([sys.executable, "-c", CALL, json.dumps(named)])
    try:
        while int(azure.control("GET", "/faults")[0].partition("seen=")[2]) < number:
            if process.poll() is not None:
                return False
            time.sleep(0.01)
        return True
    finally:
        process.kill()
        process.wait(timeout=30)
        azure.control("DELETE", "/faults")


def test_a_run_that_is_killed_at_any_request_leaves_nothing_after_the_next(azure: Azure, tmp_path: Path) -> None:
    number = 1
    while kill_at(azure, number, tmp_path / str(number)):
        ledger = str(tmp_path / str(number))
        predicted = azure.call("probe_identity", "aa", check=True, ledger=ledger)
        made = azure.call("probe_identity", "aa", ledger=ledger)
        assert "failed" not in made, (number, made["msg"])
        assert writes_of(made) == writes_of(predicted), number
        assert made["changed"] is (steps(made)[:1] == [("delete", "probe_runbook")]), number
        assert made["probes"][0]["state"] in ("proved", "stands"), number
        assert temporaries(azure) == [], number
        assert all(job["status"] == "Completed" for job in account_of(azure)["jobs"]), number
        assert writes_of(azure.call("probe_identity", "aa", ledger=ledger)) == [], number
        number += 1
    assert number > 15


def test_a_job_that_a_killed_run_left_running_is_stopped(azure: Azure) -> None:
    azure.control("PUT", "/settings", {"job_seconds": 3600})
    named = {**azure.login(), **azure.account("aa"), "ledger": str(azure.ledger)}
    process = subprocess.Popen([sys.executable, "-c", CALL, json.dumps(named)])
    while not account_of(azure)["jobs"]:
        time.sleep(0.05)
    process.kill()
    process.wait(timeout=30)
    azure.control("PUT", "/settings", {"job_seconds": 0})
    made = azure.call("probe_identity", "aa")
    assert sorted(job["status"] for job in account_of(azure)["jobs"]) == ["Completed", "Stopped"]
    assert (made["probes"][0]["state"], temporaries(azure)) == ("proved", [])


@pytest.mark.parametrize("write", sorted(set(WRITES) - {"publishing"}))
def test_an_answer_that_is_lost_does_no_harm(azure: Azure, write: str) -> None:
    azure.control("PUT", "/faults", [f"drop=after,{WRITES[write]}"])
    made = azure.call("probe_identity", "aa")
    assert "failed" not in made, made["msg"]
    assert (made["changed"], made["probes"][0]["state"], temporaries(azure)) == (False, "proved", [])
    assert len(account_of(azure)["jobs"]) == 1


def test_a_publishing_whose_answer_is_lost_fails_the_step_and_leaves_nothing(azure: Azure) -> None:
    """The request of a publishing is not repeated: the SDK repeats no POST whose answer is lost."""
    azure.control("PUT", "/faults", [f"drop=after,{WRITES['publishing']}"])
    made = azure.call("probe_identity", "aa")
    assert (made["failed"], made["changed"], made["probes"][0]["state"]) == (True, False, "not run")
    assert "no answer from the endpoint" in made["msg"]
    assert temporaries(azure) == []
    assert azure.call("probe_identity", "aa")["probes"][0]["state"] == "proved"


def test_a_ledger_that_was_lost_costs_nothing_but_an_hour(azure: Azure, tmp_path: Path) -> None:
    while not temporaries(azure):
        kill_at(azure, 12, tmp_path / "lost")
    refused = azure.call("probe_identity", "aa")
    assert "an hour after it was made" in refused["msg"]
