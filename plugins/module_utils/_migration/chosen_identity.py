# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which identity of an account a step works for: the option ``identity``, read once for all steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._azure import managed_identity
from .._azure.errors import Absent, Forbidden
from .._azure.ids import normal_id
from .._step import StepError
from ._call import Call

SYSTEM = "system"


@dataclass(frozen=True)
class ChosenIdentity:
    """The identity that is meant. ``arm_id`` is None for the system-assigned one; the other ids where not known."""

    arm_id: str | None
    attached: bool
    principal_id: str | None = None
    client_id: str | None = None

    @property
    def name(self) -> str:
        """What the option ``identity`` says."""
        return self.arm_id or SYSTEM

    def missing_from(self, account_name: str) -> str:
        """Return a sentence for an account that does not have the identity."""
        what = f"the user-assigned identity {self.arm_id}" if self.arm_id else "a system-assigned identity"
        return (
            f"Automation account {account_name} does not have {what}. Nothing was changed. Run enable_identity first."
        )


def choose_identity(call: Call, account: Mapping[str, Any]) -> ChosenIdentity:
    """Return the identity that the option ``identity`` means, of an account's JSON.

    An identity that is not attached, or whose ids the account does not tell, is asked
    itself: enable_identity may be about to attach it. Raises StepError for a text that
    means no identity, and for a user-assigned identity that does not exist.
    """
    wanted = str(call.parameters["identity"]).strip()
    identity = account.get("identity") or {}
    if wanted.lower() == SYSTEM:
        principal_id = identity.get("principalId")
        return ChosenIdentity(None, principal_id is not None, principal_id)
    if "/providers/microsoft.managedidentity/userassignedidentities/" not in wanted.lower():
        raise StepError(f"identity is '{wanted}'. Give 'system' or the resource id of a user-assigned identity.")
    details = details_of_user_assigned(account)
    attached = normal_id(wanted) in details
    detail = details.get(normal_id(wanted)) or {}
    if not (either_casing(detail, "principalId") and either_casing(detail, "clientId")):
        detail = _read_itself(call, wanted)
    return ChosenIdentity(wanted, attached, either_casing(detail, "principalId"), either_casing(detail, "clientId"))


def details_of_user_assigned(account: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what an account's JSON tells of its user-assigned identities, by comparable id."""
    known = (account.get("identity") or {}).get("userAssignedIdentities") or {}
    return {normal_id(arm_id): detail or {} for arm_id, detail in known.items()}


def either_casing(detail: Mapping[str, Any], name: str) -> str | None:
    """Return a member of a detail; the documented answer writes it in Pascal case (azure-contracts, section 1.1)."""
    return detail.get(name) or detail.get(name[0].upper() + name[1:])


def _read_itself(call: Call, identity_id: str) -> Mapping[str, Any]:
    """Return the properties of an identity from its own resource; {} where that may not be read."""
    try:
        properties: Mapping[str, Any] = managed_identity.get_user_assigned(call.session, identity_id)["properties"]
    except Forbidden:
        return {}
    except Absent as error:
        raise StepError(
            f"identity is {identity_id}, which does not exist ({error}). Correct it, or create it and attach it with "
            "enable_identity. Nothing was changed."
        ) from None
    return properties
