# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph: batches, memberships, app roles of others than Graph, directory roles (contract 5.2 to 5.5)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from azure_simulator import directory_roles, entra, entra_resources
from azure_simulator.estate import read
from azure_simulator.estate_build import build
from azure_simulator.testing import Azure
from azure_simulator.testing_demo import directory_object, graph
from azure_simulator.tokens import decode
from azure_simulator.world import World

ESTATE: dict[str, Any] = {
    "accounts": [{"name": "aa", "run_as": {"application": "run-as"}}],
    "applications": [
        {
            "name": "run-as",
            "app_roles": ["User.Read.All", "exchange/Exchange.ManageAsApp", "billing/Invoices.Read"],
            "directory_roles": [
                "Exchange Administrator",
                {"role": "User Administrator", "scope": "/administrativeUnits/a"},
            ],
        },
        {"name": "billing", "offers": ["Invoices.Read", "Invoices.Write"]},
    ],
    "groups": [
        {"name": "plain", "members": ["run-as"], "app_roles": ["User.Read.All"]},
        {"name": "outer", "members": ["plain"]},
        {"name": "ruled", "dynamic": True},
        {"name": "synced", "synced": True},
        {"name": "privileged", "role_assignable": True, "directory_roles": ["Global Reader"]},
    ],
    "logins": {
        "administrator": {"secret": "FAKE-a", "graph": "administer"},
        "assigner": {"secret": "FAKE-b", "graph": "manage"},
        "members": {"secret": "FAKE-c", "app_roles": ["GroupMember.ReadWrite.All", "Application.Read.All"]},
        "applications": {"secret": "FAKE-d", "app_roles": ["Application.Read.All"]},
        "role-administrator": {"secret": "FAKE-e", "directory_roles": ["Privileged Role Administrator"]},
        "global": {"secret": "FAKE-f", "directory_roles": ["Global Administrator"]},
        "nobody": {"secret": "FAKE-g"},
    },
}
ROLE_ASSIGNMENTS = "/roleManagement/directory/roleAssignments"


@pytest.fixture
def azure(start: Callable[[World], Azure], tmp_path: Path) -> Azure:
    path = tmp_path / "estate.yml"
    path.write_text(yaml.safe_dump(ESTATE))
    world = World()
    build(world, read(path), tmp_path)
    return start(world)


def principal(azure: Azure, name: str = "run-as") -> str:
    return directory_object(azure, "servicePrincipal", name).id


def group(azure: Azure, name: str) -> str:
    return directory_object(azure, "group", name).id


def batch(azure: Azure, *urls: str, login: str = "administrator") -> dict[str, Any]:
    """The answers of a batch of reads, by their ids, which count from 0."""
    requests = [{"id": str(number), "method": "GET", "url": url} for number, url in enumerate(urls)]
    answer = graph(azure, "POST", "/$batch", {"requests": requests}, login=login)
    assert answer.status == 200, answer.json
    return {item["id"]: item for item in answer.json["responses"]}


def writes(azure: Azure) -> list[str]:
    """The methods of the requests that changed something."""
    return [entry["method"] for entry in azure.control("GET", "/requests").json if entry["mutating"]]


def test_a_batch_answers_each_request_by_itself(azure: Azure) -> None:
    nobody = "99999999-9999-4999-8999-999999999999"
    answers = batch(azure, f"/servicePrincipals/{principal(azure)}", f"/servicePrincipals/{nobody}", "/nonsense")
    assert {key: item["status"] for key, item in answers.items()} == {"0": 200, "1": 404, "2": 400}
    assert answers["0"]["body"]["displayName"] == "run-as"
    assert answers["1"]["body"]["error"]["code"] == "Request_ResourceNotFound"


def test_the_order_of_a_batchs_answers_is_nothing_to_rely_on(azure: Azure) -> None:
    requests = [{"id": name, "method": "GET", "url": "/organization"} for name in ("a", "b")]
    answer = graph(azure, "POST", "/$batch", {"requests": requests}, login="administrator")
    assert [item["id"] for item in answer.json["responses"]] == ["b", "a"]


def test_each_request_of_a_batch_needs_its_own_permission(azure: Azure) -> None:
    path = f"/servicePrincipals/{principal(azure)}"
    answers = batch(azure, path, f"{ROLE_ASSIGNMENTS}?$filter=principalId eq 'x'", login="applications")
    assert {key: item["status"] for key, item in answers.items()} == {"0": 200, "1": 403}
    assert answers["1"]["body"]["error"]["code"] == "Authorization_RequestDenied"


