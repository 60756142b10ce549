# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the ledger remembers of proofs, of temporary runbooks and of test jobs. Pure.

A proof stands until something of ours changed what it is about. The order of records decides, not their
times: the clocks of two controllers may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .._azure.ids import normal_id
from .._step import KNOWN_AFTER_APPLY
from .run_as import parse_time

NAME = "probe_identity"

PROBE_RUNBOOK = "probe_runbook"
TEST_JOB = "test_job"

# Events in the journal.
PROBE_JOB = "probe_job"
IDENTITY_PROOF = "identity_proof"
RUNBOOK_PROOF = "runbook_proof"

CLOUD = "cloud"

# Kinds of change after which an identity may see more than before.
_GRANTS = frozenset({"role_assignment", "group"})
# How far the clocks of two machines may be apart before a proof of the future is none.
_CLOCKS = timedelta(minutes=10)

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Memory:
    """What earlier runs left.

    ``made`` are comparable ids of runbooks that a run made and none is known to have removed, with the digests that
    they were to have; ``jobs`` is the last job of each. ``proofs`` and ``runbook_proofs`` are records, the former with
    their position in the journal, oldest first.
    """

    made: Mapping[str, str] = field(default_factory=dict)
    jobs: Mapping[str, str] = field(default_factory=dict)
    proofs: Sequence[tuple[int, Json]] = ()
    runbook_proofs: Sequence[Json] = ()
    identity_changed: int = -1
    granted: int = -1


def recall(records: Iterable[Json]) -> Memory:
    """Return what the records of an account's journal say."""
    intended: dict[tuple[str, int], Json] = {}
    made: dict[str, str] = {}
    jobs: dict[str, str] = {}
    proofs: list[tuple[int, Json]] = []
    runbook_proofs: list[Json] = []
    last = {"identity": -1, "granted": -1}
    for position, record in enumerate(records):
        event = record["event"]
        if event == "intend":
            intended[record["run"], record["number"]] = record["change"]
            if (record["change"]["kind"], record["change"]["action"]) == (PROBE_RUNBOOK, "create"):
                made[normal_id(record["change"]["target"])] = record["change"]["after"]["sha256"]
        elif event == "done":
            _settle(intended.get((record["run"], record["of"])), position, made, last)
        elif event == PROBE_JOB:
            jobs[normal_id(record["runbook"])] = str(record["job"])
        elif event == IDENTITY_PROOF:
            proofs.append((position, record))
        elif event == RUNBOOK_PROOF:
            runbook_proofs.append(record)
    return Memory(made, jobs, proofs, runbook_proofs, last["identity"], last["granted"])


def _settle(change: Json | None, position: int, made: dict[str, str], last: dict[str, int]) -> None:
    if change is None:
        return
    if (change["kind"], change["action"]) == (PROBE_RUNBOOK, "delete"):
        made.pop(normal_id(change["target"]), None)
    elif change["kind"] == "identity":
        last["identity"] = position
    elif change["kind"] in _GRANTS and change["action"] in ("create", "add"):
        last["granted"] = position


def standing_proof(
    memory: Memory, identity: str, principal_id: str | None, where: str, now: datetime, max_age: int
) -> Json | None:
    """Return the record of the proof that still stands for an identity at a place, or None.

    It stands while the identity has the same principal, it is at most ``max_age`` days old, and nothing of ours
    changed the identity since. One that saw no subscription ends with the next thing that was granted.
    """
    if not principal_id or principal_id == KNOWN_AFTER_APPLY:
        return None
    for position, record in reversed(memory.proofs):
        if normal_id(record["identity"]) != normal_id(identity) or record["where"].lower() != where.lower():
            continue
        current = record["principal_id"] == principal_id and position > memory.identity_changed
        fruitful = bool(record["subscriptions"]) or position > memory.granted
        return record if current and fruitful and _is_young(record["time"], now, max_age) else None
    return None


def standing_runbook_proof(memory: Memory, target: str, digests: Iterable[str | None], run_on: str) -> Json | None:
    """Return the record of the last test of a content that passed, for a runbook with one of these contents, or None.

    A later test of the same content that did not pass ends it.
    """
    wanted = set(digests)
    for record in reversed(memory.runbook_proofs):
        same = normal_id(record["runbook"]) == normal_id(target) and record["run_on"].lower() == run_on.lower()
        if same and record["draft"] in wanted:
            return record if record["passed"] else None
    return None


def _is_young(time: str, now: datetime, max_age: int) -> bool:
    age = now - parse_time(time)
    return -_CLOCKS < age <= timedelta(days=max_age)
