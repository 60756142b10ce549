# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking back access policies of key vaults: of an entry, the permissions that the migration added, and no others.

A policy is one entry that several people add to. So it is not put back to what it was,
which would take away what others gave since, but what was added is subtracted (contract 7).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .._azure import key_vault
from .._azure.errors import Absent, Forbidden
from .._azure.ids import last_segment, normal_id
from .._azure.session import Session
from .._finding import finding
from .._step import Change, in_parallel
from .access_part import VAULT_POLICY
from .rollback_chains import NAME, Undo, Write
from .rollback_part import ACCESS, Part, Said, diff_of
from .unread import Unread
from .vault_model import Permissions, Vault, missing, union, vault_of
from .vault_policies import while_others_write

Json = Mapping[str, Any]


def undos_of(writes: Iterable[Write], steps: Collection[str]) -> list[Undo]:
    """Return what each entry was given by the steps and not taken back: as the one state of its undo. Pure."""
    given: dict[tuple[str, str], tuple[Write, dict[str, tuple[str, ...]]]] = {}
    for write in writes:
        entry = write.after or write.before
        if write.kind != VAULT_POLICY or not entry:
            continue
        key = normal_id(write.target), str(entry["object_id"]).lower()
        known = given[key][1] if key in given else {}
        before, after = _permissions(write.before), _permissions(write.after)
        if write.step == NAME and write.sure:
            known = missing(known, missing(before, after))
        elif write.step in steps:
            known = union([known, missing(after, before)])
        given[key] = (write, known)
    return [_undo(write, ours) for write, ours in given.values() if ours]


def _permissions(entry: Json | None) -> dict[str, tuple[str, ...]]:
    return union([(entry or {}).get("permissions") or {}])


def _undo(write: Write, ours: Permissions) -> Undo:
    state = {**(write.after or write.before), "permissions": {kind: list(names) for kind, names in ours.items()}}
    return Undo(VAULT_POLICY, write.target, None, (state,), (write,))


class VaultPolicies:
    """The access policies that the identity was given."""

    kinds = frozenset({VAULT_POLICY})

    def __init__(self, session: Session, max_parallel: int) -> None:
        self._session = session
        self._max_parallel = max_parallel

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be subtracted in each vault."""
        return Part.joined(in_parallel(self._planned, undos, self._max_parallel))

    def _planned(self, undo: Undo) -> Part:
        (state,) = undo.states
        name = last_segment(undo.target)
        try:
            vault = vault_of(key_vault.get_vault(self._session, undo.target))
        except Absent:
            return Part(back=(undo,))
        except Forbidden as error:
            unread = Unread.of(f"The access policies of key vault {name}", undo.target, error)
            return Part(pending=(Said(undo.kind, undo.target, undo.step, unread.finding()),))
        now = entry_of(vault, state["object_id"])
        after = _without(now, state["permissions"])
        if now == after:
            return Part(back=(undo,))
        if vault.rbac or not vault.ready:
            why = "goes by Azure roles by now" if vault.rbac else f"is in state {vault.state}"
            what = f"Key vault {name}, which {why},"
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, finding("RA840", undo.target, what=what)),))
        change = Change("remove", VAULT_POLICY, undo.target, now, after, track=normal_id(undo.target), wave=ACCESS)
        return Part(changes=(change,), diffs=(diff_of(change, name),))

    def now(self, change: Change) -> Any:
        """Return the entry of the identity as it is now."""
        try:
            vault = vault_of(key_vault.get_vault(self._session, change.target))
        except Absent:
            return None
        return entry_of(vault, change.before["object_id"])

    def write(self, change: Change) -> None:
        """Subtract what was added."""
        while_others_write(lambda: self._remove(change))

    def _remove(self, change: Change) -> None:
        before = change.before
        gone = missing(before["permissions"], (change.after or {}).get("permissions"))
        key_vault.remove_access_policy(self._session, change.target, before["tenant_id"], before["object_id"], gone)


def entry_of(vault: Vault, object_id: str) -> dict[str, Any] | None:
    """Return the access policy of a principal; one without any permission is none."""
    own = vault.own(object_id)
    if not own:
        return None
    wire = {kind: list(names) for kind, names in own.items()}
    return {"tenant_id": vault.tenant_id, "object_id": object_id, "permissions": wire}


def _without(entry: Json | None, permissions: Permissions) -> dict[str, Any] | None:
    if entry is None:
        return None
    left = missing(entry["permissions"], permissions)
    return {**entry, "permissions": {kind: list(names) for kind, names in left.items()}} if left else None
