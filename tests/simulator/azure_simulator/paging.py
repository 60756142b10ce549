# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages with a nextLink to follow verbatim, sometimes with an empty page between (contract 2.1)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from azure_simulator import errors
from azure_simulator.wire import Call, Response, json_response

T = TypeVar("T")


def paged(
    call: Call,
    items: Sequence[T],
    show: Callable[[T], dict[str, Any]],
    *,
    size: int = 100,
    empty_page: bool = False,
    link: str = "nextLink",
    extra: dict[str, Any] | None = None,
) -> Response:
    """One page of ``items``; ``empty_page`` puts one empty page after the first full one.

    The link repeats the request's own query and adds an opaque ``$skiptoken``.
    """
    start, held = _position(call)
    if empty_page and not held and 0 < start < len(items):
        return _page(call, [], link, extra, _token(start, held=True))
    shown = [show(item) for item in items[start : start + size]]
    following = start + size
    token = _token(following, held=following != size) if following < len(items) else None
    return _page(call, shown, link, extra, token)


def _page(
    call: Call, shown: list[dict[str, Any]], link: str, extra: dict[str, Any] | None, token: str | None
) -> Response:
    body: dict[str, Any] = {**(extra or {}), "value": shown}
    if token is not None:
        pairs = [(name, value) for name, value in parse_qsl(call.raw_query) if name.lower() != "$skiptoken"]
        body[link] = f"{call.url_of(call.path)}?{urlencode([*pairs, ('$skiptoken', token)], safe='$')}"
    return json_response(body)


def _token(start: int, held: bool) -> str:
    return base64.urlsafe_b64encode(f"{start}:{int(held)}".encode()).decode()


def _position(call: Call) -> tuple[int, bool]:
    token = call.query.get("$skiptoken")
    if token is None:
        return 0, False
    try:
        start, held = base64.urlsafe_b64decode(token).decode().split(":")
        return int(start), held == "1"
    except ValueError:
        raise errors.bad_request("InvalidSkipToken", "The skip token is not one of ours.") from None
