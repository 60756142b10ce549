# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks, their bytes, drafts and publishing (contract 2), through the real client."""

from __future__ import annotations

import azure.mgmt.automation
import pytest
from azure.core.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError

from azure_simulator.providers.automation.model import Runbook, add_runbook
from azure_simulator.testing import ACCOUNT, GROUP, SCRIPT, Azure

NEW = b"\xff\xfe'\x00U\x00T\x00F\x00-\x001\x006\x00'\x00\r\x00\n\x00"


FIRST_GENERATION = azure.mgmt.automation.__version__.startswith("1.")
# 1.1.0b4 always streams and takes no such argument; 2.0.0 must be told.
STREAM = {} if FIRST_GENERATION else {"stream": True}


def content(azure: Azure, name: str) -> bytes:
    return b"".join(azure.client().runbook.get_content(GROUP, ACCOUNT, name, **STREAM))


def draft(azure: Azure, name: str) -> bytes:
    return b"".join(azure.client().runbook_draft.get_content(GROUP, ACCOUNT, name, **STREAM))


def replace(azure: Azure, name: str, script: bytes) -> None:
    azure.client().runbook_draft.begin_replace_content(
        GROUP, ACCOUNT, name, script, content_type="text/powershell"
    ).result()


def publish(azure: Azure, name: str) -> None:
    azure.client().runbook.begin_publish(GROUP, ACCOUNT, name).result()


def test_the_state_tells_which_contents_there_are(azure: Azure) -> None:
    client = azure.client()
    states = {item.name: item.state for item in client.runbook.list_by_automation_account(GROUP, ACCOUNT)}
    assert states == {"Start-Machines": "Published", "Stop-Machines": "Edit", "Unfinished": "New"}
    with pytest.raises(ResourceNotFoundError):
        draft(azure, "Start-Machines")
    with pytest.raises(ResourceNotFoundError):
        content(azure, "Unfinished")


def test_published_content_is_octet_stream(azure: Azure, account_path: str) -> None:
    answer = azure.send("GET", account_path + "/runbooks/start-machines/content")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.body == content(azure, "Start-Machines") == SCRIPT


@pytest.mark.skipif(FIRST_GENERATION, reason="this generation always streams, which octet-stream does not break")
def test_octet_stream_breaks_a_call_that_does_not_stream(azure: Azure) -> None:
    with pytest.raises(DecodeError):
        azure.client().runbook.get_content(GROUP, ACCOUNT, "Start-Machines")


def test_the_draft_is_exactly_the_bytes_that_were_put(azure: Azure, account_path: str) -> None:
    replace(azure, "Start-Machines", NEW)
    assert draft(azure, "Start-Machines") == NEW
    answer = azure.send("GET", account_path + "/runbooks/Start-Machines/draft/content")
    assert answer.headers["Content-Type"] == "text/powershell"
    assert azure.client().runbook.get(GROUP, ACCOUNT, "Start-Machines").state == "Edit"
    assert content(azure, "Start-Machines") == SCRIPT


def test_replacing_a_draft_leaves_the_time_of_the_published_version(azure: Azure) -> None:
    before = azure.client().runbook.get(GROUP, ACCOUNT, "Start-Machines")
    replace(azure, "Start-Machines", NEW)
    after = azure.client().runbook.get(GROUP, ACCOUNT, "Start-Machines")
    assert (after.last_modified_time, after.etag) == (before.last_modified_time, before.etag)


def test_replace_and_publish_answer_202_and_the_poll_ends_with_an_empty_text(azure: Azure, account_path: str) -> None:
    runbook = account_path + "/runbooks/Start-Machines"
    for method, path in (("PUT", "/draft/content"), ("POST", "/publish")):
        accepted = azure.send(method, runbook + path, NEW)
        assert (accepted.status, accepted.body) == (202, b"")
        assert accepted.headers["Azure-AsyncOperation"] is None and accepted.headers["Retry-After"] == "1"
        ids = accepted.headers.get_all("ocp-automation-operationresultid")
        assert len(ids) == 2 and ids[0] == ids[1]
        poll = azure.send("GET", accepted.headers["Location"].removeprefix(azure.base).split("?")[0])
        assert (poll.status, poll.headers["Content-Type"], poll.body) == (200, "text/plain; charset=utf-8", b"")


def test_an_operation_can_take_its_time(azure: Azure, account_path: str) -> None:
    azure.set(operation_seconds=3600)
    accepted = azure.send("PUT", account_path + "/runbooks/Start-Machines/draft/content", NEW)
    poll = azure.send("GET", accepted.headers["Location"].removeprefix(azure.base).split("?")[0])
    assert poll.status == 202 and poll.headers["Location"] == accepted.headers["Location"]


def test_publishing_moves_the_draft_and_the_etag(azure: Azure, account_path: str) -> None:
    before = azure.client().runbook.get(GROUP, ACCOUNT, "Stop-Machines")
    publish(azure, "Stop-Machines")
    after = azure.send("GET", account_path + "/runbooks/Stop-Machines")
    assert after.json["properties"]["state"] == "Published"
    assert after.headers["ETag"] == after.json["etag"] != before.etag
    assert content(azure, "Stop-Machines") == b"'somebody is at it'\n"


