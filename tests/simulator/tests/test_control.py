# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults, throttling, the request log and the control API."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.policies import RetryPolicy

from azure_simulator import faults
from azure_simulator.testing import ACCOUNT, GROUP, Azure

ENABLE = {"identity": {"type": "SystemAssigned"}}


def test_a_fault_hits_the_requests_it_names(azure: Azure, account_path: str) -> None:
    azure.faults("status=500,path=*/publish*,method=POST,nth=1,times=2")
    publish = account_path + "/runbooks/Stop-Machines/publish"
    assert [azure.send("POST", publish).status for _ in range(3)] == [500, 500, 202]
    azure.faults("status=503,path=*/runbooks?*,nth=2")
    assert [azure.send("GET", account_path + "/runbooks").status for _ in range(3)] == [200, 503, 200]


def test_a_connection_dropped_before_the_write_leaves_the_old_state(azure: Azure, account_path: str) -> None:
    azure.faults("drop=before,method=PATCH")
    with pytest.raises((ServiceResponseError, ServiceRequestError)):
        azure.client().automation_account.update(GROUP, ACCOUNT, ENABLE)
    assert azure.world.accounts[account_path.lower()].system_principal_id is None


def test_a_connection_dropped_after_the_write_leaves_the_new_state(azure: Azure, account_path: str) -> None:
    azure.faults("drop=after,method=PATCH")
    with pytest.raises((ServiceResponseError, ServiceRequestError)):
        azure.client().automation_account.update(GROUP, ACCOUNT, ENABLE)
    assert azure.world.accounts[account_path.lower()].system_principal_id is not None
    dropped = [entry for entry in azure.control("GET", "/requests").json if entry["method"] == "PATCH"]
    assert [(entry["status"], entry["mutating"]) for entry in dropped] == [(0, True)]


def test_a_throttling_answer_is_repeated_by_the_client(azure: Azure) -> None:
    azure.faults("status=429,retry_after=1,times=2,service=arm")
    client = azure.client(retry_policy=RetryPolicy())
    assert client.automation_account.get(GROUP, ACCOUNT).name == ACCOUNT
    log = [entry["status"] for entry in azure.control("GET", "/requests").json if entry["service"] == "arm"]
    assert log == [429, 429, 200]


def test_the_login_can_fail_too(azure: Azure) -> None:
    azure.faults("status=503,service=login,times=0")
    with pytest.raises(Exception, match=r"503|openid|authority"):
        azure.token()


def test_buckets_run_dry_with_headers_and_retry_after(azure: Azure, account_path: str) -> None:
    azure.set(throttle=True)
    token = azure.token()
    first = azure.send("DELETE", account_path + "/webhooks/none", token=token)
    assert int(first.headers["x-ms-ratelimit-remaining-subscription-deletes"]) == 199
    statuses = [azure.send("DELETE", account_path + "/webhooks/none", token=token) for _ in range(400)]
    refused = [answer for answer in statuses if answer.status == 429]
    assert refused and all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert refused[0].json["error"]["code"] == "TooManyRequests"
    assert azure.send("GET", account_path, token=token).status == 200


def test_the_log_tells_reads_from_writes_and_who(azure: Azure, account_path: str) -> None:
    azure.send("GET", account_path)
    azure.control("DELETE", "/requests")
    azure.send("GET", account_path + "/runbooks?$top=1")
    azure.send("POST", account_path + "/webhooks/generateUri")
    azure.send("PATCH", account_path, {"tags": {}})
    azure.send("POST", account_path + "/runbooks/Start-Machines/publish")
    log = [entry for entry in azure.control("GET", "/requests").json if entry["service"] == "arm"]
    assert [entry["mutating"] for entry in log] == [False, False, True, True]
    assert {entry["caller"] for entry in log} == {azure.endpoint["logins"]["owner"]["object_id"]}
    assert log[0]["path"].endswith("/runbooks?$top=1&api-version=2022-08-08")


def test_logging_in_is_no_write_and_leaves_no_secret(azure: Azure) -> None:
    azure.token()
    text = azure.control("GET", "/requests").body.decode() + azure.control("GET", "/state").body.decode()
    assert azure.endpoint["logins"]["owner"]["secret"] not in text
    assert not any(entry["mutating"] for entry in azure.control("GET", "/requests").json)


