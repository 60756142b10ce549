# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What can be done where Azure refuses to give a right. Pure."""

from __future__ import annotations

from .._azure.errors import AzureError

# By the service's code (azure-contracts, section 4.1; docs/contract.md, 4.4 and 4.5).
_REMEDIES = {
    "RoleDefinitionDoesNotExist": "The role was deleted meanwhile: replace it with role_map, or leave it out with "
    "exclude.",
    "ResourceGroupNotFound": "The scope is gone: run again, and it is not looked for any more.",
    "ResourceNotFound": "The resource is gone: run again, and it is not looked for any more.",
    "SubscriptionNotFound": "The scope is gone: run again, and it is not looked for any more.",
    "NotFound": "The scope is gone: run again, and it is not looked for any more.",
    "ScopeLocked": "Remove the lock while access is copied, or leave the scope out with exclude.",
    "RequestDisallowedByPolicy": "Ask for an exemption from that policy, or leave the scope out with exclude.",
    "RoleAssignmentLimitExceeded": "Remove role assignments there that are not needed, such as those of deleted "
    "principals.",
    "RoleAssignmentScopeNotAssignableToRoleDefinition": "Add the scope to the assignable scopes of the custom role, or "
    "replace the role with role_map.",
    "AuthorizationFailed": "Let the login give access there, or have it done by the command in the hand-over file.",
    "Authorization_RequestDenied": "Let the login do that in Microsoft Graph, or have it done by the command in the "
    "hand-over file.",
}


def with_remedy(error: AzureError) -> AzureError:
    """Return the error with the remedy at its end, where one is known."""
    remedy = _REMEDIES.get(error.code or "")
    if remedy is None:
        return error
    return type(error)(f"{error} {remedy}", status=error.status, code=error.code, detail=error.detail)
