# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that proves by a job that the account's identity can log in and is who it should be.

A temporary runbook is made, run and removed. It leaves nothing behind, so it is no change of the account:
``changed`` tells of what remains, the ledger of every write. A proof is kept in the ledger and not made
again while it stands. On request, drafts that the migration wrote are run as test jobs after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .. import _ledger
from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec, flat
from .._azure import automation
from .._finding import Finding, finding
from .._step import Change, Hands, Outcome, Plan, StepError
from . import draft_running
from ._call import Call, Result
from .chosen_identity import SYSTEM, ChosenIdentity, choose_identity
from .draft_running import DraftRunner
from .draft_runs import DraftRun, DraftRuns, asked_for
from .identity import hybrid_groups
from .known_bad import KNOWN_BAD_OPTION, known_bad_modules
from .probe_memory import CLOUD, NAME, PROBE_RUNBOOK, Memory, recall, standing_proof
from .probe_plan import Probing, lasting, plan_probe
from .probe_reading import choose_type, find_temporaries, with_jobs
from .probe_running import Patience, Prober
from .probe_script import Surroundings, name_of, script_for
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


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    now = datetime.now(timezone.utc)
    _refuse_times(call.parameters)
    known_bad = known_bad_modules(call.parameters["known_bad"])
    asked = asked_for(call.parameters["verify_runbooks"])
    account = automation.get_account(call.session, call.account)
    expected = _expected(call, account)
    records = _ledger.read_journal(call.ledger)
    memory = recall(records)
    verdicts = _standing(call, expected, _places(call, expected.identity), memory, now)
    items = automation.list_runbooks(call.session, call.account)
    to_run = [where for where, verdict in verdicts.items() if verdict is None]
    name = name_of(call.account, expected.identity) if to_run else None
    left, said = find_temporaries(call, items, memory, name, now)
    script = None
    if to_run:
        runbook_type, why = choose_type(call, known_bad)
        script = script_for(call.account, expected.identity, runbook_type, _surroundings(call))
        said += [finding("RA226", call.account.arm_id, account=call.account.name, reason=why)] if why else []
    tests = DraftRuns(call, memory, recall_rewrites(records), now, force=bool(call.parameters["force"]))
    tested, unplanned = tests.observe(asked, items)
    probing = Probing(call.account, script, tuple(to_run), tuple(with_jobs(left, memory)))
    plan = plan_probe(probing, [one.change for one in tested], [*said, *unplanned])
    prober = _prober(call, expected, memory, probing)
    tester = DraftRunner(call, tests, tested, int(call.parameters["timeout"]))
    return call.finish(
        plan,
        _hands(prober, tester, probing, str(account.get("location") or "")),
        facts=lambda outcome: _facts(call, plan, outcome, expected, verdicts, prober, tested, tester),
    )


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


def _prober(call: Call, expected: Expected, memory: Memory, probing: Probing) -> Prober:
    """An identity is given time to see what the ledger knows that it was granted, and none else."""
    access = int(call.parameters["access_timeout"]) if memory.granted >= 0 else 0
    known_jobs = {one.target: one.job for one in probing.left}
    return Prober(call, expected, Patience(int(call.parameters["timeout"]), access), known_jobs)


def _hands(prober: Prober, tester: DraftRunner, probing: Probing, location: str) -> Hands:
    def reread(change: Change) -> Any:
        if change.kind == PROBE_RUNBOOK:
            return prober.reread(change)
        if prober.error:
            raise StepError(f"It was not run, since the identity is not proved. {prober.error}")
        return tester.reread(change)

    def write(change: Change) -> Mapping[str, Any]:
        if change.kind != PROBE_RUNBOOK:
            return tester.write(change)
        if change.action == "create" and probing.script is not None:
            return prober.create(change, probing.script, location, probing.places)
        return prober.remove(change)

    return Hands(reread, write)


def _facts(
    call: Call,
    plan: Plan,
    outcome: Outcome,
    expected: Expected,
    standing: Mapping[str, Verdict | None],
    prober: Prober,
    tested: Sequence[DraftRun],
    tester: DraftRunner,
) -> dict[str, Any]:
    """Return the step's own part of the result."""
    verdicts = {**standing, **{verdict.where: verdict for verdict in prober.verdicts}}
    tests = [tester.verdicts[test.target] for test in tested if test.target in tester.verdicts]
    findings: list[Finding] = [*plan.findings, *prober.findings]
    for verdict in verdicts.values():
        findings += verdict.findings if verdict is not None else ()
    for test in tests:
        findings += test.findings
    made = plan.changes if call.check_mode else tuple(done.change for done in outcome.done)
    facts: dict[str, Any] = {
        "changed": bool(lasting(made)),
        "identity": _identity(expected),
        "probes": [_probe(where, verdict) for where, verdict in verdicts.items()],
        "runbooks": [
            draft_running.shown(test, tester.verdicts.get(test.target), check_mode=call.check_mode) for test in tested
        ],
        "findings": [said.as_dict() for said in findings],
    }
    wrong = [*(one.error for one in prober.verdicts if one.error), *(one.error for one in tests if one.error)]
    if wrong:
        facts |= {"failed": True, "msg": " ".join(dict.fromkeys([*wrong, *_undone(outcome)]))}
    return facts


def _undone(outcome: Outcome) -> list[str]:
    return [] if outcome.complete else [outcome.sentence()]


def _identity(expected: Expected) -> dict[str, Any]:
    identity = expected.identity
    return {
        "name": identity.name,
        "principal_id": identity.principal_id,
        "client_id": identity.client_id,
        "tenant_id": expected.tenant_id,
    }


def _probe(where: str, verdict: Verdict | None) -> dict[str, Any]:
    """Return a place as a result tells it."""
    told: dict[str, Any] = {
        "where": where,
        "state": "planned",
        "status": None,
        "job": None,
        "subscriptions": [],
        "versions": {},
    }
    if verdict is None:
        return told
    state = "stands" if verdict.status == "stands" else "proved" if verdict.proved else "failed"
    proof = verdict.proof or {}
    return {
        **told,
        "state": state,
        "status": verdict.status,
        "job": verdict.job,
        "subscriptions": list(proof.get("subscriptions") or []),
        "versions": dict(proof.get("versions") or {}),
    }
