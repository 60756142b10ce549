# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limiting Run As accounts when something goes wrong: breaks at each write, missing rights, limits, late replicas."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization

from .access_estate import assign, session
from .limit_estate import (
    CONDITION,
    ESTATE,
    ROLE,
    Start,
    codes,
    custom_roles,
    estate,
    held,
    kinds,
    limit,
    not_actions,
    principal,
    restore,
    roles,
    with_runbooks,
)

if TYPE_CHECKING:
    from .conftest import Azure

WRITES = {
    "role definition": "path=*/roleDefinitions/*,method=PUT",
    "custom role": "path=*/roleAssignments/*,method=PUT",
    "contributor": "path=*/roleAssignments/*,method=DELETE",
}
WAYS_BACK = {
    "contributor": "path=*/roleAssignments/*,method=PUT",
    "custom role": "path=*/roleAssignments/*,method=DELETE",
    "role definition": "path=*/roleDefinitions/*,method=DELETE",
}
BREAKS = {"refused": "status=400,code=Broken", "lost before": "drop=before", "lost after": "drop=after"}
SCOPES = ["production/rg-vms", "finance/rg-invoices"]


def never_without(azure: Azure) -> bool:
    return bool(set(roles(azure, principal(azure))) & {ROLE, "Contributor"})


# Breaking off


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("write", WRITES)
def test_a_run_that_broke_off_at_any_write_is_finished_by_the_next(
    start_azure: Start, tmp_path: Path, write: str, how: str
) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", [f"{BREAKS[how]},{WRITES[write]},times=0"])
    broken = limit(azure)
    assert (broken["failed"], broken["partial"]) == (True, True)
    assert never_without(azure)
    azure.control("DELETE", "/faults")
    assert "failed" not in limit(azure)
    assert roles(azure, principal(azure)) == [ROLE]
    assert limit(azure)["changed"] is False
    assert "failed" not in restore(azure)
    assert (roles(azure, principal(azure)), custom_roles(azure)) == (["Contributor"], {})


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("write", WAYS_BACK)
def test_an_undo_that_broke_off_at_any_write_is_finished_by_the_next(
    start_azure: Start, tmp_path: Path, write: str, how: str
) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    azure.control("PUT", "/faults", [f"{BREAKS[how]},{WAYS_BACK[write]},times=0"])
    broken = restore(azure)
    assert (broken["failed"], broken["partial"]) == (True, True)
    assert never_without(azure)
    azure.control("DELETE", "/faults")
    assert "failed" not in restore(azure)
    assert (roles(azure, principal(azure)), custom_roles(azure)) == (["Contributor"], {})
    assert restore(azure)["changed"] is False


def test_one_scope_that_is_refused_does_not_stop_the_others(start_azure: Start, tmp_path: Path) -> None:
    run_as = {"roles": [{"role": "Contributor", "scope": scope} for scope in SCOPES]}
    azure = start_azure(*estate(tmp_path, run_as=run_as))
    azure.control("PUT", "/faults", ["status=400,code=Broken,path=*/rg-vms/*/roleAssignments/*,method=PUT,times=0"])
    made = limit(azure)
    assert (made["failed"], made["partial"], len(made["limited"])) == (True, True, 1)
    assert [item["reason"] for item in made["not_changed"]][1:] == ["not tried"]
    assert sorted(roles(azure, principal(azure))) == [ROLE, "Contributor"]
    azure.control("DELETE", "/faults")
    assert len(limit(azure)["limited"]) == 1


def test_nothing_else_is_tried_when_the_custom_role_cannot_be_written(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    azure.control("PUT", "/faults", ["status=400,code=Broken,path=*/roleDefinitions/*,method=PUT,times=0"])
    made = limit(azure)
    assert (made["changed"], [item["reason"] for item in made["not_changed"]][1:]) == (False, ["not tried"] * 2)
    assert len(azure.writes()) == 1


# Rights, locks, limits


def login(*roles_of_it: str | dict[str, Any]) -> dict[str, Any]:
    return {"logins": {"migration": {"secret": "FAKE-secret", "graph": "read", "roles": list(roles_of_it)}}}


def test_a_login_that_may_not_write_roles_is_told_what_it_lacks(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, **login("Contributor")))
    refused = limit(azure)
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert "needs Microsoft.Authorization/roleDefinitions/write at each of /subscriptions/" in refused["msg"]
    assert roles(azure, principal(azure)) == ["Contributor"]


