# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of access in generated estates: found is the truth, copied is the truth less what the options say.

What is expected is worked out in ``expected_access`` from the truth that the simulator wrote down when it made the
estate, and compared with the result and with what the simulator holds afterwards: nothing is missing or surplus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .expected_access import (
    APP_ROLE,
    DIRECTORY_ROLE,
    GROUP,
    PRIVILEGED,
    ROLE,
    VAULT,
    Asked,
    Expected,
    Json,
    Right,
    expected,
    group,
    policy,
    roles,
)
from .held_access import held, others, policies, policies_in_the_end

if TYPE_CHECKING:
    from .conftest import Azure

PRINCIPALS, ASSIGNMENTS = 12, 15
ACCOUNTS = [f"aa-{number:05}" for number in range(1, PRINCIPALS + 1)]
# One that shares its principal, one that is gone, one whose certificate expired, and others with some of everything.
SOME = ["aa-00004", "aa-00006", "aa-00008", "aa-00002", "aa-00007", "aa-00009"]
BUCKETS = ("copied", "unchanged", "not_copied", "hand_over")

NOTHING = Asked()
MUCH = Asked(
    mapped={
        "Contributor": ["Reader", "Virtual Machine Contributor"],
        "Log Analytics Contributor": [],
        "Network Contributor": ["Storage Account Contributor"],
    },
    excluded=frozenset(
        {"Monitoring Reader", "app_role:Mail.Send", "directory_role:Directory Readers", "group:operators-1"}
    ),
    privileged=frozenset(
        {
            "Role Based Access Control Administrator",
            "app_role:Application.ReadWrite.All",
            "app_role:Office 365 Exchange Online/full_access_as_app",
            "directory_role:User Administrator",
            "group:team-1",
        }
    ),
    unused=True,
    joins=True,
)
GROUPS = Asked(joins=True)
# All that there is, as it is.
EVERYTHING = Asked(
    privileged=PRIVILEGED
    | {
        "app_role:Application.ReadWrite.All",
        "app_role:AppRoleAssignment.ReadWrite.All",
        "app_role:full_access_as_app",
        "app_role:Sites.FullControl.All",
        "directory_role:Global Reader",
        "directory_role:User Administrator",
        *(f"group:team-{number}" for number in range(1, 5)),
        *(f"group:operators-{number}" for number in range(1, 5)),
    },
    unused=True,
    joins=True,
)
LESS = Asked(
    mapped={"Contributor": ["Reader", "Virtual Machine Contributor"]},
    excluded=frozenset({"group:ruled-1", "group:on-premises-2", "group:ruled-3"}),
    privileged=EVERYTHING.privileged,
    unused=True,
    joins=True,
)

Begin = Callable[[], "Azure"]


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begin]:
    """Starts simulators with the same estate."""
    from .conftest import _start, _stop

    running: list[Azure] = []

    def one_more() -> Azure:
        size = ("--access-principals", str(PRINCIPALS), "--assignments", str(ASSIGNMENTS), "--seed", "11")
        running.append(_start(tmp_path_factory.mktemp("access") / "azure", size))
        return running[-1]

    yield one_more
    for azure in running:
        _stop(azure)


@pytest.fixture(scope="module")
def untouched(begin: Begin) -> Azure:
    """An estate that tests only look at."""
    return begin()


def truth_of(azure: Azure) -> dict[str, Json]:
    truth: dict[str, Json] = azure.state()["truth"]
    return truth


def copy(azure: Azure, name: str, asked: Asked, **more: Any) -> Json:
    return azure.call("copy_runas_roles", name, **{**asked.options(), **more})


def rights(items: Iterable[Json]) -> set[Right]:
    """Entries of a result as rights; those of a hand-over have no condition."""
    return {(item["kind"], item["role"], item["scope"].lower(), item.get("condition")) for item in items}


def asked_for(asked: Asked, told: Json) -> Asked:
    """The same options; where much is asked for, with scopes to leave out.

    These are the first resource group that the principal has, and vaults where the identity has a policy already.
    """
    if asked is not MUCH:
        return asked
    groups = sorted(item["scope"] for item in told["direct"] if item["scope"].count("/") == 4)
    return asked.without(groups[0], *(item["vault"] for item in told["identity_policies"]))


# --- what a result says ---------------------------------------------------


def assert_told(result: Json, wanted: Expected, name: str) -> None:
    """A result tells just what is expected, each right in one place."""
    assert rights(result["copied"]) == wanted.copied, name
    assert rights(result["unchanged"]) == wanted.unchanged, name
    assert {right: item["reason"] for item in result["not_copied"] for right in rights([item])} == wanted.not_copied, (
        name
    )
    assert rights(result["hand_over"]) == wanted.hand_over, name
    assert (result["changed"], bool(result["changes"])) == (bool(wanted.copied), bool(wanted.copied)), name
    assert result["partial"] == bool(wanted.hand_over), name
    assert Counter(item["code"] for item in result["findings"] if "RA3" < item["code"] < "RA4") == +wanted.codes, name


