# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The role assignments of whole scopes: listed by one worker for all accounts of a run, not by each for its principals.

With many accounts that is the smaller part of all requests, and one list is as true for one principal as for all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._azure import authorization, directory_access
from .._azure.directory_batch import read_lists
from .._azure.errors import Absent, AzureError, Failed, Forbidden, LoginFailed, Throttled, Unreachable
from .._azure.ids import last_segment, subscription_of
from .._azure.session import Session
from .access_model import Role, built_in_only, role_of
from .shared_reading import Shelf, shared

Json = Mapping[str, Any]

# Seconds. What is copied rests on these lists: they are not older than the plan of one account may be anyway.
_MOST_SECONDS = 60.0
# What the roles of a user are is nothing that anybody asks here.
_USER = "User"
_SERVICE_PRINCIPAL = "ServicePrincipal"
# What a role assignment is compared and copied by; the rest would make the files twice as long.
_KEPT = ("scope", "roleDefinitionId", "principalId", "condition", "conditionVersion", "description")


class SharedLists:
    """What the lists of scopes show; each is read by one worker, and kept for the others.

    ``shelf`` is where they are kept. An account that has written at ``last_write``, in seconds since the epoch, takes
    none that is older: what it wrote would be missing.
    """

    def __init__(self, session: Session, shelf: Shelf, last_write: float | None) -> None:
        self._session = session
        self._shelf = replace(shelf, max_age_seconds=min(shelf.max_age_seconds, _MOST_SECONDS))
        self._long = shelf
        self._last_write = last_write or 0.0
        self._lock = threading.Lock()
        self._known: dict[str, Json] = {}

    def list_for_principal(self, scope: str, principal_id: str) -> list[dict[str, Any]]:
        """Return the direct role assignments of a principal, as ``authorization.list_for_principal`` does."""
        held: list[dict[str, Any]] = self._kept(scope)["held"].get(principal_id.lower(), [])
        return held

    def find_applications(self, scope: str) -> dict[str, str]:
        """Return the service principals that hold something at a scope or inside it: their ids, by application id.

        A hint that may be minutes old; empty where it cannot be read: then each account asks for its own.
        """
        found = shared(self._long.of_place("service_principals", scope), lambda: self._applications(scope), _is_hint)
        return dict(found["ids"])

    def find_roles(self, scope: str) -> dict[str, Role]:
        """Return those of Azure's own roles that somebody holds at a scope or inside it, by guid.

        Custom roles may change any time, so they are left out; so is all where it cannot be read.
        """
        found = shared(self._long.of_place("role_definitions", scope), lambda: self._roles(scope), _is_roles)
        return {role.guid: role for role in map(role_of, found["definitions"])}

    def _kept(self, scope: str) -> Json:
        """Return the list of a scope; the file is read once per account."""
        with self._lock:
            known = self._known.get(scope)
        if known is None:
            shelf = self._shelf.of_place("role_assignment_list", scope)
            known = shared(shelf, lambda: self._list(scope), self._is_list)
            with self._lock:
                self._known[scope] = known
        return known

    def _list(self, scope: str) -> Json:
        asked = time.time()
        # A management group's own list is enough: what lies inside it is in lists of its own.
        listed = authorization.list_all if subscription_of(scope) else authorization.list_at_and_above
        held: dict[str, list[Json]] = {}
        service_principals, roles = set(), set()
        for item in listed(self._session, scope):
            properties = item["properties"]
            principal, kind = str(properties["principalId"]).lower(), properties.get("principalType")
            if kind == _USER:
                continue
            if kind == _SERVICE_PRINCIPAL:
                service_principals.add(principal)
            roles.add(last_segment(properties["roleDefinitionId"]).lower())
            shown = {name: properties[name] for name in _KEPT if properties.get(name) is not None}
            held.setdefault(principal, []).append({"id": item["id"], "properties": shown})
        return {"asked": asked, "held": held, "service_principals": sorted(service_principals), "roles": sorted(roles)}

    def _is_list(self, content: Json) -> bool:
        whole = isinstance(content["held"], dict) and "service_principals" in content and "roles" in content
        return whole and float(content["asked"]) > self._last_write

    def _applications(self, scope: str) -> Json:
        try:
            ids = self._kept(scope)["service_principals"]
            answers = read_lists(self._session, directory_access.ask_applications(ids))
        except (Absent, Forbidden, Failed, LoginFailed, Throttled, Unreachable):
            return {"ids": {}}
        found = [item for answer in answers if not isinstance(answer, AzureError) for item in answer]
        return {"ids": {str(item["appId"]).lower(): str(item["id"]).lower() for item in found if item.get("appId")}}

    def _roles(self, scope: str) -> Json:
        try:
            wanted = set(self._kept(scope)["roles"])
            listed = authorization.list_definitions(self._session, scope)
        except (Absent, Forbidden, Failed):
            return {"definitions": []}
        return {"definitions": [one for one in map(built_in_only, listed) if one and one["name"].lower() in wanted]}


def _is_hint(content: Json) -> bool:
    return isinstance(content["ids"], dict)


def _is_roles(content: Json) -> bool:
    return isinstance([role_of(item) for item in content["definitions"]], list)
