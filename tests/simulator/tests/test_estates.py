# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates: what the demo shows, what short files mean, and how mistakes are told."""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from azure_simulator import estate, estates, rbac
from azure_simulator.clock import TICKS_PER_SECOND, parse
from azure_simulator.estate_build import build
from azure_simulator.estate_runbooks import graphical
from azure_simulator.generated_forms import forms
from azure_simulator.providers.automation.model import Account
from azure_simulator.testing_demo import demo_world
from azure_simulator.world import World


def built(text: str, folder: Path = estates.FOLDER) -> World:
    """The world that an estate's text makes."""
    world = World()
    build(world, estate.parse(text, "estate.yml"), folder)
    return world


def account(world: World, name: str) -> Account:
    return next(item for item in world.accounts.values() if item.name == name)


# --- the demo -------------------------------------------------------------


def test_the_demo_shows_every_kind_of_account() -> None:
    names = {item.name for item in demo_world().accounts.values()}
    kinds = "plain identities roles hybrid expired incomplete classic shared-east shared-west languages recovery done"
    assert names == {f"aa-{kind}" for kind in kinds.split()}


def test_the_demo_is_the_same_at_every_start() -> None:
    first, second = demo_world(), demo_world()
    assert list(first.accounts) == list(second.accounts)
    assert set(first.objects) == set(second.objects)
    assert set(first.role_assignments) == set(second.role_assignments)


def test_user_assigned_identities_without_system_identity() -> None:
    shown = account(demo_world(), "aa-identities")
    assert shown.system_principal_id is None
    assert [item.id.rsplit("/", 1)[-1] for item in shown.user_assigned.values()] == ["id-reporting", "id-scaling"]


def test_byte_order_mark_line_ends_and_a_pending_draft_are_kept() -> None:
    runbooks = account(demo_world(), "aa-identities").runbooks
    report = runbooks["export-costreport"].content or b""
    assert report.startswith(codecs.BOM_UTF8)
    assert report.count(b"\r\n") == report.count(b"\n") > 5
    assert "Größe in €".encode() in report
    resize = runbooks["resize-scaleset"]
    assert resize.state == "Edit"
    assert b"TODO" in (resize.draft or b"") and b"TODO" not in (resize.content or b"")


def test_two_accounts_share_one_application() -> None:
    world = demo_world()
    fields = [
        account(world, name).connections["azurerunasconnection"].properties["fieldDefinitionValues"]
        for name in ("aa-shared-east", "aa-shared-west")
    ]
    assert fields[0] == fields[1]
    application = world.application_of_app(fields[0]["TenantId"], fields[0]["ApplicationId"])
    assert application is not None and len(application.data["keyCredentials"]) == 1


def test_expired_and_incomplete_run_as_accounts() -> None:
    world = demo_world()
    expiry = account(world, "aa-expired").certificates["azurerunascertificate"].properties["expiryTime"]
    assert parse(expiry) < world.clock.now()
    incomplete = account(world, "aa-incomplete")
    assert (list(incomplete.connections), list(incomplete.certificates)) == (["azurerunasconnection"], [])


def test_a_classic_run_as_account_has_the_trailing_space_of_the_script_that_made_it() -> None:
    classic = account(demo_world(), "aa-classic").connections["azureclassicrunasconnection"]
    assert classic.properties["connectionType"]["name"] == "AzureClassicCertificate "


def test_runbook_types_and_a_graphical_container() -> None:
    runbooks = account(demo_world(), "aa-languages").runbooks
    assert {item.name: item.type for item in runbooks.values()} == {
        "list_machines": "Python3",
        "count_disks": "Python2",
        "Start-Everything": "PowerShellWorkflow",
        "Stop-Graphical": "GraphPowerShell",
    }
    container = json.loads(runbooks["stop-graphical"].content or b"")
    payload = base64.b64decode(container["RunbookDefinition"])
    assert b"Get-AutomationConnection" in payload and b"AzureRunAsConnection" in payload


