# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the migration has done to an account so far, from its ledger, and what has come back since. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import AccountId, last_segment, normal_id
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY
from .rollback_chains import NAME as ROLLBACK
from .rollback_chains import STEPS
from .run_as import parse_time
from .run_as_survey import Surveyed
from .runbook_memory import DRAFT, PUBLISHED
from .runbook_survey import SurveyedRunbook
from .usage import vault_name

Json = Mapping[str, Any]

# A probe leaves nothing behind, so that it is no beginning.
_STEPS = frozenset(STEPS) - {"probe_identity"}


@dataclass(frozen=True)
class Written:
    """The last write to one target that was made: what it became, and when."""

    action: str
    target: str
    after: Any
    time: str


@dataclass(frozen=True)
class History:
    """The last write that was made to each target and not taken back, by kind and comparable target."""

    written: Mapping[tuple[str, str], Written] = field(default_factory=dict)

    @property
    def begun(self) -> bool:
        """Whether the migration has changed anything that was not taken back."""
        return bool(self.written)

    def of(self, kind: str) -> list[Written]:
        """Return the last writes to things of a kind."""
        return [written for (its_kind, dummy), written in self.written.items() if its_kind == kind]


def history_of(records: Iterable[Json]) -> History:
    """Return what the records of an account's journal say was done, less what a rollback took back."""
    intended: dict[tuple[str, int], Json] = {}
    written: dict[tuple[str, str], list[_Made]] = {}
    for record in records:
        step = record.get("step")
        if step not in _STEPS and step != ROLLBACK:
            continue
        if record["event"] == "intend":
            intended[record["run"], record["number"]] = record["change"]
        elif record["event"] == "done":
            change = intended.get((record["run"], record["of"]))
            if change is None:
                continue
            key = change["kind"], normal_id(change["target"])
            if step == ROLLBACK:
                _take_back(written, key, change)
            else:
                written.setdefault(key, []).append(_Made(change["before"], _written(change, record)))
    return History({key: made[-1].written for key, made in written.items() if made})


@dataclass(frozen=True)
class _Made:
    """A write that was made, and what was there before it."""

    before: Any
    written: Written


def _written(change: Json, record: Json) -> Written:
    after = change["after"]
    if isinstance(after, Mapping):
        # What only Azure decided is in the record that the write was made.
        after = {**after, **(record.get("facts") or {})}
    return Written(change["action"], change["target"], after, record["time"])


def _take_back(written: dict[tuple[str, str], list[_Made]], key: tuple[str, str], change: Json) -> None:
    """Forget what a rollback took back: all that was written to a thing after the state that it is in again.

    A rollback that leaves what others did meanwhile ends at none of these states: it still takes back all of ours.
    """
    made = written.get(key, [])
    kept = next((number for number, one in enumerate(made) if one.before == change["after"]), 0)
    written[key] = made[:kept]
    if change["kind"] == PUBLISHED:
        # What was a draft of ours was published, and that was taken back.
        written.pop((DRAFT, key[1]), None)


def last_write_of(records: Iterable[Json]) -> float | None:
    """Return when an account had been written to by all means, in seconds since the epoch; None where it never was."""
    times = [parse_time(record["time"]).timestamp() for record in records if record["event"] == "done"]
    # The journal's times are cut to the second.
    return max(times) + 1 if times else None


def drift_of(
    account: AccountId,
    history: History,
    found: Sequence[Surveyed] | None,
    runbooks: Sequence[SurveyedRunbook] | None,
    principal_id: str | None,
    dependants: Iterable[Json] = (),
) -> list[Finding]:
    """Return what the migration had changed and is otherwise now: Run As is back, or what replaced it is gone.

    ``found`` and ``runbooks`` are None where they were not read: nothing is said about them. ``dependants`` are what
    was found to depend on the account.
    """
    return [
        *_identity_gone(account, history, principal_id),
        *_connections_back(account, history, found or ()),
        *_principals_enabled(account, history, found or ()),
        *_runbooks_back(history, runbooks or ()),
        *_mappings_back(history, dependants),
    ]


def _identity_gone(account: AccountId, history: History, principal_id: str | None) -> list[Finding]:
    last = next(iter(history.of("identity")), None)
    if last is None:
        return []
    given = (last.after or {}).get("principal_id")
    if not given or given in (principal_id, KNOWN_AFTER_APPLY):
        return []
    return [finding("RA203", account.arm_id, account=account.name, principal=given, time=last.time)]


def _connections_back(account: AccountId, history: History, found: Sequence[Surveyed]) -> list[Finding]:
    there = {
        normal_id(account.child("connections", one.run_as.connection)): one.run_as.connection
        for one in found
        if one.run_as.connection
    }
    return [
        finding("RA110", written.target, connection=there[normal_id(written.target)], time=written.time)
        for written in history.of("connection")
        if written.action == "delete" and normal_id(written.target) in there
    ]


def _principals_enabled(account: AccountId, history: History, found: Sequence[Surveyed]) -> list[Finding]:
    disabled = {
        last_segment(written.target).lower(): written.time
        for written in history.of("service_principal")
        if written.action == "disable"
    }
    back = []
    for one in found:
        principal = one.entra.principal or {}
        time = disabled.get(str(principal.get("id")).lower())
        if time is not None and principal.get("accountEnabled") is not False:
            resource = account.child("connections", one.run_as.connection)
            back.append(finding("RA111", resource, application=one.run_as.application_id, time=time))
    return back


def _runbooks_back(history: History, runbooks: Sequence[SurveyedRunbook]) -> list[Finding]:
    ours = {normal_id(written.target): written for written in history.of("runbook_published")}
    back = []
    for runbook in runbooks:
        written = ours.get(normal_id(runbook.decision.target))
        if written is None or not runbook.content_uses_run_as or runbook.published == written.after:
            continue
        lines = [said.line for said in (runbook.content.said if runbook.content else ()) if said.line]
        back.append(
            finding(
                "RA497",
                runbook.decision.target,
                line=min(lines, default=None),
                runbook=runbook.name,
                time=written.time,
            )
        )
    return back


def _mappings_back(history: History, dependants: Iterable[Json]) -> list[Finding]:
    moved = {
        normal_id(written.target): written
        for written in history.of("container_mapping")
        if (written.after or {}).get("automationAccountAuthenticationType") == "SystemAssignedIdentity"
    }
    back = []
    for item in dependants:
        written = moved.get(normal_id(item["resource"]))
        if written is not None and item["uses_run_as"]:
            facts = {"mapping": item["name"], "vault": vault_name(item["resource"]), "time": written.time}
            back.append(finding("RA717", item["resource"], **facts))
    return back
