# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a proof stands, what the temporary runbook says, and what an answer of a job proves."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Conflict
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import probe_memory, probe_script
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.chosen_identity import ChosenIdentity
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.job_waiting import (
    Ended,
    Reach,
    Streams,
    streams_of,
    wait_for,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.probe_plan import (
    Probing,
    parted,
    plan_probe,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.probe_reading import Temporary
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.probe_verdict import (
    Expected,
    Ran,
    judge,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, Verdict, rewrite
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.syntax import best_script
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.text import decode
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ACCOUNT = AccountId("s", "rg", "aa")
TARGET = ACCOUNT.child("runbooks", "runas-migration-probe-0123456789ab")
PRINCIPAL, TENANT = "11111111-aaaa-4aaa-8aaa-111111111111", "22222222-bbbb-4bbb-8bbb-222222222222"
CLIENT = "33333333-cccc-4ccc-8ccc-333333333333"
SYSTEM = ChosenIdentity(None, True, PRINCIPAL)
USER = ChosenIdentity("/subscriptions/s/x/userAssignedIdentities/id", True, PRINCIPAL, CLIENT)
AROUND = probe_script.Surroundings("https://management.azure.com", "https://management.azure.com")
NOW = datetime(2026, 3, 10, 12, tzinfo=timezone.utc)


def record(event: str, number: int = 1, **facts: Any) -> dict[str, Any]:
    return {"event": event, "run": "r", "number": number, "step": "x", "time": "2026-03-09T12:00:00Z", **facts}


def written(kind: str, action: str, number: int, target: str = TARGET, after: Any = None) -> list[dict[str, Any]]:
    change = {"kind": kind, "action": action, "target": target, "before": None, "after": after}
    return [record("intend", number, change=change), record("done", number + 1, of=number, facts={})]


def proof(**facts: Any) -> dict[str, Any]:
    whole = {"identity": "system", "principal_id": PRINCIPAL, "where": "cloud", "subscriptions": ["s"], **facts}
    return record("identity_proof", **whole)


def stands(records: list[dict[str, Any]], where: str = "cloud", max_age: int = 7, now: datetime = NOW) -> bool:
    memory = probe_memory.recall(records)
    return probe_memory.standing_proof(memory, "system", PRINCIPAL, where, now, max_age) is not None


def test_a_proof_stands_for_its_place_and_principal_until_it_is_old() -> None:
    assert stands([proof()])
    assert stands([proof(where="On-Site")], where="on-site")
    assert not stands([proof()], where="on-site")
    assert not stands([proof(principal_id="other")])
    assert not stands([proof(identity="/subscriptions/x")])
    assert not stands([proof()], now=NOW + timedelta(days=7))
    assert not stands([proof()], max_age=0)


def test_clocks_that_differ_a_little_do_no_harm_and_a_proof_of_the_future_is_none() -> None:
    made = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
    assert stands([proof()], now=made - timedelta(minutes=5))
    assert not stands([proof()], now=made - timedelta(hours=5))


def test_a_change_of_the_identity_ends_a_proof_and_a_grant_ends_one_that_saw_nothing() -> None:
    changed, granted = written("identity", "update", 5), written("role_assignment", "create", 5)
    assert not stands([proof(), *changed])
    assert stands([*changed, proof()])
    assert stands([proof(), *changed[:1]])
    assert stands([proof(), *granted])
    assert not stands([proof(subscriptions=[]), *granted])
    assert stands([*granted, proof(subscriptions=[])])


def test_a_newer_proof_stands_in_the_place_of_an_older_one() -> None:
    assert not stands([proof(), proof(principal_id="other")])


def test_a_runbook_is_known_until_it_is_known_to_be_removed() -> None:
    made = written("probe_runbook", "create", 1, after={"name": "x", "sha256": "abc"})
    removed = written("probe_runbook", "delete", 5)
    job = record("probe_job", 3, runbook=TARGET, job="j", where="cloud")
    assert probe_memory.recall([made[0], job]).made == {TARGET.lower(): "abc"}
    assert probe_memory.recall([made[0], job]).jobs == {TARGET.lower(): "j"}
    assert probe_memory.recall([*made, removed[0]]).made == {TARGET.lower(): "abc"}
    assert probe_memory.recall([*made, *removed]).made == {}


def test_a_test_counts_for_its_content_until_a_later_one_fails() -> None:
    def tested(draft: str, passed: bool, run_on: str = "") -> dict[str, Any]:
        return record("runbook_proof", runbook=TARGET, draft=draft, passed=passed, run_on=run_on)

    def counts(records: list[dict[str, Any]], draft: str | None = "a", run_on: str = "") -> bool:
        memory = probe_memory.recall(records)
        return probe_memory.standing_runbook_proof(memory, TARGET.upper(), [draft], run_on) is not None

    assert counts([tested("a", True)])
    assert counts([tested("a", True), tested("b", False)])
    assert not counts([tested("a", True), tested("a", False)])
    assert not counts([tested("a", True)], draft=None)
    assert not counts([tested("a", True)], run_on="on-site")


@pytest.mark.parametrize("runbook_type", ["PowerShell", "PowerShell72", "Python3"])
@pytest.mark.parametrize("identity", [SYSTEM, USER])
def test_the_runbook_logs_in_as_the_identity_and_never_prints_its_token(
    runbook_type: str, identity: ChosenIdentity
) -> None:
    script = probe_script.script_for(ACCOUNT, identity, runbook_type, AROUND)
    text = script.content.decode()
    assert re.fullmatch(r"[a-zA-Z][a-zA-Z\-_0-9]*", script.name) and len(script.name) <= 63
    assert (CLIENT in text) is (identity is USER)
    assert not re.search(r"(Write-\w+|print\().*\$?token", text)
    assert not re.search(r"\b(DESCRIPTION|OPTIONS|QUERY|MARK|MANAGER)\b", text)
    if runbook_type == "Python3":
        ast.parse(text)
    else:
        read = decode(script.content)
        assert read is not None and not best_script(read).root.has_error
    assert rewrite(script.content, runbook_type, RewriteOptions()).verdict is Verdict.NOT_USED


def test_names_differ_by_account_and_identity_and_do_not_depend_on_case() -> None:
    names = {
        probe_script.name_of(account, identity)
        for account in (ACCOUNT, AccountId("s", "rg", "bb"))
        for identity in (SYSTEM, USER)
    }
    assert len(names) == 4
    assert probe_script.name_of(AccountId("S", "RG", "AA"), SYSTEM) == probe_script.name_of(ACCOUNT, SYSTEM)


def test_another_cloud_is_named_and_nothing_strange_gets_into_the_code() -> None:
    china = probe_script.Surroundings(AROUND.manager, AROUND.audience, "AzureChinaCloud")
    assert b"-Environment AzureChinaCloud" in probe_script.script_for(ACCOUNT, SYSTEM, "PowerShell", china).content
    strange = ChosenIdentity("/x", True, PRINCIPAL, "'; Remove-AzVM '")
    for identity, around in ((strange, AROUND), (SYSTEM, probe_script.Surroundings("https://x'; y", AROUND.audience))):
        with pytest.raises(StepError):
            probe_script.script_for(ACCOUNT, identity, "PowerShell", around)


class _Identity(BaseHTTPRequestHandler):
    """An identity endpoint and a Resource Manager, as far as the probe asks them."""

    def do_GET(self) -> None:
        if self.path.startswith("/subscriptions"):
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            answer: dict[str, Any] = {"value": [{"subscriptionId": "S"}] if known else []}
        else:
            answer = {"access_token": TOKEN if self.headers["X-IDENTITY-HEADER"] == "h" else ""}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *dummy: Any) -> None:
        """Say nothing."""


TOKEN = "h.eyJvaWQiOiJPIiwidGlkIjoiVCJ9.s"


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Identity)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_python_runbook_does_what_it_says(endpoint: str) -> None:
    """It is run as a job runs it, in a process of its own: what it prints is what an answer is read from."""
    text = probe_script.script_for(ACCOUNT, SYSTEM, "Python3", AROUND).content.decode()
    # Without TLS, which the probe would never be written for.
    text = text.replace(f"{AROUND.manager}/subscriptions", f"{endpoint}/subscriptions")
    environment = {"IDENTITY_ENDPOINT": f"{endpoint}/token", "IDENTITY_HEADER": "h"}
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=True)
    answer = probe_script.answer_in("Account: x\n" + done.stdout)
    assert answer is not None
    assert (answer["oid"], answer["tid"], answer["subscriptions"]) == ("O", "T", ["S"])
    assert TOKEN not in done.stdout + done.stderr


