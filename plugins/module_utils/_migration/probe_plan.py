# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a probe will write: leftovers removed first, then a temporary runbook made and removed, then test jobs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._azure.ids import AccountId
from .._finding import Finding
from .._step import Change, Plan
from .probe_memory import PROBE_RUNBOOK
from .probe_reading import Temporary
from .probe_script import Script

_LEFT, _PROBE = 0, 1


@dataclass(frozen=True)
class Probing:
    """What is to be probed: the runbook to make (None where every proof stands), where it runs, and what was left."""

    account: AccountId
    script: Script | None
    places: tuple[str, ...]
    left: tuple[Temporary, ...]


def plan_probe(probing: Probing, test_jobs: Sequence[Change | None], findings: Sequence[Finding]) -> Plan:
    """Return the plan. Making and removing are one track: they belong together, whatever comes of the jobs."""
    changes = [
        Change("delete", PROBE_RUNBOOK, left.target, left.state, None, track=left.target, wave=_LEFT)
        for left in probing.left
    ]
    if probing.script is not None:
        target = probing.account.child("runbooks", probing.script.name)
        state = {"name": probing.script.name, "sha256": probing.script.sha256}
        changes.append(Change("create", PROBE_RUNBOOK, target, None, state, track=target, wave=_PROBE))
        changes.append(Change("delete", PROBE_RUNBOOK, target, state, None, track=target, wave=_PROBE, tidies=True))
    return Plan(changes=(*changes, *(change for change in test_jobs if change is not None)), findings=tuple(findings))


def parted(changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
    """Return the changes that the account is another one for, and those that cancel out: made and removed again."""
    made = {change.target for change in changes if _is(change, "create")}
    removed = {change.target for change in changes if _is(change, "delete") and change.wave == _PROBE}
    passing = [change for change in changes if change.wave == _PROBE and change.target in made & removed]
    return [change for change in changes if change not in passing], passing


def _is(change: Change, action: str) -> bool:
    return (change.kind, change.action) == (PROBE_RUNBOOK, action)
