# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How copy_runas_roles finds role assignments, what it shares with other workers, and what it leaves to people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import authorization, automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_around import KEPT_AS, SHARED

from .access_estate import Start, codes, roles, session, small

if TYPE_CHECKING:
    from .conftest import Azure

OWNER = {"migration": {"secret": "FAKE-secret", "graph": "manage", "roles": [{"role": "Owner", "scope": "mg:mg-top"}]}}
# Both at one place: one that stays, and one that ends.
UNTIL = [
    {"role": "Reader", "scope": "production/rg-vms"},
    {"role": "Virtual Machine Contributor", "scope": "production/rg-vms", "days": 30},
]
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def lists(azure: Azure) -> list[str]:
    """Return the requests that list role assignments."""
    return [entry["path"] for entry in azure.requests() if "/roleAssignments?" in entry["path"]]


# Two ways to search


def test_resource_graph_finds_what_the_lists_of_all_scopes_find(start_azure: Start, tmp_path: Path) -> None:
    held = [
        {"role": "Reader", "scope": "mg:mg-top"},
        {"role": "Reader", "scope": "finance/rg-payroll"},
        {"role": "Contributor", "scope": "production/rg-vms"},
    ]
    azure = start_azure(*small(tmp_path, roles=held, logins=OWNER))
    listed = azure.call("copy_runas_roles", "aa", check=True)
    for age in (0, 600):
        found = azure.call("copy_runas_roles", "aa", check=True, search="resource_graph", surroundings_age=age)
        assert found["plan_fingerprint"] == listed["plan_fingerprint"]
        assert found["copied"] == listed["copied"]


def test_what_resource_graph_still_shows_but_is_gone_is_not_copied(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=["Reader"], logins=OWNER))
    azure.control("PUT", "/settings", {"resource_graph_delay": 600})
    (planned,) = azure.call("copy_runas_roles", "aa", check=True)["changes"]
    held = next(
        item for item in azure.state()["role_assignments"] if item["properties"]["scope"] == planned["after"]["scope"]
    )
    with session(azure) as other:
        authorization.delete_assignment(other, held["properties"]["scope"], held["name"])
    found = azure.call("copy_runas_roles", "aa", check=True, search="resource_graph")
    assert found["copied"] == []


def test_resource_graph_needs_no_list_of_scopes_where_nothing_is(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, logins=OWNER))
    azure.call("copy_runas_roles", "aa", check=True)
    every = lists(azure)
    azure.forget_requests()
    azure.call("copy_runas_roles", "aa", check=True, search="resource_graph")
    assert len(lists(azure)) == len(every) - 2


# What is shared


def test_what_lies_around_is_read_once_for_all_accounts(azure: Azure) -> None:
    for account in ("aa-plain", "aa-roles"):
        azure.call("enable_identity", account)
        azure.call("copy_runas_roles", account)
    asked = [entry["path"] for entry in azure.requests() if "managementGroups?" in entry["path"]]
    assert len(asked) == 1
    azure.call("copy_runas_roles", "aa-plain", surroundings_age=0)
    assert len([entry for entry in azure.requests() if "managementGroups?" in entry["path"]]) == 2


def test_check_mode_keeps_nothing(azure: Azure) -> None:
    checked = azure.call("copy_runas_roles", "aa-plain", check=True)
    assert not (Path(checked["ledger"]).parent / SHARED / KEPT_AS).exists()


