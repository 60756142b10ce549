# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Access policies of key vaults as a kind of access that copy_runas_roles copies (azure-contracts, section 7).

A policy is only ever added to, by the vault's own operation that merges: two accounts copied at once into one vault
lose nothing, and what somebody else changes meanwhile stays.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._azure import key_vault
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import last_segment, normal_id, subscription_of
from .._azure.session import Session
from .._finding import Finding
from .._step import Change, ChangeConflict, StepError, in_parallel
from .access_around import AccessAround
from .access_model import Role
from .access_part import VAULT_POLICY, Copying, HandOver, Part, Right
from .vault_model import POLICY_LIMIT, Vault, missing, shown, vault_of
from .vault_policy_plan import VaultPlan, added_by, entry_as_dict, plan_vault_policies, rights_held
from .vault_reading import read_named

# Seconds between tries while somebody else changes the same vault (docs/contract.md, 7.1).
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_OPTIONS = {
    "keys": "--key-permissions",
    "secrets": "--secret-permissions",
    "certificates": "--certificate-permissions",
    "storage": "--storage-permissions",
}
_DENIED_BY_POLICY = "RequestDisallowedByPolicy"


class VaultPolicies:
    """Copies access policies; ``reread`` and ``write`` are used by several threads, each with vaults of its own."""

    changes_of = frozenset({VAULT_POLICY})

    def __init__(self, session: Session, copying: Copying, around: AccessAround, max_parallel: int) -> None:
        self._session = session
        self._copying = copying
        self._around = around
        self._max_parallel = max_parallel
        self._plan = VaultPlan(Part(), {})
        self._there: set[str] = set()
        self._denied: set[str] = set()

    @property
    def findings(self) -> Sequence[Finding]:
        """What was found while writing: nothing that the plan does not say."""
        return ()

    @property
    def roles(self) -> Mapping[str, Role]:
        """No roles of Azure play a part."""
        return {}

    def plan(self) -> Part:
        """Read every vault in which one of the principals is named, and return what is to be done."""
        named = {principal.lower() for principal in self._principals()}
        known = [vault for vault in self._around.vaults if named & set(vault["names"])]
        reading = read_named(self._session, known, self._max_parallel)
        tenants = {str(item["id"]).lower(): str(item["tenant"]) for item in self._around.subscriptions}
        self._plan = plan_vault_policies(self._copying, reading.vaults, tenants)
        unread = tuple(item.finding() for item in reading.unread)
        return Part.joined((Part(findings=unread), self._plan.part))

    def _principals(self) -> list[str]:
        target = self._copying.target.principal_id
        return [*self._copying.dormant, *([target] if target else [])]

    def reread(self, change: Change) -> dict[str, Any] | None:
        """Return the identity's policy as it is now; what ``add`` cannot disturb is no other than ``before``.

        That is an entry that holds what it held and perhaps more: nothing of it is taken away. Raises Absent where the
        vault is gone, ChangeConflict where it can no longer be changed so.
        """
        vault = self._vault(change)
        own = vault.own(change.after["object_id"])
        _refuse_other_vault(vault, own is None)
        if own is not None and not missing(change.after["permissions"], own):
            self._there.add(change.target)
        elif change.before is not None and missing(change.before["permissions"], own):
            return None if own is None else entry_as_dict(vault, change.after["object_id"], own)
        before: dict[str, Any] | None = change.before
        return before

    def write(self, change: Change) -> Mapping[str, Any]:
        """Add what is missing; the answer tells whether this run did."""
        if change.target in self._there:
            return {"id": change.target, "created": False}
        try:
            self._add(change)
        except Absent as error:
            raise _gone(error, last_segment(change.target)) from None
        except Forbidden as error:
            if error.code == _DENIED_BY_POLICY:
                self._denied.add(change.target)
            raise
        except (Conflict, Failed) as error:
            raise _left_alone(error, last_segment(change.target)) from None
        return {"id": change.target, "created": True}

    def right_of(self, change: Change) -> Right:
        """Return what a change gives: all that the Run As accounts may do in that vault, of which it adds a part."""
        return self._plan.given[normal_id(change.target)]

    def held(self) -> list[Right]:
        """Return what the identity holds now in the vaults where it has, or is to have, a policy, read anew."""
        principal_id, part = self._copying.target.principal_id, self._plan.part
        if principal_id is None:
            return []
        given = [item for fate in part.fates for item in fate.gives]
        places = {normal_id(item.scope): item.scope for item in (*part.held, *given)}
        vaults = in_parallel(self._vault_or_none, sorted(places.values()), self._max_parallel)
        return [
            item
            for vault in vaults
            if vault is not None
            for item in rights_held(vault, vault.own(principal_id), part.fates, part.held)
        ]

    def hand_over_of(self, change: Change) -> HandOver | None:
        """Return the command for somebody who may change the vault; None where a policy of Azure denies it to all."""
        command = None if change.target in self._denied else set_policy_command(change)
        if command is None:
            return None
        name = last_segment(change.target)
        return HandOver(
            kind=VAULT_POLICY,
            role=self.right_of(change).role,
            scope=change.target,
            reason=f"The Run As account may use key vault {name} ({shown(added_by(change))}), and the login may not "
            "change access policies there.",
            needs=f"Key Vault Contributor at key vault {name}",
            command=command,
        )

    def _vault(self, change: Change) -> Vault:
        try:
            return vault_of(key_vault.get_vault(self._session, change.target))
        except Absent as error:
            raise _gone(error, last_segment(change.target)) from None

    def _vault_or_none(self, vault_id: str) -> Vault | None:
        try:
            return vault_of(key_vault.get_vault(self._session, vault_id))
        except Absent:
            return None

    def _add(self, change: Change) -> None:
        while_others_write(lambda: self._put(change, change.after))

    def _put(self, change: Change, after: Mapping[str, Any]) -> None:
        tenant_id, object_id = after["tenant_id"], after["object_id"]
        key_vault.add_access_policy(self._session, change.target, tenant_id, object_id, added_by(change))


