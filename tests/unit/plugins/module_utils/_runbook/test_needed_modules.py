# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that a rewritten runbook needs."""

from __future__ import annotations

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, rewrite

LOGIN = (
    "$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    "{} -ServicePrincipal -TenantId $c.TenantId -ApplicationId $c.ApplicationId "
    "-CertificateThumbprint $c.CertificateThumbprint\n"
)
AZURERM_LOGIN = LOGIN.format("Add-AzureRmAccount")


def needed(script: str, **options: str) -> list[tuple[str, str | None, int, str]]:
    outcome = rewrite(script.encode(), "PowerShell", RewriteOptions(**options))
    return [(module.name, module.minimum, module.line, module.needed_by) for module in outcome.modules]


def test_cmdlets_need_their_modules_each_once() -> None:
    assert needed(AZURERM_LOGIN + "Get-AzureRmVM\nStop-AzureRmVM\nFind-AzureRmResource\n") == [
        ("Az.Accounts", None, 2, "Add-AzureRmAccount"),
        ("Az.Compute", None, 3, "Get-AzureRmVM"),
        ("Az.Resources", None, 5, "Find-AzureRmResource"),
    ]


def test_a_runbook_of_az_needs_the_modules_of_its_cmdlets() -> None:
    assert needed(
        LOGIN.format("Connect-AzAccount") + "Get-AzVM\nGet-AzUnheardOf\nfunction Get-AzDisk {}\nGet-AzDisk\n"
    ) == [
        ("Az.Accounts", None, 2, "Connect-AzAccount"),
        ("Az.Compute", None, 3, "Get-AzVM"),
    ]


def test_what_stays_on_azurerm_needs_its_modules_and_a_login_that_knows_identities() -> None:
    assert needed(AZURERM_LOGIN + "Get-AzureRmVM\nGet-AzureStorageBlob\n", azurerm="keep") == [
        ("AzureRM.Profile", "5.8.2", 2, "Add-AzureRmAccount"),
        ("AzureRM.Compute", None, 3, "Get-AzureRmVM"),
        ("Azure.Storage", None, 4, "Get-AzureStorageBlob"),
    ]


def test_aliases_need_the_modules_of_az() -> None:
    assert [module[0] for module in needed(AZURERM_LOGIN + "Get-AzureRmVM\n", azurerm="alias")] == [
        "Az.Accounts",
        "Az.Compute",
    ]


def test_what_is_required_and_imported_is_needed_with_its_version() -> None:
    script = (
        "#Requires -Version 5.0 -Modules @{ModuleName='OpsTools'; ModuleVersion='1.2'}, AzureRM.Compute\n"
        "Import-Module OpsTools -MinimumVersion 1.10\n"
        "Import-Module 'SqlServer', 'Az.Sql'\n"
        "Import-Module .\\Local.psm1\n"
        "Import-Module $name\n"
    )
    assert needed(script + AZURERM_LOGIN, azurerm="keep") == []  # both families
    assert needed(script.replace("Az.Sql", "AzureRM.Sql") + AZURERM_LOGIN) == [
        ("Az.Compute", None, 1, "#Requires"),
        ("OpsTools", "1.10", 1, "#Requires"),
        ("Az.Sql", None, 3, "Import-Module"),
        ("SqlServer", None, 3, "Import-Module"),
        ("Az.Accounts", None, 7, "Add-AzureRmAccount"),
    ]


def test_the_text_of_a_secret_needs_a_module_that_gives_it() -> None:
    script = AZURERM_LOGIN + "(Get-AzureKeyVaultSecret -VaultName ops -Name key){}\n"
    assert needed(script.format(".SecretValueText"))[1] == ("Az.KeyVault", "3.3.0", 3, "Get-AzureKeyVaultSecret")
    assert needed(script.format(".SecretValue"))[1] == ("Az.KeyVault", None, 3, "Get-AzureKeyVaultSecret")


def test_a_refused_runbook_needs_nothing() -> None:
    assert needed(AZURERM_LOGIN + "Get-AzureRmBackupVault\n") == []
