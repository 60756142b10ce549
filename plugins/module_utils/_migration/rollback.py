# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that takes a migration back, from the ledger: what ours is, as it was; what others did, as it is.

Every write on record is looked at with what was there before it. What is found as the
migration left it goes back to that; what somebody else changed since is named and left
alone. The order is that of docs/rollback.md: first whatever the Run As login needs, then
the runbooks that use it, then what the identity was given, and the identity last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure.errors import Forbidden
from .._azure.ids import last_segment
from .._finding import Finding, finding
from .._ledger import LedgerError
from .._step import Change, Hands, Outcome, Plan, StepError
from ._call import Call, Result
from .access_part import VAULT_POLICY
from .directory_lookup import graph_claims
from .probe_memory import TEST_JOB
from .rollback_assets import Assets
from .rollback_chains import NAME, Chain, Undo, Write, blocking_step, chains_of, undo_of, writes_of
from .rollback_contents import contents_before, contents_of
from .rollback_directory import DirectoryAccess
from .rollback_entra import APPLICATION, PRINCIPAL, Entra, handed_over, principals_in
from .rollback_identity import AccountIdentity
from .rollback_identity_users import Going
from .rollback_mappings import Mappings
from .rollback_modules import Modules
from .rollback_part import Part, Room, Said
from .rollback_probe import ProbeRunbooks
from .rollback_records import chosen_steps, read_records
from .rollback_roles import RoleAssignments
from .rollback_runbooks import STEP as UPDATE_RUNBOOK
from .rollback_runbooks import Runbooks
from .rollback_vaults import VaultPolicies, undos_of
from .waiting import came_true

__all__ = ["ARGUMENTS", "NAME", "run"]

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "steps": {"type": "list", "elements": "str", "default": []},
            "pending_draft": {"type": "str", "choices": ["skip", "keep"], "default": "skip"},
            "accept_lost": {"type": "bool", "default": False},
            "accept_unread": {"type": "bool", "default": False},
            "accept_other_use": {"type": "bool", "default": False},
            "replication_timeout": {"type": "int", "default": 300},
            "operation_timeout": {"type": "int", "default": 1800},
        }
    )
)

_LIMIT = "limit_runas"
# What leaves nothing in the account that could be taken back.
_WITHOUT_TRACE = frozenset({TEST_JOB})
# What cannot come back and that others lean on: a run refuses unless that is accepted.
_LOST = frozenset({"RA843", "RA844"})
_ENTRA_KINDS = frozenset({APPLICATION, PRINCIPAL})


@dataclass(frozen=True)
class Memory:
    """What the ledger says is to be taken back. ``findings`` are about what is not."""

    records: Sequence[Mapping[str, Any]]
    steps: Sequence[str]
    writes: Sequence[Write]
    undos: Sequence[Undo]
    findings: tuple[Finding, ...]

    def of(self, kinds: frozenset[str]) -> list[Undo]:
        """Return what is to be taken back of some kinds."""
        return [undo for undo in self.undos if undo.kind in kinds]


