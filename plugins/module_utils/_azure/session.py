# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""One session with Azure per task: cloud, credential, connections, SDK clients, own requests.

A session belongs to the process that made it: a fork shares no connection,
token or lock with its parent (design, section 5).
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from ssl import SSLContext
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from .cloud import Cloud, find_cloud
from .credential import Login, OneTokenPerAudience, make_credential
from .errors import Failed, LoginFailed, MissingPackage, error_from_answer, translated
from .recording import Recorder, RecordingAdapter
from .transport import TrustingAdapter, open_transport, trust, usual_bundle

# A refused or broken request is repeated this often; Retry-After is honoured (azure-contracts, section 0.1).
_RETRIES = 5
# Seconds that one request may take, its retries included.
_REQUEST_DEADLINE = 300
# Seconds between two polls of an operation that gives no Retry-After: the SDK's default is 30 (section 2.5).
_POLLING_INTERVAL = 0.5
# Tokens for the Blob service are asked for so in all clouds (contract 13.1).
BLOB_SCOPE = "https://storage.azure.com/.default"
# The SDK wants a subscription to make a client for role assignments, but each of its calls names the scope itself.
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Answer:
    """An answer to a request of our own: status, headers, and the body's JSON or None."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Session:
    """A login at one Azure. Everything is opened at first use; ``close`` ends it."""

    def __init__(self, login: Login, adapter: Any = None) -> None:
        """``adapter`` carries the requests instead of the network; only the rehearsal before a fork, and a
        recording session, have one."""
        self._login = login
        self._adapter = adapter
        self._lock = threading.RLock()
        self._automation: dict[str, Any] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *dummy: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the session is not used afterwards."""
        if "_transport" in self.__dict__:
            self._transport.close()

    def recorded_by(self, recorder: Recorder) -> Session:
        """Return a session of the same login that only reads, and whose answers ``recorder`` keeps."""
        return Session(self._login, RecordingAdapter(self._trust(), recorder))

    @cached_property
    def _transport(self) -> Any:
        """The connections that all clients of the session share."""
        _import("azure.core.pipeline.transport", "azure-core")
        return open_transport(self._adapter or TrustingAdapter(self._trust()))

    def _trust(self) -> SSLContext:
        bundle = self._login.ca_bundle or usual_bundle(os.environ)
        named = "ca_bundle" if self._login.ca_bundle else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
        try:
            return trust(bundle)
        except FileNotFoundError:
            raise LoginFailed(
                f"The file {bundle} ({named}) is not there. Name a file of trusted certificates."
            ) from None
        except OSError as error:
            raise LoginFailed(
                f"The file {bundle} ({named}) cannot be used: {error.strerror or error}. Name a file of trusted "
                "certificates, in PEM."
            ) from None

    @cached_property
    def cloud(self) -> Cloud:
        """The endpoints. Raises LoginFailed for an unknown name, the other errors for an unreadable URL."""
        try:
            return find_cloud(self._login.cloud_environment, self._fetch_anonymously)
        except ValueError as error:
            raise LoginFailed(str(error)) from None

    @cached_property
    def credential(self) -> Any:
        """The credential. Raises LoginFailed, naming the option that is missing."""
        _import("azure.identity", "azure-identity")
        with self._lock:
            try:
                return OneTokenPerAudience(make_credential(self._login, self.cloud, self._transport))
            except ValueError as error:
                raise LoginFailed(str(error)) from None

    def automation(self, subscription_id: str) -> Any:
        """Return the SDK's AutomationClient for a subscription."""
        with self._lock:
            if subscription_id not in self._automation:
                self._automation[subscription_id] = self._make_automation(subscription_id)
            return self._automation[subscription_id]

    def _make_automation(self, subscription_id: str) -> Any:
        automation = _import("azure.mgmt.automation", "azure-mgmt-automation")
        _refuse_old_automation(automation.__version__)
        return automation.AutomationClient(self.credential, subscription_id, **self._client_options())

    @cached_property
    def role_assignments(self) -> Any:
        """The SDK's operations on role assignments; its client would make them anew for each call.

        Each such group has a client of its own: groups of one share the api-version that further pages are asked with,
        and it is that of the group that was made last.
        """
        return self._make_authorization().role_assignments

    @cached_property
    def role_definitions(self) -> Any:
        """The SDK's operations on role definitions."""
        return self._make_authorization().role_definitions

    @cached_property
    def role_eligibility_instances(self) -> Any:
        """The SDK's operations on roles that may be activated."""
        return self._make_authorization().role_eligibility_schedule_instances

    @cached_property
    def role_assignment_instances(self) -> Any:
        """The SDK's operations on what Privileged Identity Management knows of role assignments."""
        return self._make_authorization().role_assignment_schedule_instances

    @cached_property
    def authorization(self) -> Any:
        """The SDK's AuthorizationManagementClient."""
        return self._make_authorization()

    def _make_authorization(self) -> Any:
        authorization = _import("azure.mgmt.authorization", "azure-mgmt-authorization")
        return authorization.AuthorizationManagementClient(self.credential, _NO_SUBSCRIPTION, **self._client_options())

    def _client_options(self) -> dict[str, Any]:
        """Return what each SDK client is given: base URL and scope go together (azure-contracts, 9.2)."""
        return {
            "base_url": self.cloud.resource_manager,
            "credential_scopes": [self.cloud.arm_scope],
            "transport": self._transport,
            "policies": self._policies(self._arm_authentication()),
            "polling_interval": _POLLING_INTERVAL,
        }

    def _policies(self, authentication: Any) -> list[Any]:
        """Return the policies of a pipeline, for the SDK clients and for requests of our own: what is used, no more.

        Left out of the SDKs' usual list: logs and traces, which nothing here reads, a tenth of a request's CPU; and the
        registration of a resource provider, a write that nobody planned.
        """
        policies = _import("azure.core.pipeline.policies", "azure-core")
        return [
            policies.RequestIdPolicy(),
            policies.ContentDecodePolicy(),
            policies.RedirectPolicy(),
            policies.RetryPolicy(**_RETRY_OPTIONS),
            *([authentication] if authentication is not None else []),
            policies.CustomHookPolicy(),
            policies.SensitiveHeaderCleanupPolicy(),
        ]

    def _arm_authentication(self) -> Any:
        policy = _import("azure.mgmt.core.policies", "azure-mgmt-core").ARMChallengeAuthenticationPolicy
        return policy(self.credential, self.cloud.arm_scope)

    @cached_property
    def _arm(self) -> Any:
        return self._pipeline_client(self.cloud.resource_manager, self._arm_authentication())

    @cached_property
    def _graph(self) -> Any:
        policy = _import("azure.core.pipeline.policies", "azure-core").BearerTokenCredentialPolicy
        return self._pipeline_client(self.cloud.graph, policy(self.credential, self.cloud.graph_scope))

    def _pipeline_client(self, base_url: str, authentication: Any) -> Any:
        core = _import("azure.core", "azure-core")
        return core.PipelineClient(base_url, policies=self._policies(authentication), transport=self._transport)

    @cached_property
    def _blob(self) -> Any:
        """As the others, but that no body is taken for JSON or XML, whatever its type says."""
        policies = _import("azure.core.pipeline.policies", "azure-core")
        usual = self._policies(policies.BearerTokenCredentialPolicy(self.credential, BLOB_SCOPE))
        return _import("azure.core", "azure-core").PipelineClient(
            self.cloud.resource_manager,
            policies=[policy for policy in usual if not isinstance(policy, policies.ContentDecodePolicy)],
            transport=self._transport,
        )

    def blob(self, method: str, url: str, doing: str, headers: Mapping[str, str], content: bytes = b"") -> Answer:
        """Send a request to the Blob service; the body of the answer is bytes. Otherwise as ``arm``."""
        from azure.core.rest import HttpRequest

        with translated(doing):
            request = HttpRequest(method, url, headers=dict(headers), content=content or None)
            response = self._blob.send_request(request)
            body: bytes = response.read()
        if response.status_code >= 400:
            code, message = error_of_storage(response.headers, body)
            raise error_from_answer(doing, response.status_code, code, message)
        return Answer(response.status_code, response.headers, body)

    def _fetch_anonymously(self, url: str) -> bytes:
        """Return the body at ``url``, asked for without a token."""
        from azure.core.rest import HttpRequest

        doing = f"Reading {url}"
        with translated(doing):
            response = self._pipeline_client(url, None).send_request(HttpRequest("GET", url))
            body: bytes = response.read()
        if response.status_code != 200:
            raise error_from_answer(doing, response.status_code, None, body.decode("utf-8", "replace"))
        return body

    def arm(self, method: str, path: str, api_version: str, doing: str, **content: Any) -> Answer:
        """Send a request of our own to Resource Manager; ``content`` may hold ``query`` and ``json``.

        ``doing`` begins the sentence of an error. Raises the errors of ``errors``.
        """
        query = {"api-version": api_version, **content.pop("query", {})}
        return self._send(self._arm, method, self.cloud.resource_manager + _with_query(path, query), doing, content)

    def arm_at(self, url: str, doing: str) -> Answer:
        """Read what a URL in an answer of Resource Manager leads to. Raises Failed for one on another host."""
        _refuse_other_host(url, self.cloud.resource_manager, doing)
        return self._send(self._arm, "GET", url, doing, {})

    def arm_pages(self, path: str, api_version: str, doing: str, **content: Any) -> list[dict[str, Any]]:
        """Return the items of all pages; empty pages with a nextLink are followed (azure-contracts, 2.1)."""
        return [item for page in self.arm_page_by_page(path, api_version, doing, **content) for item in page]

    def arm_page_by_page(self, path: str, api_version: str, doing: str, **content: Any) -> Iterator[list[Any]]:
        """Yield the items of each page, for lists that are too long to hold; a page is asked for when it is wanted."""
        first = self.arm("GET", path, api_version, doing, **content)
        return self._page_by_page(self._arm, self.cloud.resource_manager, first, "nextLink", doing)

    def graph(self, method: str, path: str, doing: str, **content: Any) -> Answer:
        """Send a request to Microsoft Graph; as ``arm``. ``version`` is for what v1.0 lacks."""
        version = content.pop("version", "v1.0")
        url = f"{self.cloud.graph}/{version}{_with_query(path, content.pop('query', {}))}"
        return self._send(self._graph, method, url, doing, content)

    def graph_pages(self, path: str, doing: str, **content: Any) -> list[dict[str, Any]]:
        """Return the items of all pages of a Graph collection."""
        first = self.graph("GET", path, doing, **content)
        pages = self._page_by_page(self._graph, self.cloud.graph, first, "@odata.nextLink", doing)
        return [item for page in pages for item in page]

    def rest_of_graph_pages(self, body: Mapping[str, Any], doing: str) -> list[dict[str, Any]]:
        """Return the items of a page that came in a batch, and of all pages after it."""
        pages = self._page_by_page(self._graph, self.cloud.graph, Answer(200, {}, body), "@odata.nextLink", doing)
        return [item for page in pages for item in page]

    def _page_by_page(self, client: Any, base: str, answer: Answer, link: str, doing: str) -> Iterator[list[Any]]:
        while True:
            yield answer.body["value"]
            following = answer.body.get(link)
            if not following:
                return
            _refuse_other_host(following, base, doing)
            answer = self._send(client, "GET", following, doing, {})

    def _send(self, client: Any, method: str, url: str, doing: str, content: Mapping[str, Any]) -> Answer:
        from azure.core.rest import HttpRequest

        with translated(doing):
            response = client.send_request(HttpRequest(method, url, **content))
            response.read()
        body = _json_or_none(response)
        if response.status_code >= 400:
            code, message = error_of(body)
            raise error_from_answer(doing, response.status_code, code, message)
        return Answer(response.status_code, response.headers, body)


