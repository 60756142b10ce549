# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of role assignments that one worker reads for all: fewer requests, and nothing else is different."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_around import SHARED
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import definition_id

from .access_estate import CONTRIBUTOR, Start, assign, codes, principal, roles, session, small

if TYPE_CHECKING:
    from .conftest import Azure

USER = "22222222-2222-4222-8222-222222222222"
NAME = "11111111-1111-4111-8111-111111111111"
TWO = [
    {
        "name": name,
        "identity": "system",
        "run_as": {"application": f"run-as-{name}", "roles": [{"role": role, "scope": "production/rg-vms"}]},
    }
    for name, role in (("aa", "Reader"), ("bb", "Contributor"))
]
MANY = ("--access-principals", "20", "--assignments", "2", "--plain", "--seed", "3")
OWNER = {"migration": {"secret": "FAKE-secret", "graph": "manage", "roles": [{"role": "Owner", "scope": "mg:mg-top"}]}}
NO_GRAPH = {"migration": {"secret": "FAKE-secret", "roles": [{"role": "Owner", "scope": "mg:mg-top"}]}}


def two(tmp_path: Path, **members: Any) -> tuple[str, ...]:
    return small(tmp_path, accounts=TWO, **members)


def whole_lists(azure: Azure) -> list[str]:
    """Return the requests that list the role assignments of all principals of a subscription."""
    return [path for path in _listed(azure) if "principalId" not in path and "/subscriptions/" in path]


def own_lists(azure: Azure) -> list[str]:
    """Return the requests that list the role assignments of one principal."""
    return [path for path in _listed(azure) if "principalId" in path]


def _listed(azure: Azure) -> list[str]:
    return [entry["path"] for entry in azure.requests() if "/roleAssignments?" in entry["path"]]


def kept_lists(result: dict[str, Any]) -> list[Path]:
    return list((Path(result["ledger"]).parent / SHARED).glob("role_assignment_list_*.json"))


def graph_requests(azure: Azure) -> list[str]:
    return [entry["path"] for entry in azure.requests() if entry["service"] == "graph"]


def copy(azure: Azure, name: str, **options: Any) -> dict[str, Any]:
    return azure.call("copy_runas_roles", name, share_lists=True, **options)


# --- one reading serves all -----------------------------------------------


@pytest.mark.parametrize("search", ["scopes", "resource_graph"])
def test_each_subscription_is_listed_once_for_all_accounts(start_azure: Start, tmp_path: Path, search: str) -> None:
    azure = start_azure(*two(tmp_path))
    alone = azure.call("copy_runas_roles", "bb", check=True, search=search)
    azure.forget_requests()
    assert roles(copy(azure, "aa", search=search)["copied"]) == ["Reader"]
    made = copy(azure, "bb", search=search)
    listed = [path.split("/providers")[0] for path in whole_lists(azure)]
    assert len(listed) == len(set(listed)) == (1 if search == "resource_graph" else 2)
    # What is read back is asked for anew, by each.
    assert len(own_lists(azure)) == 2
    assert (made["copied"], made["findings"], made["proof"]) == (alone["copied"], alone["findings"], alone["proof"])


def test_the_principal_and_what_it_holds_are_one_request(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    copy(azure, "aa")
    azure.forget_requests()
    copy(azure, "bb")
    assert graph_requests(azure) == ["/v1.0/$batch"]


def test_a_second_run_finds_what_the_first_one_wrote(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    copy(azure, "aa")
    azure.forget_requests()
    again = copy(azure, "aa")
    assert (again["changed"], roles(again["unchanged"]), again["proof"]["verdict"]) == (False, ["Reader"], "equal")
    assert azure.writes() == []
    # The list of the first run is older than what it wrote.
    assert whole_lists(azure)


def test_what_is_kept_is_for_the_owner_only_and_names_no_user(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    (planned,) = azure.call("copy_runas_roles", "aa", check=True)["changes"]
    scope, role = planned["after"]["scope"], planned["after"]["role_definition"]
    properties = {"roleDefinitionId": definition_id(scope, role), "principalId": USER, "principalType": "User"}
    with session(azure) as other:
        authorization.put_assignment(other, scope, NAME, properties)
    result = copy(azure, "aa")
    kept = kept_lists(result)
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    text = "".join(path.read_text() for path in kept)
    assert (result["source"][0]["principal_id"] in text, USER in text) == (True, False)


# --- what has changed since -----------------------------------------------


def test_what_somebody_else_gave_meanwhile_is_taken_as_it_is(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    identity = principal(azure, "bb")
    scope = azure.call("copy_runas_roles", "bb", check=True)["copied"][0]["scope"]
    copy(azure, "aa")
    assign(azure, identity, scope, CONTRIBUTOR, NAME)
    made = copy(azure, "bb")
    assert (made["partial"], made["proof"]["verdict"]) == (False, "equal")
    held = [item for item in azure.state()["role_assignments"] if item["properties"]["principalId"] == identity]
    assert [item["name"] for item in held] == [NAME]


def test_a_list_is_not_taken_after_a_minute(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    kept = kept_lists(copy(azure, "aa"))
    with session(azure) as other:
        for item in azure.state()["role_assignments"]:
            if item["properties"]["roleDefinitionId"].endswith(CONTRIBUTOR):
                authorization.delete_assignment(other, item["properties"]["scope"], item["name"])
    for path in kept:
        content = json.loads(path.read_text())
        path.write_text(json.dumps({**content, "time": content["time"] - 61}))
    assert roles(copy(azure, "bb")["copied"]) == []


def test_a_principal_that_was_made_anew_is_found(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path))
    copy(azure, "aa")
    (source,) = azure.call("copy_runas_roles", "bb", check=True)["source"]
    with session(azure) as other:
        other.graph("DELETE", f"/servicePrincipals/{source['principal_id']}", "Deleting it")
        body = {"appId": source["application_id"]}
        new = other.graph("POST", "/servicePrincipals", "Making it anew", json=body).body["id"]
    assert [item["principal_id"] for item in copy(azure, "bb")["source"]] == [new]


# --- what cannot be read --------------------------------------------------


def test_a_scope_that_may_not_be_listed_is_told_as_ever(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path, logins=OWNER))
    fault = "status=403,path=*/managementGroups/mg-top/providers/Microsoft.Authorization/roleAssignments[?]*,times=0"
    azure.control("PUT", "/faults", [fault])
    alone = azure.call("copy_runas_roles", "aa", check=True)
    made = copy(azure, "aa")
    assert codes(made) == codes(alone) == ["RA901"]
    assert [item["resource"] for item in made["findings"]] == [item["resource"] for item in alone["findings"]]


def test_a_directory_that_may_not_be_read_is_told_as_ever(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*two(tmp_path, logins=NO_GRAPH))
    refused = copy(azure, "aa")
    assert refused["failed"]
    assert "Application.Read.All" in refused["msg"]


# --- when ------------------------------------------------------------------


def test_lists_are_shared_from_twenty_hosts_on(start_azure: Start) -> None:
    azure = start_azure(*MANY)
    names = ("resource_group", "automation_account_name", "subscription_id")
    task = {"azauto.runas_migration.copy_runas_roles": {name: f"{{{{ {name} }}}}" for name in names}}
    play = {"hosts": "all", "gather_facts": False, "tasks": [task]}
    run = azure.playbook([play], "--limit", "!aa-00001")
    assert (run.code, whole_lists(azure)) == (0, []), run.output
    run = azure.playbook([play])
    assert (run.code, bool(whole_lists(azure))) == (0, True), run.output
