# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What an assessment knows of the past: from the account's ledger, and from the assessment that is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import _ledger
from .._azure.errors import AzureError
from .._finding import Finding, finding
from .._ledger import LedgerError
from . import assessment_keeping, retirement
from ._call import Call
from .assessment_keeping import UnusableAssessment
from .migration_history import History, history_of
from .retiree import remembered_connections
from .retirement_stages import Stages, stages_of
from .runbook_memory import Memory, recall

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """``memories`` and ``connections`` are what update_runbook and remove_runas remember; ``last_clean`` is the state,
    time and connections of the last assessment in which nothing used a Run As account. ``stages`` is how far the Run As
    accounts are retired."""

    history: History = field(default_factory=History)
    memories: Mapping[str, Memory] = field(default_factory=dict)
    connections: tuple[Json, ...] = ()
    last_clean: Json | None = None
    findings: tuple[Finding, ...] = ()
    stages: Stages = field(default_factory=Stages)


def past_of(call: Call) -> Past:
    """Return what is known of the past; what cannot be used of it is a finding."""
    records, of_ledger = _records(call)
    last_clean, of_assessment = _last_clean(call)
    return Past(
        history=history_of(records),
        memories=recall(records),
        connections=tuple(remembered_connections(records, retirement.NAME)),
        last_clean=last_clean,
        findings=(*of_ledger, *of_assessment),
        stages=stages_of(records),
    )


def _records(call: Call) -> tuple[Sequence[Json], list[Finding]]:
    try:
        return _ledger.read_journal(call.ledger), []
    except (LedgerError, AzureError, OSError) as error:
        what = f"The ledger of Automation account {call.account.name}"
        return [], [finding("RA906", call.account.arm_id, what=what, reason=error)]


def _last_clean(call: Call) -> tuple[Json | None, list[Finding]]:
    folder = call.parameters["assessments"]
    if not folder:
        return None, []
    try:
        kept = assessment_keeping.read_kept(assessment_keeping.path_of(folder, call.account))
    except UnusableAssessment as error:
        what = f"The last assessment of Automation account {call.account.name}"
        return None, [finding("RA906", call.account.arm_id, what=what, reason=error)]
    return (kept or {}).get("last_clean"), []
