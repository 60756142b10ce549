# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logins of other services: their parameters, and what a login with an identity needs there.

Sources: the cmdlets' reference pages (Connect-ExchangeOnline, Connect-MgGraph, Connect-MicrosoftTeams,
Connect-PnPOnline), parameter sets of the identity login; runbook-idioms, section 3.10.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .login_parameters import LOGIN, LOGINS, Parameter, Parameters, Role

# What is said of a service that knows no user-assigned identity.
SYSTEM_ONLY = "as the system-assigned identity of the account"
# Logins that have no form with an identity; their modules are retired.
NO_IDENTITY = frozenset({"connect-azuread", "connect-msolservice", "connect-aadrmservice", "connect-aipservice"})


@dataclass(frozen=True)
class Service:
    """One service: ``identity`` is the switch of its login, ``client`` the parameter for a user-assigned identity.

    ``legacy`` are modules and commands, lower case, beside which the module with the identity login cannot be the one
    in use; with ``must_be_named`` a runbook has to name the module, because an older one has the same login command.
    """

    module: str
    minimum: str
    identity: str
    client: str | None
    rights: str
    parameters: Parameters
    legacy: frozenset[str] = frozenset()
    must_be_named: bool = False

    def identity_arguments(self, client_id: str | None) -> str | None:
        """Return the arguments of the login; None when the service does not know user-assigned identities."""
        if client_id is None:
            return self.identity
        return None if self.client is None else f"{self.identity} {self.client} {client_id}"

    def obstacle(self, used: Iterable[str]) -> str | None:
        """Return under which condition the identity login works, when a script that uses these names does not meet it.

        The names are those of the script's commands and of the modules it names, lower case.
        """
        names = set(used)
        module = f"with module {self.module} {self.minimum} or newer"
        if names & self.legacy:
            return f"{module}; the runbook uses {min(names & self.legacy)}, which does not go with it"
        if self.must_be_named and self.module.lower() not in names:
            return f"{module}, which the runbook has to name with #Requires or Import-Module"
        return None


def _kept(*names: str) -> list[Parameter]:
    return [Parameter(name, Role.KEPT) for name in names]


def _switches(*names: str) -> list[Parameter]:
    return [Parameter(name, Role.KEPT, is_switch=True) for name in names]


_EXCHANGE = Service(
    module="ExchangeOnlineManagement",
    minimum="3.0.0",
    identity="-ManagedIdentity",
    client="-ManagedIdentityAccountId",
    rights="the application permission Exchange.ManageAsApp and a role such as Exchange Administrator",
    parameters=Parameters(
        Parameter("AppId", Role.APPLICATION),
        Parameter("CertificateThumbprint", Role.THUMBPRINT),
        Parameter("Organization", Role.ORGANIZATION),
        *_switches("ShowBanner", "BypassMailboxAnchoring", "EnableErrorReporting", "SkipLoadingFormatData"),
        *_switches("SkipLoadingCmdletHelp", "LoadCmdletHelp"),
        *_kept("CommandName", "FormatTypeName", "Prefix", "PageSize", "LogDirectoryPath", "LogLevel", "ShowProgress"),
        *_kept("TrackPerformance", "UseMultithreading", "ExchangeEnvironmentName", "SigningCertificate"),
        Parameter("ManagedIdentity", Role.IDENTITY, is_switch=True),
        Parameter("UseRPSSession", Role.FOREIGN, is_switch=True),
        Parameter("Device", Role.FOREIGN, is_switch=True),
        Parameter("InlineCredential", Role.FOREIGN, is_switch=True),
        *(Parameter(name, Role.FOREIGN) for name in ("Certificate", "CertificateFilePath", "CertificatePassword")),
        *(
            Parameter(name, Role.FOREIGN)
            for name in ("ConnectionUri", "Credential", "AccessToken", "UserPrincipalName")
        ),
        *(Parameter(name, Role.FOREIGN) for name in ("AzureADAuthorizationEndpointUri", "DelegatedOrganization")),
        *(Parameter(name, Role.FOREIGN) for name in ("ManagedIdentityAccountId", "PSSessionOption")),
    ),
)

