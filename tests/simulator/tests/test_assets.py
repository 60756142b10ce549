# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assets, links and hybrid workers (contract 1.2, 2.8, 2.9, 3), through the real client."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta, timezone

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID

from azure_simulator.testing import ACCOUNT, GROUP, Azure


def test_the_three_shapes_of_404(azure: Azure, account_path: str) -> None:
    assert azure.send("GET", account_path + "/connections/none").json == {"code": "NotFound", "message": ""}
    missing = azure.send("GET", account_path + "/certificates/none")
    assert missing.json == {"code": "NotFound", "message": "Certificate not found."}
    assert missing.headers["x-ms-failure-cause"] is None
    webhook = azure.send("GET", account_path + "/webhooks/none")
    assert (webhook.body, webhook.headers["Content-Type"]) == (b"Webhook not found.", "text/plain; charset=utf-8")
    with pytest.raises(ResourceNotFoundError) as absent:
        azure.client().webhook.get(GROUP, ACCOUNT, "none")
    assert absent.value.error is None


def test_connection_fields_are_told_by_get_alone_and_replaced_whole(azure: Azure) -> None:
    client = azure.client()
    assert next(client.connection.list_by_automation_account(GROUP, ACCOUNT)).field_definition_values is None
    name = "azurerunasconnection"
    assert client.connection.get(GROUP, ACCOUNT, name).field_definition_values["CertificateThumbprint"] == "A" * 40
    wanted = {"name": name, "properties": {"fieldDefinitionValues": {"TenantId": "t"}}}
    client.connection.update(GROUP, ACCOUNT, name, wanted)
    assert client.connection.get(GROUP, ACCOUNT, name).field_definition_values == {"TenantId": "t"}


def test_connections_are_made_and_deleted(azure: Azure, account_path: str) -> None:
    path = account_path + "/connections/New"
    wanted = {"name": "New", "properties": {"connectionType": {"name": "AzureClassicCertificate "}}}
    created = azure.send("PUT", path, wanted)
    assert created.status == 201 and created.headers["Location"].endswith(path)
    assert created.json["properties"]["connectionType"] == {"name": "AzureClassicCertificate "}
    assert azure.send("PUT", path, wanted).status == 200
    gone = azure.send("DELETE", path)
    assert (gone.status, gone.body) == (200, b"")
    assert azure.send("DELETE", path).status == 204
    assert azure.client().connection.delete(GROUP, ACCOUNT, "New") is None


def test_deleting_a_missing_certificate_makes_the_client_raise(azure: Azure) -> None:
    for operations in (azure.client().certificate, azure.client().variable, azure.client().webhook):
        with pytest.raises(HttpResponseError) as refused:
            operations.delete(GROUP, ACCOUNT, "none")
        assert refused.value.status_code == 204


def test_a_certificate_never_gives_its_key_back(azure: Azure, account_path: str) -> None:
    pfx, certificate = make_pfx()
    path = account_path + "/certificates/AzureRunAsCertificate"
    wanted = {"name": "x", "properties": {"base64Value": base64.b64encode(pfx).decode(), "isExportable": True}}
    created = azure.send("PUT", path, wanted)
    assert created.status == 201
    shown = azure.send("GET", path).json["properties"]
    thumbprint = certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303  a thumbprint is SHA-1
    assert shown["thumbprint"] == thumbprint and "base64Value" not in shown
    wanted["properties"]["base64Value"] = "bm90IGEgY2VydGlmaWNhdGU="
    assert azure.send("PUT", path, wanted).status == 400


def make_pfx() -> tuple[bytes, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "runas")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    assert certificate.public_bytes(Encoding.DER)
    return serialize_key_and_certificates(b"runas", key, certificate, None, NoEncryption()), certificate


def test_an_encrypted_variable_has_no_value(azure: Azure, account_path: str) -> None:
    path = account_path + "/variables/Password"
    azure.send("PUT", path, {"properties": {"isEncrypted": True, "value": '"obviously-fake"'}})
    assert "value" not in azure.send("GET", path).json["properties"]
    assert b"obviously-fake" not in azure.control("GET", "/state").body
    azure.send("PUT", account_path + "/variables/Plain", {"properties": {"value": '"text"'}})
    assert azure.client().variable.get(GROUP, ACCOUNT, "Plain").value == '"text"'


