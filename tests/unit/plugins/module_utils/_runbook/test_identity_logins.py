# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a runbook logs in with a managed identity."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.identity_logins import (
    logs_in_with_identity,
    names_client,
)

CLIENT = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    "text",
    [
        "Connect-AzAccount -Identity",
        "Disable-AzContextAutosave\nAdd-AzAccount -Environment 'x' -Identity | Out-Null",
        "Connect-AzAccount `\n  -Tenant $t `\n  -Identity",
        "connect-azaccount -identity",
        f"Connect-AzAccount -Identity -AccountId {CLIENT}",
        "$login = @{\n    Identity = $true\n}\nConnect-AzAccount @login",
        "Connect-MgGraph -Identity",
        "Connect-ExchangeOnline -ManagedIdentity -Organization x",
        "Invoke-RestMethod -Uri $env:IDENTITY_ENDPOINT -Headers @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER }",
        "from azure.identity import ManagedIdentityCredential\ncredential = ManagedIdentityCredential()",
        "credential = DefaultAzureCredential()",
        "requests.get('http://169.254.169.254/metadata/identity/oauth2/token')",
    ],
)
def test_a_login_with_an_identity_is_seen(text: str) -> None:
    assert logs_in_with_identity(text.encode()) is True
    assert logs_in_with_identity(text.encode("utf-16")) is True


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -CertificateThumbprint $c.CertificateThumbprint",
        "# Connect-AzAccount -Identity",
        "<#\nConnect-AzAccount -Identity\n#>\nGet-Date",
        "Get-ADUser -Identity 'somebody'",
        "Add-ADGroupMember -Identity 'group' -Members 'somebody'",
        "Connect-AzAccount -ServicePrincipal\nGet-ADUser -Identity 'somebody'",
        "Connect-AzAccount -ServicePrincipal; Get-ADUser -Identity 'somebody'",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert logs_in_with_identity(text.encode()) is False


def test_a_graph_that_cannot_be_read_is_not_judged() -> None:
    assert logs_in_with_identity(b'{"SchemaVersion": "1", "RunbookDefinition": "bm90IGEgZ3JhcGg="}') is None


def test_a_text_in_an_unknown_encoding_is_looked_through_all_the_same() -> None:
    assert logs_in_with_identity(b"\xff\xfa\nConnect-AzAccount -Identity") is True
    assert logs_in_with_identity(b"\xff\xfa\nGet-Date") is False


def test_a_client_id_is_found_in_any_case() -> None:
    text = f"Connect-AzAccount -Identity -AccountId {CLIENT.upper()}".encode()
    assert names_client(text, CLIENT)
    assert not names_client(b"Connect-AzAccount -Identity", CLIENT)
