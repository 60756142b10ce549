# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments and role definitions, at any scope (azure-contracts, section 4).

A scope is an ARM id: a subscription, resource group, resource, or management
group; "/" is the tenant. Functions return the wire's JSON and raise the errors
of ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from . import _sdk
from .errors import Absent
from .session import Session

Json = dict[str, Any]

_METRICS_VERSION = "2019-08-01-preview"


def list_for_principal(session: Session, scope: str, principal_id: str) -> list[Json]:
    """Return the direct role assignments of a principal at a scope, inside it, and inherited from above.

    ``principalId eq`` leaves out what the principal's groups hold; ``assignedTo()`` would mix it in (section 4).
    """
    doing = f"Listing the role assignments of principal {principal_id} at {scope}"
    return _list(session, doing, scope, f"principalId eq '{_literal(principal_id)}'")


def list_all(session: Session, scope: str) -> list[Json]:
    """Return all role assignments at a scope, inside it, and inherited from above."""
    return _list(session, f"Listing the role assignments at {scope}", scope, None)


def list_at_and_above(session: Session, scope: str) -> list[Json]:
    """Return the role assignments at a scope and inherited from above, without those inside it."""
    return _list(session, f"Listing the role assignments at {scope}", scope, "atScope()")


def list_held_at(session: Session, scope: str, principal_id: str) -> list[Json]:
    """Return the role assignments at a scope and from above that a principal holds, by itself or through its groups.

    Only for users and service principals (section 4).
    """
    doing = f"Listing what principal {principal_id} holds at {scope}"
    return _list(session, doing, scope, f"atScope() and assignedTo('{_literal(principal_id)}')")


def list_held(session: Session, scope: str, principal_id: str) -> list[Json]:
    """Return what a principal holds at a scope, inside it and from above, by itself or through its groups (section 4).

    Only for users and service principals. What a group holds names the group as its principal.
    """
    doing = f"Listing what principal {principal_id} holds at and inside {scope}"
    return _list(session, doing, scope, f"assignedTo('{_literal(principal_id)}')")


def count_in_subscription(session: Session, subscription_id: str) -> int:
    """Return how many role assignments a subscription holds, its resource groups and resources included (4.7)."""
    path = f"/subscriptions/{quote(subscription_id)}/providers/Microsoft.Authorization/roleAssignmentsUsageMetrics"
    doing = f"Counting the role assignments of subscription {subscription_id}"
    return int(session.arm("GET", path, _METRICS_VERSION, doing).body["roleAssignmentsCurrentCount"])


def get_assignment(session: Session, scope: str, name: str) -> Json | None:
    """Return the role assignment ``name`` at a scope; None where there is none, or none is replicated yet (4.1)."""
    doing = f"Reading role assignment {name} at {scope}"
    try:
        return _sdk.answer(doing, session.authorization, session.role_assignments.get, _path(scope), name)
    except Absent:
        return None


def put_assignment(session: Session, scope: str, name: str, properties: Mapping[str, Any]) -> Json:
    """Create the role assignment ``name`` at a scope and return it as answered (section 4.1).

    Raises Failed with code PrincipalNotFound for a principal that is not replicated
    yet, and Conflict with code RoleAssignmentExists where the same principal has the
    same role at the same scope under another name.
    """
    operation = session.role_assignments.create
    body = _sdk.json_body({"properties": dict(properties)})
    doing = f"Creating a role assignment at {scope}"
    return _sdk.answer(doing, session.authorization, operation, _path(scope), name, body)


def delete_assignment(session: Session, scope: str, name: str) -> bool:
    """Delete the role assignment ``name`` at a scope; tell whether it was there (section 4.2)."""
    doing = f"Deleting role assignment {name} at {scope}"
    return _sdk.status(doing, session.role_assignments.delete, _path(scope), name) == 200


def get_definition(session: Session, scope: str, guid: str) -> Json:
    """Return the role definition ``guid`` as it is known at a scope."""
    doing = f"Reading role definition {guid} at {scope}"
    return _sdk.answer(doing, session.authorization, session.role_definitions.get, _path(scope), guid)


def find_definitions(session: Session, scope: str, role_name: str) -> list[Json]:
    """Return the role definitions of a name that can be assigned at a scope: none or one."""
    doing = f"Looking for role {role_name} at {scope}"
    filter_ = f"roleName eq '{_literal(role_name)}'"
    return _sdk.pages(doing, session.role_definitions.list, _path(scope), filter=filter_)


def list_definitions(session: Session, scope: str) -> list[Json]:
    """Return the role definitions that can be assigned at a scope or inside it, built-in and custom (section 4.2)."""
    return _sdk.pages(f"Listing the role definitions at {scope}", session.role_definitions.list, _path(scope))


def put_definition(session: Session, scope: str, guid: str, properties: Mapping[str, Any]) -> Json:
    """Create the custom role ``guid``, or replace it as a whole, and return it as answered (contract 4.8).

    ``scope`` is one of its assignable scopes. Raises Conflict with code
    RoleDefinitionWithSameNameExists where another role has its name.
    """
    doing = f"Writing the custom role {properties['roleName']} at {scope}"
    body = _sdk.json_body({"properties": dict(properties)})
    operation = session.role_definitions.create_or_update
    return _sdk.answer(doing, session.authorization, operation, _path(scope), guid, body)


def delete_definition(session: Session, scope: str, guid: str) -> bool:
    """Delete the custom role ``guid``; tell whether it was there.

    Raises an error with code RoleDefinitionHasAssignments while any role assignment names it (contract 4.8).
    """
    doing = f"Deleting the custom role {guid} at {scope}"
    return _sdk.status(doing, session.role_definitions.delete, _path(scope), guid) == 200


def _list(session: Session, doing: str, scope: str, filter_: str | None) -> list[Json]:
    return _sdk.pages(doing, session.role_assignments.list_for_scope, _path(scope), filter=filter_)


def _path(scope: str) -> str:
    """Return a scope as the SDK puts it into a URL: it adds the first slash and escapes nothing."""
    return quote(scope.strip("/"), safe="/()-_.~")


def _literal(text: str) -> str:
    """Return text for a place between single quotes in an OData filter."""
    return text.replace("'", "''")
