# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Where principals hold role assignments: by the list of every scope, or by Resource Graph and a list of each place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._azure.ids import normal_id, subscription_of
from .._azure.session import Session
from . import access_reading as reading
from .access_around import AccessAround, find_holders
from .access_reading import Lister, Reading

SCOPES, RESOURCE_GRAPH = "scopes", "resource_graph"


def by_scopes(
    session: Session,
    around: AccessAround,
    subscription_id: str,
    principals: Sequence[str],
    max_parallel: int,
    lister: Lister | None = None,
) -> Reading:
    """Return what the lists of every scope show that the login sees; those of ``lister``, if any."""
    found = reading.read_at(session, around.scopes(subscription_id), principals, max_parallel, lister)
    return Reading(found.assignments, around.findings() + found.findings)


def by_resource_graph(
    session: Session,
    around: AccessAround,
    subscription_id: str,
    principals: Sequence[str],
    max_parallel: int,
    lister: Lister | None = None,
) -> Reading:
    """Return what the lists of the places show where Resource Graph found something; those of ``lister``, if any.

    It is minutes old and knows no conditions, so what it finds is only where to look (azure-contracts, section 8).
    """
    rows = around.holders
    if rows is None:
        rows = find_holders(session, around.management_groups, principals)
    wanted = {principal.lower() for principal in principals}
    found = [str(row["scope"]) for row in rows if str(row["principal_id"]).lower() in wanted]
    inside = _subscriptions([f"/subscriptions/{subscription_id}", *found])
    first = reading.read_at(session, inside, principals, max_parallel, lister)
    # What lies above subscriptions is in their lists too, but for groups that are above none of these.
    seen = {normal_id(assignment.scope) for assignment, dummy in first.assignments}
    above = sorted({scope for scope in found if subscription_of(scope) is None and normal_id(scope) not in seen})
    rest = reading.read_at(session, above, principals, max_parallel, lister)
    both = reading.distinct_places(first.assignments + rest.assignments)
    return Reading(both, around.findings() + first.findings + rest.findings)


def _subscriptions(scopes: Iterable[str]) -> list[str]:
    found = {normal_id(name): name for scope in scopes if (name := subscription_of(scope))}
    return [f"/subscriptions/{name}" for name in found.values()]
