# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the result of a probe tells: the identity, each place, each runbook that was run, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._finding import Finding
from .._step import Change, Outcome, Plan
from .draft_running import DraftRunner, shown
from .draft_runs import DraftRun
from .probe_plan import parted
from .probe_running import Prober
from .probe_verdict import Expected, Verdict


@dataclass(frozen=True)
class Happened:
    """What was planned and what became of it; in check mode what would."""

    plan: Plan
    outcome: Outcome
    check_mode: bool

    @property
    def made(self) -> Sequence[Change]:
        """The changes that were made, or in check mode would be."""
        return self.plan.changes if self.check_mode else [done.change for done in self.outcome.done]


def facts_of(
    happened: Happened,
    expected: Expected,
    standing: Mapping[str, Verdict | None],
    prober: Prober,
    runner: DraftRunner,
    asked: Sequence[DraftRun],
) -> dict[str, Any]:
    """Return the step's own part of the result; ``changed`` and ``changes`` tell of what remains."""
    lasting, passing = parted(happened.made)
    verdicts = {**standing, **{verdict.where: verdict for verdict in prober.verdicts}}
    tested = [runner.verdicts[one.target] for one in asked if one.target in runner.verdicts]
    findings: list[Finding] = [*happened.plan.findings, *prober.findings]
    for verdict in verdicts.values():
        findings += verdict.findings if verdict is not None else ()
    for test in tested:
        findings += test.findings
    return {
        "changed": bool(lasting),
        "changes": [change.as_dict() for change in lasting],
        "temporary": [change.as_dict() for change in passing],
        "identity": _identity(expected),
        "probes": [_probe(where, verdict, happened.check_mode) for where, verdict in verdicts.items()],
        "runbooks": [shown(one, runner.verdicts.get(one.target), check_mode=happened.check_mode) for one in asked],
        "findings": [said.as_dict() for said in findings],
        **_failure(happened.outcome, [*(one.error for one in prober.verdicts), *(one.error for one in tested)]),
    }


def _failure(outcome: Outcome, errors: Iterable[str | None]) -> dict[str, Any]:
    """What speaks against the identity or a runbook fails the step, although each change was made."""
    wrong = [error for error in errors if error]
    if not wrong:
        return {}
    undone = [] if outcome.complete else [outcome.sentence()]
    return {"failed": True, "msg": " ".join([*wrong, *undone])}


def _identity(expected: Expected) -> dict[str, Any]:
    identity = expected.identity
    return {
        "name": identity.name,
        "principal_id": identity.principal_id,
        "client_id": identity.client_id,
        "tenant_id": expected.tenant_id,
    }


def _probe(where: str, verdict: Verdict | None, check_mode: bool) -> dict[str, Any]:
    """Return a place as a result tells it."""
    proof = (verdict.proof if verdict else None) or {}
    return {
        "where": where,
        "state": _state(verdict, check_mode),
        "status": verdict.status if verdict and verdict.status != "stands" else None,
        "job": verdict.job if verdict else None,
        "subscriptions": list(proof.get("subscriptions") or []),
        "versions": dict(proof.get("versions") or {}),
    }


def _state(verdict: Verdict | None, check_mode: bool) -> str:
    if verdict is None:
        return "planned" if check_mode else "not run"
    if verdict.status == "stands":
        return "stands"
    return "proved" if verdict.proved else "failed"