class Rooms:
    """The kinds of things, each with its own way back."""

    def __init__(self, call: Call, memory: Memory) -> None:
        self._call = call
        self._memory = memory
        claims = graph_claims(call.session) if memory.of(DirectoryAccess.kinds | Entra.kinds) else None
        replication = float(call.parameters["replication_timeout"])
        operation = float(call.parameters["operation_timeout"])
        self.entra = Entra(call.session, claims, replication, principals_in(memory.records))
        self.assets = Assets(call.session, call.account)
        self.runbooks = Runbooks(call)
        self.mappings = Mappings(call.session, call.max_parallel, operation)
        self.vaults = VaultPolicies(call.session, call.max_parallel)
        self.directory = DirectoryAccess(call.session, claims)
        self.modules = Modules(call.session, call.account, operation)
        self.identity = AccountIdentity(call)
        self.probe = ProbeRunbooks(call)
        self._others: list[Room] = [
            *(self.entra, self.assets, self.mappings, self.vaults, self.directory, self.modules, self.probe)
        ]
        self._timeout = replication
        self._settled: set[str] = set()

    def plan(self) -> Part:
        """Read what is there, and return what is to be done, the identity last: it depends on all the others."""
        memory = self._memory
        parts = [self.entra.plan(memory.of(Entra.kinds)), self.assets.plan(memory.of(Assets.kinds))]
        if UPDATE_RUNBOOK in memory.steps:
            parts.append(self.runbooks.plan(contents_of(memory.records, memory.writes), memory.records))
        roles = RoleAssignments(self._call.session, self._call.max_parallel, self._timeout, self.entra.restored)
        self._others.append(roles)
        parts += [
            self.mappings.plan(memory.of(Mappings.kinds)),
            roles.plan(memory.of(RoleAssignments.kinds)),
            self.vaults.plan(undos_of(memory.writes, memory.steps)),
            self.directory.plan(memory.of(DirectoryAccess.kinds)),
            self.modules.plan(memory.of(Modules.kinds)),
            self.probe.plan(memory.of(ProbeRunbooks.kinds)),
        ]
        part = Part.joined(parts)
        going = Going.of(part.changes, self._contents_after(), contents_before(memory.writes))
        return Part.joined((part, self.identity.plan(memory.of(AccountIdentity.kinds), going)))

    def _contents_after(self) -> dict[str, bytes]:
        contents = {}
        for name, content in self.runbooks.contents_after().items():
            try:
                contents[name] = _ledger.read_blob(self._call.ledger, content)
            except LedgerError:
                # Then the runbook is not taken back: what it holds now is read instead.
                continue
        return contents

    def _room(self, change: Change) -> Room:
        if change.kind in self.runbooks.kinds:
            return self.runbooks
        if change.kind in self.identity.kinds:
            return self.identity
        return next(room for room in self._others if change.kind in room.kinds)

    def reread(self, change: Change) -> Any:
        """Return a target as it is now; what is as planned already is not written again."""
        now = self._room(change).now(change)
        if change.kind not in self.runbooks.kinds and now == change.after:
            self._settled.add(change.target)
            return change.before
        return now

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change, unless somebody did meanwhile."""
        if change.target in self._settled:
            return {"made": False}
        return self._room(change).write(change) or {}

    def verify(self, plan: Plan) -> None:
        """Read back all that was changed. Raises StepError where it is not as planned within the time."""
        if any(change.kind in self.runbooks.kinds for change in plan.changes):
            self.runbooks.verify()
        if any(change.kind in self.identity.kinds for change in plan.changes):
            self.identity.verify()
        others = [change for change in plan.changes if change.kind not in self.runbooks.kinds | self.identity.kinds]
        unlike = [change for change in others if not came_true(partial(self._became, change), self._timeout)]
        if unlike:
            raise StepError(
                f"Azure answered that it was done, but {', '.join(change.target for change in unlike)} "
                f"{'is' if len(unlike) == 1 else 'are'} not as planned after {self._timeout:g} seconds. Run again to "
                "see whether it is by then."
            )

    def _became(self, change: Change) -> bool:
        return bool(self._room(change).now(change) == change.after)


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    memory = recall(call)
    rooms = Rooms(call, memory)
    part = rooms.plan()
    if not call.parameters["accept_lost"]:
        _refuse_lost(call, part)
    plan = Plan(
        changes=tuple(sorted(part.changes, key=lambda change: change.wave)),
        findings=(*part.all_findings(), *memory.findings),
        diffs=part.diffs,
    )
    rooms.runbooks.keep()
    return call.finish(
        plan,
        Hands(reread=rooms.reread, write=rooms.write),
        verify=lambda: rooms.verify(plan),
        facts=lambda outcome: _facts(call, memory, rooms, plan, part, outcome),
    )


def recall(call: Call) -> Memory:
    """Return what the ledger says is to be taken back. Raises StepError where it cannot be gone by."""
    steps = chosen_steps(call.parameters["steps"])
    records = read_records(call, steps)
    writes = writes_of(records)
    chains = [chain for chain in chains_of(writes) if chain.kind != VAULT_POLICY]
    known = frozenset().union(*(room.kinds for room in _ROOMS))
    undos = [undo for chain in chains if (undo := undo_of(chain, steps)) is not None]
    findings = [
        *_limited(call, chains),
        *_blocked(chains, steps),
        *(_unknown(undo) for undo in undos if undo.kind not in known | _WITHOUT_TRACE),
    ]
    return Memory(records, steps, writes, undos, tuple(findings))


_ROOMS: tuple[Any, ...] = (
    Entra,
    Assets,
    Runbooks,
    Mappings,
    RoleAssignments,
    VaultPolicies,
    DirectoryAccess,
    Modules,
    ProbeRunbooks,
    AccountIdentity,
)


def _limited(call: Call, chains: Iterable[Chain]) -> list[Finding]:
    limited = [chain for chain in chains if chain.writes[-1].step == _LIMIT]
    if not limited:
        return []
    changes = "1 change" if len(limited) == 1 else f"{len(limited)} changes"
    return [finding("RA848", call.account.arm_id, changes=changes)]


def _blocked(chains: Iterable[Chain], steps: Sequence[str]) -> list[Finding]:
    blocked = [(chain, later) for chain in chains if (later := blocking_step(chain, steps)) is not None]
    return [
        finding("RA849", chain.target, kind=_called(chain.kind), name=last_segment(chain.target), later=later)
        for chain, later in blocked
    ]


def _unknown(undo: Undo) -> Finding:
    return finding("RA855", undo.target, kind=_called(undo.kind), name=last_segment(undo.target))


def _called(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


def _refuse_lost(call: Call, part: Part) -> None:
    """Raise StepError where something cannot come back that the rest leans on."""
    lost = [said for said in part.not_restored if said.finding.code in _LOST]
    if not lost:
        return
    concerned = {said.step for said in lost}
    others = [step for step in chosen_steps(call.parameters["steps"]) if step not in concerned]
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    raise StepError(
        f"{lost[0].finding.sentence}{more} Nothing was changed. {lost[0].finding.remedy} Set accept_lost to take back "
        f"the rest without it{_or_steps(others)}.",
        not_restored=[said.as_dict() for said in part.not_restored],
        findings=[said.as_dict() for said in part.all_findings()],
    )


def _or_steps(steps: Sequence[str]) -> str:
    return f", or steps to what does not need it: {', '.join(steps)}" if steps else ""


def _facts(call: Call, memory: Memory, rooms: Rooms, plan: Plan, part: Part, outcome: Outcome) -> dict[str, Any]:
    """Return the step's own part of the result; links are compared and repaired on the way."""
    repaired = rooms.runbooks.compare_links(outcome)
    refused = _refused_by_entra(memory, outcome)
    pending = (*part.pending, *refused)
    findings = (*plan.findings, *(said.finding for said in refused), *repaired.findings)
    made = plan.changes if call.check_mode else tuple(done.change for done in outcome.done)
    left = (*part.not_restored, *part.conflicts, *pending)
    return {
        "steps": _counts(memory, rooms, part, made),
        "not_restored": [said.as_dict() for said in part.not_restored],
        "conflicts": [said.as_dict() for said in part.conflicts],
        "pending": [said.as_dict() for said in pending],
        "findings": [said.as_dict() for said in findings],
        "job_schedules": [link.shown() for link in repaired.links],
        "partial": bool(left) or not outcome.complete,
    }


