# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that finds everything about one account, and changes nothing.

Parts are read on their own: what one of them is refused is a finding, and the others go on. The
document that comes out is described in docs/assessment.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .._arguments import ACCOUNT, LOGIN, ArgumentSpec
from .._azure import automation
from .._azure.errors import Absent, AzureError
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import finding
from .._ledger import now
from . import assessment_keeping
from ._call import Call, Result
from .assessment_around import Around
from .assessment_conclusion import conclude
from .assessment_parts import SCOPE, Reader, Reading, evidence_by_runbook
from .assessment_past import Past, past_of
from .assessment_summary import summary_of
from .chosen_identity import SYSTEM, choose_identity
from .identity import identity_fact, observed_identity
from .known_bad import KNOWN_BAD_OPTION, known_bad_modules
from .migration_state import BLOCKED
from .open_ledger import opened
from .part_reading import OF_ONE_PART, Parts
from .rewriting import REWRITING

__all__ = ["ARGUMENTS", "SCOPE", "assess", "assess_account", "run"]

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + REWRITING
    + KNOWN_BAD_OPTION
    + ArgumentSpec(
        options={
            "scope": {"type": "list", "elements": "str", "choices": list(SCOPE), "default": list(SCOPE)},
            "identity": {"type": "str", "default": SYSTEM},
            "hybrid": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
            "hybrid_worker_versions": {"type": "dict"},
            "migration_principal": {"type": "str"},
            "unreadable": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
            "ledger": {"type": "path"},
            "assessments": {"type": "path"},
            "surroundings_age": {"type": "int", "default": 3600},
            "probe": {"type": "bool", "default": True},
            "blocked": {"type": "str", "choices": ["fail", "report"], "default": "report"},
            "result": {"type": "str", "choices": ["full", "summary"], "default": "full"},
        }
    )
)


def run(call: Call) -> Result:
    """Assess the account, keep the assessment where a folder is named, and return the module's result."""
    path = _kept_at(call)
    document = assess(call)
    if path is not None and not call.check_mode:
        assessment_keeping.keep(path, document)
    whole = {"assessment": document, "findings": document["findings"]}
    return {
        "changed": False,
        "state": document["state"],
        "account": document["account"],
        "summary": summary_of(document),
        "file": str(path) if path is not None else None,
        **(whole if call.parameters["result"] == "full" else {}),
        **(_refusal(call, document["obstacles"]) if call.parameters["blocked"] == "fail" else {}),
    }


def _refusal(call: Call, obstacles: Sequence[str]) -> dict[str, Any]:
    if not obstacles:
        return {}
    return {
        "failed": True,
        "msg": f"The migration of Automation account {call.account.name} would stop half way, so it was not begun: "
        f"{' '.join(obstacles)}",
    }


def _kept_at(call: Call) -> Path | None:
    folder = call.parameters["assessments"]
    return assessment_keeping.path_of(folder, call.account) if folder else None


def assess_account(
    session: Session,
    account: AccountId,
    *,
    ledger: str | None = None,
    max_parallel: int = 4,
    around: Around | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Return the assessment of one account for those that are no module; ``options`` are those of runas_info.

    ``around`` gives what lies around all accounts, where many are assessed. Raises the errors of ``errors`` and
    StepError.
    """
    defaults = {name: option.get("default") for name, option in ARGUMENTS.options.items()}
    parameters = {**defaults, **options, "max_parallel": max_parallel}
    with opened(ledger, session, account, None) as where:
        return where.told(assess(Call(parameters, True, False, session, account, where.folder, None), around))


def assess(call: Call, around: Around | None = None) -> dict[str, Any]:
    """Return the assessment. An account that cannot be read fails, or is a document that says so, as asked."""
    try:
        answer = automation.get_account(call.session, call.account)
    except OF_ONE_PART as error:
        return _unreadable(call, error)
    past = past_of(call)
    known_bad = known_bad_modules(call.parameters["known_bad"])
    reader = Reader(call, answer, choose_identity(call, answer), past, known_bad, around)
    reading = reader.read()
    gone = [error for error in reader.parts.unread.values() if isinstance(error, Absent)]
    if gone and _is_gone(call):
        return _unreadable(call, gone[0])
    return _document(call, answer, past, reading, reader.parts)


def _is_gone(call: Call) -> bool:
    """Tell whether a part was not there because the whole account no longer is, as far as that can be asked."""
    try:
        automation.get_account(call.session, call.account)
    except OF_ONE_PART as error:
        return isinstance(error, Absent)
    return False


def _unreadable(call: Call, error: AzureError) -> dict[str, Any]:
    if call.parameters["unreadable"] == "fail":
        raise error
    code = "RA904" if isinstance(error, Absent) else "RA905"
    said = finding(code, call.account.arm_id, account=call.account.name, reason=error)
    return {
        **_frame(call, {}),
        "state": BLOCKED,
        "state_because": [said.sentence],
        "obstacles": [said.sentence],
        "findings": [said.as_dict()],
        "last_clean": past_of(call).last_clean,
    }


def _document(call: Call, answer: Mapping[str, Any], past: Past, reading: Reading, parts: Parts) -> dict[str, Any]:
    frame, identity = _frame(call, answer), observed_identity(answer)
    accepted = call.parameters["hybrid"] == "accept"
    conclusion = conclude(call.account, identity, accepted, past, reading, parts, frame["time"])
    evidence = evidence_by_runbook(reading)
    return {
        **frame,
        "identity": identity_fact(answer, identity),
        "hybrid": reading.hybrid,
        "modules": reading.modules,
        "run_as": _run_as(reading) if parts.wants("run_as") else None,
        "access": reading.access.shown if reading.access is not None and parts.wants("access") else None,
        "runbooks": None
        if reading.runbooks is None
        else [{**runbook.as_dict(), "evidence": evidence.get(runbook.name)} for runbook in reading.runbooks],
        "dependants": None if reading.dependants is None else list(reading.dependants),
        "preflight": reading.preflight,
        "state": conclusion.state.name if conclusion.state is not None else None,
        "state_because": list(conclusion.state.because) if conclusion.state is not None else [],
        "obstacles": list(conclusion.obstacles),
        "findings": [said.as_dict() for said in conclusion.findings],
        "last_clean": conclusion.last_clean,
    }


def _run_as(reading: Reading) -> list[dict[str, Any]] | None:
    if reading.found is None:
        return None
    return [
        {**one.as_dict(), "shared_with": reading.shared_with.get(one.run_as.application_id or "")}
        for one in reading.found
    ]


def _frame(call: Call, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every assessment has, its parts empty; without an answer, what is known without Azure."""
    account, properties = call.account, answer.get("properties") or {}
    empty = ("identity", "hybrid", "modules", "run_as", "access", "runbooks", "dependants", "preflight")
    return {
        "format": assessment_keeping.FORMAT,
        "time": now(),
        "account": {
            "id": account.arm_id,
            "name": account.name,
            "resource_group": account.resource_group,
            "subscription_id": account.subscription_id,
            "location": answer.get("location"),
            "tags": answer.get("tags") or {},
            "state": properties.get("state"),
        },
        "scope": sorted(set(call.parameters["scope"])),
        **dict.fromkeys(empty),
    }
