# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Microsoft Graph: what a principal holds, and how it is given more (contract 5.3 to 5.5).

The reads are asks for a batch. Each write is a value, so that the request that is sent
and the command that somebody else is given are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from .directory_batch import Ask
from .ids import quoted
from .session import Session

Json = dict[str, Any]


@dataclass(frozen=True)
class GraphWrite:
    """A POST to Microsoft Graph: the path after /v1.0, and the body."""

    path: str
    body: Mapping[str, str]
    doing: str


# A filter may have so many values (contract 5.1).
_MOST_IDS = 15


def ask_service_principal(object_id: str) -> Ask:
    """Ask for a service principal by its object id."""
    return Ask(f"/servicePrincipals/{quoted(object_id)}", f"Reading service principal {object_id}")


def ask_applications(object_ids: Sequence[str]) -> list[Ask]:
    """Ask for the application ids of service principals; those that are not there are left out."""
    return [_ask_some(object_ids[first : first + _MOST_IDS]) for first in range(0, len(object_ids), _MOST_IDS)]


def _ask_some(object_ids: Sequence[str]) -> Ask:
    listed = ", ".join("'" + object_id.replace("'", "''") + "'" for object_id in object_ids)
    path = f"/servicePrincipals?$filter={quote(f'id in ({listed})')}&$select=id,appId"
    return Ask(path, f"Reading the application ids of {len(object_ids)} service principals")


def ask_app_roles(principal_id: str) -> Ask:
    """Ask for the app roles that a service principal was given."""
    path = f"/servicePrincipals/{quoted(principal_id)}/appRoleAssignments"
    return Ask(path, f"Listing the app roles of service principal {principal_id}")


def ask_directory_roles(principal_id: str) -> Ask:
    """Ask for the directory roles that a principal holds itself, each with its definition."""
    literal = principal_id.replace("'", "''")
    wanted = quote(f"principalId eq '{literal}'")
    path = f"/roleManagement/directory/roleAssignments?$filter={wanted}&$expand=roleDefinition"
    return Ask(path, f"Listing the directory roles of principal {principal_id}")


def ask_directory_role_ends(principal_id: str) -> Ask:
    """Ask for the directory roles that a principal holds itself, each with its end or none.

    A tenant without the licence answers Failed with code ``eligibility.NOT_LICENSED``: there none ends.
    """
    literal = principal_id.replace("'", "''")
    wanted = quote(f"principalId eq '{literal}'")
    path = f"/roleManagement/directory/roleAssignmentScheduleInstances?$filter={wanted}"
    return Ask(path, f"Listing when the directory roles of principal {principal_id} end")


def ask_groups(principal_id: str) -> Ask:
    """Ask for the groups of a service principal, also those that it is in through others."""
    path = f"/servicePrincipals/{quoted(principal_id)}/transitiveMemberOf"
    return Ask(path, f"Listing the groups of service principal {principal_id}")


def ask_direct_groups(principal_id: str) -> Ask:
    """Ask for the groups that a service principal is itself a member of."""
    path = f"/servicePrincipals/{quoted(principal_id)}/memberOf"
    return Ask(path, f"Listing the memberships of service principal {principal_id}")


def ask_groups_around(group_id: str) -> Ask:
    """Ask for the groups that a group lies in."""
    return Ask(f"/groups/{quoted(group_id)}/transitiveMemberOf", f"Listing the groups around group {group_id}")


def ask_resource(object_id: str) -> Ask:
    """Ask for the service principal of an application that offers app roles."""
    path = f"/servicePrincipals/{quoted(object_id)}?$select=id,appId,displayName,appRoles"
    return Ask(path, f"Reading the app roles that service principal {object_id} offers")


def give_app_role(principal_id: str, resource_id: str, app_role_id: str) -> GraphWrite:
    """Return the request that gives an app role, on the side of the resource (5.4)."""
    body = {"principalId": principal_id, "resourceId": resource_id, "appRoleId": app_role_id}
    doing = f"Giving app role {app_role_id} of service principal {resource_id}"
    return GraphWrite(f"/servicePrincipals/{quoted(resource_id)}/appRoleAssignedTo", body, doing)


def give_directory_role(principal_id: str, role_definition_id: str, scope: str) -> GraphWrite:
    """Return the request that gives a directory role, active and without end (5.5)."""
    body = {
        "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
        "roleDefinitionId": role_definition_id,
        "principalId": principal_id,
        "directoryScopeId": scope,
    }
    return GraphWrite("/roleManagement/directory/roleAssignments", body, f"Giving directory role {role_definition_id}")


def add_to_group(graph: str, principal_id: str, group_id: str) -> GraphWrite:
    """Return the request that makes a principal a member of a group (5.3); ``graph`` is the cloud's endpoint."""
    body = {"@odata.id": f"{graph}/v1.0/directoryObjects/{principal_id}"}
    return GraphWrite(f"/groups/{quoted(group_id)}/members/$ref", body, f"Adding a member to group {group_id}")


def post(session: Session, write: GraphWrite) -> Json:
    """Send a write and return what it made; {} where Graph answers nothing. Raises the errors of ``errors``.

    What is there already is Failed with status 400 (5.3 to 5.5), what is not replicated yet is Absent.
    """
    body: Json | None = session.graph("POST", write.path, write.doing, json=dict(write.body)).body
    return body or {}
