# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scopes of Azure: which contains which. Pure functions on ids; ids are compared in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

_GROUP_PREFIX = "/providers/microsoft.management/managementgroups/"
ROOT = "/"


@dataclass
class Hierarchy:
    """The management groups of an estate.

    `parent_of_group` maps the lower-cased name of a group to its parent's (none for a root group);
    `group_of_subscription` maps a lower-cased subscription id to the lower-cased name of its group.
    """

    parent_of_group: dict[str, str | None] = field(default_factory=dict)
    group_of_subscription: dict[str, str] = field(default_factory=dict)

    def groups_above(self, name: str | None) -> Iterator[str]:
        """The lower-cased names of the group and of all its ancestors, nearest first."""
        while name is not None:
            yield name
            name = self.parent_of_group.get(name)


def normal(scope: str) -> str:
    """A scope in the form in which scopes are compared: lower case, one leading and no trailing slash."""
    return "/" + scope.strip("/").lower()


def subscription_of(scope: str) -> str | None:
    """The lower-cased subscription id of a scope; None for a management group or the tenant root."""
    parts = normal(scope).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else None


def group_of(scope: str) -> str | None:
    """The lower-cased management group's name, if the scope is one."""
    value = normal(scope)
    return value[len(_GROUP_PREFIX) :] if value.startswith(_GROUP_PREFIX) else None


def group_scope(name: str) -> str:
    """The scope of a management group, as Azure writes it."""
    return f"/providers/Microsoft.Management/managementGroups/{name}"


def with_ancestors(scope: str, hierarchy: Hierarchy) -> list[str]:
    """The normal forms of a scope and of every scope that contains it, nearest first, the root last."""
    found = list(_path_prefixes(normal(scope)))
    subscription = subscription_of(scope)
    nearest = hierarchy.group_of_subscription.get(subscription) if subscription else None
    parents = hierarchy.groups_above(nearest)
    if group := group_of(scope):
        parents = hierarchy.groups_above(hierarchy.parent_of_group.get(group))
    found.extend(_GROUP_PREFIX + name for name in parents)
    if ROOT not in found:
        found.append(ROOT)
    return found


def contains(outer: str, inner: str, hierarchy: Hierarchy) -> bool:
    """Whether the outer scope is the inner one or contains it."""
    return normal(outer) in with_ancestors(inner, hierarchy)


def _path_prefixes(scope: str) -> Iterator[str]:
    """The scope and those of its prefixes that are scopes themselves."""
    if scope == ROOT or not scope.startswith("/subscriptions/"):
        yield scope
        return
    parts = scope.strip("/").split("/")
    while parts:
        yield "/" + "/".join(parts)
        parts = parts[: _parent_length(parts)]


def _parent_length(parts: list[str]) -> int:
    """How many segments the parent scope of a subscription, resource group or resource has."""
    if len(parts) <= 2:
        return 0
    if len(parts) <= 4:
        return 2
    last_provider = len(parts) - 1 - parts[::-1].index("providers") if "providers" in parts else 4
    if len(parts) - last_provider > 4:
        return len(parts) - 2
    return last_provider
