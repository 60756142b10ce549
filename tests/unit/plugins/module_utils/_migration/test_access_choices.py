# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the task may say about roles: dictionaries, text of surveys, and mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_choices import (
    Choices,
    MapRule,
    Replacement,
    choices_of,
    inside,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

SUB = "/subscriptions/s1"


def gives(*roles: str) -> tuple[Replacement, ...]:
    return tuple(Replacement(role) for role in roles)


def read(**options: Any) -> Choices:
    lists = {name: [] for name in ("role_map", "exclude", "include_privileged", "kinds", "join_groups")}
    return choices_of({**lists, "copy_unused": False, **options})


@pytest.mark.parametrize(
    ("entries", "rules"),
    [
        ([], ()),
        (["Contributor=Reader"], (MapRule("Contributor", gives("Reader")),)),
        (
            ["Contributor = Reader + Virtual Machine Contributor"],
            (MapRule("Contributor", gives("Reader", "Virtual Machine Contributor")),),
        ),
        (["Contributor="], (MapRule("Contributor", ()),)),
        (["Contributor@/subscriptions/s1=Reader"], (MapRule("Contributor", gives("Reader"), SUB),)),
        (["Owner=Reader\n\nContributor=\n"], (MapRule("Owner", gives("Reader")), MapRule("Contributor", ()))),
        ([{"role": "Contributor", "to": ["Reader"]}], (MapRule("Contributor", gives("Reader")),)),
        ([{"role": "Contributor", "scope": SUB, "to": []}], (MapRule("Contributor", (), SUB),)),
        (
            [
                {
                    "role": "Contributor",
                    "to": [{"role": "Reader", "scope": f"{SUB}/resourceGroups/rg"}, "Monitoring Reader"],
                }
            ],
            (
                MapRule(
                    "Contributor", (Replacement("Reader", f"{SUB}/resourceGroups/rg"), Replacement("Monitoring Reader"))
                ),
            ),
        ),
        (["Contributor=Reader@/subscriptions/s1"], (MapRule("Contributor", (Replacement("Reader", SUB),)),)),
    ],
)
def test_role_map_takes_dictionaries_and_text(entries: list[Any], rules: tuple[MapRule, ...]) -> None:
    assert read(role_map=entries).role_map == rules


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        (["Contributor"], "Write it as 'role=other role\\+other role'"),
        (["=Reader"], "Write it as"),
        ([{"role": "Contributor"}], "a list named to"),
        ([{"role": "Contributor", "to": "Reader"}], "a list named to"),
        ([{"role": "Contributor", "to": [], "scopes": SUB}], "scopes"),
        ([{"role": "Contributor", "to": [{"scope": SUB}]}], "an item of its list to has a role"),
        (["Contributor=Reader@rg"], "its scope is no resource id"),
        (["Contributor@s1=Reader"], "its scope is no resource id"),
        (["Contributor=Reader", "contributor="], "several entries for contributor"),
    ],
)
def test_a_rule_that_cannot_be_read_is_refused(entries: list[Any], sentence: str) -> None:
    with pytest.raises(StepError, match=sentence):
        read(role_map=entries)


def test_exclude_tells_scopes_from_roles() -> None:
    choices = read(exclude=[SUB, "Owner\n/subscriptions/s2/resourceGroups/rg", " "])
    assert choices.exclude_scopes == (SUB, "/subscriptions/s2/resourceGroups/rg")
    assert choices.exclude_roles == ("Owner",)


@pytest.mark.parametrize(
    ("scope", "outer", "expected"),
    [
        (SUB, SUB.upper(), True),
        (f"{SUB}/resourceGroups/rg", f"{SUB}/", True),
        ("/subscriptions/s11", SUB, False),
        (SUB, f"{SUB}/resourceGroups/rg", False),
        (SUB, "/", True),
    ],
)
def test_a_scope_holds_what_its_id_begins(scope: str, outer: str, expected: bool) -> None:
    assert inside(scope, outer) is expected


def test_the_nearest_rule_wins() -> None:
    choices = Choices(
        role_map=(MapRule("r", gives("a")), MapRule("r", gives("c"), f"{SUB}/resourceGroups/rg"), MapRule("r", (), SUB))
    )
    found = [choices.rule_for(scope, "r") for scope in ("/subscriptions/s2", SUB, f"{SUB}/resourcegroups/RG/x/y")]
    assert [rule.to for rule in found if rule] == [gives("a"), (), gives("c")]
    assert choices.rule_for(SUB, "other") is None


def test_every_named_role_is_known_with_its_option() -> None:
    choices = read(role_map=["A=B+C"], exclude=["D", SUB], include_privileged=["E"])
    assert choices.named_roles() == {
        "A": "role_map",
        "B": "role_map",
        "C": "role_map",
        "D": "exclude",
        "E": "include_privileged",
    }
    guids = {name: name.lower() * 2 for name in "ABCDE"}
    assert choices.resolved(guids) == Choices(
        role_map=(MapRule("aa", gives("bb", "cc")),),
        exclude_scopes=(SUB,),
        exclude_roles=("dd",),
        include_privileged=("ee",),
    )


def test_what_is_no_role_of_azure_is_named_with_its_kind() -> None:
    choices = read(
        exclude=["Reader", "app_role:User.Read.All", "group: automation-operators"],
        include_privileged=["directory_role:Global Administrator"],
        join_groups=["Operators"],
    )
    assert choices.exclude_roles == ("Reader",)
    assert choices.excludes_right("app_role", "user.read.all")
    assert choices.excludes_right("group", "another name", "automation-operators")
    assert not choices.excludes_right("directory_role", "user.read.all")
    assert choices.includes_right("directory_role", "Global administrator")
    assert choices.joins("operators")
    assert not choices.joins("automation-operators")
    assert read(join_groups=["all"]).joins("anything")
