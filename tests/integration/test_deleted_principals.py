# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service principals that were deleted and what they leave behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import directory
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Forbidden

from .access_estate import Start, assignments, session, small

if TYPE_CHECKING:
    from .conftest import Azure

LOGINS = {
    "migration": {"secret": "FAKE-migration-login-secret", "graph": "manage", "roles": ["Reader"]},
    "blind": {"secret": "FAKE-blind-login-secret", "roles": ["Reader"]},
}
DELETED = [{"name": "run-as", "deleted": True}]


def application_id(azure: Azure) -> str:
    objects = azure.state()["directory"]["objects"]
    found: str = next(item["appId"] for item in objects if item["displayName"] == "run-as")
    return found


def deleted(azure: Azure) -> dict[str, Any]:
    (item,) = azure.state()["directory"]["deleted"]
    return dict(item)


def test_the_one_that_was_deleted_is_found_with_what_it_still_holds(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, applications=DELETED, logins=LOGINS))
    with session(azure) as opened:
        assert directory.find_service_principal(opened, application_id(azure)) is None
        found = directory.find_deleted_service_principal(opened, application_id(azure))
    assert found is not None
    assert (found["id"], bool(found["deletedDateTime"])) == (deleted(azure)["id"], True)
    assert assignments(azure, found["id"])


def test_of_several_it_is_the_one_that_was_deleted_last(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, applications=DELETED, logins=LOGINS))
    old = deleted(azure)["id"]
    with session(azure) as opened:
        made = opened.graph("POST", "/servicePrincipals", "Making one", json={"appId": application_id(azure)}).body
        opened.graph("DELETE", f"/servicePrincipals/{made['id']}", "Deleting it")
        every = directory.list_deleted_service_principals(opened, application_id(azure))
        last = directory.find_deleted_service_principal(opened, application_id(azure))
    assert {item["id"] for item in every} == {old, made["id"]}
    assert last == every[0]
    assert every[0]["deletedDateTime"] >= every[1]["deletedDateTime"]


def test_none_was_deleted(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, logins=LOGINS))
    with session(azure) as opened:
        assert directory.find_deleted_service_principal(opened, application_id(azure)) is None
        assert directory.find_deleted_service_principal(opened, "o'brien") is None


def test_a_directory_that_may_not_be_read_is_forbidden_and_not_empty(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, applications=DELETED, logins=LOGINS))
    with session(azure, "blind") as opened, pytest.raises(Forbidden):
        directory.find_deleted_service_principal(opened, application_id(azure))
