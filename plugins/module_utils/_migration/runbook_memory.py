# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the ledger remembers of runbook updates that were cut short. Pure.

A run that is killed leaves records without their ends: a draft that was set
aside and not put back, links that were not compared after publishing. The next
run finds them here and finishes them. Without a ledger nothing is remembered,
and nothing is stuck: the runbooks themselves tell what is left to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

NAME = "update_runbook"
# rollback_migration sets drafts aside and publishes, too: whoever runs next finishes what either began.
_WRITERS = frozenset({NAME, "rollback_migration"})

# Actions of changes to a draft: one writes the rewrite, the other puts somebody's draft back.
REPLACE = "replace"
RESTORE = "restore"
# One that takes a draft away, which rollback_migration alone does.
DISCARD = "discard"

DRAFT = "runbook_draft"
PUBLISHED = "runbook_published"

# Events in the journal.
DRAFT_SAVED = "draft_saved"
DRAFT_SETTLED = "draft_settled"
DEPENDANTS_SAVED = "dependants_saved"
DEPENDANTS_CHECKED = "dependants_checked"


@dataclass(frozen=True)
class Memory:
    """What earlier runs did to one runbook.

    ``ours`` are the digests of rewrites that were made its draft. ``saved`` is the
    digest of somebody's draft that was set aside and not put back, ``planned`` that
    of the rewrite it made room for; ``lost`` tells that the ledger no longer holds it.
    """

    ours: frozenset[str] = frozenset()
    saved: str | None = None
    planned: str | None = None
    lost: bool = False


NOTHING = Memory()


@dataclass(frozen=True)
class Unchecked:
    """A snapshot of links and webhooks that was not compared; ``runbooks`` are the targets then being published."""

    blob: str
    runbooks: frozenset[str]


def recall(records: Sequence[Mapping[str, Any]]) -> dict[str, Memory]:
    """Return the memory of each runbook, by the lower-cased id of the runbook."""
    memories: dict[str, Memory] = {}
    for record in records:
        if record.get("step") != NAME and not _is_of_rollback(record):
            continue
        change = record.get("change") or {}
        target = str(record.get("runbook") or change.get("target") or "").lower()
        memories[target] = _with_record(memories.get(target, NOTHING), record, change)
    return memories


def _is_of_rollback(record: Mapping[str, Any]) -> bool:
    """Tell whether a rollback set a draft aside, or put it back; what it wrote is no rewrite of ours."""
    return record.get("step") in _WRITERS and record["event"] in (DRAFT_SAVED, DRAFT_SETTLED)


def _with_record(memory: Memory, record: Mapping[str, Any], change: Mapping[str, Any]) -> Memory:
    if record["event"] == "intend" and (change["kind"], change["action"]) == (DRAFT, REPLACE):
        return replace(memory, ours=memory.ours | {change["after"]})
    if record["event"] == DRAFT_SAVED:
        return replace(memory, saved=record["draft"], planned=record["planned"])
    if record["event"] == DRAFT_SETTLED and record["draft"] == memory.saved:
        return replace(memory, saved=None, planned=None)
    return memory


def unchecked_dependants(records: Sequence[Mapping[str, Any]]) -> list[Unchecked]:
    """Return the snapshots that no run has compared, each with the runbooks that it began to publish after it."""
    open_snapshots: dict[tuple[str, str], set[str]] = {}
    for record in records:
        if record.get("step") not in _WRITERS:
            continue
        if record["event"] == DEPENDANTS_SAVED:
            open_snapshots[record["run"], record["blob"]] = set()
        elif record["event"] == DEPENDANTS_CHECKED:
            open_snapshots = {key: begun for key, begun in open_snapshots.items() if key[1] != record["blob"]}
        elif record["event"] == "intend" and record["change"]["kind"] == PUBLISHED:
            for (run, dummy), begun in open_snapshots.items():
                if run == record["run"]:
                    begun.add(str(record["change"]["target"]).lower())
    return [Unchecked(blob, frozenset(begun)) for (dummy, blob), begun in open_snapshots.items()]
