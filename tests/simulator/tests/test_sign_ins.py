# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph beta: sign-ins of service principals; deleting for good (contract 5.6, 5.7)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_simulator.estate import read
from azure_simulator.estate_build import build
from azure_simulator.testing import Answer, Azure
from azure_simulator.testing_demo import directory_object, graph
from azure_simulator.world import World

OF_PRINCIPALS = "signInEventTypes/any(t: t eq 'servicePrincipal')"
ESTATE: dict[str, Any] = {
    "accounts": [{"name": "aa", "run_as": {"application": "run-as"}}],
    "applications": [{"name": "other"}],
    "sign_ins": [
        {"application": "run-as", "days": 3, "count": 2, "address": "192.0.2.1"},
        {"application": "run-as", "days": 1, "resource": "Vault", "error": 7000112},
        {"application": "other"},
    ],
    "logins": {
        "auditor": {"secret": "FAKE-a", "graph": "manage", "app_roles": ["AuditLog.Read.All"]},
        "manager": {"secret": "FAKE-b", "graph": "manage"},
    },
}


@pytest.fixture
def azure(start: Callable[[World], Azure], tmp_path: Path) -> Azure:
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(ESTATE))
    world = World()
    build(world, read(path), tmp_path)
    return start(world)


def sign_ins(azure: Azure, *terms: str, more: str = "", login: str = "auditor") -> Answer:
    filter_ = f"?$filter={' and '.join(terms)}{more}" if terms else ""
    return graph(azure, "GET", f"{azure.endpoint['graph']}/beta/auditLogs/signIns{filter_}", login=login)


def application(azure: Azure) -> str:
    return str(directory_object(azure, "application", "run-as").data["appId"])


def test_sign_ins_of_an_application_come_newest_first(azure: Azure) -> None:
    found = sign_ins(azure, f"appId eq '{application(azure)}'", OF_PRINCIPALS).json["value"]
    assert [item["status"]["errorCode"] for item in found] == [7000112, 0, 0]
    assert [item["createdDateTime"] for item in found] == sorted(
        (item["createdDateTime"] for item in found), reverse=True
    )
    assert found[1]["ipAddress"] == "192.0.2.1"
    assert found[0]["resourceDisplayName"] == "Vault"


def test_they_are_found_since_a_time(azure: Azure) -> None:
    newest, *dummy = sign_ins(azure, OF_PRINCIPALS, f"appId eq '{application(azure)}'").json["value"]
    since = f"createdDateTime ge {newest['createdDateTime']}"
    assert [
        item["id"] for item in sign_ins(azure, since, OF_PRINCIPALS, f"appId eq '{newest['appId']}'").json["value"]
    ] == [newest["id"]]


def test_pages_go_on(azure: Azure) -> None:
    first = sign_ins(azure, OF_PRINCIPALS, more="&$top=3").json
    assert len(first["value"]) == 3
    assert len(graph(azure, "GET", first["@odata.nextLink"], login="auditor").json["value"]) == 1


def test_without_a_filter_for_them_there_are_none(azure: Azure) -> None:
    assert sign_ins(azure).json["value"] == []


def test_a_filter_that_nobody_has_seen_work_is_refused(azure: Azure) -> None:
    assert sign_ins(azure, OF_PRINCIPALS, "ipAddress eq '192.0.2.1'").status == 400


def test_permission_and_licence_are_asked_for(azure: Azure) -> None:
    assert sign_ins(azure, OF_PRINCIPALS, login="manager").json["error"]["code"] == "Authorization_RequestDenied"
    azure.control("PUT", "/settings", {"sign_ins_licensed": False})
    refused = sign_ins(azure, OF_PRINCIPALS)
    assert refused.status == 403
    assert refused.json["error"]["code"] == "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


def test_v1_does_not_have_them(azure: Azure) -> None:
    assert graph(azure, "GET", "/auditLogs/signIns", login="auditor").status == 400


def test_what_was_purged_is_gone_and_its_service_principal_is_still_among_the_deleted(azure: Azure) -> None:
    object_id = directory_object(azure, "application", "run-as").id
    assert graph(azure, "DELETE", f"/applications/{object_id}", login="manager").status == 204
    path = f"/directory/deletedItems/{object_id}"
    assert graph(azure, "DELETE", path, login="manager").status == 204
    for method, where in (("GET", path), ("DELETE", path), ("POST", f"{path}/restore")):
        assert graph(azure, method, where, login="manager").status == 404
    kept = graph(azure, "GET", "/directory/deletedItems/microsoft.graph.servicePrincipal", login="manager")
    assert [item["displayName"] for item in kept.json["value"]] == ["run-as"]
