# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login commands and their parameters: which fall away, which stay, which forbid the rewrite.

Parameter sets: runbook-idioms, section 3.1 (``ManagedServiceLogin``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

AZ = "Az"
AZURERM = "AzureRM"
ENVIRONMENT = "Environment"

LOGINS = {
    "connect-azaccount": AZ,
    "add-azaccount": AZ,
    "login-azaccount": AZ,
    "connect-azurermaccount": AZURERM,
    "add-azurermaccount": AZURERM,
    "login-azurermaccount": AZURERM,
}


class Role(Enum):
    """What becomes of a parameter of a service-principal login."""

    SWITCH = "switch"
    TENANT = "tenantid"
    APPLICATION = "applicationid"
    THUMBPRINT = "certificatethumbprint"
    SUBSCRIPTION = "subscriptionid"
    ORGANIZATION = "organization"
    KEPT = "kept"
    IDENTITY = "identity"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Parameter:
    """One parameter of the login commands of both families."""

    name: str
    role: Role
    aliases: tuple[str, ...] = ()
    is_switch: bool = False


# about_CommonParameters
_COMMON = (
    Parameter("Verbose", Role.KEPT, ("vb",), is_switch=True),
    Parameter("Debug", Role.KEPT, ("db",), is_switch=True),
    Parameter("ErrorAction", Role.KEPT, ("ea",)),
    Parameter("WarningAction", Role.KEPT, ("wa",)),
    Parameter("InformationAction", Role.KEPT, ("infa",)),
    Parameter("ProgressAction", Role.KEPT, ("proga",)),
    Parameter("ErrorVariable", Role.KEPT, ("ev",)),
    Parameter("WarningVariable", Role.KEPT, ("wv",)),
    Parameter("InformationVariable", Role.KEPT, ("iv",)),
    Parameter("OutVariable", Role.KEPT, ("ov",)),
    Parameter("OutBuffer", Role.KEPT, ("ob",)),
    Parameter("PipelineVariable", Role.KEPT, ("pv",)),
)


# Of the spellings that were looked up as many are remembered; scripts may write anything.
_MOST_SPELLINGS = 1000


class Parameters:
    """The parameters of some command, and those that every command has."""

    def __init__(self, *own: Parameter) -> None:
        self._by_spelling = {s.lower(): p for p in (*own, *_COMMON) for s in (p.name, *p.aliases)}
        self._found: dict[str, Parameter | None] = {}

    def find(self, written: str) -> Parameter | None:
        """Return the parameter that PowerShell takes ``written`` for; None when unknown or ambiguous.

        A full name or alias wins; else a beginning that only one parameter has (about_Parameters).
        """
        written = written.lower()
        if written not in self._found and len(self._found) < _MOST_SPELLINGS:
            self._found[written] = self._look_up(written)
        return self._found[written] if written in self._found else self._look_up(written)

    def _look_up(self, written: str) -> Parameter | None:
        if written in self._by_spelling:
            return self._by_spelling[written]
        begun = {p for spelling, p in self._by_spelling.items() if written and spelling.startswith(written)}
        return begun.pop() if len(begun) == 1 else None

    def is_switch(self, written: str) -> bool:
        """Tell whether the parameter so written takes no value."""
        found = self.find(written)
        return found is not None and found.is_switch


LOGIN = Parameters(
    Parameter("ServicePrincipal", Role.SWITCH, is_switch=True),
    Parameter("SendCertificateChain", Role.SWITCH, is_switch=True),
    Parameter("Tenant", Role.TENANT, ("TenantId", "Domain")),
    Parameter("ApplicationId", Role.APPLICATION),
    Parameter("CertificateThumbprint", Role.THUMBPRINT),
    Parameter("Subscription", Role.SUBSCRIPTION, ("SubscriptionId", "SubscriptionName")),
    Parameter(ENVIRONMENT, Role.KEPT, ("EnvironmentName",)),
    Parameter("ContextName", Role.KEPT),
    Parameter("Scope", Role.KEPT),
    Parameter("AuthScope", Role.KEPT, ("AuthScopeTypeName",)),
    Parameter("MaxContextPopulation", Role.KEPT),
    Parameter("DefaultProfile", Role.KEPT, ("AzContext", "AzureRmContext", "AzureCredential")),
    Parameter("SkipContextPopulation", Role.KEPT, is_switch=True),
    Parameter("Force", Role.KEPT, is_switch=True),
    Parameter("WhatIf", Role.KEPT, ("wi",), is_switch=True),
    Parameter("Confirm", Role.KEPT, ("cf",), is_switch=True),
    Parameter("Identity", Role.IDENTITY, ("MSI", "ManagedService"), is_switch=True),
    Parameter("AccountId", Role.FOREIGN),
    Parameter("Credential", Role.FOREIGN),
    Parameter("CertificatePath", Role.FOREIGN),
    Parameter("CertificatePassword", Role.FOREIGN),
    Parameter("AccessToken", Role.FOREIGN),
    Parameter("GraphAccessToken", Role.FOREIGN),
    Parameter("MicrosoftGraphAccessToken", Role.FOREIGN),
    Parameter("KeyVaultAccessToken", Role.FOREIGN),
    Parameter("FederatedToken", Role.FOREIGN, ("ClientAssertion",)),
    Parameter("ClaimsChallenge", Role.FOREIGN),
    Parameter("SkipValidation", Role.FOREIGN, is_switch=True),
    Parameter("UseDeviceAuthentication", Role.FOREIGN, ("Device", "DeviceAuth", "DeviceCode"), is_switch=True),
    Parameter("ManagedServicePort", Role.FOREIGN),
    Parameter("ManagedServiceHostName", Role.FOREIGN),
    Parameter("ManagedServiceSecret", Role.FOREIGN),
)


def parameter(written: str) -> Parameter | None:
    """Return the parameter of the login commands that PowerShell takes ``written`` for."""
    return LOGIN.find(written)


def is_switch(written: str) -> bool:
    """Tell whether the parameter of the login commands so written takes no value."""
    return LOGIN.is_switch(written)
