# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What state each Run As account is in: its parts compared with each other, in Azure Automation and in Entra.

``run_as`` tells what the assets alone say, which is all that most steps need. Here the application,
the service principal and the roles come in: which of the parts is missing, and which do not agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from .._azure.errors import AzureError, MissingPackage
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .retiree import Entra, find_entra, is_enabled
from .run_as import RunAs, classify, kind_of, parse_time
from .unread import FORBIDDEN, code_of

Json = Mapping[str, Any]

PORTAL, MANUAL, UNKNOWN = "portal", "manual", "unknown"
SOON_DAYS = 30

# The certificate assets that the portal made, by the kind of Run As account (azure-contracts, section 3.1).
_CERTIFICATES = {"azure": "AzureRunAsCertificate", "classic": "AzureClassicRunAsCertificate"}
_NO_CONNECTION = "the connection"
_NO_ASSET = "the certificate asset"


@dataclass(frozen=True)
class Surveyed:
    """One Run As account with its application and service principal.

    ``named`` is the certificate asset that bears the name of its kind, where none has the thumbprint. ``roleless``
    tells that its service principal has no role anywhere, although everything could be read; ``now`` is when it was
    looked at. ``entra_error`` kept Entra from being read.
    """

    account: AccountId
    run_as: RunAs
    now: datetime
    entra: Entra = field(default_factory=Entra)
    named: Json | None = None
    roleless: bool = False
    entra_error: AzureError | None = None

    @property
    def is_azure(self) -> bool:
        """Whether it has an application: classic ones have none."""
        return self.run_as.kind == "azure"

    @property
    def principal_id(self) -> str | None:
        """The object id of its service principal, in lower case; None where there is none, or none is known."""
        return str(self.entra.principal["id"]).lower() if self.entra.principal else None

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts that are not there, as parts of a sentence."""
        return (*self._missing_assets(), *self._missing_in_entra())

    def _missing_assets(self) -> tuple[str, ...]:
        if self.named is None:
            return self.run_as.missing
        return tuple(part for part in self.run_as.missing if part != _NO_ASSET)

    def _missing_in_entra(self) -> tuple[str, ...]:
        if not self.is_azure or not self.run_as.application_id or not self.entra.known:
            return ()
        absent = []
        if self.entra.application is None:
            absent.append("the application")
        elif not _thumbprints(self.entra.application):
            absent.append("the certificate of the application")
        if self.entra.principal is None:
            absent.append("the service principal")
        elif self.roleless:
            absent.append("any role of the service principal that the login can see")
        return tuple(absent)

    @property
    def differs(self) -> tuple[str, ...]:
        """The parts that do not agree, as parts of a sentence."""
        found = []
        if self.named is not None:
            found.append(
                f"the thumbprint of the connection ({self.run_as.thumbprint}) and that of certificate asset "
                f"{self.named['name']} ({_asset_thumbprint(self.named)})"
            )
        known = _thumbprints(self.entra.application) if self.entra.application else []
        if known and self.run_as.thumbprint and self.run_as.thumbprint.upper() not in known:
            found.append(
                f"the thumbprint of the connection ({self.run_as.thumbprint}) and the certificates of the application "
                f"({', '.join(known)})"
            )
        return tuple(found)

    @property
    def status(self) -> str:
        """``incomplete`` before ``expired``, as ``RunAs.status``."""
        if self.missing or self.differs:
            return "incomplete"
        return "expired" if self._days_left is not None and self._days_left < 0 else self.run_as.status

    @property
    def origin(self) -> str:
        """Who made the application: the portal, or somebody by hand; ``unknown`` where it cannot be read."""
        application = self.entra.application
        return UNKNOWN if not self.is_azure or application is None else origin_of(self.account, application)

    @property
    def _days_left(self) -> int | None:
        expires = self._expires
        return (parse_time(expires) - self.now).days if expires else None

    @property
    def _expires(self) -> str | None:
        """When the last certificate ends that logs in: the asset's own end, or the credential's if that is earlier."""
        ends = [end for end in (self.run_as.expires, self._credential_end()) if end]
        return min(ends, key=parse_time) if ends else None

    def _credential_end(self) -> str | None:
        wanted = (self.run_as.thumbprint or "").upper()
        keys = (self.entra.application or {}).get("keyCredentials") or []
        fitting = [key for key in keys if str(key.get("customKeyIdentifier") or "").upper() == wanted]
        ends = [str(key["endDateTime"]) for key in fitting if key.get("endDateTime")]
        return max(ends, key=parse_time) if ends else None

    def as_dict(self) -> dict[str, Any]:
        """Return it as an assessment carries it: nothing secret."""
        run_as, entra = self.run_as, self.entra
        return {
            "connection": run_as.connection or None,
            "kind": run_as.kind,
            "origin": self.origin,
            "status": self.status,
            "application_id": run_as.application_id,
            "tenant_id": run_as.tenant_id,
            "subscription_id": run_as.subscription_id,
            "certificate": run_as.certificate or (self.named["name"] if self.named else None),
            "thumbprint": run_as.thumbprint,
            "expires": self._expires,
            "days_left": self._days_left,
            "missing": list(self.missing),
            "differs": list(self.differs),
            "application": _shown_application(entra.application),
            "service_principal": _shown_principal(entra.principal),
            "entra_unread": self._unread(),
        }

    def _unread(self) -> str | None:
        if self.entra.tenant is not None:
            return f"the application belongs to tenant {self.entra.tenant}, not to the tenant of the login"
        return self.entra.unread

    def findings(self) -> list[Finding]:
        """Return what a person should know about it."""
        run_as = self.run_as
        resource = self._resource
        name = run_as.connection or "(none)"
        found: list[Finding] = []
        if run_as.kind == "classic":
            found.append(finding("RA103", resource, connection=name))
        if self.missing:
            found.append(finding("RA102", resource, connection=name, missing=", ".join(self.missing)))
        if self.differs:
            found.append(finding("RA105", resource, connection=name, differs="; ".join(self.differs)))
        found += self._findings_of_time(resource, name)
        if self.is_azure:
            found += self._findings_of_entra(resource, name)
        return found

    @property
    def _resource(self) -> str:
        if self.run_as.connection:
            return self.account.child("connections", self.run_as.connection)
        return self.account.child("certificates", self.run_as.certificate or "")

    def _findings_of_time(self, resource: str, name: str) -> list[Finding]:
        days = self._days_left
        if days is None or days > SOON_DAYS:
            return []
        code = "RA101" if days < 0 else "RA106"
        return [finding(code, resource, connection=name, expired=self._expires, days=days)]

    def _findings_of_entra(self, resource: str, name: str) -> list[Finding]:
        found = []
        unread = self._unread()
        if unread is not None:
            what = f"Application {self.run_as.application_id} of Run As connection {name}"
            code = code_of(self.entra_error) if self.entra_error is not None else FORBIDDEN
            found.append(finding(code, resource, what=what, reason=unread))
        if self.origin == MANUAL:
            display_name = (self.entra.application or {}).get("displayName")
            found.append(finding("RA107", resource, connection=name, application=display_name))
        if self.entra.principal is not None and not is_enabled(self.entra.principal):
            found.append(finding("RA108", resource, connection=name, application=self.run_as.application_id))
        return found


def origin_of(account: AccountId, application: Json) -> str:
    """Return who made an application: its certificates tell by their subject, which Graph shows as their name.

    The service wrote the account, its resource group and its subscription (docs/contract.md, 3.6). Where no
    subject is shown the application's name decides, which the portal began with the account's; anybody can do so.
    """
    keys = application.get("keyCredentials") or []
    subjects = [str(key["displayName"]).lower() for key in keys if key.get("displayName")]
    if subjects:
        ours = f"dc={account.name}_{account.resource_group}_{account.subscription_id}".lower()
        return PORTAL if ours in subjects else MANUAL
    if not keys:
        return UNKNOWN
    named_as_account = str(application.get("displayName") or "").lower().startswith(f"{account.name.lower()}_")
    return PORTAL if named_as_account else MANUAL


def survey_run_as(
    session: Session,
    account: AccountId,
    connections: Sequence[Json],
    certificates: Sequence[Json] | None,
    login_tenant: str | None,
    now: datetime,
    max_parallel: int,
) -> list[Surveyed]:
    """Return the Run As accounts behind these connections (JSON with fields), Entra asked for each application.

    ``certificates`` are None where they could not be read: then none is said to be missing.
    Whatever keeps Graph from answering is told in each, and keeps nothing else from being read.
    """
    found = assets_of(account, connections, certificates or (), now)
    if certificates is None:
        found = [replace(one, run_as=_without_asset(one.run_as)) for one in found]
    return in_parallel(lambda one: _with_entra(session, one, login_tenant), found, max_parallel)


def _without_asset(run_as: RunAs) -> RunAs:
    return replace(run_as, missing=tuple(part for part in run_as.missing if part != _NO_ASSET))


def assets_of(
    account: AccountId, connections: Sequence[Json], certificates: Sequence[Json], now: datetime
) -> list[Surveyed]:
    """Return the Run As accounts that the assets show. Pure."""
    whole = [
        Surveyed(account, run_as, now, named=_named(run_as, certificates))
        for run_as in classify(connections, certificates, now)
    ]
    return [*whole, *_without_connection(account, connections, certificates, now)]


def _named(run_as: RunAs, certificates: Sequence[Json]) -> Json | None:
    """Return the certificate asset that is meant by its name, where none has the connection's thumbprint."""
    if run_as.kind != "azure" or run_as.certificate or not run_as.thumbprint:
        return None
    names = {_CERTIFICATES["azure"].lower(), re.sub("connection$", "certificate", run_as.connection.lower())}
    return next((item for item in certificates if item["name"].lower() in names), None)


