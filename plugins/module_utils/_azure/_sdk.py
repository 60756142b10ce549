# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Calls of SDK operations that answer with the wire's JSON.

The models of the two SDK generations differ, the wire does not: both hand the
raw answer to ``raw_response_hook`` (azure-contracts, section 10a). Bodies are
sent as plain dicts in REST shape, or as bytes where the SDK takes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .errors import translated

Operation = Callable[..., Any]


def answer(doing: str, client: Any, operation: Operation, *arguments: Any) -> dict[str, Any]:
    """Call an operation of an SDK client and return the JSON of its answer ({} for an empty body).

    Where the generation allows it, the answer is asked for unread: so the SDK makes no
    model of it, a tenth of the work of a small task (docs/benchmarks.md).
    """
    with translated(doing):
        if _streams_on_request(client):
            return _json_of(b"".join(operation(*arguments, stream=True)))
        raw: list[Any] = []
        operation(*arguments, raw_response_hook=raw.append)
        return _json_of(raw[-1].http_response.text())


def pages(doing: str, operation: Operation, *arguments: Any, **keywords: Any) -> list[dict[str, Any]]:
    """Call an SDK list operation and return the items of all its pages as the wire's JSON."""
    raw: list[Any] = []
    with translated(doing):
        for dummy in operation(*arguments, raw_response_hook=raw.append, **keywords).by_page():
            pass
        return [item for page in raw for item in _json_of(page.http_response.text())["value"]]


def page_by_page(doing: str, operation: Operation, *arguments: Any, **keywords: Any) -> Iterator[list[dict[str, Any]]]:
    """Call an SDK list operation and yield the items of each page; a page that is not wanted is not asked for."""
    raw: list[Any] = []
    with translated(doing):
        pages_of_models = iter(operation(*arguments, raw_response_hook=raw.append, **keywords).by_page())
    while True:
        with translated(doing):
            if next(pages_of_models, None) is None:
                return
            items = _json_of(raw[-1].http_response.text())["value"]
        yield items


def status(doing: str, operation: Operation, *arguments: Any, **keywords: Any) -> int:
    """Call an SDK operation and return the status of its answer.

    The SDK raises for some statuses that mean "was not there" (204 to a delete,
    azure-contracts, section 3.3): these are returned like the others.
    """
    from azure.core.exceptions import HttpResponseError

    raw: list[Any] = []
    with translated(doing):
        try:
            operation(*arguments, raw_response_hook=raw.append, **keywords)
        except HttpResponseError as error:
            if error.status_code != 204:
                raise
            return 204
        return int(raw[-1].http_response.status_code)


def content(doing: str, client: Any, operation: Operation, *arguments: Any) -> bytes:
    """Call an SDK operation that answers with content and return its exact bytes (azure-contracts, 2.3).

    The newer generation needs ``stream`` to keep the bytes; the older one streams
    always and refuses the word (anchors, section 2.4).
    """
    with translated(doing):
        chunks = operation(*arguments, stream=True) if _streams_on_request(client) else operation(*arguments)
        return b"".join(chunks)


def body(doing: str, client: Any, operation: Operation, *arguments: Any) -> bytes:
    """Call an SDK operation that answers with text and return its exact bytes (docs/contract.md, 2.11 and 2.13).

    The older generation makes a text of the answer itself, and does not stream.
    """
    with translated(doing):
        if _streams_on_request(client):
            return b"".join(operation(*arguments, stream=True))
        raw: list[Any] = []
        operation(*arguments, raw_response_hook=raw.append)
        return bytes(raw[-1].http_response.body())


def text(doing: str, client: Any, operation: Operation, *arguments: Any) -> str:
    """Call an SDK operation that answers with text and return it, whatever bytes it holds (docs/contract.md, 2.11)."""
    return body(doing, client, operation, *arguments).decode("utf-8-sig", errors="replace")


def json_body(body: Any) -> bytes:
    """Return a request body as bytes: it passes both generations' serialisers untouched."""
    return json.dumps(body).encode()


def _streams_on_request(client: Any) -> bool:
    """Tell the generations apart: ``send_request`` came with the newer one."""
    return hasattr(client, "send_request")


def _json_of(body: str | bytes) -> dict[str, Any]:
    return json.loads(body) if body else {}
