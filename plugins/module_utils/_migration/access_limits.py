# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""How many role assignments Azure allows in a place, and whether a plan would pass that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .._azure.ids import normal_id, same_id, subscription_of
from .._finding import Finding, finding
from .._step import Change, StepError
from .access_model import Assignment

# How many role assignments Azure allows in a subscription, and directly at a management group.
SUBSCRIPTION_LIMIT = 4000
MANAGEMENT_GROUP_LIMIT = 500
# From this part of a limit on, people should know.
_NEAR = 0.9


def new_per_place(changes: Iterable[Change]) -> dict[str, int]:
    """Return how many role assignments are added to each subscription and management group."""
    added: dict[str, int] = {}
    for change in changes:
        place = place_of(change.after["scope"])
        if place is not None:
            added[place] = added.get(place, 0) + 1
    return added


def limit_of(place: str) -> int:
    """Return how many role assignments Azure allows in a place."""
    return SUBSCRIPTION_LIMIT if subscription_of(place) else MANAGEMENT_GROUP_LIMIT


def place_of(scope: str) -> str | None:
    """Return the scope whose limit counts a role assignment; None for the tenant, whose limit is not known."""
    subscription = subscription_of(scope)
    if subscription is not None:
        return f"/subscriptions/{subscription.lower()}"
    return normal_id(scope) or None


def count_at(place: str, assignments: Iterable[Assignment]) -> int:
    """Return how many of the listed role assignments count against the limit of a place; inherited ones do not."""
    return sum(same_id(place_of(assignment.scope), place) for assignment in assignments)


def check_limits(changes: Sequence[Change], counts: Mapping[str, int]) -> tuple[Finding, ...]:
    """Return findings about places that get nearly full; ``counts`` is what each holds now.

    Raises StepError, before anything is written, where a limit would be passed.
    """
    near: list[Finding] = []
    for place, added in sorted(new_per_place(changes).items()):
        if place not in counts:
            continue
        limit = limit_of(place)
        count = counts[place] + added
        if count > limit:
            raise StepError(
                f"{place} holds {counts[place]} role assignments and would get {added} more; Azure allows {limit}. "
                "Nothing was changed. Remove some there that are not needed, such as those of deleted principals, or "
                "leave some out with exclude or role_map."
            )
        if count > limit * _NEAR:
            near.append(finding("RA308", place, scope=place, count=count, limit=limit))
    return tuple(near)
