# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""App roles, directory roles and groups of a Run As account on the simulator: found, copied, handed over, refused."""

from __future__ import annotations

import re
import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import Forbidden
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.access_part import Part
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.directory_reading import read_directory
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.hand_over import write_hand_over
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import KNOWN_AFTER_APPLY, StepError

from .access_estate import Start, session
from .entra_estate import carried_out, codes, copying, entra, kinds, kinds_in, names, object_id

if TYPE_CHECKING:
    from .conftest import Azure

KINDS = ("app_roles", "directory_roles", "groups")
JOIN_ALL = frozenset({"all"})
# What a person has to name before it is handed on.
PRIVILEGED = frozenset(
    {
        "app_role:approleassignment.readwrite.all",
        "app_role:office 365 exchange online/full_access_as_app",
        "app_role:678536fe-1083-478a-9c59-b99265e6b0d3",
        "directory_role:global administrator",
        "group:owners",
    }
)


@pytest.fixture
def azure(start_azure: Start, tmp_path: Path) -> Azure:
    return start_azure(*entra(tmp_path))


def planned(azure: Azure, kind: str, login: str = "migration", **options: Any) -> Part:
    with kinds(azure, copying(azure, **options), login) as opened:
        part: Part = getattr(opened, kind).plan()
        return part


# App roles


def test_app_roles_of_any_application_are_copied_but_for_what_gives_out_access(azure: Azure) -> None:
    part = planned(azure, "app_roles")
    assert names(part) == {
        "changes": ["Exchange.ManageAsApp", "Invoices.Read", "User.Read.All"],
        "unchanged": [],
        "not_copied": [
            "AppRoleAssignment.ReadWrite.All: privileged",
            "Sites.FullControl.All: privileged",
            "full_access_as_app: privileged",
        ],
        "hand_over": [],
    }
    assert codes(part) == ["RA330", "RA330", "RA330", "RA333"]
    assert {change.after["scope"] for change in part.changes} == {
        "Microsoft Graph",
        "Office 365 Exchange Online",
        "billing",
    }


def test_a_copied_app_role_is_held_and_a_second_run_changes_nothing(azure: Azure) -> None:
    with kinds(azure, copying(azure)) as opened:
        part = opened.app_roles.plan()
        assert all(made["created"] for made in carried_out(opened.app_roles, part))
        held = {right.key for right in opened.app_roles.held()}
        assert held == {opened.app_roles.right_of(change).key for change in part.changes}
    azure.forget_requests()
    again = planned(azure, "app_roles")
    assert again.changes == ()
    assert names(again)["unchanged"] == ["Exchange.ManageAsApp", "Invoices.Read", "User.Read.All"]
    assert azure.writes() == []


def test_privileged_app_roles_are_copied_where_they_are_named_by_value_resource_or_id(azure: Azure) -> None:
    part = planned(azure, "app_roles", include_rights=PRIVILEGED)
    assert len(part.changes) == 6
    assert part.not_copied == ()


def test_app_roles_that_the_task_leaves_out_are_no_finding(azure: Azure) -> None:
    part = planned(azure, "app_roles", exclude_rights=frozenset({"app_role:billing/invoices.read"}))
    assert "Invoices.Read: excluded" in names(part)["not_copied"]
    assert all(item.resource != "Invoices.Read" for item in part.findings)


def test_what_a_dormant_account_holds_is_left_out_unless_asked_for(azure: Azure) -> None:
    part = planned(azure, "app_roles", dormant="its certificate expired")
    assert part.changes == ()
    assert {entry["reason"] for entry in part.not_copied} == {"unused"}
    assert set(codes(part)) == {"RA304"}
    assert len(planned(azure, "app_roles", dormant="its certificate expired", copy_unused=True).changes) == 3


