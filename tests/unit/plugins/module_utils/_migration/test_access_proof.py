# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the identity may do, compared with what the Run As account may do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import Role
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import Fate, Right
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import role_right
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_proof import (
    Proof,
    Verdict,
    last_proof,
    prove,
)

SUB = "/subscriptions/s1"
CONTRIBUTOR = Role(
    "contributor", "Contributor", ({"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"]},)
)
READER = Role("reader", "Reader", ({"actions": ["*/read"]},))
OPERATOR = Role("operator", "VM Operator", ({"actions": ["Microsoft.Compute/virtualMachines/start/action"]},))
GIVER = Role("giver", "Role Giver", ({"actions": ["Microsoft.Authorization/roleAssignments/write"]},))
ROLES = {role.guid: role for role in (CONTRIBUTOR, READER, OPERATOR, GIVER)}


def has(role: Role, scope: str = SUB, condition: str | None = None) -> Right:
    return role_right(role, scope, condition)


def fate(right: Right, *gives: Right, reason: str | None = None) -> Fate:
    return Fate(right, "run-as", gives, reason)


def hows(proof: Proof) -> list[tuple[str, str]]:
    return [(item.right.role, item.how) for item in proof.differences]


def test_the_same_rights_are_equal_whatever_the_blanks_in_conditions() -> None:
    proof = prove(
        [fate(has(READER, condition="a  b"), has(READER, condition="a b"))], [has(READER, condition="a b")], ROLES
    )
    assert (proof.verdict, proof.compared, proof.same, hows(proof)) == (Verdict.EQUAL, 1, 1, [])


def test_less_than_before_is_narrower_where_it_was_asked_for() -> None:
    fates = [fate(has(CONTRIBUTOR), has(READER), has(OPERATOR), reason="role_map"), fate(has(GIVER), reason="excluded")]
    proof = prove(fates, [has(READER), has(OPERATOR)], ROLES)
    assert (proof.verdict, proof.same, proof.as_asked) == (Verdict.NARROWER, 0, 2)


@pytest.mark.parametrize("reason", ["privileged", "unused", "other condition"])
def test_what_was_left_out_without_being_asked_for_is_a_difference(reason: str) -> None:
    proof = prove([fate(has(GIVER), reason=reason)], [], ROLES)
    assert (proof.verdict, hows(proof)) == (Verdict.DIFFERENT, [("Role Giver", reason)])


def test_what_was_left_out_but_the_identity_has_all_the_same_is_none() -> None:
    assert prove([fate(has(GIVER), reason="unused")], [has(GIVER)], ROLES).verdict is not Verdict.DIFFERENT


@pytest.mark.parametrize(
    "fate_of_it",
    [
        pytest.param(fate(has(CONTRIBUTOR), has(READER), reason="role_map"), id="replaced"),
        pytest.param(fate(has(CONTRIBUTOR), reason="role_map"), id="left out by the map"),
        pytest.param(fate(has(CONTRIBUTOR), reason="excluded"), id="excluded"),
        pytest.param(fate(has(CONTRIBUTOR), has(CONTRIBUTOR), reason="excluded"), id="excluded, and seen"),
    ],
)
def test_what_the_identity_has_though_the_task_leaves_it_out_is_not_called_narrower(fate_of_it: Fate) -> None:
    """It was copied before somebody thought of a map, and copying takes nothing away."""
    proof = prove([fate_of_it], [has(CONTRIBUTOR), *fate_of_it.gives], ROLES)
    assert (proof.verdict, hows(proof)) == (Verdict.DIFFERENT, [("Contributor", "kept")])


def test_what_is_replaced_and_given_in_place_of_another_role_is_not_kept_but_given() -> None:
    fates = [
        fate(has(READER), reason="role_map"),
        fate(has(CONTRIBUTOR), has(READER), reason="role_map"),
    ]
    assert prove(fates, [has(READER)], ROLES).verdict is Verdict.NARROWER


def test_a_replacement_that_was_refused_is_a_difference_even_where_the_identity_has_what_it_replaces() -> None:
    refused = Fate(has(READER), "run-as", (), "privileged", mapped=True)
    assert hows(prove([refused], [has(READER)], ROLES)) == [("Reader", "privileged")]


def test_what_cannot_be_read_back_is_missing() -> None:
    proof = prove([fate(has(READER), has(READER))], [has(READER, f"{SUB}/resourceGroups/rg")], ROLES)
    assert hows(proof) == [("Reader", "missing"), ("Reader", "more")]


def test_a_map_that_gives_more_than_it_replaces_is_told() -> None:
    proof = prove([fate(has(READER), has(OPERATOR), reason="role_map")], [has(OPERATOR)], ROLES)
    assert hows(proof) == [("VM Operator", "wider")]


def test_a_role_that_could_not_be_read_is_not_called_narrower() -> None:
    unknown = Role("unknown", "unknown", None)
    proof = prove(
        [fate(has(CONTRIBUTOR), has(unknown), reason="role_map")], [has(unknown)], {**ROLES, "unknown": unknown}
    )
    assert hows(proof) == [("unknown", "wider")]


def test_what_only_the_identity_has_is_told_once() -> None:
    proof = prove([fate(has(READER), has(READER)), fate(has(READER), has(READER))], [has(READER), has(GIVER)], ROLES)
    assert hows(proof) == [("Role Giver", "more")]


def test_the_last_comparison_counts() -> None:
    records: list[dict[str, Any]] = [{"event": "proof", "proof": {"verdict": one}} for one in ("different", "equal")]
    assert last_proof([*records, {"event": "done"}]) == {"verdict": "equal"}
    assert last_proof([]) is None
