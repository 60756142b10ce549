# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The records that a rollback goes by, and why it refuses those that it cannot go by."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .. import _ledger
from .._arguments import flat
from .._azure.ids import AccountId, normal_id
from .._ledger import JOURNAL_VERSION, LedgerError
from .._step import StepError
from ._call import Call
from .rollback_chains import STEPS

Record = Mapping[str, Any]

_JOURNAL = "journal.jsonl"
_PARTS = ("account", "event", "number", "run", "step", "time")
_PARTS_OF_CHANGE = {"action", "kind", "target", "before", "after"}


def chosen_steps(option: Sequence[str] | None) -> list[str]:
    """Return the steps to take back, all without the option. Raises StepError for a name that no step has."""
    named = list(dict.fromkeys(flat(option or [])))
    unknown = [name for name in named if name not in STEPS]
    if "limit_runas" in unknown:
        raise StepError(
            "steps names limit_runas, which has a way back of its own. Nothing was changed. Run limit_runas with state "
            "restored, and leave it out of steps."
        )
    if unknown:
        raise StepError(
            f"steps names {', '.join(unknown)}, which is no step of a migration that can be taken back. Nothing was "
            f"changed. Name some of {', '.join(STEPS)}."
        )
    return named or list(STEPS)


def read_records(call: Call, steps: Collection[str]) -> Sequence[Record]:
    """Return the records of the account. Raises StepError where they are none, another's, or cannot be trusted."""
    try:
        records: Sequence[Record] = _ledger.read_journal(call.ledger)
    except LedgerError as error:
        records = _without_damage(call, steps, error)
    except OSError as error:
        raise StepError(
            f"The ledger {call.ledger / _JOURNAL} cannot be read: {error.strerror or error}. Nothing was changed."
        ) from None
    refuse_unusable(call.account, str(call.ledger), records)
    return records


def refuse_unusable(account: AccountId, ledger: str, records: Sequence[Record]) -> None:
    """Raise StepError for records that say nothing of this account, or of another one. Pure."""
    if not records:
        raise StepError(
            f"Nothing is known of Automation account {account.name}: the ledger {ledger} holds no records of it. "
            "Nothing was changed. Name with ledger the one that its migration wrote."
        )
    damaged = [number for number, record in enumerate(records, start=1) if not _is_whole(record)]
    if damaged:
        raise StepError(
            f"Record {damaged[0]} of the ledger {ledger}/{_JOURNAL} lacks a part: it was edited. Nothing was changed. "
            "Put the file back from a backup."
        )
    newer = next((record for record in records if _version(record) > JOURNAL_VERSION), None)
    if newer is not None:
        raise StepError(
            f"The ledger {ledger} was written by a newer release (version {newer['version']} of its records). Nothing "
            "was changed. Roll back with that release."
        )
    others = sorted({_account_in(record) for record in records} - {normal_id(account.arm_id)})
    if others:
        raise StepError(
            f"The ledger {ledger} holds records of {others[0]}, which is not {account.arm_id}: it was copied or "
            "renamed. Nothing was changed. Name with ledger the one that this account's migration wrote."
        )


def _is_whole(record: Any) -> bool:
    if not isinstance(record, dict) or not all(record.get(name) for name in _PARTS):
        return False
    change = record.get("change")
    return record["event"] != "intend" or (isinstance(change, dict) and change.keys() >= _PARTS_OF_CHANGE)


def _version(record: Record) -> int:
    version = record.get("version")
    return version if isinstance(version, int) else 0


def _account_in(record: Record) -> str:
    return normal_id(str(record.get("account") or "no account"))


def _without_damage(call: Call, steps: Collection[str], error: LedgerError) -> Sequence[Record]:
    """Return the records of a journal with lines that are none, where no chosen step can have written these.

    Runs hold the lock while they write, so a damaged line was written by the run before it or by that after it.
    """
    try:
        lines = (call.ledger / _JOURNAL).read_bytes().split(b"\n")
    except OSError:
        raise StepError(f"{error} Nothing was changed. Put it back from a backup.") from None
    records, suspects = sorted_out(lines)
    left = [step for step in STEPS if step not in suspects]
    if not suspects & set(steps):
        return records
    able = f"Or set steps to what can still be undone without it: {', '.join(left)}." if left else ""
    raise StepError(f"{error} Nothing was changed. Put that line back from a backup of the ledger. {able}".rstrip())


def sorted_out(lines: Iterable[bytes]) -> tuple[list[Record], set[str]]:
    """Return the records among lines, and the steps that may have written the others. Pure."""
    records: list[Record] = []
    suspects: set[str] = set()
    damaged = False
    written = [line for line in lines if line and not line.endswith(b"#cut")]
    for number, line in enumerate(written):
        record = _record_in(line)
        if record is None and number == len(written) - 1:
            # What a crash cut short was not begun (docs/ledger.md).
            continue
        if record is None:
            damaged = True
            suspects |= {str(records[-1]["step"])} if records else set()
            continue
        suspects |= {str(record["step"])} if damaged else set()
        damaged = False
        records.append(record)
    return records, suspects


def _record_in(line: bytes) -> Record | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if _is_whole(record) else None
