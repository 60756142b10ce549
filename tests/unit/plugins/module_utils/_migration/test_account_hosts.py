# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How accounts are called, grouped and chosen as inventory hosts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration import account_hosts
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.account_listing import (
    Account,
    Subscription,
    chosen_subscriptions,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.assessment_summary import worst_status


def account(name: str = "aa-one", *, tags: dict[str, str] | None = None, **changes: str) -> Account:
    subscription = changes.get("subscription", "s-1")
    group = changes.get("group", "rg-One")
    return Account(
        id=f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Automation"
        f"/automationAccounts/{name}",
        name=name,
        location=changes.get("location", "westeurope"),
        tags=tags or {},
        subscription_id=subscription,
        subscription_name=changes.get("subscription_name", "production"),
    )


# --- names ----------------------------------------------------------------


def test_a_name_that_one_account_bears_is_its_host_name() -> None:
    assert account_hosts.host_names([("/a", "aa-one"), ("/b", "aa-two")]) == {"/a": "aa-one", "/b": "aa-two"}


def test_a_name_that_several_bear_in_any_case_gets_the_hash_of_the_id_for_all_of_them() -> None:
    names = account_hosts.host_names([("/a", "aa-one"), ("/b", "AA-One"), ("/c", "aa-two")])
    assert names == {"/a": "aa-one_6a50dc85", "/b": "AA-One_9812b0b9", "/c": "aa-two"}


def test_names_depend_on_neither_order_nor_the_casing_of_ids() -> None:
    one = account_hosts.host_names([("/A/", "aa-one"), ("/b", "aa-one")])
    other = account_hosts.host_names([("/B", "aa-one"), ("/a", "aa-one")])
    assert set(one.values()) == set(other.values())


def test_an_account_more_renames_only_those_of_its_name() -> None:
    before = [("/a", "aa-one"), ("/b", "aa-two"), ("/c", "aa-two")]
    after = account_hosts.host_names([*before, ("/d", "aa-three"), ("/e", "aa-one")])
    changed = {key for key, name in account_hosts.host_names(before).items() if after[key] != name}
    assert changed == {"/a"}


@pytest.mark.parametrize("name", ["all", "ungrouped", "localhost"])
def test_a_name_that_ansible_gives_a_meaning_gets_the_hash(name: str) -> None:
    assert account_hosts.host_names([("/a", name)]) == {"/a": f"{name}_6a50dc85"}


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("web,db", "web_db"),
        ("host[1:9]", "host_1_9_"),
        ("~regular!", "_regular_"),
        ("{{ lookup('x') }}", "___lookup__x_____"),
        ("a/../b", "a_.._b"),
        ("rg.one-two_three", "rg.one-two_three"),
        ("Zürich", "Zürich"),
        ("a\nb", "a_b"),
    ],
)
def test_what_a_host_pattern_would_read_is_taken_out_of_names(wanted: str, name: str) -> None:
    assert account_hosts.host_names([("/a", wanted)]) == {"/a": name}


def test_a_name_that_looks_like_a_hashed_one_makes_the_hashes_longer() -> None:
    names = account_hosts.host_names([("/a", "x"), ("/b", "x"), ("/c", "x_6a50dc85")])
    assert len(set(names.values())) == 3
    assert len(names["/a"]) == len("x_") + 16


# --- groups ---------------------------------------------------------------


def test_regions_are_one_group_however_they_are_written() -> None:
    groups = [account_hosts.default_groups({"location": where}, "s") for where in ("East US 2", "eastus2")]
    assert groups == [["s", "region_eastus2"]] * 2


@pytest.mark.parametrize(
    ("identity_type", "groups"),
    [
        ("None", ["identity_none"]),
        ("SystemAssigned", ["identity_system_assigned"]),
        ("UserAssigned", ["identity_user_assigned"]),
        ("SystemAssigned, UserAssigned", ["identity_system_assigned", "identity_user_assigned"]),
    ],
)
def test_groups_by_identity(identity_type: str, groups: list[str]) -> None:
    assert account_hosts.default_groups({"identity": {"type": identity_type}}, "s") == ["s", *groups]


