# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical runbooks: what is rewritten, what is left to people with steps, and what is no use of Run As at all."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import (
    Rewrite,
    RewriteOptions,
    Verdict,
    rewrite,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.graph_model import (
    Activity,
    ActivityKind,
    Graph,
    read_graph,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_reader import read_stream
from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook.nrbf_records import (
    Array,
    Instance,
    Reference,
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
    Link,
    constant,
    drawing,
    expression,
    fetch,
    login,
    machines,
    output,
    parameter,
    samples,
    variable,
)
from ansible_collections.azauto.runas_migration.tests.unit.plugins.module_utils._runbook.graphs import (
    reason,
    runbook_of,
    stream_of,
)

ID = "11111111-1111-1111-1111-111111111111"
KNOWN = {"AzureRunAsConnection": {"subscription_id": ID, "tenant_id": ID.replace("1", "2")}}
KEEP = RewriteOptions(azurerm="keep")


def graph_in(content: bytes) -> Graph:
    return read_graph(read_stream(base64.b64decode(json.loads(content)["RunbookDefinition"])))


def rewritten(drawn: Drawing, options: RewriteOptions | None = None) -> tuple[Graph, Rewrite]:
    """Rewrite a drawing, and see that a second time nothing is left to rewrite."""
    outcome = rewrite(runbook_of(drawn), "GraphPowerShell", options)
    assert outcome.verdict is Verdict.REWRITTEN_WITH_ASSUMPTIONS, [found.text() for found in outcome.findings]
    again = rewrite(outcome.content, "GraphPowerShell", options)
    assert again.verdict is Verdict.NOT_USED
    assert again.content is outcome.content
    return graph_in(outcome.content), outcome


def facts_of(activity: Activity) -> list[object]:
    """All that an activity says, but for the records it was read from."""
    sources = {n: (s.kind, s.text, s.path, s.flag) for n, s in activity.parameters.items()}
    said = (activity.kind, activity.name, activity.entity_id, activity.command, activity.module)
    return [*said, activity.parameter_set, sources, activity.custom_parameters, activity.code, activity.repeat]


def code_of(graph: Graph, name: str = LOGIN) -> str:
    (activity,) = [activity for activity in graph.activities if activity.name == name]
    assert activity.kind is ActivityKind.CODE
    return activity.code["Process"]


def names_of(graph: Graph) -> list[str]:
    return [activity.name for activity in graph.activities]


def links_of(graph: Graph) -> list[tuple[str, str]]:
    return [(graph.activity(link.source).name, graph.activity(link.destination).name) for link in graph.links]


class TestLogin:
    @pytest.mark.parametrize("version", ["7.2", "7.3"])
    def test_fetch_and_login_become_one_code_activity_in_the_place_of_the_login(self, version: str) -> None:
        before = graph_in(runbook_of(drawing(version=version)))
        after, _outcome = rewritten(drawing(version=version))
        assert code_of(after) == "Connect-AzAccount -Identity"
        assert names_of(after) == [LOGIN, LIST]
        assert links_of(after) == [(LOGIN, LIST)]
        assert after.activities[0].entity_id == before.activities[1].entity_id
        assert after.links[0].condition == before.links[1].condition

    def test_place_and_error_handling_of_the_login_stay(self) -> None:
        after, _outcome = rewritten(drawing())
        kept = dict(zip(after.activities[0].record.shape.members, after.activities[0].record.values, strict=True))
        numbers = {name.rsplit("<")[-1].split(">")[0]: value for name, value in kept.items()}
        assert [numbers[name].integer for name in ("PositionX", "PositionY")] == [100, 200]  # type: ignore[union-attr]
        assert [numbers[name].integer for name in ("CheckpointAfter", "ExceptionsToErrors")] == [1, 1]  # type: ignore[union-attr]

    def test_what_led_to_the_fetch_leads_to_the_login(self) -> None:
        start = Code("Start", "Write-Verbose 'begin'")
        after, _outcome = rewritten(drawing(start, links=[Link("Start", FETCH, "$true"), Link(FETCH, LOGIN)]))
        assert links_of(after) == [("Start", LOGIN)]
        assert after.links[0].condition.text == "$true"

    def test_the_message_about_a_missing_connection_is_gone(self) -> None:
        missing = Command(MISSING, "Write-Error", {"Message": expression("'no ' + $ActivityOutput['Get connection']")})
        links = [Link(FETCH, LOGIN), Link(LOGIN, LIST), Link(FETCH, MISSING, NOT_FOUND, is_pipeline=False)]
        after, outcome = rewritten(drawing(missing, links=links))
        assert names_of(after) == [LOGIN, LIST]
        assert [found.code for found in outcome.findings] == ["RA454", "RA455", "RA453"]

    @pytest.mark.parametrize(
        "condition",
        [
            f"-not $ActivityOutput['{FETCH}']",
            f'$null -eq $ActivityOutput["{FETCH}"]',
            f"($ActivityOutput['{FETCH}'].Count -eq 0) -or ($ActivityOutput['{FETCH}'][0] -eq $null)",
        ],
    )
    def test_code_that_only_throws_is_such_a_message(self, condition: str) -> None:
        missing = Code(MISSING, "Throw \"There is no connection '${Name}'.\"\n")
        after, _outcome = rewritten(drawing(missing, links=[Link(FETCH, LOGIN), Link(FETCH, MISSING, condition)]))
        assert names_of(after) == [LOGIN, LIST]

    def test_a_message_that_others_lead_to_stays(self) -> None:
        missing = Command(MISSING, "Write-Error", {"Message": constant("Something failed")})
        links = [Link(FETCH, LOGIN), Link(LOGIN, LIST), Link(FETCH, MISSING, NOT_FOUND), Link(LIST, MISSING, "!$_")]
        after, _outcome = rewritten(drawing(missing, links=links))
        assert links_of(after) == [(LOGIN, LIST), (LIST, MISSING)]

    def test_a_condition_that_the_connection_was_found_falls_away(self) -> None:
        found = f'$ActivityOutput["{FETCH.upper()}"] -ne $null'
        after, _outcome = rewritten(drawing(links=[Link(FETCH, LOGIN, found), Link(LOGIN, LIST)]))
        assert links_of(after) == [(LOGIN, LIST)]

    def test_a_parameter_that_names_the_connection_stays_for_its_callers(self) -> None:
        parameters = {"Connection": "AzureRunAsConnection", "Group": None}
        named = drawing(activities=[fetch(parameter("Connection")), login(), machines()], parameters=parameters)
        after, outcome = rewritten(named)
        assert after.parameters == parameters
        assert [a.name for a in outcome.assumptions] == ["connection_parameter", "graph_tested_first"]

    def test_what_the_login_says_beside_the_service_principal_stays(self) -> None:
        more = {"Environment": variable("Cloud's name"), "Force": constant(True), "ContextName": parameter("Context")}
        drawn = drawing(activities=[fetch(), login(custom_parameters="-ErrorAction Stop", **more), machines()])
        after, _outcome = rewritten(replace(drawn, parameters={"Context": None}))
        assert code_of(after) == (
            "Connect-AzAccount -Identity -Environment (Get-AutomationVariable -Name 'Cloud''s name') -Force:$true "
            "-ContextName $Context -ErrorAction Stop"
        )

    def test_the_options_are_heard(self) -> None:
        options = RewriteOptions(
            identity="user", client_id=ID, environment="AzureChinaCloud", disable_context_autosave=True
        )
        after, _outcome = rewritten(drawing(), options)
        assert code_of(after).splitlines() == [
            "Disable-AzContextAutosave -Scope Process | Out-Null",
            f"Connect-AzAccount -Identity -AccountId {ID} -Environment AzureChinaCloud",
        ]

    def test_a_known_subscription_is_written_where_the_connection_was_read(self) -> None:
        subscription = output(FETCH, "SubscriptionId")
        drawn = drawing(
            activities=[
                fetch(),
                login(SubscriptionId=subscription),
                machines("Set-AzContext", Subscription=subscription),
            ]
        )
        after, outcome = rewritten(drawn, RewriteOptions(connections=KNOWN))
        assert code_of(after) == f"Connect-AzAccount -Identity -Subscription '{ID}'"
        assert after.activities[1].parameters["Subscription"].text == ID
        assert [found.code for found in outcome.findings] == ["RA454", "RA403", "RA453"]

    def test_an_unknown_one_is_read_of_the_context_of_the_login(self) -> None:
        tenant, subscription = output(FETCH, "TenantId"), output(FETCH, "SubscriptionId")
        drawn = drawing(
            activities=[
                fetch(),
                login(),
                machines("Set-AzContext", Tenant=tenant, Subscription=subscription),
                Command("After", "Get-AzVM"),
            ],
            links=[Link(FETCH, LOGIN), Link(LOGIN, LIST), Link(LIST, "After")],
        )
        after, outcome = rewritten(drawn)
        values = {name: source.text for name, source in after.activities[1].parameters.items()}
        assert values == {"Tenant": "(Get-AzContext).Tenant.Id", "Subscription": "(Get-AzContext).Subscription.Id"}
        assert [a.name for a in outcome.assumptions] == ["subscription_from_context", "graph_tested_first"]
        assert [found.code for found in outcome.findings] == ["RA454", "RA403", "RA404", "RA453"]

    @pytest.mark.parametrize(
        ("others", "links"),
        [
            pytest.param([], [], id="perhaps-before-the-login"),
            pytest.param([Code("Choose", "Select-AzSubscription $id")], [Link(LOGIN, LIST)], id="other-subscription"),
            pytest.param([Code("Choose", ". .\\Set-Up.ps1")], [Link(LOGIN, LIST)], id="other-script"),
            pytest.param([Code("Start", "1")], [Link(LOGIN, LIST), Link("Start", LIST)], id="another-way"),
        ],
    )
    def test_where_the_context_may_be_another_one_the_graph_is_left_to_people(
        self, others: list[Code], links: list[Link]
    ) -> None:
        reader = machines("Get-AzVM", Id=output(FETCH, "SubscriptionId"))
        drawn = drawing(activities=[fetch(), login(), reader, *others], links=[Link(FETCH, LOGIN), *links])
        assert "activity 'List machines' reads subscriptionid" in reason(drawn)

    def test_a_login_whose_subscription_is_not_known_takes_the_default_one(self) -> None:
        drawn = drawing(activities=[fetch(), login(SubscriptionId=output(FETCH, "SubscriptionId")), machines()])
        after, outcome = rewritten(drawn)
        assert code_of(after) == "Connect-AzAccount -Identity"
        assert [a.name for a in outcome.assumptions] == ["default_subscription", "graph_tested_first"]

    def test_azurerm_activities_stay_with_an_azurerm_login(self) -> None:
        drawn = drawing(activities=[fetch(), login("Add-AzureRmAccount"), machines("Get-AzureRmVM")])
        after, outcome = rewritten(drawn, KEEP)
        assert code_of(after) == "Connect-AzureRmAccount -Identity"
        assert [found.code for found in outcome.findings] == ["RA454", "RA501", "RA453"]
        assert [(m.name, m.minimum, m.needed_by) for m in outcome.modules] == [
            ("AzureRM.Profile", "5.8.2", "Connect-AzureRmAccount")
        ]


class TestRest:
    @pytest.mark.parametrize("name", samples())
    def test_every_other_activity_and_link_stays_as_it_was(self, name: str) -> None:
        before = graph_in(runbook_of(samples()[name]))
        after, _outcome = rewritten(samples()[name], replace(KEEP, connections=KNOWN))
        gone = {"Get connection", "Missing", LOGIN, "Select"}
        others = [activity for activity in before.activities if activity.name not in gone]
        kept = [activity for activity in after.activities if activity.name not in gone]
        assert [facts_of(activity) for activity in kept] == [facts_of(activity) for activity in others]
        assert links_of(after) == [link for link in links_of(before) if not gone - {LOGIN, "Select"} & set(link)]
        assert after.parameters == before.parameters

    @pytest.mark.parametrize("name", samples())
    def test_no_object_is_left_that_nothing_needs(self, name: str) -> None:
        after, _outcome = rewritten(samples()[name], replace(KEEP, connections=KNOWN))
        targets = {
            value.target
            for item in after.stream.objects()
            if isinstance(item, (Instance, Array))
            for value in item.values
            if isinstance(value, Reference)
        }
        assert {item.object_id for item in after.stream.items} - targets == {after.stream.root_id}


class TestCode:
    def test_the_code_of_an_activity_is_rewritten_like_a_runbook(self) -> None:
        after, outcome = rewritten(Drawing([Code(LOGIN, SCRIPT), machines()], [Link(LOGIN, LIST)]))
        assert code_of(after) == "Connect-AzAccount -Identity\n"
        assert [found.code for found in outcome.findings] == ["RA401", "RA453"]
        assert "Code of activity 'Log in', Process, line 2" in outcome.findings[0].sentence
        assert {assumption.line for assumption in outcome.assumptions} == {1}
        assert [(module.name, module.line) for module in outcome.modules] == [("Az.Accounts", 1)]

    def test_a_part_that_reads_what_another_part_fetched_is_left_to_people(self) -> None:
        drawn = Drawing([Code(LOGIN, SCRIPT, end="Set-AzContext $c.SubscriptionId")])
        assert "several parts of 'Log in' belong together" in reason(drawn)

    def test_code_that_text_rules_refuse_is_told_with_its_reason(self) -> None:
        drawn = Drawing([Code(LOGIN, SCRIPT + "Write-Output $c\n")])
        outcome = rewrite(runbook_of(drawn), "GraphPowerShell")
        assert [found.code for found in outcome.findings] == ["RA411", "RA450"]
        assert outcome.findings[0].sentence.startswith("Code of activity 'Log in', Process, line 3: $c is used")

    def test_a_login_in_two_places_is_left_to_people(self) -> None:
        assert "in several places" in reason(drawing(Code("Again", SCRIPT)))


class TestContainer:
    @pytest.mark.parametrize("declared", ["GraphPowerShell", "GraphPowerShellWorkflow", "PowerShell", "Script"])
    def test_a_graph_is_known_by_its_content(self, declared: str) -> None:
        assert rewrite(runbook_of(drawing()), declared).verdict is Verdict.REWRITTEN_WITH_ASSUMPTIONS

    def test_all_but_the_definition_stays_byte_for_byte(self) -> None:
        definition = base64.b64encode(stream_of(drawing())).decode()
        frame = '\ufeff{ "SchemaVersion" : "2.10999",\n "RunbookDefinition":  "%s" ,"Other": "\\u00fc",\t"a": 1.0}\r\n'
        content = (frame % definition).encode()
        outcome = rewrite(content, "GraphPowerShell")
        (edit,) = outcome.edits
        start, end = edit.span
        assert (edit.rule, edit.before) == ("graph", definition.encode())
        assert outcome.content == content[:start] + edit.after + content[end:]

    def test_the_padding_after_the_stream_is_kept(self) -> None:
        before, after = (
            base64.b64decode(json.loads(content)["RunbookDefinition"])
            for content in (runbook_of(drawing()), rewrite(runbook_of(drawing()), "GraphPowerShell").content)
        )
        assert len(after) == len(before)
        assert (before.rstrip(b"\0")[-1], after.rstrip(b"\0")[-1]) == (11, 11)

    def test_escaped_base64_is_read(self) -> None:
        content = runbook_of(drawing()).replace(b"+", b"\\u002b").replace(b"/", b"\\/")
        assert names_of(graph_in(rewrite(content, "GraphPowerShell").content)) == [LOGIN, LIST]

    @pytest.mark.parametrize(
        "content",
        [
            b'{"SchemaVersion": "1.10"}',
            b'{"SchemaVersion": "1.10", "RunbookDefinition": "AAAA"}',
            b'{"SchemaVersion": "1.10", "RunbookDefinition": 7}',
            b'{"RunbookDefinition": "not base64!"}',
            b'{"RunbookDefinition": "AAAA", "RunbookDefinition": "AAAA"}',
            b'{"SchemaVersion": ' + b"[" * 100_000,
            b'["RunbookDefinition"]',
        ],
    )
    def test_what_cannot_be_read_is_unparsable(self, content: bytes) -> None:
        outcome = rewrite(content, "GraphPowerShell")
        assert outcome.verdict is Verdict.UNPARSABLE
        assert outcome.content is content
        assert [found.code for found in outcome.findings] == ["RA451"]