def test_an_app_role_that_its_application_no_longer_offers_is_not_tried(azure: Azure, tmp_path: Path) -> None:
    with session(azure) as other:
        path = f"/servicePrincipals/{object_id(azure, 'billing')}"
        other.graph("PATCH", path, "Taking the app roles away", json={"appRoles": []})
    part = planned(azure, "app_roles")
    assert [entry["reason"] for entry in part.not_copied if entry["scope"] == "billing"] == ["not offered"]
    assert "RA338" in codes(part)


# Directory roles


def test_directory_roles_are_copied_but_for_privileged_ones(azure: Azure) -> None:
    part = planned(azure, "directory_roles")
    assert names(part)["changes"] == ["Directory Readers"]
    assert names(part)["not_copied"] == ["Global Administrator: privileged"]
    assert codes(part) == ["RA331"]
    with kinds(azure, copying(azure)) as opened:
        assert carried_out(opened.directory_roles, part)[0]["created"] is True
        assert [right.role for right in opened.directory_roles.held()] == ["Directory Readers"]
    assert names(planned(azure, "directory_roles"))["unchanged"] == ["Directory Readers"]


def test_a_privileged_directory_role_is_copied_where_it_is_named(azure: Azure) -> None:
    part = planned(azure, "directory_roles", include_rights=PRIVILEGED)
    assert names(part)["changes"] == ["Directory Readers", "Global Administrator"]


ENDING = {
    "name": "run-as",
    "directory_roles": ["Directory Readers", {"role": "Groups Administrator", "days": 30}],
}


@pytest.mark.parametrize("premium", [True, False])
def test_a_directory_role_that_ends_is_not_given_for_good(start_azure: Start, tmp_path: Path, premium: bool) -> None:
    tenants = [{"name": "contoso", "premium": premium}]
    azure = start_azure(*entra(tmp_path, applications=[ENDING], groups=[], tenants=tenants))
    part = planned(azure, "directory_roles")
    if not premium:
        # Nothing ends in a tenant without the licence.
        assert names(part)["changes"] == ["Directory Readers", "Groups Administrator"]
        return
    assert names(part)["changes"] == ["Directory Readers"]
    assert (names(part)["not_copied"], codes(part)) == (["Groups Administrator: time-bound"], ["RA339"])
    (found,) = part.findings
    assert re.search(r"has ends on \d{4}-\d\d-\d\dT", found.sentence)
    named = frozenset({"directory_role:groups administrator"})
    for_good = planned(azure, "directory_roles", include_rights=named)
    assert (names(for_good)["changes"], codes(for_good)) == (["Directory Readers", "Groups Administrator"], [])


def test_ends_that_cannot_be_read_are_told(azure: Azure) -> None:
    azure.control("PUT", "/faults", ["status=403,service=graph,path=*roleAssignmentScheduleInstances*,times=0"])
    part = planned(azure, "directory_roles")
    assert names(part)["changes"] == ["Directory Readers"]
    assert codes(part) == ["RA331", "RA901"]


# Groups


def test_what_is_held_through_groups_is_told_and_not_copied_unasked(azure: Azure) -> None:
    part = planned(azure, "groups")
    assert part.changes == part.hand_over == ()
    assert {entry["reason"] for entry in part.not_copied} == {"not asked for"}
    sentences = {item.sentence for item in part.findings if item.code == "RA334"}
    scope = azure.account("aa")["subscription_id"]
    assert sentences == {
        f"The Run As account holds Reader at /subscriptions/{scope}/resourceGroups/rg-vms through group operators; the "
        "identity does not.",
        f"The Run As account holds Monitoring Reader at /subscriptions/{scope} through group everybody (around "
        "operators); the identity does not.",
        f"The Run As account holds Owner at /subscriptions/{scope} through group owners; the identity does not.",
        "The Run As account holds Directory Readers at / through group assignable; the identity does not.",
    }
    assert sorted(item.resource for item in part.findings if item.code == "RA337") == ["from-ad", "ruled"]