def test_schedules_credentials_modules_and_source_controls(azure: Azure, account_path: str) -> None:
    schedule = {"properties": {"startTime": "2099-01-01T00:00:00+00:00", "frequency": "Day", "interval": 1}}
    assert azure.send("PUT", account_path + "/schedules/S", schedule).status == 201
    assert azure.client().schedule.get(GROUP, ACCOUNT, "S").is_enabled
    credential = {"properties": {"userName": "u", "password": "obviously-fake"}}
    assert "password" not in azure.send("PUT", account_path + "/credentials/C", credential).json["properties"]
    module = {"properties": {"contentLink": {"uri": "https://gallery.invalid/api/v2/package/Az.Accounts/2.12.1"}}}
    created = azure.send("PUT", account_path + "/modules/Az.Accounts", module).json["properties"]
    assert created["error"]["message"] is None and created["provisioningState"] == "Creating"
    shown = azure.send("GET", account_path + "/modules/Az.Accounts").json["properties"]
    assert (shown["error"]["message"], shown["version"]) == ("", "2.12.1")
    control = {"properties": {"repoUrl": "https://git.invalid/r", "securityToken": {"accessToken": "obviously-fake"}}}
    azure.send("PUT", account_path + "/sourceControls/git", control)
    assert next(azure.client().source_control.list_by_automation_account(GROUP, ACCOUNT)).repo_url


def test_job_schedules(azure: Azure, account_path: str) -> None:
    client = azure.client()
    item = azure.send("GET", account_path + "/jobSchedules").json["value"][0]
    assert item["properties"]["parameters"] is None and "name" not in item
    link = item["properties"]["jobScheduleId"]
    assert client.job_schedule.get(GROUP, ACCOUNT, link).parameters == {"name": "vm1"}
    again = {"properties": {"runbook": {"name": "start-machines"}, "schedule": {"name": "daily"}}}
    with pytest.raises(ResourceExistsError):
        client.job_schedule.create(GROUP, ACCOUNT, "33333333-3333-4333-8333-333333333333", again)
    assert azure.send("DELETE", f"{account_path}/jobSchedules/{link}").status == 200
    created = client.job_schedule.create(GROUP, ACCOUNT, "33333333-3333-4333-8333-333333333333", again)
    assert created.runbook.name == "Start-Machines"
    listed = account_path + "/jobSchedules?$filter=properties/runbook/name%20eq%20'Stop-Machines'"
    assert azure.send("GET", listed).json["value"] == []


def test_a_webhooks_uri_cannot_be_read_back(azure: Azure, account_path: str) -> None:
    client = azure.client()
    assert client.webhook.get(GROUP, ACCOUNT, "Hook").uri == ""
    uri = azure.send("POST", account_path + "/webhooks/generateUri").json
    wanted = {"name": "H", "properties": {"uri": uri, "runbook": {"name": "Start-Machines"}, "isEnabled": True}}
    created = azure.send("PUT", account_path + "/webhooks/H", wanted)
    assert (created.status, created.json["properties"]["uri"]) == (201, "")
    assert uri.encode() not in azure.control("GET", "/state").body
    assert len(list(client.webhook.list_by_automation_account(GROUP, ACCOUNT))) == 2
    assert azure.send("DELETE", account_path + "/webhooks/H").status == 200


def test_hybrid_worker_groups(azure: Azure, account_path: str) -> None:
    path = account_path + "/hybridRunbookWorkerGroups/on-site"
    wanted = {"properties": {"credential": {"name": "C"}}}
    assert [azure.send("PUT", path, wanted).status for _ in range(2)] == [201, 200]
    worker = path + "/hybridRunbookWorkers/44444444-4444-4444-8444-444444444444"
    assert azure.send("PUT", worker, {"properties": {"vmResourceId": "/subscriptions/s"}}).status == 201
    shown = azure.send("GET", path).json
    assert shown["properties"] == {"groupType": "User", "credential": {"name": "C"}, "hybridRunbookWorkers": None}
    assert shown["type"] == "Microsoft.Automation/AutomationAccounts/HybridRunbookWorkerGroups"
    groups = azure.client().hybrid_runbook_worker_group.list_by_automation_account(GROUP, ACCOUNT)
    assert [group.name for group in groups] == ["on-site"]
    assert len(azure.send("GET", path + "/hybridRunbookWorkers").json["value"]) == 1
    assert [azure.send("DELETE", path).status for _ in range(2)] == [200, 204]


def test_system_runtime_environments_are_always_there(azure: Azure, account_path: str) -> None:
    listed = azure.send("GET", account_path + "/runtimeEnvironments", version="2024-10-23").json["value"]
    assert {item["name"] for item in listed} >= {"PowerShell-5.1", "PowerShell-7.2", "Python-3.10"}
    own = {"properties": {"runtime": {"language": "PowerShell", "version": "7.2"}, "defaultPackages": {"Az": "11.2.0"}}}
    path = account_path + "/runtimeEnvironments/Mine"
    assert azure.send("PUT", path, own, version="2024-10-23").json["properties"]["defaultPackages"] == {"az": "11.2.0"}


def test_an_account_has_no_linked_workspace(azure: Azure, account_path: str) -> None:
    assert azure.send("GET", account_path + "/linkedWorkspace").json == {"id": None}