def test_subscriptions_of_one_name_are_two_groups() -> None:
    one, two = account(subscription="s-1"), account(subscription="s-2")
    three = account(subscription="s-3", subscription_name="Pay {{ as }} you go")
    groups = account_hosts.subscription_groups([one, two, three])
    assert groups["s-1"] != groups["s-2"]
    assert all(groups[key].startswith("subscription_production_") for key in ("s-1", "s-2"))
    assert groups["s-3"] == "subscription_Pay____as____you_go"


# --- assessments ----------------------------------------------------------


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ([], "absent"),
        (["complete"], "complete"),
        (["expired", "complete"], "expired"),
        (["expired", "incomplete"], "incomplete"),
        (None, None),
    ],
)
def test_the_worst_status_of_several_run_as_accounts(statuses: list[str] | None, worst: str | None) -> None:
    run_as = None if statuses is None else [{"status": status} for status in statuses]
    assert worst_status(run_as) == worst


def test_variables_and_groups_of_an_assessment() -> None:
    document = {"state": "ready", "run_as": [{"status": "complete"}], "findings": [{"code": "RA401"}] * 2}
    shown = account_hosts.assessed_variables(document)
    assert shown == {"runas_state": "ready", "runas_status": "complete", "runas_findings": {"RA401": 2}}
    assert account_hosts.default_groups(shown, "s") == ["s", "state_ready", "run_as_complete"]


# --- filters --------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "matches"),
    [
        (None, True),
        ({}, True),
        ({"TEAM": "ops"}, True),
        ({"team": "Ops"}, False),
        ({"team": ["dev", "ops"], "cost": 7}, True),
        ({"team": None}, True),
        ({"owner": None}, False),
        (["team", "cost:7"], True),
        (["team:dev"], False),
    ],
)
def test_an_account_must_have_every_tag(option: Any, matches: bool) -> None:
    tagged = account(tags={"Team": "ops", "cost": "7"})
    assert account_hosts.has_tags(tagged, account_hosts.wanted_tags(option)) is matches


@pytest.mark.parametrize("option", ["team", 7, [{"team": "ops"}]])
def test_tags_of_another_shape_are_refused(option: Any) -> None:
    with pytest.raises(ValueError, match="tags is a dict of names and values, or a list"):
        account_hosts.wanted_tags(option)


def test_resource_groups_are_compared_without_case() -> None:
    assert account_hosts.in_resource_groups(account(group="rg-One"), ["RG-one"])
    assert not account_hosts.in_resource_groups(account(group="rg-One"), ["rg-two"])
    assert account_hosts.in_resource_groups(account(), [])


# --- subscriptions --------------------------------------------------------

VISIBLE = [Subscription("S-1", "Production"), Subscription("s-2", "test"), Subscription("s-3", "test")]


@pytest.mark.parametrize("name", ["s-1", "S-1", "production", "/subscriptions/s-1"])
def test_a_subscription_is_found_by_id_or_name(name: str) -> None:
    assert chosen_subscriptions(VISIBLE, [name]) == ([VISIBLE[0]], [])


def test_a_name_that_several_subscriptions_bear_names_none() -> None:
    found, (sentence,) = chosen_subscriptions(VISIBLE, ["test"])
    assert found == []
    assert sentence == "Several subscriptions are named test: s-2, s-3. Give the id of the one that is meant."


def test_a_subscription_that_is_not_seen_is_named() -> None:
    found, (sentence,) = chosen_subscriptions(VISIBLE, ["s-2", "elsewhere"])
    assert found == [VISIBLE[1]]
    assert sentence.startswith("The subscription elsewhere is not among the 3 that the login can see.")
