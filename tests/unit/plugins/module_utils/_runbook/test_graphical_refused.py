# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical runbooks that stay as they are: what is left to people with steps, and what is no use of Run As at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import (
    Rewrite,
    RewriteOptions,
    Verdict,
    rewrite,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.drawings import (
    FETCH,
    LIST,
    LOGIN,
    MISSING,
    NOT_FOUND,
    SCRIPT,
    Code,
    Command,
    Drawing,
    Junction,
    Link,
    Source,
    connection,
    constant,
    drawing,
    expression,
    fetch,
    login,
    machines,
    output,
    parameter,
    variable,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import (
    reason,
    runbook_of,
)


class TestNotUsed:
    @pytest.mark.parametrize(
        "activities",
        [
            [Command("Log in", "Connect-AzAccount", {"Identity": constant(True)})],
            [Command("Get", "Get-AutomationConnection", {"Name": constant("ServiceNow")})],
            [Code("Read me", "<# Get-AutomationConnection -Name AzureRunAsConnection #>")],
            [Command("Say", "Write-Output", {"InputObject": constant("AzureRunAsConnection")})],
            [Command("Child", "Child", {"Name": constant("x")}, kind="InvokeRunbookActivity"), Junction("Join")],
            [],
        ],
    )
    def test_a_mention_is_none(self, activities: list[Command | Code | Junction]) -> None:
        content = runbook_of(Drawing(activities, parameters={"Left": "AzureRunAsConnection"}))
        outcome = rewrite(content, "GraphPowerShell")
        assert outcome == Rewrite(content, Verdict.NOT_USED)
        assert outcome.content is content

    def test_a_custom_connection_counts_when_the_account_has_it(self) -> None:
        drawn = drawing(activities=[fetch(constant("Mine")), login(), machines()])
        assert rewrite(runbook_of(drawn), "", RewriteOptions(connections={})).verdict is Verdict.NOT_USED
        for options in (None, RewriteOptions(connections={"MINE": {}})):
            assert rewrite(runbook_of(drawn), "", options).verdict is Verdict.REWRITTEN_WITH_ASSUMPTIONS


class TestLeftToPeople:
    @pytest.mark.parametrize(
        ("drawn", "words"),
        [
            pytest.param(drawing(links=[]), "not led to by", id="no-link"),
            pytest.param(
                drawing(links=[Link(FETCH, LOGIN), Link(FETCH, LIST)]), "has another purpose", id="feeds-another"
            ),
            pytest.param(drawing(links=[Link(FETCH, LOGIN, "$Really")]), "has another purpose", id="own-condition"),
            pytest.param(
                drawing(links=[Link(FETCH, LOGIN), Link(LIST, LOGIN)]), "not led to by", id="login-has-other-sources"
            ),
            pytest.param(drawing(activities=[fetch(), machines()], links=[]), "no login activity", id="no-login"),
            pytest.param(
                drawing(activities=[fetch(), login(Credential=variable("x")), machines()]),
                "has parameter 'Credential'",
                id="credential",
            ),
            pytest.param(
                drawing(activities=[fetch(), login(Tenant=constant("x")), machines()]),
                "takes 'Tenant' not from the connection",
                id="other-tenant",
            ),
            pytest.param(
                drawing(activities=[fetch(), login(custom_parameters="-Scope (f)"), machines()]),
                "free parameters",
                id="free-parameters",
            ),
            pytest.param(
                drawing(activities=[fetch(), login(Environment=expression("f")), machines()]),
                "from a source that is not rewritten",
                id="computed-environment",
            ),
            pytest.param(
                drawing(activities=[fetch(), login(), machines(Id=output(FETCH, "ApplicationId"))]),
                "activity 'List machines' reads applicationid from 'Get connection'",
                id="application-id-elsewhere",
            ),
            pytest.param(
                drawing(activities=[fetch(), login(), machines(Id=output(FETCH))]), "reads the connection", id="object"
            ),
            pytest.param(
                drawing(Code("Say", f"$ActivityOutput['{FETCH}'].SubscriptionId")), "reads subscriptionid", id="in-code"
            ),
            pytest.param(drawing(Code("Say", "$ActivityOutput[$name]")), "names that cannot be told", id="any-output"),
            pytest.param(
                drawing(links=[Link(FETCH, LOGIN), Link(LOGIN, LIST, f"$ActivityOutput['{FETCH}'].TenantId")]),
                "the condition of the link from 'Log in' to 'List machines' reads tenantid",
                id="in-condition",
            ),
            pytest.param(
                drawing(activities=[fetch(parameter("Connection")), login(), machines()]),
                "cannot be told",
                id="no-name",
            ),
            pytest.param(
                drawing(activities=[fetch(constant("AzureClassicRunAsConnection")), login(), machines()]),
                "classic",
                id="classic",
            ),
            pytest.param(
                drawing(activities=[fetch(), login("Add-AzureRmAccount"), machines()]),
                "both AzureRM and Az",
                id="mixed",
            ),
            pytest.param(
                drawing(Command("Old", "Get-AzureVM", module="Azure")), "retired service management", id="asm"
            ),
            pytest.param(
                drawing(Command("Child", "Child", {"Connection": constant("AzureRunAsConnection")})),
                "Run As is used in 'Child'",
                id="name-given-to-child",
            ),
            pytest.param(
                Drawing([Command("Child", "Child", {"C": connection("AzureRunAsConnection")})]),
                "Run As is used in 'Child'",
                id="connection-asset-as-value",
            ),
            pytest.param(
                Drawing([Command("Use", "Use-It", {"C": Source("AutomationCertificate", "AzureRunAsCertificate")})]),
                "Run As is used in 'Use'",
                id="certificate-asset-as-value",
            ),
            pytest.param(
                Drawing([Command("Get", "Get-AutomationCertificate", {"Name": constant("AzureRunAsCertificate")})]),
                "Run As is used in 'Get'",
                id="certificate",
            ),
            pytest.param(
                Drawing([Command("Say", "Write-Output", {"I": expression(SCRIPT)})]),
                "used in 'Say'",
                id="in-expression",
            ),
        ],
    )
    def test_it_says_why(self, drawn: Drawing, words: str) -> None:
        assert words in reason(drawn)

    @pytest.mark.parametrize(
        "mail",
        [
            Command(MISSING, "Send-MailMessage", {"To": constant("ops@example.com")}),
            Code(MISSING, "throw $(Send-MailMessage)"),
            Code(MISSING, "Write-Error 'none'\nSend-MailMessage"),
        ],
    )
    def test_a_missing_connection_that_does_more_than_speak(self, mail: Command | Code) -> None:
        links = [Link(FETCH, LOGIN), Link(FETCH, MISSING, NOT_FOUND)]
        assert "does more than say that the connection is missing" in reason(drawing(mail, links=links))

    @pytest.mark.parametrize("azurerm", ["az", "alias"])
    def test_azurerm_activities_cannot_be_renamed(self, azurerm: str) -> None:
        drawn = drawing(activities=[fetch(), login("Add-AzureRmAccount"), machines("Get-AzureRmVM")])
        assert "activities call AzureRM cmdlets: 'List machines'" in reason(drawn, RewriteOptions(azurerm=azurerm))

    def test_a_child_runbook_that_uses_run_as_by_default(self) -> None:
        defaults = {"ConnectionName": '"AzureRunAsConnection"'}
        child = Command("Child", "Tidy-Up", kind="InvokeRunbookActivity", defaults=defaults)
        assert "Run As is used in 'Child'" in reason(Drawing([child]))
        given = replace(child, parameters={"connectionname": constant("ServiceNow")})
        assert rewrite(runbook_of(Drawing([given])), "").verdict is Verdict.NOT_USED

    def test_a_child_runbook_shares_an_azurerm_login(self) -> None:
        child = Command("Child", "Child", kind="InvokeRunbookActivity")
        assert "share its AzureRM login" in reason(
            drawing(activities=[fetch(), login("Login-AzureRmAccount"), machines("f"), child])
        )

    def test_a_graph_whose_caller_moves_to_az(self) -> None:
        drawn = Drawing([machines("Get-AzureRmVM")])
        assert rewrite(runbook_of(drawn), "").verdict is Verdict.NOT_USED
        assert "its caller moves to Az" in reason(drawn, RewriteOptions(rename_azurerm=True))

    @pytest.mark.parametrize(
        "other",
        [Code("Other", "Connect-AzAccount -Identity"), Command("Other", "Login-AzAccount")],
    )
    def test_a_graph_that_logs_in_elsewhere_too(self, other: Command | Code) -> None:
        assert "logs in elsewhere, too: 'Other'" in reason(drawing(other))

    @pytest.mark.parametrize(
        ("cmdlet", "words"), [("Get-AzureRmVM", "both AzureRM and Az"), ("Get-AzureVM", "retired service management")]
    )
    def test_code_beside_cmdlets_of_another_family(self, cmdlet: str, words: str) -> None:
        assert words in reason(Drawing([Code("Log in", SCRIPT), Command("Old", cmdlet)]))

    def test_code_of_azurerm_beside_azurerm_activities(self) -> None:
        old = SCRIPT.replace("Connect-Az", "Add-AzureRm")
        drawn = Drawing([Code("Log in", old), Command("Old", "Get-AzureRmVM")])
        assert "activities call AzureRM cmdlets: 'Old'" in reason(drawn)
        kept = rewrite(runbook_of(drawn), "", RewriteOptions(azurerm="keep"))
        assert kept.verdict is Verdict.REWRITTEN_WITH_ASSUMPTIONS

    def test_code_that_uses_a_variable_of_the_rewritten_code(self) -> None:
        drawn = Drawing([Code("Log in", SCRIPT), Code("Use", "Write-Output $C.TenantId")])
        assert "other activities use variables of 'Log in'" in reason(drawn)

    def test_the_steps_name_the_activities(self) -> None:
        drawn = drawing(
            Command("Tell", "Write-Output", {"InputObject": output(FETCH)}),
            Code("Start", "1"),
            links=[Link("Start", FETCH), Link(FETCH, LOGIN), Link(LOGIN, LIST)],
        )
        (found,) = rewrite(runbook_of(drawn), "GraphPowerShell").findings
        assert found.remedy == (
            "1. Import the graph as a new runbook and open it in the editor. "
            "2. Add a Code activity with the text: Connect-AzAccount -Identity. "
            "3. Link it to what 'Log in' leads to: 'List machines'. "
            "4. Link 'Start' to it. "
            "5. Change 'Tell': the output of 'Get connection' is read there. "
            "6. Delete 'Get connection', 'Log in'. "
            "7. Test the new runbook in the test pane before it replaces this one."
        )

    def test_names_cannot_harm_a_terminal(self) -> None:
        evil = "a\x1b[31m\n\u202e" + "b" * 200
        drawn = drawing(Command(evil, "Child", {"Connection": constant("AzureRunAsConnection")}))
        sentence = reason(drawn)
        assert "'a?[31m??" + "b" * 72 + "…'" in sentence
