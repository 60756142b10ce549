# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client layer by itself: every way to log in, tokens asked for once, paging, exact bytes."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import socketserver
import stat
import sys
import textwrap
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from ansible_collections.azauto.runas_migration.plugins.module_utils._azure import automation, directory, subscriptions
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.credential import Login
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.errors import (
    Absent,
    Conflict,
    Failed,
    Forbidden,
    LoginFailed,
    Unreachable,
)
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.ids import AccountId
from ansible_collections.azauto.runas_migration.plugins.module_utils._azure.session import Answer, Session
from ansible_collections.azauto.runas_migration.plugins.module_utils._step import in_parallel
from azure_simulator.server import Simulator
from azure_simulator.testing import ACCOUNT, GROUP, SCRIPT, SUBSCRIPTION, TENANT, Azure, make_world
from azure_simulator.world import new_id

THE_ACCOUNT = AccountId(SUBSCRIPTION, GROUP, ACCOUNT)


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[Azure]:
    """Return a small Azure of one account, served from this process."""
    azure = Azure(Simulator(make_world(), tmp_path / "azure"))
    yield azure
    azure.simulator.stop()


def login(azure: Azure, **options: Any) -> Login:
    held = azure.endpoint["logins"]["owner"]
    given = {"tenant": TENANT, "client_id": held["client_id"], "cloud_environment": azure.base, "ca_bundle": azure.ca}
    return Login(**{**given, **options})


def with_secret(azure: Azure, who: str = "owner", **options: Any) -> Login:
    held = azure.endpoint["logins"][who]
    return login(azure, client_id=held["client_id"], secret=held["secret"], **options)


def reads_the_account(wanted: Login) -> bool:
    with Session(wanted) as session:
        return bool(automation.get_account(session, THE_ACCOUNT)["name"] == ACCOUNT)


def requests(azure: Azure, service: str) -> list[str]:
    log = azure.control("GET", "/requests").json
    return [f"{entry['method']} {entry['path']}" for entry in log if entry["service"] == service]


# Logins


def test_a_secret(azure: Azure) -> None:
    assert reads_the_account(with_secret(azure))


@pytest.mark.parametrize("password", [None, "FAKE-password"])
def test_a_certificate_with_and_without_password(azure: Azure, tmp_path: Path, password: str | None) -> None:
    path = tmp_path / "login.pem"
    path.write_bytes(registered_certificate(azure, password))
    assert reads_the_account(login(azure, x509_certificate_path=str(path), x509_certificate_password=password))


def test_a_federated_token_as_text_and_as_file(azure: Azure, tmp_path: Path) -> None:
    token = federated_token(azure)
    assert reads_the_account(login(azure, oidc_token=token))
    path = tmp_path / "token"
    path.write_text(token)
    assert reads_the_account(login(azure, oidc_token_file_path=str(path)))


