# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Run As accounts of an estate: connection, certificate asset, application, service principal, roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azure_simulator import entra
from azure_simulator import estate_model as model
from azure_simulator.clock import graph_text, offset_text
from azure_simulator.estate import EstateError
from azure_simulator.estate_build import DAY, Builder
from azure_simulator.providers.automation.model import Account, add_asset
from azure_simulator.world import Subscription

VALID_DAYS, EXPIRED_DAYS = 200, -30
CONNECTIONS = {"azure": "AzureRunAsConnection", "classic": "AzureClassicRunAsConnection"}
CERTIFICATES = {"azure": "AzureRunAsCertificate", "classic": "AzureClassicRunAsCertificate"}
# Microsoft's own script writes Classic's with a trailing space (contract 3.1).
_TYPES = {"azure": "AzureServicePrincipal", "classic": "AzureClassicCertificate "}


@dataclass(frozen=True)
class RunAsNames:
    """The account that Run As accounts are added to, and what it is called."""

    name: str
    account: Account
    subscription: Subscription


def add_run_as(builder: Builder, owner: RunAsNames, run_as: model.RunAs, position: int, place: str) -> None:
    """Build one Run As account; ``position`` is its place among those of the account.

    EstateError when its connection has the name of one that is there already; a certificate may serve two.
    """
    maker = _RunAsBuilder(builder, owner, run_as, place)
    if run_as.kind == "classic":
        maker.add_classic()
    else:
        maker.add_azure(position)


class _RunAsBuilder:
    """Builds one Run As account."""

    def __init__(self, builder: Builder, owner: RunAsNames, run_as: model.RunAs, place: str) -> None:
        self.builder = builder
        self.world = builder.world
        self.owner = owner
        self.account = owner.account
        self.run_as = run_as
        self.place = place
        self.connection = run_as.connection or CONNECTIONS[run_as.kind]

    def add_azure(self, position: int) -> None:
        run_as = self.run_as
        name = run_as.application or self._application_name(position)
        tenant = self.world.tenants[self.account.tenant_id.lower()]
        application = self.builder.add_service_principal(name, tenant)
        principal = self.builder.principals[name]
        fields = {
            "ApplicationId": application.data["appId"],
            "TenantId": tenant.id,
            "CertificateThumbprint": entra.thumbprint_of(self._certificate(name, "connection")),
            "SubscriptionId": self.owner.subscription.id,
        }
        if "application_id" in run_as.missing:
            del fields["ApplicationId"]
        self._add_connection(fields)
        self._add_certificate(self._certificate(name, "certificate"))
        if "credential" not in run_as.missing:
            self._add_key(application.data, name)
        if "role" not in run_as.missing:
            self.builder.assign_all(run_as.roles, principal.id, self.owner.subscription, f"{self.place}.roles")
        if not run_as.enabled:
            principal.data["accountEnabled"] = False
        if "application" in run_as.missing:
            self.world.remove_object(application.id)
        if "application" in run_as.missing or "service_principal" in run_as.missing:
            self.world.remove_object(principal.id)

    def _application_name(self, position: int) -> str:
        """The portal appends a random text to the account's name (contract 3.6); a person writes anything."""
        if self.run_as.origin == "manual":
            return f"sp-{self.owner.name}" if position == 0 else f"sp-{self.owner.name}-{position + 1}"
        seed = [self.account.id] if position == 0 else [self.account.id, self.connection]
        return f"{self.owner.name}_{self.builder.make_id('runas', *seed)[:8]}"

    def _certificate(self, name: str, part: str) -> bytes:
        """The certificate that a part of it names; one that differs names one of its own."""
        return entra.certificate_bytes(f"{name}, another one" if part in self.run_as.differs else name)

    def _add_key(self, application: entra.Wire, name: str) -> None:
        """Accounts that share the application share its certificate."""
        certificate = self._certificate(name, "application")
        key_id = self.builder.make_id("key", name)
        if all(item["keyId"] != key_id for item in application["keyCredentials"]):
            born = graph_text(self.builder.born)
            item = entra.key_credential(key_id, certificate, self._subject(), born, graph_text(self._end()))
            application["keyCredentials"].append(item)

    def _subject(self) -> str:
        """The subject of the certificate as a person's script or the service makes it (contract 3.6)."""
        if self.run_as.origin == "manual":
            return f"CN={self.owner.name}{CERTIFICATES['azure']}"
        return f"DC={self.owner.name}_{self.account.group}_{self.account.subscription_id}"

    def add_classic(self) -> None:
        # The first of an account has had this certificate always.
        more = "" if self.run_as.connection is None else f" {self.connection}"
        fields = {
            "SubscriptionName": self.owner.subscription.name,
            "SubscriptionId": self.owner.subscription.id,
            "CertificateAssetName": self.run_as.certificate or CERTIFICATES["classic"],
        }
        self._add_connection(fields)
        self._add_certificate(entra.certificate_bytes(f"{self.owner.name} classic{more}"))

    def _end(self) -> int:
        return self.builder.now + days_of(self.run_as) * DAY

    def _add_connection(self, fields: dict[str, str]) -> None:
        if "connection" in self.run_as.missing:
            return
        type_name = self.run_as.connection_type or _TYPES[self.run_as.kind]
        properties = {"description": None, "fieldDefinitionValues": fields, "connectionType": {"name": type_name}}
        if self.connection.lower() in self.account.connections:
            taken = f"there are two connections called {self.connection!r}; give one of them another name"
            raise EstateError(f"{self.place}: {taken}.")
        self._asset("connections", self.connection, properties)

    def _add_certificate(self, certificate: bytes) -> None:
        if "certificate" in self.run_as.missing:
            return
        properties = {
            "description": None,
            "isExportable": True,
            "thumbprint": entra.thumbprint_of(certificate),
            "expiryTime": offset_text(self._end()),
        }
        self._asset("certificates", self.run_as.certificate or CERTIFICATES[self.run_as.kind], properties)

    def _asset(self, kind: str, name: str, properties: Mapping[str, object]) -> None:
        made = add_asset(self.world, self.account, kind, name, dict(properties))
        made.created = made.modified = self.builder.born


def days_of(run_as: model.RunAs) -> int:
    """The days until its certificate expires."""
    if run_as.certificate_days is not None:
        return run_as.certificate_days
    return EXPIRED_DAYS if run_as.status == "expired" else VALID_DAYS