def test_a_graphical_payload_is_padded_to_a_power_of_two() -> None:
    container = json.loads(graphical(["one", "two"], "GraphPowerShell"))
    assert len(base64.b64decode(container["RunbookDefinition"])) == 32


def test_every_seeded_secret_is_really_somewhere_and_looks_fake() -> None:
    text = estates.DEMO.read_text() + "".join(path.read_text() for path in (estates.FOLDER / "runbooks").iterdir())
    for secret in estate.read(estates.DEMO).seeded_secrets:
        assert secret.startswith("FAKE-")
        assert text.count(secret) >= 2


# --- short files ----------------------------------------------------------


def test_an_empty_estate_has_a_subscription_and_a_login_that_can_migrate() -> None:
    world = built("")
    assert [item.name for item in world.subscriptions.values()] == ["production"]
    held = rbac.of_principal(world, world.logins["migration"].object_id)
    assert {world.role_definitions[rbac.role_guid(item.role_definition_id)].role_name for item in held} == {
        "Contributor",
        "User Access Administrator",
    }


def test_a_run_as_account_by_one_word_is_whole() -> None:
    world = built("accounts: [{name: aa, run_as: complete}]")
    made = account(world, "aa")
    fields = made.connections["azurerunasconnection"].properties["fieldDefinitionValues"]
    principal = world.service_principal_of_app(fields["TenantId"], fields["ApplicationId"])
    assert principal is not None
    assert [item.scope for item in rbac.of_principal(world, principal.id)] == [f"/subscriptions/{made.subscription_id}"]
    certificate = made.certificates["azurerunascertificate"].properties
    assert certificate["thumbprint"] == fields["CertificateThumbprint"]


@pytest.mark.parametrize(
    ("part", "gone"),
    [
        ("connection", "connections"),
        ("certificate", "certificates"),
        ("application_id", "ApplicationId"),
        ("application", "application"),
        ("service_principal", "servicePrincipal"),
        ("credential", "keyCredentials"),
    ],
)
def test_each_part_can_be_missing(part: str, gone: str) -> None:
    world = built(f"accounts: [{{name: aa, run_as: {{status: incomplete, missing: [{part}], application: app}}}}]")
    made = account(world, "aa")
    connection = made.connections.get("azurerunasconnection")
    fields = connection.properties["fieldDefinitionValues"] if connection else {}
    applications = [item for item in world.objects.values() if item.data.get("displayName") == "app"]
    present = {
        *(["connections"] if made.connections else []),
        *(["certificates"] if made.certificates else []),
        *fields,
        *(item.kind for item in applications),
        *(["keyCredentials"] if any(item.data["keyCredentials"] for item in applications) else []),
    }
    assert gone not in present


def test_a_thumbprint_can_be_another_than_that_of_the_other_parts() -> None:
    kinds = ["connection", "certificate", "application"]
    entries = ", ".join(f"{{name: aa-{kind}, run_as: {{status: incomplete, differs: [{kind}]}}}}" for kind in kinds)
    world = built(f"accounts: [{entries}]")
    for kind in kinds:
        made = account(world, f"aa-{kind}")
        fields = made.connections["azurerunasconnection"].properties["fieldDefinitionValues"]
        application = world.application_of_app(fields["TenantId"], fields["ApplicationId"])
        assert application is not None
        thumbprints = {
            "connection": fields["CertificateThumbprint"],
            "certificate": made.certificates["azurerunascertificate"].properties["thumbprint"],
            "application": application.data["keyCredentials"][0]["customKeyIdentifier"],
        }
        odd = thumbprints.pop(kind)
        assert len(set(thumbprints.values())) == 1 and odd not in thumbprints.values()