def _without_connection(
    account: AccountId, connections: Sequence[Json], certificates: Sequence[Json], now: datetime
) -> list[Surveyed]:
    """Return what is left of Run As accounts whose connection is gone: the certificate asset that the portal named."""
    kinds = {kind_of(connection) for connection in connections}
    left = []
    for kind, name in _CERTIFICATES.items():
        asset = next((item for item in certificates if item["name"].lower() == name.lower()), None)
        if asset is None or kind in kinds:
            continue
        expires = (asset.get("properties") or {}).get("expiryTime")
        expired = expires is not None and parse_time(expires) <= now
        run_as = RunAs("", kind, certificate=asset["name"], expires=expires, expired=expired, missing=(_NO_CONNECTION,))
        left.append(Surveyed(account, run_as, now))
    return left


def _with_entra(session: Session, one: Surveyed, login_tenant: str | None) -> Surveyed:
    if not one.is_azure or not one.run_as.application_id:
        return one
    try:
        return replace(one, entra=find_entra(session, one.run_as, login_tenant))
    except MissingPackage:
        raise
    except AzureError as error:
        return replace(one, entra=Entra(unread=str(error)), entra_error=error)


def _thumbprints(application: Json) -> list[str]:
    """customKeyIdentifier is the thumbprint in upper-case hex, as text (section 5)."""
    keys = application.get("keyCredentials") or []
    return [str(key["customKeyIdentifier"]).upper() for key in keys if key.get("customKeyIdentifier")]


def _asset_thumbprint(certificate: Json) -> str:
    return str((certificate.get("properties") or {}).get("thumbprint") or "none")


def _shown_application(application: Json | None) -> dict[str, Any] | None:
    if application is None:
        return None
    keys = application.get("keyCredentials") or []
    return {
        "object_id": application["id"],
        "display_name": application.get("displayName"),
        "certificates": [
            {"thumbprint": key.get("customKeyIdentifier"), "ends": key.get("endDateTime")} for key in keys
        ],
        "secrets": len(application.get("passwordCredentials") or []),
    }


def _shown_principal(principal: Json | None) -> dict[str, Any] | None:
    return None if principal is None else {"id": principal["id"], "enabled": is_enabled(principal)}