def _refused_by_entra(memory: Memory, outcome: Outcome) -> list[Said]:
    """Return the hand-over of what Microsoft Entra refused to write, which reading cannot foresee."""
    refused = []
    for failure in outcome.failures:
        change = failure.change
        if change.kind in _ENTRA_KINDS and isinstance(failure.error, Forbidden):
            said = handed_over(change.kind, change.target, str(change.after["application_id"]), str(failure.error))
            refused.append(Said(change.kind, change.target, _step_of(memory, change), said))
    return refused


def _step_of(memory: Memory, change: Change) -> str:
    """Return the step whose write a change takes back."""
    found = next((undo.step for undo in memory.undos if (undo.kind, undo.target) == (change.kind, change.target)), None)
    if found is not None:
        return found
    writers = [write.step for write in memory.writes if write.kind == change.kind and write.step in memory.steps]
    return writers[-1] if writers else UPDATE_RUNBOOK


def _counts(memory: Memory, rooms: Rooms, part: Part, made: Sequence[Change]) -> dict[str, dict[str, int]]:
    """Return for each step how much of what it wrote was changed back, is back already, or is left."""
    entries: dict[str, dict[str, int]] = {
        step: dict.fromkeys(("changed", "back", "conflicts", "not_restored", "pending"), 0) for step in memory.steps
    }
    counted: Callable[[str, str, int], None] = partial(_add, entries)
    for change in made:
        counted(_step_of(memory, change), "changed", 1)
    for undo in part.back:
        counted(undo.step, "back", 1)
    counted(UPDATE_RUNBOOK, "back", rooms.runbooks.counts["back"])
    for name, said in (("conflicts", part.conflicts), ("not_restored", part.not_restored), ("pending", part.pending)):
        for one in said:
            counted(one.step, name, 1)
    return entries


def _add(entries: dict[str, dict[str, int]], step: str, name: str, number: int) -> None:
    if step in entries:
        entries[step][name] += number
