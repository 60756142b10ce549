# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diffs of runbooks: changed lines only, no secret, nothing that steers a terminal."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._masked_diff import (
    MASK,
    masked,
    masked_diff,
)


def test_changed_lines_only() -> None:
    before = b"$secretive = 'x'\r\nConnect-AzAccount -ServicePrincipal\r\nGet-AzVM\r\n"
    after = b"$secretive = 'x'\r\nConnect-AzAccount -Identity\r\nGet-AzVM\r\n"
    assert masked_diff("rb", before, after).splitlines() == [
        "--- rb (before)",
        "+++ rb (after)",
        "@@ -2 +2 @@",
        "-Connect-AzAccount -ServicePrincipal",
        "+Connect-AzAccount -Identity",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "$password = 'FAKE-hunter'",
        '$adminPassword="FAKE-hunter"',
        '[string]$clientSecret = "FAKE-hunter"',
        "$apiKey = 'FAKE-hunter'",
        "$storageKey = 'FAKE-hunter'",
        "$env:TOKEN = 'FAKE-hunter'",
        "$h['password'] = 'FAKE-hunter'",
        '@{ Password = "FAKE-hunter"; User = $u }',
        '{"token": "FAKE-hunter"}',
        "Connect-Thing -Password 'FAKE-hunter' -User me",
        "Connect-Thing -Password `  'FAKE-hunter'",
        "Connect-Thing -Password FAKE-hunter -User me",
        "Connect-Thing -Password:FAKE-hunter",
        "$s = ConvertTo-SecureString 'FAKE-hunter' -AsPlainText -Force",
        '$s = ConvertTo-SecureString -AsPlainText -Force -String "FAKE-hunter"',
        "$s = 'FAKE-hunter' | ConvertTo-SecureString -AsPlainText -Force",
        "$s = 'it''s FAKE-hunter' | ConvertTo-SecureString -AsPlainText -Force",
        '$c = "Server=tcp:x;User ID=sa;Password=FAKE-hunter;Encrypt=True"',
        '$c = "Server=tcp:x;Pwd=FAKE-hunter"',
        '$c = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=FAKE-hunter=="',
        '$c = "Endpoint=sb://x/;SharedAccessKey=FAKE-hunter"',
        '$u = "https://x.blob.core.windows.net/c?sv=2020&sig=FAKE-hunter&se=2030"',
        '$h = @{ Authorization = "Bearer FAKE-hunter" }',
        '$u = "https://me:FAKE-hunter@host/path"',
        "password = 'FAKE-hunter'  # python",
        'conn = connect(secret="FAKE-hunter")',
        "$x = 'FAKEhunter0123456789abcdefghijklmnopqrstuv=='",
    ],
)
def test_what_looks_like_a_secret_is_masked(line: str) -> None:
    shown = masked(line)
    assert "FAKE" not in shown
    assert MASK in shown


def test_private_keys_are_masked_line_by_line() -> None:
    text = "a\n-----BEGIN RSA PRIVATE KEY-----\nFAKE\nFAKE\n-----END RSA PRIVATE KEY-----\nb"
    assert "FAKE" not in masked(text)
    assert masked(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "line",
    [
        "Connect-AzAccount -Identity -AccountId 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "Set-AzContext -SubscriptionId '3f2504e0-4f89-11d3-9a0c-0305e82c3301'",
        "    -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint",
        "$c = Get-AutomationConnection -Name 'AzureRunAsConnection'",
        "Get-AzRecoveryServicesBackupProtectionPolicy -Name p",
        "$password = (Get-AutomationVariable -Name $n)",
        "$token = (Get-AzAccessToken).Token",
    ],
)
def test_what_a_reviewer_needs_is_shown(line: str) -> None:
    assert masked(line) == line


def test_control_characters_are_escaped_in_lines_and_names() -> None:
    diff = masked_diff("rb\x1b[2J\nx", b"a\x1b]0;evil\x07\n", b"b\x9b31m\n")
    assert "\x1b" not in diff and "\x07" not in diff and "\x9b" not in diff
    assert len(diff.splitlines()) == 5


def test_other_encodings_and_invalid_bytes_are_shown_too() -> None:
    assert "+b" in masked_diff("rb", "\ufeffa\n".encode("utf-16-le"), "\ufeffb\n".encode("utf-16-le"))
    assert "+\\xff" in masked_diff("rb", b"a\n", b"\xff\n")
