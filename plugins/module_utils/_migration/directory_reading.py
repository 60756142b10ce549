# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the principals of one account hold in Microsoft Entra, read at once (contract 5.2 to 5.5)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .._azure import directory_access as access
from .._azure.caller import GraphClaims
from .._azure.directory_batch import Ask, ManyOrError, OneOrError, read_both, read_lists, read_objects
from .._azure.errors import Absent, AzureError, Failed, Forbidden, LoginFailed, Throttled, Unreachable
from .._azure.session import Session

Json = Mapping[str, Any]
# What was read, or why it could not be.
Read: TypeAlias = "tuple[Json, ...] | AzureError"


@dataclass(frozen=True)
class Holdings:
    """What one principal holds, each as Graph's JSON. ``groups`` has those around its own, ``direct`` has not.

    ``itself`` is the service principal, {} where nothing was read.
    """

    app_roles: Read = ()
    directory_roles: Read = ()
    groups: Read = ()
    direct: Read = ()
    itself: OneOrError = field(default_factory=dict)


class DirectoryReading:
    """What was read of Microsoft Entra at the beginning, and the hands to read more; shared by the kinds of access.

    ``claims`` are what the token tells of the login's rights, None where it does not tell.
    """

    def __init__(self, session: Session, claims: GraphClaims | None, held: Mapping[str, Holdings]) -> None:
        self._session = session
        self.claims = claims
        self._held = held
        self._lock = threading.Lock()
        self._resources: dict[str, OneOrError] = {}

    def of(self, principal_id: str | None) -> Holdings:
        """Return what a principal holds; nothing for one that Azure has not made yet."""
        return self._held[principal_id.lower()] if principal_id else Holdings()

    def covers(self, principals: Iterable[str]) -> bool:
        """Tell whether it was read what all of these hold."""
        return {principal.lower() for principal in principals} <= set(self._held)

    def resources(self, ids: Iterable[str]) -> dict[str, OneOrError]:
        """Return the service principals with these ids, lower case, that offer app roles; each is read once."""
        with self._lock:
            missing = sorted({object_id.lower() for object_id in ids} - set(self._resources))
            for object_id, answer in zip(missing, self._objects(missing), strict=True):
                self._resources[object_id] = answer
            return dict(self._resources)

    def _objects(self, ids: Sequence[str]) -> list[OneOrError]:
        asks = [access.ask_resource(object_id) for object_id in ids]
        return _tolerant(lambda: read_objects(self._session, asks), len(asks))

    def lists(self, asks: Sequence[Ask]) -> list[Read]:
        """Read more collections, in one request; what is not there holds nothing."""
        return _lists(self._session, asks)


def read_directory(session: Session, principals: Iterable[str], claims: GraphClaims | None) -> DirectoryReading:
    """Read principals and what they hold: one request for up to four of them.

    A part that cannot be read is an error in its place. Where Graph cannot be read at all every part is that error:
    role assignments and vaults do not depend on it.
    """
    ids = sorted({principal.lower() for principal in principals})
    kinds = (access.ask_app_roles, access.ask_directory_roles, access.ask_groups, access.ask_direct_groups)
    objects = [access.ask_service_principal(principal) for principal in ids]
    lists = [ask(principal) for principal in ids for ask in kinds]
    found, listed = _both(session, objects, lists)
    answers = iter(listed)
    held = {
        principal: _holdings(itself, [_nothing_where_absent(next(answers)) for dummy in kinds])
        for principal, itself in zip(ids, found, strict=True)
    }
    return DirectoryReading(session, claims, held)


def _holdings(itself: OneOrError, lists: Sequence[Read]) -> Holdings:
    app_roles, directory_roles, groups, direct = lists
    return Holdings(app_roles, directory_roles, groups, direct, itself)


def _both(session: Session, objects: Sequence[Ask], lists: Sequence[Ask]) -> tuple[list[OneOrError], list[ManyOrError]]:
    def read() -> list[Any]:
        found, listed = read_both(session, objects, lists)
        return [*found, *listed]

    answers = _tolerant(read, len(objects) + len(lists))
    return answers[: len(objects)], answers[len(objects) :]


def _lists(session: Session, asks: Sequence[Ask]) -> list[Read]:
    answers: list[ManyOrError] = _tolerant(lambda: read_lists(session, asks), len(asks))
    return [_nothing_where_absent(answer) for answer in answers]


def _nothing_where_absent(answer: ManyOrError) -> Read:
    """Return what was read; a principal that the directory does not know, deleted or too fresh, holds nothing there."""
    if isinstance(answer, Absent):
        return ()
    return answer if isinstance(answer, AzureError) else tuple(answer)


def _tolerant(read: Callable[[], list[Any]], count: int) -> list[Any]:
    """Return what ``read`` does, or the error that all of it ended with, once for each part."""
    if not count:
        return []
    try:
        return read()
    except Absent as error:
        # It is the batch that is not there: that tells nothing of what was asked for in it.
        return [Failed(str(error), status=error.status, code=error.code)] * count
    except (Forbidden, LoginFailed, Throttled, Failed, Unreachable) as error:
        return [error] * count
