# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What lies around the accounts that are assessed: read for each, kept for other workers, or read once for many."""

from __future__ import annotations

import threading
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Protocol

from .._azure.ids import AccountId
from .._azure.session import Session
from . import surroundings
from ._call import Call
from .access_around import SHARED, AccessAround, read_around, shared_around
from .access_ends import Ends
from .shared_reading import Shelf, key_of
from .surroundings import Surroundings

# The file beside surroundings.json for what lies around the access.
ACCESS_KEPT_AS = "surroundings_access.json"


class Around(Protocol):
    """What lies around all accounts; the account that is asked for is covered."""

    def surroundings(self, account: AccountId) -> Surroundings:
        """Return what may depend on accounts."""

    def access(self, account: AccountId) -> AccessAround:
        """Return where principals may hold something. Raises Forbidden where subscriptions may not be listed."""

    def ends(self) -> Ends:
        """Return what tells when role assignments end."""


class AroundOne:
    """For the assessment of one account: kept for others in the folder of assessments, if there is one."""

    def __init__(self, call: Call) -> None:
        self._call = call
        folder = call.parameters["assessments"]
        self._folder = Path(folder).expanduser() if folder and not call.check_mode else None
        self._age = int(call.parameters["surroundings_age"])

    def surroundings(self, account: AccountId) -> Surroundings:
        """Return what may depend on accounts."""
        call, others = self._call, "other_accounts" in self._call.parameters["scope"]
        read = partial(surroundings.read_surroundings, call.session, account, call.max_parallel, other_accounts=others)
        if self._folder is None:
            return read()
        key = key_of(call.parameters, others)
        kept = surroundings.kept_surroundings(self._folder, key, self._age, read)
        return kept if kept.covers(account) else read()

    def access(self, account: AccountId) -> AccessAround:
        """Return where principals may hold something."""
        call = self._call
        read = partial(read_access, call.session, account, call.max_parallel, call.parameters["scope"])
        shelf = None
        if self._folder is not None:
            key = key_of(call.parameters, "access", "access" in call.parameters["scope"])
            shelf = Shelf(self._folder, ACCESS_KEPT_AS, key, self._age)
        found = shared_around(shelf, read, keep=True)
        return found if found.covers(account.subscription_id) else read()

    def ends(self) -> Ends:
        """Return what tells when role assignments end."""
        call = self._call
        shelf = Shelf(self._folder / SHARED, "", key_of(call.parameters), self._age) if self._folder else None
        return Ends(call.session, shelf, call.max_parallel, keep=True)


class AroundMany:
    """For many accounts in one process: read for the first that asks, again only for one that it does not cover."""

    def __init__(self, session: Session, max_parallel: int, scope: Collection[str]) -> None:
        self._session = session
        self._max_parallel = max_parallel
        self._scope = scope
        # Each has a lock of its own: who waits for the one need not wait for the other.
        self._surroundings_lock, self._access_lock = threading.Lock(), threading.Lock()
        self._surroundings: Surroundings | None = None
        self._access: AccessAround | None = None

    def surroundings(self, account: AccountId) -> Surroundings:
        """Return what may depend on accounts."""
        with self._surroundings_lock:
            if self._surroundings is None or not self._surroundings.covers(account):
                others = "other_accounts" in self._scope
                self._surroundings = surroundings.read_surroundings(
                    self._session, account, self._max_parallel, other_accounts=others
                )
            return self._surroundings

    def access(self, account: AccountId) -> AccessAround:
        """Return where principals may hold something."""
        with self._access_lock:
            if self._access is None or not self._access.covers(account.subscription_id):
                self._access = read_access(self._session, account, self._max_parallel, self._scope)
            return self._access

    def ends(self) -> Ends:
        """Return what tells when role assignments end."""
        return Ends(self._session, None, self._max_parallel, keep=False)


def read_access(session: Session, account: AccountId, max_parallel: int, scope: Collection[str]) -> AccessAround:
    """Read what lies around the access; key vaults only where the scope asks for more than role assignments."""
    vaults = "access" in scope
    return read_around(session, account.subscription_id, max_parallel, search=False, vaults=vaults)
