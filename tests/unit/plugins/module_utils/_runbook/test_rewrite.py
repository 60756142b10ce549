# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry point: options, languages, encodings, and what is said when a package is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import (
    MissingPackage,
    RewriteOptions,
    Verdict,
    grammars,
    rewrite,
)

LOGIN = (
    b"$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    b"Connect-AzAccount -ServicePrincipal -Tenant $c.TenantId -ApplicationId $c.ApplicationId "
    b"-CertificateThumbprint $c.CertificateThumbprint\n"
)
PYTHON_FETCH = b"import automationassets\nc = automationassets.get_automation_connection('AzureRunAsConnection')\n"


class TestOptions:
    def test_a_user_assigned_identity_needs_its_client_id(self) -> None:
        with pytest.raises(ValueError, match="client_id"):
            RewriteOptions(identity="user")

    def test_a_client_id_is_a_guid_for_it_is_written_into_code(self) -> None:
        with pytest.raises(ValueError, match="GUID"):
            RewriteOptions(identity="user", client_id="x; Remove-AzVM")

    @pytest.mark.parametrize("option", ["identity", "subscription", "azurerm"])
    def test_an_unknown_value_is_refused_and_named(self, option: str) -> None:
        with pytest.raises(ValueError, match=f"{option} must be one of"):
            RewriteOptions(**{option: "other"})

    def test_a_subscription_that_is_no_guid_is_never_written_into_code(self) -> None:
        options = RewriteOptions(connections={"AzureRunAsConnection": {"subscription_id": "'; Remove-AzVM; '"}})
        outcome = rewrite(LOGIN + b"Select-AzSubscription $c.SubscriptionId\n", "PowerShell", options)
        assert b"Remove-AzVM" not in outcome.content
        assert outcome.verdict is Verdict.REWRITTEN_WITH_ASSUMPTIONS

    def test_the_resource_of_the_findings_is_the_callers(self) -> None:
        outcome = rewrite(LOGIN, "PowerShell", RewriteOptions(resource="Stop-Machines"))
        assert {found.resource for found in outcome.findings} == {"Stop-Machines"}

    @pytest.mark.parametrize(
        ("login", "module"),
        [("Connect-Az", "Az.Accounts"), ("Login-Az", "Az.Accounts"), ("Add-AzureRm", "AzureRM.Profile")],
    )
    def test_the_module_of_the_login_is_named(self, login: str, module: str) -> None:
        options = RewriteOptions(azurerm="keep")
        needed = rewrite(LOGIN.replace(b"Connect-Az", login.encode()), "PowerShell", options).modules
        assert [found.name for found in needed] == [module]


class TestOtherServices:
    FETCH = "$c = Get-AutomationConnection -Name AzureRunAsConnection\n"
    FED = "-ClientId $c.ApplicationId -Tenant $c.TenantId"

    def test_what_does_not_go_with_the_identity_login_is_named(self) -> None:
        login = f"Connect-MgGraph {self.FED} -CertificateThumbprint $c.CertificateThumbprint\n"
        script = f"{self.FETCH}{login}Select-MgProfile beta\n"
        (found,) = rewrite(script.encode(), "PowerShell").findings
        assert "the runbook uses select-mgprofile" in found.sentence

    def test_a_module_that_has_to_be_named_is_named(self) -> None:
        script = f"{self.FETCH}Connect-PnPOnline -Url $u {self.FED} -Thumbprint $c.CertificateThumbprint\n"
        (found,) = rewrite(script.encode(), "PowerShell").findings
        assert "PnP.PowerShell 2.1.0 or newer, which the runbook has to name" in found.sentence


class TestLanguage:
    @pytest.mark.parametrize("declared", ["PowerShell", "PowerShell72", "Script", "PowerShellWorkflow", "", "Python3"])
    def test_powershell_is_known_by_its_content(self, declared: str) -> None:
        assert rewrite(LOGIN, declared).verdict is Verdict.REWRITTEN

    @pytest.mark.parametrize("declared", ["Python2", "Python3", "PowerShell", ""])
    def test_python_is_known_by_its_content(self, declared: str) -> None:
        assert [found.code for found in rewrite(PYTHON_FETCH, declared).findings] == ["RA431"]


