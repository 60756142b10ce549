# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""From what was read of an account to what is said of it: what came back, the state, the findings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import AccountId, normal_id
from .._finding import Finding, Severity, finding
from .assessment_parts import AROUND, CONNECTIONS, RUNBOOKS, Reading
from .assessment_past import Past
from .identity import Identity
from .migration_history import drift_of
from .migration_state import BLOCKED, DRIFTED, MIGRATED, NOT_NEEDED, Evidence, State, state_of, uses_of
from .part_reading import Parts
from .retirement_stages import told
from .run_as_survey import Surveyed
from .unread import FAILED, FORBIDDEN, THROTTLED

Json = Mapping[str, Any]

_CLEAN = frozenset({NOT_NEEDED, MIGRATED})
# What the login may not do, and what stands in the way of a write (the preflight).
_OBSTACLE = re.compile(r"RA9[12]\d")
_NAMED_AT_MOST = 5


@dataclass(frozen=True)
class Conclusion:
    """``state`` is None where the scope leaves out what it follows from; ``last_clean`` is for the next assessment.

    ``obstacles`` are sentences: what would stop a migration of the account that runs now.
    """

    state: State | None
    findings: tuple[Finding, ...]
    last_clean: Json | None
    obstacles: tuple[str, ...] = ()


def conclude(
    account: AccountId, identity: Identity, hybrid_accepted: bool, past: Past, reading: Reading, parts: Parts, time: str
) -> Conclusion:
    """Return what is said of the account. ``identity`` is the account's, ``time`` that of the assessment."""
    said = _said(past, reading, parts)
    judged = parts.wants("runbooks", "usage") and parts.wants("run_as", "access", "preflight")
    if not judged:
        return Conclusion(None, _once(said), past.last_clean)
    drift = drift_of(account, past.history, reading.found, reading.runbooks, identity.principal_id)
    obstacles = _obstacles(identity, hybrid_accepted, reading)
    evidence = Evidence(
        found=reading.found,
        runbooks=reading.runbooks,
        dependants=[dict(item) for item in reading.dependants or ()],
        has_identity=identity.type != "None",
        begun=past.history.begun,
        obstacles=obstacles,
        unsure=_unsure(account, reading, parts),
        unread=[str(parts.unread[what]) for what in (CONNECTIONS, RUNBOOKS) if what in parts.unread],
        warnings=said,
        retired=told(past.stages),
    )
    drift += _back_since(account, past, evidence)
    state = state_of(evidence) if not drift else State(DRIFTED, tuple(one.sentence for one in drift))
    retirable = _retirable(account, state, reading.found)
    last_clean = _last_clean(past, state, reading.found, time)
    stopping = _stopping(state, reading.found, obstacles)
    return Conclusion(state, _once([*drift, *said, *retirable]), last_clean, stopping)


def _said(past: Past, reading: Reading, parts: Parts) -> list[Finding]:
    return [
        *past.findings,
        *parts.findings,
        *(said for one in reading.found or () for said in one.findings()),
        *(reading.access.findings if reading.access is not None else ()),
        *(said for runbook in reading.runbooks or () for said in runbook.decision.findings),
        *(reading.evidence.findings(parts.account) if reading.evidence is not None else ()),
        *reading.findings,
    ]


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def _obstacles(identity: Identity, hybrid_accepted: bool, reading: Reading) -> list[str]:
    """Return what stops the migration before its first write, as sentences."""
    found = [
        said.text() for said in reading.findings if _OBSTACLE.fullmatch(said.code) and said.severity is Severity.ERROR
    ]
    return found if identity.type != "None" or hybrid_accepted else [*found, *_hybrid_obstacles(reading.hybrid)]


def _unsure(account: AccountId, reading: Reading, parts: Parts) -> list[str]:
    """Return what keeps it from being certain that nothing else uses the Run As account, such as vaults unread."""
    if not parts.wants("dependants"):
        return ["What depends on the account, such as Site Recovery, was not looked at."]
    own = normal_id(account.arm_id)
    codes = {"RA715", FORBIDDEN, THROTTLED, FAILED}
    around = [said for said in reading.findings if said.code in codes and not normal_id(said.resource).startswith(own)]
    if not around and AROUND not in parts.unread:
        return []
    return ["Not all that lies around the account could be read, so this is not certain: see the findings."]


def _stopping(state: State, found: Sequence[Surveyed] | None, obstacles: Sequence[str]) -> tuple[str, ...]:
    """Return the obstacles that a run now would meet: a migration leaves an account without Run As alone."""
    if state.name == BLOCKED:
        return state.because
    return tuple(obstacles) if found else ()


def _hybrid_obstacles(hybrid: Json | None) -> list[str]:
    """Return why enable_identity would refuse: jobs on hybrid workers, or that nobody knows whether there are any."""
    groups = [group["name"] for group in (hybrid or {}).get("groups", ()) if group["type"] != "System"]
    if groups:
        return [
            f"Jobs on hybrid worker groups {_listed(groups)} would log in as the account's identity. Check what they "
            "log in as, then set hybrid to accept (enable_identity_hybrid in the playbook migrate)."
        ]
    unread = (hybrid or {}).get("unread")
    return [f"Whether there are hybrid workers is not known: {unread}"] if unread else []


def _back_since(account: AccountId, past: Past, evidence: Evidence) -> list[Finding]:
    """Return the finding that an account which was clean is so no longer."""
    clean = past.last_clean
    if clean is None or evidence.found is None:
        return []
    known = {str(name).lower() for name in clean.get("connections") or ()}
    new = [
        f"connection {one.run_as.connection}"
        for one in evidence.found
        if one.run_as.connection and one.run_as.connection.lower() not in known
    ]
    uses = [*uses_of(evidence), *new]
    if not uses:
        return []
    before = str(clean["state"]).replace("_", " ")
    return [
        finding("RA112", account.arm_id, account=account.name, before=before, time=clean["time"], uses=_listed(uses))
    ]


def _retirable(account: AccountId, state: State, found: Sequence[Surveyed] | None) -> list[Finding]:
    if not found or state.name != MIGRATED:
        return []
    names = [one.run_as.connection or str(one.run_as.certificate) for one in found]
    return [finding("RA109", account.arm_id, connections=_listed(names))]


def _last_clean(past: Past, state: State, found: Sequence[Surveyed] | None, time: str) -> Json | None:
    if state.name not in _CLEAN:
        return past.last_clean
    connections = [one.run_as.connection for one in found or () if one.run_as.connection]
    return {"state": state.name, "time": time, "connections": connections}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_AT_MOST
    named = ", ".join(names[:_NAMED_AT_MOST])
    return f"{named} and {more} more" if more > 0 else named
