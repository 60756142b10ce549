# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the idioms that real runbooks are made of: however they are laid out, they come to mean the same."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, Verdict, rewrite

FETCH = "$c = Get-AutomationConnection -Name AzureRunAsConnection"
LOGIN = (
    "Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId "
    "-CertificateThumbprint $c.CertificateThumbprint"
)
FIELDS = ["TenantId", "ApplicationId", "CertificateThumbprint"]
CODECS = {"utf-8": b"", "utf-8-sig": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
CMDLETS = ["Get-AzureRmVM", "Stop-AzureRmVM -Name a -Force", "AzureRM.Compute\\Get-AzureRmVM", "Get-AzureStorageBlob"]

ends = st.sampled_from(["\n", "\r\n"])
codecs = st.sampled_from(sorted(CODECS))
opened = st.sampled_from([" {", "\n{", "{", " { # so", "\n    {\n"])
breaks = st.sampled_from(["\n", "; ", "\n\n", "\n    ", " # why\n", " <# why #>; "])


def any_case(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from([text, text.lower(), text.upper()])


@st.composite
def guarded(draw: st.DrawFn) -> str:
    """A login with a check whether the connection was found: in a catch, or right after it was fetched."""
    condition = draw(st.sampled_from(["!$c", "-not $c", "$c -eq $null", "$null -eq $c", "!($c)", "-not($c)"]))
    complaint = draw(st.sampled_from(["throw 'none'", "$m = 'none'; throw $m", "Write-Error 'none'\nthrow 'none'"]))
    dead = draw(opened) + "\n" + complaint + "\n}"
    living = draw(opened) + "\n'it was ' + $_.Exception" + draw(breaks) + "throw $_.Exception\n}"
    check = f"{draw(any_case('if'))} ({condition}){dead}{draw(st.sampled_from([' ', chr(10), '']))}else{living}"
    body = FETCH + draw(breaks) + LOGIN
    return f"try{draw(opened)}\n{body}\n}}\ncatch{draw(opened)}\n{check}\n}}\nGet-AzVM\n"


@st.composite
def splatted(draw: st.DrawFn) -> str:
    """A login by a splatted table."""
    entries = [f"{draw(any_case(name))} = $c.{name}" for name in FIELDS]
    beside = draw(st.booleans())
    entries += [] if beside else ["ServicePrincipal = $true"]
    entries += draw(st.sampled_from([[], ["Environment = 'AzureCloud'"], ["ErrorAction = 'Stop'"]]))
    between = draw(st.sampled_from(["; ", "\n    ", ";\n    "]))
    table = draw(st.sampled_from(["@{ ", "@{\n    ", "[ordered]@{ "])) + between.join(draw(st.permutations(entries)))
    login = "Connect-AzAccount -ServicePrincipal @p" if beside else draw(any_case("Connect-AzAccount")) + " @p"
    return f"{FETCH}\n$p = {table}{draw(st.sampled_from([' }', chr(10) + '}']))}\n{login}{draw(breaks)}Get-AzVM\n"


@st.composite
def of_azurerm(draw: st.DrawFn) -> str:
    """A runbook that logs in with Run As and uses AzureRM."""
    head = draw(st.sampled_from(["", "#Requires -Modules AzureRM.Profile\n", "Import-Module AzureRM.Compute\n"]))
    login = draw(st.sampled_from(["Add", "Login", "Connect"])) + LOGIN.replace("Connect-Az", "-AzureRm")
    work = draw(st.lists(st.sampled_from(CMDLETS).flatmap(any_case), min_size=1, max_size=4))
    return head + FETCH + "\n" + login + "\n" + draw(breaks).join([*work, "Get-Date"]) + "\n"


def checked(script: str, line_end: str, codec: str) -> tuple[Rewrite, str]:
    """Rewrite a script as it is stored; return the outcome and its code, without comments."""
    content = CODECS[codec] + script.replace("\n", line_end).encode(codec)
    outcome = rewrite(content, "PowerShell")
    assert outcome.verdict is Verdict.REWRITTEN, [found.text() for found in outcome.findings]
    parts, position = [], 0
    for edit in outcome.edits:
        parts += [content[position : edit.span[0]], edit.after]
        position = edit.span[1]
    assert b"".join([*parts, content[position:]]) == outcome.content
    again = rewrite(outcome.content, "PowerShell")
    assert again.verdict is Verdict.NOT_USED and again.content is outcome.content
    text = outcome.content[len(CODECS[codec]) :].decode(codec)
    return outcome, re.sub(r"<#.*?#>|#(?!requires).*", "", text, flags=re.IGNORECASE)


@given(guarded(), ends, codecs)
@settings(deadline=None)
def test_of_a_check_the_living_branch_stays(script: str, line_end: str, codec: str) -> None:
    _outcome, code = checked(script, line_end, codec)
    assert not re.search(r"\$c\b|none|automationconnection|\belse\b|\bif\b", code, re.IGNORECASE)
    assert code.count("-Identity") == 1
    assert re.search(r"catch\s*\{\s*'it was ' \+ \$_\.Exception\s*;?\s*throw \$_\.Exception\s*\}", code)
    assert code.count("{") == code.count("}") == 2


@given(splatted(), ends, codecs)
@settings(deadline=None)
def test_a_splatted_table_holds_the_identity_and_what_stays(script: str, line_end: str, codec: str) -> None:
    _outcome, code = checked(script, line_end, codec)
    assert not re.search(r"\$c\b|tenantid|applicationid|thumbprint|serviceprincipal", code, re.IGNORECASE)
    assert code.count("Identity = $true") == 1
    for kept in ("Environment = 'AzureCloud'", "ErrorAction = 'Stop'"):
        assert (kept in code) == (kept in script)


@given(of_azurerm(), ends, codecs)
@settings(deadline=None)
def test_nothing_of_azurerm_is_left(script: str, line_end: str, codec: str) -> None:
    outcome, code = checked(script, line_end, codec)
    assert "azurerm" not in code.lower() and "azurestorage" not in code.lower()
    assert code.lower().count("get-azvm") == script.lower().count("get-azurermvm")
    assert code.count("Connect-AzAccount -Identity") == 1
    assert all(module.name.startswith("Az.") for module in outcome.modules)
