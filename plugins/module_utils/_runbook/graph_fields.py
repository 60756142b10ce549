# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands for SubscriptionId and TenantId of the connection in other activities (runbook-idioms, section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .contexts import changes_subscription
from .graph_families import cmdlets_of
from .graph_model import Activity, ActivityKind, Graph, Source
from .graph_uses import Read
from .known import Known
from .login_parameters import AZURERM

SUBSCRIPTION, TENANT = "subscriptionid", "tenantid"
_CONTEXT_FIELD = {SUBSCRIPTION: "Subscription.Id", TENANT: "Tenant.Id"}


@dataclass(frozen=True)
class Replacement:
    """A parameter that read a field of the connection, and what it gets instead: a text or an expression."""

    activity: Activity
    field: str
    source: Source
    text: str
    is_expression: bool


def replacement(
    graph: Graph, login: Activity, family: str, read: Read, known: Known, choosers: set[Activity]
) -> Replacement | None:
    """Return what stands for ``read`` of the connection; None when nothing surely does.

    A known value is written. Another one is read of the context of ``login``, where that is surely the current one;
    ``choosers`` are activities that may choose another subscription.
    """
    if read.source is None or not isinstance(read.owner, Activity) or read.field not in _CONTEXT_FIELD:
        return None
    if len(read.source.path) != 1:
        return None
    pinned = known.pinned(read.field)
    if pinned is not None:
        return Replacement(read.owner, read.field, read.source, pinned.strip("'"), is_expression=False)
    if not _comes_after(graph, login, read.owner):
        return None
    if read.field == SUBSCRIPTION and choosers - {read.owner}:
        return None
    context = "Get-AzureRmContext" if family == AZURERM else "Get-AzContext"
    text = f"({context}).{_CONTEXT_FIELD[read.field]}"
    return Replacement(read.owner, read.field, read.source, text, is_expression=True)


def _comes_after(graph: Graph, login: Activity, activity: Activity) -> bool:
    """Tell whether every way to an activity leads through the login."""
    seen, pending = {activity.entity_id}, [activity]
    while pending:
        links = graph.into(pending.pop())
        if not links:
            return False
        for link in links:
            if link.source != login.entity_id and link.source not in seen:
                seen.add(link.source)
                pending.append(graph.activity(link.source))
    return True


def choosers_of_subscription(activities: Iterable[Activity]) -> set[Activity]:
    """Return the activities that may choose another subscription for those after them. Raises MissingPackage."""
    return {activity for activity in activities if _changes_subscription(activity)}


def _changes_subscription(activity: Activity) -> bool:
    if activity.kind in (ActivityKind.RUNBOOK, ActivityKind.UNKNOWN):
        return True
    return any(not name or name.endswith(".ps1") or changes_subscription(name) for name in cmdlets_of(activity))