def test_an_answer_is_found_among_other_lines_and_only_if_it_is_ours() -> None:
    line = json.dumps({"probe": probe_script.MARK, "oid": "o"})
    assert probe_script.answer_in(f"hello\n[1]\n{line}\nbye") == {"probe": probe_script.MARK, "oid": "o"}
    assert probe_script.answer_in('{"oid": "o"}\nnothing') is None


def ran(status: str = "Completed", late: str | None = None, **answer: Any) -> Ran:
    whole = {"probe": probe_script.MARK, "oid": PRINCIPAL, "tid": TENANT, "subscriptions": ["s"], **answer}
    return Ran("cloud", "j", Ended(status, "it says why", late), Streams(), json.dumps(whole))


EXPECTED = Expected(ACCOUNT, SYSTEM, TENANT)


def code_of(result: Ran, expected: Expected = EXPECTED) -> list[str]:
    return [said.code for said in judge(result, expected, 60).findings]


def test_a_job_proves_the_identity_by_whom_its_token_belongs_to() -> None:
    assert judge(ran(oid=PRINCIPAL.upper()), EXPECTED, 60).proved
    assert code_of(ran(oid="other")) == ["RA220"]
    assert code_of(ran(tid="other")) == ["RA220"]
    assert code_of(ran(tid="other"), Expected(ACCOUNT, SYSTEM, None)) == []
    assert code_of(ran("Failed")) == ["RA221"]
    assert code_of(ran("Suspended")) == ["RA221"]
    assert code_of(ran("Stopped", late="New")) == ["RA222"]
    assert code_of(ran(oid=None)) == ["RA223"]
    assert code_of(ran(subscriptions=[])) == ["RA224"]


