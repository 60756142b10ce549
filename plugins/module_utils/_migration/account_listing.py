# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which Automation accounts there are: subscriptions found by name, id or management group, and their accounts.

What cannot be read is told, one sentence each, and never passed off as "not
there": the caller decides whether the rest may stand alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure import automation, resource_graph, subscriptions
from .._azure.errors import Absent, Conflict, Forbidden
from .._azure.ids import AccountId, account_of, last_segment, normal_id, subscription_of
from .._azure.session import Session
from .._step import in_parallel
from .identity import identity_fact, observed_identity

Json = Mapping[str, Any]

# Automation was never used in a subscription that answers so (contract 8.2).
_NEVER_REGISTERED = "MissingSubscriptionRegistration"
# How many subscriptions one query of Resource Graph is given (contract 8.1).
_SUBSCRIPTIONS_PER_QUERY = 1000
_QUERY = (
    "resources | where type =~ 'microsoft.automation/automationaccounts' "
    "| project id, name, location, tags | order by id asc"
)


@dataclass(frozen=True)
class Subscription:
    """A subscription. ``tenant_id`` is None where only a management group told of it."""

    id: str
    name: str
    tenant_id: str | None = None


@dataclass(frozen=True)
class Account:
    """An account as a list tells it, without what lists lie about: its identity (azure-contracts, section 1)."""

    id: str
    name: str
    location: str
    tags: dict[str, str]
    subscription_id: str
    subscription_name: str
    tenant_id: str | None = None

    @property
    def which(self) -> AccountId:
        """The account's id in parts."""
        return account_of(self.id)


@dataclass
class Listing:
    """What was found, and a sentence for each thing that could not be read."""

    accounts: list[Account] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def find_subscriptions(
    session: Session, wanted: Sequence[str], management_groups: Sequence[str]
) -> tuple[list[Subscription], list[str]]:
    """Return the subscriptions to look into, each once, and a sentence for each that cannot be found.

    ``wanted`` are ids or names, ``management_groups`` names or ids of groups; without both, it is every
    subscription that the login can see.
    """
    visible = [_subscription(item) for item in subscriptions.list_subscriptions(session)]
    if not wanted and not management_groups:
        unread = [] if visible else ["The login can see no subscription: it has no role in any."]
        return visible, unread
    found, unread = chosen_subscriptions(visible, wanted)
    for group in management_groups:
        below, unread_group = _below(session, group, visible)
        found += below
        unread += unread_group
    return list({item.id.lower(): item for item in found}.values()), unread


def _subscription(item: Json) -> Subscription:
    return Subscription(item["subscriptionId"], item.get("displayName") or "", item.get("tenantId"))


def chosen_subscriptions(
    visible: Sequence[Subscription], wanted: Iterable[str]
) -> tuple[list[Subscription], list[str]]:
    """Return the subscriptions with the ids or names wanted, and a sentence for each that is none. Pure.

    Names are compared without case. A name that several subscriptions bear names none of them.
    """
    found: list[Subscription] = []
    unread: list[str] = []
    for name in wanted:
        known = last_segment(name).lower()
        by_id = [item for item in visible if item.id.lower() == known]
        matches = by_id or [item for item in visible if item.name.lower() == name.lower()]
        if len(matches) == 1:
            found += matches
        elif matches:
            ids = ", ".join(sorted(item.id for item in matches))
            unread.append(f"Several subscriptions are named {name}: {ids}. Give the id of the one that is meant.")
        else:
            unread.append(
                f"The subscription {name} is not among the {len(visible)} that the login can see. Check the name, or "
                "give the login a role in it."
            )
    return found, unread