def test_the_managed_identity_of_the_machine(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    held = azure.endpoint["managed_identities"]["host"]
    monkeypatch.setenv("IDENTITY_ENDPOINT", held["endpoint"])
    monkeypatch.setenv("IDENTITY_HEADER", held["header"])
    assert reads_the_account(login(azure, auth_source="msi", client_id=None))


def test_the_azure_cli_is_asked_once_when_no_principal_is_named(
    azure: Azure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is a stand-in that prints what `az account get-access-token` prints; the token is a real one."""
    calls = tmp_path / "calls"
    command = tmp_path / "bin" / "az"
    command.parent.mkdir()
    answer = json.dumps({"accessToken": azure.token(), "expires_on": 4102444800, "tokenType": "Bearer"})
    command.write_text(
        textwrap.dedent(f"""\
            #!{sys.executable}
            import sys
            open({str(calls)!r}, "a").write(" ".join(sys.argv[1:]) + chr(10))
            print({answer!r})
            """)
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    with Session(login(azure, client_id=None, tenant=None)) as session:
        automation.get_account(session, THE_ACCOUNT)
        subscriptions.list_subscriptions(session)
    (asked,) = [line for line in calls.read_text().splitlines() if "get-access-token" in line]
    assert azure.base in asked


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"secret": "FAKE-wrong"}, "AADSTS7000215"),
        ({"secret": "FAKE", "tenant": None}, "option tenant"),
        ({"secret": "FAKE", "client_id": None}, "option client_id"),
        ({"auth_source": "env"}, "option secret"),
        ({"x509_certificate_path": "/nowhere/login.pem"}, "/nowhere/login.pem"),
    ],
)
def test_half_a_login_and_a_wrong_one_are_named(azure: Azure, options: dict[str, Any], sentence: str) -> None:
    with Session(login(azure, **options)) as session, pytest.raises(LoginFailed, match=sentence) as refused:
        automation.get_account(session, THE_ACCOUNT)
    assert "FAKE" not in str(refused.value)


def test_an_authority_that_does_not_answer_is_unreachable_not_refused(azure: Azure) -> None:
    with (
        Session(with_secret(azure, authority_url="https://127.0.0.1:9")) as session,
        pytest.raises((Unreachable, LoginFailed), match="Reading Automation account"),
    ):
        automation.get_account(session, THE_ACCOUNT)


def test_a_certificate_authority_that_is_not_trusted_ends_the_session(azure: Azure) -> None:
    with Session(with_secret(azure, ca_bundle=None)) as session, pytest.raises(Unreachable, match="CERTIFICATE_VERIFY"):
        automation.get_account(session, THE_ACCOUNT)
    assert requests(azure, "arm") == []


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_machine_s_bundle_is_taken_where_the_task_names_none(
    azure: Azure, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(name, azure.ca)
    assert reads_the_account(with_secret(azure, ca_bundle=None))


def test_the_task_s_bundle_beats_the_machine_s(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    assert reads_the_account(with_secret(azure))


def test_a_proxy_in_the_environment_is_used(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with Session(with_secret(azure)) as session, pytest.raises(Unreachable, match=r"(?i)proxy"):
        automation.get_account(session, THE_ACCOUNT)


class Tunnel(socketserver.ThreadingTCPServer):
    """A proxy that connects whom it is asked for, and remembers the targets."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TunnelCall)
        self.targets: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_close(self) -> None:
        self.shutdown()
        super().server_close()


class TunnelCall(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        target = self.rfile.readline().split()[1].decode()
        while self.rfile.readline().strip():
            pass
        self.server.targets.append(target)  # type: ignore[attr-defined]
        host, port = target.split(":")
        with socket.create_connection((host, int(port))) as beyond:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=pump, args=(beyond, self.connection), daemon=True)
            back.start()
            pump(self.connection, beyond)


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy until either side has gone."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_through_a_proxy_the_task_s_authorities_are_trusted_and_no_others(
    azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "")
    with Tunnel() as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_address[1]}")
        assert reads_the_account(with_secret(azure))
        assert len(set(proxy.targets)) == 2, "Resource Manager and the login"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", azure.ca)
        with (
            Session(with_secret(azure, ca_bundle=certifi.where())) as session,
            pytest.raises(Unreachable, match="CERTIFICATE_VERIFY"),
        ):
            automation.get_account(session, THE_ACCOUNT)


