# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What an identity of the account changes for jobs on hybrid workers. Pure: two tables and what follows from them.

The account's identity replaces the machine's in such jobs, and a user-assigned identity of
the account does not work there (docs/contract.md, 1.2; for people: docs/hybrid.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from .modules import numbers

AGENT, EXTENSION, UNKNOWN_KIND = "agent", "extension", "unknown"
# The first versions of agent-based workers whose jobs can log in with the account's identity, by operating system.
MINIMUM = {"Windows": "7.3.1125.0", "Linux": "1.7.4.0"}


class Has(str, Enum):
    """The managed identities that an account or a machine has."""

    NONE = "None"
    SYSTEM = "SystemAssigned"
    USER = "UserAssigned"
    BOTH = "SystemAssigned, UserAssigned"


class LogsInAs(str, Enum):
    """What a job of a hybrid worker gets when it asks for a managed identity."""

    NOTHING = "no managed identity"
    MACHINE_SYSTEM = "the system-assigned identity of the machine"
    MACHINE_USER = "a user-assigned identity of the machine"
    MACHINE_BOTH = "the identities of the machine"
    ACCOUNT_SYSTEM = "the system-assigned identity of the account"
    UNKNOWN = "what the machine has, which is not known"


class Verdict(str, Enum):
    """What becomes of the jobs of a worker or group, the worst last."""

    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    CHANGES_IDENTITY = "changes_identity"
    TOO_OLD = "too_old"


_WORST_FIRST = (Verdict.TOO_OLD, Verdict.CHANGES_IDENTITY, Verdict.UNKNOWN, Verdict.UNCHANGED)

# (the account has, the machine has): what a job logs in as. The first nine are those that azure-docs#107677 asks for.
LOGIN_TABLE: dict[tuple[Has, Has], LogsInAs] = {
    (Has.NONE, Has.NONE): LogsInAs.NOTHING,
    (Has.NONE, Has.SYSTEM): LogsInAs.MACHINE_SYSTEM,
    (Has.NONE, Has.USER): LogsInAs.MACHINE_USER,
    (Has.SYSTEM, Has.NONE): LogsInAs.ACCOUNT_SYSTEM,
    (Has.SYSTEM, Has.SYSTEM): LogsInAs.ACCOUNT_SYSTEM,
    (Has.SYSTEM, Has.USER): LogsInAs.ACCOUNT_SYSTEM,
    (Has.USER, Has.NONE): LogsInAs.NOTHING,
    (Has.USER, Has.SYSTEM): LogsInAs.NOTHING,
    (Has.USER, Has.USER): LogsInAs.NOTHING,
    (Has.NONE, Has.BOTH): LogsInAs.MACHINE_BOTH,
    (Has.SYSTEM, Has.BOTH): LogsInAs.ACCOUNT_SYSTEM,
    (Has.USER, Has.BOTH): LogsInAs.NOTHING,
    **{(Has.BOTH, machine): LogsInAs.ACCOUNT_SYSTEM for machine in Has},
}


@dataclass(frozen=True)
class Worker:
    """What decides about the jobs of a worker; ``machine`` and ``version`` are None where Azure does not tell them."""

    kind: str
    machine: Has | None
    os: str | None = None
    version: str | None = None


def has(identity_type: str | None) -> Has:
    """Return the identities that a REST ``type`` names: with and without blank, in any case (azure-contracts, 1.1)."""
    kinds = (identity_type or "").replace(" ", "").lower().split(",")
    system, user = "systemassigned" in kinds, "userassigned" in kinds
    if system and user:
        return Has.BOTH
    return Has.SYSTEM if system else Has.USER if user else Has.NONE


def planned(now: Has, *, user_assigned_wanted: bool) -> Has:
    """Return what the account has after the migration: all that it has, and the identity that is wanted."""
    wanted = Has.USER if user_assigned_wanted else Has.SYSTEM
    return wanted if now in (Has.NONE, wanted) else Has.BOTH


def logs_in_as(account: Has, machine: Has | None) -> LogsInAs:
    """Return what a job gets; ``machine`` None is one whose identity is not known."""
    if machine is not None:
        return LOGIN_TABLE[account, machine]
    return LogsInAs.UNKNOWN if account is Has.NONE else LOGIN_TABLE[account, Has.NONE]


def verdict_of(worker: Worker, now: Has, then: Has) -> Verdict:
    """Return what it means for the jobs of a worker that the account has ``then`` in place of ``now``."""
    before, after = logs_in_as(now, worker.machine), logs_in_as(then, worker.machine)
    if worker.kind != EXTENSION and after is LogsInAs.ACCOUNT_SYSTEM:
        version = new_enough(worker)
        if version is False:
            return Verdict.TOO_OLD
        if version is None and before in (after, LogsInAs.NOTHING):
            return Verdict.UNKNOWN
    if before is after or before is LogsInAs.NOTHING:
        return Verdict.UNCHANGED
    return Verdict.UNKNOWN if before is LogsInAs.UNKNOWN else Verdict.CHANGES_IDENTITY


def new_enough(worker: Worker) -> bool | None:
    """Tell whether an agent-based worker is new enough for the account's identity; None where that is not known.

    Where the operating system is not known, the answer is what holds for each.
    """
    there = numbers(worker.version)
    if there is None:
        return None
    minima = [MINIMUM[worker.os]] if worker.os in MINIMUM else list(MINIMUM.values())
    answers = {there >= (numbers(minimum) or ()) for minimum in minima}
    return answers.pop() if len(answers) == 1 else None


def minimum_of(os: str | None) -> str:
    """Return the first version that is new enough, of each operating system where it is not known."""
    return MINIMUM.get(os or "") or " or ".join(f"{version} on {name}" for name, version in MINIMUM.items())


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a group from those of its workers; one without workers changes for nobody."""
    found = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in found), Verdict.UNCHANGED)


def sentence_of(worker: Worker, now: Has, then: Has) -> str:
    """Return what the jobs of a worker log in as, today and then, in one sentence."""
    before, after = logs_in_as(now, worker.machine), logs_in_as(then, worker.machine)
    told = _change(before, after)
    if worker.kind == EXTENSION or after is not LogsInAs.ACCOUNT_SYSTEM:
        return told + "."
    return f"{told}{_version_clause(worker)}."


def _change(before: LogsInAs, after: LogsInAs) -> str:
    if before is after:
        return f"Jobs that ask for a managed identity get {before.value}, and go on so"
    if before is LogsInAs.NOTHING:
        return f"Jobs can use no managed identity today, and lose nothing; they will be able to use {after.value}"
    return f"Jobs that ask for a managed identity get {before.value} today, and will get {after.value} in its place"


def _version_clause(worker: Worker) -> str:
    enough = new_enough(worker)
    if enough:
        return ""
    needed = minimum_of(worker.os)
    if enough is None:
        agent = "the worker is agent-based" if worker.kind == AGENT else "should the worker be agent-based"
        return f"; {agent}, it must be {needed} or newer, and Azure does not tell whether it is"
    return f"; the worker is agent-based and {worker.version}, too old for that: it must be {needed} or newer"
