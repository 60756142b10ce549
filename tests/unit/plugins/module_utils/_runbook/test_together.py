# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks that run in one session are rewritten together or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import (
    Rewrite,
    RewriteOptions,
    Source,
    rewrite_together,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.call_graph import (
    Call,
    find_calls,
    sessions,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    Code,
    Command,
    Drawing,
    constant,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import runbook_of

LOGIN = """$c = Get-AutomationConnection -Name AzureRunAsConnection
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
MANUAL = LOGIN + "Write-Output $c.CertificateThumbprint\n"
IDENTITY = "Connect-AzAccount -Identity\n"
CHILD = """param([string] $ConnectionName = 'AzureRunAsConnection', [string] $Vm)
$c = Get-AutomationConnection -Name $ConnectionName
Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId \
-CertificateThumbprint $c.CertificateThumbprint
"""
PASSES = "$name = 'AzureRunAsConnection'\n.\\Child.ps1 -ConnectionName $name -Vm one\n"


def sources(texts: dict[str, str], runbook_type: str = "PowerShell") -> dict[str, Source]:
    return {name: Source(text.encode(), runbook_type, name) for name, text in texts.items()}


def together(texts: dict[str, str], **options: str) -> dict[str, Rewrite]:
    return rewrite_together(sources(texts), RewriteOptions(**options))  # type: ignore[arg-type]


def verdicts(texts: dict[str, str], **options: str) -> dict[str, str]:
    return {name: outcome.verdict.value for name, outcome in together(texts, **options).items()}


def codes(outcome: Rewrite) -> list[str]:
    return [found.code for found in outcome.findings]


# Who calls whom


@pytest.mark.parametrize(
    "line",
    [
        ".\\Child.ps1",
        ". .\\Child.ps1 -Vm one",
        "& .\\CHILD.PS1",
        "& '.\\Child.ps1'",
        '& "$PSScriptRoot\\Child.ps1"',
        "& (Join-Path $PSScriptRoot 'Child.ps1')",
        "& $PSScriptRoot/Child.ps1",
        "$script = '.\\Child.ps1'; & $script",
        "$result = .\\Child.ps1 -Vm one",
        "child -Vm one",
        "Get-Date; if ($true) { Child }",
        "workflow Parent { Child -Vm one }",
        "Import-Module .\\Child.psm1",
        "Import-Module -Name Child -Force",
        "using module .\\Child.psm1",
        "\u2013Child.ps1; & .\\Child.ps1",
    ],
)
def test_a_runbook_that_runs_in_the_same_session_is_an_inline_call(line: str) -> None:
    calls = find_calls(sources({"Parent": f"# first\n{line}\n", "Child": "Get-Date\n"}))
    assert calls == [Call("Parent", "Child", 2, inline=True)]


@pytest.mark.parametrize(
    "line",
    [
        "# .\\Child.ps1",
        "<#\n.EXAMPLE\n.\\Child.ps1\n#>",
        "Write-Output 'see Child'",
        "$Child = 1",
        "Get-Item -Child",
        ".\\Other-Child.ps1",
        ".\\Child.ps1x",
        "function Child { Get-Date }\nChild",
        "if ( {\nWrite-Output 1 Child\n",
        ".\\Parent.ps1",
    ],
)
def test_what_only_mentions_a_runbook_is_no_call(line: str) -> None:
    assert find_calls(sources({"Parent": line + "\n", "Child": "Get-Date\n"})) == []


@pytest.mark.parametrize("starter", ["Start-AzAutomationRunbook", "Start-AzureRmAutomationRunbook"])
def test_a_job_is_a_call_in_another_session(starter: str) -> None:
    texts = {"Parent": f"{starter} -AutomationAccountName aa -ResourceGroupName rg -Name 'child'\n", "Child": LOGIN}
    assert find_calls(sources(texts)) == [Call("Parent", "Child", 1, inline=False)]
    assert sessions(texts, find_calls(sources(texts))) == [["Parent"], ["Child"]]


def test_a_runbook_that_cannot_be_parsed_calls_what_it_names() -> None:
    assert [call.inline for call in find_calls(sources({"Parent": "if ( {\nChild -Vm one\n", "Child": ""}))] == [True]


def test_a_login_is_no_call_of_a_runbook_of_its_name() -> None:
    texts = {"Parent": LOGIN, "Connect-AzAccount": "Get-Date\n"}
    assert find_calls(sources(texts)) == []
    texts["Parent"] = ".\\Connect-AzAccount.ps1\n"
    assert len(find_calls(sources(texts))) == 1


def test_python_calls_no_powershell_inline() -> None:
    assert find_calls({"parent": Source(b"import Child\nChild\n", "Python3", ""), **sources({"Child": ""})}) == []


def test_python_is_called_inline_by_nobody() -> None:
    assert find_calls({"child": Source(b"import os\n", "Python3", ""), **sources({"Parent": "child -Vm one\n"})}) == []


def test_a_path_means_the_file_there_and_a_name_all_of_that_name() -> None:
    texts = {"a/Main.ps1": ".\\Child.ps1\n", "b/Main.ps1": "Child\n", "a/Child.ps1": "", "c/Child.ps1": ""}
    found = {(call.caller, call.callee) for call in find_calls(sources(texts))}
    assert found == {("a/Main.ps1", "a/Child.ps1"), ("b/Main.ps1", "a/Child.ps1"), ("b/Main.ps1", "c/Child.ps1")}


def test_sessions_join_whoever_calls_in_a_circle_or_in_a_row() -> None:
    calls = [Call("d", "b", 1), Call("b", "c", 1), Call("c", "b", 1), Call("a", "e", 1, inline=False)]
    assert sessions("abcde", calls) == [["a"], ["b", "c", "d"], ["e"]]


# All or none


def test_a_caller_and_its_child_are_rewritten_together() -> None:
    outcomes = together({"Parent": LOGIN + ".\\Child.ps1\n", "Child": LOGIN})
    assert outcomes["Parent"].content.decode() == IDENTITY + ".\\Child.ps1\n"
    assert outcomes["Child"].content.decode() == IDENTITY


@pytest.mark.parametrize(
    "bad",
    [
        MANUAL,
        "if (1) {\n" + LOGIN,
        "Connect-AzAccount -ServicePrincipal -ApplicationId "
        "$RunAs.ApplicationId -CertificateThumbprint $RunAs.CertificateThumbprint\n",
    ],
)
def test_nothing_changes_where_one_is_left_to_a_person(bad: str) -> None:
    texts = {"Parent": "# main\n" + LOGIN + ".\\Child.ps1\n", "Child": bad, "Alone": LOGIN}
    outcomes = together(texts)
    assert [name for name, outcome in outcomes.items() if outcome.edits] == ["Alone"]
    assert outcomes["Parent"].verdict == "manual"
    assert [(found.code, found.line) for found in outcomes["Parent"].findings] == [("RA470", 4)]
    said = outcomes["Parent"].findings[0].sentence
    assert "Child runs in one session" in said and outcomes["Child"].findings[0].sentence in said


def test_the_caller_blocks_its_child_and_the_grandchild_too() -> None:
    texts = {"Low": LOGIN, "Middle": ". .\\Low.ps1\n", "Top": MANUAL + "Middle\n"}
    assert verdicts(texts) == {"Low": "manual", "Middle": "not_used", "Top": "manual"}


def test_a_job_that_is_left_blocks_nobody() -> None:
    texts = {"Parent": LOGIN + "Start-AzAutomationRunbook -Name Child\n", "Child": MANUAL}
    assert verdicts(texts) == {"Parent": "rewritten", "Child": "manual"}


def test_the_order_of_the_runbooks_does_not_matter() -> None:
    texts = {"Low": LOGIN, "Middle": ". .\\Low.ps1\n", "Top": MANUAL + "Middle\n"}
    turned = dict(reversed(texts.items()))
    assert together(texts) == {name: together(turned)[name] for name in texts}


@given(
    texts=st.lists(st.sampled_from([LOGIN, MANUAL, "Get-Date\n"]), min_size=1, max_size=6),
    pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6),
)
def test_in_each_session_all_change_or_none(texts: list[str], pairs: list[tuple[int, int]]) -> None:
    names = [f"Runbook-{number}" for number in range(len(texts))]
    calls = {(one, other) for one, other in pairs if one != other and max(one, other) < len(names)}
    bodies = [
        text + "".join(f".\\{names[b]}.ps1\n" for a, b in sorted(calls) if a == n) for n, text in enumerate(texts)
    ]
    outcomes = together(dict(zip(names, bodies, strict=True)))
    session = list(range(len(names)))
    for dummy in names:
        for one, other in calls:
            session[one] = session[other] = min(session[one], session[other])
    for number, name in enumerate(names):
        is_left = any(text is MANUAL for n, text in enumerate(texts) if session[n] == session[number])
        assert bool(outcomes[name].edits) == (texts[number] is LOGIN and not is_left)


# The name of the connection, given to a child


def test_the_name_may_be_given_to_a_child_that_has_no_use_for_it_any_more() -> None:
    outcomes = together({"Parent": LOGIN + PASSES, "Child": CHILD})
    assert outcomes["Parent"].content.decode() == IDENTITY + PASSES
    assert codes(outcomes["Child"]) == ["RA406", "RA401"]


def test_the_name_goes_through_several_hands() -> None:
    top = "Middle -ConnectionName AzureRunAsConnection\n"
    middle = "param([string] $ConnectionName = 'AzureRunAsConnection')\n.\\Child.ps1 -ConnectionName $ConnectionName\n"
    found = verdicts({"Top": top, "Middle": middle, "Child": CHILD})
    assert found == {"Top": "not_used", "Middle": "not_used", "Child": "rewritten_with_assumptions"}


def test_a_second_pass_over_both_finds_nothing() -> None:
    first = together({"Parent": LOGIN + PASSES, "Child": CHILD})
    texts = {name: outcome.content.decode() for name, outcome in first.items()}
    assert verdicts(texts) == {"Parent": "not_used", "Child": "not_used"}


HELPER = "function Connect-It {\n" + CHILD + "}\n"


def test_the_name_may_be_given_to_a_function_of_a_dot_sourced_runbook() -> None:
    parent = ". .\\Helper.ps1\nConnect-It -ConnectionName AzureRunAsConnection\n"
    assert verdicts({"Parent": parent, "Helper": HELPER}) == {
        "Parent": "not_used",
        "Helper": "rewritten_with_assumptions",
    }
    assert verdicts({"Parent": parent, "Helper": HELPER + MANUAL}) == {"Parent": "manual", "Helper": "manual"}
    assert verdicts({"Parent": parent, "Other": HELPER})["Parent"] == "manual"


def test_a_function_that_two_runbooks_have_is_not_known() -> None:
    parent = ". .\\One.ps1\n. .\\Two.ps1\nConnect-It -ConnectionName AzureRunAsConnection\n"
    assert verdicts({"Parent": parent, "One": HELPER, "Two": HELPER})["Parent"] == "manual"
    own = "function Connect-It { param($ConnectionName) Use-It $ConnectionName }\n"
    assert verdicts({"Parent": own + parent, "One": HELPER, "Two": "Get-Date\n"})["Parent"] == "manual"


@pytest.mark.parametrize(
    "child",
    [
        CHILD + "Write-Output $ConnectionName\n",
        CHILD + "Invoke-Other @PSBoundParameters\n",
        CHILD + "$c.CertificateThumbprint\n",
        CHILD.replace("ConnectionName", "Connection"),
    ],
)
def test_the_name_may_not_be_given_to_a_child_that_may_use_it(child: str) -> None:
    assert verdicts({"Parent": LOGIN + PASSES, "Child": child})["Parent"] == "manual"


@pytest.mark.parametrize(
    "call",
    [
        ".\\Child.ps1 AzureRunAsConnection",
        ".\\Child.ps1 -ConnectionN AzureRunAsConnection",
        "Start-AzAutomationRunbook -Name Child -Parameters @{}; Invoke-It -ConnectionName AzureRunAsConnection",
    ],
)
def test_the_name_must_be_given_to_that_very_parameter(call: str) -> None:
    outcomes = together({"Parent": LOGIN + call + "\n", "Child": CHILD})
    assert "RA429" in codes(outcomes["Parent"])


def test_the_child_stays_where_its_caller_stays() -> None:
    outcomes = together({"Parent": MANUAL + PASSES, "Child": CHILD})
    assert not outcomes["Child"].edits and codes(outcomes["Child"]) == ["RA470"]


# One family


def test_az_and_azurerm_are_never_mixed_in_a_session() -> None:
    texts = {"Parent": LOGIN + ".\\Child.ps1\n", "Child": "Get-AzureRmVM\n"}
    outcomes = together(texts, azurerm="keep")
    assert not outcomes["Parent"].edits
    assert codes(outcomes["Parent"]) == ["RA472"] and codes(outcomes["Child"]) == []


def test_a_child_without_run_as_is_moved_to_az_with_its_caller() -> None:
    texts = {"Parent": LOGIN + ".\\Child.ps1\n", "Child": "Get-AzureRmVM\n", "Alone": "Get-AzureRmVM\n"}
    outcomes = together(texts)
    assert outcomes["Parent"].content.decode() == IDENTITY + ".\\Child.ps1\n"
    assert outcomes["Child"].content.decode() == "Get-AzVM\n"
    assert outcomes["Alone"].verdict == "not_used"


def test_a_child_that_cannot_be_moved_to_az_keeps_its_caller_as_it_is() -> None:
    outcomes = together({"Parent": LOGIN + ".\\Child.ps1\n", "Child": "Get-AzureRmNothingOfTheKind\n"})
    assert not outcomes["Parent"].edits and not outcomes["Child"].edits
    assert codes(outcomes["Parent"]) == ["RA470"]


def test_a_caller_of_azurerm_is_moved_to_az_with_its_child() -> None:
    texts = {"Parent": "Get-AzureRmVM\nChild\n", "Child": LOGIN.replace("-Az", "-AzureRm")}
    outcomes = together(texts)
    assert outcomes["Parent"].content.decode() == "Get-AzVM\nChild\n"
    assert outcomes["Child"].content.decode() == IDENTITY
    again = {name: outcome.content.decode() for name, outcome in outcomes.items()}
    assert verdicts(again) == {"Parent": "not_used", "Child": "not_used"}


def test_azurerm_all_over_a_session_is_no_mixture() -> None:
    texts = {"Parent": LOGIN.replace("-Az", "-AzureRm") + ".\\Child.ps1\n", "Child": "Get-AzureRmVM\n"}
    assert verdicts(texts, azurerm="keep") == {"Parent": "rewritten", "Child": "not_used"}


def test_an_alias_makes_az_of_the_names_of_azurerm() -> None:
    parent = "Enable-AzureRmAlias\n" + LOGIN + ".\\Child.ps1\n"
    assert verdicts({"Parent": parent, "Child": "Get-AzureRmVM\n"})["Parent"] == "rewritten"


def test_a_session_without_run_as_may_hold_what_it_likes() -> None:
    texts = {"Parent": "Get-AzVM\n.\\Child.ps1\n", "Child": "Get-AzureRmVM\n"}
    assert verdicts(texts) == {"Parent": "not_used", "Child": "not_used"}


# Graphical runbooks


def with_graph(texts: dict[str, str], drawn: Drawing, **options: str) -> dict[str, str]:
    given = {**sources(texts), "Graph": Source(runbook_of(drawn), "GraphPowerShell", "Graph")}
    rewrites = rewrite_together(given, RewriteOptions(**options))  # type: ignore[arg-type]
    return {name: outcome.verdict.value for name, outcome in rewrites.items()}


def calls_child(**values: str) -> Command:
    parameters = {name: constant(value) for name, value in values.items()}
    return Command("Call", "Child", parameters, kind="InvokeRunbookActivity")


@pytest.mark.parametrize("activity", [calls_child(), Code("Call", "& .\\Child.ps1 -Vm one")])
def test_a_graph_runs_its_child_in_its_session(activity: Command | Code) -> None:
    given = {**sources({"Child": LOGIN}), "Graph": Source(runbook_of(Drawing([activity])), "GraphPowerShell", "Graph")}
    assert [(call.caller, call.callee, call.inline) for call in find_calls(given)] == [("Graph", "Child", True)]


def test_a_graph_of_azurerm_keeps_its_child_from_az() -> None:
    drawn = Drawing([calls_child(), Command("List", "Get-AzureRmVM")])
    assert with_graph({"Child": LOGIN}, drawn) == {"Child": "manual", "Graph": "manual"}
    child = LOGIN.replace("Connect-Az", "Add-AzureRm")
    assert with_graph({"Child": child}, drawn, azurerm="keep") == {"Child": "rewritten", "Graph": "not_used"}


def test_a_graph_that_names_the_connection_to_a_child_without_use_for_it_stays() -> None:
    drawn = Drawing([calls_child(ConnectionName="AzureRunAsConnection")])
    assert with_graph({"Child": CHILD}, drawn) == {"Child": "rewritten_with_assumptions", "Graph": "not_used"}
    assert with_graph({"Other": CHILD}, drawn) == {"Other": "rewritten_with_assumptions", "Graph": "manual"}
