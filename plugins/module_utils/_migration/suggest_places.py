# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Where each operation is needed: at the narrowest scopes that the evidence names. Pure.

The Activity Log names the resource. A call in a runbook may name a resource group; where it does not, it is taken to
work where the log shows work on the same type of resource, and else, said as an assumption, wherever a role allows it
today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from .._azure.ids import normal_id, subscription_of
from .operations import plain
from .role_catalogue import Powers
from .suggest_model import Activity, CodeUse, Evidence, Holding, NotCovered, Reasons, cut, group_of

# The reasons for which an operation is needed at a scope, by scope (as compared) and operation (in lower case).
Needs = dict[str, dict[str, Reasons]]


class Places:
    """The needs that evidence leads to; ``shown`` has each scope as it is written."""

    def __init__(
        self, evidence: Evidence, level: str, holdings: Sequence[Holding], powers: Mapping[str, Powers]
    ) -> None:
        self._evidence = evidence
        self._level = level
        self._holdings = holdings
        self._powers = powers
        self.shown: dict[str, str] = {}
        self.needs: Needs = defaultdict(lambda: defaultdict(Reasons))
        self.not_covered: list[NotCovered] = []
        self.gone: set[str] = set()
        self._of_type: dict[str, set[str]] = defaultdict(set)
        for one in evidence.activity:
            self._place_activity(one)
        for use in evidence.code:
            self._place_code(use)

    def _place_activity(self, one: Activity) -> None:
        if one.refused >= one.count:
            self.not_covered.append(
                NotCovered("refused", "it was tried and refused", operation=one.operation, scope=one.scope)
            )
            return
        if not self._is_there(one.scope):
            self.gone.add(cut(one.scope, "resource_group"))
            return
        scope = self._key(cut(one.scope, self._level))
        self._of_type[_root_type(one.operation)].add(scope)
        self.needs[scope][one.operation.lower()].activity.append(one)

    def _place_code(self, use: CodeUse) -> None:
        for operation in use.operations:
            scopes, assumed = self._scopes_of(use, operation)
            for scope in scopes:
                reasons = self.needs[self._key(scope)][operation.lower()]
                reasons.code.append(use)
                reasons.assumed = assumed or reasons.assumed
            if not scopes:
                self.not_covered.append(_without_role(use, operation))

    def _scopes_of(self, use: CodeUse, operation: str) -> tuple[list[str], bool]:
        if use.resource_group and (named := self._groups_named(use.resource_group, operation)):
            return named, False
        seen = self._of_type.get(_root_type(operation))
        if seen:
            return sorted(seen), False
        return self._held(operation), True

    def _groups_named(self, name: str, operation: str) -> list[str]:
        """Return the resource groups of a name that lie where a role is held, where it allows the operation if any."""
        every = (group for groups in self._evidence.groups.values() for group in groups)
        named = [group for group in every if (group_of(group) or "").lower() == name.lower()]
        found = [group for group in named if any(holding.contains(group) for holding in self._holdings)]
        # The name is that of one group; where it may work today is more likely than where it may not.
        found = [group for group in found if self.holding_for(group, operation, ())] or found
        return found if self._level != "subscription" else sorted({cut(group, self._level) for group in found})

    def _held(self, operation: str) -> list[str]:
        """Return the outermost scopes at which a role that is held allows an operation."""
        allowing = [item for item in self._holdings if self._allows(item, operation)]
        return list(
            dict.fromkeys(
                item.assignment.scope
                for item in allowing
                if not any(other.key[0] != item.key[0] and other.contains(item.assignment.scope) for other in allowing)
            )
        )

    def _allows(self, holding: Holding, operation: str) -> bool:
        powers = self._powers.get(holding.assignment.role)
        return powers is not None and powers.allow(operation)

    def holding_for(self, scope: str, operation: str, chosen: Sequence[Holding]) -> Holding | None:
        """Return the role that allows an operation at a scope: one of ``chosen``, or the narrowest and weakest."""
        fitting = [item for item in self._holdings if item.contains(scope) and self._allows(item, operation)]
        first = next((item for item in chosen if item in fitting), None)
        return first or min(fitting, key=self._power, default=None)

    def _power(self, holding: Holding) -> tuple[int, int, str]:
        powers = self._powers[holding.assignment.role]
        return -_depth(holding.assignment.scope), len(powers.allowed), holding.assignment.role

    def _is_there(self, scope: str) -> bool:
        subscription, group = (subscription_of(scope) or "").lower(), group_of(scope)
        if group is None or subscription not in self._evidence.groups:
            return True
        return any((group_of(known) or "").lower() == group.lower() for known in self._evidence.groups[subscription])

    def _key(self, scope: str) -> str:
        """Return a scope as it is compared, and keep how Azure writes it: the log changes the case of names."""
        key = normal_id(scope)
        known = self._evidence.groups.get((subscription_of(scope) or "").lower(), ())
        self.shown.setdefault(key, next((group for group in known if normal_id(group) == key), scope))
        return key


def _without_role(use: CodeUse, operation: str) -> NotCovered:
    return NotCovered("no_role_today", use.cmdlet, use.runbook, use.version, use.line, operation)


def _root_type(operation: str) -> str:
    """Return provider and first type of an operation: what is done to a disk says nothing of a machine."""
    return "/".join(plain(operation).lower().split("/")[:2])


def _depth(scope: str) -> int:
    parts = normal_id(scope).strip("/").split("/")
    return len(parts) if parts[0] == "subscriptions" else 1 if parts[0] else 0


def outer_first(scopes: Iterable[str]) -> list[str]:
    """Return scopes so that each comes after those that hold it."""
    return sorted(scopes, key=lambda scope: (_depth(scope), scope))
