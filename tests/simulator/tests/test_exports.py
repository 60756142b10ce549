# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates made of exports: what is kept, what is refused, and what is said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azure_simulator import estate_export
from azure_simulator.estate import EstateError
from azure_simulator.testing import GROUP, SUBSCRIPTION, TENANT, Azure, identity_path
from azure_simulator.world import World

ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.Automation/automationAccounts/aa-copy"
)
PRINCIPAL = "5d3f0c55-6e4b-4b62-9d3c-0a4be0b2f001"
BODY = b"\xef\xbb\xbf'published'\r\n"
Answer = dict[str, Any]


def answer(path: str, body: Any, status: int = 200, **more: Any) -> Answer:
    return {"service": "arm", "method": "GET", "path": path, "status": status, "body": body, **more}


def listed(path: str, *items: Answer) -> Answer:
    return answer(path, {"value": list(items)})


SUBSCRIPTIONS = listed(
    "/subscriptions?api-version=2022-12-01",
    {
        "id": f"/subscriptions/{SUBSCRIPTION}",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "displayName": "production",
    },
)
WHOLE = answer(
    f"{ACCOUNT}?api-version=2022-08-08",
    {
        "id": ACCOUNT,
        "name": "aa-copy",
        "location": "northeurope",
        "tags": {"team": "ops"},
        "identity": {
            "type": "SystemAssigned, UserAssigned",
            "principalId": PRINCIPAL,
            "tenantId": TENANT,
            "userAssignedIdentities": {identity_path("uai-one"): {"PrincipalId": TENANT, "ClientId": SUBSCRIPTION}},
        },
        "properties": {"creationTime": "2020-05-01T10:00:00.1234567+00:00", "publicNetworkAccess": False},
    },
)
RUNBOOKS = listed(
    f"{ACCOUNT}/runbooks?api-version=2022-08-08",
    *(
        {
            "id": f"{ACCOUNT}/runbooks/{name}",
            "name": name,
            "properties": {
                "runbookType": "PowerShell",
                "state": state,
                "lastModifiedTime": "2024-01-01T00:00:00+00:00",
            },
        }
        for name, state in (("Published", "Published"), ("Edited", "Edit"), ("Fresh", "New"))
    ),
)
DIGEST = hashlib.sha256(BODY).hexdigest()
CONTENTS = [
    {**answer(f"{ACCOUNT}/runbooks/{place}/content", None), "content": DIGEST}
    for place in ("Published", "Edited", "Edited/draft", "Fresh/draft")
]
LINK = answer(
    f"{ACCOUNT}/jobSchedules/{SUBSCRIPTION}",
    {
        "id": f"{ACCOUNT}/jobSchedules/{SUBSCRIPTION}",
        "properties": {
            "jobScheduleId": SUBSCRIPTION,
            "runbook": {"name": "Published"},
            "schedule": {"name": "Daily"},
            "runOn": None,
            "parameters": {"name": "vm1"},
        },
    },
)
ANSWERS = [SUBSCRIPTIONS, WHOLE, RUNBOOKS, *CONTENTS, LINK]


