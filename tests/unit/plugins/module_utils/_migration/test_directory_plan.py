# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of rights in Microsoft Entra, decided without any Azure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.caller import GraphClaims
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Absent, Forbidden
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import directory_roles_plan
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import (
    APP_ROLE,
    Copying,
    HandOver,
    Part,
    Right,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import Target
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.app_roles_plan import (
    AppRole,
    app_role_candidates,
    app_role_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_claims import (
    may_add_member,
    may_give_app_role,
    may_give_directory_role,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_plan import (
    Block,
    Candidate,
    Making,
    decide,
    held_back,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_privileged import (
    EXCHANGE,
    GRAPH,
    SHAREPOINT,
    note_of,
    privileged_app_role,
    privileged_directory_role,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import Change

TARGET = Target(AccountId("s1", "rg", "aa"), "system", "identity")
ONE, OTHER = Right(APP_ROLE, "One", "App", ("1",)), Right(APP_ROLE, "Other", "App", ("2",))


def copying(dormant: Mapping[str, str | None] | None = None, **choices: Any) -> Copying:
    return Copying(TARGET, (), dormant or {"run-as": None}, Choices(**choices))


def decided(*candidates: Candidate, there: Mapping[tuple[str, ...], str] | None = None) -> Part:
    making = Making(
        change=lambda right: Change("create", right.kind, right.role, None, {"role": right.role}),
        hand_over=lambda right: HandOver(right.kind, right.role, right.scope, "why", "somebody", "az rest"),
    )
    return decide(candidates, there or {}, making)


# The decision


def test_each_right_ends_as_one_fate_in_one_bucket() -> None:
    blocked = Block("privileged")
    part = decided(Candidate(ONE, "a"), Candidate(OTHER, "a", block=blocked), Candidate(ONE, "b"))
    assert [(fate.right.role, fate.holder, fate.gives, fate.reason) for fate in part.fates] == [
        ("One", "a", (ONE,), None),
        ("One", "b", (ONE,), None),
        ("Other", "a", (), "privileged"),
    ]
    assert [change.target for change in part.changes] == ["One"]
    assert [entry["reason"] for entry in part.not_copied] == ["privileged"]


def test_what_one_holder_may_pass_on_is_given_whoever_else_holds_it() -> None:
    part = decided(Candidate(ONE, "a", block=Block("unused")), Candidate(ONE, "b"))
    assert len(part.changes) == 1
    assert part.not_copied == ()


def test_what_the_identity_has_stays_whatever_it_is() -> None:
    part = decided(Candidate(ONE, "a", block=Block("privileged")), there={("1",): "there"})
    assert part.unchanged == ({**ONE.as_dict(), "id": "there"},)
    assert part.not_copied == part.findings == ()


def test_what_the_task_leaves_out_is_not_copied_even_where_it_is_there() -> None:
    part = decided(Candidate(ONE, "a", block=Block("excluded")), there={("1",): "there"})
    assert [entry["reason"] for entry in part.not_copied] == ["excluded"]
    assert part.fates[0].gives == (ONE,)


def test_what_the_login_may_not_give_is_handed_over_and_nowhere_else() -> None:
    part = decided(Candidate(ONE, "a", may=False))
    assert [entry.role for entry in part.hand_over] == ["One"]
    assert part.changes == part.not_copied == part.unchanged == ()
    assert [(item.code, item.severity.value) for item in part.findings] == [("RA332", "warning")]
    assert part.fates[0].reason == "handed over"


def test_an_identity_that_could_not_be_read_gets_nothing_blindly() -> None:
    part = decided(*held_back([Candidate(ONE, "a"), Candidate(OTHER, "a", block=Block("excluded"))]))
    assert [entry["reason"] for entry in part.not_copied] == ["unreadable", "excluded"]


def test_the_order_that_azure_lists_in_changes_nothing() -> None:
    first, second = Candidate(ONE, "a"), Candidate(OTHER, "b")
    assert decided(first, second) == decided(second, first)


# App roles

ROLE_ID = "df021288-bdef-4463-88db-98f22de89214"
ASSIGNED = {"resourceId": "R", "appRoleId": ROLE_ID.upper(), "resourceDisplayName": "Old Name"}
RESOURCE = {
    "displayName": "Microsoft Graph",
    "appId": GRAPH,
    "appRoles": [{"id": ROLE_ID, "value": "User.Read.All", "isEnabled": True}],
}


def test_an_app_role_is_named_by_the_application_that_offers_it() -> None:
    role = app_role_of(ASSIGNED, RESOURCE)
    assert role.right == Right(APP_ROLE, "User.Read.All", "Microsoft Graph", ("r", ROLE_ID))
    assert role.missing is role.error is None


@pytest.mark.parametrize(
    ("resource", "reason", "code"),
    [
        ({**RESOURCE, "appRoles": []}, "not offered", "RA338"),
        ({**RESOURCE, "appRoles": [{"id": ROLE_ID, "value": "x", "isEnabled": False}]}, "not offered", "RA338"),
        (Absent("gone", status=404), "not offered", "RA338"),
        (Forbidden("no", status=403), "unreadable", "RA901"),
    ],
)
def test_an_app_role_that_cannot_be_given_or_judged_is_not_copied(resource: Any, reason: str, code: str) -> None:
    (candidate,) = app_role_candidates(copying(), {"run-as": [app_role_of(ASSIGNED, resource)]}, None)
    assert candidate.block is not None
    assert candidate.block.reason == reason
    assert [item.code for item in candidate.block.findings] == [code]


def test_an_app_role_that_could_not_be_judged_is_copied_where_its_id_is_named() -> None:
    role = app_role_of(ASSIGNED, Forbidden("no", status=403))
    choices = {"include_rights": frozenset({f"app_role:{ROLE_ID}"})}
    (candidate,) = app_role_candidates(copying(**choices), {"run-as": [role]}, None)
    assert candidate.block is None


def test_access_to_an_application_without_app_roles_is_called_so() -> None:
    role = app_role_of({**ASSIGNED, "appRoleId": "00000000-0000-0000-0000-000000000000"}, {**RESOURCE, "appRoles": []})
    assert (role.name, role.missing) == ("Default Access", None)


def test_an_app_role_of_exchange_tells_what_else_it_needs() -> None:
    role = AppRole("r", "1", "Exchange.ManageAsApp", "Office 365 Exchange Online", EXCHANGE)
    (candidate,) = app_role_candidates(copying(), {"run-as": [role]}, None)
    assert [item.code for item in candidate.notes] == ["RA333"]
    assert "Exchange Administrator" in candidate.notes[0].sentence
    assert "certificate" in (note_of(SHAREPOINT, "Sites.Read.All") or "")
    assert note_of(GRAPH, "Mail.Send") is None


@pytest.mark.parametrize(
    ("application", "value", "judged"),
    [
        (GRAPH, "RoleManagement.ReadWrite.Directory", True),
        (GRAPH, "Application.ReadWrite.OwnedBy", True),
        (GRAPH, "GroupMember.ReadWrite.All", True),
        (GRAPH, "User.Read.All", False),
        (GRAPH, "Mail.Send", False),
        (EXCHANGE, "full_access_as_app", True),
        (EXCHANGE, "Exchange.ManageAsApp", False),
        (SHAREPOINT, "Sites.FullControl.All", True),
        ("11111111-1111-1111-1111-111111111111", "RoleManagement.ReadWrite.Directory", False),
    ],
)
def test_an_app_role_is_privileged_by_its_application_and_name(application: str, value: str, judged: bool) -> None:
    assert (privileged_app_role(application, value) is not None) is judged


# Directory roles


@pytest.mark.parametrize(
    ("definition", "judged"),
    [
        ({"id": "62E90394-69f5-4237-9190-012177145e10", "isBuiltIn": True}, True),
        ({"id": "f2ef992c-3afb-46b9-b7cf-a126ee74c451"}, True),
        ({"id": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "isBuiltIn": True}, False),
        ({"id": "29232cdf-9323-42fd-ade2-1d097af3e4de", "isBuiltIn": True, "isPrivileged": True}, True),
        ({"id": "own", "isBuiltIn": False}, True),
        ({"id": "own", "isBuiltIn": False, "isPrivileged": False}, False),
        ({"id": "own", "templateId": "62e90394-69f5-4237-9190-012177145e10", "isBuiltIn": True}, True),
    ],
)
def test_a_directory_role_is_privileged_by_microsofts_label_or_unjudged(
    definition: dict[str, Any], judged: bool
) -> None:
    assert (privileged_directory_role(definition) is not None) is judged


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"directoryScopeId": "/", "roleDefinition": {"displayName": "Directory Readers", "isBuiltIn": True}}, None),
        ({"directoryScopeId": "/", "roleDefinition": None}, "unreadable"),
        ({"directoryScopeId": "/", "roleDefinition": {"displayName": "x", "isEnabled": False}}, "not offered"),
        ({"appScopeId": "/x", "roleDefinition": {"displayName": "x"}}, "not offered"),
    ],
)
def test_a_directory_role_that_cannot_be_judged_or_given_is_not_copied(
    item: dict[str, Any], reason: str | None
) -> None:
    role = directory_roles_plan.directory_role_of({"roleDefinitionId": "D", **item})
    (candidate,) = directory_roles_plan.directory_role_candidates(copying(), {"run-as": [role]}, None)
    assert (candidate.block.reason if candidate.block else None) == reason
    assert candidate.right.key[0] == "d"


# What a token tells

APP_ROLES, ROLES, MEMBERS = (
    "AppRoleAssignment.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "GroupMember.ReadWrite.All",
)
GLOBAL, ROLE_ADMIN = "62e90394-69f5-4237-9190-012177145e10", "e8611ab8-c189-46e8-94e1-60213ab1f814"
APPLICATION_ADMIN, GROUPS_ADMIN = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "fdd7a751-b60b-444a-984c-02652fe8fa1c"


def told(roles: tuple[str, ...] = (), scopes: tuple[str, ...] = (), wids: tuple[str, ...] = ()) -> GraphClaims:
    return GraphClaims(frozenset(roles), frozenset(scopes), frozenset(wids))


@pytest.mark.parametrize(
    ("claims", "of_graph", "of_others", "directory", "member", "member_of_assignable"),
    [
        (None, True, True, True, True, True),
        (told(), False, False, False, False, False),
        (told((APP_ROLES,)), True, True, False, False, False),
        (told((ROLES,)), False, False, True, False, False),
        (told((MEMBERS,)), False, False, False, True, False),
        (told((MEMBERS, ROLES)), False, False, True, True, True),
        (told(wids=(GLOBAL,)), True, True, True, True, True),
        (told(wids=(ROLE_ADMIN,)), True, True, True, False, True),
        (told(wids=(APPLICATION_ADMIN,)), False, True, False, False, False),
        (told(wids=(GROUPS_ADMIN,)), False, False, False, True, False),
        (told(scopes=(APP_ROLES,)), False, False, False, False, False),
        (told(scopes=(APP_ROLES,), wids=(ROLE_ADMIN,)), True, True, False, False, False),
        (told(scopes=("Directory.AccessAsUser.All",), wids=(GLOBAL,)), True, True, True, True, True),
        (told(scopes=("User.Read",), wids=(GLOBAL,)), False, False, False, False, False),
        (told(scopes=(MEMBERS,)), False, False, False, True, False),
    ],
)
def test_what_a_login_may_give_by_its_token(
    claims: GraphClaims | None,
    of_graph: bool,
    of_others: bool,
    directory: bool,
    member: bool,
    member_of_assignable: bool,
) -> None:
    assert may_give_app_role(claims, GRAPH) is of_graph
    assert may_give_app_role(claims, EXCHANGE) is of_others
    assert may_give_directory_role(claims) is directory
    assert may_add_member(claims, False) is member
    assert may_add_member(claims, True) is member_of_assignable