def test_an_app_role_of_a_group_reaches_no_service_principal_and_is_not_told(azure: Azure) -> None:
    part = planned(azure, "groups")
    assert not any("Mail.Send" in item.sentence for item in part.findings)


def test_groups_are_joined_where_that_is_asked_for_and_can_be_done(azure: Azure) -> None:
    part = planned(azure, "groups", join_groups=JOIN_ALL)
    assert names(part) == {
        "changes": ["assignable", "operators"],
        "unchanged": [],
        "not_copied": ["from-ad: synced group", "owners: privileged", "ruled: dynamic group"],
        "hand_over": [],
    }
    assert sorted(set(codes(part))) == ["RA335", "RA336", "RA337"]
    with kinds(azure, copying(azure, join_groups=JOIN_ALL)) as opened:
        part = opened.groups.plan()
        assert [made["created"] for made in carried_out(opened.groups, part)] == [True, True]
        held = {right.role for right in opened.groups.held()}
    assert held == {"assignable", "operators"}
    again = planned(azure, "groups", join_groups=JOIN_ALL)
    assert names(again)["unchanged"] == ["assignable", "operators"]
    assert not any("operators" in item.sentence for item in again.findings)


def test_one_group_is_joined_by_its_id_and_a_privileged_one_where_it_is_named(azure: Azure) -> None:
    group = object_id(azure, "owners", "group")
    part = planned(azure, "groups", join_groups=frozenset({group}), include_rights=PRIVILEGED)
    assert names(part)["changes"] == ["owners"]


@pytest.mark.parametrize(
    ("wanted", "reason"), [("strangers", "not a member"), ("everybody", "only through another group a member")]
)
def test_a_group_that_cannot_be_meant_is_refused_before_anything_is_written(
    azure: Azure, wanted: str, reason: str
) -> None:
    with pytest.raises(StepError, match=f"join_groups names {wanted}, and the Run As account is {reason} of it"):
        planned(azure, "groups", join_groups=frozenset({wanted}))
    assert azure.writes() == []


# Who may not


@pytest.mark.parametrize(
    ("login", "copied"),
    [
        ("migration", {"app_roles", "directory_roles", "groups"}),
        ("assigner", {"app_roles"}),
        ("reader", set()),
        ("role-administrator", {"app_roles", "directory_roles"}),
    ],
)
def test_what_a_login_may_not_give_is_handed_over_without_being_tried(
    azure: Azure, login: str, copied: set[str]
) -> None:
    wanted = copying(azure, join_groups=frozenset({"operators"}))
    with kinds(azure, wanted, login) as opened:
        for kind in KINDS:
            part = getattr(opened, kind).plan()
            given, asked = names(part)["changes"], names(part)["hand_over"]
            assert (bool(given), bool(asked)) == ((True, False) if kind in copied else (False, True))
            assert ("RA332" in codes(part)) == bool(asked)
            carried_out(getattr(opened, kind), part)


def test_the_command_of_a_hand_over_does_what_the_login_may_not(azure: Azure) -> None:
    wanted = copying(azure, join_groups=frozenset({"operators"}))
    with kinds(azure, wanted, "reader") as opened, session(azure) as administrator:
        for kind in KINDS:
            for asked in getattr(opened, kind).plan().hand_over:
                words = shlex.split(asked.command)
                assert words[:5] == ["az", "rest", "--method", "POST", "--url"]
                assert words[6:9] == ["--headers", "Content-Type=application/json", "--body"]
                path = words[5].removeprefix(f"{administrator.cloud.graph}/v1.0")
                content = {"data": words[9].encode(), "headers": {"Content-Type": "application/json"}}
                administrator.graph("POST", path, "Doing what was handed over", **content)
    for kind in KINDS:
        assert names(planned(azure, kind, "reader", join_groups=frozenset({"operators"})))["hand_over"] == []


