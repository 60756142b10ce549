# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a retirement tells: what was done, what is left and for whom, and what each Run As account is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.errors import Forbidden
from .._finding import finding
from .._step import Change, Failure, Outcome, Plan
from ._call import Call
from .retiree import Retiree
from .retirement_hand_over import role_command, with_commands, write_commands
from .retirement_options import ENTRA_KINDS, Options
from .retirement_parts import parts_after
from .retirement_plan import Pending, left_to_administrator
from .retirement_purge_plan import Remains
from .retirement_reading import Observed
from .retirement_stages import Stages

_ROLE = "run_as_role_assignment"


@dataclass(frozen=True)
class Decision:
    """The plan, what is left of what was asked for, and who stands in the way of that."""

    plan: Plan
    pending: tuple[Pending, ...] = ()
    used_by: tuple[dict[str, Any], ...] = ()


def facts(
    call: Call,
    options: Options,
    observed: Observed,
    stages: Stages,
    remains: Mapping[str, Remains],
    decision: Decision,
    outcome: Outcome,
) -> dict[str, Any]:
    """Return the step's own result keys, and write the hand-over file, but for check mode."""
    made = decision.plan.changes if call.check_mode else [done.change for done in outcome.done]
    refused = [_refused(call, options, failure) for failure in outcome.failures if _is_refusal(failure)]
    pending = with_commands((*decision.pending, *refused), call.session.cloud.graph, stages)
    findings = (*decision.plan.findings, *(item.finding for item in refused))
    return {
        "stage": options.stage,
        "run_as": [_run_as_fact(call, observed, retiree, stages, remains, made) for retiree in observed.chosen],
        "used_by": list(decision.used_by),
        "pending": [item.as_dict() for item in pending],
        "findings": [found.as_dict() for found in findings],
        "partial": bool(pending) or not outcome.complete,
        "hand_over_file": _handed_over(call, options, pending),
    }


def _is_refusal(failure: Failure) -> bool:
    return isinstance(failure.error, Forbidden) and failure.change.kind in (*ENTRA_KINDS, _ROLE)


def _refused(call: Call, options: Options, failure: Failure) -> Pending:
    """Return the hand-over of what was refused when it was written, which reading cannot foresee."""
    change, reason = failure.change, str(failure.error)
    if change.kind == _ROLE:
        before = change.before
        found = finding("RA818", change.target, role=before["role"], scope=before["scope"], reason=reason)
        return Pending(change.action, change.kind, "", found, role_command(change.target))
    application_id = change.before["application_id"]
    found = left_to_administrator(call.account, application_id, options, reason)
    return Pending(options.stage, change.kind, application_id, found)


def _handed_over(call: Call, options: Options, pending: Sequence[Pending]) -> str | None:
    if call.check_mode:
        return None
    path = write_commands(call.ledger, call.account, call.parameters["connection"], options.stage, pending)
    return str(path) if path else None


def _run_as_fact(
    call: Call,
    observed: Observed,
    retiree: Retiree,
    stages: Stages,
    remains: Mapping[str, Remains],
    made: Sequence[Change],
) -> dict[str, Any]:
    """Return a Run As account as it was found, its parts as they are now, and what the ledger knew of its stages."""
    application = retiree.application_id or ""
    entra = observed.entra.get(application)
    found = retiree.run_as.as_dict()
    if not retiree.present:
        found["status"] = "absent"
    return {
        **found,
        "parts": parts_after(call.account, retiree, entra, made, remains.get(application)),
        "disabled_since": stages.disabled.get(application),
        "deleted_since": stages.deleted.get(application),
    }
