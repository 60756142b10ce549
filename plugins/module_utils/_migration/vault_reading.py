# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading the key vaults of a subscription, and saying what could not be read.

The answer is the same for every account of a run: it depends on the login and the subscription alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import key_vault, subscriptions
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.session import Session
from .._step import in_parallel
from .unread import Unread
from .vault_model import Vault, vault_of

Json = Mapping[str, Any]

# A provider that a subscription has not registered, or that this Azure does not have, has nothing there
# (docs/contract.md, 13).
_NOTHING_THERE = frozenset({"MissingSubscriptionRegistration", "InvalidResourceNamespace"})
# What stops one reading and not all: whoever cannot be reached, or is asked too much, is no use to the others either.
_OF_THIS_ONE = (Forbidden, Absent, Conflict, Failed)


@dataclass(frozen=True)
class VaultReading:
    """The vaults that could be read, and what could not be."""

    vaults: tuple[Vault, ...] = ()
    unread: tuple[Unread, ...] = ()


def read_vaults(session: Session, subscription_id: str) -> VaultReading:
    """Return the key vaults of a subscription with their access policies.

    Where the whole may not be listed, what its resource groups show is not lost, and the
    finding says that it is not all.
    """
    try:
        items: Sequence[Json] = key_vault.list_vaults(session, subscription_id)
    except _OF_THIS_ONE as error:
        if error.code in _NOTHING_THERE:
            return VaultReading()
        what = f"The key vaults of subscription {subscription_id}"
        unread = Unread.of(what, f"/subscriptions/{subscription_id}", error)
        items = _of_groups(session, subscription_id) if isinstance(error, Forbidden) else []
        return _whole(session, items, (unread,))
    return _whole(session, items, ())


def _of_groups(session: Session, subscription_id: str) -> list[Json]:
    # What is forbidden here, too, the finding for the whole subscription says already.
    groups = _or_nothing(lambda: subscriptions.list_resource_groups(session, subscription_id))
    return [item for group in groups for item in _of_group(session, group["id"])]


def _of_group(session: Session, group_id: str) -> Sequence[Json]:
    return _or_nothing(lambda: key_vault.list_vaults_of_group(session, group_id))


def _or_nothing(read: Callable[[], Sequence[Json]]) -> Sequence[Json]:
    try:
        return read()
    except (Forbidden, Absent):
        return ()


def read_named(session: Session, vaults: Sequence[Json], max_parallel: int) -> VaultReading:
    """Return vaults of which only ``id`` and ``name`` are known; what is gone is left out."""
    read = in_parallel(lambda item: _one(session, item), vaults, max_parallel)
    return _apart(read, ())


def _whole(session: Session, items: Sequence[Json], unread: tuple[Unread, ...]) -> VaultReading:
    return _apart([_with_properties(session, item) for item in items], unread)


def _apart(read: Sequence[Vault | Unread | None], unread: tuple[Unread, ...]) -> VaultReading:
    missed = tuple(answer for answer in read if isinstance(answer, Unread))
    return VaultReading(tuple(answer for answer in read if isinstance(answer, Vault)), unread + missed)


def _with_properties(session: Session, item: Json) -> Vault | Unread | None:
    """Return a listed vault; one whose item is slim is read by itself (docs/contract.md, 7.1). None if it is gone."""
    return vault_of(item) if item.get("properties") else _one(session, item)


def _one(session: Session, item: Json) -> Vault | Unread | None:
    try:
        return vault_of(key_vault.get_vault(session, item["id"]))
    except Absent:
        return None
    except _OF_THIS_ONE as error:
        return Unread.of(f"The access policies of key vault {item['name']}", item["id"], error)
