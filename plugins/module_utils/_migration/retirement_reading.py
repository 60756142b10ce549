# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What is read for a retirement: the Run As accounts, and whoever may still use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import authorization, subscriptions
from .._azure.errors import Forbidden
from .._azure.ids import normal_id
from .._ledger import LedgerOfAccount
from .._step import in_parallel
from ._call import Call
from .retiree import SNAPSHOT, Assets, Entra, Retiree, read_entra, without_secrets
from .retirement_options import DISABLE, Options
from .retirement_plan import Wishes
from .unfinished_jobs import job_uses
from .unread import Unread
from .usage import Holder, Usage, mapping_uses, options_for, read_runbooks


@dataclass(frozen=True)
class Observed:
    """What was read about the Run As accounts themselves. ``entra`` is by application id."""

    assets: Assets
    chosen: tuple[Retiree, ...]
    entra: Mapping[str, Entra]

    @property
    def staying(self) -> list[Retiree]:
        """The Run As accounts whose connection is there and was not chosen."""
        return [retiree for retiree in self.assets.retirees if retiree.present and retiree not in self.chosen]

    @property
    def staying_connections(self) -> list[Mapping[str, Any]]:
        """All connections that remain in the account, of whatever type."""
        return [*self.assets.other_connections, *(retiree.connection for retiree in self.staying)]


def read_applications(call: Call, options: Options, chosen: Sequence[Retiree]) -> dict[str, Entra]:
    """Return what Microsoft Entra holds of each application, where that is changed or a deletion has to be recorded."""
    wanted = {
        retiree.application_id: retiree
        for retiree in chosen
        if retiree.application_id and (options.changes_entra or retiree.present or retiree.certificate)
    }
    tenant = call.parameters["tenant"]
    read = in_parallel(
        lambda item: read_entra(call.session, item.run_as, tenant, for_record_only=not options.changes_entra),
        list(wanted.values()),
        call.max_parallel,
    )
    return dict(zip(wanted, read, strict=True))


def visible_subscriptions(call: Call) -> list[str]:
    """Return the ids of the subscriptions that the login sees."""
    return [item["subscriptionId"] for item in subscriptions.list_subscriptions(call.session)]


def without_deleted(read: tuple[list[Any], list[Unread]]) -> tuple[list[Any], list[Unread]]:
    """Return what was read; what was deleted meanwhile uses nothing any more."""
    items, unread = read
    return items, [item for item in unread if not item.gone]


def usage_of(call: Call, holder: Holder, mappings: Sequence[Mapping[str, Any]]) -> Usage:
    """Return what of an account uses its Run As accounts: runbooks, jobs that have not ended, container mappings."""
    known = options_for(holder.run_as)
    runbooks = read_runbooks(call.session, holder.account, known, call.max_parallel)
    jobs = job_uses(call.session, holder.account, runbooks, known, call.max_parallel)
    return runbooks.usage + jobs + mapping_uses(mappings, holder.account)


def usage_of_others(
    call: Call, options: Options, wishes: Wishes, others: Sequence[Holder], mappings: Sequence[Mapping[str, Any]]
) -> dict[str, Usage]:
    """Return what of other accounts uses an application that is to be disabled, by account id.

    For a deletion their connections alone count, so nothing more is read.
    """
    if options.stage != DISABLE:
        return {}
    naming = [holder for holder in others if any(holder.naming(name) for name in wishes.entra)]
    return {holder.account.arm_id: usage_of(call, holder, mappings) for holder in naming}


def record_snapshots(call: Call, journal: LedgerOfAccount, observed: Observed, visible: Sequence[str]) -> None:
    """Keep all that can be known of each Run As account before a part of it goes: rollback and later runs read it."""
    for retiree in observed.chosen:
        entra = observed.entra.get(retiree.application_id or "", Entra(unread="not read"))
        principal = entra.principal
        assignments = _role_assignments(call, principal["id"], visible) if principal else {}
        journal.note(
            SNAPSHOT,
            {
                "run_as": retiree.run_as.as_dict(),
                "connection": dict(retiree.connection),
                "connection_present": retiree.present,
                "certificate": dict(retiree.certificate) if retiree.certificate else None,
                "application": without_secrets(entra.application) if entra.application else None,
                "service_principal": without_secrets(principal) if principal else None,
                "entra_unread": entra.unread,
                **assignments,
            },
        )


def _role_assignments(call: Call, principal_id: str, visible: Sequence[str]) -> dict[str, Any]:
    """Return the service principal's role assignments, and the subscriptions where they could not be read."""

    def read(subscription_id: str) -> list[dict[str, Any]] | None:
        try:
            return authorization.list_for_principal(call.session, f"/subscriptions/{subscription_id}", principal_id)
        except Forbidden:
            return None

    lists = in_parallel(read, visible, call.max_parallel)
    found = {normal_id(item["id"]): item for items in lists for item in items or []}
    unread = [subscription for subscription, items in zip(visible, lists, strict=True) if items is None]
    return {"role_assignments": list(found.values()), "role_assignments_unread": unread}
