# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The service principals behind Run As connections and what they hold in Microsoft Entra, in one request if possible.

What they hold is asked for by object id, and a connection tells the application id only. Where another worker has
found the object ids already, both are asked for at once; the answer tells whether the hint was right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._azure.caller import GraphClaims, find_graph_claims
from .._azure.errors import AzureError, LoginFailed, Unreachable
from .._azure.session import Session
from .directory_reading import DirectoryReading, read_directory

Json = Mapping[str, Any]


class DirectoryLookup:
    """Reads service principals with all that they hold, and what the identity ``target`` holds.

    ``hints`` tells object ids by application id, lower case.
    """

    def __init__(self, session: Session, target: str | None, hints: Callable[[], Mapping[str, str]]) -> None:
        self._session = session
        self._target = target
        self._hints = hints
        self._early: DirectoryReading | None = None

    def find(self, application_ids: Iterable[str]) -> dict[str, Json]:
        """Return the service principals that hints led to, by application id, lower case; the others are left out."""
        wanted = {application_id.lower() for application_id in application_ids}
        hints = {one: object_id for one, object_id in self._hints().items() if one in wanted} if wanted else {}
        if not hints:
            return {}
        self._early = self._read([*hints.values(), *self._of_target()])
        found = {one: self._early.of(object_id).itself for one, object_id in hints.items()}
        return {
            one: item
            for one, item in found.items()
            if not isinstance(item, AzureError) and str(item.get("appId")).lower() == one
        }

    def reading(self, principals: Iterable[str]) -> DirectoryReading:
        """Return what these principals and the identity hold, which may have been read already."""
        wanted = [*principals, *self._of_target()]
        if self._early is not None and self._early.covers(wanted):
            return self._early
        return self._read(wanted)

    def _of_target(self) -> list[str]:
        return [self._target] if self._target else []

    def _read(self, principals: Iterable[str]) -> DirectoryReading:
        return read_directory(self._session, principals, graph_claims(self._session))


def graph_claims(session: Session) -> GraphClaims | None:
    """Return what the login may do in Microsoft Graph; None where no token can be had: then reading says why."""
    try:
        return find_graph_claims(session)
    except (LoginFailed, Unreachable):
        return None
