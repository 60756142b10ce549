# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One request (`Call`), one answer (`Response`), and the headers every answer carries."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from azure_simulator import errors
from azure_simulator.clock import to_datetime
from azure_simulator.world import new_id

if TYPE_CHECKING:
    from azure_simulator.world import World

Headers = list[tuple[bytes, bytes]]

_PATH_LETTERS = "/:@!$&'()*+,;=-._~"


@dataclass(slots=True, frozen=True)
class Caller:
    """Who a verified token speaks for."""

    object_id: str
    app_id: str
    tenant_id: str
    audience: str


@dataclass(slots=True)
class Response:
    """An answer; ``headers`` come on top of the standard ones."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    repeated: list[tuple[str, str]] = field(default_factory=list)
    from_gateway: bool = False


class Call:
    """One request on its way to a handler."""

    __slots__ = ("_query", "body", "caller", "headers", "method", "params", "path", "raw_query", "service", "world")

    def __init__(
        self,
        world: World,
        service: str,
        method: str,
        path: str,
        raw_query: str = "",
        headers: dict[bytes, bytes] | None = None,
        body: bytes = b"",
    ) -> None:
        self.world = world
        self.service = service
        self.method = method
        self.path = path
        self.raw_query = raw_query
        self.headers = headers or {}
        self.body = body
        self.params: dict[str, str] = {}
        self.caller: Caller | None = None
        self._query: dict[str, str] | None = None

    @property
    def query(self) -> dict[str, str]:
        """Query parameters; ``$filter`` and its kind keep their dollar, names are lower-cased."""
        if self._query is None:
            pairs = parse_qsl(self.raw_query, keep_blank_values=True)
            self._query = {name.lower(): value for name, value in pairs}
        return self._query

    @property
    def api_version(self) -> str:
        return self.query.get("api-version", "")

    @property
    def base_url(self) -> str:
        """``https://host:port`` as the client wrote it, for Location and nextLink."""
        return "https://" + self.header("host")

    def url_of(self, path: str) -> str:
        """The absolute URL of a path; names of Azure may hold spaces, brackets and any letter."""
        return self.base_url + quote(path, safe=_PATH_LETTERS)

    @property
    def who(self) -> Caller:
        """The caller of a route that needs one."""
        if self.caller is None:
            raise LookupError("this route is public and has no caller")
        return self.caller

    def header(self, name: str) -> str:
        return self.headers.get(name.lower().encode(), b"").decode("latin-1")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; 400 InvalidRequestContent otherwise."""
        try:
            value = json.loads(self.body) if self.body else {}
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise errors.bad_request(
                "InvalidRequestContent", "The request content was invalid and could not be deserialized."
            )
        return value


def json_response(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        status, json.dumps(data, separators=(",", ":")).encode(), "application/json; charset=utf-8", headers or {}
    )


def text_response(text: str, status: int = 200) -> Response:
    return Response(status, text.encode(), "text/plain; charset=utf-8")


def bytes_response(content: bytes, content_type: str, headers: dict[str, str] | None = None) -> Response:
    return Response(200, content, content_type, headers or {})


def empty(status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, b"", None, headers or {})


_STANDARD: Headers = [
    (b"cache-control", b"no-cache"),
    (b"pragma", b"no-cache"),
    (b"expires", b"-1"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
]


def encode_headers(call: Call, response: Response) -> Headers:
    """All headers of an answer (contract 0): standard, ids, length, and its own."""
    headers = list(_STANDARD)
    if call.service == "arm":
        _add_resource_manager_ids(headers, call, response)
    elif call.service == "graph":
        headers.append((b"odata-version", b"4.0"))
        headers.append((b"request-id", new_id().encode()))
    if response.content_type is not None:
        headers.append((b"content-type", response.content_type.encode()))
    headers.append((b"content-length", str(len(response.body)).encode()))
    for name, value in response.headers.items():
        headers.append((name.lower().encode(), value.encode("latin-1")))
    for name, value in response.repeated:
        headers.append((name.lower().encode(), value.encode("latin-1")))
    return headers


def _add_resource_manager_ids(headers: Headers, call: Call, response: Response) -> None:
    correlation = new_id()
    if response.from_gateway:
        request_id = correlation
        headers.append((b"x-ms-failure-cause", b"gateway"))
    else:
        # Site Recovery answers with its job's id instead (contract 6).
        own = response.headers.pop("x-ms-request-id", "")
        request_id = own or call.header("x-ms-client-request-id") or correlation
        if "/providers/microsoft.automation/" in call.path.lower():
            headers.append((b"server", b"Microsoft-HTTPAPI/2.0"))
    stamp = to_datetime(call.world.clock.now()).strftime("%Y%m%dT%H%M%SZ")
    if "x-ms-request-id" not in response.headers:
        headers.append((b"x-ms-request-id", request_id.encode("latin-1")))
    headers.append((b"x-ms-correlation-request-id", correlation.encode()))
    headers.append((b"x-ms-routing-request-id", f"WESTEUROPE:{stamp}:{correlation}".encode()))
