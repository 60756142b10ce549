# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PowerShell modules that an account has without anybody importing them (contract 3.5).

They are the same in every account, so they are kept once; those that an account imports stand before them.
"""

from __future__ import annotations

from azure_simulator.providers.automation.model import Account, Asset

# Modules of an account that had AzureRM updated before it was retired, and got Az with the service's own updates.
_AZ = [
    "Advisor",
    "Aks",
    "AnalysisServices",
    "ApiManagement",
    "App",
    "AppConfiguration",
    "ApplicationInsights",
    "Attestation",
    "Automation",
    "Batch",
    "Billing",
    "Cdn",
    "CloudService",
    "CognitiveServices",
    "Compute",
    "ContainerInstance",
    "ContainerRegistry",
    "CosmosDB",
    "DataFactory",
    "DataLakeAnalytics",
    "DataLakeStore",
    "DataProtection",
    "DataShare",
    "Databricks",
    "DesktopVirtualization",
    "DevTestLabs",
    "Dns",
    "EventGrid",
    "EventHub",
    "FrontDoor",
    "Functions",
    "HDInsight",
    "HealthcareApis",
    "IotHub",
    "KeyVault",
    "Kusto",
    "LogicApp",
    "MachineLearning",
    "Maintenance",
    "ManagedServiceIdentity",
    "ManagedServices",
    "Media",
    "Migrate",
    "Monitor",
    "MySql",
    "Network",
    "NotificationHubs",
    "OperationalInsights",
    "PolicyInsights",
    "PostgreSql",
    "PowerBIEmbedded",
    "PrivateDns",
    "RecoveryServices",
    "RedisCache",
    "Relay",
    "ResourceGraph",
    "Resources",
    "Security",
    "ServiceBus",
    "ServiceFabric",
    "SignalR",
    "Sql",
    "SqlVirtualMachine",
    "Storage",
    "StorageSync",
    "StreamAnalytics",
    "Support",
    "Synapse",
    "TrafficManager",
    "Websites",
]
_AZURERM = [
    "Automation",
    "Backup",
    "Compute",
    "DataFactories",
    "DataFactoryV2",
    "Dns",
    "Insights",
    "KeyVault",
    "Network",
    "OperationalInsights",
    "RecoveryServices",
    "Resources",
    "Sql",
    "Storage",
    "Tags",
    "Websites",
]
_VERSIONS = {
    "Az": "11.2.0",
    "Az.Accounts": "2.15.0",
    "AzureRM.Profile": "5.8.3",
    **{f"AzureRM.{name}": "6.13.1" for name in _AZURERM},
    "Azure": "5.3.0",
    "Azure.Storage": "4.6.1",
    "Orchestrator.AssetManagement.Cmdlets": None,
    **{f"Az.{name}": None for name in _AZ},
}
_OF_POWERSHELL_7 = {name: version for name, version in _VERSIONS.items() if name == "Az" or name.startswith("Az.")}


def module_properties(version: str | None, *, is_global: bool, state: str = "Succeeded") -> dict[str, object]:
    """A module's properties; those that the service brings have no version of their own (contract 3.5)."""
    return {
        "isGlobal": is_global,
        "version": version,
        "sizeInBytes": 0,
        "activityCount": 0,
        "error": {"code": None, "message": "" if state != "Failed" else "Error importing the module."},
        "provisioningState": state,
        "isComposite": False,
    }


def _assets(versions: dict[str, str | None]) -> dict[str, Asset]:
    return {
        name.lower(): Asset(name, module_properties(version, is_global=True, state="Created"))
        for name, version in versions.items()
    }


_DEFAULTS = {
    "modules": _assets(_VERSIONS),
    "powershell7_modules": _assets(_OF_POWERSHELL_7),
    "powershell72_modules": _assets(_OF_POWERSHELL_7),
}


def with_defaults(account: Account, collection: str) -> dict[str, Asset]:
    """The assets of one collection; for modules the account's own and the default ones."""
    own: dict[str, Asset] = getattr(account, collection)
    return {**_DEFAULTS.get(collection, {}), **own} if account.default_modules else own