def test_publishing_without_a_draft_is_an_error(azure: Azure) -> None:
    with pytest.raises(HttpResponseError):
        publish(azure, "Start-Machines")
    assert content(azure, "Start-Machines") == SCRIPT


def test_undo_edit_throws_the_draft_away(azure: Azure) -> None:
    done = azure.client().runbook_draft.undo_edit(GROUP, ACCOUNT, "Stop-Machines")
    assert done.status_code == "OK"
    assert azure.client().runbook.get(GROUP, ACCOUNT, "Stop-Machines").state == "Published"


def test_the_draft_object_is_flat(azure: Azure, account_path: str) -> None:
    shown = azure.send("GET", account_path + "/runbooks/Stop-Machines/draft").json
    assert set(shown) == {"creationTime", "lastModifiedTime", "inEdit", "parameters", "outputTypes"}


def test_parameters_are_those_of_the_published_script(azure: Azure) -> None:
    shown = azure.client().runbook.get(GROUP, ACCOUNT, "Start-Machines").parameters
    assert set(shown) == {"Name"} and shown["Name"].type == "System.String"
    assert not azure.client().runbook.get(GROUP, ACCOUNT, "Unfinished").parameters


def test_lists_come_in_pages_of_a_hundred_with_an_empty_one_between(azure: Azure, account_path: str) -> None:
    account = azure.world.accounts[account_path.lower()]
    for number in range(230):
        add_runbook(azure.world, account, Runbook(f"Many-{number}"), content=b"'same'")
    sizes, link = [], account_path + "/runbooks"
    while link:
        page = azure.send("GET", link).json
        sizes.append(len(page["value"]))
        link = page.get("nextLink", "").removeprefix(azure.base)
    assert sizes == [100, 0, 100, 33]
    assert len(list(azure.client().runbook.list_by_automation_account(GROUP, ACCOUNT))) == 233


def test_equal_contents_are_kept_once(azure: Azure, account_path: str) -> None:
    account = azure.world.accounts[account_path.lower()]
    one = add_runbook(azure.world, account, Runbook("One"), content=b"'" + b"x" * 9 + b"'")
    two = add_runbook(azure.world, account, Runbook("Two"), content=b"'" + b"x" * 9 + b"'")
    assert one.content is two.content


def test_patch_changes_properties_only(azure: Azure) -> None:
    updated = azure.client().runbook.update(GROUP, ACCOUNT, "Start-Machines", {"properties": {"logVerbose": True}})
    assert updated.log_verbose and content(azure, "Start-Machines") == SCRIPT


def test_create_with_a_draft_and_delete(azure: Azure, account_path: str) -> None:
    path = account_path + "/runbooks/Fresh"
    wanted = {"location": "westeurope", "properties": {"runbookType": "PowerShell", "draft": {}}}
    created = azure.send("PUT", path, wanted)
    assert (created.status, created.json["properties"]["state"]) == (201, "New")
    assert azure.send("GET", path + "/draft/content").body == b""
    linked = {"runbookType": "PowerShell", "publishContentLink": {"uri": "data:,'linked'"}}
    assert azure.send("PUT", path + "2", {"properties": linked}).json["properties"]["state"] == "Published"
    assert azure.send("DELETE", path).status == 200
    assert azure.send("DELETE", path).status == 204
    assert azure.send("PUT", account_path + "/runbooks/1st", wanted).status == 400


def test_putting_an_existing_runbook_costs_its_job_schedule(azure: Azure, account_path: str) -> None:
    client = azure.client()
    before = next(client.job_schedule.list_by_automation_account(GROUP, ACCOUNT)).job_schedule_id
    azure.send("PUT", account_path + "/runbooks/Start-Machines", {"properties": {"runbookType": "PowerShell"}})
    after = next(client.job_schedule.list_by_automation_account(GROUP, ACCOUNT)).job_schedule_id
    assert after != before and not client.job_schedule.get(GROUP, ACCOUNT, after).parameters


def test_publishing_can_be_told_to_re_id_job_schedules(azure: Azure) -> None:
    azure.set(publish_reids_job_schedules=True)
    client = azure.client()
    before = next(client.job_schedule.list_by_automation_account(GROUP, ACCOUNT)).job_schedule_id
    replace(azure, "Start-Machines", b"'new'")
    publish(azure, "Start-Machines")
    after = next(client.job_schedule.list_by_automation_account(GROUP, ACCOUNT)).job_schedule_id
    assert after != before and client.job_schedule.get(GROUP, ACCOUNT, after).parameters == {"name": "vm1"}


def test_a_missing_runbook_is_the_gateways_404(azure: Azure, account_path: str) -> None:
    answer = azure.send("GET", account_path + "/runbooks/None")
    assert answer.json["error"]["code"] == "ResourceNotFound"
    assert "Microsoft.Automation/automationAccounts/aa-one/runbooks/None" in answer.json["error"]["message"]
