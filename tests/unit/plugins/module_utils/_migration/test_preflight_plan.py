# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preflight judged: what is held, what lacks, what nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.caller import GraphClaims
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_needs import Needs, needed
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.preflight_plan import (
    Grantor,
    GraphRights,
    Judged,
    Rights,
    anything_known,
    graph_rights,
    graph_rights_of,
    judge,
    lack_findings,
    missing,
    only_reads,
    shown_steps,
)

SUB = "/subscriptions/s"
ACCOUNT = f"{SUB}/resourceGroups/rg/providers/Microsoft.Automation/automationAccounts/aa"
NEEDS = Needs(enable_identity=True, role_scopes=(SUB,), rewrite=True, retire=True)
READER, CONTRIBUTOR, OWNER = (
    {"actions": ["*/read"], "notActions": []},
    {"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"]},
    {"actions": ["*"]},
)
MANAGES = GraphRights(frozenset({"Application.ReadWrite.All"}))
READ, WRITE = "Application.Read.All", "Application.ReadWrite.All"


def judged(at_account: Rights, at_subscription: Rights, graph: GraphRights = MANAGES) -> list[Judged]:
    rights = {ACCOUNT.lower(): at_account, SUB: at_subscription}
    return judge(needed(ACCOUNT, NEEDS), rights, graph)


def possible(found: list[Judged], known: bool = True) -> dict[str, Any]:
    return {step["step"]: step["possible"] for step in shown_steps(NEEDS, found, known)}


def test_an_owner_can_do_everything() -> None:
    found = judged(Rights((OWNER,)), Rights((OWNER,)))
    assert set(possible(found).values()) == {True}
    assert missing(found) == []
    assert not only_reads(found)
    assert list(lack_findings(ACCOUNT, found, {})) == []


def test_a_contributor_cannot_copy_roles() -> None:
    found = judged(Rights((CONTRIBUTOR,)), Rights((CONTRIBUTOR,)))
    assert [step for step, can in possible(found).items() if can is False] == ["copy_runas_roles"]
    (lack,) = missing(found)
    assert (lack.permission, lack.scope) == ("Microsoft.Authorization/roleAssignments/write", SUB)


def test_what_lacks_is_one_finding_per_step_that_names_everything() -> None:
    grantors = {SUB: [Grantor(SUB, "Owner", f"p{number}", "User") for number in range(7)]}
    (found,) = lack_findings(ACCOUNT, judged(Rights((CONTRIBUTOR,)), Rights((CONTRIBUTOR,))), grantors)
    assert (found.code, found.severity.value) == ("RA910", "error")
    assert "step copy_runas_roles: it lacks Microsoft.Authorization/roleAssignments/write at /subscriptions/s." in (
        found.sentence
    )
    assert "Role Based Access Control Administrator at /subscriptions/s" in found.remedy
    assert "User p4 (Owner at /subscriptions/s); and 2 more." in found.remedy


def test_what_only_the_retirement_lacks_is_a_warning() -> None:
    keeps = {"actions": ["*"], "notActions": ["*/delete"]}
    found = judge(
        needed(ACCOUNT, Needs(retire=True)), {ACCOUNT.lower(): Rights((keeps,))}, GraphRights(frozenset({READ}))
    )
    warnings = list(lack_findings(ACCOUNT, found, {}))
    assert [(item.code, item.severity.value) for item in warnings] == [("RA912", "warning"), ("RA913", "warning")]
    assert "connections/delete" in warnings[0].sentence
    assert "Nobody is known who may give out roles there." in warnings[0].remedy
    assert "Application.ReadWrite.All of Microsoft Graph" in warnings[1].sentence


def test_without_microsoft_graph_a_step_is_possible_all_the_same() -> None:
    found = judged(Rights((OWNER,)), Rights((OWNER,)), GraphRights())
    assert set(possible(found).values()) == {True}
    assert [item.code for item in lack_findings(ACCOUNT, found, {})] == ["RA913", "RA913"]


