# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection and its certificate say about a Run As account."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.azauto.runas_migration.plugins.module_utils._migration.run_as import (
    RunAs,
    classify,
    kind_of,
    parse_time,
)

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
FIELDS = {"ApplicationId": "app", "TenantId": "t", "SubscriptionId": "s", "CertificateThumbprint": "AB12"}


def connection(fields: dict[str, Any] | None, type_name: str = "AzureServicePrincipal") -> dict[str, Any]:
    return {
        "name": "MyConnection",
        "properties": {"fieldDefinitionValues": fields, "connectionType": {"name": type_name}},
    }


def certificate(expires: str = "2027-01-01T00:00:00+00:00", thumbprint: str = "ab12") -> dict[str, Any]:
    return {"name": "MyCertificate", "properties": {"thumbprint": thumbprint, "expiryTime": expires}}


def only(connection_json: dict[str, Any], *certificates: dict[str, Any]) -> RunAs:
    (found,) = classify([connection_json], list(certificates), NOW)
    return found


def test_a_whole_run_as_account() -> None:
    found = only(connection(FIELDS), certificate())
    assert (found.kind, found.status, found.application_id, found.certificate) == (
        "azure",
        "complete",
        "app",
        "MyCertificate",
    )


def test_an_expired_certificate() -> None:
    assert only(connection(FIELDS), certificate("2024-01-01T00:00:00.0266667+00:00")).status == "expired"


def test_field_names_come_in_any_case() -> None:
    assert only(connection({key.upper(): value for key, value in FIELDS.items()}), certificate()).status == "complete"


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({**FIELDS, "ApplicationId": None}, "the field ApplicationId of the connection"),
        ({**FIELDS, "ApplicationId": " "}, "the field ApplicationId of the connection"),
        ({**FIELDS, "CertificateThumbprint": "FFFF"}, "the certificate asset"),
    ],
)
def test_each_missing_part_is_named(fields: dict[str, Any], missing: str) -> None:
    found = only(connection(fields), certificate())
    assert found.status == "incomplete"
    assert missing in found.missing


def test_a_connection_without_fields_is_incomplete() -> None:
    assert only(connection(None)).status == "incomplete"


def test_classic_connections_are_known_in_spite_of_the_blank_in_their_type() -> None:
    found = only(connection({"CertificateAssetName": "MYCERTIFICATE"}, "AzureClassicCertificate "), certificate())
    assert (found.kind, found.status, found.certificate) == ("classic", "complete", "MyCertificate")


def test_other_connections_are_none_of_ours() -> None:
    assert kind_of(connection(FIELDS, "ServiceNow")) is None
    assert classify([connection(FIELDS, "ServiceNow")], [certificate()], NOW) == []


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T00:00:00Z",
        "2026-06-01T00:00:00.75+00:00",
        "2026-06-01T00:00:00.1525601+00:00",
        "2026-06-01T00:00:00",
    ],
)
def test_times_are_read_as_azure_writes_them(text: str) -> None:
    assert parse_time(text) == NOW
