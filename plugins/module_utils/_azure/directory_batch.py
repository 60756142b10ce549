# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading many things from Microsoft Graph in one request: JSON batching (contract 5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from .errors import AzureError, Failed, LoginFailed, error_from_answer
from .session import Session, error_of

Json = dict[str, Any]

# So many requests may be in one batch.
_MOST = 20
# A part that was refused with one of these is asked for once more by itself, where waiting and repeating are built in.
_ASK_AGAIN = (429, 503, 504)


@dataclass(frozen=True)
class Ask:
    """One thing to read. ``path`` follows /v1.0 and is escaped; ``doing`` begins the sentence of an error."""

    path: str
    doing: str


OneOrError: TypeAlias = "Json | AzureError"
ManyOrError: TypeAlias = "list[Json] | AzureError"


def read_objects(session: Session, asks: Sequence[Ask]) -> list[OneOrError]:
    """Return what each ask leads to, in their order: the object, or the error that this part ended with.

    One request serves up to 20. Raises the errors of ``errors`` where the whole request
    fails, and LoginFailed where the token is refused.
    """
    found: list[OneOrError] = []
    for first in range(0, len(asks), _MOST):
        found += _read_batch(session, asks[first : first + _MOST])
    return found


def read_lists(session: Session, asks: Sequence[Ask]) -> list[ManyOrError]:
    """Return the items of each collection; as ``read_objects``. Further pages are requests of their own."""
    return read_both(session, (), asks)[1]


def read_both(
    session: Session, objects: Sequence[Ask], lists: Sequence[Ask]
) -> tuple[list[OneOrError], list[ManyOrError]]:
    """Return objects and collections of the same requests; as ``read_objects`` and ``read_lists``."""
    bodies = read_objects(session, [*objects, *lists])
    listed = zip(lists, bodies[len(objects) :], strict=True)
    return bodies[: len(objects)], [_whole(session, ask, body) for ask, body in listed]


def _whole(session: Session, ask: Ask, body: OneOrError) -> ManyOrError:
    if isinstance(body, AzureError):
        return body
    try:
        return session.rest_of_graph_pages(body, ask.doing)
    except LoginFailed:
        raise
    except AzureError as error:
        return error


def _read_batch(session: Session, asks: Sequence[Ask]) -> Iterator[OneOrError]:
    requests = [{"id": str(number), "method": "GET", "url": ask.path} for number, ask in enumerate(asks)]
    doing = f"Reading {len(asks)} things in Microsoft Graph"
    answer = session.graph("POST", "/$batch", doing, json={"requests": requests})
    parts = {part["id"]: part for part in answer.body["responses"]}
    for number, ask in enumerate(asks):
        yield _answered(session, ask, parts.get(str(number)))


def _answered(session: Session, ask: Ask, part: Mapping[str, Any] | None) -> OneOrError:
    if part is None:
        return Failed(f"{ask.doing} failed: Microsoft Graph left it out of its answer.")
    if part["status"] in _ASK_AGAIN:
        return _alone(session, ask)
    if part["status"] < 300:
        body: Json = part.get("body") or {}
        return body
    code, message = error_of(part.get("body"))
    error = error_from_answer(ask.doing, part["status"], code, message)
    if isinstance(error, LoginFailed):
        raise error
    return error


def _alone(session: Session, ask: Ask) -> OneOrError:
    try:
        body: Json = session.graph("GET", ask.path, ask.doing).body
        return body
    except LoginFailed:
        raise
    except AzureError as error:
        return error
