# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which access policies of key vaults an identity should get, and which not and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import normal_id, subscription_of
from .._finding import Finding, finding
from .._step import KNOWN_AFTER_APPLY, Change
from .access_choices import inside
from .access_part import VAULT_POLICY, Copying, Fate, Part, Right
from .vault_model import POLICY_LIMIT, Entry, Permissions, Vault, is_own, missing, plain, right, shown, union
from .vault_roles import fitting_roles

# Reasons for not copying what gives no access to anybody, and so is no right.
WITHOUT_EFFECT = frozenset({"rbac mode", "other tenant"})
# From this part of a limit on, people should know.
_NEAR = 0.9


@dataclass(frozen=True)
class _Held:
    """An access policy of a Run As account."""

    vault: Vault
    entry: Entry
    holder: str

    @property
    def right(self) -> Right:
        return right(self.vault.id, self.entry.permissions)


@dataclass(frozen=True)
class VaultPlan:
    """The plan, and the right that the change of each vault gives, by the vault's id in lower case."""

    part: Part
    given: Mapping[str, Right]


@dataclass
class _Draft:
    """A plan while it is made."""

    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    unchanged: dict[tuple[str, ...], Mapping[str, Any]] = field(default_factory=dict)
    not_copied: list[Mapping[str, Any]] = field(default_factory=list)
    given: dict[str, Right] = field(default_factory=dict)
    held: list[Right] = field(default_factory=list)
    without_effect: list[Fate] = field(default_factory=list)

    def skip(self, held: _Held, reason: str) -> None:
        self.not_copied.append({**held.right.as_dict(), "reason": reason})
        fates = self.without_effect if reason in WITHOUT_EFFECT else self.fates
        fates.append(Fate(held.right, held.holder, reason=reason))

    def give(self, given: Right, held: Iterable[_Held]) -> None:
        for item in held:
            own = None if item.right.key == given.key else item.right
            self.fates.append(Fate(given, item.holder, gives=(given,), own=own))

    def report(self, code: str, held: _Held, **facts: Any) -> None:
        policy = {"policy": held.right.role, "permissions": shown(held.entry.permissions)}
        self.findings.append(finding(code, held.vault.id, vault=held.vault.name, **{**policy, **facts}))


def plan_vault_policies(copying: Copying, vaults: Iterable[Vault], tenants: Mapping[str, str]) -> VaultPlan:
    """Return what the identity should get in addition to its own access policies.

    ``tenants`` has the tenant of each subscription, by its id in lower case, "" where it is not known.
    """
    draft, principal_id = _Draft(), copying.target.principal_id
    # Azure lists in no order to rely on; the fingerprint of a plan must not depend on it.
    for vault in sorted(vaults, key=lambda item: normal_id(item.id)):
        tenant = tenants.get((subscription_of(vault.id) or "").lower(), "")
        own = vault.own(principal_id) if principal_id else None
        _plan_vault(copying, vault, own, tenant, draft)
        draft.held += rights_held(vault, own, draft.fates)
    part = Part(
        changes=tuple(draft.changes),
        findings=tuple(draft.findings),
        fates=tuple(draft.fates),
        unchanged=tuple(draft.unchanged.values()),
        not_copied=tuple(draft.not_copied),
        held=tuple(draft.held),
        without_effect=tuple(draft.without_effect),
    )
    return VaultPlan(part, draft.given)


def _plan_vault(copying: Copying, vault: Vault, own: Permissions | None, tenant: str, draft: _Draft) -> None:
    held = [item for item in _held(copying, vault, draft) if not _excluded(copying, item, draft)]
    alive = [item for item in held if not _of_other_tenant(item, tenant, draft)]
    open_ones = [item for item in alive if vault.rbac or not _blocked(copying, item, own, draft)]
    if open_ones and vault.lets_through is not None:
        draft.report("RA322", open_ones[0], lets_through=vault.lets_through)
    if vault.rbac:
        for item in open_ones:
            _report_rbac(item, draft)
    elif open_ones:
        _give(copying, open_ones, own, draft)


def _held(copying: Copying, vault: Vault, draft: _Draft) -> list[_Held]:
    """Return the entries of Run As principals; a compound identity is nobody's own, and only told of."""
    found: list[_Held] = []
    for principal_id in sorted(copying.dormant):
        for entry in vault.named(principal_id):
            held = _Held(vault, entry, principal_id)
            if entry.application_id:
                draft.report("RA320", held, application=entry.application_id)
            elif entry.permissions:
                found.append(held)
    return found


def _excluded(copying: Copying, held: _Held, draft: _Draft) -> bool:
    excluded = any(inside(held.vault.id, scope) for scope in copying.choices.exclude_scopes)
    if excluded:
        draft.skip(held, "excluded")
    return excluded


def _of_other_tenant(held: _Held, tenant: str, draft: _Draft) -> bool:
    """An object id means somebody in one tenant only; a vault keeps its old one when its subscription moves."""
    vault_tenant = held.vault.tenant_id
    moved = bool(tenant) and tenant.lower() != vault_tenant.lower()
    if is_own(held.entry, held.vault) and not moved:
        return False
    places = {"entry_tenant": held.entry.tenant_id, "vault_tenant": vault_tenant, "tenant": tenant or vault_tenant}
    draft.report("RA324", held, **places)
    draft.skip(held, "other tenant")
    return True


