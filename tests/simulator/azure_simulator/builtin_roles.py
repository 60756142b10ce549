# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure's built-in role definitions that an estate may name, with their well-known ids.

The ids are the same in every tenant; a client may rely on them (contract, section 4.2). Some are shortened to what
tests need; those of ``builtin_roles.jsonl`` have all the actions that Azure documents, so that a client which looks for
the smallest role has a real choice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class BuiltinRole:
    """One built-in role: its name, its id, and what it allows."""

    name: str
    guid: str
    description: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()

    def permission(self) -> dict[str, list[str]]:
        """The role's one permission entry, as the wire shows it."""
        return {
            "actions": list(self.actions),
            "notActions": list(self.not_actions),
            "dataActions": list(self.data_actions),
            "notDataActions": [],
        }


_READ_SUPPORT = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.ResourceHealth/availabilityStatuses/read",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)

_BLOBS = "Microsoft.Storage/storageAccounts/blobServices"

_SHORT: tuple[BuiltinRole, ...] = (
    BuiltinRole(
        "Owner",
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
        ("*",),
    ),
    BuiltinRole(
        "Contributor",
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, "
        "manage assignments in Azure Blueprints, or share image galleries.",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action",
        ),
    ),
    BuiltinRole(
        "Reader",
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "View all resources, but does not allow you to make any changes.",
        ("*/read",),
    ),
    BuiltinRole(
        "User Access Administrator",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "Lets you manage user access to Azure resources.",
        ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
    ),
    BuiltinRole(
        "Role Based Access Control Administrator",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Manage access to Azure resources by assigning roles using Azure RBAC.",
        (
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ),
    ),
    BuiltinRole(
        "Network Contributor",
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Lets you manage networks, but not access to them.",
        (*_READ_SUPPORT, "Microsoft.Network/*"),
    ),
    BuiltinRole(
        "Automation Contributor",
        "f353d9bd-d4a6-484e-a77a-8050b599b867",
        "Manage azure automation resources and other resources using azure automation.",
        (*_READ_SUPPORT, "Microsoft.Automation/automationAccounts/*"),
    ),
    BuiltinRole(
        "Automation Operator",
        "d3881f73-407a-4167-8283-e981cbba0404",
        "Automation Operators are able to start, stop, suspend, and resume jobs",
        (
            *_READ_SUPPORT,
            "Microsoft.Automation/automationAccounts/read",
            "Microsoft.Automation/automationAccounts/runbooks/read",
            "Microsoft.Automation/automationAccounts/jobs/*",
            "Microsoft.Automation/automationAccounts/jobSchedules/read",
            "Microsoft.Automation/automationAccounts/jobSchedules/write",
            "Microsoft.Automation/automationAccounts/schedules/read",
            "Microsoft.Automation/automationAccounts/schedules/write",
        ),
    ),
    BuiltinRole(
        "Site Recovery Contributor",
        "6670b86e-a3f7-4917-ac9b-5d6ab1be4567",
        "Lets you manage Site Recovery service except vault creation and role assignment",
        (
            *_READ_SUPPORT,
            "Microsoft.Network/virtualNetworks/read",
            "Microsoft.RecoveryServices/Vaults/read",
            "Microsoft.RecoveryServices/Vaults/replicationAlertSettings/*",
            "Microsoft.RecoveryServices/Vaults/replicationEvents/read",
            "Microsoft.RecoveryServices/Vaults/replicationFabrics/*",
            "Microsoft.RecoveryServices/Vaults/replicationJobs/*",
            "Microsoft.RecoveryServices/Vaults/replicationPolicies/*",
            "Microsoft.RecoveryServices/Vaults/replicationProtectionContainerMappings/read",
            "Microsoft.RecoveryServices/Vaults/replicationOperationStatus/read",
        ),
    ),
    BuiltinRole(
        "Site Recovery Reader",
        "dbaa88c4-0c30-4179-9fb3-46319faa6149",
        "Lets you view Site Recovery status but not perform other management operations",
        (
            *_READ_SUPPORT,
            "Microsoft.RecoveryServices/Vaults/read",
            "Microsoft.RecoveryServices/Vaults/*/read",
        ),
    ),
    BuiltinRole(
        "Storage Account Contributor",
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Lets you manage storage accounts, including accessing storage account keys.",
        (*_READ_SUPPORT, "Microsoft.Storage/storageAccounts/*"),
    ),
    BuiltinRole(
        "Storage Blob Data Contributor",
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Allows for read, write and delete access to Azure Storage blob containers and data",
        (
            f"{_BLOBS}/containers/delete",
            f"{_BLOBS}/containers/read",
            f"{_BLOBS}/containers/write",
            f"{_BLOBS}/generateUserDelegationKey/action",
        ),
        (),
        (
            f"{_BLOBS}/containers/blobs/delete",
            f"{_BLOBS}/containers/blobs/read",
            f"{_BLOBS}/containers/blobs/write",
            f"{_BLOBS}/containers/blobs/move/action",
            f"{_BLOBS}/containers/blobs/add/action",
        ),
    ),
    BuiltinRole(
        "Key Vault Administrator",
        "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "Perform all data plane operations on a key vault and all objects in it.",
        (*_READ_SUPPORT, "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/operations/read"),
        (),
        ("Microsoft.KeyVault/vaults/*",),
    ),
    BuiltinRole(
        "Key Vault Contributor",
        "f25e0fa2-a7c8-4377-a976-54943a77a395",
        "Lets you manage key vaults, but not access to them.",
        (*_READ_SUPPORT, "Microsoft.KeyVault/*"),
        ("Microsoft.KeyVault/locations/deletedVaults/purge/action",),
    ),
    BuiltinRole(
        "Key Vault Secrets User",
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Read secret contents.",
        (),
        (),
        (
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ),
    ),
    BuiltinRole(
        "Managed Identity Operator",
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Read and Assign User Assigned Identity",
        (
            *_READ_SUPPORT,
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
        ),
    ),
    BuiltinRole(
        "Monitoring Reader",
        "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        "Can read all monitoring data.",
        ("*/read", "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.Support/*"),
    ),
    BuiltinRole(
        "Log Analytics Contributor",
        "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
        "Log Analytics Contributor can read all monitoring data and edit monitoring settings.",
        (
            "*/read",
            "Microsoft.Automation/automationAccounts/*",
            "Microsoft.OperationalInsights/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Support/*",
        ),
    ),
)


def _whole() -> tuple[BuiltinRole, ...]:
    lines = Path(__file__).with_name("builtin_roles.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return tuple(
        BuiltinRole(
            entry["name"],
            entry["guid"],
            entry["description"],
            tuple(entry["actions"]),
            tuple(entry.get("not_actions", ())),
            tuple(entry.get("data_actions", ())),
        )
        for entry in entries
    )


BUILTIN_ROLES = (*_SHORT, *_whole())
