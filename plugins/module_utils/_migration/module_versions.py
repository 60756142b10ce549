# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which versions of modules log in with an identity, and which ones to import. Data; sources are with each table."""

from __future__ import annotations

from collections.abc import Mapping

from .._runbook.needed_modules import AZURERM_LOGIN

AZ_ACCOUNTS = "Az.Accounts"
AZURERM_PROFILE = AZURERM_LOGIN[0]

# The least version whose login knows the identity of an Automation account. No page names one for Az.Accounts; this was
# the latest when such identities began, and Azure's page asked for the latest (docs/contract.md, 3.5).
LEAST: Mapping[str, str] = {AZ_ACCOUNTS: "2.2.8", AZURERM_PROFILE: AZURERM_LOGIN[1]}

# Az 11.2.0 of January 2024, which Azure itself gives to the jobs of PowerShell 5.1 and 7.2 (docs/contract.md, 3.5.1).
# The members of a release are made and tested together, so that each one is content with its Az.Accounts. From the
# manifest of Az 10.1.0 and the change logs of 10.2.0 to 11.2.0 in the public repository Azure/azure-powershell
# (tools/Az/Az.psd1, ChangeLog.md); only the modules that rewritten runbooks may call.
_AZ_11_2 = {
    AZ_ACCOUNTS: "2.15.0",
    "Az.AnalysisServices": "1.1.4",
    "Az.ApiManagement": "4.0.2",
    "Az.ApplicationInsights": "2.2.3",
    "Az.Automation": "1.10.0",
    "Az.Batch": "3.5.0",
    "Az.Billing": "2.0.3",
    "Az.Cdn": "3.1.1",
    "Az.CognitiveServices": "1.14.1",
    "Az.Compute": "7.1.1",
    "Az.ContainerInstance": "4.0.0",
    "Az.ContainerRegistry": "4.1.3",
    "Az.DataFactory": "1.18.0",
    "Az.DataLakeAnalytics": "1.0.3",
    "Az.DataLakeStore": "1.3.0",
    "Az.DevTestLabs": "1.0.2",
    "Az.Dns": "1.2.0",
    "Az.EventGrid": "1.6.0",
    "Az.EventHub": "4.2.0",
    "Az.HDInsight": "6.1.0",
    "Az.IotHub": "2.7.5",
    "Az.KeyVault": "5.1.0",
    "Az.LogicApp": "1.5.0",
    "Az.MachineLearning": "1.1.3",
    "Az.MarketplaceOrdering": "2.0.0",
    "Az.Media": "1.1.2",
    "Az.Monitor": "5.0.0",
    "Az.Network": "7.3.0",
    "Az.NotificationHubs": "1.1.2",
    "Az.OperationalInsights": "3.2.0",
    "Az.PolicyInsights": "1.6.4",
    "Az.PowerBIEmbedded": "2.0.0",
    "Az.RecoveryServices": "6.7.0",
    "Az.RedisCache": "1.8.1",
    "Az.Relay": "2.0.0",
    "Az.Resources": "6.13.0",
    "Az.ServiceBus": "3.0.0",
    "Az.ServiceFabric": "3.3.2",
    "Az.SignalR": "2.0.0",
    "Az.Sql": "4.13.0",
    "Az.Storage": "6.1.0",
    "Az.StreamAnalytics": "2.0.0",
    "Az.TrafficManager": "1.2.2",
    "Az.Websites": "3.1.2",
}
# The last release but one of AzureRM.Profile; the gallery's page of it names no dependency.
_AZURERM = {AZURERM_PROFILE: "5.8.3"}

# What to import, by version of PowerShell. In 7.1 the newer Az.Accounts cannot be loaded (Azure/azure-powershell#21647,
# #21919), and Azure's page on runbook types has 2.6.0 working there; what goes with it was not looked up. Nothing is
# known for later versions of PowerShell.
RECOMMENDED: Mapping[str, Mapping[str, str]] = {
    "5.1": {**_AZ_11_2, **_AZURERM},
    "7.1": {AZ_ACCOUNTS: "2.6.0"},
    "7.2": _AZ_11_2,
}

_GALLERY = "https://www.powershellgallery.com/api/v2/package"
_BY_LOWER = {name.lower(): name for release in RECOMMENDED.values() for name in release}


def written(name: str) -> str:
    """Return a module's name as the gallery writes it, where it is known; names come in any case."""
    return _BY_LOWER.get(name.lower(), name)


def is_known(name: str) -> bool:
    """Tell whether the tables know a module."""
    return name.lower() in _BY_LOWER


def recommended(name: str, powershell: str) -> str | None:
    """Return the version to import of a module; None where none is sure to work."""
    return RECOMMENDED.get(powershell, {}).get(written(name))


def gallery_link(name: str, version: str) -> str:
    """Return the link to a module in the PowerShell Gallery, in the form that Azure takes (docs/contract.md, 3.5.1)."""
    return f"{_GALLERY}/{written(name)}/{version}"


def needs_az_accounts(name: str) -> bool:
    """Tell whether a module cannot be imported without Az.Accounts, which each other module of Az depends on."""
    return name.lower().startswith("az.") and name.lower() != AZ_ACCOUNTS.lower()
