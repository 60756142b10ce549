# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the journals of an account tell: the timeline of changes, and the contents that were published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import last_segment, normal_id
from .shape import Fields, Number, Text, sound
from .shapes import PROOF as SHAPE_OF_PROOF

NOTE, DONE, FAILED, UNKNOWN = "note", "done", "failed", "unknown"
_INTEND = "intend"
_ENDS = {"done": DONE, "failed": FAILED}
ROLE_ASSIGNMENT = "role_assignment"
PROOF = "proof"
_ROLE_DEFINITION = "role_definition"
_PUBLISHED = "runbook_published"
_REWRITES = "update_runbook"
ROLLBACK = "rollback_migration"
# What an identity holds: once any of it is taken back, an earlier comparison tells nothing any more.
_ACCESS = frozenset({ROLE_ASSIGNMENT, "vault_policy", "app_role", "directory_role", "group", "identity"})
_DIGEST = re.compile(r"[0-9a-f]{64}")

_RECORD = Fields(
    {"time": Text(), "account": Text(), "step": Text(), "run": Text(), "number": Number(), "event": Text()}
)
_CHANGE = Fields({"action": Text(), "kind": Text(), "target": Text()})

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One line of the timeline. ``number`` counts within ``run``; ``before`` and ``after`` are of the journal."""

    time: str
    step: str
    run: str
    number: int
    action: str
    kind: str
    target: str
    outcome: str
    reason: str | None = None
    before: Any = None
    after: Any = None

    def as_dict(self) -> dict[str, Any]:
        """Return the line as ``report.json`` has it: what was there before and after stays in the ledger."""
        names = ("time", "step", "run", "action", "kind", "target", "subject", "outcome", "reason")
        return {name: getattr(self, name) for name in names}

    @property
    def subject(self) -> str:
        """What was changed, as people call it: of a right, whose id says little, what it is and where."""
        state = self.after if isinstance(self.after, dict) else self.before
        if isinstance(state, dict) and state.get("role") and state.get("scope"):
            return sound(f"{state['role']} at {state.get('scope')}")
        if self.kind == _ROLE_DEFINITION and isinstance(state, dict) and state.get("name"):
            return sound(str(state["name"]))
        return runbook_of(self.target) if self.kind.startswith("runbook") else last_segment(self.target) or self.target


def merged(journals: Iterable[Sequence[Any]], wrong: list[str]) -> list[dict[str, Any]]:
    """Return the records of all journals of an account, each once, oldest first.

    Slices of an inventory may keep copies of one journal. What is no record is named in ``wrong``.
    """
    records: dict[tuple[str, int], dict[str, Any]] = {}
    for journal in journals:
        for position, record in enumerate(journal):
            faults: list[str] = []
            read = _RECORD.read(record, "", faults)
            if faults or read is None or not read["event"] or read["number"] is None:
                wrong.append(f"record {position + 1} of the journal")
                continue
            records.setdefault((read["run"], read["number"]), {**record, **read})
    return sorted(records.values(), key=lambda record: (record["time"], record["run"], record["number"]))


def timeline(records: Sequence[Json], wrong: list[str]) -> list[Change]:
    """Return what the records tell, oldest first: writes with what became of them, and the notes between."""
    ends = {(record["run"], record.get("of")): record for record in records if record["event"] in _ENDS}
    changes = []
    for record in records:
        if record["event"] == _INTEND:
            changes.append(_write(record, ends.get((record["run"], record["number"])), wrong))
        elif record["event"] not in _ENDS:
            changes.append(_note(record))
    return changes


def _write(record: Json, end: Json | None, wrong: list[str]) -> Change:
    faults: list[str] = []
    change = _CHANGE.read(record.get("change"), "change", faults) or {}
    wrong += [f"{fault} of record {record['number']} of run {record['run']}" for fault in faults]
    whole = record["change"] if isinstance(record.get("change"), dict) else {}
    reason = end.get("reason") if end else None
    return Change(
        **{name: record[name] for name in ("time", "step", "run", "number")},
        **{name: change[name] for name in ("action", "kind", "target")},
        outcome=_ENDS[end["event"]] if end else UNKNOWN,
        reason=str(reason) if reason else None,
        before=whole.get("before"),
        after=whole.get("after"),
    )


def _note(record: Json) -> Change:
    subject = record.get("runbook") or record.get("connection") or ""
    return Change(
        **{name: record[name] for name in ("time", "step", "run", "number")},
        action="",
        kind=record["event"],
        target=subject if isinstance(subject, str) else "",
        outcome=NOTE,
    )


def last_proof(records: Sequence[Json], wrong: list[str]) -> dict[str, Any] | None:
    """Return the last comparison of both principals that records tell of, as ``shapes.PROOF``.

    None without any, and where access was taken back after it.
    """
    last = next((record for record in reversed(records) if record["event"] == PROOF or _takes_access(record)), None)
    if last is None or last["event"] != PROOF:
        return None
    faults: list[str] = []
    said = last.get("proof")
    read: dict[str, Any] | None = SHAPE_OF_PROOF.read(
        {**said, "time": last["time"]} if isinstance(said, dict) else said, "proof", faults
    )
    wrong += [f"{fault} of record {last['number']} of run {last['run']}" for fault in faults]
    return read


def _takes_access(record: Json) -> bool:
    change = record.get("change")
    is_rollback = record["step"] == ROLLBACK and record["event"] == _INTEND
    return is_rollback and isinstance(change, dict) and change.get("kind") in _ACCESS


def rolled_back(changes: Iterable[Change]) -> str | None:
    """Return when a rollback changed something last; None where none did."""
    return max((change.time for change in changes if change.step == ROLLBACK and change.outcome == DONE), default=None)


def put_back(changes: Iterable[Change]) -> dict[str, str]:
    """Return when a rollback published what was there before, by lower-case name of the runbook."""
    return {
        runbook_of(change.target).lower(): change.time
        for change in publications(changes)
        if change.step == ROLLBACK and change.outcome == DONE
    }


def publications(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that gave a runbook another published content."""
    return [change for change in changes if change.kind == _PUBLISHED]


def blobs_of(changes: Iterable[Change]) -> set[str]:
    """Return the names of the contents that these changes replaced or wrote, where they are names of blobs at all."""
    named = {name for change in publications(changes) for name in (change.before, change.after)}
    return {name for name in named if isinstance(name, str) and _DIGEST.fullmatch(name)}


def rewritten(changes: Iterable[Change]) -> dict[str, tuple[str, str]]:
    """Return the runbooks whose last publication was our rewrite: lower-case name to name and time."""
    last: dict[str, Change] = {}
    for change in publications(changes):
        if change.outcome == DONE:
            last[runbook_of(change.target).lower()] = change
    return {name: (runbook_of(change.target), change.time) for name, change in last.items() if change.step == _REWRITES}


def runbook_of(target: str) -> str:
    """Return the name of a runbook from its id; the text itself where it is no id."""
    before, found, name = target.rpartition("/runbooks/")
    return name if found and before else target


def accounts_of(records: Iterable[Json]) -> dict[str, str]:
    """Return the accounts that records are about: normal id to id."""
    return {normal_id(record["account"]): record["account"] for record in records if record["account"]}