def test_pages_inside_a_batch_go_on_by_themselves(azure: Azure) -> None:
    body = batch(azure, "/servicePrincipals?$top=2&$select=id")["0"]["body"]
    assert len(body["value"]) == 2
    assert len(graph(azure, "GET", body["@odata.nextLink"], login="administrator").json["value"]) == 2


def test_a_fault_can_hit_one_request_of_a_batch(azure: Azure) -> None:
    azure.faults("status=429,retry_after=1,path=*/memberOf")
    path = f"/servicePrincipals/{principal(azure)}"
    answers = batch(azure, f"{path}/memberOf", f"{path}/appRoleAssignments")
    assert {key: item["status"] for key, item in answers.items()} == {"0": 429, "1": 200}
    assert answers["0"]["headers"]["Retry-After"] == "1"


def test_a_write_in_a_batch_shows_in_the_log_and_a_read_is_no_write(azure: Azure) -> None:
    batch(azure, "/organization")
    assert writes(azure) == []
    reference = {"@odata.id": f"{azure.endpoint['graph']}/v1.0/directoryObjects/{principal(azure)}"}
    add = {
        "id": "1",
        "method": "POST",
        "url": f"/groups/{group(azure, 'outer')}/members/$ref",
        "headers": {"Content-Type": "application/json"},
        "body": reference,
    }
    answer = graph(azure, "POST", "/$batch", {"requests": [add]}, login="administrator").json["responses"]
    assert [(item["status"], "body" in item) for item in answer] == [(204, False)]
    assert writes(azure) == ["POST"]