def test_who_made_a_run_as_account_shows_in_its_application_alone() -> None:
    world = built("accounts: [{name: aa, run_as: complete}, {name: bb, run_as: {origin: manual}}]")
    applications = {name: item for name, item in names_of_applications(world).items() if not name.startswith("login")}
    portal = next(name for name in applications if name.startswith("aa_"))
    subscription = account(world, "aa").subscription_id
    subjects = {name: item["keyCredentials"][0]["displayName"] for name, item in applications.items()}
    assert subjects == {portal: f"DC=aa_rg-automation_{subscription}", "sp-bb": "CN=bbAzureRunAsCertificate"}
    assert set(account(world, "bb").connections) == {"azurerunasconnection"}


def names_of_applications(world: World) -> dict[str, dict[str, Any]]:
    return {item.data["displayName"]: item.data for item in world.objects.values() if item.kind == "application"}


def test_an_account_can_have_several_run_as_accounts() -> None:
    world = built(
        """
        accounts:
          - name: aa
            run_as:
              - complete
              - {connection: Second, certificate: Second certificate, enabled: false}
              - {kind: classic, connection_type: AzureClassicCertificate}
        """
    )
    made = account(world, "aa")
    types = {item.name: item.properties["connectionType"]["name"] for item in made.connections.values()}
    assert types == {
        "AzureRunAsConnection": "AzureServicePrincipal",
        "Second": "AzureServicePrincipal",
        "AzureClassicRunAsConnection": "AzureClassicCertificate",
    }
    first, second = (made.connections[name].properties["fieldDefinitionValues"] for name in types_of_azure(types))
    assert first["ApplicationId"] != second["ApplicationId"]
    assert first["CertificateThumbprint"] != second["CertificateThumbprint"]
    enabled = [
        principal.data["accountEnabled"]
        for fields in (first, second)
        if (principal := world.service_principal_of_app(fields["TenantId"], fields["ApplicationId"]))
    ]
    assert enabled == [True, False]


def types_of_azure(types: dict[str, str]) -> list[str]:
    return [name.lower() for name, kind in types.items() if kind == "AzureServicePrincipal"]


def test_a_service_principal_without_any_role() -> None:
    world = built("accounts: [{name: aa, run_as: {status: incomplete, missing: [role], application: app}}]")
    principal = next(item for item in world.objects.values() if item.data.get("appDisplayName") == "app")
    assert rbac.of_principal(world, principal.id) == []


def test_jobs_of_the_past_and_connections_to_other_services() -> None:
    world = built(
        """
        accounts:
          - name: aa
            runbooks: [{name: Rb, text: hello}]
            hybrid_worker_groups: [{name: On site}]
            connections: [{name: Ticketing, type: ServiceNow, fields: {Url: "https://tickets.example"}}]
            webhooks: [{name: Hook, runbook: Rb, invoked_days: 3}]
            jobs:
              - {runbook: rb, days: 2}
              - {runbook: Rb, status: Running, minutes: 5, run_on: on site}
        """
    )
    made = account(world, "aa")
    assert made.connections["ticketing"].properties["connectionType"] == {"name": "ServiceNow"}
    shown = [(job.runbook, job.status, job.run_on, job.ended is None) for job in made.jobs.values()]
    assert shown == [("Rb", "Completed", None, False), ("Rb", "Running", "on site", True)]
    age = world.clock.now() - parse(made.webhooks["hook"].properties["lastInvokedTime"])
    assert age // (24 * 3600 * TICKS_PER_SECOND) == 3


