# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of access in generated estates: found is the truth, copied is the truth less what the options say.

What is expected is worked out here, from the truth that the simulator wrote down when it made the estate, and compared
with what its identities hold afterwards: nothing is missing, and nothing is surplus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Azure

Json = dict[str, Any]
# A role at a scope, under a condition; roles by name, scopes in lower case.
Right = tuple[str, str, str | None]

PRINCIPALS, ASSIGNMENTS = 12, 15
ACCOUNTS = [f"aa-{number:05}" for number in range(1, PRINCIPALS + 1)]
# One that shares its principal, one that is dormant, one whose identity holds something, and one with everything else.
SOME = ["aa-00004", "aa-00006", "aa-00008", "aa-00002", "aa-00007"]
KINDS = ["role_assignments"]


@dataclass(frozen=True)
class Asked:
    """What a task asks for: its options as we read them, apart from how the collection does."""

    mapped: dict[str, list[str]] = field(default_factory=dict)
    excluded_roles: frozenset[str] = frozenset()
    excluded_scope: str | None = None
    privileged: frozenset[str] = frozenset()
    unused: bool = False

    def options(self) -> Json:
        """The options of the task."""
        return {
            "role_map": [{"role": role, "to": to} for role, to in self.mapped.items()],
            "exclude": [*sorted(self.excluded_roles), *([self.excluded_scope] if self.excluded_scope else [])],
            "include_privileged": sorted(self.privileged),
            "copy_unused": self.unused,
            "kinds": KINDS,
        }

    def excludes(self, item: Json) -> bool:
        """Whether a role assignment is left out because the task says so."""
        scope, outer = item["scope"].lower(), (self.excluded_scope or "-").lower()
        return item["role_name"] in self.excluded_roles or scope == outer or scope.startswith(f"{outer}/")


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


def copy(azure: Azure, name: str, told: Json, asked: Asked, **more: Any) -> Json:
    """Copy the access of an account; a principal that is gone is named, for nothing else leads to it."""
    gone = {"principal_id": told["principal_id"]} if told["unused"] == "deleted" else {}
    return azure.call("copy_runas_roles", name, **{**asked.options(), **gone, **more})


def rights(items: list[Json]) -> set[Right]:
    """Role assignments of the truth, or of a result."""
    return {(item.get("role_name", item["role"]), item["scope"].lower(), item["condition"]) for item in items}


def held(azure: Azure, principal_id: str) -> list[Right]:
    """What a principal holds by itself, as the simulator knows it; a double would be there twice."""
    state = azure.state()
    names = {item["role"]: item["role_name"] for told in state["truth"].values() for item in told["direct"]}
    known = [item["properties"] for item in state["role_assignments"]]
    return sorted(
        (names[item["roleDefinitionId"].rsplit("/", 1)[-1]], item["scope"].lower(), item["condition"])
        for item in known
        if item["principalId"] == principal_id
    )


def wanted(told: Json, asked: Asked, privileged: set[str]) -> tuple[set[Right], dict[Right, str]]:
    """What an identity holds in the end, and what is not copied with its reason."""
    before = rights(told["identity_holds"])
    there = {(role, scope): condition for role, scope, condition in before}
    end, left_out = set(before), {}
    for item in told["direct"]:
        source: Right = next(iter(rights([item])))
        names = asked.mapped.get(item["role_name"], [item["role_name"]])
        if asked.excludes(item):
            left_out[source] = "excluded"
            continue
        if not names:
            left_out[source] = "role_map"
        for name in names:
            right: Right = (name, source[1], source[2])
            if right in before:
                continue
            if told["unused"] and not asked.unused:
                left_out[right] = "unused"
            elif name in privileged and name not in asked.privileged:
                left_out[right] = "privileged"
            elif right[:2] in there:
                left_out[right] = "other condition"
            else:
                end.add(right)
    return end, left_out


def privileged_roles(truth: dict[str, Json]) -> set[str]:
    return {item["role_name"] for told in truth.values() for item in told["direct"] if item["privileged"]}


