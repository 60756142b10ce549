# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins (contract 9.2): every way azure-identity logs in, and every way Entra says no."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from azure_simulator.testing import TENANT, Azure, fetch
from azure_simulator.world import DirectoryObject, new_id


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    value: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return value


def secret_login(azure: Azure, **changed: str) -> str:
    held = {**azure.endpoint["logins"]["owner"], **changed}
    credential = ClientSecretCredential(
        held["tenant"],
        held["client_id"],
        held["secret"],
        authority=azure.endpoint["login"],
        disable_instance_discovery=True,
        connection_verify=azure.ca,
        retry_total=0,
    )
    return credential.get_token(azure.base + "/.default").token


def owner_application(azure: Azure) -> DirectoryObject:
    application = azure.world.application_of_app(TENANT, azure.endpoint["logins"]["owner"]["client_id"])
    assert application is not None
    return application


def register_certificate(azure: Azure, days: int = 1) -> bytes:
    """Register a fresh certificate on the owner's application; returns key and certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "runas")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    owner_application(azure).data["keyCredentials"].append({"keyId": new_id(), "key": der})
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem + certificate.public_bytes(Encoding.PEM)


def certificate_login(azure: Azure, pem: bytes) -> str:
    credential = CertificateCredential(
        TENANT,
        azure.endpoint["logins"]["owner"]["client_id"],
        certificate_data=pem,
        authority=azure.endpoint["login"],
        disable_instance_discovery=True,
        connection_verify=azure.ca,
    )
    return credential.get_token(azure.base + "/.default").token


def test_a_secret_gives_a_token_for_the_principal(azure: Azure) -> None:
    claims = claims_of(secret_login(azure))
    assert claims["oid"] == azure.endpoint["logins"]["owner"]["object_id"]
    assert (claims["aud"], claims["tid"]) == (azure.base, TENANT)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"secret": "obviously-wrong"}, "AADSTS7000215"),
        ({"tenant": "99999999-9999-4999-8999-999999999999"}, "AADSTS90002"),
        ({"client_id": "99999999-9999-4999-8999-999999999999"}, "AADSTS700016"),
    ],
)
def test_a_wrong_login_is_named(azure: Azure, changed: dict[str, str], code: str) -> None:
    with pytest.raises((ClientAuthenticationError, ValueError)) as refused:
        secret_login(azure, **changed)
    if code != "AADSTS90002":  # msal reads the tenant's configuration first and words that failure itself
        assert code in str(refused.value)


def test_an_unknown_tenant_is_refused_by_discovery_and_token(azure: Azure) -> None:
    path = "/99999999-9999-4999-8999-999999999999/v2.0/.well-known/openid-configuration"
    answer = azure.send("GET", path, base=azure.endpoint["login"])
    assert (answer.status, answer.json["error_codes"]) == (400, [90002])


def test_an_expired_secret_and_a_disabled_principal(azure: Azure) -> None:
    credential = owner_application(azure).data["passwordCredentials"][0]
    credential["endDateTime"] = "2001-01-01T00:00:00Z"
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000222"):
        secret_login(azure)
    credential["endDateTime"] = "2099-01-01T00:00:00Z"
    azure.world.objects[azure.endpoint["logins"]["owner"]["object_id"]].data["accountEnabled"] = False
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000112"):
        secret_login(azure)


def test_a_registered_certificate_logs_in(azure: Azure) -> None:
    assert certificate_login(azure, register_certificate(azure))


def test_a_certificate_that_is_not_registered_or_expired_does_not(azure: Azure) -> None:
    pem = register_certificate(azure)
    owner_application(azure).data["keyCredentials"].clear()
    with pytest.raises(ClientAuthenticationError, match="AADSTS700027"):
        certificate_login(azure, pem)
    with pytest.raises(ClientAuthenticationError, match="expired"):
        certificate_login(azure, register_certificate(azure, days=-1))


def test_another_key_under_the_same_thumbprint_does_not(azure: Azure) -> None:
    mine, other = register_certificate(azure), register_certificate(azure)
    marker = b"-----BEGIN CERTIFICATE-----"
    forged = other.split(marker)[0] + marker + mine.split(marker)[1]
    with pytest.raises((ClientAuthenticationError, ValueError)):
        certificate_login(azure, forged)


def test_workload_identity_logs_in_by_a_registered_federation(azure: Azure, tmp_path: Path) -> None:
    owner_application(azure).data["federatedIdentityCredentials"] = [
        {"issuer": "https://issuer.invalid", "subject": "system:awx", "audiences": ["api://AzureADTokenExchange"]}
    ]

    def login(subject: str) -> str:
        claims = {"iss": "https://issuer.invalid", "sub": subject, "aud": "api://AzureADTokenExchange"}
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "RS256"}, claims)]
        file = tmp_path / subject
        file.write_text(".".join([*parts, "c2ln"]))
        credential = WorkloadIdentityCredential(
            tenant_id=TENANT,
            client_id=azure.endpoint["logins"]["owner"]["client_id"],
            token_file_path=str(file),
            authority=azure.endpoint["login"],
            disable_instance_discovery=True,
            connection_verify=azure.ca,
        )
        return credential.get_token(azure.base + "/.default").token

    assert login("system:awx")
    with pytest.raises(ClientAuthenticationError, match="AADSTS70021"):
        login("system:other")


def test_a_host_logs_in_by_its_managed_identity(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    held = azure.endpoint["managed_identities"]["host"]
    monkeypatch.setenv("IDENTITY_ENDPOINT", held["endpoint"])
    monkeypatch.setenv("IDENTITY_HEADER", held["header"])
    credential = ManagedIdentityCredential(connection_verify=azure.ca)
    token = credential.get_token(azure.base + "/.default").token
    assert claims_of(token)["oid"] == azure.endpoint["logins"]["owner"]["object_id"]
    with pytest.raises(ClientAuthenticationError):
        other = ManagedIdentityCredential(client_id=new_id(), connection_verify=azure.ca)
        other.get_token(azure.base + "/.default")


def test_audiences_are_told_apart(azure: Azure) -> None:
    graph = azure.endpoint["graph"]
    arm_token, graph_token = azure.token(), azure.token(resource=graph)
    subscriptions = "/subscriptions"
    assert azure.send("GET", subscriptions, token=arm_token, version="2022-12-01").status == 200
    wrong = azure.send("GET", subscriptions, token=graph_token, version="2022-12-01")
    assert (wrong.status, wrong.json["error"]["code"]) == (401, "InvalidAuthenticationTokenAudience")
    refused = azure.send("GET", "/v1.0/servicePrincipals", token=arm_token, base=graph)
    assert (refused.status, refused.json["error"]["code"]) == (401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("forge", [lambda token: "", lambda token: token[:-4] + "AAAA", lambda token: "nonsense"])
def test_no_token_and_false_tokens_are_401(azure: Azure, forge: Callable[[str], str]) -> None:
    answer = azure.send("GET", "/subscriptions", token=forge(azure.token()), version="2022-12-01")
    assert answer.status == 401 and "WWW-Authenticate" in answer.headers


def test_an_unknown_resource_is_refused(azure: Azure) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS500011"):
        azure.token(resource="https://elsewhere.invalid")


def test_metadata_tells_the_endpoints_in_three_shapes(azure: Azure) -> None:
    def metadata(version: str) -> Any:
        return azure.send("GET", "/metadata/endpoints", version=version, token="")

    azure.set(metadata_bom=True)
    azure.set(metadata_bom=True)
    assert metadata("2022-09-01").body.startswith(b"\xef\xbb\xbf")
    assert metadata("2022-09-01").json["authentication"]["loginEndpoint"] == azure.endpoint["login"]
    assert metadata("2019-05-01").json[0]["microsoftGraphResourceId"] == azure.endpoint["graph"]
    assert metadata("2015-01-01").json["authentication"]["audiences"]
    azure.set(metadata_bom=False)
    assert metadata("2022-09-01").body.startswith(b"{")


@pytest.mark.parametrize("authority", ["common", "organizations"])
def test_authorities_that_serve_all_tenants_have_a_template_for_an_issuer(azure: Azure, authority: str) -> None:
    base = azure.endpoint["login"]
    shown = fetch("GET", f"{base}/{authority}/v2.0/.well-known/openid-configuration", None, azure.ca, "").json
    assert shown["issuer"] == f"{base}/{{tenantid}}/v2.0"
    assert shown["token_endpoint"] == f"{base}/{authority}/oauth2/v2.0/token"
    own = fetch("GET", f"{base}/{TENANT}/v2.0/.well-known/openid-configuration", None, azure.ca, "").json
    assert own["issuer"] == f"{base}/{TENANT}/v2.0"
