# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role assignments an identity gets, keeps and does not get."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import (
    Choices,
    MapRule,
    Replacement,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_limits import (
    check_limits,
    count_at,
    new_per_place,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import (
    CONTRIBUTOR,
    Assignment,
    Role,
    assignment_name,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import Part, Target
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import Held, plan_roles
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import (
    KNOWN_AFTER_APPLY,
    Change,
    Plan,
    StepError,
)

SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourceGroups/rg"
MG = "/providers/Microsoft.Management/managementGroups/mg"
READER, OWNER, CUSTOM, SECRET = "reader", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "custom", "secret"
END = "2026-12-31T00:00:00Z"
ROLES = {
    CONTRIBUTOR: Role(CONTRIBUTOR, "Contributor"),
    READER: Role(READER, "Reader"),
    OWNER: Role(OWNER, "Owner", ({"actions": ["*"], "notActions": []},)),
    CUSTOM: Role(CUSTOM, "Role Giver", ({"actions": ["Microsoft.Authorization/*"], "notActions": []},)),
    SECRET: Role(SECRET, SECRET, None, "Reading role definition failed with status 403"),
}
TARGET = Target(AccountId("s1", "rg", "aa"), "system", "identity")


def at(scope: str, role: str, condition: str | None = None, **more: Any) -> Assignment:
    number = f"{role}-{condition}-{more.get('principal_id', 'run-as')}"
    arm_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{number}"
    return Assignment(arm_id, scope, role, **{"principal_id": "run-as", "condition": condition, **more})


def plan(*held: Assignment | Held, existing: list[Assignment] | None = None, **choices: Any) -> Part:
    items = [item if isinstance(item, Held) else Held(item) for item in held]
    return plan_roles(TARGET, items, existing or [], ROLES, Choices(**choices))


def gives(*roles: str) -> tuple[Replacement, ...]:
    return tuple(Replacement(role) for role in roles)


def fingerprint(access: Part) -> str:
    return Plan(access.changes).fingerprint


def created(access: Part) -> list[tuple[str, str]]:
    return [(change.after["role"], change.after["scope"]) for change in access.changes]


def reasons(access: Part) -> list[tuple[str, str]]:
    return [(entry["role"], entry["reason"]) for entry in access.not_copied]


def codes(access: Part) -> list[str]:
    return [found.code for found in access.findings]


def test_a_role_assignment_is_copied_with_all_that_belongs_to_it() -> None:
    access = plan(at(GROUP, READER, "a", condition_version="2.0", description="why"))
    (change,) = access.changes
    name = assignment_name(GROUP, READER, "identity")
    assert change.target == f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert change.before is None
    assert change.after == {
        "role": "Reader",
        "role_definition": READER,
        "scope": GROUP,
        "principal_id": "identity",
        "principal_type": "ServicePrincipal",
        "condition": "a",
        "condition_version": "2.0",
        "description": "why",
    }


@pytest.mark.parametrize(
    ("condition", "version", "sent"), [("a", None, "2.0"), (None, "2.0", None), ("a", "1.0", "1.0"), (None, None, None)]
)
def test_condition_and_version_go_together(condition: str | None, version: str | None, sent: str | None) -> None:
    (change,) = plan(at(GROUP, READER, condition, condition_version=version)).changes
    assert change.after["condition_version"] == sent


def test_what_the_identity_has_is_unchanged_whatever_the_casing() -> None:
    there = at(GROUP.upper(), READER, "a  b", principal_id="identity")
    access = plan(at(GROUP, READER, "a b"), existing=[there])
    assert created(access) == []
    assert [entry["id"] for entry in access.unchanged] == [there.id]


@pytest.mark.parametrize(("source", "there"), [("a", "b"), (None, "b"), ("a", None)])
def test_another_condition_is_a_finding_and_nothing_is_written(source: str | None, there: str | None) -> None:
    access = plan(at(GROUP, READER, source), existing=[at(GROUP, READER, there, principal_id="identity")])
    assert created(access) == []
    assert codes(access) == ["RA306"]
    assert reasons(access) == [("Reader", "other condition")]


@pytest.mark.parametrize(("role", "name"), [(OWNER, "Owner"), (CUSTOM, "Role Giver")])
def test_roles_that_give_out_roles_are_copied_only_when_named(role: str, name: str) -> None:
    held = at(GROUP, role)
    assert codes(plan(held)) == ["RA303"]
    assert reasons(plan(held)) == [(name, "privileged")]
    assert created(plan(held, include_privileged=(role,))) == [(name, GROUP)]


def until(assignment: Assignment, dormant: str | None = None) -> Held:
    return Held(assignment, dormant, END)


def test_a_role_that_ends_is_copied_only_when_named() -> None:
    left = plan(until(at(GROUP, READER)))
    assert (created(left), reasons(left), codes(left)) == ([], [("Reader", "time-bound")], ["RA315"])
    assert f"what the Run As account has there ends on {END}" in left.findings[0].sentence
    named = plan(until(at(GROUP, READER)), include_privileged=(READER,))
    assert (created(named), codes(named)) == ([("Reader", GROUP)], [])


def test_of_several_reasons_not_to_copy_a_role_that_ends_the_gravest_is_told() -> None:
    assert reasons(plan(until(at(GROUP, OWNER)))) == [("Owner", "privileged")]
    assert reasons(plan(until(at(GROUP, READER), "expired"))) == [("Reader", "unused")]
    assert reasons(plan(until(at(GROUP, SECRET)))) == [(SECRET, "time-bound")]


def test_role_map_does_not_give_for_good_what_ends() -> None:
    access = plan(until(at(GROUP, CONTRIBUTOR)), role_map=(MapRule(CONTRIBUTOR, gives(READER)),))
    assert reasons(access) == [("Reader", "time-bound")]


def test_a_role_that_another_run_as_account_has_for_good_is_copied() -> None:
    access = plan(until(at(GROUP, READER)), at(GROUP, READER, principal_id="other"))
    assert (created(access), codes(access)) == ([("Reader", GROUP)], [])


def test_what_the_identity_has_stays_where_the_run_as_account_will_lose_it() -> None:
    access = plan(until(at(GROUP, READER)), existing=[at(GROUP, READER, principal_id="identity")])
    assert (len(access.unchanged), created(access), codes(access)) == (1, [], [])


def test_a_role_that_cannot_be_read_is_copied_only_when_named() -> None:
    held = at(GROUP, SECRET)
    assert codes(plan(held)) == ["RA309"]
    assert "status 403" in plan(held).findings[0].sentence
    assert created(plan(held, include_privileged=(SECRET,))) == [(SECRET, GROUP)]


def test_unused_access_is_copied_only_when_asked_for() -> None:
    held = Held(at(GROUP, READER), "its certificate expired")
    access = plan(held)
    assert codes(access) == ["RA304"]
    assert "its certificate expired" in access.findings[0].sentence
    assert created(plan(held, copy_unused=True)) == [("Reader", GROUP)]


def test_unused_access_does_not_bring_back_roles_that_give_out_roles() -> None:
    assert reasons(plan(Held(at(GROUP, OWNER), "expired"), copy_unused=True)) == [("Owner", "privileged")]


def test_access_that_another_run_as_account_uses_is_copied() -> None:
    used = at(GROUP, READER, principal_id="other")
    access = plan(Held(at(GROUP, READER), "expired"), Held(used))
    assert created(access) == [("Reader", GROUP)]
    assert codes(access) == []


def test_what_the_identity_has_already_is_no_reason_to_warn() -> None:
    there = at(GROUP, OWNER, principal_id="identity")
    access = plan(Held(at(GROUP, OWNER), "its service principal is disabled"), existing=[there])
    assert codes(access) == []
    assert len(access.unchanged) == 1


def test_role_map_replaces_and_leaves_out() -> None:
    rules = (MapRule(CONTRIBUTOR, gives(READER, SECRET)), MapRule(CUSTOM, ()))
    access = plan(at(SUB, CONTRIBUTOR), at(GROUP, CUSTOM), role_map=rules)
    assert created(access) == [("Reader", SUB)]
    assert sorted(reasons(access)) == [("Role Giver", "role_map"), (SECRET, "unreadable")]
    assert "RA305" not in codes(access)


def test_role_map_can_give_a_role_further_inside() -> None:
    access = plan(at(SUB, CONTRIBUTOR), role_map=(MapRule(CONTRIBUTOR, (Replacement(READER, GROUP),)),))
    assert created(access) == [("Reader", GROUP)]
    (fate,) = access.fates
    assert (fate.right.role, [right.scope for right in fate.gives], fate.reason) == ("Contributor", [GROUP], "role_map")


def test_role_map_gives_nothing_outside_of_what_it_replaces() -> None:
    rule = MapRule(CONTRIBUTOR, (Replacement(READER, SUB),))
    with pytest.raises(StepError, match=f"Reader at {SUB}, which does not lie inside it"):
        plan(at(GROUP, CONTRIBUTOR), role_map=(rule,))


def test_what_lies_in_a_management_group_is_told() -> None:
    choices = Choices(role_map=(MapRule(CONTRIBUTOR, (Replacement(READER, GROUP),)),))
    access = plan_roles(TARGET, [Held(at(MG, CONTRIBUTOR))], [], ROLES, choices, {MG.lower(): [SUB]})
    assert created(access) == [("Reader", GROUP)]


def test_a_custom_role_is_not_copied_where_it_may_not_be_given() -> None:
    roles = {**ROLES, READER: replace(ROLES[READER], assignable_scopes=("/subscriptions/s2",))}
    access = plan_roles(TARGET, [Held(at(GROUP, READER))], [], roles, Choices())
    assert (codes(access), reasons(access)) == (["RA310"], [("Reader", "not assignable")])
    assert "/subscriptions/s2" in access.findings[0].sentence
    above = {**ROLES, READER: replace(ROLES[READER], assignable_scopes=(MG,))}
    assert created(plan_roles(TARGET, [Held(at(GROUP, READER))], [], above, Choices())) == [("Reader", GROUP)]


def test_a_condition_that_names_the_old_principal_is_not_copied() -> None:
    access = plan(at(GROUP, READER, "@Request[x:PrincipalId] ForAnyOfAnyValues:GuidEquals {RUN-AS}"))
    assert (codes(access), reasons(access)) == (["RA311"], [("Reader", "condition names the principal")])


def test_every_role_assignment_has_one_fate() -> None:
    there = at(SUB, READER, principal_id="identity")
    held = (at(SUB, READER), at(GROUP, READER, "a"), at(GROUP, OWNER), at(MG, CONTRIBUTOR))
    access = plan(*held, existing=[there], exclude_roles=(CONTRIBUTOR,))
    fates = {(fate.right.role, fate.right.scope): (len(fate.gives), fate.reason) for fate in access.fates}
    assert fates == {
        ("Reader", SUB): (1, None),
        ("Reader", GROUP): (1, None),
        ("Owner", GROUP): (0, "privileged"),
        ("Contributor", MG): (0, "excluded"),
    }


def test_role_map_is_no_back_door_to_roles_that_give_out_roles() -> None:
    assert reasons(plan(at(GROUP, READER), role_map=(MapRule(READER, gives(OWNER)),))) == [("Owner", "privileged")]


def test_exclude_leaves_out_roles_and_scopes() -> None:
    held = (at(SUB, READER), at(GROUP, READER), at(MG, CONTRIBUTOR))
    access = plan(*held, exclude_scopes=(GROUP.upper(),), exclude_roles=(CONTRIBUTOR,))
    assert created(access) == [("Reader", SUB)]
    assert sorted(reasons(access)) == [("Contributor", "excluded"), ("Reader", "excluded")]
    assert codes(access) == []


@pytest.mark.parametrize(("scope", "warned"), [(SUB, True), (MG, True), ("/", True), (GROUP, False)])
def test_contributor_on_everything_is_worth_a_warning(scope: str, warned: bool) -> None:
    assert ("RA305" in codes(plan(at(scope, CONTRIBUTOR)))) is warned


def test_two_run_as_accounts_with_the_same_access_give_it_once() -> None:
    access = plan(at(GROUP, READER, "a"), at(GROUP.lower(), READER, " a ", principal_id="other"))
    assert len(access.changes) == 1


def test_access_without_condition_includes_the_same_with_one() -> None:
    access = plan(at(GROUP, READER, "a"), at(GROUP, READER, principal_id="other"))
    assert [change.after["condition"] for change in access.changes] == [None]


def test_several_conditions_cannot_be_joined() -> None:
    access = plan(at(GROUP, READER, "a"), at(GROUP, READER, "b", principal_id="other"))
    assert created(access) == []
    assert codes(access) == ["RA307"]


def test_the_order_of_lists_does_not_change_the_plan() -> None:
    held = [at(SUB, READER), at(GROUP, READER), at(MG, CONTRIBUTOR), at(GROUP, CONTRIBUTOR)]
    assert plan(*held) == plan(*reversed(held))


def test_a_plan_for_an_identity_to_come_has_the_fingerprint_of_the_run_that_follows() -> None:
    held = [Held(at(GROUP, READER, "a")), Held(at(SUB, CONTRIBUTOR))]
    predicted = plan_roles(replace(TARGET, principal_id=None), held, [], ROLES, Choices())
    assert fingerprint(predicted) == fingerprint(plan(*held))
    assert {change.after["principal_id"] for change in predicted.changes} == {KNOWN_AFTER_APPLY}
    assert all(change.target.endswith(KNOWN_AFTER_APPLY) for change in predicted.changes)


@pytest.mark.parametrize(
    "other",
    [
        at(GROUP, READER, "b"),
        at(GROUP, CONTRIBUTOR, "a"),
        at(f"{GROUP}2", READER, "a"),
        at(GROUP, READER, "a", description="new"),
    ],
)
def test_another_plan_has_another_fingerprint(other: Assignment) -> None:
    assert fingerprint(plan(at(GROUP, READER, "a"))) != fingerprint(plan(other))


def test_another_identity_has_another_fingerprint() -> None:
    held = [Held(at(GROUP, READER))]
    user = replace(TARGET, identity="/subscriptions/s1/…/userAssignedIdentities/id")
    mine, other = (plan_roles(target, held, [], ROLES, Choices()) for target in (TARGET, user))
    assert fingerprint(mine) != fingerprint(other)


def test_each_role_assignment_is_a_track_of_its_own() -> None:
    changes = plan(at(SUB, READER), at(GROUP, READER), at(GROUP, CONTRIBUTOR)).changes
    assert len({change.track for change in changes}) == 3


def adding(*scopes: str) -> tuple[Change, ...]:
    return plan(*(at(scope, READER) for scope in scopes)).changes


def test_limits_are_counted_where_azure_counts() -> None:
    assert new_per_place(adding(SUB.upper(), GROUP, MG, "/")) == {SUB: 2, MG.lower(): 1}
    listed = [at(SUB, READER), at(GROUP, READER), at(MG, READER), at("/", READER), at("/subscriptions/s11", READER)]
    assert count_at(SUB, listed) == 2
    assert count_at(MG.lower(), listed) == 1


@pytest.mark.parametrize(
    ("scope", "held", "found"),
    [(SUB, 3599, []), (SUB, 3600, ["RA308"]), (SUB, 3999, ["RA308"]), (MG, 449, []), (MG, 499, ["RA308"])],
)
def test_a_limit_that_is_near_is_a_finding(scope: str, held: int, found: list[str]) -> None:
    assert [item.code for item in check_limits(adding(scope), {scope.lower(): held})] == found


@pytest.mark.parametrize(("scope", "held", "limit"), [(SUB, 4000, 4000), (MG, 500, 500)])
def test_a_limit_that_would_be_passed_is_refused(scope: str, held: int, limit: int) -> None:
    with pytest.raises(StepError, match=f"holds {held} role assignments and would get 1 more; Azure allows {limit}"):
        check_limits(adding(scope), {scope.lower(): held})


def test_a_count_that_could_not_be_read_is_not_taken_for_none() -> None:
    assert check_limits(adding(SUB), {}) == ()
