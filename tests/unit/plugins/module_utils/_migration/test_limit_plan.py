# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role assignments are limited, how they come back, and what is left. No server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_model import (
    CONTRIBUTOR,
    Assignment,
    Role,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.limit_plan import (
    LimitPlan,
    Situation,
    plan_limits,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.limit_restoring import (
    SNAPSHOT,
    Record,
    RoleNow,
    chosen,
    facts_of,
    plan_restoring,
    records_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.limit_role import (
    LimitRole,
    wanted_state,
)

SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourceGroups/rg"
MG = "/providers/Microsoft.Management/managementGroups/mg"
OTHER_MG = "/providers/Microsoft.Management/managementGroups/other"
EVERYTHING: dict[str, list[str]] = {"actions": ["*"], "notActions": []}
ROLES = {
    CONTRIBUTOR: Role(CONTRIBUTOR, "Contributor", (EVERYTHING,)),
    "reader": Role("reader", "Reader", ({"actions": ["*/read"], "notActions": []},)),
    "vaults": Role("vaults", "Key Vault Contributor", ({"actions": ["Microsoft.KeyVault/*"], "notActions": []},)),
    "hidden": Role("hidden", "hidden", None, "status 403"),
    "limit": Role("limit", "Limit", ({"actions": ["*"], "notActions": ["Microsoft.KeyVault/*"]},)),
}
OWN = {"name": "Contributor", "permissions": [{"not_actions": ["Microsoft.Authorization/*/Write"]}]}
NEW = LimitRole("limit", "Limit", None, ours=True)


def at(scope: str, role: str = CONTRIBUTOR, principal: str = "run-as", **more: Any) -> Assignment:
    arm_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}-{principal}"
    return Assignment(arm_id, scope, role, principal, **more)


def limits(*held: Assignment, actions: tuple[str, ...] = (), **members: Any) -> LimitPlan:
    facts = {"of_groups": (), "roles": ROLES, "gone": frozenset(), "role": NEW, "contributor": OWN, **members}
    return plan_limits(Situation(held=held, **facts), actions)


def there(*scopes: str, actions: tuple[str, ...] = ()) -> LimitRole:
    return replace(NEW, before=wanted_state(NEW, OWN, actions, scopes))


def told(plan: LimitPlan) -> list[str]:
    return [f"{change.action} {change.kind}" for change in plan.plan.changes]


def codes(plan: LimitPlan) -> list[str]:
    return [found.code for found in plan.plan.findings]


SWAP = ["create run_as_role_assignment", "delete run_as_role_assignment"]


def test_the_role_comes_first_and_each_scope_is_a_track_of_its_own() -> None:
    plan = limits(at(SUB), at(GROUP), at(SUB, "reader"))
    assert told(plan) == ["create role_definition", *SWAP, *SWAP]
    assert [change.wave for change in plan.plan.changes] == [0, 1, 1, 1, 1]
    tracks = [change.track for change in plan.plan.changes[1:]]
    assert tracks[0] == tracks[1] != tracks[2] == tracks[3]


def test_what_replaces_a_role_assignment_covers_it() -> None:
    plan = limits(at(SUB, condition="c", condition_version="2.0", description="d"))
    created, deleted = plan.plan.changes[1:]
    assert plan.covers == {deleted.target: created.after}
    kept = {name: created.after[name] for name in ("scope", "principal_id", "condition", "description")}
    assert kept == {"scope": SUB, "principal_id": "run-as", "condition": "c", "description": "d"}


def test_the_fingerprint_does_not_depend_on_the_order_of_azures_lists() -> None:
    assert limits(at(SUB), at(GROUP)).plan.fingerprint == limits(at(GROUP), at(SUB)).plan.fingerprint


def test_a_run_that_broke_off_goes_on_where_it_was() -> None:
    plan = limits(at(SUB), at(SUB, "limit"), role=there(SUB))
    assert told(plan) == ["delete run_as_role_assignment"]
    assert plan.covers


def test_what_is_limited_already_is_unchanged() -> None:
    plan = limits(at(SUB, "limit"), role=there(SUB))
    assert (told(plan), len(plan.unchanged)) == ([], 1)
    wider = limits(at(SUB, "limit"), role=there(SUB), actions=("Microsoft.Sql/*",))
    assert told(wider) == ["update role_definition"]


def test_nothing_is_made_for_who_has_no_contributor() -> None:
    plan = limits(at(SUB, "reader"))
    assert (told(plan), plan.state, codes(plan)) == ([], None, [])


def test_one_management_group_is_limited_and_the_next_is_left() -> None:
    plan = limits(at(MG), at(OTHER_MG), at(SUB))
    assert codes(plan) == ["RA353"]
    assert plan.state is not None
    assert plan.state["assignable_scopes"] == [MG, SUB]
    assert [item["scope"] for item in plan.left] == [OTHER_MG]
    taken = limits(at(MG), role=there(OTHER_MG))
    assert (told(taken), codes(taken)) == ([], ["RA353"])


def test_the_root_is_left() -> None:
    assert codes(limits(at("/"))) == ["RA353"]


def test_contributor_that_ends_is_left_and_the_others_are_limited() -> None:
    ends = {at(GROUP).id.lower(): "2026-12-31T00:00:00Z"}
    plan = limits(at(SUB), at(GROUP), ends=ends)
    assert (told(plan), codes(plan)) == (["create role_definition", *SWAP], ["RA360"])
    assert [(item["scope"], item["reason"]) for item in plan.left] == [(GROUP, "time-bound")]
    assert "it ends on 2026-12-31T00:00:00Z" in plan.plan.findings[0].sentence


def test_what_else_opens_vaults_is_said() -> None:
    plan = limits(at(SUB, "vaults"), at(SUB, "reader"), of_groups=[at(SUB, principal="group")])
    assert codes(plan) == ["RA352", "RA351"]
    assert "Group group gives the Run As account Contributor" in plan.plan.findings[1].sentence


def test_a_role_that_could_not_be_read_is_not_taken_for_harmless() -> None:
    assert codes(limits(at(SUB, "hidden"))) == ["RA901"]


def test_others_who_lose_something_are_counted_only_where_they_do() -> None:
    assert codes(limits(at(SUB), role=there(SUB), others=2, actions=("Microsoft.Sql/*",))) == ["RA356"]
    assert codes(limits(at(SUB), role=there(MG), others=2)) == []


# The way back


def record(scope: str, role: LimitRole = NEW, **more: Any) -> Record:
    return Record(at(scope, **more), role, [{"connection": "AzureRunAsConnection", "principal_id": "run-as"}])


def restoring(*records: Record, held: tuple[Assignment, ...] = (), whole: bool = True, **now: Any) -> LimitPlan:
    state = wanted_state(NEW, OWN, (), [SUB])
    return plan_restoring(records, held, {"limit": RoleNow(**{"state": state, "users": held, **now})}, whole=whole)


def test_contributor_comes_back_under_its_own_name_before_the_role_goes() -> None:
    plan = restoring(record(SUB, condition="c"), held=(at(SUB, "limit", condition="c"),))
    assert told(plan) == [*SWAP, "delete role_definition"]
    created, deleted, role = plan.plan.changes
    assert (created.target, created.after["condition"]) == (at(SUB).id, "c")
    assert plan.covers == {deleted.target: created.after}
    assert (created.wave, deleted.wave, role.wave) == (0, 0, 1)


def test_an_undo_that_broke_off_goes_on_where_it_was() -> None:
    assert told(restoring(record(SUB), held=(at(SUB), at(SUB, "limit"))))[0] == "delete run_as_role_assignment"
    assert told(restoring(record(SUB), held=(at(SUB),), users=())) == ["delete role_definition"]
    assert told(restoring(record(SUB), held=(at(SUB),), state=None, users=())) == []


def test_the_role_stays_with_whoever_has_it() -> None:
    held = (at(SUB, "limit"),)
    assert codes(restoring(record(SUB), held=held, users=(*held, at(SUB, "limit", "other")))) == ["RA358"]
    assert codes(restoring(record(SUB), held=held, users=None)) == ["RA358"]
    assert codes(restoring(record(SUB, role=replace(NEW, ours=False)), held=held)) == ["RA358"]


def test_what_nobody_recorded_is_left() -> None:
    plan = restoring(record(SUB), held=(at(SUB, "limit"), at(GROUP, "limit")))
    assert codes(plan) == ["RA357", "RA358"]
    assert [item["reason"] for item in plan.left] == ["not recorded"]


def test_who_has_neither_is_told_but_not_where_something_was_not_read() -> None:
    assert codes(restoring(record(SUB), users=())) == ["RA359"]
    assert codes(restoring(record(SUB), users=(), whole=False)) == []


def wire(scope: str, principal: str = "run-as", description: str | None = None) -> dict[str, Any]:
    item = at(scope, principal=principal)
    properties = {"scope": scope, "roleDefinitionId": f"/x/{CONTRIBUTOR}", "principalId": principal}
    return {"id": item.id, "properties": {**properties, "description": description}}


def test_the_latest_record_of_a_scope_counts_and_other_steps_do_not() -> None:
    source = {"connection": "AzureRunAsConnection", "principal_id": "run-as"}

    def journal(step: str, description: str) -> dict[str, Any]:
        facts = facts_of(NEW, None, [wire(SUB, description=description)], [source])
        return {"event": SNAPSHOT, "step": step, **facts}

    lines = [journal("limit_runas", "old"), journal("limit_runas", "new"), journal("other", "not ours")]
    (found,) = records_of([*lines, {"event": "intend", "step": "limit_runas"}], "limit_runas")
    assert (found.contributor.description, found.role.ours) == ("new", True)
    assert chosen([found], "azurerunasconnection", None) == [found]
    assert chosen([found], None, "other") == []