def _below(session: Session, group: str, visible: Sequence[Subscription]) -> tuple[list[Subscription], list[str]]:
    """Return the subscriptions below a management group, at any depth."""
    name = last_segment(group)
    try:
        items = subscriptions.list_descendants(session, name)
    except Absent:
        return [], [f"The management group {name} is not there. Give its name, not its display name."]
    except Forbidden as error:
        return [], [f"The management group {name} cannot be read: {error}"]
    known = {item.id.lower(): item for item in visible}
    found = []
    for item in items:
        # By the id: what the type says for a subscription is not sure (contract 8.2).
        subscription_id = subscription_of(item["id"])
        if subscription_id:
            named = (item.get("properties") or {}).get("displayName") or ""
            found.append(known.get(subscription_id.lower()) or Subscription(subscription_id, named))
    return found, []


def list_accounts(
    session: Session, chosen: Sequence[Subscription], *, source: str = "list", max_parallel: int = 4
) -> Listing:
    """Return the accounts of the subscriptions, in the order of their ids.

    ``source`` is ``list`` (Resource Manager, one list for each subscription) or ``resource_graph`` (few queries for
    all; minutes old, and silent about what the login may not read). Raises the errors of ``errors`` but Forbidden.
    """
    if source == "resource_graph":
        listing = _from_resource_graph(session, chosen)
    else:
        listing = _from_lists(session, chosen, max_parallel)
    listing.accounts.sort(key=lambda account: normal_id(account.id))
    return listing


def _from_lists(session: Session, chosen: Sequence[Subscription], max_parallel: int) -> Listing:
    whole = Listing()
    for listing in in_parallel(lambda item: _of_subscription(session, item), chosen, max_parallel, per_thread=1):
        whole.accounts += listing.accounts
        whole.unread += listing.unread
    return whole


def _of_subscription(session: Session, subscription: Subscription) -> Listing:
    try:
        items = automation.list_accounts(session, subscription.id)
    except (Forbidden, Absent) as error:
        what = f"The Automation accounts of subscription {subscription.name or subscription.id} ({subscription.id})"
        return Listing(unread=[f"{what} cannot be read: {error}"])
    except Conflict as error:
        if error.code != _NEVER_REGISTERED:
            raise
        items = []
    return Listing([_account(item, subscription) for item in items])


def _from_resource_graph(session: Session, chosen: Sequence[Subscription]) -> Listing:
    by_id = {item.id.lower(): item for item in chosen}
    ids = list(by_id)
    rows: list[dict[str, Any]] = []
    for start in range(0, len(ids), _SUBSCRIPTIONS_PER_QUERY):
        doing = "Asking Resource Graph for Automation accounts"
        part = ids[start : start + _SUBSCRIPTIONS_PER_QUERY]
        rows += resource_graph.query(session, _QUERY, doing, subscriptions=part)
    return Listing([_account(row, by_id[(subscription_of(row["id"]) or "").lower()]) for row in rows])


def _account(item: Json, subscription: Subscription) -> Account:
    """Both sources name the account alike; the resource group is taken from the id, which keeps its letters."""
    return Account(
        id=item["id"],
        name=item["name"],
        location=item.get("location") or "",
        tags=dict(item.get("tags") or {}),
        subscription_id=subscription.id,
        subscription_name=subscription.name,
        tenant_id=subscription.tenant_id,
    )


@dataclass(frozen=True)
class Detail:
    """What was read of one account beyond the list: facts, or why not; ``gone`` where it is deleted since."""

    facts: dict[str, Any] | None = None
    unread: str | None = None
    gone: bool = False


def read_identities(session: Session, accounts: Sequence[Account], max_parallel: int) -> dict[str, Detail]:
    """Return the identity of each account by its id: one GET each, because lists lie (azure-contracts, section 1)."""
    read = in_parallel(lambda account: _identity(session, account), accounts, max_parallel)
    return {account.id: detail for account, detail in zip(accounts, read, strict=True)}


def _identity(session: Session, account: Account) -> Detail:
    try:
        shown = automation.get_account(session, account.which)
    except Absent:
        return Detail(gone=True)
    except Forbidden as error:
        return Detail(unread=f"The identity of Automation account {account.name} cannot be read: {error}")
    return Detail(identity_fact(shown, observed_identity(shown)))