def _report_rbac(held: _Held, draft: _Draft) -> None:
    roles = (
        " and ".join(fitting_roles(held.entry.permissions)) or "a role of your own, for no built-in one is known to fit"
    )
    draft.report("RA321", held, roles=roles)
    draft.skip(held, "rbac mode")


def _blocked(copying: Copying, held: _Held, own: Permissions | None, draft: _Draft) -> bool:
    """Tell whether an entry is not to be copied. What the identity has already stays, whatever it is."""
    dormant = copying.dormant[held.holder]
    if not missing(held.entry.permissions, own):
        return False
    if dormant and not copying.choices.copy_unused:
        unused = finding("RA304", held.vault.id, role=held.right.role, scope=held.vault.id, why=dormant)
        draft.findings.append(unused)
        draft.skip(held, "unused")
    elif not held.vault.ready:
        draft.report("RA323", held, state=held.vault.state)
        draft.skip(held, "not ready")
    else:
        return False
    return True


def _give(copying: Copying, held: Sequence[_Held], own: Permissions | None, draft: _Draft) -> None:
    wanting = [item for item in held if missing(item.entry.permissions, own)]
    for item in held:
        if item not in wanting:
            draft.unchanged[item.right.key] = {**item.right.as_dict(), "id": item.vault.id}
            draft.give(item.right, [item])
    if wanting:
        _add(copying, wanting, own, draft)


def _add(copying: Copying, held: Sequence[_Held], own: Permissions | None, draft: _Draft) -> None:
    vault = held[0].vault
    count = len(vault.entries) + (own is None)
    if count > POLICY_LIMIT:
        draft.report("RA325", held[0], count=len(vault.entries), limit=POLICY_LIMIT)
        for item in held:
            draft.skip(item, "full")
        return
    if own is None and count > POLICY_LIMIT * _NEAR:
        draft.report("RA326", held[0], count=count, limit=POLICY_LIMIT)
    # An identity has one entry in a vault: what several Run As accounts may do there is given as one right.
    wanted = union(item.entry.permissions for item in held)
    given = draft.given[normal_id(vault.id)] = right(vault.id, wanted)
    draft.give(given, held)
    draft.changes.append(_change(copying, vault, wanted, own))


def _change(copying: Copying, vault: Vault, wanted: Permissions, own: Permissions | None) -> Change:
    target = copying.target
    object_id = target.principal_id or KNOWN_AFTER_APPLY
    before = None if own is None else entry_as_dict(vault, object_id, own)
    after = entry_as_dict(vault, object_id, union([own or {}, missing(wanted, own)]))
    approval = {
        "account": target.account.arm_id.lower(),
        "identity": normal_id(target.identity),
        "scope": normal_id(vault.id),
        "permissions": plain(missing(wanted, own)),
    }
    # Those of one vault come one after the other: Azure refuses several changes of a vault at once.
    return Change(
        "add", VAULT_POLICY, vault.id, before=before, after=after, track=normal_id(vault.id), approval=approval
    )


def entry_as_dict(vault: Vault, object_id: str, permissions: Permissions) -> dict[str, Any]:
    """Return the identity's access policy in a vault as changes carry it."""
    wire = {kind: list(names) for kind, names in permissions.items()}
    return {"tenant_id": vault.tenant_id, "object_id": object_id, "permissions": wire}


def added_by(change: Change) -> dict[str, tuple[str, ...]]:
    """Return the permissions that a change adds to those before it."""
    return missing(change.after["permissions"], change.before["permissions"] if change.before else None)


def rights_held(
    vault: Vault, own: Permissions | None, fates: Iterable[Fate], before: Iterable[Right] | None = None
) -> list[Right]:
    """Return what a principal holds in a vault as the rights that its fates are about, and one for what is beyond them.

    Two policies are hardly ever the same list of permissions, so a right is held where
    all of its permissions are. In an RBAC vault nothing is. ``before`` is what was held
    when the plan was made: what is not to be copied is not found later because of what is.
    """
    if own is None or vault.rbac:
        return []
    here = [fate for fate in fates if fate.right.key[0] == normal_id(vault.id)]
    about = {item.key: item for fate in here for item in (fate.right, *fate.gives)}
    looked_for = set(about)
    if before is not None:
        looked_for &= {item.key for fate in here for item in fate.gives} | {item.key for item in before}
    held = [item for key, item in about.items() if key in looked_for and not missing(_permissions_of(item), own)]
    beyond = missing(own, union(_permissions_of(item) for item in about.values()))
    return held + ([right(vault.id, beyond)] if beyond else [])


def _permissions_of(item: Right) -> dict[str, tuple[str, ...]]:
    pairs = [name.partition("/") for name in item.key[1:]]
    return union({kind: (name,)} for kind, dummy, name in pairs)
