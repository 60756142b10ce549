# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that gives an account its managed identities, and loses none on the way.

The identity of an account is written as a whole: whatever a PATCH does not name
is dropped (azure-contracts, section 1.1). So the wanted identities are merged
with those that are there, and the account is read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec, flat
from .._azure import automation
from .._azure.errors import Forbidden
from .._azure.ids import AccountId, normal_id
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change, Hands, Outcome, Plan, StepError
from ._call import Call, Result
from .chosen_identity import details_of_user_assigned, either_casing
from .run_as import kind_of

NAME = "enable_identity"

_BOTH = "SystemAssigned, UserAssigned"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "identity": {
                "type": "dict",
                "options": {
                    "type": {"type": "str", "choices": ["SystemAssigned", "UserAssigned", _BOTH]},
                    "user_assigned_identities": {
                        "type": "dict",
                        "options": {
                            "id": {"type": "list", "elements": "str", "default": []},
                            "append": {"type": "bool", "default": True},
                        },
                    },
                },
            },
            "hybrid": {"type": "str", "choices": ["refuse", "accept"], "default": "refuse"},
            "only_with_run_as": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        }
    )
)


@dataclass(frozen=True)
class Identity:
    """The identities of an account. ``user_assigned`` maps comparable ids to ids as Azure wrote them."""

    system: bool = False
    user_assigned: Mapping[str, str] = field(default_factory=dict)
    principal_id: str | None = None

    @property
    def type(self) -> str:
        """The REST value: both kinds with a blank between, or None (section 1.1)."""
        kinds = [
            kind for kind, there in (("SystemAssigned", self.system), ("UserAssigned", self.user_assigned)) if there
        ]
        return ", ".join(kinds) or "None"

    def as_dict(self) -> dict[str, Any]:
        """Return what is compared, recorded and shown."""
        return {
            "type": self.type,
            "principal_id": self.principal_id,
            "user_assigned_identities": sorted(self.user_assigned.values(), key=str.lower),
        }


@dataclass(frozen=True)
class Wanted:
    """What the task asks for; ``replace`` lets user-assigned identities go that are not named."""

    system: bool
    user_assigned: Mapping[str, str]
    replace: bool = False
    absent: bool = False


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    wanted = wanted_identity(call.parameters["identity"], call.parameters["state"])
    answer = automation.get_account(call.session, call.account)
    before = observed_identity(answer)
    after = before if _not_needed(call) else merged(before, wanted)
    findings = hybrid_findings(call, before, after)
    plan = plan_identity(call.account, before, after, findings)
    hands = Hands(reread=lambda dummy: _read(call).as_dict(), write=lambda dummy: _write(call, before, after))
    return call.finish(
        plan,
        hands,
        verify=lambda: refuse_loss(call.account, before, after, _read(call)),
        facts=lambda outcome: {"identity": _identity_fact(call, answer, after, outcome)},
    )


def _not_needed(call: Call) -> bool:
    """Tell whether the account is to be left alone because it has no Run As account."""
    if not call.parameters["only_with_run_as"]:
        return False
    return not any(kind_of(connection) for connection in automation.list_connections(call.session, call.account))


def wanted_identity(option: Mapping[str, Any] | None, state: str) -> Wanted:
    """Read the option ``identity``; without it the system-assigned identity is meant.

    Raises StepError where type and user_assigned_identities contradict each other.
    """
    option = option or {}
    user = option.get("user_assigned_identities") or {"id": [], "append": True}
    ids = {normal_id(arm_id): arm_id for arm_id in flat(user["id"])}
    kinds = option.get("type") or ("UserAssigned" if ids else "SystemAssigned")
    if "UserAssigned" in kinds and not ids:
        raise StepError(
            f"identity.type is {kinds}, but identity.user_assigned_identities.id names no identity. Name at least one."
        )
    if "UserAssigned" not in kinds and ids:
        raise StepError(f"identity.type is {kinds}, but user-assigned identities are named. Set type to '{_BOTH}'.")
    return Wanted(
        system="SystemAssigned" in kinds,
        user_assigned=ids,
        replace=bool(ids) and not user["append"],
        absent=state == "absent",
    )


def observed_identity(account: Mapping[str, Any]) -> Identity:
    """Return the identities in an account's JSON; types come with and without blank, in any case (section 1.1)."""
    identity = account.get("identity") or {}
    kinds = str(identity.get("type") or "").replace(" ", "").lower().split(",")
    user_assigned = identity.get("userAssignedIdentities") or {}
    return Identity(
        system="systemassigned" in kinds,
        user_assigned={normal_id(arm_id): arm_id for arm_id in user_assigned},
        principal_id=identity.get("principalId"),
    )


def merged(before: Identity, wanted: Wanted) -> Identity:
    """Return the identities as they should be: all that were there, plus or minus what is named."""
    if wanted.absent:
        kept = {key: arm_id for key, arm_id in before.user_assigned.items() if key not in wanted.user_assigned}
        system = before.system and not wanted.system
    else:
        kept = {} if wanted.replace else dict(before.user_assigned)
        kept |= {key: before.user_assigned.get(key, arm_id) for key, arm_id in wanted.user_assigned.items()}
        system = before.system or wanted.system
    return Identity(system, kept, _principal_after(before, system))


def _principal_after(before: Identity, system: bool) -> str | None:
    if not system:
        return None
    return before.principal_id if before.system else KNOWN_AFTER_APPLY


