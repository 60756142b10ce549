# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports: what is kept, what is not, and that nothing is written."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure


def export(azure: Azure, account: str, *, check: bool = False, login: str = "reader", **options: Any) -> dict[str, Any]:
    named = {"folder": str(azure.run_dir / "export"), **options}
    return azure.call("export_account", account, check=check, login=login, **named)


def document(result: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(Path(result["file"]).read_text())
    return kept


@pytest.mark.parametrize("account", ["aa-plain", "aa-identities", "aa-recovery", "aa-done"])
def test_an_export_writes_nothing_and_leaves_nothing_out(azure: Azure, account: str) -> None:
    result = export(azure, account)
    assert "failed" not in result
    assert result["changed"] is False
    assert result["findings"] == []
    assert result["unread"] == []
    assert azure.writes() == []
    assert len(document(result)["answers"]) == result["answers"] > 50


def test_check_mode_reads_the_same_and_keeps_nothing(azure: Azure) -> None:
    predicted = export(azure, "aa-plain", check=True)
    assert not (azure.run_dir / "export").exists()
    assert predicted == export(azure, "aa-plain")


def test_the_contents_are_kept_byte_for_byte_with_the_draft_of_somebody(azure: Azure) -> None:
    """BOM, CRLF, and a draft beside what is published."""
    folder = Path(export(azure, "aa-identities")["file"]).parent / "contents"
    account = next(one for one in azure.state()["accounts"] if one["name"] == "aa-identities")
    wanted = {
        one["sha256"]
        for runbook in account["runbooks"]
        for one in (runbook["content"], runbook["draft"])
        if one is not None
    }
    assert len(wanted) == 4
    assert {path.name for path in folder.iterdir()} == wanted
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in folder.iterdir())


def test_only_the_owner_may_read_an_export(azure: Azure) -> None:
    file = Path(export(azure, "aa-plain")["file"])
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file.parent, file.parent / "contents")] == [0o700, 0o700]
    assert {stat.S_IMODE(path.stat().st_mode) for path in [file, *(file.parent / "contents").iterdir()]} == {0o600}


def test_an_export_holds_no_password_key_or_token(azure: Azure) -> None:
    text = Path(export(azure, "aa-plain", login="migration")["file"]).read_text()
    for secret in ("FAKE-credential-password", "FAKE-encrypted-variable", "login-secret", "Bearer ", "eyJ"):
        assert secret not in text
    # The names are there: a copy has the assets, without what Azure shows to nobody.
    assert "legacy-service" in text
    assert "ApiKey" in text


def test_the_next_export_takes_the_contents_of_the_last_one_away(azure: Azure) -> None:
    before = {path.name for path in (Path(export(azure, "aa-plain")["file"]).parent / "contents").iterdir()}
    azure.call("enable_identity", "aa-plain")
    azure.call("copy_runas_roles", "aa-plain")
    azure.call("update_runbook", "aa-plain")
    after = {path.name for path in (Path(export(azure, "aa-plain")["file"]).parent / "contents").iterdir()}
    assert len(before) == len(after) == 3
    assert len(before & after) == 1


def test_what_azure_refuses_is_told_and_recorded_as_refused(azure: Azure) -> None:
    """This login sees nothing of the directory, and nothing of one subscription."""
    result = export(azure, "aa-plain", login="blind")
    assert "failed" not in result
    codes = [finding["code"] for finding in result["findings"]]
    assert "RA901" in codes
    assert codes.count("RA940") == 1
    refused = [item for item in document(result)["answers"] if item["status"] == 403]
    assert len(refused) == len(result["unread"]) > 0
    assert all(item["body"]["error"]["code"] for item in refused)


def test_an_account_that_is_gone_is_not_exported(azure: Azure) -> None:
    result = export(azure, "aa-plain", automation_account_name="aa-nowhere")
    assert result["failed"] is True
    assert "aa-nowhere is not there" in result["msg"]
    assert "Nothing was exported" in result["msg"]
    assert not (azure.run_dir / "export").exists()


def test_a_folder_that_cannot_be_written_is_named_before_all_is_read_in_vain(azure: Azure) -> None:
    place = azure.run_dir / "a-file"
    place.write_text("no folder")
    result = export(azure, "aa-plain", folder=str(place))
    assert result["failed"] is True
    assert str(place) in result["msg"]
    assert len([entry for entry in azure.requests() if entry["service"] == "arm"]) <= 2


def test_an_identity_that_is_none_is_refused(azure: Azure) -> None:
    result = export(azure, "aa-plain", identity="mine")
    assert result["failed"] is True
    assert "identity is 'mine'" in result["msg"]
