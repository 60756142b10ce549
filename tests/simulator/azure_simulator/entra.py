# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of a world: what Microsoft Graph objects look like, and what happens to them.

Objects' ``data`` is the wire's JSON of Microsoft Graph v1.0 (contract 5). No HTTP here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from azure_simulator.clock import graph_text
from azure_simulator.world import DirectoryObject, World, new_id

Wire = dict[str, Any]

APPLICATION = "application"
SERVICE_PRINCIPAL = "servicePrincipal"
GROUP = "group"
USER = "user"

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"

# The ids of Microsoft Graph's app roles are the same in every tenant.
GRAPH_APP_ROLES = {
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Application.ReadWrite.OwnedBy": "18a4783c-866b-4cc7-a460-3d5e5662c884",
    "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
    "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "GroupMember.ReadWrite.All": "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
    "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}

_STATE = "app_role_assignments"


def visible(world: World, tenant_id: str, kind: str) -> list[DirectoryObject]:
    """The objects of one kind that a tenant shows by now."""
    tenant = tenant_id.lower()
    return [
        obj
        for obj in world.objects.values()
        if obj.kind == kind and obj.tenant_id.lower() == tenant and world.clock.is_visible(obj.visible_from)
    ]


def principal_and_groups(world: World, object_id: str) -> list[str]:
    """The ids that role assignments of a principal may carry: its own, and those of its groups."""
    return [object_id.lower(), *(group.id.lower() for group in groups_of(world, object_id))]


def groups_of(world: World, object_id: str) -> list[DirectoryObject]:
    """The groups that a principal belongs to, directly or through other groups."""
    groups = _groups(world)
    found: list[DirectoryObject] = []
    waiting = [object_id.lower()]
    while waiting:
        member = waiting.pop(0)
        for group in groups:
            if group not in found and member in group.members:
                found.append(group)
                waiting.append(group.id.lower())
    return found


def soft_delete(world: World, obj: DirectoryObject) -> None:
    """Move an object to the deleted items; an application takes its service principal along (contract 5)."""
    world.remove_object(obj.id)
    obj.deleted_at = world.clock.now()
    obj.data["deletedDateTime"] = graph_text(obj.deleted_at)
    world.deleted_objects[obj.id.lower()] = obj
    world.roles_changed()
    if obj.kind == APPLICATION:
        principal = world.service_principal_of_app(obj.tenant_id, obj.data["appId"])
        if principal is not None:
            soft_delete(world, principal)


def restore(world: World, object_id: str) -> DirectoryObject | None:
    """Bring a deleted object back under its old id; None if it is not among the deleted ones.

    An application does not bring its service principal back (directory-deleteditems-restore in the Graph
    reference): that is a second restore.
    """
    obj = world.deleted_objects.pop(object_id.lower(), None)
    if obj is None:
        return None
    obj.deleted_at = None
    obj.data["deletedDateTime"] = None
    world.roles_changed()
    return world.add_object(obj)


def assignments(world: World) -> dict[str, Wire]:
    """All app role assignments, by their id."""
    found: dict[str, Wire] = world.provider_state.setdefault(_STATE, {})
    return found


def assignments_with(world: World, field: str, object_id: str) -> Iterator[Wire]:
    """The app role assignments whose ``principalId`` or ``resourceId`` is an object's."""
    for item in list(assignments(world).values()):
        if item[field].lower() == object_id.lower():
            yield item


def assign_app_role(world: World, principal: DirectoryObject, resource: DirectoryObject, role_id: str) -> Wire:
    """Give an app role of a resource to a principal."""
    # Graph's ids of these are 43 characters of base64, not guids.
    identifier = base64.urlsafe_b64encode(hashlib.sha256(new_id().encode()).digest()).decode().rstrip("=")
    item = {
        "id": identifier,
        "deletedDateTime": None,
        "appRoleId": role_id,
        "createdDateTime": graph_text(world.clock.now()),
        "principalDisplayName": principal.data.get("displayName"),
        "principalId": principal.id,
        "principalType": "Group" if principal.kind == GROUP else "ServicePrincipal",
        "resourceDisplayName": resource.data.get("displayName"),
        "resourceId": resource.id,
    }
    assignments(world)[identifier] = item
    return item


def graph_permissions(world: World, object_id: str) -> set[str]:
    """The names of the Microsoft Graph app roles that a principal holds."""
    names = {role_id: name for name, role_id in GRAPH_APP_ROLES.items()}
    principal = world.objects.get(object_id.lower())
    graph = world.service_principal_of_app(principal.tenant_id, GRAPH_APP_ID) if principal is not None else None
    if graph is None:
        return set()
    held = {
        item["appRoleId"]
        for item in assignments_with(world, "principalId", object_id)
        if item["resourceId"] == graph.id
    }
    return {names[role_id] for role_id in held if role_id in names}


def graph_service_principal(world: World, tenant_id: str, object_id: str | None = None) -> DirectoryObject:
    """Microsoft Graph's own service principal in a tenant; it is there from the start."""
    known = world.service_principal_of_app(tenant_id, GRAPH_APP_ID)
    if known is not None:
        return known
    data = service_principal(object_id or new_id(), GRAPH_APP_ID, "Microsoft Graph", "2019-01-01T00:00:00Z", tenant_id)
    data["appRoles"] = [app_role(name, role_id) for name, role_id in GRAPH_APP_ROLES.items()]
    return world.add_object(DirectoryObject(data["id"], SERVICE_PRINCIPAL, tenant_id, data))


def app_role(name: str, role_id: str) -> Wire:
    """An app role that an application offers to other applications."""
    return {
        "allowedMemberTypes": ["Application"],
        "description": name,
        "displayName": name,
        "id": role_id,
        "isEnabled": True,
        "origin": "Application",
        "value": name,
    }


def _groups(world: World) -> list[DirectoryObject]:
    return [obj for obj in world.objects.values() if obj.kind == GROUP]


def application(object_id: str, app_id: str, display_name: str, created: str, domain: str) -> Wire:
    """An application as Graph shows it, without credentials."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "appId": app_id,
        "applicationTemplateId": None,
        "disabledByMicrosoftStatus": None,
        "createdDateTime": created,
        "displayName": display_name,
        "description": None,
        "groupMembershipClaims": None,
        "identifierUris": [],
        "isDeviceOnlyAuthSupported": None,
        "isFallbackPublicClient": None,
        "notes": None,
        "publisherDomain": domain,
        "serviceManagementReference": None,
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "tokenEncryptionKeyId": None,
        "defaultRedirectUri": None,
        "certification": None,
        "optionalClaims": None,
        "addIns": [],
        "api": {
            "acceptMappedClaims": None,
            "knownClientApplications": [],
            "requestedAccessTokenVersion": None,
            "oauth2PermissionScopes": [],
            "preAuthorizedApplications": [],
        },
        "appRoles": [],
        "info": {
            "logoUrl": None,
            "marketingUrl": None,
            "privacyStatementUrl": None,
            "supportUrl": None,
            "termsOfServiceUrl": None,
        },
        "keyCredentials": [],
        "parentalControlSettings": {"countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow"},
        "passwordCredentials": [],
        "publicClient": {"redirectUris": []},
        "requiredResourceAccess": [],
        "verifiedPublisher": {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None},
        "web": {
            "homePageUrl": None,
            "logoutUrl": None,
            "redirectUris": [],
            "implicitGrantSettings": {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False},
        },
        "spa": {"redirectUris": []},
    }


def service_principal(object_id: str, app_id: str, display_name: str, created: str, tenant_id: str) -> Wire:
    """The service principal of an application. Its credential lists are empty: those of a Run As account are on
    the application (contract, 5)."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDisplayName": display_name,
        "appDescription": None,
        "appId": app_id,
        "applicationTemplateId": None,
        "appOwnerOrganizationId": tenant_id,
        "appRoleAssignmentRequired": False,
        "createdDateTime": created,
        "description": None,
        "disabledByMicrosoftStatus": None,
        "displayName": display_name,
        "homepage": None,
        "loginUrl": None,
        "logoutUrl": None,
        "notes": None,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": None,
        "preferredTokenSigningKeyThumbprint": None,
        "replyUrls": [],
        "servicePrincipalNames": [app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "tokenEncryptionKeyId": None,
        "samlSingleSignOnSettings": None,
        "addIns": [],
        "appRoles": [],
        "info": None,
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
    }


def managed_identity(
    principal_id: str, client_id: str, name: str, resource_id: str, created: str, tenant_id: str, *, user_assigned: bool
) -> Wire:
    """The service principal of a managed identity; it has no application (contract, 5)."""
    item = service_principal(principal_id, client_id, name, created, tenant_id)
    item["servicePrincipalType"] = "ManagedIdentity"
    item["appOwnerOrganizationId"] = None
    item["appDisplayName"] = None
    item["signInAudience"] = None
    lowered = resource_id.replace("/resourceGroups/", "/resourcegroups/")
    item["alternativeNames"] = [f"isExplicit={user_assigned}", lowered]
    return item


def group(object_id: str, display_name: str) -> Wire:
    """A security group of the cloud, with members that people choose (contract 5.3)."""
    return {
        "id": object_id,
        "deletedDateTime": None,
        "description": None,
        "displayName": display_name,
        "groupTypes": [],
        "isAssignableToRole": None,
        "mailEnabled": False,
        "mailNickname": display_name,
        "membershipRule": None,
        "onPremisesSyncEnabled": None,
        "securityEnabled": True,
    }


def certificate_bytes(seed: str) -> bytes:
    """Bytes that stand for a certificate in the simulator. They are not one: nobody can log in with them."""
    return f"FAKE CERTIFICATE of the simulator: {seed}".encode()


def thumbprint_of(certificate: bytes) -> str:
    """The SHA-1 thumbprint in upper-case hex, as assets, connections and Graph write it."""
    return hashlib.sha1(certificate, usedforsecurity=False).hexdigest().upper()


def key_credential(key_id: str, certificate: bytes, display_name: str, start: str, end: str) -> Wire:
    """A certificate of an application. `customKeyIdentifier` is the thumbprint as text (contract, 5)."""
    return {
        "customKeyIdentifier": thumbprint_of(certificate),
        "displayName": display_name,
        "endDateTime": end,
        "key": base64.b64encode(certificate).decode(),
        "keyId": key_id,
        "startDateTime": start,
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def password_credential(key_id: str, hint: str, display_name: str, start: str, end: str) -> Wire:
    """A client secret of an application; the secret itself is never shown again."""
    return {
        "customKeyIdentifier": None,
        "displayName": display_name,
        "endDateTime": end,
        "hint": hint[:3],
        "keyId": key_id,
        "secretText": None,
        "startDateTime": start,
    }