def plan_identity(account: AccountId, before: Identity, after: Identity, findings: tuple[Finding, ...]) -> Plan:
    """Return the one change that is needed, or none. Pure."""
    if (before.system, set(before.user_assigned)) == (after.system, set(after.user_assigned)):
        return Plan(findings=findings)
    change = Change(
        action="update",
        kind="identity",
        target=account.arm_id,
        before=before.as_dict(),
        after=after.as_dict(),
        approval={"account": account.arm_id.lower(), "before": _approved(before), "after": _approved(after)},
    )
    diff = {
        "before_header": f"{account.name} identity",
        "after_header": f"{account.name} identity",
        "before": before.as_dict(),
        "after": after.as_dict(),
    }
    return Plan(changes=(change,), findings=findings, diffs=(diff,))


def _approved(identity: Identity) -> dict[str, Any]:
    return {"system": identity.system, "user_assigned": sorted(identity.user_assigned)}


def request_body(before: Identity, after: Identity) -> dict[str, Any]:
    """Return the ``identity`` member of the PATCH (section 1.1).

    Every identity to keep is named; one to remove is null. Removing the last
    user-assigned one, or all, is said by the type alone.
    """
    body: dict[str, Any] = {"type": after.type}
    if after.user_assigned:
        gone = {arm_id: None for key, arm_id in before.user_assigned.items() if key not in after.user_assigned}
        body["userAssignedIdentities"] = {arm_id: {} for arm_id in after.user_assigned.values()} | gone
    return body


def refuse_loss(account: AccountId, before: Identity, after: Identity, now: Identity) -> None:
    """Raise StepError when the account, read back, lacks an identity or holds another system identity."""
    lost = [arm_id for key, arm_id in after.user_assigned.items() if key not in now.user_assigned]
    if after.system and not now.system:
        lost.append("the system-assigned identity")
    if before.system and after.system and now.principal_id != before.principal_id:
        lost.append(f"the system-assigned identity {before.principal_id}, replaced by {now.principal_id}")
    if lost:
        raise StepError(
            f"Automation account {account.name} lacks after the change: {', '.join(lost)}. The state before is in the "
            "ledger. Assign it again, and check what else writes the identity of this account."
        )
    extra = sorted(set(now.user_assigned) - set(after.user_assigned))
    if now.system != after.system or extra:
        raise StepError(
            f"Automation account {account.name} holds identities that should be gone: {now.type} {extra}. Run again."
        )


def _read(call: Call) -> Identity:
    return observed_identity(automation.get_account(call.session, call.account))


def _write(call: Call, before: Identity, after: Identity) -> dict[str, Any]:
    answer = automation.patch_identity(call.session, call.account, request_body(before, after))
    return observed_identity(answer).as_dict()


def hybrid_findings(call: Call, before: Identity, after: Identity) -> tuple[Finding, ...]:
    """Return the findings about hybrid workers.

    Raises StepError when jobs on hybrid workers would change their identity and
    nobody has accepted that: the account's identity replaces the machine's there.
    """
    if not _adds_identity(before, after):
        return ()
    accepted = call.parameters["hybrid"] == "accept"
    try:
        groups = hybrid_groups(automation.list_hybrid_worker_groups(call.session, call.account))
    except Forbidden as error:
        if not accepted:
            raise
        what = f"The hybrid worker groups of {call.account.name}"
        return (finding("RA901", call.account.arm_id, what=what, reason=error),)
    if not groups:
        return ()
    changes_jobs = (after.system and not before.system) or before.type == "None"
    if changes_jobs and not accepted:
        raise StepError(
            f"Automation account {call.account.name} has hybrid worker groups: {', '.join(groups)}. Once the account "
            "has an identity, their jobs no longer log in as their machines. Check what these jobs need, then set "
            "hybrid to accept. Nothing was changed."
        )
    found = [finding("RA201", call.account.arm_id, groups=", ".join(groups))] if changes_jobs else []
    if set(after.user_assigned) - set(before.user_assigned):
        found.append(finding("RA202", call.account.arm_id, groups=", ".join(groups)))
    return tuple(found)


def _adds_identity(before: Identity, after: Identity) -> bool:
    return (after.system and not before.system) or bool(set(after.user_assigned) - set(before.user_assigned))


def hybrid_groups(groups: list[dict[str, Any]]) -> list[str]:
    """Return the names of groups that run jobs of the account; system groups only serve updates (section 1.2)."""
    return sorted(group["name"] for group in groups if (group.get("properties") or {}).get("groupType") != "System")


def _identity_fact(call: Call, answer: Mapping[str, Any], after: Identity, outcome: Outcome) -> dict[str, Any]:
    """Return the identity as it is now, or in check mode as it would be."""
    if call.check_mode:
        return identity_fact(answer, after)
    if outcome.done:
        answer = automation.get_account(call.session, call.account)
    return identity_fact(answer, observed_identity(answer))


def identity_fact(account: Mapping[str, Any], shown: Identity) -> dict[str, Any]:
    """Return ``shown`` with the ids that Azure gave, for playbooks; pascal-cased answers included (section 1.1)."""
    details = details_of_user_assigned(account)
    return {
        "type": shown.type,
        "principal_id": shown.principal_id,
        "tenant_id": (account.get("identity") or {}).get("tenantId"),
        "user_assigned_identities": [
            {
                "id": arm_id,
                "principal_id": _told(details.get(key), "principalId"),
                "client_id": _told(details.get(key), "clientId"),
            }
            for key, arm_id in sorted(shown.user_assigned.items())
        ],
    }


def _told(detail: Mapping[str, Any] | None, name: str) -> str:
    return KNOWN_AFTER_APPLY if detail is None else either_casing(detail, name) or ""