def test_a_login_that_may_not_delete_leaves_both_and_says_what_it_lacks(start_azure: Start, tmp_path: Path) -> None:
    giver = {
        "name": "Giver",
        "actions": [
            "*/read",
            "Microsoft.Authorization/roleDefinitions/write",
            "Microsoft.Authorization/roleAssignments/write",
        ],
    }
    azure = start_azure(*estate(tmp_path, custom_roles=[giver], **login("Giver")))
    made = limit(azure)
    assert (made["failed"], made["limited"]) == (True, [])
    assert "needs Microsoft.Authorization/roleAssignments/delete there" in made["msg"]
    assert roles(azure, principal(azure)) == [ROLE, "Contributor"]


def test_a_role_that_reaches_where_the_login_has_no_rights_is_not_widened(start_azure: Start, tmp_path: Path) -> None:
    theirs = {"custom_roles": [{"name": ROLE, "actions": ["*"], "subscriptions": ["finance", "production"]}]}
    owner = {"role": "Owner", "scope": "production"}
    azure = start_azure(*estate(tmp_path, **theirs, **login(owner)))
    refused = limit(azure)
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert "LinkedAuthorizationFailed" in refused["msg"]
    assert limit(azure, role_name="Run As in production")["changed"] is True


def test_a_role_of_that_name_where_the_login_cannot_look_is_named(start_azure: Start, tmp_path: Path) -> None:
    theirs = {"custom_roles": [{"name": ROLE, "actions": ["*"], "subscriptions": ["finance"]}]}
    azure = start_azure(*estate(tmp_path, **theirs, **login({"role": "Owner", "scope": "production"})))
    refused = limit(azure)
    assert "is there, somewhere where this login cannot see it" in refused["msg"]
    assert roles(azure, principal(azure)) == ["Contributor"]


def test_a_lock_keeps_contributor_and_says_so(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, locks=[{"name": "keep", "scope": "production"}]))
    made = limit(azure)
    assert (made["failed"], "ScopeLocked" in made["msg"]) == (True, True)
    assert roles(azure, principal(azure)) == [ROLE, "Contributor"]


def test_a_tenant_full_of_custom_roles_is_one_sentence(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, "--set", "role_definition_limit=0"))
    refused = limit(azure)
    assert "as many custom roles as Azure allows (5,000)" in refused["msg"]
    assert roles(azure, principal(azure)) == ["Contributor"]


def test_a_full_subscription_is_refused_before_the_first_write(start_azure: Start, tmp_path: Path) -> None:
    places = [f"production/rg-vms/Microsoft.Compute/virtualMachines/vm{number}" for number in range(3999)]
    crowd = {"name": "id-crowd", "roles": [{"role": "Reader", "scope": place} for place in places]}
    azure = start_azure(*estate(tmp_path, identities=[crowd]))
    for check in (True, False):
        refused = limit(azure, check=check)
        assert "holds 4000 role assignments and would hold 1 more for a moment" in refused["msg"]
    assert azure.writes() == []


# Replication


def test_a_fresh_role_that_azure_does_not_know_yet_is_waited_for(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, "--replication-delay", "2"))
    made = limit(azure)
    assert "failed" not in made
    assert roles(azure, principal(azure)) == [ROLE]
    assert limit(azure)["changed"] is False
    assert "failed" not in restore(azure)


def test_waiting_for_a_role_has_an_end_and_contributor_stays(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path, "--replication-delay", "600"))
    late = limit(azure, replication_timeout=1)
    assert late["failed"] is True
    assert "Azure did not know the role there after 1 seconds" in late["msg"]
    assert roles(azure, principal(azure)) == ["Contributor"]


def test_contributor_stays_until_what_replaces_it_can_be_read(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure, "aa-finance")
    azure.control("PUT", "/settings", {"replication_delay": 600})
    late = limit(azure, not_actions=[], replication_timeout=1)
    assert late["failed"] is True
    assert never_without(azure)
    assert "Contributor" in roles(azure, principal(azure))
    azure.control("PUT", "/settings", {"replication_delay": 0})


# Others at work


