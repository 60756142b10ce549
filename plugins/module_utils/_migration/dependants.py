# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Keeping links and webhooks through the publishing of runbooks: snapshot, compare, repair.

The snapshot is in the ledger before the first runbook is published, and stays
open there until a run has compared it: a run that was killed in between is
finished by the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from .. import _ledger
from .._azure.errors import AzureError, Forbidden
from .._finding import Finding, finding
from .._ledger import LedgerError
from .._step import Change, Failure, Outcome, Plan, carry_out
from . import job_schedules
from ._call import Call
from .job_schedules import Dependants, Link, Webhook
from .runbook_memory import DEPENDANTS_CHECKED, DEPENDANTS_SAVED, PUBLISHED, unchecked_dependants
from .runbook_plan import digest


@dataclass(frozen=True)
class Unfinished:
    """What runs that were killed left open: their snapshots, and the links of runbooks they began to publish."""

    blobs: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The links and webhooks of the runbooks to be published, and links that an earlier run lost.

    ``missing_changes`` make these again; ``missing_links`` are what is made, by target.
    """

    before: Dependants
    unfinished: Unfinished
    missing_changes: tuple[Change, ...]
    missing_links: dict[str, Link]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Repaired:
    """What was found after publishing, and the links that were made again."""

    findings: tuple[Finding, ...] = ()
    links: tuple[Link, ...] = ()


def recall_unfinished(call: Call, records: Sequence[Mapping[str, Any]] | None = None) -> Unfinished:
    """Return what earlier runs left open, from the ledger; ``records`` are its own where they were read already."""
    blobs, links, findings = [], [], []
    for unchecked in unchecked_dependants(_ledger.read_journal(call.ledger) if records is None else records):
        if not unchecked.runbooks:
            continue
        blobs.append(unchecked.blob)
        try:
            kept = Dependants.from_bytes(_ledger.read_blob(call.ledger, unchecked.blob))
        except LedgerError as error:
            what = "The links to schedules that a run which was cut short kept in the ledger"
            findings.append(finding("RA901", call.account.arm_id, what=what, reason=error))
            continue
        links += [link for link in kept.links if _target(call, link.runbook) in unchecked.runbooks]
    return Unfinished(tuple(blobs), tuple(links), tuple(findings))


def _target(call: Call, runbook: str) -> str:
    return call.account.child("runbooks", runbook).lower()


def observe(call: Call, published: Collection[str], unfinished: Unfinished) -> Snapshot:
    """Return the links and webhooks of the runbooks to be published; nothing is asked where there are none.

    Raises Forbidden where links cannot be read: what cannot be read cannot be kept.
    """
    names = {name.lower() for name in published}
    listed = job_schedules.list_links(call.session, call.account) if names or unfinished.links else []
    missing = job_schedules.missing(call.account, unfinished.links, listed)
    renewed = [job_schedules.renewed(call.account, link) for link in unfinished.links]
    by_target = {call.account.child("jobSchedules", link.id): link for link in renewed}
    links = [link for link in listed if link.runbook.lower() in names]
    if not call.check_mode:
        links = job_schedules.with_parameters(call.session, call.account, links, call.max_parallel)
    webhooks, findings = _webhooks(call, names)
    due = [by_target[change.target] for change in missing]
    before = Dependants((*links, *(link for link in due if link.runbook.lower() in names)), tuple(webhooks))
    return Snapshot(
        before=before,
        unfinished=unfinished,
        missing_changes=tuple(missing),
        missing_links=by_target,
        findings=(*unfinished.findings, *findings),
    )


def _webhooks(call: Call, names: Collection[str]) -> tuple[list[Webhook], list[Finding]]:
    """Return the webhooks; publishing is not known to touch them, so one that cannot be read is a finding only."""
    if not names:
        return [], []
    try:
        hooks = job_schedules.list_webhooks(call.session, call.account)
    except Forbidden as error:
        what = f"The webhooks of Automation account {call.account.name}"
        return [], [finding("RA901", call.account.arm_id, what=what, reason=error)]
    return [hook for hook in hooks if hook.runbook.lower() in names], []


def keep(call: Call, snapshot: Snapshot) -> None:
    """Record the snapshot before anything is published."""
    if call.journal is None or not (snapshot.before.links or snapshot.before.webhooks):
        return
    blob = call.journal.save_blob(snapshot.before.to_bytes())
    call.journal.note(DEPENDANTS_SAVED, {"blob": blob, "links": len(snapshot.before.links)})


def compare_and_repair(call: Call, snapshot: Snapshot, outcome: Outcome) -> Repaired:
    """Compare links and webhooks after publishing, make lost links again, and close the snapshot.

    Never raises for Azure: what could not be compared is a finding, and stays open in the ledger.
    """
    if call.journal is None:
        return Repaired()
    published = any(done.change.kind == PUBLISHED for done in outcome.done)
    broke_off = any(failure.change.kind == PUBLISHED for failure in outcome.failures)
    try:
        repaired = _compare(call, snapshot) if published or broke_off else Repaired()
    except AzureError as error:
        what = f"The links and webhooks of Automation account {call.account.name} after publishing"
        return Repaired((finding("RA901", call.account.arm_id, what=what, reason=error),))
    _close(call, snapshot, outcome)
    return repaired


def _close(call: Call, snapshot: Snapshot, outcome: Outcome) -> None:
    blobs = list(snapshot.unfinished.blobs) if outcome.complete else []
    if snapshot.before.links or snapshot.before.webhooks:
        blobs.append(digest(snapshot.before.to_bytes()))
    for blob in blobs:
        call.record.note(DEPENDANTS_CHECKED, {"blob": blob})


def _compare(call: Call, snapshot: Snapshot) -> Repaired:
    session, account, before = call.session, call.account, snapshot.before
    findings: list[Finding] = []
    links: list[Link] = []
    if before.links:
        runbooks = {link.runbook.lower() for link in before.links}
        listed = [link for link in job_schedules.list_links(session, account) if link.runbook.lower() in runbooks]
        read = partial(job_schedules.with_parameters, session, account, max_parallel=call.max_parallel)
        now = job_schedules.after_publishing(before.links, listed, read)
        findings, links = _repair(call, before.links, job_schedules.repairs(account, before.links, now))
    if before.webhooks:
        now_hooks = job_schedules.list_webhooks(session, account)
        findings += job_schedules.lost_webhooks(account, before.webhooks, now_hooks)
    return Repaired(tuple(findings), tuple(links))


def _repair(call: Call, before: Sequence[Link], changes: Sequence[Change]) -> tuple[list[Finding], list[Link]]:
    """Make links again, each on record; one that cannot be made is a finding."""
    renewed = [job_schedules.renewed(call.account, link) for link in before]
    by_target = {call.account.child("jobSchedules", link.id): link for link in renewed}
    hands = job_schedules.link_hands(call.session, call.account, by_target)
    outcome = carry_out(Plan(changes=tuple(changes)), hands, call.record, max_parallel=call.max_parallel)
    made = [by_target[done.change.target] for done in outcome.done if done.change.after is not None]
    return [*(_failed(call, failure) for failure in outcome.failures), *(_made(call, link) for link in made)], made


def _failed(call: Call, failure: Failure) -> Finding:
    link = failure.change.after or failure.change.before
    target = call.account.child("runbooks", link["runbook"])
    return finding("RA601", target, runbook=link["runbook"], schedule=link["schedule"], reason=failure.error)


def _made(call: Call, link: Link) -> Finding:
    target = call.account.child("runbooks", link.runbook)
    return finding("RA602", target, runbook=link.runbook, schedule=link.schedule)
