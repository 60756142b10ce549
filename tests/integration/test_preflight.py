# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preflight: what the login that migrates may do, before the first write, and whether Azure then agrees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Conflict, Forbidden
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._finding import Finding
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight import read_preflight
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_needs import Needs

if TYPE_CHECKING:
    from .conftest import Azure

Start = Callable[..., "Azure"]
Preflight = tuple[dict[str, Any], list[Finding]]

SECRET = "FAKE-secret-of-a-login"
WRITE_ROLES = "Microsoft.Authorization/roleAssignments/write"

ESTATE: dict[str, Any] = {
    "management_groups": [{"name": "mg-top"}],
    "subscriptions": [
        {"name": "production", "management_group": "mg-top"},
        {"name": "finance", "management_group": "mg-top", "resource_groups": ["rg-invoices"]},
    ],
    "identities": [{"name": "id-jobs"}],
    "accounts": [{"name": "aa", "run_as": "complete"}],
    "vaults": [{"name": "rsv", "mappings": [{"name": "m", "account": "aa"}]}],
    "groups": [
        {"name": "admins", "roles": [{"role": "Owner", "scope": "mg:mg-top"}]},
        {"name": "movers", "members": ["login-by_group"], "roles": [{"role": "Owner", "scope": "production"}]},
    ],
    "custom_roles": [
        {"name": "Assigner", "actions": ["*/read", WRITE_ROLES]},
    ],
    "logins": {
        "full": {
            "secret": SECRET,
            "graph": "manage",
            "roles": ["Contributor", "Role Based Access Control Administrator"],
        },
        "partly": {
            "secret": SECRET,
            "graph": "read",
            "roles": [
                {"role": "Contributor", "scope": "production"},
                {"role": "User Access Administrator", "scope": "production"},
                {"role": "Contributor", "scope": "finance"},
            ],
        },
        "reader": {"secret": SECRET, "graph": "read", "roles": [{"role": "Reader", "scope": "mg:mg-top"}]},
        "stranger": {"secret": SECRET, "roles": [{"role": "Contributor", "scope": "production"}]},
        "assigner": {
            "secret": SECRET,
            "roles": [
                {"role": "Contributor", "scope": "production"},
                {"role": "Assigner", "scope": "production", "condition": "((@Resource[a] StringEquals 'b'))"},
            ],
        },
        "by_group": {"secret": SECRET},
    },
}


@pytest.fixture
def serve(start_azure: Start, tmp_path: Path) -> Callable[..., Azure]:
    """Return a function that starts a simulator with the estate and other members of it."""

    def start(**members: Any) -> Azure:
        path = tmp_path / "estate.yml"
        path.write_text(yaml.safe_dump({**ESTATE, **members}))
        return start_azure("--estate", str(path))

    return start


class Scene:
    """The ids of the estate, and what a login is told."""

    def __init__(self, azure: Azure) -> None:
        self.azure = azure
        self.account = AccountId(*azure.account("aa").values())
        state = azure.state()
        scopes = {item["name"]: f"/subscriptions/{item['id']}" for item in state["subscriptions"]}
        self.production, self.finance = scopes["production"], scopes["finance"]
        self.vault = state["vaults"][0]["id"]
        self.identity = (
            f"{self.production}/resourceGroups/rg-identities/providers/Microsoft.ManagedIdentity"
            "/userAssignedIdentities/id-jobs"
        )

    def session(self, login: str) -> Session:
        return Session(Login(**self.azure.login(login)))

    def object_id(self, login: str) -> str:
        found: str = self.azure.endpoint["logins"][login]["object_id"]
        return found

    def everything(self, **other: Any) -> Needs:
        """All that can be needed: an identity of both kinds, roles in two subscriptions, a vault, the retirement."""
        needs: dict[str, Any] = {
            "enable_identity": True,
            "user_assigned": (self.identity,),
            "role_scopes": (self.production, self.finance),
            "rewrite": True,
            "vaults": (self.vault,),
            "retire": True,
            "location": "westeurope",
            "identity_type": "SystemAssigned, UserAssigned",
        }
        return Needs(**{**needs, **other})

    def preflight(self, login: str, needs: Needs | None = None, principal: str | None = None) -> Preflight:
        with self.session(login) as session:
            wanted = needs or self.everything()
            return read_preflight(session, self.account, wanted, principal_id=principal, max_parallel=4)