def test_accounts_that_are_limited_at_once_lose_nothing_of_each_other(start_azure: Start, tmp_path: Path) -> None:
    first, second = ESTATE["accounts"]
    many = [
        {**(first if number % 2 else second), "name": f"aa{number}", "run_as": {"application": f"run-as-{number}"}}
        for number in range(6)
    ]
    azure = start_azure(*estate(tmp_path, "--replication-delay", "1", accounts=many))
    results: dict[int, dict[str, Any]] = {}

    def work(number: int) -> None:
        results[number] = limit(azure, f"aa{number}", not_actions=[f"Microsoft.Service{number}/*"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.get("msg") for result in results.values()] == [None] * 6
    assert len(custom_roles(azure)[ROLE]["assignableScopes"]) == 2
    assert {f"Microsoft.Service{number}/*" for number in range(6)} <= set(not_actions(azure))
    assert [roles(azure, principal(azure, f"run-as-{number}")) for number in range(6)] == [[ROLE]] * 6


def test_the_same_role_assignment_under_another_name_counts_as_there(start_azure: Start, tmp_path: Path) -> None:
    """A fault holds our write back until somebody else has made the same."""
    azure = start_azure(*estate(tmp_path))
    planned = next(c for c in limit(azure, check=True)["changes"] if c["kind"] == "run_as_role_assignment")
    ours, after = planned["target"].rsplit("/", 1)[-1], planned["after"]
    azure.control("PUT", "/faults", [f"latency=4000,path=*/roleAssignments/{ours}*,method=PUT"])
    results: list[dict[str, Any]] = []
    worker = threading.Thread(target=lambda: results.append(limit(azure)))
    worker.start()
    while ROLE not in custom_roles(azure):
        worker.join(0.05)
    theirs = "00000000-0000-0000-0000-0000000000aa"
    assign(azure, after["principal_id"], after["scope"], after["role_definition"], theirs)
    worker.join()
    assert "failed" not in results[0]
    assert roles(azure, principal(azure)) == [ROLE]
    names = [item["name"] for item in azure.state()["role_assignments"]]
    assert (theirs in names, ours in names) == (True, False)


def test_another_condition_on_the_custom_role_is_a_finding(start_azure: Start, tmp_path: Path) -> None:
    theirs = {"custom_roles": [{"name": ROLE, "actions": ["*"]}]}
    run_as = {"roles": ["Contributor", {"role": ROLE, "condition": CONDITION}]}
    azure = start_azure(*estate(tmp_path, run_as=run_as, **theirs))
    made = limit(azure)
    assert (codes(made), made["left"][0]["reason"]) == (["RA355"], "other condition")
    assert roles(azure, principal(azure)) == [ROLE, "Contributor"]


def test_who_lost_both_is_told_and_gets_nothing_back(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    scope = f"/subscriptions/{azure.account('aa')['subscription_id']}"
    with session(azure) as other:
        for item in authorization.list_for_principal(other, scope, principal(azure)):
            authorization.delete_assignment(other, scope, item["name"])
    undone = restore(azure)
    assert (codes(undone), kinds(undone)) == (["RA359"], ["delete role_definition"])
    assert held(azure, principal(azure)) == []


def test_a_role_that_somebody_hidden_still_has_stays(start_azure: Start, tmp_path: Path) -> None:
    """The login sees no role assignment of it, but Azure knows of one."""
    azure = start_azure(*estate(tmp_path))
    limit(azure)
    fault = "status=400,code=RoleDefinitionHasAssignments,path=*/roleDefinitions/*,method=DELETE,times=0"
    azure.control("PUT", "/faults", [fault])
    undone = restore(azure, replication_timeout=1)
    assert ("failed" in undone, kinds(undone)[-1], codes(undone)) == (False, "delete run_as_role_assignment", ["RA358"])
    assert ROLE in custom_roles(azure)


# What docs/permissions.md says is enough


@pytest.mark.parametrize("enough", ["User Access Administrator", "Limiter"])
def test_what_the_page_about_permissions_names_is_enough(start_azure: Start, tmp_path: Path, enough: str) -> None:
    automation = ("read", "connections/read", "certificates/read", "runbooks/read", "runbooks/content/read")
    rights = [f"roleAssignments/{verb}" for verb in ("read", "write", "delete")]
    rights += [f"roleDefinitions/{verb}" for verb in ("read", "write", "delete")]
    actions = [f"Microsoft.Automation/automationAccounts/{verb}" for verb in automation]
    actions += [f"Microsoft.Authorization/{right}" for right in rights]
    limiter = {"name": "Limiter", "actions": [*actions, "Microsoft.Resources/subscriptions/read"]}
    runbooks = with_runbooks({"name": "Clean", "text": "Get-AzVM"})
    azure = start_azure(*estate(tmp_path, custom_roles=[limiter], **login(enough), **runbooks))
    made = limit(azure)
    assert ("failed" in made, len(made["limited"])) == (False, 1)
    assert [code for code in codes(made) if code != "RA901"] == []
    assert "failed" not in restore(azure)
    assert roles(azure, principal(azure)) == ["Contributor"]