def test_a_bundle_that_holds_no_certificate_is_named(azure: Azure, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("no certificate in here")
    with (
        Session(with_secret(azure, ca_bundle=str(bundle))) as session,
        pytest.raises(LoginFailed, match=r"bundle\.pem"),
    ):
        automation.get_account(session, THE_ACCOUNT)
    assert requests(azure, "login") == []


def test_a_bundle_of_the_environment_that_is_not_there_is_named(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with (
        Session(with_secret(azure, ca_bundle=None)) as session,
        pytest.raises(LoginFailed, match=r"/nowhere/ca\.pem \(REQUESTS_CA_BUNDLE"),
    ):
        automation.get_account(session, THE_ACCOUNT)


def test_a_bundle_that_was_replaced_is_read_again(azure: Azure, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path(certifi.where()).read_bytes())
    with Session(with_secret(azure, ca_bundle=str(bundle))) as session, pytest.raises(Unreachable):
        automation.get_account(session, THE_ACCOUNT)
    bundle.write_bytes(Path(azure.ca).read_bytes())
    assert reads_the_account(with_secret(azure, ca_bundle=str(bundle)))


def test_secrets_stay_out_of_the_login_s_text(azure: Azure) -> None:
    assert "not-a-real-secret" not in repr(with_secret(azure))


# Tokens


def test_each_audience_is_asked_for_once_however_many_threads_ask(azure: Azure) -> None:
    with Session(with_secret(azure)) as session:
        in_parallel(lambda dummy: automation.get_account(session, THE_ACCOUNT), range(16), 8)
        subscriptions.list_subscriptions(session)
        in_parallel(lambda dummy: asks_graph(session), range(8), 8)
    tokens = [line for line in requests(azure, "login") if line.startswith("POST")]
    assert len(tokens) == 2


def asks_graph(session: Session) -> None:
    """The owner has no rights in Graph; the token is asked for all the same."""
    with pytest.raises(Forbidden):
        directory.find_application(session, new_id())


# Answers


def test_absent_and_forbidden_are_told_apart(azure: Azure) -> None:
    with Session(with_secret(azure)) as session, pytest.raises(Absent):
        automation.get_connection(session, THE_ACCOUNT, "Nowhere")
    with Session(with_secret(azure, "reader")) as session, pytest.raises(Forbidden):
        automation.patch_identity(session, THE_ACCOUNT, {"type": "SystemAssigned"})


def test_no_resource_provider_is_registered_on_the_way(azure: Azure) -> None:
    """The SDKs' own pipeline would write that, and nobody planned it."""
    said = "message=The subscription is not registered to use namespace 'Microsoft.Automation'."
    azure.faults(f"status=409,code=MissingSubscriptionRegistration,{said},path=*/runbooks[?]*")
    with Session(with_secret(azure)) as session, pytest.raises(Conflict, match=r"Microsoft\.Automation"):
        automation.list_runbooks(session, THE_ACCOUNT)
    assert [line for line in requests(azure, "arm") if not line.startswith("GET ")] == []


def test_all_pages_are_read_though_some_are_empty(azure: Azure) -> None:
    for number in range(250):
        path = f"{THE_ACCOUNT.arm_id}/runbooks/rb{number:03}"
        body = {"location": "westeurope", "properties": {"runbookType": "PowerShell", "draft": {}}}
        assert azure.send("PUT", path, body).status == 201
    with Session(with_secret(azure)) as session:
        names = [item["name"] for item in automation.list_runbooks(session, THE_ACCOUNT)]
    assert len([name for name in names if name.startswith("rb")]) == 250
    assert len(set(names)) == len(names)


def test_a_next_page_on_another_host_gets_no_token() -> None:
    page = Answer(200, {}, {"value": [], "nextLink": "https://elsewhere.invalid/page2"})
    with pytest.raises(Failed, match="another host"):
        list(Session(Login())._page_by_page(None, "https://arm.invalid", page, "nextLink", "Listing things"))


@pytest.mark.parametrize(
    "content", [SCRIPT, b"", b"\xff\xfeW\x00", b"line\r\n\r\nlast line without end", bytes(range(256))]
)
def test_content_is_exact_bytes_both_ways(azure: Azure, content: bytes) -> None:
    with Session(with_secret(azure)) as session:
        automation.replace_draft(session, THE_ACCOUNT, "Start-Machines", content)
        assert automation.draft_content(session, THE_ACCOUNT, "Start-Machines") == content
        automation.publish_draft(session, THE_ACCOUNT, "Start-Machines")
        assert automation.published_content(session, THE_ACCOUNT, "Start-Machines") == content


def test_deleting_what_is_not_there_is_no_error(azure: Azure) -> None:
    with Session(with_secret(azure)) as session:
        assert automation.delete_connection(session, THE_ACCOUNT, "AzureRunAsConnection") is True
        assert automation.delete_connection(session, THE_ACCOUNT, "AzureRunAsConnection") is False
        assert automation.delete_certificate(session, THE_ACCOUNT, "Nowhere") is False


def registered_certificate(azure: Azure, password: str | None) -> bytes:
    """Register a fresh certificate on the owner's application; return key and certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "runas")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    certificate = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    application = azure.world.application_of_app(TENANT, azure.endpoint["logins"]["owner"]["client_id"])
    assert application is not None
    application.data["keyCredentials"].append({"keyId": new_id(), "key": der})
    encryption: KeySerializationEncryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption) + certificate.public_bytes(Encoding.PEM)


def federated_token(azure: Azure) -> str:
    """Register a federation on the owner's application; return a token that it accepts."""
    application = azure.world.application_of_app(TENANT, azure.endpoint["logins"]["owner"]["client_id"])
    assert application is not None
    federation = {"issuer": "https://issuer.invalid", "subject": "awx", "audiences": ["api://AzureADTokenExchange"]}
    application.data["federatedIdentityCredentials"] = [federation]
    claims = {"iss": "https://issuer.invalid", "sub": "awx", "aud": "api://AzureADTokenExchange"}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "RS256"}, claims)]
    return ".".join([*parts, "c2ln"])
