# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Deciding on runbooks that run in one session: all that would change are changed, or none is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from .._finding import Finding, finding
from .._runbook import MissingPackage, Rewrite, Source, rewrite_together
from .._step import StepError, in_parallel
from .runbook_checks import REWRITTEN
from .runbook_plan import Decision, Runbook, waits_for_draft
from .runbook_sessions import Item, Look, Work, content_of, look_at, sessions_of


def decide_all(work: Work, chosen: Sequence[Item], others: Sequence[Item]) -> tuple[list[Decision], list[Finding]]:
    """Return what is to be done with each chosen runbook, and what must be said of the account's others."""
    seen = look_at(work, chosen, others)
    decisions = {name: look.decision for name, look in seen.items() if look.decision is not None}
    groups = in_parallel(lambda members: decide_session(work, members), sessions_of(seen), work.call.max_parallel)
    for decided in groups:
        decisions.update(decided)
    unread = [said for look in seen.values() if look.is_unreadable and not look.chosen for said in _findings(look)]
    return [decisions[str(item["name"])] for item in chosen], unread


def decide_session(work: Work, members: Sequence[Look]) -> dict[str, Decision]:
    """Return what is to be done with the chosen runbooks of one session."""
    runbooks = {look.name: look.runbook for look in members if look.runbook is not None}
    rewrites = _rewrite(work, runbooks)
    refusals = _refusals(work, members, rewrites)
    chosen = [look.name for look in members if look.chosen and look.runbook is not None]
    decisions = {name: work.decide(runbooks[name], rewrites[name], refusals[name]) for name in chosen}
    return _in_one_track(decisions)


def _rewrite(work: Work, runbooks: Mapping[str, Runbook]) -> dict[str, Rewrite]:
    sources = {name: Source(content_of(book), book.type, book.target) for name, book in runbooks.items()}
    try:
        return rewrite_together(sources, work.options)
    except MissingPackage as error:
        raise StepError(str(error)) from None


def _refusals(work: Work, members: Sequence[Look], rewrites: Mapping[str, Rewrite]) -> dict[str, list[Finding]]:
    """Return for each runbook why it must not be changed: for reasons of its own, or because of another one's."""
    changing = {look.name for look in members if look.runbook is not None and rewrites[look.name].verdict in REWRITTEN}
    if not changing:
        return {look.name: [] for look in members}
    own = {look.name: _own_refusals(work, look, rewrites[look.name]) for look in members if look.name in changing}
    obstacles = {
        look.name: own.get(look.name) or _obstacles(work, look, look.name in changing, rewrites) for look in members
    }
    refusals: dict[str, list[Finding]] = {}
    for look in members:
        others = [other for other in members if other is not look] if look.name in changing else []
        refusals[look.name] = own.get(look.name) or _because_of(look, others, changing, obstacles)
    return refusals


def _own_refusals(work: Work, look: Look, outcome: Rewrite) -> list[Finding]:
    if look.runbook is None or not look.chosen:
        return []
    return work.checks.refusals(look.name, look.runbook.type, outcome)


def _obstacles(work: Work, look: Look, is_changing: bool, rewrites: Mapping[str, Rewrite]) -> list[Finding]:
    """Return why the others of its session must not be changed, although nothing forbids its own rewrite."""
    if look.runbook is None:
        return list(_findings(look))
    if is_changing and look.chosen:
        memory = work.memory_of(look.runbook)
        waits = waits_for_draft(look.runbook, rewrites[look.name], work.wishes, memory)
        return [waits] if waits is not None else []
    return work.checks.hybrid(look.name)


def _because_of(
    look: Look, others: Sequence[Look], changing: Collection[str], obstacles: Mapping[str, Sequence[Finding]]
) -> list[Finding]:
    """Return the finding that names the first other runbook which cannot be changed with this one."""
    target = look.runbook.target if look.runbook is not None else look.name
    for other in others:
        if other.name in changing and not other.chosen:
            return [finding("RA471", target, runbook=look.name, other=other.name)]
        if obstacles[other.name]:
            reason = obstacles[other.name][0].sentence
            return [finding("RA473", target, runbook=look.name, other=other.name, reason=reason)]
    return []


def _findings(look: Look) -> tuple[Finding, ...]:
    return look.decision.findings if look.decision is not None else ()


def _in_one_track(decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """Let the changes of a session be made one after the other: the first failure ends them."""
    changed = [decision for decision in decisions.values() if decision.changes]
    if len(changed) < 2:
        return dict(decisions)
    track = changed[0].target
    return {
        name: replace(decision, changes=tuple(replace(change, track=track) for change in decision.changes))
        for name, decision in decisions.items()
    }