def assert_proven(result: Json, wanted: Expected, name: str) -> None:
    """The comparison of both principals comes to what the truth says."""
    proof = result["proof"]
    found = {(right, item["how"]) for item in proof["differences"] for right in rights([item])}
    assert found == wanted.differences, name
    assert (proof["verdict"], proof["compared"], proof["same"]) == (wanted.verdict, wanted.compared, wanted.same), name
    assert proof["whole"] is True


def assert_holds(azure: Azure, told: Json, wanted: Expected, name: str) -> None:
    """The identity holds what it should, and nothing more."""
    state, identity = azure.state(), told["identity_principal_id"]
    end = sorted((right for right in wanted.end if right[0] != VAULT), key=str)
    assert held(state, identity) == end, name
    assert policies(state, identity) == policies_in_the_end(told, wanted), name


def assert_nothing_to_do(
    azure: Azure, name: str, told: Json, asked: Asked, wanted: Expected, share_lists: bool
) -> None:
    """A second run changes nothing, finds all of it there, and does not write."""
    azure.forget_requests()
    again = copy(azure, name, asked, share_lists=share_lists)
    assert azure.writes() == [], name
    assert_told(again, wanted.again, name)
    assert_proven(again, wanted, name)
    assert_holds(azure, told, wanted, name)


# --- what is found --------------------------------------------------------


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_is_found_is_the_truth(untouched: Azure, name: str) -> None:
    told = truth_of(untouched)[name]
    result = copy(untouched, name, NOTHING, check=True)
    found = [item for bucket in BUCKETS for item in result[bucket]]
    assert rights(found) == (
        roles(told["direct"])
        | {policy(item["vault"], item["permissions"]) for item in told["vault_policies"]}
        | {(APP_ROLE, item["value"], item["resource"].lower(), None) for item in told["app_roles"]}
        | {(DIRECTORY_ROLE, item["role_name"], item["scope"].lower(), None) for item in told["directory_roles"]}
        | {group(item) for item in told["groups"] if item["own"]}
    )
    assert len(found) == len(rights(found))
    assert len([item for item in found if item["kind"] == ROLE]) == ASSIGNMENTS
    assert [source["principal_id"] for source in result["source"]] == [told["principal_id"]]
    assert result["partial"] is False


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_is_held_through_groups_or_may_be_activated_is_told(untouched: Azure, name: str) -> None:
    told = truth_of(untouched)[name]
    sentences = Counter(item["sentence"] for item in copy(untouched, name, NOTHING, check=True)["findings"])
    for item in told["eligible"]:
        activated = f"The Run As account may activate {item['role_name']} at {item['scope']} (an eligible assignment)"
        assert [count for sentence, count in sentences.items() if sentence.startswith(activated)] == [1]
    (own,) = [item["name"] for item in told["groups"] if item["own"]] or [None]
    joined = {item["name"] for item in told["identity_groups"]}
    given = [(item["group"], item["role_name"], item["scope"]) for item in told["through_groups"]]
    given += [
        (item["name"], role["role_name"], role["scope"]) for item in told["groups"] for role in item["directory_roles"]
    ]
    assert {sentence for sentence in sentences if " through group " in sentence} == {
        f"The Run As account holds {role} at {scope} through group "
        f"{through if through == own else f'{through} (around {own})'}; the identity does not."
        for through, role, scope in given
        if through not in joined
    }


def test_looking_writes_nothing(untouched: Azure) -> None:
    assert untouched.writes() == []


# --- what is copied -------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "share_lists", "verdicts"),
    [
        pytest.param(NOTHING, False, {"different"}, id="nothing asked for"),
        pytest.param(GROUPS, True, {"different"}, id="groups asked for, lists shared"),
        pytest.param(MUCH, True, {"different"}, id="much asked for, lists shared"),
        pytest.param(EVERYTHING, True, {"equal", "different"}, id="everything as it is, lists shared"),
        pytest.param(LESS, False, {"narrower as mapped", "different"}, id="everything, and less than Contributor"),
    ],
)
def test_what_is_copied_is_the_truth_less_what_the_options_say(
    begin: Begin, asked: Asked, share_lists: bool, verdicts: set[str]
) -> None:
    azure = begin()
    reached = set()
    for name, told in truth_of(azure).items():
        options = asked_for(asked, told)
        wanted = expected(told, options)
        before = others(azure.state(), told["identity_principal_id"])
        result = copy(azure, name, options, share_lists=share_lists)
        assert_told(result, wanted, name)
        assert_holds(azure, told, wanted, name)
        assert_proven(result, wanted, name)
        assert others(azure.state(), told["identity_principal_id"]) == before, name
        assert_nothing_to_do(azure, name, told, options, wanted, share_lists)
        reached.add(wanted.verdict)
    assert reached == verdicts