def while_others_write(write: Callable[[], None]) -> None:
    """Write to a vault, and again while somebody else changes it; no other refusal is repeated here."""
    for pause in _PAUSES:
        try:
            write()
        except Conflict as error:
            if error.code != "ConflictError":
                raise
            time.sleep(pause)
        else:
            return
    write()


def set_policy_command(change: Change) -> str | None:
    """Return the az command that does what a change does, or None where it cannot be written. Pure.

    It names all that the identity is to have of a kind, since az replaces the permissions of each kind that it is given
    (docs/contract.md, 7.1).
    """
    subscription, object_id = subscription_of(change.target), change.after["object_id"]
    kinds = added_by(change)
    names = [name for kind in kinds for name in change.after["permissions"][kind]]
    # Names come from Azure: one that looks like an option would be one, whatever its quotes.
    if subscription is None or not set(kinds) <= set(_OPTIONS) or not all(name.isalnum() for name in names):
        return None
    words = ["az", "keyvault", "set-policy", f"--name={last_segment(change.target)}", f"--subscription={subscription}"]
    words.append(f"--object-id={object_id}")
    for kind in kinds:
        words += [_OPTIONS[kind], *(name.lower() for name in change.after["permissions"][kind])]
    return shlex.join(words)


def _refuse_other_vault(vault: Vault, new: bool) -> None:
    """Raise where a vault is no longer what the plan was made on."""
    again = "It was left alone. Run again to plan on what is there now."
    if vault.rbac:
        raise ChangeConflict(f"Key vault {vault.name} goes by Azure roles (RBAC) since it was read. {again}")
    if not vault.ready:
        raise ChangeConflict(f"Key vault {vault.name} is in state {vault.state} since it was read. {again}")
    if new and len(vault.entries) >= POLICY_LIMIT:
        raise StepError(
            f"Key vault {vault.name} got full since it was read: it has {len(vault.entries)} access policies, and "
            f"Azure allows {POLICY_LIMIT}. Remove some that are not needed, and run again."
        )


def _gone(error: AzureError, name: str) -> Absent:
    """Return the error of a vault that was there when it was read; without a code, for this is the whole remedy."""
    return Absent(
        f"{error} Key vault {name} was deleted after it was read. Nothing is left to do, unless it is recovered: run "
        "again then.",
        status=error.status,
        detail=error.detail,
    )


def _left_alone(error: AzureError, name: str) -> AzureError:
    """Return the error with what to do about it, where that is not the same for all kinds of access."""
    remedies = {
        "ConflictError": f"Somebody else goes on changing key vault {name}. Run again.",
        "BadRequest": f"Key vault {name} was left as it is. Run again to plan on what is there now.",
    }
    remedy = remedies.get(error.code or "")
    if remedy is None:
        return error
    return type(error)(f"{error} {remedy}", status=error.status, code=error.code, detail=error.detail)
