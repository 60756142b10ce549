# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which app roles and directory roles give their holder the means to get more, or to act as others. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GRAPH = "00000003-0000-0000-c000-000000000000"
EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
SHAREPOINT = "00000003-0000-0ff1-ce00-000000000000"

# Microsoft cautions against the first five; from the others a way to everything is known (contract 5.4).
_GRAPH_ROLES = frozenset(
    {
        "AppRoleAssignment.ReadWrite.All",
        "Application.ReadWrite.All",
        "Application.ReadWrite.OwnedBy",
        "DelegatedPermissionGrant.ReadWrite.All",
        "RoleManagement.ReadWrite.Directory",
        "AdministrativeUnit.ReadWrite.All",
        "DelegatedAdminRelationship.ReadWrite.All",
        "Directory.ReadWrite.All",
        "Domain.ReadWrite.All",
        "EntitlementManagement.ReadWrite.All",
        "Group.ReadWrite.All",
        "GroupMember.ReadWrite.All",
        "OnPremDirectorySynchronization.ReadWrite.All",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.ReadWrite.PermissionGrant",
        "PrivilegedAccess.ReadWrite.AzureAD",
        "PrivilegedAccess.ReadWrite.AzureADGroup",
        "PrivilegedAccess.ReadWrite.AzureResources",
        "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
        "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "RoleManagementPolicy.ReadWrite.AzureADGroup",
        "RoleManagementPolicy.ReadWrite.Directory",
        "Synchronization.ReadWrite.All",
        "User.ReadWrite.All",
        "UserAuthenticationMethod.ReadWrite.All",
    }
)
_GIVES_OUT = "it lets its holder give out access, or act as others"
_EVERY_MAILBOX = "it gives access to every mailbox"
_EVERY_SITE = "it gives control of every site"
_APP_ROLES: Mapping[str, Mapping[str, str]] = {
    GRAPH: {**dict.fromkeys(_GRAPH_ROLES, _GIVES_OUT), "Sites.FullControl.All": _EVERY_SITE},
    EXCHANGE: {"full_access_as_app": _EVERY_MAILBOX},
    SHAREPOINT: {"Sites.FullControl.All": _EVERY_SITE},
}

# The template ids of the built-in roles that Microsoft labels as privileged (contract 5.5).
_DIRECTORY_ROLES = frozenset(
    {
        "db506228-d27e-4b7d-95e5-295956d6615f",  # Agent ID Administrator
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",  # Application Administrator
        "cf1c38e5-3621-4004-a7cb-879624dced7c",  # Application Developer
        "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe",  # Attribute Provisioning Administrator
        "422218e4-db15-4ef9-bbe0-8afb41546d79",  # Attribute Provisioning Reader
        "c4e39bd9-1100-46d3-8c65-fb160da0071f",  # Authentication Administrator
        "25a516ed-2fa0-40ea-a2d0-12923a21473a",  # Authentication Extensibility Administrator
        "aaf43236-0c0d-4d5f-883a-6955382ac081",  # B2C IEF Keyset Administrator
        "158c047a-c907-4556-b7ef-446551a6b5f7",  # Cloud Application Administrator
        "7698a772-787b-4ac8-901f-60d6b08affd2",  # Cloud Device Administrator
        "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",  # Conditional Access Administrator
        "9360feb5-f418-4baa-8175-e2a00bac4301",  # Directory Writers
        "8329153b-31d0-4727-b945-745eb3bc5f31",  # Domain Name Administrator
        "be2f45a1-457d-42af-a067-6ec1fa63bc45",  # External Identity Provider Administrator
        "62e90394-69f5-4237-9190-012177145e10",  # Global Administrator
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451",  # Global Reader
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
        "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",  # Hybrid Identity Administrator
        "3a2c62db-5318-420d-8d74-23affee5d9d5",  # Intune Administrator
        "59d46f88-662b-457b-bceb-5c3809e5908f",  # Lifecycle Workflows Administrator
        "4ba39ca4-527c-499a-b93d-d9b492c50246",  # Partner Tier1 Support
        "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8",  # Partner Tier2 Support
        "966707d0-3269-4727-9be2-8c3a10f19b9d",  # Password Administrator
        "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",  # Privileged Authentication Administrator
        "e8611ab8-c189-46e8-94e1-60213ab1f814",  # Privileged Role Administrator
        "194ae4cb-b126-40b2-bd5b-6091b380977d",  # Security Administrator
        "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",  # Security Operator
        "5d6b6bb7-de71-4623-b4af-96380a352509",  # Security Reader
        "fe930be7-5e62-47db-91af-98c3a49a38b1",  # User Administrator
    }
)


def privileged_app_role(application_id: str, value: str) -> str | None:
    """Return why an app role is given only to who asks for it by name, or None. Roles of the company are not judged."""
    return _APP_ROLES.get(application_id.lower(), {}).get(value)


def privileged_directory_role(definition: Mapping[str, Any]) -> str | None:
    """Return why a directory role is given only to who asks for it by name, or None.

    ``isPrivileged`` counts where Graph tells it. What a role that somebody made allows is not judged.
    """
    told = definition.get("isPrivileged")
    built_in = definition.get("isBuiltIn") is not False
    template = str(definition.get("templateId") or definition.get("id") or "").lower()
    if told is True or (built_in and template in _DIRECTORY_ROLES):
        return "Microsoft labels it as privileged"
    if not built_in and told is None:
        return "it is a role of your own, and what it allows is not judged"
    return None


def note_of(application_id: str, value: str) -> str | None:
    """Return what else an app role of Exchange or SharePoint needs before an identity can use it (contract 5.4)."""
    if (application_id.lower(), value) == (EXCHANGE, "Exchange.ManageAsApp"):
        return (
            "what it may do comes from a directory role, such as Exchange Administrator, and runbooks connect with "
            "Connect-ExchangeOnline -ManagedIdentity"
        )
    if application_id.lower() in (EXCHANGE, SHAREPOINT):
        return "a managed identity has no certificate, so runbooks that connect with one have to be changed"
    return None