def test_what_was_kept_is_for_the_owner_only_and_holds_no_secret(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    kept = Path(azure.call("copy_runas_roles", "aa-plain")["ledger"]).parent / SHARED / KEPT_AS
    assert kept.stat().st_mode & 0o777 == 0o600
    assert azure.login()["secret"] not in kept.read_text()
    assert json.loads(kept.read_text())["content"]["subscriptions"]


# What is left to people


def test_a_role_that_may_be_activated_is_reported(start_azure: Start, tmp_path: Path) -> None:
    eligible = [{"principal": "run-as", "role": "Contributor", "scope": "finance"}]
    azure = start_azure(*small(tmp_path, eligible=eligible, tenants=[{"name": "contoso", "premium": True}]))
    planned = azure.call("copy_runas_roles", "aa", check=True)
    (found,) = [item for item in planned["findings"] if item["code"] == "RA312"]
    assert "may activate Contributor at /subscriptions/" in found["sentence"]
    assert roles(planned["copied"]) == ["Reader"]


def test_a_tenant_without_the_licence_has_nothing_to_activate_and_nothing_that_ends(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(*small(tmp_path, roles=UNTIL, tenants=[{"name": "contoso", "premium": False}]))
    planned = azure.call("copy_runas_roles", "aa", check=True)
    assert (codes(planned), roles(planned["copied"])) == ([], ["Reader", "Virtual Machine Contributor"])


def test_a_role_that_ends_is_reported_and_not_given_for_good(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=UNTIL))
    made = azure.call("copy_runas_roles", "aa")
    assert roles(made["copied"]) == ["Reader"]
    (left,) = made["not_copied"]
    assert (left["role"], left["reason"]) == ("Virtual Machine Contributor", "time-bound")
    (found,) = made["findings"]
    assert (found["code"], found["resource"].rsplit("/", 2)[-2]) == ("RA315", "roleAssignments")
    assert re.search(r"ends on \d{4}-\d\d-\d\dT", found["sentence"])
    assert [entry["how"] for entry in made["proof"]["differences"]] == ["time-bound"]
    assert made["proof"]["verdict"] == "different"
    again = azure.call("copy_runas_roles", "aa")
    assert (again["changed"], again["proof"]) == (False, made["proof"])
    # Where something is to be given only, and the second run takes what the first one kept.
    listed = [entry for entry in azure.requests() if "/roleAssignmentScheduleInstances?" in entry["path"]]
    assert len(listed) == 1


@pytest.mark.parametrize("search", ["scopes", "resource_graph"])
def test_a_role_that_ends_is_given_for_good_when_named(start_azure: Start, tmp_path: Path, search: str) -> None:
    azure = start_azure(*small(tmp_path, roles=UNTIL, logins=OWNER))
    named: dict[str, Any] = {"include_privileged": ["Virtual Machine Contributor"], "search": search}
    assert len(azure.call("copy_runas_roles", "aa", check=True, search=search)["not_copied"]) == 1
    made = azure.call("copy_runas_roles", "aa", **named)
    assert roles(made["copied"]) == ["Reader", "Virtual Machine Contributor"]
    assert (codes(made), made["proof"]["verdict"]) == ([], "equal")


def test_ends_that_cannot_be_read_are_a_finding_and_not_taken_for_none(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=UNTIL))
    azure.control("PUT", "/faults", ["status=400,code=Odd,path=/subscriptions/*ScheduleInstances*,times=0"])
    planned = azure.call("copy_runas_roles", "aa", check=True)
    ends = [item for item in planned["findings"] if "The ends of the role assignments" in item["sentence"]]
    assert ([item["code"] for item in ends], planned["partial"]) == (["RA903"], True)