def test_roles_name_scopes_in_words() -> None:
    world = built(
        """
        management_groups: [{name: mg-one}]
        subscriptions: [{name: first, management_group: mg-one}, {name: second}]
        accounts:
          - name: aa
            run_as:
              application: app
              roles:
                - Reader
                - {role: Reader, scope: second}
                - {role: Reader, scope: first/rg-one}
                - {role: Reader, scope: first/rg-one/Microsoft.Compute/virtualMachines/vm1}
                - {role: Reader, scope: "mg:mg-one"}
        """
    )
    first, second = (item.id for item in world.subscriptions.values())
    group = f"/subscriptions/{first}/resourceGroups/rg-one"
    principal = next(
        item for item in world.objects.values() if item.kind == "servicePrincipal" and item.data["displayName"] == "app"
    )
    assert [item.scope for item in rbac.of_principal(world, principal.id)] == [
        f"/subscriptions/{first}",
        f"/subscriptions/{second}",
        group,
        f"{group}/providers/Microsoft.Compute/virtualMachines/vm1",
        "/providers/Microsoft.Management/managementGroups/mg-one",
    ]


def test_a_runbook_that_was_never_published() -> None:
    runbook = account(built("accounts: [{name: aa, runbooks: [{name: rb, state: new, text: hello}]}]"), "aa").runbooks[
        "rb"
    ]
    assert (runbook.state, runbook.content, runbook.draft) == ("New", None, b"hello")


def test_exact_bytes_by_base64() -> None:
    content = base64.b64encode(b"\xff\xfea\x00").decode()
    world = built(f"accounts: [{{name: aa, runbooks: [{{name: rb, base64: '{content}'}}]}}]")
    assert account(world, "aa").runbooks["rb"].content == b"\xff\xfea\x00"


