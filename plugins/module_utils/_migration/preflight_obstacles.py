# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What stands in the way of a migration whatever the login may do: management locks and policies. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import last_segment, normal_id
from .._finding import Finding, finding
from .preflight_needs import RETIREMENT, Needs, Place, Step, places, planned_steps

Json = dict[str, Any]

# --- locks ----------------------------------------------------------------


@dataclass(frozen=True)
class Lock:
    """A management lock. ``level`` is CanNotDelete or ReadOnly."""

    id: str
    name: str
    level: str
    scope: str

    def covers(self, scope: str) -> bool:
        """Tell whether a scope lies under the lock."""
        return f"{normal_id(scope)}/".startswith(f"{normal_id(self.scope)}/")

    def as_dict(self) -> Json:
        """Return it as the assessment carries it."""
        return {"name": self.name, "level": self.level, "scope": self.scope}


def lock_of(item: Mapping[str, Any], asked: str) -> Lock:
    """Return a lock from its JSON; where its id does not tell the scope, it is the one that was asked about."""
    scope = item["id"][: item["id"].lower().rfind("/providers/microsoft.authorization/locks/")]
    return Lock(item["id"], item["name"], item["properties"]["level"], scope or asked)


def locked_steps(lock: Lock, account_id: str, needs: Needs) -> list[str]:
    """Return the planned steps that a lock would stop: ReadOnly all that it covers, CanNotDelete what deletes."""
    if lock.level.lower() == "readonly":
        writes: Callable[[Step], set[Place]] = _written
    elif lock.level.lower() == "cannotdelete":
        writes = _deleted
    else:
        return []
    scopes = places(account_id, needs)
    return [
        step.name
        for step in planned_steps(needs)
        if any(lock.covers(scope) for place in writes(step) for scope in scopes[place])
    ]


def _written(step: Step) -> set[Place]:
    """Return where a step writes. Attaching an identity is a write to the account, not to the identity."""
    writing = {
        requirement.place
        for requirement in step.requirements
        if any(not action.endswith("read") for action in requirement.actions)
    }
    return writing - {Place.IDENTITIES}


def _deleted(step: Step) -> set[Place]:
    """Return where a step deletes; update_runbook does so only to mend a link that publishing has broken.

    The probe's runbook has to go again, and a lock would keep it.
    """
    return {Place.ACCOUNT} if step.name in (RETIREMENT, "probe_identity") else set()


def lock_findings(stopped: Sequence[tuple[Lock, Sequence[str]]]) -> Iterator[Finding]:
    """Yield a finding for each lock and the steps that it stops: a warning where it is the retirement only."""
    for lock, steps in stopped:
        code = "RA916" if set(steps) == {RETIREMENT} else "RA915"
        named = ", ".join(steps)
        yield finding(code, lock.id, lock=lock.name, level=lock.level, scope=lock.scope, steps=named)


# --- policies -------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """What a policy says of the account as it would be. ``effect`` is None where Azure does not tell it."""

    assignment: str
    definition: str
    effect: str | None
    reason: str | None
    result: str

    @property
    def denies(self) -> bool:
        """Tell whether it would refuse the change; only what denies is listed where the effect is not told."""
        return self.result.lower() == "noncompliant" and (self.effect or "deny").lower() == "deny"

    @property
    def undecided(self) -> bool:
        """Tell whether Azure could not evaluate it."""
        return self.result.lower() not in ("noncompliant", "compliant")

    def as_dict(self) -> Json:
        """Return it as the assessment carries it."""
        return {
            "assignment": self.assignment,
            "definition": self.definition,
            "effect": self.effect,
            "reason": self.reason,
        }


def policy_of(evaluation: Mapping[str, Any]) -> Policy:
    """Return a policy from the JSON of its evaluation (contract 4.5)."""
    policy = evaluation.get("policyInfo") or {}
    details = evaluation.get("evaluationDetails") or {}
    return Policy(
        assignment=policy.get("policyAssignmentId") or "",
        definition=policy.get("policyDefinitionId") or "",
        effect=(evaluation.get("effectDetails") or {}).get("policyEffect"),
        reason=details.get("reason"),
        result=evaluation.get("evaluationResult") or "",
    )


def policy_findings(policies: Iterable[Policy]) -> Iterator[Finding]:
    """Yield a finding for each policy that would deny the identity, or that Azure could not evaluate."""
    for policy in policies:
        name = last_segment(policy.assignment)
        if policy.denies:
            reason = f": {policy.reason.rstrip('.')}" if policy.reason else ""
            yield finding("RA917", policy.assignment, policy=name, definition=policy.definition, reason=reason)
        elif policy.undecided:
            what = f"What policy {name} says of the account's identity"
            yield finding("RA901", policy.assignment, what=what, reason=policy.result or "no result")


# Of an account's properties, those that one can set: the others are Azure's own.
_SETTABLE = ("publicNetworkAccess", "disableLocalAuth", "encryption", "sku")


def planned_content(account: Mapping[str, Any], needs: Needs) -> Json:
    """Return the account as it would be, for policies to look at: whole, for what is not told counts as not there."""
    properties = account.get("properties") or {}
    return {
        "type": "Microsoft.Automation/automationAccounts",
        "name": account["name"],
        "location": needs.location or account.get("location"),
        "tags": account.get("tags") or {},
        "identity": _planned_identity(account.get("identity") or {}, needs),
        "properties": {name: properties[name] for name in _SETTABLE if properties.get(name) is not None},
    }


def _planned_identity(identity: Mapping[str, Any], needs: Needs) -> Json:
    wanted: Json = {"type": needs.identity_type}
    if "userassigned" in needs.identity_type.lower():
        ids = [*(identity.get("userAssignedIdentities") or {}), *needs.user_assigned]
        wanted["userAssignedIdentities"] = {item: {} for item in {normal_id(item): item for item in ids}.values()}
    return wanted
