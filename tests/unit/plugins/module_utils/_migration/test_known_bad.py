# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's own table of modules that are known to be bad: what it says, and how mistakes are told."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.known_bad import (
    KNOWN_BAD_OPTION,
    bad_modules,
    known_bad_modules,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.modules import (
    KNOWN_BAD,
    Bad,
    Shelf,
    held_modules,
    known_to_be_bad,
    lacking,
    numbers,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import NeededModule
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

ENTRY = {"module": "Az.Storage", "first": "5.0.0", "last": "5.2.0", "why": "it loses leases.", "good": "5.3.0"}


def checked(**changes: Any) -> list[dict[str, Any]]:
    """Return the option as Ansible hands it on, one entry in it."""
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    result = ArgumentSpecValidator(dict(KNOWN_BAD_OPTION.options)).validate({"known_bad": [entry]})
    assert not result.error_messages, result.error_messages
    found: list[dict[str, Any]] = result.validated_parameters["known_bad"]
    return found


def test_an_entry_without_powershell_is_meant_for_all() -> None:
    assert bad_modules(checked()) == (Bad("Az.Storage", "5.0.0", "5.2.0", None, "it loses leases", "5.3.0"),)


def test_an_entry_without_last_means_one_version() -> None:
    assert bad_modules(checked(last=None, powershell="7.2"))[0].last == "5.0.0"


def test_nothing_given_leaves_the_built_in_table() -> None:
    assert known_bad_modules(None) == known_bad_modules([]) == KNOWN_BAD


def test_the_words_of_the_user_come_before_those_of_the_collection() -> None:
    table = known_bad_modules(checked(module="az.accounts", first="5.3.3", last=None, why="ours", good="5.1.0"))
    found = known_to_be_bad("Az.Accounts", "5.3.3", "5.1", table)
    other = known_to_be_bad("Az.Accounts", "5.3.4", "5.1", table)
    assert found is not None and (found.why, found.good) == ("ours", "5.1.0")
    assert other is not None and other.good == "5.2.0"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": "five"}, "has first 'five', which is no version. Write numbers with dots between, in quotes."),
        ({"last": "5.x"}, "has last '5.x', which is no version. Write numbers with dots between, in quotes."),
        ({"good": "latest"}, "has good 'latest', which is no version. Write numbers with dots between, in quotes."),
        ({"last": "4.0.0"}, "ends with 4.0.0, which is older than 5.0.0, its first. Exchange the two."),
        ({"good": "5.1.0"}, "calls 5.1.0 good, which is one of those it calls bad. Name a version outside of them."),
        (
            {"powershell": "PS7"},
            "has powershell 'PS7'. Write its version, such as '5.1' or '7.2', or leave it out for all.",
        ),
        ({"why": " "}, "says nothing as module or why. Name the module, and why it is bad."),
    ],
)
def test_a_mistake_is_told_in_one_sentence(changes: dict[str, str], message: str) -> None:
    with pytest.raises(StepError) as caught:
        bad_modules([*checked(), *checked(**changes)])
    assert str(caught.value) == f"known_bad cannot be used: entry 2 (Az.Storage) {message}"


@pytest.mark.parametrize(
    ("version", "powershell", "expected"),
    [
        ("5.0.0", "7.2", True),
        ("5.2", "5.1", True),
        ("5.2.0.1", "7.2", False),
        ("4.9.9", "7.2", False),
        (None, "7.2", False),
    ],
)
def test_the_range_includes_both_its_ends(version: str | None, powershell: str, expected: bool) -> None:
    assert (known_to_be_bad("AZ.Storage", version, powershell, bad_modules(checked())) is not None) is expected


def test_a_runbook_that_would_find_it_is_refused_by_the_users_table() -> None:
    shelf = Shelf(
        "the modules of account aa",
        "7.2",
        held_modules([{"name": "Az.Storage", "properties": {"version": "5.1.0", "provisioningState": "Succeeded"}}]),
    )
    needed = [NeededModule("Az.Storage", None, 3, "Get-AzStorageAccount")]
    assert lacking(needed, shelf, "Rb", "/runbooks/Rb") == []
    (found,) = lacking(needed, shelf, "Rb", "/runbooks/Rb", known_bad_modules(checked()))
    assert found.code == "RA522" and "it loses leases." in found.sentence and "5.3.0" in found.remedy


@pytest.mark.parametrize("bad", KNOWN_BAD)
def test_the_built_in_table_is_well_formed(bad: Bad) -> None:
    first, last, good = numbers(bad.first), numbers(bad.last), numbers(bad.good)
    assert first and last and good
    assert first <= last and not first <= good <= last
