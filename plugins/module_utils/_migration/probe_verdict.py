# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the answer of a probe's job says of the identity. Pure: a job's end and streams in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import AccountId
from .._codes.code import ERROR
from .._finding import Finding, finding
from .chosen_identity import ChosenIdentity
from .job_waiting import Ended, Streams
from .probe_memory import CLOUD
from .probe_script import answer_in

UNKNOWN = "not known"


@dataclass(frozen=True)
class Expected:
    """Who the identity is, as the account tells it. ``tenant_id`` is None where it does not."""

    account: AccountId
    identity: ChosenIdentity
    tenant_id: str | None

    @property
    def words(self) -> str:
        """How a sentence calls the identity."""
        arm_id = self.identity.arm_id
        return f"the user-assigned identity {arm_id}" if arm_id else "the system-assigned identity"


@dataclass(frozen=True)
class Ran:
    """A job of the probe that has ended: where, how, and what it wrote."""

    where: str
    job: str
    ended: Ended
    streams: Streams = field(default_factory=Streams)
    output: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a job proves. ``proof`` is what the ledger keeps of it, None where it proves nothing."""

    where: str
    job: str | None
    status: str
    proof: Mapping[str, Any] | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether the identity is who it should be."""
        return self.proof is not None

    @property
    def sees_nothing(self) -> bool:
        """Whether the identity is proved and sees no subscription."""
        return self.proof is not None and not self.proof["subscriptions"]

    @property
    def error(self) -> str | None:
        """The sentence of what is wrong, or None."""
        return next((said.sentence for said in self.findings if said.severity is ERROR), None)


def at(where: str) -> str:
    """Return a place as a sentence names it."""
    return "in the cloud" if where == CLOUD else f"on hybrid worker group {where}"


def judge(ran: Ran, expected: Expected, timeout: int) -> Verdict:
    """Return what a job proves: its status alone proves nothing, whom its token belongs to does."""
    answer = answer_in(ran.output)
    if ran.ended.late is not None:
        return _refused(ran, expected, "RA222", timeout=timeout, status=ran.ended.late or UNKNOWN)
    if not ran.ended.completed:
        return _refused(ran, expected, "RA221", status=ran.ended.status, reason=_reason(ran), **_who(expected))
    if answer is None or not answer.get("oid") or not answer.get("tid"):
        return _refused(ran, expected, "RA223", reason=_reason(ran))
    if not _same_principal(answer, expected):
        return _refused(
            ran,
            expected,
            "RA220",
            oid=answer["oid"],
            tid=answer["tid"],
            principal=expected.identity.principal_id or UNKNOWN,
            tenant=expected.tenant_id or UNKNOWN,
            **_who(expected),
        )
    return _proved(ran, expected, answer)


def not_run(where: str, expected: Expected, reason: object) -> Verdict:
    """Return the verdict on a job that could not be started or followed."""
    said = _said("RA223", where, expected, reason=reason)
    return Verdict(where, None, "not run", findings=(said,))


def _same_principal(answer: Mapping[str, Any], expected: Expected) -> bool:
    principal = str(expected.identity.principal_id or "").lower()
    tenant = (expected.tenant_id or str(answer["tid"])).lower()
    return (str(answer["oid"]).lower(), str(answer["tid"]).lower()) == (principal, tenant)


def _proved(ran: Ran, expected: Expected, answer: Mapping[str, Any]) -> Verdict:
    subscriptions = sorted(str(one) for one in answer.get("subscriptions") or [])
    versions = {key: str(answer[key]) for key in ("az_accounts", "powershell", "python") if answer.get(key)}
    findings = []
    if not subscriptions:
        findings.append(_said("RA224", ran.where, expected, identity=expected.identity.principal_id))
    texts = (*ran.streams.errors, *ran.streams.warnings)
    if texts:
        findings.append(_said("RA225", ran.where, expected, text=texts[0]))
    proof = {
        "identity": expected.identity.name,
        "principal_id": expected.identity.principal_id,
        "tenant_id": answer["tid"],
        "where": ran.where,
        "subscriptions": subscriptions,
        "versions": versions,
        "job": ran.job,
    }
    return Verdict(ran.where, ran.job, ran.ended.status, proof, tuple(findings))


def recalled(record: Mapping[str, Any], expected: Expected) -> Verdict:
    """Return the verdict of a proof that stands, with what it has to say again."""
    nothing = not record["subscriptions"]
    said = [_said("RA224", record["where"], expected, identity=expected.identity.principal_id)] if nothing else []
    return Verdict(record["where"], record["job"], "stands", record, tuple(said))


def _refused(ran: Ran, expected: Expected, code: str, **facts: Any) -> Verdict:
    return Verdict(ran.where, ran.job, ran.ended.status, findings=(_said(code, ran.where, expected, **facts),))


def _said(code: str, where: str, expected: Expected, **facts: Any) -> Finding:
    account = expected.account
    return finding(code, account.arm_id, account=account.name, where=at(where), **facts)


def _who(expected: Expected) -> dict[str, str]:
    return {"identity": expected.words}


def _reason(ran: Ran) -> str:
    """Return why, in the job's own words: untrusted text, on one line.

    The login's own reason is a warning of the runbook where asking the identity's endpoint failed after it.
    """
    said = [ran.ended.exception or next(iter(ran.streams.errors), ""), next(iter(ran.streams.warnings), "")]
    words = " ".join(" / ".join(text for text in said if text).split())
    return words[:400] or "It gave no reason."
