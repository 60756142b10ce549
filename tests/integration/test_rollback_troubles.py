# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollbacks that are cut off or killed anywhere, and migrations that were: the next rollback ends at the start."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId

from .access_estate import session
from .rollback_estate import OLD, WORK, account_of, comparable, roll_back, served

if TYPE_CHECKING:
    from .conftest import Azure

SMALL: dict[str, Any] = {
    "runbooks": [{"name": "Plain", "text": OLD, "draft": WORK}],
    "links": [{"runbook": "Plain", "schedule": "daily", "parameters": {"mode": "FAKE-parameter-value"}}],
    "webhooks": [],
}
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("enable_identity", {}),
    ("copy_runas_roles", {"join_groups": ["operators"]}),
    ("update_runbook", {"pending_draft": "keep"}),
    ("remove_runas", {"accept_other_use": True, "soak_days": 0}),
)
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9_-]{43}")


def small(start_azure: Callable[..., Azure], tmp_path: Path, *arguments: str, **account: Any) -> Azure:
    return start_azure(*served(tmp_path, **{**SMALL, **account}), *arguments)


def whole_migration(azure: Azure) -> None:
    for step, options in STEPS[:3]:
        result = azure.call(step, "aa", **options)
        assert not result.get("failed"), result["msg"]


def writes(azure: Azure) -> list[dict[str, Any]]:
    return [entry for entry in azure.requests() if entry["mutating"]]


def patterns(azure: Azure) -> list[tuple[str, str]]:
    """Return the writes since the log began, each once, without the ids that are others each time."""
    return list(dict.fromkeys((entry["method"], GUID.sub("*", entry["path"].split("?")[0])) for entry in writes(azure)))


def test_a_rollback_that_is_cut_off_at_any_write_is_finished_by_the_next(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = small(start_azure, tmp_path)
    start = comparable(azure)
    whole_migration(azure)
    azure.forget_requests()
    assert roll_back(azure)["partial"] is False
    planned = patterns(azure)
    assert len(planned) >= 9
    for method, path in planned:
        whole_migration(azure)
        azure.control("PUT", "/faults", [f"drop=after,method={method},path={path}*,times=0"])
        broken = roll_back(azure)
        assert broken["failed"] is True, (method, path)
        azure.control("DELETE", "/faults")
        finished = roll_back(azure)
        assert (finished.get("failed"), finished["partial"]) == (None, False), (method, path, finished)
        assert comparable(azure) == start, (method, path)


def test_a_rollback_that_is_cut_off_at_any_request_is_finished_by_the_next(
    start_azure: Callable[..., Azure], tmp_path: Path
) -> None:
    azure = small(start_azure, tmp_path)
    start = comparable(azure)
    whole_migration(azure)
    azure.forget_requests()
    assert roll_back(azure)["partial"] is False
    count = len([entry for entry in azure.requests() if entry["service"] != "login"])
    for nth in range(5, count, 13):
        whole_migration(azure)
        azure.control("PUT", "/faults", [f"drop=before,nth={nth},times=0"])
        broken = roll_back(azure)
        azure.control("DELETE", "/faults")
        finished = roll_back(azure)
        assert (finished.get("failed"), finished["partial"]) == (None, False), (nth, finished)
        assert comparable(azure) == start, (nth, broken)


@pytest.mark.parametrize("stage", [{}, {"stage": "delete", "delete_application": True}], ids=["disable", "delete"])
def test_a_migration_that_is_cut_off_at_any_write_goes_back_to_the_start(
    start_azure: Callable[..., Azure], tmp_path: Path, stage: dict[str, Any]
) -> None:
    # Without a certificate asset, which could not come back.
    run_as = {"application": "run-as", "status": "incomplete", "missing": ["certificate"], "roles": []}
    runbooks = [{"name": "Plain", "text": OLD}]
    azure = small(start_azure, tmp_path, run_as=run_as, runbooks=runbooks)
    start = comparable(azure)
    steps = [*STEPS[:3], ("remove_runas", {**STEPS[3][1], **stage})]
    azure.forget_requests()
    for step, options in steps:
        azure.call(step, "aa", **options)
    planned = patterns(azure)[:: 1 if stage else 3]
    roll_back(azure)
    assert comparable(azure) == start
    for method, path in planned:
        azure.control("PUT", "/faults", [f"drop=after,method={method},path={path}*,times=0"])
        for step, options in steps:
            if azure.call(step, "aa", **options).get("failed"):
                break
        azure.control("DELETE", "/faults")
        finished = roll_back(azure)
        assert (finished.get("failed"), finished["partial"]) == (None, False), (method, path, finished)
        assert comparable(azure) == start, (method, path)


CALL = """
import json, sys
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import rollback
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration._call import perform
options = ArgumentSpecValidator(dict(rollback.ARGUMENTS.options)).validate(json.loads(sys.argv[1])).validated_parameters
perform(rollback.run, rollback.NAME, options, check_mode=False, diff_mode=False)
"""


def kill_at(azure: Azure, fault: str) -> None:
    """Roll back in a process of its own, and kill it while Azure sits on a request."""
    azure.control("PUT", "/faults", [fault])
    named = {**azure.login(), **azure.account("aa"), "ledger": str(azure.ledger), "pending_draft": "keep"}
    process = subprocess.Popen([sys.executable, "-c", CALL, json.dumps(named)])
    try:
        while not int(azure.control("GET", "/faults")[0].partition("seen=")[2]):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait(timeout=30)
        azure.control("DELETE", "/faults")


@pytest.mark.parametrize("finisher", ["rollback_migration", "update_runbook"])
def test_a_draft_that_a_killed_rollback_set_aside_is_put_back_by_whoever_runs_next(
    start_azure: Callable[..., Azure], tmp_path: Path, finisher: str
) -> None:
    azure = small(start_azure, tmp_path, runbooks=[{"name": "Plain", "text": OLD}])
    whole_migration(azure)
    mine = b"# mine, made after the migration"
    with session(azure) as other:
        automation.replace_draft(other, AccountId(*azure.account("aa").values()), "Plain", mine)
    kill_at(azure, "latency=20000,method=POST,path=*/publish*")
    assert contents(azure)[1] == OLD.encode()
    made = roll_back(azure) if finisher == "rollback_migration" else azure.call(finisher, "aa", pending_draft="keep")
    assert not made.get("failed")
    assert contents(azure)[1] == mine
    assert (contents(azure)[0] == OLD.encode()) is (finisher == "rollback_migration")


def contents(azure: Azure) -> tuple[bytes | None, bytes | None]:
    found = next(item for item in account_of(azure)["runbooks"] if item["name"] == "Plain")
    published, draft = (found[key] and base64.b64decode(found[key]["base64"]) for key in ("content", "draft"))
    return published, draft