def test_the_control_api_wants_its_token_and_is_not_on_the_azure_listeners(azure: Azure) -> None:
    control = azure.endpoint["control"]
    assert azure.send("GET", "/state", token="wrong", base=control).status == 401
    assert azure.send("GET", "/state", token=azure.token()).status == 404


def test_bad_faults_and_settings_are_refused_in_a_sentence(azure: Azure) -> None:
    for path, body in (("/faults", ["colour=red"]), ("/settings", {"colour": 1}), ("/settings", {"throttle": 1})):
        answer = azure.control("PUT", path, body)
        assert answer.status == 400 and answer.json["error"]
    with pytest.raises(ValueError, match="needs one of"):
        faults.parse("path=*")


def test_a_bug_in_a_handler_is_a_500_and_the_listener_goes_on(azure: Azure, account_path: str) -> None:
    azure.world.accounts[account_path.lower()].linked_workspace = object()  # type: ignore[assignment]
    with pytest.raises(HttpResponseError):
        azure.client().linked_workspace.get(GROUP, ACCOUNT)
    assert azure.send("GET", account_path).status == 200


def test_serve_stop_and_inventory(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    program = [sys.executable, "-m", "azure_simulator"]
    with subprocess.Popen(
        [*program, "serve", "--accounts", "3", "--runbooks", "2", "--run-dir", str(run_dir)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("azure_simulator ready: https://127.0.0.1:")
        endpoint = json.loads((run_dir / "endpoint.json").read_text())
        assert endpoint["pid"] == process.pid and len(endpoint["accounts"]) == 3
        assert (run_dir / "endpoint.json").stat().st_mode & 0o077 == 0
        shown = subprocess.run(
            [*program, "inventory", "--run-dir", str(run_dir)], check=True, capture_output=True, text=True
        )
        assert endpoint["accounts"][0]["name"] in shown.stdout
        stopped = subprocess.run(
            [*program, "stop", "--run-dir", str(run_dir)], check=True, capture_output=True, text=True
        )
        assert "stopped" in stopped.stdout and process.wait(30) == 0
    assert not (run_dir / "endpoint.json").exists()


def test_serve_writes_the_truth_about_a_varied_estate(tmp_path: Path) -> None:
    run_dir, truth = tmp_path / "run", tmp_path / "truth.json"
    command = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(run_dir), "--truth", str(truth)]
    size = ["--varied", "--accounts", "4", "--runbooks", "2"]
    with subprocess.Popen([*command, *size], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline()
        told = json.loads(truth.read_text("utf-8"))
        endpoint = json.loads((run_dir / "endpoint.json").read_text())
        process.terminate()
    assert list(told) == [item["name"] for item in endpoint["accounts"]]


def test_serve_writes_the_truth_about_access(tmp_path: Path) -> None:
    run_dir, truth = tmp_path / "run", tmp_path / "truth.json"
    command = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(run_dir), "--truth", str(truth)]
    size = ["--access-principals", "3", "--assignments", "7", "--seed", "2", "--plain"]
    with subprocess.Popen([*command, *size], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline()
        told = json.loads(truth.read_text("utf-8"))
        endpoint = json.loads((run_dir / "endpoint.json").read_text())
        process.terminate()
    assert list(told) == [item["name"] for item in endpoint["accounts"]]
    assert {len(item["direct"]) for item in told.values()} == {7}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--varied", "--varied needs --accounts"),
        ("--varied --access-principals 2", "--varied needs --accounts"),
        ("--plain --accounts 2", "--plain needs --access-principals"),
        ("--truth truth.json", "--truth needs --accounts or --access-principals"),
        (
            "--accounts 2 --access-principals 2",
            "--accounts and --access-principals are two kinds of estates; give one of them",
        ),
    ],
)
def test_options_of_serve_that_do_not_go_together_are_refused(options: str, sentence: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "azure_simulator", "serve", "--run-dir", str(tmp_path / "run"), *options.split()]
    refused = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (refused.returncode, refused.stderr) == (1, f"azure_simulator: {sentence}\n")
    assert not (tmp_path / "run").exists()
