# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The snapshot of a whole account in the ledger: what is in it, what is not, and when it is taken."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import session

from .blob_estate import Blobs, serve, url_of

if TYPE_CHECKING:
    from .conftest import Azure

LISTS = (
    *("certificates", "connections", "container_mappings", "credentials", "hybrid_worker_groups", "job_schedules"),
    *("modules", "powershell72_modules", "principals", "runbooks", "runtime_environments", "schedules", "variables"),
    "webhooks",
)


def take(azure: Azure, account: str = "aa-plain", **options: Any) -> dict[str, Any]:
    return azure.call("snapshot_account", account, **options)


def document(result: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(Path(result["file"]).read_text())
    return kept


def records(azure: Azure) -> list[dict[str, Any]]:
    (journal,) = azure.ledger.glob("*/journal.jsonl")
    return [json.loads(line) for line in journal.read_text().splitlines()]


def of_state(azure: Azure, account: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in azure.state()["accounts"] if one["name"] == account)
    return found


# What is in it


def test_it_has_all_parts_of_the_account_and_azure_is_not_written_to(azure: Azure) -> None:
    result = take(azure, "aa-recovery")
    assert (result.get("failed"), result["changed"], result["taken"], result["findings"]) == (None, False, True, [])
    assert azure.writes() == []
    kept = document(result)
    assert kept["account"] == result["account"]["id"]
    assert kept["unread"] == []
    assert all(isinstance(kept[name], list) for name in LISTS)
    assert {one["automationAccountArmId"].lower() for one in kept["container_mappings"]} == {kept["account"].lower()}
    assert len(kept["container_mappings"]) > 1
    account = of_state(azure, "aa-recovery")
    for name in ("runbooks", "connections", "schedules", "variables"):
        assert sorted(one["name"] for one in kept[name]) == sorted(one["name"] for one in account[name])


def test_the_contents_of_runbooks_lie_beside_it_byte_for_byte(azure: Azure) -> None:
    """BOM, CRLF, and a draft of somebody beside what is published."""
    result = take(azure, "aa-identities")
    kept = {one["name"]: (one["published"], one["draft"]) for one in document(result)["runbooks"]}
    there = {
        one["name"]: tuple(part and part["sha256"] for part in (one["content"], one["draft"]))
        for one in of_state(azure, "aa-identities")["runbooks"]
    }
    assert kept == there
    digests = {digest for pair in kept.values() for digest in pair if digest}
    assert len(digests) == 4
    blobs = Path(result["file"]).parent
    assert all(hashlib.sha256((blobs / digest).read_bytes()).hexdigest() == digest for digest in digests)


def test_it_tells_what_the_identity_and_the_run_as_account_may_do(azure: Azure) -> None:
    azure.call("enable_identity", "aa-roles")
    azure.call("copy_runas_roles", "aa-roles")
    found = {one["of"]: one for one in document(take(azure, "aa-roles"))["principals"]}
    assert set(found) == {"identity", "connection AzureRunAsConnection"}
    run_as = found["connection AzureRunAsConnection"]
    assert run_as["service_principal"]["appId"] == run_as["application_id"]
    held = [one["properties"] for one in run_as["role_assignments"] if one["properties"]["principalId"] == run_as["id"]]
    assert len(held) == len(run_as["role_assignments"]) > 3
    assert found["identity"]["role_assignments"]
    # One of them at a management group, seen from each subscription too: it is there once.
    ids = [one["id"].lower() for one in run_as["role_assignments"]]
    assert len(ids) == len(set(ids))


def test_the_links_of_schedules_have_their_parameters(azure: Azure) -> None:
    """Lists lack them (contract 2.5)."""
    for account in [one["name"] for one in azure.endpoint["accounts"]]:
        links = document(take(azure, account))["job_schedules"]
        assert all(one["properties"]["parameters"] is not None for one in links)
        if any(one["properties"]["parameters"] for one in links):
            return
    pytest.fail("no link of the demo estate has parameters")


def test_it_holds_no_password_key_or_value_and_is_for_its_owner_only(azure: Azure) -> None:
    file = Path(take(azure)["file"])
    text = file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for secret in ("FAKE-", "login-secret", "Bearer ", "eyJ"):
        assert secret not in text
    kept = json.loads(text)
    assert {"ApiKey"} <= {one["name"] for one in kept["variables"]}
    assert not [one for one in kept["variables"] if "value" in one["properties"]]
    assert "FAKE-" not in (file.parent.parent / "journal.jsonl").read_text()


# When it is taken


def test_it_is_taken_once_and_the_second_run_asks_azure_nothing(azure: Azure) -> None:
    first = take(azure)
    azure.forget_requests()
    second = take(azure)
    assert (second["taken"], second["file"]) == (False, first["file"])
    assert azure.requests() == []
    assert [record["event"] for record in records(azure)] == ["account_snapshot"]


def test_another_one_leaves_the_first_and_says_what_came_before_it(azure: Azure) -> None:
    first = take(azure)
    azure.call("enable_identity", "aa-plain")
    second = take(azure, again=True)
    assert (first["after_writes"], second["after_writes"]) == (False, True)
    assert document(first)["account_resource"].get("identity") is None
    assert document(second)["account_resource"]["identity"]["type"] == "SystemAssigned"
    assert take(azure)["file"] == second["file"]


def test_check_mode_says_whether_and_reads_and_keeps_nothing(azure: Azure) -> None:
    predicted = take(azure, check=True)
    assert (predicted["taken"], predicted["file"]) == (True, None)
    assert azure.requests() == []
    assert not azure.ledger.exists()
    take(azure)
    assert take(azure, check=True)["taken"] is False


def test_it_may_lie_in_a_container(start_azure: Callable[..., Azure], tmp_path: Path) -> None:
    azure = serve(start_azure, tmp_path)
    result = take(azure, "aa-ops", ledger=url_of(azure))
    assert result["file"].startswith(url_of(azure))
    name = result["file"].removeprefix(url_of(azure, "stledger/ledger/"))
    blobs = Blobs(azure)
    kept = json.loads(blobs.send("GET", name)[2])
    runbook = next(one for one in kept["runbooks"] if one["name"] == "Pending")
    folder = name.rpartition("/")[0]
    for digest in (runbook["published"], runbook["draft"]):
        assert hashlib.sha256(blobs.send("GET", f"{folder}/{digest}")[2]).hexdigest() == digest
    azure.forget_requests()
    assert take(azure, "aa-ops", ledger=url_of(azure))["taken"] is False
    assert not [entry for entry in azure.requests() if "/automationaccounts/" in entry["path"].lower()]


# What goes wrong


def test_what_azure_does_not_show_is_null_and_named(azure: Azure) -> None:
    """This login sees nothing of the directory, and nothing of one subscription."""
    result = take(azure, "aa-plain", login="blind")
    kept = document(result)
    assert "failed" not in result
    assert kept["unread"] == [said["sentence"] for said in result["findings"]]
    assert {said["code"] for said in result["findings"]} == {"RA901"}
    assert any("service principal of connection AzureRunAsConnection" in sentence for sentence in kept["unread"])
    assert isinstance(kept["runbooks"], list)
    # Nobody could be looked for: that is not "no principals".
    assert kept["principals"] is None


def test_role_assignments_that_nobody_may_list_are_not_none_at_all(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*roleAssignments*,times=0"])
    result = take(azure)
    (run_as,) = document(result)["principals"]
    assert run_as["role_assignments"] is None
    assert any(said["sentence"].startswith("The role assignments at") for said in result["findings"])


def test_one_list_that_fails_is_null_and_the_rest_is_there(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,path=*/webhooks*,times=0"])
    result = take(azure)
    kept = document(result)
    assert kept["webhooks"] is None
    assert [said["code"] for said in result["findings"]] == ["RA901"]
    assert [name for name in LISTS if kept[name] is None] == ["webhooks"]


def test_one_that_is_cut_off_is_none_and_the_next_run_takes_it(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(session._RETRY_OPTIONS, "retry_total", 0)
    azure.control("PUT", "/faults", ["drop=before,nth=25,times=0"])
    cut = take(azure)
    assert cut["failed"] is True
    assert not list(azure.ledger.glob("*/journal.jsonl"))
    azure.control("DELETE", "/faults")
    whole = take(azure)
    assert (whole["taken"], whole["after_writes"], document(whole)["unread"]) == (True, False, [])


def test_an_account_that_is_gone_leaves_no_snapshot(azure: Azure) -> None:
    result = take(azure, "aa-plain", automation_account_name="aa-nowhere")
    assert result["failed"] is True
    assert "aa-nowhere" in result["msg"]
    assert not list(azure.ledger.glob("*/journal.jsonl"))