def test_a_command_for_an_identity_that_is_not_made_yet_says_so(azure: Azure) -> None:
    for kind in KINDS:
        part = planned(azure, kind, "reader", principal_id=None, join_groups=frozenset({"operators"}))
        assert part.hand_over
        assert all(KNOWN_AFTER_APPLY in asked.command for asked in part.hand_over)
        made = planned(azure, kind, principal_id=None, join_groups=frozenset({"operators"})).changes
        assert {change.after["principal_id"] for change in made} == {KNOWN_AFTER_APPLY}


def test_what_is_approved_does_not_depend_on_the_principal(azure: Azure) -> None:
    for kind in KINDS:
        before = planned(azure, kind, principal_id=None, join_groups=JOIN_ALL).changes
        after = planned(azure, kind, join_groups=JOIN_ALL).changes
        assert [change.approved() for change in before] == [change.approved() for change in after]


def test_a_write_that_is_forbidden_all_the_same_fails_and_can_be_handed_over(
    start_azure: Start, tmp_path: Path
) -> None:
    azure = start_azure(
        *entra(tmp_path), "--fault", "service=graph,method=POST,path=*/appRoleAssignedTo,status=403,times=0"
    )
    with kinds(azure, copying(azure)) as opened:
        change = opened.app_roles.plan().changes[0]
        with pytest.raises(Forbidden):
            opened.app_roles.write(change)
        asked = opened.app_roles.hand_over_of(change)
    assert asked is not None
    assert asked.role == change.after["role"]
    assert change.after["principal_id"] in asked.command


# What may not be read


def test_what_may_not_be_read_is_a_finding_for_each_kind(azure: Azure) -> None:
    for kind, permission in zip(
        KINDS, ("Application.Read.All", "RoleManagement.Read.Directory", "GroupMember.Read.All"), strict=True
    ):
        part = planned(azure, kind, "blind", join_groups=frozenset({"operators"}))
        assert codes(part) == ["RA901"]
        assert permission in part.findings[0].sentence
        assert part.fates == ()


def test_one_kind_that_may_not_be_read_does_not_keep_the_others(azure: Azure) -> None:
    assert codes(planned(azure, "directory_roles", "applications")) == ["RA901"]
    assert names(planned(azure, "app_roles", "applications"))["hand_over"] != []


def test_a_group_of_which_only_the_id_may_be_read_is_not_joined(azure: Azure) -> None:
    part = planned(azure, "groups", "applications", join_groups=JOIN_ALL)
    assert {entry["reason"] for entry in part.not_copied} == {"unreadable"}
    assert set(codes(part)) == {"RA901"}


@pytest.mark.parametrize(("status", "code"), [(400, "RA903"), (403, "RA901"), (404, "RA903")])
def test_a_graph_that_does_not_answer_is_a_finding_and_not_taken_for_empty(
    start_azure: Start, tmp_path: Path, status: int, code: str
) -> None:
    azure = start_azure(*entra(tmp_path), "--fault", f"service=graph,path=*batch*,status={status},times=0")
    for kind in KINDS:
        assert codes(planned(azure, kind)) == [code]


# Costs


def test_what_is_read_of_one_account_is_one_request_to_graph(azure: Azure) -> None:
    wanted = copying(azure)
    azure.forget_requests()
    with kinds(azure, wanted):
        sent = [(entry["method"], entry["path"]) for entry in azure.requests() if entry["service"] == "graph"]
    assert sent == [("POST", "/v1.0/$batch")]


def test_more_principals_than_fit_into_a_batch_are_read_in_several(azure: Azure) -> None:
    some = [f"99999999-9999-4999-8999-99999999999{number}" for number in range(5)]
    source = object_id(azure, "run-as")
    with session(azure) as opened:
        azure.forget_requests()
        reading = read_directory(opened, [*some, source.upper()], None)
        assert len([entry for entry in azure.requests() if entry["service"] == "graph"]) == 2
    assert isinstance(reading.of(source).app_roles, tuple)
    assert len(reading.of(source).app_roles) == 6
    assert reading.of(some[0]).app_roles == ()


