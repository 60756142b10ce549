# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Deciding on the runbooks of an account: those that run in one session together, all others alone.

Contents of runbooks that neither mention Run As nor call another one are let go as soon as they were looked at; one
that turns out to be called is read again. The others are held until all are decided on. So an account needs memory for
the runbooks that it migrates, some ten kilobytes each, and not for all it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._finding import Finding
from .._runbook import MissingPackage, Rewrite, RewriteOptions, Source, Verdict, rewrite
from .._runbook.call_graph import Call as RunbookCall
from .._runbook.call_graph import calls_of, may_be_called, sessions
from .._runbook.names import Names
from .._runbook.powershell import is_without_run_as
from .._step import StepError, in_parallel
from . import runbook_reading
from ._call import Call
from .runbook_checks import Checks, is_python, without_answered
from .runbook_memory import Memory
from .runbook_plan import Decision, Runbook, Wishes, decide

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """What deciding needs: options of the rewriter, a person's wishes, what earlier runs did, what is looked up."""

    call: Call
    options: RewriteOptions
    wishes: Wishes
    memories: Mapping[str, Memory]
    checks: Checks

    def memory_of(self, runbook: Runbook) -> Memory:
        """Return what earlier runs did to a runbook."""
        return runbook_reading.memory_of(self.call, self.memories, runbook.target)

    def rewrite(self, content: bytes, runbook: Runbook) -> Rewrite:
        """Rewrite one content of a runbook alone. Raises StepError where a package of the rewriter is missing."""
        options = replace(self.options, resource=runbook.target)
        try:
            outcome = rewrite(content, runbook.type, options)
            if outcome.verdict is Verdict.NOT_USED or not is_python(content, runbook.type):
                return outcome
            packages = self.checks.python_packages(runbook.name, runbook.type)
            return rewrite(content, runbook.type, replace(options, python_packages=packages))
        except MissingPackage as error:
            raise StepError(str(error)) from None

    def decide(self, runbook: Runbook, outcome: Rewrite, refusals: Sequence[Finding]) -> Decision:
        """Return what is to be done with a runbook whose content that counts has this rewrite, and let go of it."""
        content = content_of(runbook)
        first = outcome if refusals else without_answered(outcome)

        def rewriter(other: bytes) -> Rewrite:
            return first if other is content else self.rewrite(other, runbook)

        decision = decide(runbook, rewriter, self.wishes, self.memory_of(runbook), refusals)
        return runbook_reading.stowed(self.call, decision)

    def decide_alone(self, runbook: Runbook) -> Decision:
        """Return what is to be done with a runbook that runs in a session of its own."""
        outcome = self.rewrite(content_of(runbook), runbook)
        return self.decide(runbook, outcome, self.checks.refusals(runbook.name, runbook.type, outcome))


@dataclass(frozen=True)
class Look:
    """A runbook that was read: decided on (``decision``), held for its session (``runbook``), or let go.

    ``chosen`` tells whether it may be changed. ``calls`` are the runbooks that it calls in its session.
    """

    item: Item
    chosen: bool
    decision: Decision | None = None
    runbook: Runbook | None = None
    calls: tuple[RunbookCall, ...] = ()

    @property
    def name(self) -> str:
        """The name of the runbook."""
        return str(self.item["name"])

    @property
    def is_unreadable(self) -> bool:
        """Whether it could not be read: what it does is not known."""
        return self.decision is not None and self.decision.verdict == runbook_reading.UNREADABLE


def content_of(runbook: Runbook) -> bytes:
    """Return the content that counts: the published one, or that of a draft that was never published."""
    return runbook.published if runbook.published is not None else runbook.draft or b""


def look_at(work: Work, chosen: Sequence[Item], others: Sequence[Item]) -> dict[str, Look]:
    """Read the chosen runbooks, and the account's others where a chosen one may change; return what was seen by name.

    The others are read because they may call a chosen one, or be called by it; their drafts are not.
    """
    names = Names([str(item["name"]) for item in (*chosen, *others) if may_be_called(_type_of(item))])
    looks = in_parallel(lambda item: _look(work, item, names), chosen, work.call.max_parallel)
    if any(look.runbook is not None for look in looks):
        looks += in_parallel(lambda item: _look_beside(work, item, names), others, work.call.max_parallel)
    seen = {look.name: look for look in looks}
    callees = {call.callee for look in looks for call in look.calls}
    let_go = [seen[name] for name in seen if name in callees and seen[name].runbook is None]
    again = in_parallel(lambda look: _look_again(work, look), let_go, work.call.max_parallel)
    return {**seen, **{look.name: look for look in again}}


def _type_of(item: Item) -> str:
    """Return the runbook's type; list items may be slim (section 2.1)."""
    return str((item.get("properties") or {}).get("runbookType") or "")


def sessions_of(seen: Mapping[str, Look]) -> list[list[Look]]:
    """Return the runbooks that are not decided on yet, in groups that run in one session."""
    calls = [call for look in seen.values() for call in look.calls if _takes_part(seen.get(call.callee))]
    groups = sessions([name for name, look in seen.items() if _takes_part(look)], calls)
    members = [[seen[name] for name in group] for group in groups]
    return [group for group in members if any(look.runbook is not None and look.chosen for look in group)]


def _takes_part(look: Look | None) -> bool:
    return look is not None and (look.runbook is not None or look.is_unreadable)


def _look(work: Work, item: Item, names: Names) -> Look:
    """Read a chosen runbook and decide on it, unless the others may have a say.

    A draft that was never published is run by nobody, and Python shares its session with no PowerShell.
    """
    runbook = runbook_reading.read(work.call, item)
    if isinstance(runbook, Decision):
        return Look(item, chosen=True, decision=runbook)
    content = content_of(runbook)
    if runbook.published is not None:
        calls = _calls(runbook, names)
        matters = bool(calls) or not _is_without_run_as(content, work.options)
        if matters and not is_python(content, runbook.type):
            return Look(item, chosen=True, runbook=runbook, calls=calls)
    return Look(item, chosen=True, decision=work.decide_alone(runbook))


def _look_beside(work: Work, item: Item, names: Names) -> Look:
    """Read a runbook that is not chosen; it is let go unless it calls another one."""
    runbook = runbook_reading.read(work.call, item, with_draft=False)
    if isinstance(runbook, Decision):
        return Look(item, chosen=False, decision=runbook)
    calls = _calls(runbook, names) if runbook.published is not None else ()
    return Look(item, chosen=False, runbook=runbook if calls else None, calls=calls)


def _look_again(work: Work, look: Look) -> Look:
    """Read again a runbook that is called in the session of another one; it calls nobody itself."""
    if look.is_unreadable:
        return look
    runbook = runbook_reading.read(work.call, look.item, with_draft=look.chosen)
    if isinstance(runbook, Decision):
        return replace(look, decision=runbook)
    return replace(look, decision=None, runbook=runbook) if runbook.published is not None else look


def _calls(runbook: Runbook, names: Names) -> tuple[RunbookCall, ...]:
    source = Source(content_of(runbook), runbook.type, runbook.target)
    try:
        return tuple(call for call in calls_of(runbook.name, source, names) if call.inline)
    except MissingPackage as error:
        raise StepError(str(error)) from None


def _is_without_run_as(content: bytes, options: RewriteOptions) -> bool:
    lower = content.lower()
    return is_without_run_as(content) and not any(name.lower().encode() in lower for name in options.connections or {})