def test_a_scope_that_could_not_be_read_is_not_known() -> None:
    found = judged(Rights((OWNER,)), Rights(complete=False))
    assert possible(found)["copy_runas_roles"] is None
    assert possible(found)["enable_identity"] is True
    assert missing(found) == []
    assert list(lack_findings(ACCOUNT, found, {})) == []


def test_a_scope_that_nobody_read_is_not_known() -> None:
    found = judge(needed(ACCOUNT, NEEDS), {}, GraphRights(known=False))
    assert {item.held for item in found} == {None}
    assert not anything_known(found)
    assert not only_reads(found)


def test_what_is_read_by_half_is_held_where_it_is_seen_and_else_not_known() -> None:
    rights = Rights((READER,), complete=False)
    assert rights.holds("Microsoft.Automation/automationAccounts/read") is True
    assert rights.holds("Microsoft.Automation/automationAccounts/write") is None


def test_a_condition_leaves_open_what_it_concerns() -> None:
    found = judged(Rights((CONTRIBUTOR,)), Rights((CONTRIBUTOR,), limited=(OWNER,)))
    assert possible(found)["copy_runas_roles"] is None
    (warning,) = lack_findings(ACCOUNT, found, {})
    assert warning.code == "RA914"
    assert "Microsoft.Authorization/roleAssignments/write at /subscriptions/s" in warning.sentence


def test_a_reader_only_reads_and_nothing_is_said_of_the_login_that_migrates() -> None:
    found = judged(Rights((READER,)), Rights((READER,)))
    assert only_reads(found)
    assert set(possible(found, known=False).values()) == {None}
    needs = [need for step in shown_steps(NEEDS, found, False) for need in step["needs"]]
    assert {need["held"] for need in needs} == {None}


def test_a_reader_that_may_not_look_everywhere_still_only_reads() -> None:
    assert only_reads(judged(Rights((READER,)), Rights(complete=False)))


def test_a_single_write_makes_a_login_one_to_migrate_with() -> None:
    publishes = {"actions": ["Microsoft.Automation/automationAccounts/runbooks/*"]}
    assert not only_reads(judged(Rights((READER, publishes)), Rights((READER,))))


def test_nothing_to_do_is_judged() -> None:
    assert anything_known([])
    assert not only_reads([])
    assert shown_steps(Needs(), [], True) == []


# --- Microsoft Graph ------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "reads", "writes"),
    [
        (GraphClaims(frozenset({"Application.Read.All"})), True, False),
        (GraphClaims(frozenset({"Application.ReadWrite.All"})), True, True),
        (GraphClaims(frozenset({"Directory.Read.All"})), True, False),
        (GraphClaims(frozenset({"Directory.ReadWrite.All"})), True, None),
        (GraphClaims(frozenset({"Application.ReadWrite.OwnedBy"})), None, None),
        (GraphClaims(frozenset({"User.Read.All"})), False, False),
        (GraphClaims(), False, False),
        # A user: no more than he may himself.
        (GraphClaims(scopes=frozenset({"Application.ReadWrite.All"})), None, None),
        (GraphClaims(scopes=frozenset({"Directory.AccessAsUser.All"})), None, None),
        (GraphClaims(scopes=frozenset({"User.Read"})), False, False),
        # A Cloud Application Administrator needs no permission.
        (GraphClaims(directory_roles=frozenset({"158c047a-c907-4556-b7ef-446551a6b5f7"})), None, None),
        (None, None, None),
    ],
)
def test_what_a_token_says(claims: GraphClaims | None, reads: bool | None, writes: bool | None) -> None:
    rights = graph_rights(claims)
    assert (rights.holds(READ), rights.holds(WRITE)) == (reads, writes)


def test_what_app_roles_say() -> None:
    held = [
        {"appRoleId": "9A5D68DD-52B0-4CC2-BD40-ABCF44AC3A30"},
        {"appRoleId": "00000000-0000-0000-0000-000000000000"},
    ]
    rights = graph_rights_of(held)
    assert (rights.holds(READ), rights.holds(WRITE)) == (True, False)