def test_every_reason_and_every_finding_comes_up(untouched: Azure) -> None:
    truth = truth_of(untouched).values()
    every = [expected(told, asked_for(asked, told)) for asked in (NOTHING, GROUPS, MUCH) for told in truth]
    reasons = {(right[0], reason) for wanted in every for right, reason in wanted.not_copied.items()}
    assert reasons == {
        *((kind, "privileged") for kind in (ROLE, APP_ROLE, DIRECTORY_ROLE, GROUP)),
        *(
            (kind, reason)
            for kind in (ROLE, VAULT, APP_ROLE, DIRECTORY_ROLE, GROUP)
            for reason in ("excluded", "unused")
        ),
        (ROLE, "role_map"),
        (ROLE, "other condition"),
        (VAULT, "rbac mode"),
        (GROUP, "not asked for"),
        (GROUP, "dynamic group"),
        (GROUP, "synced group"),
    }
    assert {how for wanted in every for dummy, how in wanted.differences} >= {"more", "wider", "kept"}
    codes = {code for wanted in every for code, count in wanted.codes.items() if count}
    assert codes == {
        *("RA303", "RA304", "RA305", "RA306", "RA312", "RA314", "RA320", "RA321", "RA322"),
        *("RA330", "RA331", "RA333", "RA334", "RA335", "RA336", "RA337"),
    }


def test_check_mode_tells_what_is_then_copied(begin: Begin) -> None:
    azure = begin()
    for name in SOME:
        asked = asked_for(MUCH, truth_of(azure)[name])
        predicted = copy(azure, name, asked, check=True)
        done = copy(azure, name, asked)
        for bucket in BUCKETS:
            assert rights(predicted[bucket]) == rights(done[bucket]), (name, bucket)
        for member in ("plan_fingerprint", "findings", "proof", "partial"):
            assert predicted[member] == done[member], (name, member)


# --- who is gone, and who may not -----------------------------------------


def test_a_deleted_principal_that_is_named_is_copied_like_one_that_is_found(untouched: Azure) -> None:
    gone = {name: told for name, told in truth_of(untouched).items() if told["unused"] == "deleted"}
    for name, told in gone.items():
        for asked in (NOTHING, EVERYTHING):
            found = copy(untouched, name, asked, check=True)
            named = copy(untouched, name, asked, check=True, principal_id=told["principal_id"])
            for bucket in BUCKETS:
                assert named[bucket] == found[bucket]
            told_of = [item for item in found["findings"] if item["code"] == "RA314"]
            assert told["principal_id"] in told_of[0]["sentence"]
            assert [item for item in found["findings"] if item not in told_of] == named["findings"]
    assert gone


@pytest.mark.parametrize("login", ["operator", "assigner"])
def test_what_a_login_may_not_give_is_handed_over_until_it_is_there(begin: Begin, login: str) -> None:
    azure = begin()
    handed_over = set()
    for name, told in truth_of(azure).items():
        asked = asked_for(MUCH, told)
        wanted, whole = expected(told, asked, login), expected(told, asked)
        result = copy(azure, name, asked, login=login)
        assert_told(result, wanted, name)
        assert_holds(azure, told, wanted, name)
        assert_proven(result, wanted, name)
        assert_hand_over_file(result)
        azure.forget_requests()
        assert_told(copy(azure, name, asked, login=login), wanted.again, name)
        assert azure.writes() == [], name
        # Somebody who may does what was handed over; then nothing is left to ask for.
        assert rights(copy(azure, name, asked)["copied"]) == wanted.hand_over, name
        after = copy(azure, name, asked, login=login)
        assert_told(after, whole.again, name)
        assert_proven(after, whole, name)
        assert after["hand_over_file"] is None
        handed_over |= {right[0] for right in wanted.hand_over}
    assert handed_over == {DIRECTORY_ROLE, GROUP} | ({APP_ROLE} if login == "operator" else set())


def assert_hand_over_file(result: Json) -> None:
    """The file has each command that the result has."""
    path = result["hand_over_file"]
    assert (path is not None) == bool(result["hand_over"])
    if path is not None:
        with open(path) as file:
            lines = [line.rstrip("\n") for line in file if not line.startswith("#")]
        assert [line for line in lines if line] == [item["command"] for item in result["hand_over"]]


# --- how it is found ------------------------------------------------------


@pytest.mark.parametrize("name", ACCOUNTS)
def test_resource_graph_and_the_lists_of_all_scopes_agree(untouched: Azure, name: str) -> None:
    asked = asked_for(MUCH, truth_of(untouched)[name])
    listed = copy(untouched, name, asked, check=True)
    untouched.forget_requests()
    searched = copy(untouched, name, asked, check=True, search="resource_graph")
    assert searched["plan_fingerprint"] == listed["plan_fingerprint"]
    for member in (*BUCKETS, "findings", "proof"):
        assert searched[member] == listed[member]
    queries = [entry for entry in untouched.requests() if "Microsoft.ResourceGraph" in entry["path"]]
    # One for what the login sees, one for what its management groups hold.
    assert len(queries) == 2
    assert untouched.writes() == []
