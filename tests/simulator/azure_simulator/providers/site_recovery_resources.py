# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an estate makes for Site Recovery: vaults, mappings, protection intents, protected items (contract 6)."""

from __future__ import annotations

from typing import Any

from azure_simulator.clock import TICKS_PER_SECOND, zulu_text
from azure_simulator.estate_model_dependants import Intent, Item, Mapping
from azure_simulator.world import Resource

Wire = dict[str, Any]

VAULT_TYPE = "Microsoft.RecoveryServices/vaults"
MAPPING_TYPE = f"{VAULT_TYPE}/replicationProtectionContainerMappings"
INTENT_TYPE = f"{VAULT_TYPE}/replicationProtectionIntents"
ITEM_TYPE = f"{VAULT_TYPE}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems"

_DAY = 86_400 * TICKS_PER_SECOND


def vault_resource(group_id: str, name: str, location: str, state: str = "Succeeded") -> Resource:
    """A Recovery Services vault in a resource group."""
    properties = {"provisioningState": state, "privateEndpointStateForSiteRecovery": "None"}
    vault_id = f"{group_id}/providers/{VAULT_TYPE}/{name}"
    return Resource(vault_id, VAULT_TYPE, name, properties, location, {})


def mapping_resource(vault_id: str, mapping: Mapping, account_id: str | None) -> Resource:
    """A container mapping of a vault. Its id begins with a capital S (contract 6)."""
    base = vault_id.replace("/subscriptions/", "/Subscriptions/", 1) + "/replicationFabrics"
    source = f"{base}/{mapping.fabric}/replicationProtectionContainers/{mapping.container}"
    target_fabric = mapping.target_container.removesuffix("-container")
    target = f"{base}/{target_fabric}/replicationProtectionContainers/{mapping.target_container}"
    properties = {
        "targetProtectionContainerId": target,
        "targetProtectionContainerFriendlyName": mapping.target_container,
        "providerSpecificDetails": _details(mapping, account_id),
        "health": "Critical" if mapping.health else "Normal",
        "healthErrorDetails": _health_errors(mapping.health),
        "policyId": f"{base.removesuffix('/replicationFabrics')}/replicationPolicies/24-hour-retention-policy",
        "state": "Paired",
        "sourceProtectionContainerFriendlyName": mapping.container,
        "sourceFabricFriendlyName": mapping.fabric,
        "targetFabricFriendlyName": target_fabric,
        "policyFriendlyName": "24-hour-retention-policy",
    }
    mapping_id = f"{source}/replicationProtectionContainerMappings/{mapping.name}"
    return Resource(mapping_id, MAPPING_TYPE, mapping.name, properties)


def _details(mapping: Mapping, account_id: str | None) -> Wire:
    if mapping.provider != "A2A":
        return {"instanceType": mapping.provider}
    details: Wire = {
        "instanceType": "A2A",
        "agentAutoUpdateStatus": mapping.auto_update,
        "automationAccountArmId": account_id,
        "scheduleName": None,
        "jobScheduleName": None,
    }
    if mapping.authentication is not None:
        details["automationAccountAuthenticationType"] = mapping.authentication
    return details


def _health_errors(categories: list[str]) -> list[Wire]:
    """What Site Recovery complains about: the first category, and the others inside it as what it comes from.

    That a mapping carries these categories is unverified (contract 6.2).
    """
    if not categories:
        return []
    outer, *inner = (_health_error(category) for category in categories)
    return [{**outer, "innerHealthErrors": inner}]


def _health_error(category: str) -> Wire:
    return {
        "errorSource": "Provider",
        "errorType": "Configuration",
        "errorLevel": "Error",
        "errorCategory": category,
        "errorCode": "151001",
        "summaryMessage": f"{category} in short.",
        "errorMessage": f"{category} at length.",
        "possibleCauses": "",
        "recommendedAction": "",
        "creationTimeUtc": "2024-01-01T00:00:00Z",
    }


def intent_resource(vault_id: str, intent: Intent, account_id: str | None) -> Resource:
    """A protection intent of a vault; what is null in the estate is not in the answer (contract 6.2)."""
    optional = {
        "agentAutoUpdateStatus": intent.auto_update,
        "automationAccountArmId": account_id,
        "automationAccountAuthenticationType": intent.authentication,
    }
    group_id = vault_id.partition("/providers/")[0]
    details = {
        "instanceType": "A2A",
        "fabricObjectId": f"{group_id}/providers/Microsoft.Compute/virtualMachines/{intent.name}",
        "primaryLocation": "westeurope",
        "recoveryLocation": "northeurope",
        "recoveryAvailabilityType": "Single",
        **{name: value for name, value in optional.items() if value is not None},
    }
    properties = {
        "friendlyName": intent.name,
        "jobId": None,
        "jobState": "Succeeded",
        "isActive": True,
        "providerSpecificDetails": details,
    }
    base = vault_id.replace("/subscriptions/", "/Subscriptions/", 1)
    return Resource(f"{base}/replicationProtectionIntents/{intent.name}", INTENT_TYPE, intent.name, properties)


def item_resource(vault_id: str, item: Item, now: int) -> Resource:
    """A protected machine; what is null in the estate is not in the answer (contract 6.3)."""
    base = vault_id.replace("/subscriptions/", "/Subscriptions/", 1) + "/replicationFabrics"
    container = f"{base}/{item.fabric}/replicationProtectionContainers/{item.container}"
    expires = None if item.agent_expires is None else zulu_text(now + item.agent_expires * _DAY)
    optional = {
        "agentVersion": item.agent_version,
        "agentExpiryDate": expires,
        "isReplicationAgentUpdateRequired": item.update_required,
    }
    details: Wire = {
        "instanceType": item.provider,
        "fabricObjectId": _machine_id(vault_id, item),
        "osType": "Windows",
        **{name: value for name, value in optional.items() if value is not None},
    }
    properties = {
        "friendlyName": item.name,
        "protectedItemType": "AzureVM",
        "protectionState": "Protected",
        "replicationHealth": "Normal",
        "healthErrors": [],
        "primaryFabricFriendlyName": item.fabric,
        "primaryProtectionContainerFriendlyName": item.container,
        "providerSpecificDetails": details,
    }
    return Resource(f"{container}/replicationProtectedItems/{item.name}", ITEM_TYPE, item.name, properties)


def _machine_id(vault_id: str, item: Item) -> str:
    subscription = vault_id.partition("/resourceGroups/")[0]
    group = item.resource_group or vault_id.split("/")[4]
    return f"{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{item.name}"
