# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key vaults of an estate, with their access policies."""

from __future__ import annotations

import uuid
from typing import Any

from azure_simulator import estate_model_key_vaults as model
from azure_simulator.estate_build import Builder, find
from azure_simulator.providers.key_vault import delete, key_vault_resource, policy
from azure_simulator.world import Resource

_STRANGERS = uuid.UUID("0e6b1f53-3a43-5d0a-9c55-7a1f6c0d2b91")


def add_key_vaults(builder: Builder) -> None:
    """All key vaults; the principals that their policies name have to be there."""
    for item in builder.estate.key_vaults:
        vault = builder.world.add_resource(_vault(builder, item))
        if item.deleted:
            delete(builder.world, vault)


def _vault(builder: Builder, item: model.KeyVault) -> Resource:
    place = f"key_vaults ({item.name})"
    subscription = builder.subscription(item.subscription, place)
    location = item.region or builder.estate.region
    group = builder.group(subscription, item.resource_group, location)
    tenant = item.tenant or subscription.tenant_id
    vault = key_vault_resource(group.id, item.name, location, tenant, rbac_on=item.rbac)
    known = [_entry(builder, entry, tenant, place) for entry in item.access_policies]
    strangers = [
        policy(tenant, str(uuid.uuid5(_STRANGERS, f"{item.name} {number}")), {"secrets": ["get"]})
        for number in range(item.other_policies)
    ]
    vault.properties |= {
        "accessPolicies": known + strangers,
        "provisioningState": item.state,
        "publicNetworkAccess": item.public_network_access,
    }
    if item.firewall is not None:
        vault.properties["networkAcls"] = _rules(item.firewall)
    return vault


def _entry(builder: Builder, entry: model.AccessPolicy, tenant: str, place: str) -> dict[str, Any]:
    principal = find(builder.principals, entry.principal, place, "principal")
    made = policy(entry.tenant or tenant, principal.id, entry.permissions())
    if entry.application:
        made["applicationId"] = find(builder.principals, entry.application, place, "principal").data["appId"]
    return made


def _rules(firewall: model.Firewall) -> dict[str, Any]:
    """Single addresses get a mask, ids of subnets are written small (contract 7.1)."""
    addresses = [item if "/" in item else f"{item}/32" for item in firewall.addresses]
    return {
        "bypass": firewall.bypass,
        "defaultAction": firewall.default_action,
        "ipRules": [{"value": item} for item in addresses],
        "virtualNetworkRules": [{"id": item.lower()} for item in firewall.subnets],
    }
