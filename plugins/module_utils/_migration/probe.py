# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that proves by a job that the account's identity can log in and is who it should be.

A temporary runbook is made, run and removed. It leaves nothing behind, so it is no change of the account:
``changed`` tells of what remains, ``temporary`` of what does not, the ledger of every write. A proof is kept
in the ledger and not made again while it stands. On request, drafts that the migration wrote are run as test
jobs after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec, flat
from .._azure import automation
from .._finding import Finding, finding
from .._step import Change, Hands, StepError
from ._call import Call, Result
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity
from .draft_running import DraftRunner
from .draft_runs import DraftRun, DraftRuns, asked_for
from .identity import hybrid_groups
from .known_bad import KNOWN_BAD_OPTION, known_bad_modules
from .modules import Bad
from .probe_memory import CLOUD, NAME, PROBE_RUNBOOK, Memory, recall, standing_proof
from .probe_plan import Probing, plan_probe
from .probe_reading import choose_type, find_temporaries, with_jobs
from .probe_result import Happened, facts_of
from .probe_running import Patience, Prober
from .probe_script import Script, Surroundings, name_of, script_for
from .probe_verdict import Expected, Verdict, recalled
from .runbook_memory import recall as recall_rewrites

__all__ = ["ARGUMENTS", "NAME", "run"]

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + KNOWN_BAD_OPTION
    + ArgumentSpec(
        options={
            "identity": {"type": "str", "default": SYSTEM},
            "hybrid_groups": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "int", "default": 900},
            "access_timeout": {"type": "int", "default": 300},
            "max_age": {"type": "int", "default": 7},
            "force": {"type": "bool", "default": False},
            "verify_runbooks": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "name": {"type": "str", "required": True},
                    "parameters": {"type": "json", "required": True, "no_log": True},
                    "run_on": {"type": "str"},
                },
            },
        }
    )
)


@dataclass(frozen=True)
class Seen:
    """What a run is about: who the identity is, what stands and what is to run, and what must be said already."""

    expected: Expected
    standing: Mapping[str, Verdict | None]
    probing: Probing
    drafts: DraftRuns
    asked: tuple[DraftRun, ...]
    granted: bool
    location: str
    findings: tuple[Finding, ...]


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    _refuse_times(call.parameters)
    seen = _observe(call, datetime.now(timezone.utc))
    plan = plan_probe(seen.probing, [one.change for one in seen.asked], seen.findings)
    prober = Prober(call, seen.expected, _patience(call, seen), {one.target: one.job for one in seen.probing.left})
    runner = DraftRunner(call, seen.drafts, seen.asked, int(call.parameters["timeout"]))
    return call.finish(
        plan,
        _hands(prober, runner, seen),
        facts=lambda outcome: facts_of(
            Happened(plan, outcome, call.check_mode), seen.expected, seen.standing, prober, runner, seen.asked
        ),
    )


def _observe(call: Call, now: datetime) -> Seen:
    known_bad = known_bad_modules(call.parameters["known_bad"])
    asked = asked_for(call.parameters["verify_runbooks"])
    account = automation.get_account(call.session, call.account)
    expected = _expected(call, account)
    records = _ledger.read_journal(call.ledger)
    memory = recall(records)
    standing = _standing(call, expected, _places(call, expected.identity), memory, now)
    items = automation.list_runbooks(call.session, call.account)
    to_run = tuple(where for where, verdict in standing.items() if verdict is None)
    name = name_of(call.account, expected.identity) if to_run else None
    left, found = find_temporaries(call, items, memory, name, now)
    script, said = _script(call, expected, known_bad) if to_run else (None, [])
    drafts = DraftRuns(call, memory, recall_rewrites(records), now, force=bool(call.parameters["force"]))
    runs, unplanned = drafts.observe(asked, items)
    return Seen(
        expected,
        standing,
        Probing(call.account, script, to_run, tuple(with_jobs(left, memory))),
        drafts,
        tuple(runs),
        granted=memory.granted >= 0,
        location=str(account.get("location") or ""),
        findings=(*found, *said, *unplanned),
    )


