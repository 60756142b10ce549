# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Key vaults and what their access policies permit, as values (azure-contracts, section 7; docs/contract.md, 7.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import normal_id
from .access_part import VAULT_POLICY, Right

# How many access policies Azure allows in a vault (docs/contract.md, 7.1).
POLICY_LIMIT = 1024

# Names by kind, as the wire writes them: they come in mixed case and are compared without.
Permissions = Mapping[str, Sequence[str]]

_KINDS = ("keys", "secrets", "certificates", "storage")
_ALL = "all"
_SHOWN_RULES = 3


@dataclass(frozen=True)
class Entry:
    """One access policy. With ``application_id`` it is that of a user together with an application."""

    tenant_id: str
    object_id: str
    application_id: str | None
    permissions: Permissions


@dataclass(frozen=True)
class Vault:
    """A key vault. ``rbac`` means that its access policies are without effect; ``lets_through`` says who passes its
    firewall, None where there is no firewall."""

    id: str
    name: str
    tenant_id: str
    entries: tuple[Entry, ...] = ()
    rbac: bool = False
    state: str = "Succeeded"
    lets_through: str | None = None

    @property
    def ready(self) -> bool:
        """Tell whether the vault can be changed."""
        return self.state.lower() == "succeeded"

    def named(self, object_id: str) -> list[Entry]:
        """Return the entries that name an object id, whatever their tenant and application."""
        return [entry for entry in self.entries if entry.object_id.lower() == object_id.lower()]

    def own(self, object_id: str) -> Permissions | None:
        """Return what a principal may do in the vault by its own policy, None where it has no entry."""
        mine = [entry for entry in self.named(object_id) if is_own(entry, self)]
        return union(entry.permissions for entry in mine) if mine else None


def is_own(entry: Entry, vault: Vault) -> bool:
    """Tell whether an entry is that of a principal of the vault's tenant by itself."""
    return not entry.application_id and entry.tenant_id.lower() == vault.tenant_id.lower()


def vault_of(item: Mapping[str, Any]) -> Vault:
    """Return a vault from its JSON, which has ``properties``."""
    properties = item["properties"]
    return Vault(
        id=item["id"],
        name=item["name"],
        tenant_id=str(properties.get("tenantId") or ""),
        entries=tuple(_entry_of(entry) for entry in properties.get("accessPolicies") or ()),
        rbac=properties.get("enableRbacAuthorization") is True,
        state=str(properties.get("provisioningState") or "Succeeded"),
        lets_through=_lets_through(properties),
    )


def _entry_of(entry: Mapping[str, Any]) -> Entry:
    given = entry.get("permissions") or {}
    return Entry(
        tenant_id=str(entry.get("tenantId") or ""),
        object_id=str(entry.get("objectId") or ""),
        application_id=entry.get("applicationId") or None,
        permissions=union([given]),
    )


def union(parts: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Return all permissions of several, each once, in the casing in which it came first; no kind is without any."""
    found: dict[str, dict[str, str]] = {}
    for part in parts:
        for kind, names in part.items():
            for name in names or ():
                found.setdefault(kind, {}).setdefault(str(name).lower(), str(name))
    return {kind: tuple(found[kind].values()) for kind in sorted(found, key=_order)}


def missing(wanted: Permissions, own: Permissions | None) -> dict[str, tuple[str, ...]]:
    """Return what ``own`` lacks of ``wanted``, in the casing of ``wanted``; who has an old ``all`` lacks nothing."""
    lacking: dict[str, tuple[str, ...]] = {}
    for kind, names in wanted.items():
        have = {name.lower() for name in (own or {}).get(kind, ())}
        left = tuple(name for name in names if _ALL not in have and name.lower() not in have)
        if left:
            lacking[kind] = left
    return lacking


def plain(permissions: Permissions) -> dict[str, list[str]]:
    """Return permissions as they can be compared and fingerprinted: lower case, sorted."""
    return {kind: sorted(name.lower() for name in permissions[kind]) for kind in sorted(permissions)}


def shown(permissions: Permissions) -> str:
    """Return permissions for people: ``secrets: get, list; keys: sign``."""
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in permissions.items())


def right(vault_id: str, permissions: Permissions) -> Right:
    """Return permissions in a vault as a right."""
    names = tuple(f"{kind}/{name}" for kind, names in plain(permissions).items() for name in names)
    return Right(
        VAULT_POLICY, f"Access policy ({shown(union([permissions]))})", vault_id, (normal_id(vault_id), *names)
    )


def _order(kind: str) -> tuple[int, str]:
    return (_KINDS.index(kind) if kind in _KINDS else len(_KINDS), kind)


def _lets_through(properties: Mapping[str, Any]) -> str | None:
    """Say who passes the firewall (docs/contract.md, 7.1); publicNetworkAccess beats the rules."""
    rules = properties.get("networkAcls") or {}
    closed = str(properties.get("publicNetworkAccess") or "").lower() == "disabled"
    if not closed and str(rules.get("defaultAction") or "").lower() != "deny":
        return None
    passing = [] if closed else _passing(rules)
    if str(rules.get("bypass") or "AzureServices").lower() == "azureservices":
        passing.append("trusted services of Azure")
    return ", ".join([*passing, "private endpoints"])


def _passing(rules: Mapping[str, Any]) -> list[str]:
    addresses = [str(rule.get("value")) for rule in rules.get("ipRules") or ()]
    subnets = [str(rule.get("id")).rsplit("/", 1)[-1] for rule in rules.get("virtualNetworkRules") or ()]
    lists = (("addresses", addresses), ("subnets", subnets))
    return [f"{what} {_some(items)}" for what, items in lists if items]


def _some(items: Sequence[str]) -> str:
    more = len(items) - _SHOWN_RULES
    return " and ".join(items[:_SHOWN_RULES]) + (f" and {more} more" if more > 0 else "")
