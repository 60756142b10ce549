# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading what lies around accounts, over many subscriptions at once.

What cannot be read is told apart from what is not there: every function returns the
items and, besides them, what could not be read. Throttled, LoginFailed and Unreachable
end the reading as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

from .._azure import automation, monitor, operations_management, site_recovery
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import AccountId, account_of, last_segment, same_id
from .._azure.session import Session
from .._step import in_parallel
from .run_as import classify, kind_of
from .unread import Unread
from .usage import Holder

Json = Mapping[str, Any]
Part = tuple[list[Any], list[Unread]]
Job = Callable[[], Part]

# A provider that a subscription has not registered, or that this Azure does not have, has nothing there
# (docs/contract.md, 13).
_NOTHING_THERE = frozenset({"MissingSubscriptionRegistration", "InvalidResourceNamespace"})


def container_mappings(
    session: Session, subscriptions: Sequence[str], max_parallel: int
) -> tuple[list[Json], list[Unread]]:
    """Return the container mappings of all vaults of the subscriptions, and what could not be read."""
    vaults, unread = joined([partial(vaults_of, session, one) for one in subscriptions], max_parallel)
    mappings, unread_mappings = joined([partial(mappings_of, session, one) for one in vaults], max_parallel)
    return mappings, unread + unread_mappings


def holders(
    session: Session, subscriptions: Sequence[str], without: AccountId | None, max_parallel: int
) -> tuple[list[Holder], list[Unread]]:
    """Return the accounts of the subscriptions that have Run As connections, but one, and what could not be read."""
    accounts, unread = joined([partial(accounts_of, session, one) for one in subscriptions], max_parallel)
    others = [account for account in accounts if without is None or not same_id(account.arm_id, without.arm_id)]
    found, unread_holders = joined([partial(holder_of, session, one) for one in others], max_parallel)
    return found, unread + unread_holders


def joined(jobs: Sequence[Job], max_parallel: int) -> Part:
    """Return what independent readings return, as one; they run on a small pool of threads."""
    return flattened(in_parallel(lambda job: job(), jobs, max_parallel))


def flattened(parts: Iterable[Part]) -> Part:
    """Return parts as one."""
    items: list[Any] = []
    unread: list[Unread] = []
    for found, missed in parts:
        items += found
        unread += missed
    return items, unread


def vaults_of(session: Session, subscription_id: str) -> Part:
    """Return the Recovery Services vaults of a subscription, as the wire's JSON."""
    return _of_subscription("The Recovery Services vaults", site_recovery.list_vaults, session, subscription_id)


def action_groups_of(session: Session, subscription_id: str) -> Part:
    """Return the action groups of a subscription, as the wire's JSON: with secrets."""
    return _of_subscription("The action groups", monitor.list_action_groups, session, subscription_id)


def solutions_of(session: Session, subscription_id: str) -> Part:
    """Return the solutions of Log Analytics of a subscription, as the wire's JSON."""
    return _of_subscription("The solutions", operations_management.list_solutions, session, subscription_id)


def accounts_of(session: Session, subscription_id: str) -> Part:
    """Return the ids of the Automation accounts of a subscription."""
    listed, unread = _of_subscription("The Automation accounts", automation.list_accounts, session, subscription_id)
    return [account_of(item["id"]) for item in listed], unread


def mappings_of(session: Session, vault: Json) -> Part:
    """Return the container mappings of a vault, as the wire's JSON."""
    return _of_vault("container mappings", site_recovery.list_container_mappings, session, vault)


def intents_of(session: Session, vault: Json) -> Part:
    """Return the protection intents of a vault, as the wire's JSON."""
    return _of_vault("protection intents", site_recovery.list_protection_intents, session, vault)


def holder_of(session: Session, account: AccountId) -> Part:
    """Return the account as a holder, if it is one; the certificates of others are not looked at."""
    what = f"The connections of account {account.name}"
    connections, unread = _tried(what, account.arm_id, lambda: _run_as_connections(session, account))
    run_as = tuple(classify(connections, [], datetime.now(timezone.utc)))
    return ([Holder(account, run_as)] if run_as else []), unread


def _run_as_connections(session: Session, account: AccountId) -> list[Json]:
    named = [item["name"] for item in automation.list_connections(session, account) if kind_of(item)]
    return [automation.get_connection(session, account, name) for name in named]


def _of_subscription(what: str, read: Callable[[Session, str], list[Any]], session: Session, subscription: str) -> Part:
    whole = f"{what} of subscription {subscription}"
    return _tried(whole, f"/subscriptions/{subscription}", lambda: read(session, subscription))


def _of_vault(what: str, read: Callable[[Session, str], list[Any]], session: Session, vault: Json) -> Part:
    whole = f"The {what} of vault {last_segment(vault['id'])}"
    # A vault in a failed state is there, whatever its lists answer.
    failed = vault_state(vault).lower() == "failed"
    return _tried(whole, vault["id"], lambda: read(session, vault["id"]), absent_is_gone=not failed)


def vault_state(vault: Json) -> str:
    """Return the provisioning state of a vault; one that tells none is taken for a good one."""
    return str((vault.get("properties") or {}).get("provisioningState") or "Succeeded")


def _tried(what: str, resource: str, read: Callable[[], list[Any]], *, absent_is_gone: bool = True) -> Part:
    try:
        return list(read()), []
    except Absent as error:
        return [], _missed(what, resource, error, gone=absent_is_gone)
    except (Forbidden, Conflict, Failed) as error:
        return [], _missed(what, resource, error)


def _missed(what: str, resource: str, error: AzureError, *, gone: bool = False) -> list[Unread]:
    return [] if error.code in _NOTHING_THERE else [Unread.of(what, resource, error, gone=gone)]