def possible(told: dict[str, Any]) -> dict[str, Any]:
    return {step["step"]: step["possible"] for step in told["steps"]}


def held(told: dict[str, Any], permission: str, step: str = "copy_runas_roles") -> dict[str, Any]:
    needs = [need for one in told["steps"] if one["step"] == step for need in one["needs"]]
    return {need["scope"]: need["held"] for need in needs if need["permission"] == permission}


def codes(findings: list[Finding]) -> list[str]:
    return [item.code for item in findings]


# --- the login itself -----------------------------------------------------


def test_a_login_with_every_right_can_do_everything(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("full")
    assert codes(findings) == []
    assert told["judged"] is True
    assert set(possible(told).values()) == {True}
    login = scene.azure.endpoint["logins"]["full"]
    assert told["login"] == {
        "object_id": login["object_id"],
        "application_id": login["client_id"],
        "tenant_id": login["tenant"],
    }
    assert {need["held"] for step in told["steps"] for need in step["needs"]} == {True}
    assert (told["locks"], told["policies"], told["grantors"]) == ([], [], [])


def test_it_asks_once_per_scope_and_writes_nothing(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    scene.azure.forget_requests()
    scene.preflight("full", scene.everything(role_scopes=(scene.production, scene.production.upper(), scene.finance)))
    assert scene.azure.writes() == []
    asked = [entry["path"] for entry in scene.azure.requests() if "/permissions?" in entry["path"]]
    assert len(asked) == len({path.lower() for path in asked}) == 5
    locks = [entry["path"] for entry in scene.azure.requests() if "/locks?" in entry["path"]]
    assert len(locks) == 3, "the account's and the vault's lists have the locks of their subscription"


def test_nothing_is_asked_where_nothing_has_to_be_done(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    scene.azure.forget_requests()
    told, findings = scene.preflight("reader", Needs())
    assert (told["judged"], told["steps"], findings) == (True, [], [])
    assert not [entry for entry in scene.azure.requests() if "/providers/" in entry["path"]]


def test_what_lacks_at_one_scope_is_named_with_who_could_grant_it(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("partly")
    assert held(told, WRITE_ROLES) == {scene.production: True, scene.finance: False}
    assert [step for step, can in possible(told).items() if can is not True] == ["copy_runas_roles"]
    lack, graph = findings
    assert (lack.code, lack.severity.value) == ("RA910", "error")
    assert lack.sentence.endswith(f"it lacks {WRITE_ROLES} at {scene.finance}.")
    assert f"Role Based Access Control Administrator at {scene.finance}" in lack.remedy
    assert graph.code == "RA913"
    top = "/providers/Microsoft.Management/managementGroups/mg-top"
    assert {(item["role"], item["scope"], item["principal_type"]) for item in told["grantors"]} == {
        ("Owner", top, "Group"),
        ("Role Based Access Control Administrator", scene.finance, "ServicePrincipal"),
    }
    assert f"(Owner at {top})" in lack.remedy


def test_a_reader_is_not_taken_for_the_login_that_migrates(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("reader")
    assert told["judged"] is False
    assert [(item.code, item.severity.value) for item in findings] == [("RA911", "info")]
    assert "migration_principal" in findings[0].remedy
    assert set(possible(told).values()) == {None}
    assert told["grantors"] == []


def test_a_scope_where_the_login_has_no_role_is_not_known(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("stranger", scene.everything(role_scopes=(scene.finance,), retire=False))
    assert held(told, WRITE_ROLES) == {scene.finance: None}
    assert possible(told)["copy_runas_roles"] is None
    assert held(told, WRITE_ROLES, "migrate_site_recovery") == {scene.vault: False}
    unread = [item for item in findings if item.code == "RA901"]
    assert {item.resource for item in unread} == {scene.finance}
    assert "AuthorizationFailed" in unread[0].sentence


def test_a_permissions_call_that_is_refused_makes_nothing_held(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    fault = "status=403,code=AuthorizationFailed,path=*/providers/Microsoft.Authorization/permissions*,times=0"
    scene.azure.control("PUT", "/faults", [fault])
    told, findings = scene.preflight("full")
    assert told["judged"] is False
    in_azure = {need["held"] for step in told["steps"] for need in step["needs"] if "Microsoft." in need["permission"]}
    assert in_azure == {None}
    assert codes(findings) == ["RA901"] * 5


def test_what_a_scope_that_is_gone_needs_is_not_known(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    gone = f"{scene.finance}/resourceGroups/rg-gone"
    told, findings = scene.preflight("full", Needs(role_scopes=(gone,)))
    assert held(told, WRITE_ROLES) == {gone: None}
    assert {item.resource for item in findings} == {gone}


def test_no_secret_and_no_token_is_told(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    with scene.session("partly") as session:
        told, findings = read_preflight(session, scene.account, scene.everything(), principal_id=None, max_parallel=1)
        token = session.credential.get_token(session.cloud.arm_scope).token
    text = f"{told}{findings}"
    assert token not in text
    assert SECRET not in text


# --- another login --------------------------------------------------------


def test_another_login_is_judged_by_its_role_assignments(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("reader", principal=scene.object_id("partly"))
    assert told["judged"] is True
    assert told["login"]["object_id"] == scene.object_id("partly")
    assert told["login"]["application_id"] is None
    assert held(told, WRITE_ROLES) == {scene.production: True, scene.finance: False}
    assert codes(findings) == ["RA910", "RA913"]


def test_both_ways_say_the_same_of_a_login(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    for login in ("full", "partly"):
        own, own_findings = scene.preflight(login)
        other, other_findings = scene.preflight("reader", principal=scene.object_id(login))
        assert other["steps"] == own["steps"]
        assert other["grantors"] == own["grantors"]
        assert other_findings == own_findings


def test_what_its_groups_hold_counts(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("reader", principal=scene.object_id("by_group"))
    assert held(told, WRITE_ROLES) == {scene.production: True, scene.finance: False}
    lacking = [item for item in findings if item.code == "RA910"]
    assert len(lacking) == 1
    assert scene.production not in lacking[0].sentence


def test_a_login_without_any_role_is_told_all_that_it_lacks(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("full", principal=scene.object_id("reader"))
    assert told["judged"] is True
    assert [step for step, can in possible(told).items() if can] == ["all"]
    assert codes(findings) == ["RA910"] * 4 + ["RA912", "RA913"]


def test_a_condition_on_its_role_assignment_leaves_open_what_it_may(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    needs = Needs(role_scopes=(scene.production,))
    told, findings = scene.preflight("reader", needs, scene.object_id("assigner"))
    assert held(told, WRITE_ROLES) == {scene.production: None}
    assert codes(findings) == ["RA913", "RA914"]


def test_role_assignments_that_may_not_be_read_make_nothing_held(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    scene.azure.control(
        "PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/roleAssignments?*assignedTo*,times=0"]
    )
    told, findings = scene.preflight("reader", principal=scene.object_id("full"))
    assert told["judged"] is False
    assert set(codes(findings)) == {"RA901"}


def test_a_directory_that_may_not_be_read_leaves_graph_open(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    told, findings = scene.preflight("stranger", Needs(retire=True), scene.object_id("full"))
    assert held(told, "Application.ReadWrite.All", "remove_runas") == {"Microsoft Graph": None}
    assert possible(told)["remove_runas"] is True
    assert codes(findings) == ["RA901"]


# --- what stands in the way -----------------------------------------------


def test_a_lock_is_told_before_it_refuses(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve(locks=[{"name": "freeze", "level": "ReadOnly", "scope": "production/rg-automation"}]))
    told, findings = scene.preflight("full")
    assert told["locks"] == [
        {"name": "freeze", "level": "ReadOnly", "scope": f"{scene.production}/resourceGroups/rg-automation"}
    ]
    (found,) = findings
    assert (found.code, found.severity.value) == ("RA915", "error")
    assert found.sentence.endswith("stops these steps: enable_identity, update_runbook, remove_runas.")
    with scene.session("full") as session, pytest.raises(Conflict, match="ScopeLocked"):
        automation.patch_identity(session, scene.account, {"type": "SystemAssigned"})


def test_a_reader_is_told_of_locks_all_the_same(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve(locks=[{"name": "freeze", "level": "ReadOnly", "scope": "production"}]))
    told, findings = scene.preflight("reader", scene.everything(retire=False))
    assert len(told["locks"]) == 1
    assert codes(findings) == ["RA911", "RA915"]


def test_a_lock_where_a_role_has_to_be_given(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve(locks=[{"name": "books", "level": "ReadOnly", "scope": "finance"}]))
    dummy, findings = scene.preflight("full")
    assert [(item.code, item.sentence.rsplit(": ", 1)[1]) for item in findings] == [("RA915", "copy_runas_roles.")]


def test_a_delete_lock_warns_of_the_retirement_only(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve(locks=[{"name": "keep", "scope": "production"}]))
    assert codes(scene.preflight("full")[1]) == ["RA916"]
    assert codes(scene.preflight("full", scene.everything(retire=False))[1]) == []


def test_locks_that_may_not_be_read_are_a_finding(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    scene.azure.control("PUT", "/faults", ["status=403,code=AuthorizationFailed,path=*/locks?*,times=0"])
    told, findings = scene.preflight("full", Needs(rewrite=True))
    assert possible(told)["update_runbook"] is True
    assert [(item.code, item.resource) for item in findings] == [("RA901", scene.account.arm_id)]


def test_a_policy_is_told_before_it_denies(serve: Callable[..., Azure]) -> None:
    scene = Scene(
        serve(policies=[{"name": "no <b>identity</b>", "scope": "mg:mg-top"}, {"name": "w", "effect": "audit"}])
    )
    told, findings = scene.preflight("full")
    top = "/providers/Microsoft.Management/managementGroups/mg-top/providers/Microsoft.Authorization"
    assert told["policies"] == [
        {
            "assignment": f"{top}/policyAssignments/no <b>identity</b>",
            "definition": f"{top}/policyDefinitions/no <b>identity</b>",
            "effect": "Deny",
            "reason": "The identity of the Automation account is not allowed.",
        }
    ]
    assert [(item.code, item.severity.value) for item in findings] == [("RA917", "error")]
    with scene.session("full") as session, pytest.raises(Forbidden, match="RequestDisallowedByPolicy"):
        automation.patch_identity(session, scene.account, {"type": "SystemAssigned"})


def test_policies_are_asked_only_where_the_identity_changes(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve(policies=[{"name": "no-identity"}]))
    scene.azure.forget_requests()
    told, findings = scene.preflight("full", Needs(rewrite=True))
    assert (told["policies"], findings) == ([], [])
    assert not [entry for entry in scene.azure.requests() if "PolicyInsights" in entry["path"]]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("status=403,code=AuthorizationFailed", "RA901"),
        # The subscription has never used policies.
        ("status=409,code=MissingSubscriptionRegistration", "RA903"),
        ("status=400,code=BadRequest", "RA903"),
    ],
)
def test_policies_that_cannot_be_asked_for_are_a_finding(serve: Callable[..., Azure], fault: str, code: str) -> None:
    scene = Scene(serve())
    scene.azure.control("PUT", "/faults", [f"{fault},path=*/checkPolicyRestrictions*,times=0"])
    told, findings = scene.preflight("full", Needs(enable_identity=True))
    assert told["policies"] == []
    assert [(item.code, item.resource) for item in findings] == [(code, scene.account.arm_id)]


def test_an_account_deleted_meanwhile_is_no_error(serve: Callable[..., Azure]) -> None:
    scene = Scene(serve())
    scene.account = AccountId(scene.account.subscription_id, scene.account.resource_group, "aa-gone")
    dummy, findings = scene.preflight("full", Needs(enable_identity=True))
    assert codes(findings) == ["RA901"]
    assert "was not found" in findings[0].sentence