class TestEncoding:
    @pytest.mark.parametrize("content", [b"\x00\x01\x02", b"\xff\xfeG\x00e", b"\x80\x81\x02", LOGIN + b"# caf\xe9\n"])
    def test_what_is_no_text_is_unparsable_and_untouched(self, content: bytes) -> None:
        outcome = rewrite(content, "PowerShell")
        assert outcome.verdict is Verdict.UNPARSABLE
        assert outcome.content is content
        assert [found.code for found in outcome.findings] == ["RA435"]

    def test_text_in_a_western_encoding_without_any_word_of_run_as_is_not_used(self) -> None:
        assert rewrite("Write-Output 'déjà vu'".encode("latin-1"), "PowerShell").verdict is Verdict.NOT_USED

    def test_nothing_is_not_used(self) -> None:
        assert rewrite(b"", "PowerShell").verdict is Verdict.NOT_USED

    def test_places_are_counted_in_characters(self) -> None:
        content = "\ufeff$größe = 1 <# ü #>; $c = Get-AutomationConnection -Name $n\n$c.ApplicationId\n".encode()
        (found,) = rewrite(content, "PowerShell").findings
        assert (found.code, found.line, found.column) == ("RA410", 1, 26)


class TestPython:
    @pytest.mark.parametrize(
        ("script", "code"),
        [
            ("from automationassets import *\nc = get_automation_connection('AzureRunAsConnection')\n", "RA431"),
            ("import automationassets as a\nn = 'AzureRunAsConnection'\nc = a.get_automation_connection(n)\n", "RA431"),
            ("import automationassets as a\nprint a.get_automation_certificate('AzureRunAsCertificate')\n", "RA422"),
            ("from azure_automation_utility import *\nt = get_automation_runas_token()\n", "RA443"),
            ("import azure_automation_utility as u\nt = u.import_child_runbook('a', 'b', 'c')\n", "RA443"),
            ("import automationassets, sys\nc = automationassets.get_automation_connection(sys.argv[1])\n", "RA410"),
            ("import automationassets as a\nc = a.get_automation_connection('Mine')['ApplicationId']\n", "RA412"),
        ],
    )
    def test_a_use_is_for_people(self, script: str, code: str) -> None:
        outcome = rewrite(script.encode(), "Python2")
        assert outcome.verdict is Verdict.MANUAL
        assert [found.code for found in outcome.findings] == [code]

    @pytest.mark.parametrize(
        "script",
        [
            "# get_automation_connection('AzureRunAsConnection')\nprint('AzureRunAsConnection')\n",
            "import automationassets\nc = automationassets.get_automation_connection('ServiceNow')\n",
            "def get_automation_runas_token():\n    return 'token'\nt = get_automation_runas_token()\n",
            "import automationassets\nv = automationassets.get_automation_variable('AzureRunAsConnection')\n",
        ],
    )
    def test_a_mention_is_none(self, script: str) -> None:
        assert rewrite(script.encode(), "Python3").verdict is Verdict.NOT_USED

    def test_a_custom_connection_counts_when_the_account_has_it(self) -> None:
        script = b"import automationassets\nc = automationassets.get_automation_connection('Mine')\n"
        options = RewriteOptions(connections={"MINE": {}})
        assert rewrite(script, "Python3", options).verdict is Verdict.MANUAL

    def test_the_place_is_named(self) -> None:
        (found,) = rewrite(b"# \xc3\xbc\n" + PYTHON_FETCH, "Python3").findings
        assert (found.line, found.column) == (3, 5)

    def test_broken_python_that_speaks_of_it_is_unparsable(self) -> None:
        outcome = rewrite(b"import automationassets\ndef f(:\n  get_automation_connection = [\n", "Python3")
        assert outcome.verdict is Verdict.UNPARSABLE


class TestThreads:
    def test_many_at_once_give_what_one_after_the_other_gives(self) -> None:
        contents = [LOGIN + b"# %d\n" % number + b"Get-AzVM\n" * number for number in range(200)]
        with ThreadPoolExecutor(8) as pool:
            at_once = list(pool.map(lambda content: rewrite(content, "PowerShell"), contents))
        assert at_once == [rewrite(content, "PowerShell") for content in contents]


class TestMissingPackage:
    @pytest.fixture(autouse=True)
    def forget_what_is_loaded(self) -> Iterator[None]:
        caches = (grammars.query, grammars._language, grammars._load)
        for cache in caches:
            cache.cache_clear()
        yield
        for cache in caches:
            cache.cache_clear()

    @pytest.mark.parametrize("package", ["tree-sitter", "tree-sitter-pwsh"])
    def test_the_one_missing_package_is_named(self, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, package.replace("-", "_"), None)
        with pytest.raises(MissingPackage, match=f"package {package} is missing") as caught:
            rewrite(LOGIN, "PowerShell")
        assert caught.value.package == package

    def test_the_second_grammar_is_needed_only_when_the_first_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "tree_sitter_powershell", None)
        assert rewrite(LOGIN, "PowerShell").verdict is Verdict.REWRITTEN
        with pytest.raises(MissingPackage, match="tree-sitter-powershell"):
            rewrite(LOGIN + b"}", "PowerShell")

    def test_a_runbook_that_speaks_of_no_run_as_needs_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "tree_sitter", None)
        assert rewrite(b"Get-AzVM\n", "PowerShell").verdict is Verdict.NOT_USED
