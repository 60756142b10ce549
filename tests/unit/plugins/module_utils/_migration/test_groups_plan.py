# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which groups are joined, which not and why, and what the identity lacks without them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import Choices
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import Copying
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_plan import Target
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_plan import Candidate
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.groups_plan import (
    Gift,
    Group,
    Memberships,
    group_candidates,
    groups_of,
    refuse_unknown_groups,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.unread import Unread
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ALL = frozenset({"all"})
OPERATORS, OUTER = Group("g1", "operators"), Group("g2", "outer")
READER, OWNER = (
    Gift("Reader", "/subscriptions/s1"),
    Gift("Owner", "/subscriptions/s1", "it lets its holder give out roles"),
)


def candidate(
    group: Group, dormant: str | None = None, choices: dict[str, Any] | None = None, **read: Any
) -> Candidate:
    target = Target(AccountId("s1", "rg", "aa"), "system", "identity")
    copying = Copying(target, (), {"run-as": dormant}, Choices(**(choices or {})))
    (found,) = group_candidates(copying, Memberships({"run-as": (group,)}, **read), None)
    return found


def reason(found: Candidate) -> str | None:
    return found.block.reason if found.block else None


def sentences(found: Candidate) -> list[str]:
    return [item.sentence for item in found.block.findings] if found.block else []


def test_directory_roles_among_memberships_are_no_groups() -> None:
    items = [
        {"@odata.type": "#microsoft.graph.group", "id": "G", "displayName": "g", "groupTypes": ["DynamicMembership"]},
        {"@odata.type": "#microsoft.graph.directoryRole", "id": "r", "displayName": "Global Reader"},
    ]
    assert groups_of(items) == (Group("g", "g", dynamic=True),)


def test_a_group_that_nobody_asked_to_join_is_told_with_what_it_gives() -> None:
    found = candidate(OPERATORS, gifts={"g1": (READER,)})
    assert reason(found) == "not asked for"
    assert sentences(found) == [
        "The Run As account holds Reader at /subscriptions/s1 through group operators; the identity does not."
    ]


def test_what_a_group_around_gives_comes_with_the_group() -> None:
    found = candidate(OPERATORS, around={"g1": (OUTER,)}, gifts={"g2": (READER,)})
    assert sentences(found) == [
        "The Run As account holds Reader at /subscriptions/s1 through group outer (around operators); the identity "
        "does not."
    ]


def test_what_the_identity_has_through_another_group_is_not_lacking() -> None:
    found = candidate(OPERATORS, around={"g1": (OUTER,)}, gifts={"g2": (READER,)}, own=frozenset({"g2"}))
    assert [item.code for item in found.block.findings] == ["RA337"] if found.block else False


@pytest.mark.parametrize("named", ["all", "operators", "g1"])
def test_a_group_is_joined_where_it_is_named(named: str) -> None:
    found = candidate(OPERATORS, choices={"join_groups": frozenset({named})}, gifts={"g1": (READER,)})
    assert reason(found) is None


@pytest.mark.parametrize(
    ("group", "word"),
    [(Group("g1", "x", dynamic=True), "dynamic group"), (Group("g1", "x", synced=True), "synced group")],
)
def test_a_group_that_takes_nobody_is_told(group: Group, word: str) -> None:
    found = candidate(group, choices={"join_groups": ALL})
    assert reason(found) == word
    assert [item.code for item in found.block.findings] == ["RA335", "RA337"] if found.block else False


def test_a_group_that_lies_in_a_privileged_one_is_not_joined_unless_named() -> None:
    read = {"around": {"g1": (OUTER,)}, "gifts": {"g2": (READER, OWNER)}}
    found = candidate(OPERATORS, choices={"join_groups": ALL}, **read)
    assert reason(found) == "privileged"
    assert sentences(found) == [
        "Group operators was not joined: it gives Owner at /subscriptions/s1, and it lets its holder give out roles."
    ]
    choices = {"join_groups": ALL, "include_rights": frozenset({"group:operators"})}
    assert reason(candidate(OPERATORS, choices=choices, **read)) is None


def test_a_group_whose_content_could_not_be_read_is_not_joined_unless_named() -> None:
    unread = {"g1": (Unread("The directory roles of group operators", "g1", "status 403"),)}
    assert reason(candidate(OPERATORS, choices={"join_groups": ALL}, unjudged=unread)) == "unreadable"
    choices = {"join_groups": ALL, "include_rights": frozenset({"group:g1"})}
    assert reason(candidate(OPERATORS, choices=choices, unjudged=unread)) is None


def test_a_group_that_is_left_out_or_unused_is_not_joined() -> None:
    excluded = candidate(OPERATORS, choices={"join_groups": ALL, "exclude_rights": frozenset({"group:g1"})})
    assert (reason(excluded), sentences(excluded)) == ("excluded", [])
    assert reason(candidate(OPERATORS, "it is disabled", choices={"join_groups": ALL})) == "unused"


def test_a_group_of_which_only_the_id_is_known_is_not_judged() -> None:
    found = candidate(Group("g1", None), choices={"join_groups": ALL})
    assert reason(found) == "unreadable"
    assert "GroupMember.Read.All" in sentences(found)[0]


def test_a_name_that_is_no_group_of_the_account_is_an_error_with_those_there_are() -> None:
    choices = Choices(join_groups=frozenset({"all", "operators", "strangers"}))
    with pytest.raises(StepError, match=r"join_groups names strangers, .* its own groups are: operators"):
        refuse_unknown_groups(choices, [OPERATORS], [OPERATORS])
    with pytest.raises(StepError, match="outer, and the Run As account is only through another group"):
        refuse_unknown_groups(Choices(join_groups=frozenset({"outer"})), [OPERATORS], [OPERATORS, OUTER])
    refuse_unknown_groups(Choices(join_groups=frozenset({"g1", "all"})), [OPERATORS], [])


def test_a_name_is_no_error_where_a_group_has_none_that_may_be_read() -> None:
    refuse_unknown_groups(Choices(join_groups=frozenset({"strangers"})), [Group("g1", None)], [])
