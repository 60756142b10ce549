# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Finding the Run As accounts of an Automation account, by what they are and not by name.

Names are conventions only: a Run As account is a connection of type
AzureServicePrincipal or AzureClassicCertificate (azure-contracts, section 3.1),
with a certificate asset of the same thumbprint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._azure import automation
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel

# Type names, trimmed and in lower case: Microsoft's own script wrote one with a blank at its end (section 3.1).
_KINDS = {"azureserviceprincipal": "azure", "azureclassiccertificate": "classic"}


@dataclass(frozen=True)
class RunAs:
    """One Run As account. ``connection`` and ``certificate`` are asset names; ``expires`` is ISO 8601, UTC."""

    connection: str
    kind: str
    application_id: str | None = None
    tenant_id: str | None = None
    subscription_id: str | None = None
    thumbprint: str | None = None
    certificate: str | None = None
    expires: str | None = None
    expired: bool = False
    missing: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``incomplete`` before ``expired``: what is missing cannot be read, what expired can."""
        if self.missing:
            return "incomplete"
        return "expired" if self.expired else "complete"

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "connection": self.connection,
            "kind": self.kind,
            "status": self.status,
            "application_id": self.application_id,
            "certificate": self.certificate,
            "expires": self.expires,
            "missing": list(self.missing),
        }


def find_run_as(session: Session, account: AccountId, max_parallel: int = 1) -> list[RunAs]:
    """Return the Run As accounts of an Automation account, by connection name."""
    named = [item for item in automation.list_connections(session, account) if kind_of(item)]
    if not named:
        return []
    connections = in_parallel(
        lambda item: automation.get_connection(session, account, item["name"]), named, max_parallel
    )
    certificates = automation.list_certificates(session, account)
    return classify(connections, certificates, datetime.now(timezone.utc))


def kind_of(connection: Mapping[str, Any]) -> str | None:
    """Return ``azure`` or ``classic`` for a Run As connection, None for any other."""
    type_name = ((connection.get("properties") or {}).get("connectionType") or {}).get("name") or ""
    return _KINDS.get(type_name.strip().lower())


def classify(
    connections: Sequence[Mapping[str, Any]], certificates: Sequence[Mapping[str, Any]], now: datetime
) -> list[RunAs]:
    """Return what each Run As connection is, from its JSON and that of the certificate assets. Pure."""
    found = [_classified(connection, certificates, now) for connection in connections if kind_of(connection)]
    return sorted(found, key=lambda run_as: run_as.connection.lower())


def _classified(connection: Mapping[str, Any], certificates: Sequence[Mapping[str, Any]], now: datetime) -> RunAs:
    kind = kind_of(connection) or ""
    fields = _fields(connection)
    certificate = _certificate_of(kind, fields, certificates)
    expires: str | None = ((certificate or {}).get("properties") or {}).get("expiryTime")
    return RunAs(
        connection=connection["name"],
        kind=kind,
        application_id=fields.get("applicationid"),
        tenant_id=fields.get("tenantid"),
        subscription_id=fields.get("subscriptionid"),
        thumbprint=fields.get("certificatethumbprint"),
        certificate=certificate["name"] if certificate else None,
        expires=expires,
        expired=expires is not None and parse_time(expires) <= now,
        missing=_missing(kind, fields, certificate),
    )


def _fields(connection: Mapping[str, Any]) -> dict[str, str]:
    """Return the field values that are set, by lower-cased name: Azure writes ApplicationId and ApplicationID."""
    values = (connection.get("properties") or {}).get("fieldDefinitionValues") or {}
    return {name.lower(): str(value).strip() for name, value in values.items() if value and str(value).strip()}


_NEEDED = {
    "azure": {
        "applicationid": "ApplicationId",
        "tenantid": "TenantId",
        "certificatethumbprint": "CertificateThumbprint",
    },
    "classic": {"certificateassetname": "CertificateAssetName"},
}


def _missing(kind: str, fields: Mapping[str, str], certificate: Mapping[str, Any] | None) -> tuple[str, ...]:
    absent = [f"the field {name} of the connection" for key, name in _NEEDED[kind].items() if key not in fields]
    if certificate is None:
        absent.append("the certificate asset")
    return tuple(absent)


def _certificate_of(
    kind: str, fields: Mapping[str, str], certificates: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    if kind == "classic":
        wanted = fields.get("certificateassetname", "").lower()
        return next((item for item in certificates if item["name"].lower() == wanted), None)
    thumbprint = fields.get("certificatethumbprint", "").lower()
    return next((item for item in certificates if _thumbprint(item) == thumbprint), None) if thumbprint else None


def _thumbprint(certificate: Mapping[str, Any]) -> str:
    return str((certificate.get("properties") or {}).get("thumbprint") or "").lower()


def parse_time(text: str) -> datetime:
    """Read a time as Azure writes it: 0 to 7 digits of a second, offset or Z (section 0); without either, UTC."""
    whole, dummy, rest = text.partition(".")
    offset = rest.lstrip("0123456789") if rest else ""
    moment = datetime.fromisoformat((whole + offset).replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def findings_of(account: AccountId, found: Sequence[RunAs]) -> tuple[Finding, ...]:
    """Return what a person should know about the Run As accounts themselves."""
    findings: list[Finding] = []
    for run_as in found:
        resource = account.child("connections", run_as.connection)
        if run_as.kind == "classic":
            findings.append(finding("RA103", resource, connection=run_as.connection))
        elif run_as.missing:
            findings.append(finding("RA102", resource, connection=run_as.connection, missing=", ".join(run_as.missing)))
        elif run_as.expired:
            findings.append(finding("RA101", resource, connection=run_as.connection, expired=run_as.expires))
    return tuple(findings)
