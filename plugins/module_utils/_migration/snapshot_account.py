# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that keeps in the ledger what an account was like before its migration, and changes nothing in Azure.

Every other step records what it replaces. This is the whole, for people: what there was that nobody meant to touch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._ledger import read_journal
from ._call import Call, Result
from .snapshot_reading import Snapshot, read_snapshot

NAME = "snapshot_account"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "again": {"type": "bool", "default": False},
            "surroundings_age": {"type": "int", "default": 600},
        }
    )
)

EVENT = "account_snapshot"
KIND = "azauto.runas_migration/snapshot"
FORMAT = 1

Json = Mapping[str, Any]


def run(call: Call) -> Result:
    """Take a snapshot unless there is one, and return the module's result. In check mode nothing is read."""
    records = read_journal(call.ledger)
    last = last_snapshot(records)
    if last is not None and not call.parameters["again"]:
        return _result(call, last, taken=False)
    if call.check_mode:
        return _result(call, None, taken=True)
    snapshot = read_snapshot(call, call.record.save_blob)
    blob = call.record.save_blob(_document(call, snapshot))
    facts = {"blob": blob, "after_writes": _has_written(records), "unread": len(snapshot.findings)}
    call.record.note(EVENT, facts)
    return {
        **_result(call, facts, taken=True),
        "findings": [said.as_dict() for said in snapshot.findings],
    }


def last_snapshot(records: Iterable[Json]) -> Json | None:
    """Return the newest snapshot on record. Pure."""
    found = [record for record in records if record["event"] == EVENT]
    return found[-1] if found else None


def _has_written(records: Iterable[Json]) -> bool:
    """Tell whether a step has begun to change something before."""
    return any(record["event"] == "intend" for record in records)


def _document(call: Call, snapshot: Snapshot) -> bytes:
    whole = {
        "kind": KIND,
        "format": FORMAT,
        "time": _ledger.now(),
        "account": call.account.arm_id,
        **snapshot.document,
        "unread": [said.sentence for said in snapshot.findings],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _result(call: Call, record: Json | None, *, taken: bool) -> Result:
    account = call.account
    return {
        "changed": False,
        "account": {
            "id": account.arm_id,
            "name": account.name,
            "resource_group": account.resource_group,
            "subscription_id": account.subscription_id,
        },
        "taken": taken,
        "file": str(call.ledger / "blobs" / record["blob"]) if record else None,
        "after_writes": bool(record["after_writes"]) if record else None,
        "findings": [],
        "ledger": str(call.ledger),
    }
