# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of a Run As account is missing, or does not fit to the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.retiree import Entra
from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as_survey import (
    Surveyed,
    assets_of,
    origin_of,
)

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
ACCOUNT = AccountId("sub", "rg", "aa-ops")
CONNECTION = {
    "name": "AzureRunAsConnection",
    "properties": {
        "fieldDefinitionValues": {
            "ApplicationId": "app",
            "TenantId": "t",
            "SubscriptionId": "s",
            "CertificateThumbprint": "AB12",
        },
        "connectionType": {"name": "AzureServicePrincipal"},
    },
}
PRINCIPAL = {"id": "Sp-1", "appId": "app", "accountEnabled": True}


def certificate(
    thumbprint: str = "AB12", expires: str = "2027-06-01T00:00:00+00:00", name: str = "AzureRunAsCertificate"
) -> dict[str, Any]:
    return {"name": name, "properties": {"thumbprint": thumbprint, "expiryTime": expires}}


def application(*thumbprints: str, ends: str = "2027-06-01T00:00:00Z", name: str = "aa-ops_a1B2c3D4") -> dict[str, Any]:
    keys = [{"customKeyIdentifier": thumbprint, "endDateTime": ends, "key": None} for thumbprint in thumbprints]
    return {"id": "obj", "appId": "app", "displayName": name, "keyCredentials": keys}


def only(*certificates: dict[str, Any], entra: Entra | None = None) -> Surveyed:
    (found,) = assets_of(ACCOUNT, [CONNECTION], list(certificates), NOW)
    return replace(found, entra=entra or Entra(application("AB12"), PRINCIPAL))


def codes(one: Surveyed) -> list[str]:
    return [said.code for said in one.findings()]


def test_a_whole_one_needs_no_word() -> None:
    one = only(certificate())
    assert (one.status, one.missing, one.differs, one.origin, codes(one)) == ("complete", (), (), "portal", [])
    assert one.as_dict()["days_left"] == 365


@pytest.mark.parametrize(
    ("entra", "missing"),
    [
        (Entra(None, None), ("the application", "the service principal")),
        (Entra(application("AB12"), None), ("the service principal",)),
        (Entra(application(), PRINCIPAL), ("the certificate of the application",)),
    ],
)
def test_what_entra_lacks_is_named(entra: Entra, missing: tuple[str, ...]) -> None:
    one = only(certificate(), entra=entra)
    assert (one.status, one.missing) == ("incomplete", missing)
    assert "RA102" in codes(one)


def test_a_service_principal_without_any_role_is_incomplete() -> None:
    one = replace(only(certificate()), roleless=True)
    assert one.missing == ("any role of the service principal that the login can see",)


def test_without_a_certificate_asset_that_part_is_missing() -> None:
    assert only().missing == ("the certificate asset",)


def test_an_asset_of_the_same_name_with_another_thumbprint_differs_and_is_not_missing() -> None:
    one = only(certificate("CD34"))
    assert (one.status, one.missing) == ("incomplete", ())
    assert one.differs == (
        "the thumbprint of the connection (AB12) and that of certificate asset AzureRunAsCertificate (CD34)",
    )
    assert codes(one) == ["RA105"]
    assert one.as_dict()["certificate"] == "AzureRunAsCertificate"


def test_an_application_with_other_certificates_only_differs() -> None:
    one = only(certificate(), entra=Entra(application("CD34", "EF56"), PRINCIPAL))
    assert one.differs == (
        "the thumbprint of the connection (AB12) and the certificates of the application (CD34, EF56)",
    )


def test_a_renewed_account_keeps_its_old_certificate_and_is_complete() -> None:
    assert only(certificate(), entra=Entra(application("CD34", "AB12"), PRINCIPAL)).status == "complete"


def test_what_cannot_be_read_in_entra_is_a_finding_and_not_missing() -> None:
    one = only(certificate(), entra=Entra(unread="403"))
    assert (one.status, one.missing, one.origin, codes(one)) == ("complete", (), "unknown", ["RA901"])
    assert one.as_dict()["entra_unread"] == "403"


def test_an_application_of_another_tenant_is_not_missing() -> None:
    one = only(certificate(), entra=Entra(tenant="elsewhere"))
    assert one.missing == ()
    assert "elsewhere" in one.findings()[0].sentence


def test_an_application_made_by_hand() -> None:
    one = only(certificate(), entra=Entra(application("AB12", name="sp-automation"), PRINCIPAL))
    assert (one.origin, codes(one)) == ("manual", ["RA107"])


def test_a_disabled_service_principal_logs_nothing_in() -> None:
    one = only(certificate(), entra=Entra(application("AB12"), {**PRINCIPAL, "accountEnabled": False}))
    assert codes(one) == ["RA108"]
    assert one.status == "complete"


@pytest.mark.parametrize(
    ("expires", "status", "code"),
    [
        ("2026-05-31T00:00:00+00:00", "expired", ["RA101"]),
        ("2026-06-11T00:00:00+00:00", "complete", ["RA106"]),
        ("2026-09-01T00:00:00+00:00", "complete", []),
    ],
)
def test_the_end_of_the_certificate(expires: str, status: str, code: list[str]) -> None:
    one = only(certificate(expires=expires))
    assert (one.status, codes(one)) == (status, code)


def test_the_credential_may_end_before_the_asset() -> None:
    one = only(certificate(), entra=Entra(application("AB12", ends="2026-05-01T00:00:00Z"), PRINCIPAL))
    assert one.status == "expired"
    assert one.as_dict()["expires"] == "2026-05-01T00:00:00Z"


def test_a_certificate_asset_whose_connection_is_gone() -> None:
    (one,) = assets_of(ACCOUNT, [], [certificate()], NOW)
    assert (one.as_dict()["connection"], one.status, one.missing) == (None, "incomplete", ("the connection",))
    assert one.findings()[0].resource.endswith("/certificates/AzureRunAsCertificate")


def test_a_certificate_of_another_name_is_no_rest_of_a_run_as_account() -> None:
    assert assets_of(ACCOUNT, [], [certificate(name="Wildcard")], NOW) == []


def test_a_classic_one_has_no_application_to_miss() -> None:
    classic = {
        "name": "AzureClassicRunAsConnection",
        "properties": {
            "fieldDefinitionValues": {"CertificateAssetName": "AzureClassicRunAsCertificate"},
            "connectionType": {"name": "AzureClassicCertificate "},
        },
    }
    (one,) = assets_of(ACCOUNT, [classic], [certificate(name="AzureClassicRunAsCertificate")], NOW)
    assert (one.run_as.kind, one.status, codes(one)) == ("classic", "complete", ["RA103"])


@pytest.mark.parametrize(
    ("name", "subjects", "origin"),
    [
        ("renamed", ["DC=aa-ops_rg_sub"], "portal"),
        ("renamed", ["CN=contoso", "dc=AA-Ops_RG_sub"], "portal"),
        ("aa-ops_a1B2c3D4", ["CN=aa-opsAzureRunAsCertificate"], "manual"),
        ("aa-ops_a1B2c3D4", [None], "portal"),
        ("sp-automation", [None], "manual"),
        ("aa-ops_a1B2c3D4", [], "unknown"),
    ],
)
def test_who_made_an_application(name: str, subjects: list[str | None], origin: str) -> None:
    keys = [{"customKeyIdentifier": "AB12", "displayName": subject} for subject in subjects]
    assert origin_of(ACCOUNT, {"displayName": name, "keyCredentials": keys}) == origin
