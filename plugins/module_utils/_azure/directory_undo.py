# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Microsoft Graph: taking back what was given, and bringing back what was deleted (docs/contract.md, 5.3 to 5.5, 5.8).

Functions raise the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .errors import Absent
from .ids import quoted
from .session import Session

Json = dict[str, Any]


def take_app_role(session: Session, resource_id: str, assignment_id: str) -> None:
    """Take an app role away, on the side of the resource (5.4)."""
    doing = f"Taking an app role of service principal {resource_id} back"
    path = f"/servicePrincipals/{quoted(resource_id)}/appRoleAssignedTo/{quoted(assignment_id)}"
    session.graph("DELETE", path, doing)


def take_directory_role(session: Session, assignment_id: str) -> None:
    """Take a directory role away (5.5)."""
    path = f"/roleManagement/directory/roleAssignments/{quoted(assignment_id)}"
    session.graph("DELETE", path, "Taking a directory role back")


def remove_from_group(session: Session, group_id: str, principal_id: str) -> None:
    """End the membership of a principal in a group (5.3)."""
    path = f"/groups/{quoted(group_id)}/members/{quoted(principal_id)}/$ref"
    session.graph("DELETE", path, f"Removing a member from group {group_id}")


def find_deleted(session: Session, object_id: str) -> Json | None:
    """Return a deleted application or service principal by its object id; None where Entra does not keep it (5.8)."""
    try:
        doing = f"Looking for {object_id} among what was deleted in Microsoft Entra"
        found: Json = session.graph("GET", f"/directory/deletedItems/{quoted(object_id)}", doing).body
    except Absent:
        return None
    return found


def restore_deleted(session: Session, object_id: str) -> None:
    """Bring a deleted application or service principal back under its id; one does not bring the other (5.8)."""
    doing = f"Restoring {object_id} in Microsoft Entra"
    session.graph("POST", f"/directory/deletedItems/{quoted(object_id)}/restore", doing)
