# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the journal of an account says was written, put together by what was written to. Pure.

All steps' writes to one thing are a chain. Its start is the state before the first write
that still counts; how it may stand now follows from the last ones. Where a write found
another state than the chain had left, somebody else had changed the thing in between:
the chain begins anew there, and what that somebody made is never undone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._azure.ids import normal_id
from .._step import KNOWN_AFTER_APPLY
from .runbook_memory import DRAFT, PUBLISHED

Json = Mapping[str, Any]

NAME = "rollback_migration"

# The steps that can be undone; limit_runas has a way back of its own.
STEPS = (
    "enable_identity",
    "copy_runas_roles",
    "ensure_modules",
    "migrate_site_recovery",
    "update_runbook",
    "probe_identity",
    "remove_runas",
)

_MODULE = "module"
_RUNBOOK_KINDS = (DRAFT, PUBLISHED)
# Of one key vault there are as many chains as principals.
_PRINCIPAL = "object_id"
# Azure returns ids in these in whatever casing it likes.
_CASELESS = frozenset({"identity", "container_mapping"})


@dataclass(frozen=True)
class Write:
    """One write on record. ``sure`` tells that it was made; else it may have been."""

    step: str
    action: str
    kind: str
    target: str
    before: Any
    after: Any
    sure: bool


@dataclass(frozen=True)
class Chain:
    """The writes to one thing that count, oldest first, and the states in which the last of them may have left it."""

    kind: str
    target: str
    writes: tuple[Write, ...] = ()
    states: tuple[Any, ...] = ()

    @property
    def steps(self) -> list[str]:
        """The steps that wrote, each once, the first first."""
        return list(dict.fromkeys(write.step for write in self.writes))


@dataclass(frozen=True)
class Undo:
    """A thing to take back: to ``start``, where it is found in one of ``states``. ``steps`` are whose writes go."""

    kind: str
    target: str
    start: Any
    states: tuple[Any, ...]
    writes: tuple[Write, ...]

    @property
    def step(self) -> str:
        """The step that wrote last."""
        return self.writes[-1].step

    def is_start(self, now: Any) -> bool:
        """Tell whether a state is the one to go back to."""
        return alike(self.kind, now, self.start)

    def is_ours(self, now: Any) -> bool:
        """Tell whether a state is one in which the migration left it."""
        return any(alike(self.kind, now, state) for state in self.states)


def alike(kind: str, left: Any, right: Any) -> bool:
    """Tell whether two states of a kind are the same; what only Azure decides, and was never learnt, is like any."""
    if KNOWN_AFTER_APPLY in (left, right):
        return True
    if kind == _MODULE and isinstance(left, Mapping) and isinstance(right, Mapping):
        # What is read of one tells more than what was asked for.
        return bool(left.get("version") == right.get("version"))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return all(alike(kind, left.get(name), right.get(name)) for name in {*left, *right})
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(alike(kind, one, other) for one, other in zip(left, right, strict=True))
    if kind in _CASELESS and isinstance(left, str) and isinstance(right, str):
        return normal_id(left) == normal_id(right)
    return bool(left == right)


def writes_of(records: Iterable[Json]) -> list[Write]:
    """Return the writes on record, oldest first, with what Azure decided; those that others had made are left out."""
    listed = list(records)
    ends = {(record["run"], record.get("of")): record for record in listed if record["event"] == "done"}
    writes = [
        _write_of(record, ends.get((record["run"], record["number"])))
        for record in listed
        if record["event"] == "intend"
    ]
    return [write for write in writes if write is not None]


def _write_of(record: Json, end: Json | None) -> Write | None:
    change = record["change"]
    facts = (end or {}).get("facts") or {}
    if end is not None and record["step"] != NAME and _is_anothers(change, facts):
        return None
    return Write(
        step=str(record["step"]),
        action=str(change["action"]),
        kind=str(change["kind"]),
        target=str(change["target"]),
        before=change["before"],
        after=_completed(change["after"], facts),
        sure=end is not None,
    )


def _is_anothers(change: Json, facts: Json) -> bool:
    """Tell whether a write found made what it was to make.

    A role assignment under the name that only this collection gives was made by an earlier run of ours.
    """
    if facts.get("created") is not False and facts.get("made") is not False:
        return False
    ours = change["kind"] == "role_assignment" and normal_id(str(facts.get("id"))) == normal_id(change["target"])
    return not ours


def _completed(after: Any, facts: Json) -> Any:
    if not isinstance(after, Mapping):
        return after
    return {name: facts.get(name, value) if value == KNOWN_AFTER_APPLY else value for name, value in after.items()}


def chains_of(writes: Iterable[Write]) -> list[Chain]:
    """Return the chains that are open, by kind and target; runbooks are in ``rollback_contents``.

    Several threads wrote at once, so the order of the journal means nothing, and two rollbacks would differ by it.
    """
    chains: dict[tuple[str, ...], Chain] = {}
    for write in writes:
        if write.kind in _RUNBOOK_KINDS:
            continue
        key = _key(write)
        chain = _with(chains[key] if key in chains else Chain(write.kind, write.target), write)
        chains[key] = chain
    opened = [chain for chain in chains.values() if chain.writes]
    return sorted(opened, key=lambda chain: (chain.kind, chain.target))


def _key(write: Write) -> tuple[str, ...]:
    principal = str((write.after or write.before or {}).get(_PRINCIPAL)) if write.kind == "vault_policy" else ""
    return write.kind, normal_id(write.target), principal.lower()


def _with(chain: Chain, write: Write) -> Chain:
    """Return the chain after one more write."""
    if write.sure:
        for number, earlier in enumerate(chain.writes):
            if alike(write.kind, write.after, earlier.before):
                # Back where it had been: by a rollback, or by the step's own undo.
                return replace(chain, writes=chain.writes[:number], states=(write.after,))
    known = any(alike(write.kind, write.before, state) for state in chain.states)
    if write.step == NAME:
        # An application that comes back brings a state back which is not the start.
        middle = known or any(alike(write.kind, write.after, state) for state in chain.states)
        states = (write.after,) if write.sure else (*chain.states, write.after)
        return replace(chain, writes=chain.writes if middle else (), states=states)
    states = (write.after,) if write.sure else (write.before, write.after)
    return replace(chain, writes=(*chain.writes, write) if known else (write,), states=states)


def undo_of(chain: Chain, steps: Collection[str]) -> Undo | None:
    """Return what taking back the writes of some steps means; None where another step wrote last, or none of them."""
    kept = len(chain.writes)
    while kept and chain.writes[kept - 1].step in steps:
        kept -= 1
    taken = chain.writes[kept:]
    if not taken:
        return None
    return Undo(chain.kind, chain.target, taken[0].before, chain.states, taken)


def blocking_step(chain: Chain, steps: Collection[str]) -> str | None:
    """Return the step that was not chosen and wrote after one that was; None where nothing is in the way."""
    for number, write in enumerate(chain.writes):
        later = [one.step for one in chain.writes[number + 1 :] if one.step not in steps]
        if write.step in steps and later:
            return later[-1]
    return None
