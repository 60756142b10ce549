# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From evidence to suggestions: where, in place of which role, and what is left."""

from __future__ import annotations

from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import Assignment, Role
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.role_catalogue import Catalogue
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.suggest_model import (
    Activity,
    CodeUse,
    Evidence,
    Holding,
    Suggestions,
    cut,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.suggest_plan import suggest

S = "/subscriptions/1111"
VM = "Microsoft.Compute/virtualMachines"
START = f"{VM}/start/action"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/mg"


def role(name: str, *actions: str) -> Role:
    return Role(name.lower(), name, ({"actions": list(actions)},))


ROLES = (
    Role("contributor", "Contributor", ({"actions": ["*"], "notActions": ["Microsoft.Authorization/*"]},)),
    role("Reader", "*/read"),
    role("Virtual Machine Contributor", f"{VM}/*"),
    role("Network Contributor", "Microsoft.Network/*"),
)


def held(name: str, scope: str = S, condition: str | None = None, reach: tuple[str, ...] = ()) -> Holding:
    return Holding(Assignment(f"{scope}/{name}", scope, name.lower(), "p", condition), name, frozenset(reach))


def started(group: str = "rg-a", count: int = 3, refused: int = 0, subscription: str = S) -> Activity:
    scope = f"{subscription}/resourceGroups/{group}/providers/{VM}/vm1"
    return Activity(START, scope, count, "2026-11-01T06:00:00Z", "2026-11-20T06:00:00Z", refused)


def call(*operations: str, group: str | None = None) -> CodeUse:
    return CodeUse("R", "published", 1, "Some-AzCmdlet", operations, group)


def result(
    *holdings: Holding,
    activity: tuple[Activity, ...] = (),
    code: tuple[CodeUse, ...] = (),
    groups: Any = None,
    level: str = "resource_group",
) -> Suggestions:
    evidence = Evidence(activity, code, groups or {})
    return suggest(evidence, holdings, Catalogue.of(ROLES), level=level, custom=False)


def places(found: Suggestions) -> list[tuple[str, str]]:
    return [(item.role, item.scope.removeprefix(S)) for item in found.suggestions]


def codes(found: Suggestions) -> list[str]:
    return [item.code for item in found.findings]


def test_a_scope_is_cut_to_the_level_and_never_invented() -> None:
    resource = started().scope
    assert cut(resource, "resource") == resource
    assert cut(f"{resource}/providers/Microsoft.Resources/tags/default", "resource") == resource
    assert cut(resource, "resource_group") == f"{S}/resourceGroups/rg-a"
    assert cut(resource, "subscription") == S
    assert cut(f"{S}/providers/Microsoft.Web/x", "resource_group") == S
    assert cut(MANAGEMENT_GROUP, "resource_group") == MANAGEMENT_GROUP


def test_the_log_gives_the_scope_and_the_runbook_follows_it() -> None:
    found = result(
        held("Contributor"), activity=(started(),), code=(call(START, f"{VM}/read", f"{VM}/restart/action"),)
    )
    assert places(found) == [("Virtual Machine Contributor", "/resourceGroups/rg-a")]
    assert not found.suggestions[0].assumed
    assert sorted(found.suggestions[0].reasons) == sorted(
        item.lower() for item in (START, f"{VM}/read", f"{VM}/restart/action")
    )


def test_what_only_the_code_tells_is_assumed_at_the_outermost_scope_of_today() -> None:
    inner = f"{S}/resourceGroups/rg-a"
    found = result(held("Contributor"), held("Contributor", inner), code=(call(START),))
    assert places(found) == [("Virtual Machine Contributor", "")]
    assert "RA347" in codes(found)


def test_a_literal_group_counts_only_where_it_exists_inside_a_role_of_today() -> None:
    groups = {"1111": [f"{S}/resourceGroups/rg-B"], "2222": ["/subscriptions/2222/resourceGroups/rg-b"]}
    assert places(result(held("Contributor"), code=(call(START, group="RG-b"),), groups=groups)) == [
        ("Virtual Machine Contributor", "/resourceGroups/rg-B")
    ]
    assert places(result(held("Contributor"), code=(call(START, group="rg-c"),), groups=groups)) == [
        ("Virtual Machine Contributor", "")
    ]


def test_a_literal_group_of_two_subscriptions_is_the_one_where_it_may_work() -> None:
    groups = {"1111": [f"{S}/resourceGroups/rg-a"], "2222": ["/subscriptions/2222/resourceGroups/rg-a"]}
    holdings = (held("Contributor"), held("Reader", "/subscriptions/2222"))
    found = result(*holdings, code=(call(START, group="rg-a"),), groups=groups)
    assert places(found) == [("Virtual Machine Contributor", "/resourceGroups/rg-a")]
    assert found.not_covered == ()


def test_names_are_written_as_azure_has_them_and_not_as_the_log_does() -> None:
    groups = {"1111": [f"{S}/resourceGroups/rg-a"]}
    found = result(held("Contributor"), activity=(started("RG-A"),), groups=groups)
    assert places(found) == [("Virtual Machine Contributor", "/resourceGroups/rg-a")]


def test_a_role_for_everything_is_suggested_only_where_the_place_is_known() -> None:
    gone = "Microsoft.Resources/subscriptions/resourceGroups/delete"
    found = result(held("Contributor"), code=(call(gone, "Microsoft.Sql/servers/read"),))
    assert places(found) == [("Reader", "")]
    assert [(item.reason, item.operation) for item in found.not_covered] == [("only_everything", gone.lower())]
    groups = {"1111": [f"{S}/resourceGroups/rg-a"]}
    named = result(held("Contributor"), code=(call(gone, group="rg-a"),), groups=groups)
    assert places(named) == [("Contributor", "/resourceGroups/rg-a")]


def test_a_role_further_out_is_not_given_again_further_in() -> None:
    found = result(
        held("Contributor"), activity=(started(),), code=(call("Microsoft.Sql/servers/read"), call(f"{VM}/read"))
    )
    assert places(found) == [("Reader", ""), ("Virtual Machine Contributor", "/resourceGroups/rg-a")]
    assert f"{VM}/read".lower() in found.suggestions[0].reasons


def test_the_narrowest_role_of_today_gives_way() -> None:
    inner = f"{S}/resourceGroups/rg-a"
    found = result(held("Contributor"), held("Virtual Machine Contributor", inner), activity=(started(),))
    assert found.suggestions[0].instead_of.role_name == "Virtual Machine Contributor"
    assert found.role_map == ()
    assert "RA346" in codes(found)


def test_an_equal_role_inside_a_mapped_one_is_kept_by_a_rule_of_its_own() -> None:
    quiet = f"{S}/resourceGroups/rg-quiet"
    found = result(held("Contributor"), held("Contributor", quiet), activity=(started(),))
    assert [(rule["scope"], rule["to"]) for rule in found.role_map] == [
        (S, [{"role": "Virtual Machine Contributor", "scope": f"{S}/resourceGroups/rg-a"}]),
        (quiet, ["Contributor"]),
    ]


def test_nothing_is_added_that_today_does_not_allow() -> None:
    found = result(held("Network Contributor"), activity=(started(),))
    assert found.suggestions == ()
    assert [item.reason for item in found.not_covered] == ["no_role_today"]
    assert "RA345" in codes(found)


def test_a_role_elsewhere_does_not_count() -> None:
    found = result(held("Contributor", "/subscriptions/2222"), activity=(started(),))
    assert [item.reason for item in found.not_covered] == ["no_role_today"]


def test_a_role_above_subscriptions_counts_in_those_below_it() -> None:
    holding = held("Contributor", MANAGEMENT_GROUP, reach=("1111",))
    found = result(holding, activity=(started(), started(subscription="/subscriptions/2222")))
    assert places(found) == [("Virtual Machine Contributor", "/resourceGroups/rg-a")]
    assert len(found.not_covered) == 1


def test_what_was_sometimes_refused_was_also_done() -> None:
    assert places(result(held("Contributor"), activity=(started(count=3, refused=1),))) != []
    assert places(result(held("Contributor"), activity=(started(count=3, refused=3),))) == []


def test_a_condition_or_an_unreadable_role_is_left_alone() -> None:
    found = result(held("Contributor", condition="x"), held("Secret Role"), activity=(started(),))
    assert (found.suggestions, found.role_map) == ((), ())
    assert codes(found).count("RA348") == 2


def test_a_role_that_somebody_made_is_suggested_only_where_it_can_be_given() -> None:
    actions = ({"actions": [START]},)
    own = Role("blue", "Team Blue", actions, custom=True, assignable_scopes=("/subscriptions/2222",))
    evidence = Evidence((started(), started(subscription="/subscriptions/2222")))
    holdings = (held("Contributor"), held("Contributor", "/subscriptions/2222"))
    found = suggest(evidence, holdings, Catalogue.of([*ROLES, own]), level="subscription", custom=True)
    assert {(item.role, item.scope) for item in found.suggestions} == {
        ("Virtual Machine Contributor", S),
        ("Team Blue", "/subscriptions/2222"),
    }


def test_no_evidence_leaves_every_role_and_says_so() -> None:
    found = result(held("Contributor"), held("Reader"))
    assert (found.suggestions, found.role_map) == ((), ())
    assert codes(found) == ["RA346", "RA346"]