def test_completed_alone_proves_nothing() -> None:
    assert code_of(Ran("cloud", "j", Ended("Completed"), Streams(), "Account: x")) == ["RA223"]


def test_the_reason_of_the_login_itself_is_told_too() -> None:
    streams = Streams({"Error": 1, "Warning": 1}, ("400 Bad Request",), ("Identity\nnot found",))
    said = judge(Ran("cloud", "j", Ended("Failed"), streams), EXPECTED, 60).findings[0]
    assert "400 Bad Request / Identity not found" in said.sentence


def reach(*statuses: str, stop: Exception | None = None) -> Reach:
    left = iter(statuses)

    def stopping() -> None:
        if stop is not None:
            raise stop

    return Reach(read=lambda: {"status": next(left)}, stop=stopping)


def test_a_job_is_waited_for_and_stopped_when_its_time_is_over() -> None:
    assert wait_for(reach("Completed"), 0) == Ended("Completed")
    assert wait_for(reach("Running", "Stopped"), 0) == Ended("Stopped", late="Running")
    assert wait_for(reach("Running", "Completed", stop=Conflict("it ended")), 0) == Ended("Completed")
    with pytest.raises(Conflict):
        wait_for(reach("Running", "Running", stop=Conflict("no")), 0)


def test_streams_are_counted_and_their_first_words_kept() -> None:
    items = [
        {"properties": {"streamType": kind, "summary": f"{kind}\n{number}"}}
        for number in range(5)
        for kind in ("Error", "Output")
    ]
    streams = streams_of([*items, {"properties": {"streamType": "Warning", "summary": None}}])
    assert streams.counts == {"Error": 5, "Output": 5, "Warning": 1}
    assert streams.errors == ("Error 0", "Error 1", "Error 2")
    assert streams.warnings == ("",)


def test_a_runbook_that_is_made_and_removed_is_no_change_and_a_leftover_is_one() -> None:
    script = probe_script.script_for(ACCOUNT, SYSTEM, "PowerShell", AROUND)
    target = ACCOUNT.child("runbooks", script.name)
    left = Temporary(script.name, target, None)
    plan = plan_probe(Probing(ACCOUNT, script, ("cloud",), (left,)), [None], [])
    assert [(change.action, change.wave) for change in plan.changes] == [("delete", 0), ("create", 1), ("delete", 1)]
    assert parted(plan.changes) == ([plan.changes[0]], list(plan.changes[1:]))
    assert parted(plan.changes[1:2]) == ([plan.changes[1]], [])
    assert plan_probe(Probing(ACCOUNT, None, (), ()), [], []).changes == ()