@pytest.mark.parametrize(
    "requests",
    [
        [],
        [{"id": "1", "method": "GET", "url": "/organization"}] * 2,
        [{"id": str(number), "method": "GET", "url": "/organization"} for number in range(21)],
        [{"id": "1", "method": "POST", "url": "/applications", "body": {}}],
        [{"method": "GET", "url": "/organization"}],
        {"id": "1"},
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(azure: Azure, requests: Any) -> None:
    status = graph(azure, "POST", "/$batch", {"requests": requests}, login="administrator").status
    assert status == (200 if requests == [] else 400)


def test_memberships_hold_groups_and_directory_roles(azure: Azure) -> None:
    path = f"/servicePrincipals/{principal(azure)}"
    for name, groups in (("memberOf", ["plain"]), ("transitiveMemberOf", ["plain", "outer"])):
        items = graph(azure, "GET", f"{path}/{name}", login="administrator").json["value"]
        found = [item["displayName"] for item in items if item["@odata.type"] == "#microsoft.graph.group"]
        assert found == groups
        roles = [item["roleTemplateId"] for item in items if item["@odata.type"] == "#microsoft.graph.directoryRole"]
        assert roles == [directory_roles.TEMPLATES["Exchange Administrator"]]


def test_what_may_not_be_read_of_a_group_is_null(azure: Azure) -> None:
    path = f"/servicePrincipals/{principal(azure)}/memberOf"
    shown = graph(azure, "GET", path, login="applications").json["value"][0]
    assert {name for name, value in shown.items() if value is not None} == {"@odata.type", "id"}
    assert graph(azure, "GET", path, login="members").json["value"][0]["displayName"] == "plain"


@pytest.mark.parametrize(
    ("name", "login", "status"),
    [
        ("outer", "administrator", 204),
        ("outer", "members", 204),
        ("outer", "assigner", 403),
        ("outer", "role-administrator", 403),
        ("outer", "global", 204),
        ("privileged", "administrator", 204),
        ("privileged", "members", 403),
        ("privileged", "role-administrator", 204),
        ("ruled", "global", 403),
        ("synced", "global", 400),
        ("plain", "administrator", 400),
    ],
)
def test_who_may_add_a_member_depends_on_the_group(azure: Azure, name: str, login: str, status: int) -> None:
    reference = {"@odata.id": f"{azure.endpoint['graph']}/v1.0/directoryObjects/{principal(azure)}"}
    path = f"/groups/{group(azure, name)}/members"
    answer = graph(azure, "POST", f"{path}/$ref", reference, login=login)
    assert answer.status == status
    if name == "plain":
        assert answer.json["error"]["message"].startswith("One or more added object references already exist")
    if status == 204:
        members = graph(azure, "GET", path, login="administrator").json["value"]
        assert principal(azure) in [item["id"] for item in members]
        taken = graph(azure, "DELETE", f"{path}/{principal(azure)}/$ref", login=login)
        assert taken.status == 204


def test_who_is_not_there_is_no_member(azure: Azure) -> None:
    nobody = "99999999-9999-4999-8999-999999999999"
    reference = {"@odata.id": f"{azure.endpoint['graph']}/v1.0/directoryObjects/{nobody}"}
    path = f"/groups/{group(azure, 'outer')}/members"
    assert graph(azure, "POST", f"{path}/$ref", reference, login="administrator").status == 404
    assert graph(azure, "DELETE", f"{path}/{nobody}/$ref", login="administrator").status == 404


def test_app_roles_of_exchange_and_of_the_company_are_those_of_their_applications(azure: Azure) -> None:
    path = f"/servicePrincipals/{principal(azure)}/appRoleAssignments"
    held = graph(azure, "GET", path, login="administrator").json["value"]
    names = {item["resourceDisplayName"]: item["appRoleId"] for item in held}
    assert set(names) == {"Microsoft Graph", "Office 365 Exchange Online", "billing"}
    assert names["Office 365 Exchange Online"] == entra_resources.EXCHANGE.roles["Exchange.ManageAsApp"]
    billing = graph(azure, "GET", f"/servicePrincipals/{principal(azure, 'billing')}", login="administrator").json
    assert [role["value"] for role in billing["appRoles"]] == ["Invoices.Read", "Invoices.Write"]
    groups = graph(azure, "GET", f"/groups/{group(azure, 'plain')}/appRoleAssignments", login="administrator").json
    assert [item["principalType"] for item in groups["value"]] == ["Group"]


def test_directory_roles_are_listed_with_their_definitions(azure: Azure) -> None:
    query = f"$filter=principalId eq '{principal(azure)}'&$expand=roleDefinition"
    items = graph(azure, "GET", f"{ROLE_ASSIGNMENTS}?{query}", login="administrator").json["value"]
    assert [(item["roleDefinition"]["displayName"], item["directoryScopeId"]) for item in items] == [
        ("Exchange Administrator", "/"),
        ("User Administrator", "/administrativeUnits/a"),
    ]


@pytest.mark.parametrize(
    ("login", "status"), [("administrator", 201), ("role-administrator", 201), ("assigner", 403), ("nobody", 403)]
)
def test_directory_roles_are_given_once_by_who_may(azure: Azure, login: str, status: int) -> None:
    body = {
        "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        "roleDefinitionId": directory_roles.TEMPLATES["Global Reader"],
        "principalId": principal(azure),
        "directoryScopeId": "/",
    }
    made = graph(azure, "POST", ROLE_ASSIGNMENTS, body, login=login)
    assert made.status == status
    if status == 201:
        again = graph(azure, "POST", ROLE_ASSIGNMENTS, body, login=login)
        assert (again.status, again.json["error"]["message"].split(" with ")[0]) == (400, "A conflicting object")
        assert graph(azure, "DELETE", f"{ROLE_ASSIGNMENTS}/{made.json['id']}", login=login).status == 204


def test_a_token_tells_the_directory_roles_of_the_whole_directory(azure: Azure) -> None:
    claims = yaml.safe_load(decode(azure.token("role-administrator", azure.endpoint["graph"]).split(".")[1]))
    assert claims["wids"] == [directory_roles.TEMPLATES["Privileged Role Administrator"]]
    assert "roles" not in claims
    claims = yaml.safe_load(decode(azure.token("administrator", azure.endpoint["graph"]).split(".")[1]))
    assert "RoleManagement.ReadWrite.Directory" in claims["roles"]
    assert "wids" not in claims


def test_the_same_id_of_another_application_is_no_permission_of_graph(azure: Azure) -> None:
    holder = directory_object(azure, "servicePrincipal", "login-nobody")
    billing = directory_object(azure, "servicePrincipal", "billing")
    entra.assign_app_role(azure.world, holder, billing, entra.GRAPH_APP_ROLES["Application.Read.All"])
    assert graph(azure, "GET", f"/servicePrincipals/{principal(azure)}", login="nobody").status == 403
