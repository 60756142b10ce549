# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What retiring a Run As account would change, and what an application is besides."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retiree import (
    Entra,
    Retiree,
    application_state,
    assets_of,
    other_uses,
    remembered_connections,
    users_of_certificate,
    without_secrets,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_options import Options
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_parts import parts_after
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retirement_plan import (
    choose,
    plan_of,
    tracks_of,
    wishes_of,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import StepError

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
ACCOUNT = AccountId("s1", "rg", "aa")
APPLICATION = {"id": "object-1", "appId": "app-1", "displayName": "aa_run_as"}
PRINCIPAL = {"id": "principal-1", "appId": "app-1", "accountEnabled": True}
DISABLE = Options("disable")
DELETE = Options("delete", delete_application=False)
DELETE_ALL = Options("delete")


def connection(name: str = "AzureRunAsConnection", application: str = "app-1", mark: str = "AB12") -> dict[str, Any]:
    fields = {"ApplicationId": application, "TenantId": "t1", "SubscriptionId": "s1", "CertificateThumbprint": mark}
    return {
        "name": name,
        "properties": {"fieldDefinitionValues": fields, "connectionType": {"name": "AzureServicePrincipal"}},
    }


def certificate(name: str = "AzureRunAsCertificate", thumbprint: str = "AB12") -> dict[str, Any]:
    return {"name": name, "properties": {"thumbprint": thumbprint, "expiryTime": "2027-01-01T00:00:00+00:00"}}


def other_connection(**fields: str) -> dict[str, Any]:
    return {"name": "Other", "properties": {"fieldDefinitionValues": fields, "connectionType": {"name": "Azure"}}}


def retirees(*connections: dict[str, Any], certificates: list[dict[str, Any]] | None = None) -> tuple[Retiree, ...]:
    return assets_of(list(connections), certificates or [certificate()], [], NOW).retirees


def changes(options: Options, entra: Entra, *staying: dict[str, Any]) -> list[str]:
    found = wishes_of(ACCOUNT, retirees(connection()), staying, {"app-1": entra}, options)
    plan = plan_of(found, [change for of_one in found.entra.values() for change in of_one], found.findings)
    return [f"{change.action} {change.kind}" for change in plan.changes]


# The parts


def test_a_connection_that_is_gone_is_remembered_with_what_it_left() -> None:
    found = assets_of([], [certificate()], [connection()], NOW).retirees[0]
    assert (found.present, found.application_id, found.run_as.certificate) == (False, "app-1", "AzureRunAsCertificate")


def test_a_connection_that_is_there_again_is_not_remembered() -> None:
    assert [item.present for item in assets_of([connection()], [], [connection(application="old")], NOW).retirees] == [
        True
    ]


def test_the_latest_snapshot_of_the_step_is_remembered() -> None:
    records = [
        {"event": "snapshot", "step": "remove_runas", "connection": connection(application="first")},
        {"event": "snapshot", "step": "remove_runas", "connection": connection(application="last")},
        {"event": "snapshot", "step": "update_runbook", "connection": connection(application="another step")},
        {"event": "done", "step": "remove_runas", "of": 1},
    ]
    (found,) = remembered_connections(records, "remove_runas")
    assert found["properties"]["fieldDefinitionValues"]["ApplicationId"] == "last"


@pytest.mark.parametrize(
    ("fields", "users"),
    [
        ({"AutomationCertificateName": "azurerunascertificate"}, ["Other"]),
        ({"CertificateThumbprint": "ab12"}, ["Other"]),
        ({"AutomationCertificateName": "Another"}, []),
        ({}, []),
    ],
)
def test_connections_of_every_type_can_use_a_certificate(fields: dict[str, str], users: list[str]) -> None:
    assert users_of_certificate(certificate(), [other_connection(**fields)]) == users


def test_a_connection_that_is_no_run_as_connection_is_refused() -> None:
    with pytest.raises(StepError, match="Connection other of Automation account aa is no Run As connection"):
        choose(ACCOUNT, retirees(connection()), [other_connection()], "other")


# The plan


@pytest.mark.parametrize(
    ("options", "entra", "expected"),
    [
        (DISABLE, Entra(APPLICATION, PRINCIPAL), ["disable service_principal"]),
        (DISABLE, Entra(APPLICATION, {**PRINCIPAL, "accountEnabled": None}), ["disable service_principal"]),
        (DISABLE, Entra(APPLICATION, {**PRINCIPAL, "accountEnabled": False}), []),
        (DISABLE, Entra(APPLICATION), []),
        (DELETE, Entra(APPLICATION, PRINCIPAL), ["delete connection", "delete certificate"]),
        (DELETE_ALL, Entra(APPLICATION), ["delete connection", "delete certificate", "delete application"]),
        (DELETE_ALL, Entra(), ["delete connection", "delete certificate"]),
        (DELETE_ALL, Entra(unread="forbidden"), ["delete connection", "delete certificate"]),
    ],
)
def test_what_each_stage_changes(options: Options, entra: Entra, expected: list[str]) -> None:
    assert changes(options, entra) == expected


def test_a_certificate_that_another_connection_names_stays() -> None:
    user = other_connection(AutomationCertificateName="AzureRunAsCertificate")
    assert changes(DELETE, Entra(), user) == ["delete connection"]


@pytest.mark.parametrize(("entra", "code"), [(Entra(unread="no right"), "RA804"), (Entra(tenant="t2"), "RA807")])
def test_what_cannot_be_seen_in_entra_is_handed_over(entra: Entra, code: str) -> None:
    (pending,) = wishes_of(ACCOUNT, retirees(connection()), [], {"app-1": entra}, DISABLE).pending
    assert (pending.kind, pending.application_id, pending.finding.code) == ("service_principal", "app-1", code)
    assert "disable that service principal" in pending.finding.remedy


def test_run_as_accounts_that_share_a_part_share_a_track() -> None:
    found = retirees(
        connection("A", "app-1", "AA"),
        connection("B", "app-2", "BB"),
        connection("C", "app-1", "BB"),
        connection("D", "app-3", "DD"),
        certificates=[certificate("CertificateB", "BB"), certificate("CertificateD", "DD")],
    )
    assert tracks_of(found) == {"A": "A", "B": "A", "C": "A", "D": "D"}


def test_deleting_the_application_takes_the_service_principal_along() -> None:
    (retiree,) = retirees(connection())
    entra = Entra(APPLICATION, PRINCIPAL)
    wishes = wishes_of(ACCOUNT, [retiree], [], {"app-1": entra}, DELETE_ALL)
    made = [*wishes.assets, *wishes.entra["app-1"]]
    assert set(parts_after(ACCOUNT, retiree, entra, made).values()) == {"deleted"}


def test_the_plan_does_not_hang_on_times_that_azure_sets() -> None:
    touched = connection()
    touched["properties"]["lastModifiedTime"] = "2026-05-31T12:00:00+00:00"
    plans = [
        plan_of(wishes_of(ACCOUNT, retirees(item), [], {"app-1": Entra()}, DELETE), [], [])
        for item in (connection(), touched)
    ]
    assert plans[0].fingerprint == plans[1].fingerprint


# What an application is besides

KEY = {"keyId": "k", "customKeyIdentifier": "AB12", "endDateTime": "2027-01-01T00:00:00Z", "key": None}
SECRET = {"keyId": "s", "displayName": "ci", "endDateTime": "2027-01-01T00:00:00Z", "hint": "FAK"}


@pytest.mark.parametrize(
    ("entra", "expected"),
    [
        (Entra({**APPLICATION, "keyCredentials": [KEY]}, PRINCIPAL), []),
        (
            Entra({**APPLICATION, "keyCredentials": [{**KEY, "customKeyIdentifier": "FF"}]}),
            ["another certificate (FF)"],
        ),
        (Entra({**APPLICATION, "passwordCredentials": [SECRET]}), ["a client secret (ci)"]),
        (Entra(APPLICATION, {**PRINCIPAL, "passwordCredentials": [SECRET]}), ["a client secret (ci)"]),
        (Entra({**APPLICATION, "passwordCredentials": [{**SECRET, "endDateTime": "2025-01-01T00:00:00Z"}]}), []),
        (Entra(federated=({"name": "github"},)), ["a federated credential (github)"]),
        (Entra(held_roles=({"resourceDisplayName": "Microsoft Graph"},)), ["an app role of Microsoft Graph"]),
        (Entra(given_roles=({"principalDisplayName": "Reporting"},)), ["an app role given to Reporting"]),
    ],
)
def test_other_uses_of_an_application(entra: Entra, expected: list[str]) -> None:
    assert other_uses(entra, ["ab12", None], NOW) == expected


def test_nothing_secret_is_kept() -> None:
    whole = {
        **APPLICATION,
        "@odata.context": "…",
        "keyCredentials": [{**KEY, "key": "FAKE"}],
        "passwordCredentials": [{**SECRET, "secretText": "FAKE"}],
    }
    kept = without_secrets(whole)
    assert "FAK" not in str(kept)
    assert kept["passwordCredentials"][0]["keyId"] == "s"
    assert "FAK" not in str(application_state(whole))
