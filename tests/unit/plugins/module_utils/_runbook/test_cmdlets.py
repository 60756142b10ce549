# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cmdlets a runbook calls, and what its text does not tell."""

from __future__ import annotations

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.cmdlets import (
    CmdletCall,
    Untold,
    find_cmdlets,
)


def calls(script: str, runbook_type: str = "PowerShell") -> list[CmdletCall]:
    return find_cmdlets(script.encode(), runbook_type).calls


def gaps(script: str, runbook_type: str = "PowerShell") -> list[tuple[Untold, int | None, str]]:
    return [(gap.why, gap.line, gap.text) for gap in find_cmdlets(script.encode(), runbook_type).gaps]


def test_comments_and_texts_are_no_calls() -> None:
    script = "# Get-AzVM\n<# Stop-AzVM #>\nWrite-Output 'Start-AzVM'\n$x = @'\nRemove-AzVM\n'@\nGet-AzDisk\n"
    assert [(call.cmdlet, call.line) for call in calls(script)] == [("Get-AzDisk", 7)]


@pytest.mark.parametrize(
    "script",
    [
        "Get-AzVM | Stop-AzVM -Force",
        "InlineScript { Stop-AzVM (Get-AzVM) }",
        "& { Get-AzVM; Stop-AzVM }",
        "$job = Start-Job -ScriptBlock { Get-AzVM; Stop-AzVM }",
        "if ($x) { Az.Compute\\Get-AzVM } else { stop-azvm }",
        "Get-AzureRmVM | Stop-AzureRmVM",
    ],
)
def test_calls_are_found_wherever_they_stand(script: str) -> None:
    assert {call.cmdlet.lower() for call in calls(script)} == {"get-azvm", "stop-azvm"}


def test_what_the_script_defines_itself_is_no_cmdlet_of_azure() -> None:
    assert [call.cmdlet for call in calls("function Get-AzMine { Get-AzVM }\nGet-AzMine\n")] == ["Get-AzVM"]


def test_a_twin_that_was_renamed_is_told_by_its_new_name() -> None:
    assert [call.cmdlet for call in calls("Find-AzureRmResource -ResourceGroupName x")] == ["Get-AzResource"]


@pytest.mark.parametrize(
    ("script", "group"),
    [
        ("Start-AzVM -ResourceGroupName rg-a -Name x", "rg-a"),
        ("$g = 'rg-a'; Start-AzVM -ResourceGroupName $g", "rg-a"),
        ("$s = @{ ResourceGroupName = 'rg-a' }; Start-AzVM @s", "rg-a"),
        ("Remove-AzResourceGroup -Name rg-a", "rg-a"),
        ("Start-AzVM -ResourceGroupName $vm.ResourceGroupName", None),
        ("$g = 'rg-a'; if ($x) { $g = 'rg-b' }; Start-AzVM -ResourceGroupName $g", None),
        ("Get-AzVM -ResourceGroupName rg-*", None),
        ("Start-AzVM -ResourceId rg-a", None),
    ],
)
def test_a_resource_group_is_told_only_where_it_can_be_no_other(script: str, group: str | None) -> None:
    assert calls(script)[-1].resource_group == group


def test_a_parameter_of_the_runbook_may_be_given_another_group() -> None:
    assert calls("param($g = 'rg-a')\nStart-AzVM -ResourceGroupName $g\n")[0].resource_group is None


@pytest.mark.parametrize(
    ("script", "why", "text"),
    [
        ("Invoke-RestMethod -Uri https://x -Headers @{ Authorization = 'FAKE' }", Untold.REST, "Invoke-RestMethod"),
        ("Invoke-AzRestMethod -Path /x", Untold.REST, "Invoke-AzRestMethod"),
        ("az vm start", Untold.COMMAND_LINE, "az"),
        ("Invoke-Expression $x", Untold.CODE_IN_TEXT, "Invoke-Expression"),
        ("& $cmd -Password 'FAKE'", Untold.COMPUTED, "$cmd"),
        ("Get-AzureVM", Untold.CLASSIC, "Get-AzureVM"),
        ("Get-AzureADUser", Untold.ELSEWHERE, "Get-AzureADUser"),
        ("Get-AzADUser", Untold.ELSEWHERE, "Get-AzADUser"),
        ("New-AzureRmADApplication", Untold.ELSEWHERE, "New-AzureRmADApplication"),
        ("Get-MgUser", Untold.ELSEWHERE, "Get-MgUser"),
    ],
)
def test_what_a_text_does_not_tell_has_its_place_and_no_secret(script: str, why: Untold, text: str) -> None:
    assert gaps(f"\n{script}\n") == [(why, 2, text)]


def test_syntax_that_cannot_be_read_is_said_and_what_can_be_still_counts() -> None:
    script = "Get-AzVM\nif ($x { \n"
    assert Untold.SYNTAX in {why for why, dummy, text in gaps(script)}
    assert [call.cmdlet for call in calls(script)] == ["Get-AzVM"]


def test_a_python_runbook_tells_only_which_packages_it_takes() -> None:
    assert gaps("import os\nfrom azure.mgmt.compute import X\n", "Python3") == [
        (Untold.PYTHON, 2, "azure.mgmt.compute")
    ]


def test_what_is_no_text_cannot_be_read() -> None:
    assert [gap.why for gap in find_cmdlets(b"\xff\x00\x81", "PowerShell").gaps] == [Untold.UNREADABLE]
