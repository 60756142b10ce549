# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The parts of a Run As account, as far as they can be read, and the state in which each is compared.

A Run As account is a connection, a certificate asset, and in Microsoft Entra an
application with a service principal. Parts that an earlier run left behind are
found again through the snapshots in the ledger, once the connection is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from .._azure import automation, directory
from .._azure.errors import AzureError, Forbidden
from .._azure.ids import AccountId, same_id
from .._azure.session import Session
from .._step import in_parallel
from .run_as import RunAs, classify, kind_of, parse_time

Json = Mapping[str, Any]

SNAPSHOT = "snapshot"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Retiree:
    """One Run As account. ``connection`` is its JSON, remembered from the ledger where it is no longer ``present``."""

    run_as: RunAs
    connection: Json
    present: bool
    certificate: Json | None

    @property
    def application_id(self) -> str | None:
        """The application's id, lower-cased; None for a classic one or where the connection names none."""
        application_id = self.run_as.application_id if self.run_as.kind == "azure" else None
        return application_id.lower() if application_id else None


@dataclass(frozen=True)
class Assets:
    """The Run As accounts of an account, and its other connections; all JSON with field values."""

    retirees: tuple[Retiree, ...]
    other_connections: tuple[Json, ...]

    @property
    def run_as(self) -> list[RunAs]:
        """All Run As accounts, those with a remembered connection included."""
        return [retiree.run_as for retiree in self.retirees]


@dataclass(frozen=True)
class Entra:
    """What Microsoft Entra holds of an application.

    ``unread`` says why it could not be read; ``tenant`` names the tenant that it
    belongs to where that is not the login's.
    """

    application: Json | None = None
    principal: Json | None = None
    federated: tuple[Json, ...] = ()
    held_roles: tuple[Json, ...] = ()
    given_roles: tuple[Json, ...] = ()
    unread: str | None = None
    tenant: str | None = None

    @property
    def known(self) -> bool:
        """Tell whether what is not here is not there."""
        return self.unread is None and self.tenant is None

    @property
    def enabled(self) -> bool:
        """Tell whether the service principal can log in."""
        return self.principal is not None and is_enabled(self.principal)


def read_assets(session: Session, account: AccountId, records: Iterable[Json], step: str, max_parallel: int) -> Assets:
    """Return the Run As accounts of an account, and those that ``records`` of the ledger remember."""
    named = [item["name"] for item in automation.list_connections(session, account)]
    connections = in_parallel(lambda name: automation.get_connection(session, account, name), named, max_parallel)
    remembered = remembered_connections(records, step)
    certificates = automation.list_certificates(session, account) if remembered or _any_run_as(connections) else []
    return assets_of(connections, certificates, remembered, datetime.now(timezone.utc))


def assets_of(
    connections: Sequence[Json], certificates: Sequence[Json], remembered: Iterable[Json], now: datetime
) -> Assets:
    """Return the assets from their JSON. Pure."""
    here = {connection["name"].lower() for connection in connections if kind_of(connection)}
    gone = [connection for connection in remembered if connection["name"].lower() not in here]
    retirees = [_retiree(connection, True, certificates, now) for connection in connections if kind_of(connection)]
    retirees += [_retiree(connection, False, certificates, now) for connection in gone]
    return Assets(
        retirees=tuple(sorted(retirees, key=lambda retiree: retiree.run_as.connection.lower())),
        other_connections=tuple(connection for connection in connections if not kind_of(connection)),
    )


def _any_run_as(connections: Iterable[Json]) -> bool:
    return any(kind_of(connection) for connection in connections)


def _retiree(connection: Json, present: bool, certificates: Sequence[Json], now: datetime) -> Retiree:
    run_as = classify([connection], certificates, now)[0]
    certificate = next((item for item in certificates if item["name"] == run_as.certificate), None)
    return Retiree(run_as, connection, present, certificate)


def remembered_connections(records: Iterable[Json], step: str) -> list[Json]:
    """Return the latest snapshot of each Run As connection that the step took. Pure."""
    latest: dict[str, Json] = {}
    for record in records:
        if record.get("event") == SNAPSHOT and record.get("step") == step and record.get("connection"):
            latest[record["connection"]["name"].lower()] = record["connection"]
    return list(latest.values())


def users_of_certificate(certificate: Json, connections: Iterable[Json]) -> list[str]:
    """Return the names of connections that name a certificate asset or its thumbprint in any of their fields.

    Connections of every type count: the oldest, ``Azure``, names its certificate too.
    """
    marks = {certificate["name"].lower(), str((certificate.get("properties") or {}).get("thumbprint") or "").lower()}
    marks.discard("")
    return [connection["name"] for connection in connections if marks & _values_of(connection)]


def _values_of(connection: Json) -> set[str]:
    fields = (connection.get("properties") or {}).get("fieldDefinitionValues") or {}
    return {str(value).strip().lower() for value in fields.values() if value}


def read_entra(session: Session, run_as: RunAs, login_tenant: str | None, *, for_record_only: bool) -> Entra:
    """Return what Microsoft Entra holds of a Run As account's application.

    ``login_tenant`` is the option tenant. ``for_record_only`` is for a step that
    changes nothing there: then no failure of Graph is in its way.
    """
    tolerated: type[AzureError] = AzureError if for_record_only else Forbidden
    try:
        return _with_other_uses(session, find_entra(session, run_as, login_tenant))
    except tolerated as error:
        return Entra(unread=str(error))


