# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Microsoft Graph: applications and service principals (azure-contracts, section 5).

A Run As account is an application (which holds the certificate) with a service
principal (which holds the access). Functions return the wire's JSON and raise
the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .errors import Absent
from .ids import quoted
from .session import Session

Json = dict[str, Any]


def find_service_principal(session: Session, application_id: str) -> Json | None:
    """Return the service principal of an application id; None where the tenant has none."""
    try:
        return session.graph("GET", _by_app_id("servicePrincipals", application_id), _reading(application_id)).body
    except Absent:
        return None


def find_application(session: Session, application_id: str) -> Json | None:
    """Return the application of an application id; None where the tenant has none."""
    try:
        return session.graph("GET", _by_app_id("applications", application_id), _reading(application_id)).body
    except Absent:
        return None


def get_service_principal(session: Session, object_id: str) -> Json:
    """Return a service principal by its object id; a fresh identity's is absent for a while (section 5)."""
    doing = f"Reading service principal {object_id}"
    return session.graph("GET", f"/servicePrincipals/{quoted(object_id)}", doing).body


def find_deleted_service_principal(session: Session, application_id: str) -> Json | None:
    """Return the service principal of an application id that was deleted last; None where Entra keeps none.

    It is kept for 30 days, so None is no proof that there never was one (section 5.1).
    """
    return next(iter(list_deleted_service_principals(session, application_id)), None)


def list_deleted_service_principals(session: Session, application_id: str) -> list[Json]:
    """Return the service principals that an application id had and that can be restored, deleted last first."""
    literal = application_id.replace("'", "''")
    doing = f"Looking for deleted service principals of application {application_id}"
    path = "/directory/deletedItems/microsoft.graph.servicePrincipal"
    items = session.graph_pages(path, doing, query={"$filter": f"appId eq '{literal}'"})
    return sorted(items, key=lambda item: str(item.get("deletedDateTime") or ""), reverse=True)


def set_account_enabled(session: Session, object_id: str, enabled: bool) -> None:
    """Allow or refuse logins of a service principal; its credentials and access stay."""
    doing = f"{'Enabling' if enabled else 'Disabling'} service principal {object_id}"
    session.graph("PATCH", f"/servicePrincipals/{quoted(object_id)}", doing, json={"accountEnabled": enabled})


def delete_application(session: Session, object_id: str) -> bool:
    """Delete an application, restorable for 30 days (section 5); False where it was not there."""
    try:
        session.graph("DELETE", f"/applications/{quoted(object_id)}", f"Deleting application {object_id}")
    except Absent:
        return False
    return True


def list_app_role_assignments(session: Session, object_id: str) -> list[Json]:
    """Return the app roles that a service principal was given, such as Graph permissions."""
    doing = f"Listing the app roles of service principal {object_id}"
    return session.graph_pages(f"/servicePrincipals/{quoted(object_id)}/appRoleAssignments", doing)


def list_app_roles_assigned(session: Session, object_id: str) -> list[Json]:
    """Return what others may do at a service principal: its own app roles, given to users, groups or applications."""
    doing = f"Listing who holds app roles of service principal {object_id}"
    return session.graph_pages(f"/servicePrincipals/{quoted(object_id)}/appRoleAssignedTo", doing)


def list_federated_credentials(session: Session, object_id: str) -> list[Json]:
    """Return the federated identity credentials of an application, which log in without a key or a secret."""
    doing = f"Listing the federated credentials of application {object_id}"
    return session.graph_pages(f"/applications/{quoted(object_id)}/federatedIdentityCredentials", doing)


def find_tenant(session: Session) -> str | None:
    """Return the id of the tenant that the login belongs to, as Graph sees it."""
    tenants = session.graph_pages("/organization", "Reading the tenant of the login")
    return str(tenants[0]["id"]) if tenants else None


def _by_app_id(collection: str, application_id: str) -> str:
    """Return the path of the alternate key; a quote inside is doubled, as OData wants it."""
    return f"/{collection}(appId='{quoted(application_id.replace(chr(39), chr(39) * 2))}')"


def _reading(application_id: str) -> str:
    return f"Reading application {application_id} in Microsoft Entra"
