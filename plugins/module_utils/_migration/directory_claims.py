# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What a login may do in Microsoft Entra, as its token tells (contract 5.3 to 5.5, 9.4). Pure.

A token that does not tell is no reason to leave anything out: then it is tried.
"""

from __future__ import annotations

from .._azure.caller import GraphClaims
from .directory_privileged import GRAPH

# With this one a user's application may do what the user may.
_AS_THE_USER = "Directory.AccessAsUser.All"
_GIVE_APP_ROLES = frozenset({"AppRoleAssignment.ReadWrite.All"})
_GIVE_ROLES = frozenset({"RoleManagement.ReadWrite.Directory"})
_ADD_MEMBERS = frozenset({"GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"})

_CHANGE_APPLICATIONS = frozenset({"Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"})

_GLOBAL = frozenset({"62e90394-69f5-4237-9190-012177145e10"})
# Global Administrator and Privileged Role Administrator.
_GIVES_ROLES = _GLOBAL | {"e8611ab8-c189-46e8-94e1-60213ab1f814"}
# Application Administrator, Cloud Application Administrator: they give app roles, but not those of Microsoft Graph.
_APPLICATIONS = frozenset({"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7"})
# Directory Writers, Groups Administrator, User Administrator: they change members, but not of role-assignable groups.
_GROUPS = frozenset(
    {
        "9360feb5-f418-4baa-8175-e2a00bac4301",
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        "fe930be7-5e62-47db-91af-98c3a49a38b1",
    }
)


def may_give_app_role(claims: GraphClaims | None, application_id: str) -> bool:
    """Tell whether a login may give app roles of an application."""
    others = frozenset() if application_id.lower() == GRAPH else _APPLICATIONS
    return _may(claims, _GIVE_APP_ROLES, _GIVES_ROLES | others)


def may_change_applications(claims: GraphClaims | None) -> bool:
    """Tell whether a login may enable and restore applications and service principals; its own, at the least."""
    return _may(claims, _CHANGE_APPLICATIONS, _GLOBAL | _APPLICATIONS)


def may_give_directory_role(claims: GraphClaims | None) -> bool:
    """Tell whether a login may give directory roles."""
    return _may(claims, _GIVE_ROLES, _GIVES_ROLES)


def may_add_member(claims: GraphClaims | None, role_assignable: bool) -> bool:
    """Tell whether a login may add members to a group; a user may own it, which no token tells."""
    if role_assignable:
        # An application needs both permissions, a directory role is enough by itself.
        allowed = _may(claims, _GIVE_ROLES, _GIVES_ROLES)
        return allowed and (
            claims is None or bool(claims.directory_roles & _GIVES_ROLES or claims.roles & _ADD_MEMBERS)
        )
    if claims is not None and claims.scopes:
        return bool(claims.scopes & (_ADD_MEMBERS | {_AS_THE_USER}))
    return _may(claims, _ADD_MEMBERS, _GLOBAL | _GROUPS)


def _may(claims: GraphClaims | None, permissions: frozenset[str], roles: frozenset[str]) -> bool:
    """Tell whether a permission or a directory role is there; of a user, both have to be."""
    if claims is None:
        return True
    by_role = bool(claims.directory_roles & roles)
    if claims.scopes:
        return by_role and bool(claims.scopes & (permissions | {_AS_THE_USER}))
    return by_role or bool(claims.roles & permissions)
