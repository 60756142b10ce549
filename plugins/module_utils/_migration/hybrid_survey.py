# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The hybrid worker groups of an account, and what an identity of the account changes for their jobs.

Workers and machines are read by ``hybrid_reading``; the verdict on a worker is in ``hybrid_verdict``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation
from .._azure.errors import Absent
from .._azure.ids import AccountId, last_segment
from .._azure.session import Session
from .._finding import Finding, finding
from .hybrid_reading import NOT_NAMED, UNREADABLE, Member, read_members
from .hybrid_verdict import (
    AGENT,
    EXTENSION,
    Has,
    LogsInAs,
    Verdict,
    has,
    logs_in_as,
    minimum_of,
    new_enough,
    planned,
    sentence_of,
    verdict_of,
    worst,
)
from .unread import unread_finding

Json = Mapping[str, Any]

_SYSTEM_GROUP = "The group serves Update Management and runs no runbooks of the account; its workers were not read."
_EMPTY_GROUP = "The group has no workers."
_UNREAD_GROUP = "The workers of the group could not be read."
_GONE = "The machine is not there any more."


@dataclass(frozen=True)
class Identities:
    """The identities of the account, now and as they are planned."""

    now: Has
    then: Has


def survey_hybrid(
    session: Session,
    account: AccountId,
    identity_type: str,
    run_on: Mapping[str, Sequence[str]],
    *,
    user_assigned_wanted: bool,
    max_parallel: int,
    versions: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the hybrid worker groups of an account with a verdict each, and what must be said of them.

    ``identity_type`` is the account's identity as REST names it, ``run_on`` the runbooks that a schedule link or a
    webhook runs on a group, by the group's name. ``versions`` are versions of agent-based workers that somebody looked
    up, by the worker's name: Azure tells none. Where the groups cannot be read, ``unread`` in the result says why.

    Raises Throttled, LoginFailed and Unreachable; all else that cannot be read is a finding.
    """
    try:
        groups = automation.list_hybrid_worker_groups(session, account)
    except (*UNREADABLE, Absent) as error:
        what = f"The hybrid worker groups of {account.name}"
        return {"groups": [], "unread": str(error)}, [unread_finding(what, account.arm_id, error)]
    now = has(identity_type)
    identities = Identities(now, planned(now, user_assigned_wanted=user_assigned_wanted))
    runbooks = {name.lower(): sorted(set(names), key=str.lower) for name, names in run_on.items()}
    names = [str(group["name"]) for group in groups if not _is_system(group)]
    members, findings = read_members(session, account, names, max_parallel, versions or {})
    shown = []
    for group in sorted(groups, key=lambda item: str(item["name"]).lower()):
        name = str(group["name"])
        if not _is_system(group) and name not in members:
            continue
        entry, said = _judged(account, group, members.get(name), runbooks.get(name.lower(), []), identities)
        shown.append(entry)
        findings += said
    findings += _of_account(account, shown, groups, run_on, user_assigned_wanted)
    return {"groups": shown}, findings


def _is_system(group: Json) -> bool:
    return str((group.get("properties") or {}).get("groupType") or "").lower() == "system"


def _judged(
    account: AccountId, group: Json, members: list[Member] | None, runbooks: Sequence[str], identities: Identities
) -> tuple[dict[str, Any], list[Finding]]:
    """Return a group as the assessment shows it, and the findings about it."""
    properties = group.get("properties") or {}
    name = str(group["name"])
    entry = {
        "name": name,
        "type": "System" if _is_system(group) else "User",
        "credential": (properties.get("credential") or {}).get("name"),
        "workers": [member.shown() for member in members or []],
        "runbooks": list(runbooks),
    }
    if _is_system(group):
        return {**entry, "verdict": Verdict.UNCHANGED.value, "sentence": _SYSTEM_GROUP}, []
    if members is None:
        return {**entry, "verdict": Verdict.UNKNOWN.value, "sentence": _UNREAD_GROUP}, []
    verdict = worst(_verdict(member, identities) for member in members)
    entry |= {"verdict": verdict.value, "sentence": _sentence(members, identities)}
    target = account.child("hybridRunbookWorkerGroups", name)
    return entry, list(_findings(target, name, members, identities))


def _verdict(member: Member, identities: Identities) -> Verdict:
    if member.machine.gone:
        return Verdict.UNCHANGED
    return verdict_of(member.judged, identities.now, identities.then)


def _sentence(members: Sequence[Member], identities: Identities) -> str:
    """Return the sentences of the workers, each once; who it is about is named where they differ."""
    if not members:
        return _EMPTY_GROUP
    of: dict[str, list[str]] = {}
    for member in members:
        said = _GONE if member.machine.gone else sentence_of(member.judged, identities.now, identities.then)
        of.setdefault(said, []).append(member.name)
    if len(of) == 1:
        return next(iter(of))
    return " ".join(f"{', '.join(names)}: {said}" for said, names in of.items())


def _findings(target: str, group: str, members: Sequence[Member], identities: Identities) -> Iterator[Finding]:
    alive = [member for member in members if not member.machine.gone]
    changing = [member for member in alive if _verdict(member, identities) is Verdict.CHANGES_IDENTITY]
    if changing:
        yield finding("RA210", target, group=group, sentence=_sentence(changing, identities))
    yield from _of_versions(target, group, alive, identities)
    yield from _of_machines(target, group, members, identities)
    agents = [member.name for member in alive if member.kind == AGENT]
    if agents:
        yield finding("RA217", target, group=group, workers=", ".join(agents))


def _of_versions(target: str, group: str, members: Sequence[Member], identities: Identities) -> Iterator[Finding]:
    """Yield what is to be said of workers that may be too old for the account's identity."""
    if logs_in_as(identities.then, Has.NONE) is not LogsInAs.ACCOUNT_SYSTEM:
        return
    unknown = []
    for member in members:
        enough = new_enough(member.judged)
        if member.kind == EXTENSION or enough:
            continue
        if enough is None:
            unknown.append(member.name)
        else:
            minimum = minimum_of(member.machine.os)
            yield finding("RA211", target, group=group, worker=member.name, version=member.version, minimum=minimum)
    if unknown:
        yield finding("RA212", target, group=group, workers=", ".join(unknown), minimum=minimum_of(None))


def _of_machines(target: str, group: str, members: Sequence[Member], identities: Identities) -> Iterator[Finding]:
    unknown: dict[str, list[str]] = {}
    for member in members:
        machine = member.machine
        if machine.gone:
            yield finding("RA214", target, group=group, worker=member.name, machine=member.machine_id)
        elif machine.identity is None:
            # Where the account has an identity already, a machine that Azure does not name makes no difference.
            if machine.reason != NOT_NAMED or identities.now is Has.NONE:
                unknown.setdefault(machine.reason, []).append(member.name)
        elif member.kind == EXTENSION and machine.identity in (Has.NONE, Has.USER):
            name = last_segment(member.machine_id or "")
            yield finding("RA216", target, group=group, worker=member.name, machine=name)
    for reason, names in unknown.items():
        yield finding("RA213", target, group=group, workers=", ".join(names), reason=reason)


def _of_account(
    account: AccountId,
    shown: Sequence[Json],
    groups: Sequence[Json],
    run_on: Mapping[str, Sequence[str]],
    user_assigned_wanted: bool,
) -> Iterator[Finding]:
    users = [str(entry["name"]) for entry in shown if entry["type"] == "User"]
    if user_assigned_wanted and users:
        yield finding("RA202", account.arm_id, groups=", ".join(users))
    there = {str(group["name"]).lower() for group in groups}
    for name, runbooks in sorted(run_on.items()):
        if runbooks and name.lower() not in there:
            yield finding("RA215", account.arm_id, group=name, runbooks=", ".join(sorted(set(runbooks))))
