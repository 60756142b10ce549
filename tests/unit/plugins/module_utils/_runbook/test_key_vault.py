# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a runbook uses Key Vault, in every language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import key_vault_uses
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    Code,
    Command,
    Drawing,
    Link,
    constant,
    expression,
    machines,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import runbook_of


def uses(text: str, kind: str = "PowerShell") -> list[tuple[int, str]]:
    found = key_vault_uses(text.encode(), kind)
    assert found is not None
    return [(use.line, use.what) for use in found]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Get-AzKeyVaultSecret -VaultName kv -Name x", "Get-AzKeyVaultSecret"),
        ("(get-azurekeyvaultsecret kv x).SecretValueText", "get-azurekeyvaultsecret"),
        ("Set-AzureRmKeyVaultAccessPolicy -VaultName kv", "Set-AzureRmKeyVaultAccessPolicy"),
        ("Az.KeyVault\\Get-AzKeyVault", "Az.KeyVault"),
        ("Get-AzManagedHsm", "Get-AzManagedHsm"),
        ("& 'Get-AzKeyVaultKey' -VaultName kv", "Get-AzKeyVaultKey"),
        ('Invoke-RestMethod "https://$name.vault.azure.net/secrets/x"', "vault.azure.net"),
        ("$uri = 'https://kv.vault.usgovcloudapi.net/'", "vault.usgovcloudapi.net"),
        ("Get-AzResource -ResourceType Microsoft.KeyVault/vaults", "Microsoft.KeyVault"),
        ("az  keyvault secret show --name x", "az keyvault"),
        ("Register-SecretVault -ModuleName Az.KeyVault", "Az.KeyVault"),
        ("workflow W { inlinescript { Get-AzKeyVaultSecret } }", "Get-AzKeyVaultSecret"),
    ],
)
def test_a_powershell_runbook_that_uses_key_vault_is_seen(text: str, what: str) -> None:
    assert (3, what) in uses(f"Connect-AzAccount\n\n{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Get-AzVM | Stop-AzVM",
        "# Get-AzKeyVaultSecret\nGet-AzVM",
        "<#\n vault.azure.net\n#>\nGet-AzVM",
        "#Requires -Modules Az.KeyVault\nGet-AzVM",
        "Get-AzVM\n#requires -modules Az.KeyVault\n",
        "$keyVaultRetired = $true; Write-Output 'no more Key Vault'",
        "Get-AzRecoveryServicesVault; Get-AzDataProtectionBackupVault",
        "Invoke-RestMethod https://myvault.azure.example",
    ],
)
def test_a_powershell_runbook_that_does_not_is_clean(text: str) -> None:
    assert uses(text) == []


def test_comments_count_where_the_script_cannot_be_read_for_certain() -> None:
    assert uses("if ( { Get-AzVM # Get-AzKeyVaultSecret") != []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("from azure.keyvault.secrets import SecretClient", "azure.keyvault"),
        ("from azure.mgmt.keyvault import KeyVaultManagementClient", "azure.mgmt.keyvault"),
        ("import requests\nrequests.get('https://kv.vault.azure.net/secrets/x')", "vault.azure.net"),
    ],
)
def test_a_python_runbook_that_uses_key_vault_is_seen(text: str, what: str) -> None:
    assert what in [use for dummy, use in uses(text, "Python3")]


def test_a_python_comment_is_no_use() -> None:
    assert uses("import os\n# azure.keyvault\nprint(os.name)\n", "Python3") == []


def graphical(*activities: Command | Code, links: Sequence[Link] = ()) -> list[str]:
    found = key_vault_uses(runbook_of(Drawing(list(activities), list(links))), "GraphPowerShell")
    assert found is not None
    return [use.what for use in found]


def test_a_graphical_runbook_names_the_activity() -> None:
    of_machines = "activity 'List machines': "
    assert graphical(machines("Get-AzKeyVaultSecret")) == [f"{of_machines}Get-AzKeyVaultSecret"]
    assert graphical(machines(Name=expression("(Get-AzKeyVault kv).Name"))) == [f"{of_machines}Get-AzKeyVault"]
    assert graphical(machines(Uri=constant("https://kv.vault.azure.net"))) == [f"{of_machines}vault.azure.net"]


def test_the_condition_of_a_link_is_told_of_where_it_leads() -> None:
    link = Link("First", "List machines", "(Get-AzKeyVaultSecret kv x) -ne $null")
    first = Command("First", "Get-AzContext", {})
    assert graphical(first, machines(), links=[link]) == ["activity 'List machines': Get-AzKeyVaultSecret"]


def test_a_graphical_runbook_without_key_vault_is_clean() -> None:
    assert graphical(machines(Name=expression("$x # Get-AzKeyVaultSecret"))) == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00\xd8", b'{"SchemaVersion":"1.10","RunbookDefinition":"broken"}'])
def test_what_cannot_be_read_is_not_taken_for_clean(content: bytes) -> None:
    assert key_vault_uses(content, "GraphPowerShell") is None