def find_entra(session: Session, run_as: RunAs, login_tenant: str | None) -> Entra:
    """Return the application and the service principal of a Run As account, without what else they are used for."""
    application_id = run_as.application_id or ""
    if login_tenant and _GUID.fullmatch(login_tenant) and _differ(login_tenant, run_as.tenant_id):
        return Entra(tenant=run_as.tenant_id)
    application = directory.find_application(session, application_id)
    principal = directory.find_service_principal(session, application_id)
    if application is None and principal is None and _differ(directory.find_tenant(session), run_as.tenant_id):
        return Entra(tenant=run_as.tenant_id)
    return Entra(application=application, principal=principal)


def _with_other_uses(session: Session, entra: Entra) -> Entra:
    application, principal = entra.application, entra.principal
    return replace(
        entra,
        federated=tuple(directory.list_federated_credentials(session, application["id"])) if application else (),
        held_roles=tuple(directory.list_app_role_assignments(session, principal["id"])) if principal else (),
        given_roles=tuple(directory.list_app_roles_assigned(session, principal["id"])) if principal else (),
    )


def _differ(left: str | None, right: str | None) -> bool:
    """Tell whether two tenants are known and not the same."""
    return bool(left and right) and not same_id(left, right)


def other_uses(entra: Entra, thumbprints: Iterable[str | None], now: datetime) -> list[str]:
    """Return, in words, what an application has that a Run As account has not. Pure.

    ``thumbprints`` are those of Run As certificates. A credential that has expired
    logs nobody in; a renewed Run As account keeps its old one (seed 003).
    """
    ours = {thumbprint.upper() for thumbprint in thumbprints if thumbprint}
    found = []
    for holder in (entra.application or {}, entra.principal or {}):
        keys = [key for key in holder.get("keyCredentials") or [] if not _ours(key, ours) and not _ended(key, now)]
        secrets = [secret for secret in holder.get("passwordCredentials") or [] if not _ended(secret, now)]
        found += [f"another certificate ({key.get('customKeyIdentifier') or key.get('keyId')})" for key in keys]
        found += [f"a client secret ({secret.get('displayName') or secret.get('keyId')})" for secret in secrets]
    found += [f"a federated credential ({item.get('name')})" for item in entra.federated]
    found += [f"an app role of {role.get('resourceDisplayName')}" for role in entra.held_roles]
    found += [f"an app role given to {role.get('principalDisplayName')}" for role in entra.given_roles]
    return found


def _ours(key: Json, thumbprints: set[str]) -> bool:
    """customKeyIdentifier is the thumbprint in upper-case hex, as text (section 5)."""
    return str(key.get("customKeyIdentifier") or "").upper() in thumbprints


def _ended(credential: Json, now: datetime) -> bool:
    ends: str | None = credential.get("endDateTime")
    return ends is not None and parse_time(ends) <= now


def is_enabled(principal: Json) -> bool:
    """Tell whether a service principal can log in; without the member it can."""
    return principal.get("accountEnabled") is not False


def connection_state(connection: Json) -> dict[str, Any]:
    """Return what of a connection is compared and shown; its times are Azure's own."""
    properties = connection.get("properties") or {}
    return {
        "name": connection["name"],
        "connection_type": (properties.get("connectionType") or {}).get("name"),
        "fields": dict(properties.get("fieldDefinitionValues") or {}),
        "description": properties.get("description"),
    }


def certificate_state(certificate: Json) -> dict[str, Any]:
    """Return what of a certificate asset is compared and shown."""
    properties = certificate.get("properties") or {}
    return {
        "name": certificate["name"],
        "thumbprint": properties.get("thumbprint"),
        "expires": properties.get("expiryTime"),
        "exportable": properties.get("isExportable"),
        "description": properties.get("description"),
    }


def principal_state(principal: Json) -> dict[str, Any]:
    """Return what of a service principal is compared and shown."""
    return {
        "id": principal["id"],
        "application_id": principal["appId"],
        "display_name": principal.get("displayName"),
        "enabled": is_enabled(principal),
    }


def application_state(application: Json) -> dict[str, Any]:
    """Return what of an application is compared and shown: its credentials by id and end, never their values."""
    return {
        "id": application["id"],
        "application_id": application["appId"],
        "display_name": application.get("displayName"),
        "certificates": [
            {"key_id": key.get("keyId"), "thumbprint": key.get("customKeyIdentifier"), "ends": key.get("endDateTime")}
            for key in application.get("keyCredentials") or []
        ],
        "secrets": [
            {"key_id": secret.get("keyId"), "ends": secret.get("endDateTime")}
            for secret in application.get("passwordCredentials") or []
        ],
    }


def without_secrets(entity: Json) -> dict[str, Any]:
    """Return an application or service principal without what could be a part of a secret."""
    copy = {name: value for name, value in entity.items() if not name.startswith("@")}
    copy["keyCredentials"] = [_without(key, "key") for key in entity.get("keyCredentials") or []]
    copy["passwordCredentials"] = [
        _without(secret, "secretText", "hint") for secret in entity.get("passwordCredentials") or []
    ]
    return copy


def _without(item: Json, *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
