# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rewriter writes into Python runbooks is run here, against an identity endpoint on this machine."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import tree_sitter
import tree_sitter_python
from azure.core.pipeline import Pipeline
from azure.core.pipeline.policies import BearerTokenCredentialPolicy
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.azauto.runas_migration.plugins.module_utils._runbook import RewriteOptions, Verdict, rewrite

CASES = Path(__file__).parent / "cases" / "rewritten"
HEADER = "secret of this job"
CLIENT_ID = "33333333-3333-3333-3333-333333333333"
ARM = "https://management.azure.com/"
# Syntax that Python 2 does not have (tree-sitter's names for it).
ONLY_PYTHON_3 = {"interpolation", "type", "keyword_separator", "nonlocal_statement", "await", "named_expression"}


class IdentityEndpoint(HTTPServer):
    """Answers token requests; ``requested`` are their parameters. Without the header of the job it gives nothing.

    It is Azure Resource Manager too, and tells the ``subscriptions``.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requested: list[dict[str, str]] = []
        self.subscriptions: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: IdentityEndpoint

    def do_GET(self) -> None:
        allowed = self.headers["X-IDENTITY-HEADER"] == HEADER
        parameters = dict(parse_qsl(urlsplit(self.path).query))
        if self.path.startswith("/subscriptions?"):
            self.answer(200, {"value": [{"subscriptionId": name} for name in self.server.subscriptions]})
            return
        self.server.requested.append(parameters)
        token = {"access_token": f"token for {parameters.get('resource')}", "expires_on": "4102444800"}
        self.answer(200 if allowed else 403, token if allowed else {"error": "no header"})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityEndpoint]:
    with IdentityEndpoint() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{running.server_port}/oauth2/token")
            patch.setenv("IDENTITY_HEADER", HEADER)
            patch.setenv("NO_PROXY", "127.0.0.1")
            yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def endpoint(server: IdentityEndpoint) -> IdentityEndpoint:
    server.requested.clear()
    return server


def runbook(answer: str, imports: str = "", uses: str = "") -> str:
    """A runbook with a function that logs in, and what comes after it."""
    return (
        f"import automationassets\n{imports}\n"
        "def log_in(conn):\n"
        '    """Log in."""\n'
        "    from OpenSSL import crypto\n"
        "    from msrestazure.azure_active_directory import AdalAuthentication\n"
        "    import adal\n"
        "    pfx = crypto.load_pkcs12(automationassets.get_automation_certificate('AzureRunAsCertificate'))\n"
        "    key = crypto.dump_privatekey(crypto.FILETYPE_PEM, pfx.get_privatekey())\n"
        "    app = conn['ApplicationId']\n"
        "    thumb = conn['CertificateThumbprint']\n"
        "    context = adal.AuthenticationContext('https://login.microsoftonline.com/' + conn['TenantId'])\n"
        f"    return {answer}\n"
        "conn = automationassets.get_automation_connection('AzureRunAsConnection')\n"
        f"result = log_in(conn)\n{uses}"
    )


TOKEN = f"context.acquire_token_with_client_certificate('{ARM}', app, key, thumb)['accessToken']"
CREDENTIAL = f"AdalAuthentication(lambda: context.acquire_token_with_client_certificate('{ARM}', app, key, thumb))"
CLIENT = "def later(cred):\n    from azure.mgmt.compute import ComputeManagementClient\n    {}\n"
OLD_CLIENT = CLIENT.format("return ComputeManagementClient(credentials=cred)")
NEW_CLIENT = CLIENT.format("return ComputeManagementClient(credential=cred)")


def run(script: str, folder: Path, runbook_type: str = "Python3", **options: Any) -> dict[str, Any]:
    """Rewrite a runbook, run it, and return the names it leaves."""
    outcome = rewrite(script.encode(), runbook_type, RewriteOptions(**options))
    assert outcome.verdict in (Verdict.REWRITTEN, Verdict.REWRITTEN_WITH_ASSUMPTIONS)
    path = folder / "runbook.py"
    path.write_bytes(outcome.content)
    return runpy.run_path(str(path))


class TestToken:
    @pytest.mark.parametrize("imports", ["", "import requests", "import os, sys"])
    def test_the_token_comes_from_the_identity_endpoint(
        self, imports: str, endpoint: IdentityEndpoint, tmp_path: Path
    ) -> None:
        assert run(runbook(TOKEN, imports), tmp_path)["result"] == f"token for {ARM}"
        assert endpoint.requested == [{"resource": ARM}]

    @pytest.mark.parametrize("imports", ["", "import requests"])
    def test_a_user_assigned_identity_is_asked_for(
        self, imports: str, endpoint: IdentityEndpoint, tmp_path: Path
    ) -> None:
        run(runbook(TOKEN, imports), tmp_path, identity="user", client_id=CLIENT_ID)
        assert endpoint.requested == [{"resource": ARM, "client_id": CLIENT_ID}]

    @pytest.mark.parametrize(("imports", "error"), [("", HTTPError), ("import requests", requests.HTTPError)])
    def test_a_refused_request_is_an_error(
        self, imports: str, error: type[Exception], endpoint: IdentityEndpoint, tmp_path: Path, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("IDENTITY_HEADER", "not the one of this job")
        with pytest.raises(error):
            run(runbook(TOKEN, imports), tmp_path)
        assert len(endpoint.requested) == 1

    def test_what_took_the_token_out_of_the_answer_goes_on_working(
        self, endpoint: IdentityEndpoint, tmp_path: Path
    ) -> None:
        script = runbook("'no login here'", "import requests\nimport adal")
        script = script[: script.index("def log_in")] + (
            "conn = automationassets.get_automation_connection('AzureRunAsConnection')\n"
            "context = adal.AuthenticationContext('https://login.microsoftonline.com/' + conn['TenantId'])\n"
            "key = automationassets.get_automation_certificate('AzureRunAsCertificate')\n"
            "answer = context.acquire_token_with_client_certificate(\n"
            "    'r', conn['ApplicationId'], key, conn['CertificateThumbprint'])\n"
            "first, second = answer['accessToken'], answer.get('accessToken')\n"
        )
        left = run(script, tmp_path)
        assert (left["first"], left["second"]) == ("token for r", "token for r")
        assert endpoint.requested == [{"resource": "r"}]


class TestSubscription:
    SCRIPT = runbook(TOKEN, "import requests", "subscription = str(conn['SubscriptionId'])\n")

    @pytest.fixture(autouse=True)
    def resource_manager(self, endpoint: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        class Adapter(requests.adapters.HTTPAdapter):
            def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
                assert request.headers["Authorization"] == f"Bearer token for {ARM}"
                request.url = f"http://127.0.0.1:{endpoint.server_port}{request.path_url}"
                return super().send(request, *arguments, **options)

        def session_to_this_machine(*arguments: Any) -> None:
            make_session(*arguments)
            arguments[0].mount(ARM, Adapter())

        make_session = requests.Session.__init__
        monkeypatch.setattr(requests.Session, "__init__", session_to_this_machine)

    def test_the_only_one_is_looked_up(self, endpoint: IdentityEndpoint, tmp_path: Path) -> None:
        endpoint.subscriptions = ["the one"]
        assert run(self.SCRIPT, tmp_path)["subscription"] == "the one"

    @pytest.mark.parametrize("seen", [[], ["one", "another"]])
    def test_nothing_is_chosen(self, seen: list[str], endpoint: IdentityEndpoint, tmp_path: Path) -> None:
        endpoint.subscriptions = seen
        with pytest.raises(RuntimeError, match=f"sees {len(seen)} subscriptions"):
            run(self.SCRIPT, tmp_path)


class RecordingTransport(HttpTransport):  # type: ignore[type-arg]
    """Takes requests of the Azure SDK and notes who they say they come from."""

    def __init__(self) -> None:
        self.authorizations: list[str] = []

    def send(self, request: HttpRequest, **_options: Any) -> requests.Response:  # type: ignore[override]
        self.authorizations.append(request.headers["Authorization"])
        answer = requests.Response()
        answer.status_code = 200
        return answer

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __exit__(self, *_details: object) -> None:
        """Nothing to close."""


def sent_by_current_client(credential: Any) -> str:
    """Return the authorization that a current Azure client sends with this credential."""
    transport = RecordingTransport()
    policies: list[Any] = [BearerTokenCredentialPolicy(credential, f"{ARM}.default")]
    Pipeline(transport, policies).run(HttpRequest("GET", f"{ARM}subscriptions"))
    return transport.authorizations[0]


class TestCredential:
    @pytest.mark.parametrize("uses", [NEW_CLIENT, ""])
    def test_current_clients_log_in_with_it(self, uses: str, endpoint: IdentityEndpoint, tmp_path: Path) -> None:
        credential = run(runbook(CREDENTIAL, uses=uses), tmp_path)["result"]
        assert sent_by_current_client(credential) == "Bearer token for https://management.azure.com"
        assert credential.get_token(f"{ARM}.default").expires_on == 4102444800
        assert endpoint.requested == [{"resource": "https://management.azure.com"}]

    def test_azure_identity_is_taken_where_it_is(self, endpoint: IdentityEndpoint, tmp_path: Path) -> None:
        options = {"python_packages": frozenset({"azure-identity"}), "identity": "user", "client_id": CLIENT_ID}
        credential = run(runbook(CREDENTIAL, uses=NEW_CLIENT), tmp_path, **options)["result"]
        assert type(credential).__module__.startswith("azure.identity.")
        credential.get_token(f"{ARM}.default")
        (requested,) = endpoint.requested
        assert (requested["resource"], requested["client_id"]) == ("https://management.azure.com", CLIENT_ID)

    def test_clients_of_the_first_generation_log_in_with_either(
        self, endpoint: IdentityEndpoint, tmp_path: Path
    ) -> None:
        credential = run(runbook(CREDENTIAL), tmp_path)["result"]
        session = credential.signed_session(requests.Session())
        assert session.headers["Authorization"] == f"Bearer token for {ARM}"
        assert credential.signed_session().headers["Authorization"] == f"Bearer token for {ARM}"
        assert endpoint.requested == [{"resource": ARM}]

    def test_the_resource_that_the_caller_names_is_asked_for(self, endpoint: IdentityEndpoint, tmp_path: Path) -> None:
        script = runbook(CREDENTIAL.replace(f"'{ARM}'", "resource"))
        script = script.replace("log_in(conn)", "log_in(conn, resource='https://vault.azure.net')", 2)
        script = script.replace("def log_in(conn, resource='https://vault.azure.net')", "def log_in(conn, resource)")
        run(script, tmp_path)["result"].signed_session()
        assert endpoint.requested == [{"resource": "https://vault.azure.net"}]

    def test_clients_of_the_first_generation_get_the_class_of_msrest(
        self, endpoint: IdentityEndpoint, tmp_path: Path, monkeypatch: Any
    ) -> None:
        package = tmp_path / "msrest"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "authentication.py").write_text("class BasicTokenAuthentication(dict):\n    pass\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        importlib.invalidate_caches()
        credential = run(runbook(CREDENTIAL, uses=OLD_CLIENT), tmp_path)["result"]
        monkeypatch.delitem(sys.modules, "msrest.authentication")
        monkeypatch.delitem(sys.modules, "msrest")
        assert type(credential).__name__ == "BasicTokenAuthentication"
        assert credential == {"access_token": f"token for {ARM}"}
        assert endpoint.requested == [{"resource": ARM}]


@pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in sorted(CASES.glob("python_*.case"))])
def test_the_new_code_is_python_2_too(path: Path) -> None:
    language = tree_sitter.Language(tree_sitter_python.language())
    tree = tree_sitter.Parser(language).parse(path.read_text("utf-8").partition("--- after\n")[2].encode())
    kinds, nodes = set(), [tree.root_node]
    while nodes:
        node = nodes.pop()
        kinds.add(node.type)
        nodes += node.children
    assert not tree.root_node.has_error
    assert "call" in kinds
    assert not kinds & ONLY_PYTHON_3


quotes = st.sampled_from(['"{}"', "'{}'", "u'{}'", '"""{}"""'])
units = st.sampled_from(["  ", "    ", "\t", "        "])
comments = st.sampled_from(["", "# Log in\n", "\n", "# get_automation_connection('AzureRunAsConnection')\n", "   \n"])
tails = st.sampled_from(["", "  # as Run As", ";", " ; "])
gets = st.sampled_from(["{}[{}]", "{}.get({})", "({})[{}]"])


@st.composite
def logins(draw: st.DrawFn) -> str:
    """A runbook that gets a token as Run As, laid out in any way."""

    def quoted(text: str) -> str:
        return draw(quotes).format(text)

    def field(owner: str, name: str) -> str:
        return draw(gets).format(owner, quoted(name))

    unit = draw(units)
    name = draw(st.sampled_from(["get_automation_runas_token", "f", "token_for_requests"]))
    fetch = f"automationassets.get_automation_connection({draw(st.sampled_from(['', 'name=']))}"
    fetch += quoted("AzureRunAsConnection") + ")"
    handed = draw(st.booleans())
    certificate = f"automationassets.get_automation_certificate({quoted('AzureRunAsCertificate')})"
    authority = quoted("https://login.microsoftonline.com/") + " + " + field("c", "TenantId")
    body = [
        "from OpenSSL import crypto",
        "import adal",
        f"pfx = crypto.load_pkcs12({certificate})",
        "key = crypto.dump_privatekey(crypto.FILETYPE_PEM, pfx.get_privatekey())",
        *([] if handed else [f"c = {fetch}"]),
        f"app = {field('c', 'ApplicationId')}",
        f"context = adal.AuthenticationContext({authority})",
        f"answer = context.acquire_token_with_client_certificate({quoted(ARM)},",
        f"{unit}{unit}app, key,  # the key",
        f"{unit}{unit}thumbprint={field('c', 'CertificateThumbprint')})",
        f"return {field('answer', 'accessToken')}",
    ]
    body = [line + (draw(tails) if line.startswith(("import", "key", "app")) else "") for line in body]
    lines = [f"def {name}({'c' if handed else ''}):", *(unit + line for line in body)]
    call = [*([f"conn = {fetch}"] if handed else []), f"result = {name}({'conn' if handed else ''})"]
    depth = draw(st.integers(0, 2))
    around = ["try:", "if True:"][:depth]
    text = "".join(unit * i + line + "\n" for i, line in enumerate(around))
    for line in [*lines, *call]:
        comment = "" if line.startswith((unit + unit, "def")) else draw(comments)
        text += (unit * depth + comment if comment.strip() else comment) + unit * depth + line + "\n"
    text += "finally:\n" + unit + "pass\n" if depth else ""
    imports = draw(st.sampled_from(["", "import requests\n", "import os\nimport requests as r\n", "import json, os\n"]))
    return draw(comments) + "import automationassets\n" + imports + draw(comments) + text


@given(logins(), st.sampled_from(["\n", "\r\n"]), st.sampled_from([b"", b"\xef\xbb\xbf"]))
@settings(deadline=None)
def test_any_layout_is_rewritten_to_the_same_meaning(
    server: IdentityEndpoint, tmp_path_factory: pytest.TempPathFactory, script: str, line_end: str, mark: bytes
) -> None:
    server.requested.clear()
    content = mark + script.replace("\n", line_end).encode()
    outcome = rewrite(content, "Python3")
    assert outcome.verdict is Verdict.REWRITTEN
    path = tmp_path_factory.getbasetemp() / f"layout_{os.getpid()}.py"
    path.write_bytes(outcome.content)
    assert runpy.run_path(str(path))["result"] == f"token for {ARM}"
    assert server.requested == [{"resource": ARM}]
    assert outcome.content.count(b"\r\n") == (outcome.content.count(b"\n") if line_end == "\r\n" else 0)
    again = rewrite(outcome.content, "Python3")
    assert again.verdict is Verdict.NOT_USED
    assert again.content is outcome.content


DAMAGED = runbook(TOKEN, "import requests")


@given(st.text(max_size=30), st.integers(0, len(DAMAGED)), st.integers(0, 30))
@settings(deadline=None, max_examples=200)
def test_a_damaged_runbook_is_rewritten_soundly_or_not_at_all(text: str, at: int, cut: int) -> None:
    content = (DAMAGED[:at] + text + DAMAGED[at + cut :]).encode("utf-8", "replace")
    outcome = rewrite(content, "Python3")
    if not outcome.edits:
        assert outcome.content is content
        return
    rebuilt, position = b"", 0
    for edit in outcome.edits:
        rebuilt += content[position : edit.span[0]] + edit.after
        position = edit.span[1]
    assert rebuilt + content[position:] == outcome.content
    assert rewrite(outcome.content, "Python3").verdict is Verdict.NOT_USED
