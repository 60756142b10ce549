# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the grammars cannot read is shown to them as what they can, character for character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.masking import masked


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("Get-X -Name $a.Split('/')[4] -Force", "Get-X -Name $a.Split________ -Force"),
        ("Get-X -Name:($a.Id).Trim().Length", "Get-X -Name:($a.Id).Trim__.Length"),
        ("Get-X $a[0].B.Replace('a', 'b')", "Get-X $a[0].B.Replace__________"),
        ("Get-X -Name $a.Split($c.TenantId)[4]", "Get-X -Name $a.Split($c.TenantId)[4]"),
        ("Get-X -Name $a.Split('\u00fc')[4]", "Get-X -Name $a.Split('\u00fc')[4]"),
        ("foreach -parallel -throttlelimit 5 ($a in $b)", "foreach -parallel                  ($a in $b)"),
        ("$x = $a.Split('/')[4]", "$x = $a.Split('/')[4]"),
        ("Get-X -Name $a.B -Other $c[1]", "Get-X -Name $a.B -Other $c[1]"),
    ],
)
def test_a_call_with_constants_becomes_part_of_the_name(plain: str, shown: str) -> None:
    assert masked(plain) == shown


@given(st.text(alphabet="$-aB.()[]'\"/ ,019\n\u00fc", max_size=60))
def test_nothing_moves(plain: str) -> None:
    shown = masked("Get-X -Name $a" + plain)
    assert len(shown.encode()) == len(("Get-X -Name $a" + plain).encode())