def test_a_copied_app_role_costs_one_request(azure: Azure) -> None:
    with kinds(azure, copying(azure)) as opened:
        part = opened.app_roles.plan()
        azure.forget_requests()
        carried_out(opened.app_roles, part)
    assert len(azure.requests()) == len(part.changes) == 3


def test_a_throttled_part_of_a_batch_is_asked_for_again(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(
        *entra(tmp_path), "--fault", "service=graph,path=*/appRoleAssignments,status=429,retry_after=1,times=2"
    )
    assert len(planned(azure, "app_roles").changes) == 3


def test_long_lists_are_read_to_their_end(start_azure: Start, tmp_path: Path) -> None:
    azure = start_azure(*entra(tmp_path), "--set", "graph_page_size=2")
    assert len(planned(azure, "app_roles", include_rights=PRIVILEGED).changes) == 6
    assert len(planned(azure, "groups").not_copied) == 5


# Races


def test_two_accounts_copied_at_once_into_one_group_lose_nothing(azure: Azure) -> None:
    wanted = [copying(azure, account, join_groups=frozenset({"operators"})) for account in ("aa", "ab")]
    barrier = threading.Barrier(2)
    created: list[bool] = []

    def run(number: int) -> None:
        with session(azure) as opened:
            group = kinds_in(opened, wanted[number]).groups
            (change,) = group.plan().changes
            barrier.wait(30)
            created.append(group.write(change)["created"])

    threads = [threading.Thread(target=run, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert created == [True, True]
    objects = azure.state()["directory"]["objects"]
    members = next(item["members"] for item in objects if item["id"] == object_id(azure, "operators", "group"))
    assert {object_id(azure, "aa"), object_id(azure, "ab")} <= set(members)


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_run_had_given_meanwhile_counts_as_there(azure: Azure, kind: str) -> None:
    wanted = copying(azure, join_groups=frozenset({"operators"}))
    barrier = threading.Barrier(2)
    made: list[tuple[bool, str]] = []

    def run() -> None:
        with session(azure) as opened:
            access = getattr(kinds_in(opened, wanted), kind)
            change = access.plan().changes[0]
            barrier.wait(30)
            answer = access.write(change)
            made.append((answer["created"], answer["id"]))

    threads = [threading.Thread(target=run) for dummy in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(created for created, dummy in made) == [False, True]
    assert len({identifier for dummy, identifier in made}) == 1


def test_a_fresh_identity_is_waited_for(start_azure: Start, tmp_path: Path) -> None:
    accounts = [{"name": "aa", "run_as": {"application": "run-as", "roles": []}}]
    azure = start_azure(*entra(tmp_path, accounts=accounts), "--replication-delay", "3")
    made = azure.call("enable_identity", "aa")
    principal = made["identity"]["principal_id"]
    with kinds(azure, copying(azure, principal_id=principal), timeout=30) as opened:
        for kind in (opened.app_roles, opened.directory_roles):
            part = kind.plan()
            assert all(answer["created"] for answer in carried_out(kind, part))


def test_an_identity_that_never_comes_is_told_in_one_sentence(azure: Azure) -> None:
    nobody = "99999999-9999-4999-8999-999999999999"
    with kinds(azure, copying(azure, principal_id=nobody), timeout=0) as opened:
        part = opened.app_roles.plan()
        with pytest.raises(StepError, match=f"did not know principal {nobody}"):
            carried_out(opened.app_roles, part)


# The file


def test_the_hand_over_file_is_for_its_owner_and_goes_when_nothing_is_left(azure: Azure, tmp_path: Path) -> None:
    wanted = copying(azure)
    asked = planned(azure, "app_roles", "reader").hand_over
    path = write_hand_over(tmp_path / "aa", "hand-over.sh", wanted.target, asked)
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().count("az rest") == 3
    assert write_hand_over(tmp_path / "aa", "hand-over.sh", wanted.target, ()) is None
    assert not path.exists()