def test_an_identity_made_anew_gets_names_of_its_own_and_the_orphans_are_offered(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    (first,) = azure.call("copy_runas_roles", "aa-plain")["copied"]
    where = azure.account("aa-plain")
    account = AccountId(where["subscription_id"], where["resource_group"], "aa-plain")
    with session(azure) as other:
        automation.patch_identity(other, account, {"type": "None"})
        automation.patch_identity(other, account, {"type": "SystemAssigned"})
    again = azure.call("copy_runas_roles", "aa-plain")
    (second,) = again["copied"]
    assert second["id"] != first["id"]
    (orphan,) = [item for item in again["findings"] if item["code"] == "RA313"]
    assert (orphan["resource"], "failed" in again) == (first["id"], False)
    assert f"az role assignment delete --ids {first['id']}" in orphan["remedy"]
    azure.control("PUT", "/faults", [f"status=403,code=AuthorizationFailed,path={first['id']}?*,times=0"])
    forbidden = azure.call("copy_runas_roles", "aa-plain")
    assert ["RA313" in codes(forbidden), "RA901" in codes(forbidden)] == [False, True]


def test_another_identity_of_the_account_is_no_orphan(azure: Azure) -> None:
    azure.call("enable_identity", "aa-plain")
    azure.call("copy_runas_roles", "aa-plain")
    users = azure.call("enable_identity", "aa-identities", check=True)["identity"]["user_assigned_identities"]
    planned = azure.call("copy_runas_roles", "aa-plain", check=True, identity=users[0]["id"])
    assert "RA313" not in codes(planned)


def test_what_the_login_may_not_give_is_handed_over_and_taken_off_the_list_once_it_is_there(
    start_azure: Start, tmp_path: Path
) -> None:
    logins = {
        "migration": {"secret": "FAKE-secret", "graph": "read", "roles": ["Owner"]},
        "administrator": {"secret": "FAKE-other", "graph": "administer", "roles": ["Owner"]},
    }
    held = [{"name": "run-as", "app_roles": ["User.Read.All"]}]
    azure = start_azure(*small(tmp_path, applications=held, logins=logins))
    made = azure.call("copy_runas_roles", "aa")
    assert ("failed" in made, made["partial"], roles(made["copied"])) == (False, True, ["Reader"])
    (asked,) = made["hand_over"]
    assert (asked["kind"], asked["role"]) == ("app_role", "User.Read.All")
    file = Path(made["hand_over_file"])
    assert (file.name, asked["command"] in file.read_text()) == ("hand-over.sh", True)
    assert [(entry["role"], entry["how"]) for entry in made["proof"]["differences"]] == [
        ("User.Read.All", "handed over")
    ]
    part = azure.call("copy_runas_roles", "aa", kinds=["role_assignments"])
    assert (part["hand_over"], file.exists()) == ([], True)
    given = azure.call("copy_runas_roles", "aa", login="administrator")
    assert [entry["role"] for entry in given["copied"]] == ["User.Read.All"]
    done = azure.call("copy_runas_roles", "aa")
    assert (done["hand_over"], done["hand_over_file"], file.exists()) == ([], None, False)
    assert done["proof"]["verdict"] == "equal"


# Refusals on the way: the one item is reported with the remedy, the others proceed


@pytest.mark.parametrize(
    ("fault", "remedy"),
    [
        ("status=404,code=RoleDefinitionDoesNotExist", "The role was deleted meanwhile"),
        ("status=404,code=ResourceGroupNotFound", "The scope is gone"),
        ("status=403,code=RequestDisallowedByPolicy", "Ask for an exemption from that policy"),
        ("status=403,code=AuthorizationFailed", "Let the login give access there"),
    ],
)
def test_a_refused_item_is_reported_with_the_remedy_and_the_others_proceed(
    azure: Azure, fault: str, remedy: str
) -> None:
    azure.call("enable_identity", "aa-roles")
    path = "path=*/resourceGroups/rg-vms/providers/Microsoft.Authorization/roleAssignments/*"
    azure.control("PUT", "/faults", [f"{fault},{path},method=PUT,times=0"])
    made = azure.call("copy_runas_roles", "aa-roles")
    assert (made["failed"], made["partial"], len(made["copied"])) == (True, True, 5)
    (refused,) = made["not_changed"]
    assert remedy in refused["reason"]
    assert [entry["how"] for entry in made["proof"]["differences"]].count("missing") == 1


def test_a_read_only_lock_keeps_only_what_lies_under_it(start_azure: Start, tmp_path: Path) -> None:
    held = [{"role": "Reader", "scope": "production/rg-vms"}, {"role": "Reader", "scope": "finance/rg-payroll"}]
    lock = [{"name": "frozen", "level": "ReadOnly", "scope": "finance/rg-payroll"}]
    azure = start_azure(*small(tmp_path, roles=held, locks=lock))
    made = azure.call("copy_runas_roles", "aa")
    assert (made["partial"], len(made["copied"])) == (True, 1)
    assert "Remove the lock while access is copied" in made["not_changed"][0]["reason"]


def test_role_map_gives_less_at_the_resource_groups_that_need_it(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path, roles=[{"role": "Contributor", "scope": "production"}]))
    (planned,) = azure.call("copy_runas_roles", "aa", check=True)["changes"]
    group = f"{planned['after']['scope']}/resourceGroups/rg-vms"
    less: list[Any] = [{"role": "Contributor", "to": [{"role": "Virtual Machine Contributor", "scope": group}]}]
    made = azure.call("copy_runas_roles", "aa", role_map=less)
    assert [(entry["role"], entry["scope"]) for entry in made["copied"]] == [("Virtual Machine Contributor", group)]
    assert made["proof"]["verdict"] == "narrower as mapped"
    assert azure.call("copy_runas_roles", "aa", role_map=less)["changed"] is False


def test_role_map_that_would_widen_is_refused_before_the_first_write(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*small(tmp_path))
    subscription = azure.account("aa")["subscription_id"]
    wider: list[Any] = [{"role": "Reader", "to": [{"role": "Reader", "scope": f"/subscriptions/{subscription}"}]}]
    refused = azure.call("copy_runas_roles", "aa", role_map=wider)
    assert "does not lie inside it. Nothing was changed" in refused["msg"]
    assert azure.writes() == []
