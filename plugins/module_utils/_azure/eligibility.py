# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What Privileged Identity Management says of roles: which may be activated, and which end (contract 4.6).

Functions return the wire's JSON and raise the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from . import _sdk
from .session import Session

Json = dict[str, Any]

# The code of Failed in a tenant without the licence: nobody can activate a role there, and none ends.
NOT_LICENSED = "AadPremiumLicenseRequired"


def list_eligible(session: Session, scope: str, principal_id: str | None = None) -> list[Json]:
    """Return the roles that a principal itself may activate at a scope, inside it, and from above; of all without it.

    What its groups may activate is listed for each group: nobody says whether a list for a service principal counts
    them. Raises Failed with code NOT_LICENSED in a tenant without the licence.
    """
    whose = f" of principal {principal_id}" if principal_id else ""
    doing = f"Listing the eligible role assignments{whose} at {scope}"
    operation = session.role_eligibility_instances.list_for_scope
    return _sdk.pages(doing, operation, _in_path(scope), filter=_of_principal(principal_id))


def list_active(session: Session, scope: str, principal_id: str | None = None) -> list[Json]:
    """Return what is known of the role assignments of a principal at a scope, inside it, and above; of all without it.

    Each has the id of a role assignment, ``originRoleAssignmentId``, and ``endDateTime``, null where it stays. Raises
    Failed with code NOT_LICENSED in a tenant without the licence.
    """
    doing = f"Listing when the role assignments at {scope} end"
    operation = session.role_assignment_instances.list_for_scope
    return _sdk.pages(doing, operation, _in_path(scope), filter=_of_principal(principal_id))


def _of_principal(principal_id: str | None) -> str | None:
    literal = (principal_id or "").replace("'", "''")
    return f"principalId eq '{literal}'" if principal_id else None


def _in_path(scope: str) -> str:
    return quote(scope.strip("/"), safe="/()-_.~")