# --- what is found --------------------------------------------------------


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_is_found_is_the_truth(untouched: Azure, name: str) -> None:
    told = truth_of(untouched)[name]
    result = copy(untouched, name, told, Asked(), check=True)
    found = [*result["copied"], *result["unchanged"], *result["not_copied"]]
    assert rights(found) == rights(told["direct"])
    assert len(found) == ASSIGNMENTS
    assert [source["principal_id"] for source in result["source"]] == [told["principal_id"]]
    assert {entry["kind"] for entry in found} == {"role_assignment"}
    assert result["partial"] is False


def test_looking_writes_nothing(untouched: Azure) -> None:
    assert untouched.writes() == []


# --- what is copied -------------------------------------------------------

MAPPED = Asked(
    mapped={"Contributor": ["Reader", "Virtual Machine Contributor"], "Log Analytics Contributor": []},
    excluded_roles=frozenset({"Monitoring Reader"}),
    privileged=frozenset({"Role Based Access Control Administrator"}),
    unused=True,
)


@pytest.mark.parametrize(
    "asked", [pytest.param(Asked(), id="nothing asked for"), pytest.param(MAPPED, id="much asked for")]
)
def test_what_is_copied_is_the_truth_less_what_the_options_say(begin: Begin, asked: Asked) -> None:
    azure = begin()
    truth = truth_of(azure)
    privileged = privileged_roles(truth)
    reasons = set()
    for name, told in truth.items():
        asked_here = with_scope(asked, told)
        before = held(azure, told["principal_id"])
        result = copy(azure, name, told, asked_here)
        end, left_out = wanted(told, asked_here, privileged)
        assert held(azure, told["identity_principal_id"]) == sorted(end), name
        assert held(azure, told["principal_id"]) == before, name
        entries = result["not_copied"]
        assert {right: entry["reason"] for entry in entries for right in rights([entry])} == left_out, name
        assert rights(result["copied"]) == end - rights(told["identity_holds"]), name
        assert result["changed"] == bool(result["copied"]), name
        reasons |= set(left_out.values())
        assert_nothing_to_do(azure, name, told, asked_here, end)
    assert reasons == {"privileged", "other condition", *({"excluded", "role_map"} if asked.mapped else {"unused"})}


def with_scope(asked: Asked, told: Json) -> Asked:
    """The same options, with a scope to leave out where some are: the first resource group that the principal has."""
    if not asked.mapped:
        return asked
    groups = sorted(item["scope"] for item in told["direct"] if item["scope"].count("/") == 4)
    options = {**vars(asked), "excluded_scope": groups[0].upper()}
    return Asked(**options)


def assert_nothing_to_do(azure: Azure, name: str, told: Json, asked: Asked, end: set[Right]) -> None:
    """A second run changes nothing, finds all of it there, and does not write."""
    azure.forget_requests()
    again = copy(azure, name, told, asked)
    assert (again["changed"], again["changes"], again["copied"]) == (False, [], []), name
    assert azure.writes() == [], name
    assert rights(again["unchanged"]) <= end, name
    assert held(azure, told["identity_principal_id"]) == sorted(end), name


def test_check_mode_tells_what_is_then_copied(begin: Begin) -> None:
    azure = begin()
    for name in SOME:
        told = truth_of(azure)[name]
        predicted = copy(azure, name, told, MAPPED, check=True)
        done = copy(azure, name, told, MAPPED)
        for member in ("copied", "unchanged", "not_copied"):
            assert rights(predicted[member]) == rights(done[member]), (name, member)
        assert predicted["plan_fingerprint"] == done["plan_fingerprint"]


# --- how it is found ------------------------------------------------------


@pytest.mark.parametrize("name", ACCOUNTS)
def test_resource_graph_and_the_lists_of_all_scopes_agree(untouched: Azure, name: str) -> None:
    told = truth_of(untouched)[name]
    listed = copy(untouched, name, told, MAPPED, check=True)
    untouched.forget_requests()
    searched = copy(untouched, name, told, MAPPED, check=True, search="resource_graph")
    assert searched["plan_fingerprint"] == listed["plan_fingerprint"]
    for member in ("copied", "unchanged", "not_copied", "findings"):
        assert searched[member] == listed[member]
    queries = [entry for entry in untouched.requests() if "Microsoft.ResourceGraph" in entry["path"]]
    # One for what the login sees, one for what its management groups hold.
    assert len(queries) == 2
    assert untouched.writes() == []
