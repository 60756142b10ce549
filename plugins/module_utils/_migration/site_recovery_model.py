# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Vaults, container mappings and protected machines as values. Pure (azure-contracts, 6; docs/contract.md, 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._azure.ids import normal_id, same_id, subscription_of
from .surroundings import health_categories
from .surroundings_reading import vault_state
from .unread import Unread
from .usage import vault_id

Json = Mapping[str, Any]

CONTAINER_MAPPING = "container_mapping"
A2A = "a2a"
ENABLED, DISABLED = "Enabled", "Disabled"
IDENTITY, RUN_AS = "SystemAssignedIdentity", "RunAsAccount"

_STATUS, _ACCOUNT, _TYPE = (
    "agentAutoUpdateStatus",
    "automationAccountArmId",
    "automationAccountAuthenticationType",
)


@dataclass(frozen=True)
class Fields:
    """How a mapping updates its agents, as on the wire; None where a member is absent."""

    auto_update: str | None
    account: str | None
    authentication: str | None

    @property
    def updates(self) -> bool:
        """Whether auto-update is on; with it off, the other members mean nothing."""
        return (self.auto_update or "").lower() == ENABLED.lower()

    @property
    def by_identity(self) -> bool:
        """Whether the identity is used; no type means RunAsAccount."""
        return (self.authentication or RUN_AS).lower() == IDENTITY.lower()

    def names(self, account_id: str) -> bool:
        """Tell whether an account is named."""
        return same_id(self.account, account_id)

    def as_dict(self) -> dict[str, Any]:
        """Return what the ledger records: the members of the wire."""
        return {_STATUS: self.auto_update, _ACCOUNT: self.account, _TYPE: self.authentication}


def fields_from(recorded: Json) -> Fields:
    """Return the fields that the ledger recorded."""
    return Fields(recorded.get(_STATUS), recorded.get(_ACCOUNT), recorded.get(_TYPE))


def fields_of(mapping: Json) -> Fields:
    """Return the fields of a mapping's JSON."""
    return fields_from((mapping.get("properties") or {}).get("providerSpecificDetails") or {})


def same_fields(left: Fields, right: Fields) -> bool:
    """Tell whether two mean the same: names without case, no type as RunAsAccount, and nothing else while it is off."""
    if left.updates != right.updates:
        return False
    if not left.updates:
        return True
    both = normal_id(left.account or "") == normal_id(right.account or "")
    return both and left.by_identity == right.by_identity


@dataclass(frozen=True)
class ContainerMapping:
    """A container mapping. ``health`` are the categories of what Site Recovery complains about."""

    id: str
    name: str
    provider: str
    fields: Fields
    health: tuple[str, ...] = ()

    @property
    def is_a2a(self) -> bool:
        """Whether it is from Azure to Azure: no other one updates agents through an account."""
        return self.provider.lower() == A2A

    @property
    def vault_id(self) -> str:
        """The id of its vault."""
        return vault_id(self.id)


def mapping_of(item: Json) -> ContainerMapping:
    """Return a mapping from its JSON."""
    properties = item.get("properties") or {}
    details = properties.get("providerSpecificDetails") or {}
    health = health_categories(properties.get("healthErrorDetails") or [])
    provider = str(details.get("instanceType") or "")
    return ContainerMapping(item["id"], item["name"], provider, fields_of(item), tuple(health))


@dataclass(frozen=True)
class Machine:
    """A machine that a vault protects. Whatever Azure does not tell is None."""

    id: str
    name: str
    machine_id: str | None
    agent_version: str | None
    agent_expiry: str | None
    update_required: bool | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "name": self.name,
            "machine": self.machine_id,
            "agent_version": self.agent_version,
            "agent_expiry": self.agent_expiry,
            "update_required": self.update_required,
        }


def machine_of(item: Json) -> Machine | None:
    """Return a protected item as a machine; None for what is not replicated from Azure to Azure."""
    properties = item.get("properties") or {}
    details = properties.get("providerSpecificDetails") or {}
    if str(details.get("instanceType") or "").lower() != A2A:
        return None
    return Machine(
        id=item["id"],
        name=properties.get("friendlyName") or item["name"],
        machine_id=details.get("fabricObjectId"),
        agent_version=details.get("agentVersion"),
        agent_expiry=details.get("agentExpiryDate"),
        update_required=details.get("isReplicationAgentUpdateRequired"),
    )


@dataclass(frozen=True)
class Vault:
    """A vault and what was read of it. ``machines`` and ``intents`` are None where they could not be read.

    ``intents`` are the wire's JSON.
    """

    id: str
    name: str
    region: str
    state: str
    mappings: tuple[ContainerMapping, ...] = ()
    machines: tuple[Machine, ...] | None = ()
    intents: tuple[Json, ...] | None = ()
    unread: tuple[Unread, ...] = ()

    @property
    def subscription(self) -> str:
        """The id of its subscription, as an ARM id."""
        return f"/subscriptions/{subscription_of(self.id)}"

    @property
    def resource_group(self) -> str:
        """The ARM id of its resource group."""
        return self.id.partition("/providers/")[0]


def vault_of(item: Json, **read: Any) -> Vault:
    """Return a vault from its JSON; ``read`` is what was read of it besides."""
    return Vault(item["id"], item["name"], str(item.get("location") or ""), vault_state(item), **read)


def same_region(left: str, right: str) -> bool:
    """Compare regions: Azure gives them back as they were written, "West Europe" or "westeurope" (section 0)."""
    return left.replace(" ", "").lower() == right.replace(" ", "").lower()