def keep(folder: Path, answers: list[Answer], **more: Any) -> Path:
    """Write an export as module export_account does."""
    document = {
        "kind": "azauto.runas_migration/export",
        "format": 1,
        "account": ACCOUNT,
        "tenant": TENANT,
        "time": "2026-01-01T00:00:00Z",
        "login": {"permissions": [], "directory_roles": []},
        "answers": answers,
        **more,
    }
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    document["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "contents").mkdir(parents=True, exist_ok=True)
    (folder / "contents" / DIGEST).write_bytes(BODY)
    (folder / "account.json").write_text(json.dumps(document, indent=1))
    return folder


def load(folder: Path) -> tuple[World, list[str]]:
    world = World()
    return world, estate_export.load(world, folder)


def test_an_account_keeps_its_ids_states_contents_and_times(tmp_path: Path) -> None:
    world, said = load(keep(tmp_path, ANSWERS))
    account = world.accounts[ACCOUNT.lower()]
    assert said == []
    assert (account.location, account.tags, account.public_network_access) == ("northeurope", {"team": "ops"}, False)
    assert account.system_principal_id == PRINCIPAL
    assert [item.client_id for item in account.user_assigned.values()] == [SUBSCRIPTION]
    assert {item.name: item.state for item in account.runbooks.values()} == {
        "Published": "Published",
        "Edited": "Edit",
        "Fresh": "New",
    }
    assert {item.content or item.draft for item in account.runbooks.values()} == {BODY}
    assert account.job_schedules[SUBSCRIPTION].parameters == {"name": "vm1"}
    assert world.objects[PRINCIPAL].data["servicePrincipalType"] == "ManagedIdentity"


def test_the_logins_may_do_what_a_migration_needs(start: Callable[[World], Azure], tmp_path: Path) -> None:
    azure = start(load(keep(tmp_path / "export", ANSWERS))[0])
    client = azure.client("migration")
    assert client.automation_account.get(GROUP, "aa-copy").location == "northeurope"
    assert azure.send("PATCH", ACCOUNT, {"tags": {"rehearsed": "yes"}}, token=azure.token("migration")).status == 200
    assert azure.send("PATCH", ACCOUNT, {"tags": {}}, token=azure.token("reader")).status == 403


def test_what_was_refused_is_refused_in_the_copy_too(start: Callable[[World], Azure], tmp_path: Path) -> None:
    """Never an empty list: that would say that there is nothing."""
    refusal = {"error": {"code": "AuthorizationFailed", "message": "as Azure said it"}}
    refused = [answer(f"{ACCOUNT}/variables?api-version=2022-08-08", refusal, 403)]
    world, said = load(keep(tmp_path / "export", [*ANSWERS, *refused]))
    assert said == [f"not known: {ACCOUNT}/variables (Azure answered 403); the copy refuses it, too."]
    azure = start(world)
    seen = azure.send("GET", f"{ACCOUNT}/variables", token=azure.token("migration"))
    assert (seen.status, seen.json) == (403, refusal)
    assert azure.send("GET", f"{ACCOUNT}/credentials", token=azure.token("migration")).json == {"value": []}


def test_what_one_export_could_read_and_another_not_was_read(tmp_path: Path) -> None:
    refused = [answer(WHOLE["path"], {"error": {"code": "AuthorizationFailed"}}, 403), SUBSCRIPTIONS]
    keep(tmp_path / "one", ANSWERS, time="2026-01-01T00:00:00Z")
    keep(tmp_path / "two", refused, time="2026-02-02T00:00:00Z")
    world, said = load(tmp_path)
    assert world.accounts[ACCOUNT.lower()].location == "northeurope"
    assert said == []


def test_of_two_exports_the_later_one_counts(tmp_path: Path) -> None:
    moved = answer(WHOLE["path"], {**WHOLE["body"], "location": "uksouth"})
    keep(tmp_path / "two", [SUBSCRIPTIONS, moved], time="2026-02-02T00:00:00Z")
    keep(tmp_path / "one", ANSWERS, time="2026-01-01T00:00:00Z")
    assert load(tmp_path)[0].accounts[ACCOUNT.lower()].location == "uksouth"


def test_an_answer_that_nothing_can_be_made_of_is_said(tmp_path: Path) -> None:
    strange = listed(f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Strange/things", {"id": "/x", "name": "x"})
    empty = listed(f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Strange/none")
    assert load(keep(tmp_path, [*ANSWERS, strange, empty]))[1] == [
        f"not represented: the answer to GET {strange['path']}."
    ]


def test_an_account_that_was_only_met_is_there_but_not_for_migrating(
    start: Callable[[World], Azure], tmp_path: Path
) -> None:
    other = ACCOUNT.replace("aa-copy", "aa-other")
    met = listed(
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Automation/automationAccounts",
        {"id": other, "name": "aa-other"},
    )
    world, said = load(keep(tmp_path / "export", [*ANSWERS, met]))
    assert said == ["only met: Automation account aa-other; its connections are there, not all of it."]
    assert other.lower() in world.accounts
    assert [item["name"] for item in start(world).endpoint["accounts"]] == ["aa-copy"]


def test_the_control_api_begins_anew_with_exports(
    start: Callable[[World], Azure], azure: Azure, tmp_path: Path
) -> None:
    token = azure.token()
    made = azure.control("PUT", "/estate", {"folders": [str(keep(tmp_path / "export", ANSWERS))]})
    assert made.status == 200
    assert [item["name"] for item in made.json["accounts"]] == ["aa-copy"]
    assert [item["name"] for item in azure.control("GET", "/state").json["accounts"]] == ["aa-copy"]
    # A token of the world before says nothing about this one.
    assert azure.send("GET", ACCOUNT, token=token).status == 401
    azure.endpoint = azure.simulator.endpoint()
    assert azure.send("GET", ACCOUNT, token=azure.token("migration")).status == 200


@pytest.mark.parametrize("body", [{}, {"folders": "x"}, {"folders": ["/nowhere"]}, {"folders": [], "more": 1}])
def test_a_world_stays_when_an_export_cannot_be_used(azure: Azure, body: Any) -> None:
    before = azure.control("GET", "/state").json
    assert azure.control("PUT", "/estate", body).status == 400
    assert azure.control("GET", "/state").json == before


def test_a_name_that_is_no_digest_leads_to_no_other_file(tmp_path: Path) -> None:
    """An export comes from somewhere: its contents are those of its own folder."""
    (tmp_path / "secret").write_text("not a runbook")
    stolen = [{**CONTENTS[0], "content": "../../secret"}]
    with pytest.raises(EstateError, match="is no checksum"):
        load(keep(tmp_path / "export", [SUBSCRIPTIONS, WHOLE, RUNBOOKS, *stolen]))