# --- mistakes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("accounts: [{", "estate.yml: line 1, column 13: this is not YAML (expected the node content"),
        ("- accounts", "estate.yml: an estate is a mapping of keys such as accounts and subscriptions."),
        ("acounts: []", "estate.yml: acounts: there is no such key; did you mean accounts."),
        ("accounts: [{run_as: complete}]", "estate.yml: accounts[0].name: this is required."),
        (
            "accounts: [{name: aa, run_as: broken}]",
            "estate.yml: accounts[0] (aa).run_as[0].status: input should be 'complete', 'expired' or 'incomplete', "
            "not 'broken'.",
        ),
        (
            "accounts: [{name: aa, run_as: incomplete}]",
            "estate.yml: accounts[0] (aa).run_as[0]: status: incomplete needs `missing`, the list of parts that are "
            "not there.",
        ),
        ("accounts: [{name: aa, tags: {a: 1}}]", "estate.yml: accounts[0] (aa).tags.a: input should be a valid string"),
        (
            "accounts: [{name: aa, subscription: prodution}]",
            "accounts (aa): there is no subscription called 'prodution'; did you mean production.",
        ),
        (
            "accounts: [{name: aa, run_as: {roles: [Contributer]}}]",
            "accounts (aa).run_as.roles: there is no role called 'Contributer'; did you mean Contributor.",
        ),
        (
            "accounts: [{name: aa, run_as: [complete, complete]}]",
            "accounts (aa).run_as: there are two connections called 'AzureRunAsConnection'; give one of them another "
            "name.",
        ),
        (
            "accounts: [{name: aa, jobs: [{runbook: rb}]}]",
            "accounts (aa).jobs: there is no runbook called 'rb'.",
        ),
        (
            "accounts: [{name: aa, runbooks: [nowhere/no.ps1]}]",
            "accounts (aa).runbooks (no): the file ",
        ),
        (
            "accounts: [{name: aa, runbooks: [{name: rb}]}]",
            "estate.yml: accounts[0] (aa).runbooks[0] (rb): give the content by exactly one of text, file, base64 and "
            "graph.",
        ),
        (
            "accounts: [{name: aa, links: [{runbook: rb, schedule: s}]}]",
            "accounts (aa).links: there is no runbook called 'rb'.",
        ),
        ("accounts: [{name: aa, identity: id-x}]", "accounts (aa).identity: there is no user-assigned identity called"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_place(text: str, sentence: str) -> None:
    with pytest.raises(estate.EstateError) as caught:
        built(text)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_a_mistake_in_a_file_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("accounts: [{name: aa, subscription: none-such}]")
    with pytest.raises(ValueError, match=r"mine.yml: accounts \(aa\): there is no subscription"):
        estates.load(World(), path)
    with pytest.raises(ValueError, match="cannot be read"):
        estates.load(World(), tmp_path / "absent.yml")


# --- the generator --------------------------------------------------------


def test_generated_estates_are_the_same_for_the_same_seed() -> None:
    worlds = [World(), World(), World()]
    for world, seed in zip(worlds, (1, 1, 2), strict=True):
        estates.generate(world, 20, 5, seed)
    contents = [
        [(item.name, book.name, book.content) for item in world.accounts.values() for book in item.runbooks.values()]
        for world in worlds
    ]
    assert contents[0] == contents[1] != contents[2]
    assert len(contents[0]) == 100


def test_the_truth_about_generated_accounts_agrees_with_them() -> None:
    world = World()
    estates.generate(world, 60, 5, 3)
    truth = world.provider_state["truth"]
    assert {entry["run_as"] for entry in truth.values()} >= {"complete", "expired", "absent"}
    for item in world.accounts.values():
        told = truth[item.name]
        assert (told["run_as"] == "absent") == (not item.connections)
        assert {*told["rewritable"], *told["manual"], *told["untouched"]} == {b.name for b in item.runbooks.values()}
        for name in told["rewritable"]:
            assert b"Get-AutomationConnection" in (item.runbooks[name.lower()].content or b"")
        drafts = [book.name for book in item.runbooks.values() if book.draft is not None]
        assert told["pending_drafts"] == drafts


# --- the varied generator -------------------------------------------------


@pytest.fixture(scope="module")
def varied() -> World:
    """Two hundred accounts of every kind."""
    world = World()
    estates.generate_varied(world, 200, 10, 7)
    return world


def truth_of(world: World) -> dict[str, Any]:
    truth: dict[str, Any] = world.provider_state["truth"]
    return truth


def contents(world: World) -> Iterator[tuple[dict[str, Any], dict[str, Any], bytes]]:
    """Each content of the estate: the truth about its account, about itself, and its bytes."""
    for name, told in truth_of(world).items():
        runbooks = account(world, name).runbooks
        for book in told["runbooks"]:
            runbook = runbooks[book["name"].lower()]
            for version, content in (("published", runbook.content), ("draft", runbook.draft)):
                assert (book[version] is None) == (content is None)
                if content is not None:
                    yield told, book[version], content


def test_varied_estates_are_the_same_for_the_same_numbers(varied: World) -> None:
    again, other = World(), World()
    estates.generate_varied(again, 200, 10, 7)
    estates.generate_varied(other, 200, 10, 8)
    assert truth_of(again) == truth_of(varied) != truth_of(other)


def test_a_varied_estate_has_every_kind_of_run_as_account(varied: World) -> None:
    found = [run_as for told in truth_of(varied).values() for run_as in told["run_as"]]
    assert {run_as["kind"] for run_as in found} == {"azure", "classic"}
    assert {run_as["status"] for run_as in found} == {"complete", "expired", "incomplete"}
    assert {run_as["origin"] for run_as in found} == {"portal", "manual", "unknown", None}
    parts = {"certificate", "application", "service_principal", "credential", "application_id", "role"}
    assert {part for run_as in found for part in run_as["missing"]} == parts
    assert {part for run_as in found for part in run_as["differs"]} == {"connection", "certificate", "application"}
    assert {run_as["enabled"] for run_as in found if run_as["kind"] == "azure"} == {True, False}
    assert any(0 < run_as["days_left"] < 30 for run_as in found)
    assert any(len(told["run_as"]) == 2 for told in truth_of(varied).values())
    assert any(told["certificates_without_connection"] for told in truth_of(varied).values())
    assert any(run_as["shared_with"] for run_as in found)
    types = {
        item.properties["connectionType"]["name"]
        for made in varied.accounts.values()
        for item in made.connections.values()
    }
    assert {"AzureServicePrincipal", "AzureClassicCertificate", "AzureClassicCertificate "} < types
    roles = {(held["role"], held["scope"].count("/")) for run_as in found for held in run_as["roles"] or []}
    assert {("Contributor", 2), ("Virtual Machine Contributor", 4), ("Reader", 8), ("Task Operator", 2)} <= roles


def test_the_truth_about_a_connection_is_that_of_the_world(varied: World) -> None:
    for name, told in truth_of(varied).items():
        made = account(varied, name)
        run_as = {
            item.name: item.properties["fieldDefinitionValues"].get("ApplicationId")
            for item in made.connections.values()
            if item.properties["connectionType"]["name"].strip() in ("AzureServicePrincipal", "AzureClassicCertificate")
        }
        assert set(run_as) == {item["connection"] for item in told["run_as"]}
        for item in told["run_as"]:
            hidden = item["kind"] == "classic" or "application_id" in item["missing"]
            assert run_as[item["connection"]] == (None if hidden else item["application_id"])
            if item["certificate"] is not None:
                ends = parse(made.certificates[item["certificate"].lower()].properties["expiryTime"])
                assert (ends > varied.clock.now()) is (item["days_left"] > 0)


def test_a_varied_estate_has_every_form_of_runbook_and_both_ways_of_drafts(varied: World) -> None:
    seen = {told["form"] for _, told, _ in contents(varied)}
    assert seen == {form.name for form in forms()}
    both = {
        (book["published"]["uses_run_as"], book["draft"]["uses_run_as"])
        for told in truth_of(varied).values()
        for book in told["runbooks"]
        if book["state"] == "Edit"
    }
    assert {(True, False), (False, True)} <= both
    states = {book["state"] for told in truth_of(varied).values() for book in told["runbooks"]}
    assert states == {"New", "Published", "Edit"}


def test_no_place_of_a_form_is_left_open(varied: World) -> None:
    for told, content, text in contents(varied):
        assert not re.search(rb"__[A-Z]+__", text), (told["id"], content)


def test_what_uses_a_run_as_account_names_something_of_it_or_computes_the_name(varied: World) -> None:
    for told, content, text in contents(varied):
        names = [item["connection"] for item in told["run_as"]] + [str(item["certificate"]) for item in told["run_as"]]
        names += ["AzureRunAsConnection", "AzureRunAsCertificate"]
        spellings = {spelling.encode() for name in names for spelling in (name, name.replace("'", "''"))}
        is_readable = content["form"] != "Computed-Name-Script" and b"RunbookDefinition" not in text
        if content["uses_run_as"] and is_readable:
            assert any(spelling in text for spelling in spellings), (told["id"], content)


def test_names_are_as_azure_allows_them(varied: World) -> None:
    forbidden = re.compile(r"[<>*%&:\\?.+/\x00-\x1f]| $")
    for made in varied.accounts.values():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9]", made.name)
        assert all(re.fullmatch(r"[A-Za-z][\w-]{0,62}", item.name, re.ASCII) for item in made.runbooks.values())
        for kind in ("connections", "certificates", "schedules", "webhooks"):
            assert not [name for name in getattr(made, kind) if forbidden.search(name)]
    text = " ".join(item.name for made in varied.accounts.values() for item in made.connections.values())
    assert "{{" in text and "'" in text and "ταυτότητα" in text


def test_the_last_job_of_the_truth_is_the_newest_of_the_world(varied: World) -> None:
    shown = 0
    for name, told in truth_of(varied).items():
        jobs = account(varied, name).jobs.values()
        for book in told["runbooks"]:
            own = [job for job in jobs if job.runbook == book["name"]]
            newest = max(own, key=lambda job: job.created, default=None)
            assert (book["last_job"] or {}).get("status") == (newest.status if newest else None)
            shown += newest is not None
    assert shown > 100