_GRAPH = Service(
    module="Microsoft.Graph.Authentication",
    minimum="2.0.0",
    identity="-Identity",
    client="-ClientId",
    rights="the Microsoft Graph application permissions that the Run As application has",
    parameters=Parameters(
        Parameter("ClientId", Role.APPLICATION, ("AppId",)),
        Parameter("CertificateThumbprint", Role.THUMBPRINT),
        Parameter("TenantId", Role.TENANT, ("Audience", "Tenant")),
        Parameter("SendCertificateChain", Role.SWITCH),
        Parameter("Environment", Role.KEPT, ("EnvironmentName", "NationalCloud")),
        *_kept("ContextScope", "ClientTimeout"),
        *_switches("NoWelcome"),
        Parameter("Identity", Role.IDENTITY, ("ManagedIdentity", "ManagedServiceIdentity", "MSI"), is_switch=True),
        Parameter("ForceRefresh", Role.FOREIGN, is_switch=True),
        Parameter("UseDeviceCode", Role.FOREIGN, is_switch=True),
        Parameter("EnvironmentVariable", Role.FOREIGN, is_switch=True),
        *(Parameter(name, Role.FOREIGN) for name in ("Scopes", "Certificate", "AccessToken", "ClientSecretCredential")),
        Parameter("CertificateSubjectName", Role.FOREIGN, ("CertificateSubject", "CertificateName")),
    ),
    # gone in version 2, the first with -Identity
    legacy=frozenset({"select-mgprofile"}),
)

_TEAMS = Service(
    module="MicrosoftTeams",
    minimum="5.8.1",
    identity="-Identity",
    client=None,
    rights="the application permissions that Microsoft names for Teams PowerShell, and the role Teams Administrator",
    parameters=Parameters(
        Parameter("ApplicationId", Role.APPLICATION),
        Parameter("CertificateThumbprint", Role.THUMBPRINT),
        Parameter("TenantId", Role.TENANT),
        *_kept("LogLevel", "LogFilePath"),
        *_switches("WhatIf", "Confirm"),
        Parameter("Identity", Role.IDENTITY, ("MSI", "ManagedService"), is_switch=True),
        # identity logins work in the commercial cloud only
        *(Parameter(name, Role.FOREIGN) for name in ("TeamsEnvironmentName", "Credential", "AccountId", "Certificate")),
        *(Parameter(name, Role.FOREIGN) for name in ("AccessTokens",)),
    ),
)

_PNP = Service(
    module="PnP.PowerShell",
    minimum="2.1.0",
    identity="-ManagedIdentity",
    client="-UserAssignedManagedIdentityClientId",
    rights="the SharePoint application permissions that the Run As application has",
    parameters=Parameters(
        Parameter("ClientId", Role.APPLICATION, ("ApplicationId",)),
        Parameter("Thumbprint", Role.THUMBPRINT),
        Parameter("Tenant", Role.TENANT),
        *_kept("Url"),
        *_switches("ReturnConnection"),
        Parameter("ManagedIdentity", Role.IDENTITY, is_switch=True),
        # of these the identity login knows none
        *(Parameter(name, Role.FOREIGN) for name in ("AzureEnvironment", "TenantAdminUrl", "DriveName", "Connection")),
        *(Parameter(name, Role.FOREIGN) for name in ("Credentials", "CertificatePath", "CertificateBase64Encoded")),
        *(Parameter(name, Role.FOREIGN) for name in ("CertificatePassword", "AccessToken", "ClientSecret", "Realm")),
        *(Parameter(name, Role.FOREIGN, is_switch=True) for name in ("CreateDrive", "ValidateConnection")),
    ),
    legacy=frozenset({"sharepointpnppowershellonline"}),
    must_be_named=True,
)

SERVICES = {
    "connect-exchangeonline": _EXCHANGE,
    "connect-mggraph": _GRAPH,
    "connect-graph": _GRAPH,
    "connect-microsoftteams": _TEAMS,
    "connect-pnponline": _PNP,
}


def parameters_of(command: str) -> Parameters | None:
    """Return the parameters of a login command, lower case, of Azure or another service; None when it is none."""
    if command in LOGINS:
        return LOGIN
    return SERVICES[command].parameters if command in SERVICES else None