def _refuse_other_host(url: str, base: str, doing: str) -> None:
    if urlsplit(url)[:2] != urlsplit(base)[:2]:
        raise Failed(f"{doing} failed: the answer leads to another host; the token is not sent there.")


_RETRY_OPTIONS = {"retry_total": _RETRIES, "timeout": _REQUEST_DEADLINE, "retry_backoff_factor": 0.4}


def _with_query(path: str, query: Mapping[str, str]) -> str:
    """Return the path with its query; blanks as %20, as Azure writes them."""
    return f"{path}?{urlencode(query, quote_via=quote, safe='$')}" if query else path


def _json_or_none(response: Any) -> Any:
    try:
        return response.json() if response.content else None
    except ValueError:
        return None


def error_of(body: Any) -> tuple[str | None, str]:
    """Return code and message of an error body, with or without the ``error`` wrapper (azure-contracts, 0)."""
    if not isinstance(body, dict):
        return None, ""
    inner = body.get("error", body)
    if not isinstance(inner, dict):
        return None, str(inner)
    return inner.get("code"), str(inner.get("message") or "")


def error_of_storage(headers: Mapping[str, str], body: bytes) -> tuple[str | None, str]:
    """Return code and message of an error of the Blob service; answers to HEAD have no body (contract 13.1)."""
    found = re.search(r"<Message>(.*?)(?:\nRequestId:|</Message>)", body.decode("utf-8", "replace"), re.DOTALL)
    return headers.get("x-ms-error-code"), unescape(found.group(1)) if found else ""


def _import(module: str, package: str) -> Any:
    """Import a part of the SDK; a missing package is named alone, with the remedy."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingPackage(
            f"The Python package {package} is not installed for this interpreter ({error.name or module} is missing). "
            f"Install it with: pip install {package}"
        ) from None


def _refuse_old_automation(version: str) -> None:
    """Raise MissingPackage for releases that silently drop ``identity`` (anchors, section 2.4)."""
    numbers = version.partition("b")[0].split(".")
    major, minor = int(numbers[0]), int(numbers[1])
    beta = int(version.partition("b")[2]) if "b" in version else None
    too_old = (major, minor) < (1, 1) or ((major, minor) == (1, 1) and beta is not None and beta < 4)
    if too_old:
        raise MissingPackage(
            f"azure-mgmt-automation {version} drops the identity of an account without an error. "
            "Install 1.1.0b4 or newer: pip install 'azure-mgmt-automation>=1.1.0b4'"
        )
