# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties: layout does not matter, and nothing that is fed to the rewriter harms it or is harmed by it."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import Rewrite, Verdict, rewrite

KEPT = ["-Force", "-Scope Process", "-EnvironmentName $cloud", "-ErrorAction Stop", "-ContextName:'a b'"]
PUNCTUATION = ["(", ")", "{", "}", "'", '"', "`", "#", "<#", "#>", "@'\n", "\n'@", "$(", "$c", "\n", " "]
TYPES = ["PowerShell", "PowerShell72", "PowerShellWorkflow", "Script", "Python2", "Python3", "GraphPowerShell", ""]
REWRITTEN = {Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS}
SCRIPT = (
    "param([string] $Group, $Other = 'x')\n"
    "$name = 'AzureRunAsConnection'\n"
    "try {\n"
    "    $c = Get-AutomationConnection -Name $name\n"
    "    Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId `\n"
    "        -ApplicationId $c.ApplicationId -CertificateThumbprint $c.CertificateThumbprint\n"
    "} catch {\n"
    '    if (!$c) { throw "No $name" } else { throw $_ }\n'
    "}\n"
    "Select-AzSubscription -SubscriptionId $c.SubscriptionId\n"
    'Get-AzVM | ForEach-Object { "$($_.Name) <# no comment #>" }\n'
)


def any_case(word: str) -> st.SearchStrategy[str]:
    return st.lists(st.booleans(), min_size=len(word), max_size=len(word)).map(
        lambda ups: "".join(c.upper() if up else c.lower() for c, up in zip(word, ups, strict=True))
    )


def one_of(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words).flatmap(any_case)


gaps = st.sampled_from([" ", "  ", "\t", " `\n    ", "\t`\n", " <# a - b #> "])
dashes = st.sampled_from(["-", "\u2013", "\u2014"])
names = st.sampled_from(
    ["'AzureRunAsConnection'", '"AzureRunAsConnection"', "AzureRunAsConnection", "\u201cAzureRunAsConnection\u201d"]
)
members = st.sampled_from([".{}", "['{}']", '."{}"'])
comments = st.sampled_from(
    ["", "# $c = Get-AutomationConnection -Name $c\n", "<# Connect-AzAccount @c #>\n", "\n\n", "'$text'\n"]
)
kept = st.sampled_from(KEPT)


@st.composite
def logins(draw: st.DrawFn) -> str:
    """A runbook that logs in with Run As, laid out in any way."""

    def field(name: str) -> str:
        return "$c" + draw(members).format(draw(any_case(name)))

    def parameter(*words: str, value: str = "") -> str:
        separator = draw(st.sampled_from([" ", ":"])) if value else ""
        return draw(dashes) + draw(one_of(*words)) + separator + value

    parameters = [
        parameter("ServicePrincipal", "ServiceP"),
        parameter("Tenant", "TenantId", value=field("TenantId")),
        parameter("ApplicationId", "App", value=field("ApplicationId")),
        parameter("CertificateThumbprint", "CertificateT", value=field("CertificateThumbprint")),
        *draw(st.lists(kept, max_size=2, unique_by=lambda text: text.split()[0])),
    ]
    order = draw(st.permutations(parameters))
    command = draw(one_of("Connect-AzAccount", "Add-AzAccount", "Login-AzAccount"))
    login = command + "".join(draw(gaps) + parameter for parameter in order)
    name = draw(st.sampled_from(["", "-Name ", "-name:"])) + draw(names)
    fetch = f"$c = {draw(any_case('Get-AutomationConnection'))} {name}"
    between = draw(st.sampled_from(["\n", "; ", "\n# Log in\n", " # as Run As\n"]))
    tail = draw(st.sampled_from(["\n", " | Out-Null\n", "; Get-AzVM\n", " # done\n", ""]))
    return draw(comments) + fetch + between + login + tail


def outside(content: bytes, outcome: Rewrite) -> tuple[bytes, bytes]:
    """The bytes outside of the edits, before and after."""
    before, after, position, shift = b"", b"", 0, 0
    for edit in outcome.edits:
        start, end = edit.span
        before += content[position:start]
        after += outcome.content[position + shift : start + shift]
        shift += len(edit.after) - (end - start)
        position = end
    return before + content[position:], after + outcome.content[position + shift :]


@given(logins(), st.sampled_from(["\n", "\r\n"]), st.sampled_from([b"", b"\xef\xbb\xbf"]))
@settings(deadline=None)
def test_any_layout_is_rewritten(script: str, line_end: str, mark: bytes) -> None:
    content = mark + script.replace("\n", line_end).encode()
    outcome = rewrite(content, "PowerShell")
    assert outcome.verdict is Verdict.REWRITTEN
    code = re.sub(r"#>|<#[^#]*#>|#.*", "", outcome.content.decode("utf-8-sig"))
    assert len(re.findall(r"(?i)\b(?:connect|add|login)-azaccount\b", code)) == 1
    assert code.count("-Identity") == 1
    assert not re.search(r"(?i)\$c\b|automationconnection|serviceprincipal|thumbprint|applicationid|tenant", code)
    for text in KEPT:
        assert (text in code) == (text in script)


@given(logins(), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None)
def test_the_rest_stays_and_a_second_rewrite_finds_nothing(script: str, line_end: str) -> None:
    content = script.replace("\n", line_end).encode()
    outcome = rewrite(content, "PowerShell")
    before, after = outside(content, outcome)
    assert before == after
    again = rewrite(outcome.content, "PowerShell")
    assert again.verdict is Verdict.NOT_USED
    assert again.content is outcome.content


@given(st.binary(max_size=300), st.sampled_from(TYPES))
@settings(deadline=None)
def test_random_bytes_never_crash_nor_change(content: bytes, runbook_type: str) -> None:
    outcome = rewrite(content, runbook_type)
    assert outcome.content is content
    assert outcome.verdict not in REWRITTEN


@given(st.text(max_size=40), st.integers(0, len(SCRIPT)), st.integers(0, 30), st.sampled_from(TYPES))
@settings(deadline=None, max_examples=200)
def test_a_damaged_runbook_is_rewritten_soundly_or_not_at_all(text: str, at: int, cut: int, runbook_type: str) -> None:
    content = (SCRIPT[:at] + text + SCRIPT[at + cut :]).encode("utf-8", "replace")
    outcome = rewrite(content, runbook_type)
    if outcome.verdict not in REWRITTEN:
        assert outcome.content is content
        return
    before, after = outside(content, outcome)
    assert before == after
    assert rewrite(outcome.content, runbook_type).verdict is Verdict.NOT_USED


@given(st.lists(st.sampled_from(PUNCTUATION)).map("".join))
@settings(deadline=None)
def test_odd_punctuation_never_crashes(text: str) -> None:
    content = f"$c = Get-AutomationConnection -Name AzureRunAsConnection\n{text}\n".encode()
    assert rewrite(content, "PowerShell").content is content
