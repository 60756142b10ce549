# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What jobs on hybrid workers log in as, and what an identity of the account changes for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.hybrid_verdict import (
    AGENT,
    EXTENSION,
    LOGIN_TABLE,
    UNKNOWN_KIND,
    Has,
    LogsInAs,
    Verdict,
    Worker,
    has,
    logs_in_as,
    planned,
    sentence_of,
    verdict_of,
    worst,
)

NONE, SYSTEM, USER, BOTH = Has.NONE, Has.SYSTEM, Has.USER, Has.BOTH


def extension(machine: Has | None) -> Worker:
    return Worker(EXTENSION, machine, "Windows")


def agent(version: str | None, os: str | None = "Windows", machine: Has | None = NONE) -> Worker:
    return Worker(AGENT, machine, os, version)


# The nine combinations of azure-docs#107677: the account has, the machine has, jobs log in as


@pytest.mark.parametrize(
    ("account", "machine", "expected"),
    [
        (NONE, NONE, LogsInAs.NOTHING),
        (NONE, SYSTEM, LogsInAs.MACHINE_SYSTEM),
        (NONE, USER, LogsInAs.MACHINE_USER),
        (SYSTEM, NONE, LogsInAs.ACCOUNT_SYSTEM),
        (SYSTEM, SYSTEM, LogsInAs.ACCOUNT_SYSTEM),
        (SYSTEM, USER, LogsInAs.ACCOUNT_SYSTEM),
        (USER, NONE, LogsInAs.NOTHING),
        (USER, SYSTEM, LogsInAs.NOTHING),
        (USER, USER, LogsInAs.NOTHING),
    ],
)
def test_the_nine_combinations(account: Has, machine: Has, expected: LogsInAs) -> None:
    assert logs_in_as(account, machine) is expected


def test_no_combination_is_left_out_of_the_table() -> None:
    assert set(LOGIN_TABLE) == {(account, machine) for account in Has for machine in Has}


def test_the_published_table_says_what_the_code_says() -> None:
    page = (Path(__file__).parents[5] / "docs" / "hybrid.md").read_text(encoding="utf-8")
    for (account, machine), login in LOGIN_TABLE.items():
        assert f"| {account.value} | {machine.value} | {login.value} |" in page


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, NONE),
        ("None", NONE),
        ("systemassigned", SYSTEM),
        ("UserAssigned", USER),
        ("SystemAssigned,UserAssigned", BOTH),
        ("SystemAssigned, UserAssigned", BOTH),
    ],
)
def test_types_come_with_and_without_blank_in_any_case(written: str | None, expected: Has) -> None:
    assert has(written) is expected


@pytest.mark.parametrize(
    ("now", "user_assigned", "then"),
    [(NONE, False, SYSTEM), (NONE, True, USER), (SYSTEM, True, BOTH), (USER, False, BOTH), (SYSTEM, False, SYSTEM)],
)
def test_the_migration_adds_an_identity_and_takes_none(now: Has, user_assigned: bool, then: Has) -> None:
    assert planned(now, user_assigned_wanted=user_assigned) is then


# Extension-based workers


@pytest.mark.parametrize("machine", [SYSTEM, USER, BOTH])
def test_enabling_the_account_identity_takes_the_machines_away(machine: Has) -> None:
    assert verdict_of(extension(machine), NONE, SYSTEM) is Verdict.CHANGES_IDENTITY
    assert verdict_of(extension(machine), NONE, USER) is Verdict.CHANGES_IDENTITY


def test_the_sentence_tells_before_and_after() -> None:
    assert sentence_of(extension(SYSTEM), NONE, SYSTEM) == (
        "Jobs that ask for a managed identity get the system-assigned identity of the machine today, and will get the "
        "system-assigned identity of the account in its place."
    )
    assert sentence_of(extension(SYSTEM), NONE, USER).endswith(" today, and will get no managed identity in its place.")


def test_jobs_without_an_identity_lose_nothing() -> None:
    assert verdict_of(extension(NONE), NONE, SYSTEM) is Verdict.UNCHANGED
    assert "lose nothing" in sentence_of(extension(NONE), NONE, SYSTEM)


@pytest.mark.parametrize("machine", [NONE, SYSTEM, USER, BOTH, None])
def test_an_account_that_has_its_system_identity_changes_for_nobody(machine: Has | None) -> None:
    assert verdict_of(extension(machine), SYSTEM, SYSTEM) is Verdict.UNCHANGED
    assert verdict_of(extension(machine), SYSTEM, BOTH) is Verdict.UNCHANGED


def test_a_machine_whose_identity_is_not_known_leaves_it_open() -> None:
    assert verdict_of(extension(None), NONE, SYSTEM) is Verdict.UNKNOWN
    assert "not known" in sentence_of(extension(None), NONE, SYSTEM)


# Agent-based workers


@pytest.mark.parametrize(
    ("os", "version", "expected"),
    [
        ("Windows", "7.3.1125.0", Verdict.UNCHANGED),
        ("Windows", "7.3.1424.0", Verdict.UNCHANGED),
        ("Windows", "7.3.702.0", Verdict.TOO_OLD),
        ("Linux", "1.7.4.0", Verdict.UNCHANGED),
        ("Linux", "1.7.3.0", Verdict.TOO_OLD),
        ("Linux", None, Verdict.UNKNOWN),
        (None, "7.3.1125.0", Verdict.UNCHANGED),
        (None, "7.3.702.0", Verdict.UNKNOWN),
        (None, "1.7.3.0", Verdict.TOO_OLD),
    ],
)
def test_an_agent_must_be_known_to_be_new_enough(os: str | None, version: str | None, expected: Verdict) -> None:
    assert verdict_of(agent(version, os), NONE, SYSTEM) is expected


def test_the_minimum_is_named() -> None:
    assert "must be 1.7.4.0 or newer, and Azure does not tell whether it is" in sentence_of(
        agent(None, "Linux"), NONE, SYSTEM
    )
    assert "7.3.1125.0 on Windows or 1.7.4.0 on Linux" in sentence_of(agent(None, None), NONE, SYSTEM)
    assert "agent-based and 7.3.702.0, too old" in sentence_of(agent("7.3.702.0"), NONE, SYSTEM)


def test_a_machine_that_loses_its_identity_counts_more_than_a_version_that_is_not_known() -> None:
    assert verdict_of(agent(None, machine=SYSTEM), NONE, SYSTEM) is Verdict.CHANGES_IDENTITY


def test_a_version_does_not_matter_where_no_identity_works_anyway() -> None:
    assert verdict_of(agent("1.0.0.0"), NONE, USER) is Verdict.UNCHANGED


def test_a_kind_that_azure_does_not_tell_may_be_an_agent() -> None:
    assert verdict_of(Worker(UNKNOWN_KIND, NONE), NONE, SYSTEM) is Verdict.UNKNOWN
    assert "should the worker be agent-based" in sentence_of(Worker(UNKNOWN_KIND, NONE), NONE, SYSTEM)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "unchanged"),
        (["unchanged", "unknown"], "unknown"),
        (["unknown", "changes_identity"], "changes_identity"),
        (["too_old", "changes_identity"], "too_old"),
    ],
)
def test_a_group_has_the_worst_verdict_of_its_workers(verdicts: list[str], expected: str) -> None:
    assert worst(Verdict(verdict) for verdict in verdicts) is Verdict(expected)