def _script(call: Call, expected: Expected, known_bad: Sequence[Bad]) -> tuple[Script, list[Finding]]:
    """Return the runbook to make, and what must be said of its language."""
    runbook_type, why = choose_type(call, known_bad)
    script = script_for(call.account, expected.identity, runbook_type, _surroundings(call))
    account = call.account
    return script, [finding("RA226", account.arm_id, account=account.name, reason=why)] if why else []


def _refuse_times(parameters: Mapping[str, Any]) -> None:
    for name, least in (("timeout", 1), ("access_timeout", 0), ("max_age", 0)):
        if int(parameters[name]) < least:
            raise StepError(f"{name} is {parameters[name]}. Give {least} or more. Nothing was changed.")


def _expected(call: Call, account: Mapping[str, Any]) -> Expected:
    """Return who the identity is. Raises StepError where the account does not have it, or its ids are not known."""
    identity = choose_identity(call, account)
    if not identity.attached and not call.check_mode:
        raise StepError(identity.missing_from(call.account.name))
    if identity.attached and not identity.principal_id:
        raise StepError(
            f"Whom {identity.name} of Automation account {call.account.name} is could not be read: neither the "
            "account nor the identity tells its principal id to this login. Nothing was changed. Let the login read "
            "the identity."
        )
    return Expected(call.account, identity, (account.get("identity") or {}).get("tenantId"))


def _places(call: Call, identity: ChosenIdentity) -> list[str]:
    """Return where the probe is to run. Raises StepError for a worker group that cannot run it."""
    wanted = list(dict.fromkeys(flat(call.parameters["hybrid_groups"])))
    if not wanted:
        return [CLOUD]
    there = hybrid_groups(automation.list_hybrid_worker_groups(call.session, call.account))
    by_name = {name.lower(): name for name in there}
    absent = [name for name in wanted if name.lower() not in by_name]
    if absent:
        raise StepError(
            f"Automation account {call.account.name} has no hybrid worker group {', '.join(absent)} that runs "
            f"runbooks. Nothing was changed. Correct hybrid_groups; there is {', '.join(there) or 'none'}."
        )
    if identity.arm_id:
        raise StepError(
            f"hybrid_groups names {', '.join(wanted)}, where user-assigned identities do not work: jobs on hybrid "
            "workers log in as the system-assigned identity only. Nothing was changed. Probe with identity: system, or "
            "without hybrid_groups."
        )
    return [CLOUD, *(by_name[name.lower()] for name in wanted)]


def _standing(
    call: Call, expected: Expected, places: Sequence[str], memory: Memory, now: datetime
) -> dict[str, Verdict | None]:
    """Return the verdict that stands for each place, None where the probe is to run."""
    identity, max_age = expected.identity, int(call.parameters["max_age"])
    found: dict[str, Verdict | None] = dict.fromkeys(places)
    if call.parameters["force"]:
        return found
    for where in places:
        record = standing_proof(memory, identity.name, identity.principal_id, where, now, max_age)
        found[where] = recalled(record, expected) if record is not None else None
    return found


def _surroundings(call: Call) -> Surroundings:
    """Az knows clouds by name; for an endpoint of one's own it is not told any."""
    cloud = call.session.cloud
    foreign = cloud.known and cloud.name != "AzureCloud"
    return Surroundings(cloud.resource_manager, cloud.audience, cloud.name if foreign else None)


def _patience(call: Call, seen: Seen) -> Patience:
    """An identity is given time to see what the ledger knows that it was granted, and none else."""
    return Patience(int(call.parameters["timeout"]), int(call.parameters["access_timeout"]) if seen.granted else 0)


def _hands(prober: Prober, runner: DraftRunner, seen: Seen) -> Hands:
    def reread(change: Change) -> Any:
        if change.kind == PROBE_RUNBOOK:
            return prober.reread(change)
        if prober.error:
            raise StepError(f"It was not run, since the identity is not proved. {prober.error}")
        return runner.reread(change)

    def write(change: Change) -> Mapping[str, Any]:
        if change.kind != PROBE_RUNBOOK:
            return runner.write(change)
        if change.action == "create" and seen.probing.script is not None:
            return prober.create(change, seen.probing.script, seen.location, seen.probing.places)
        return prober.remove(change)

    return Hands(reread, write)
