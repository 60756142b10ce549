# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the task wants copied and what not: the options of copy_runas_roles, read and checked. Pure.

Roles are named by name or guid. Names are turned into guids before anything is
planned, so that a misspelt one is an error and not a rule that never applies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._arguments import flat
from .._azure.ids import normal_id
from .._step import StepError

# What is no role of Azure is named with its kind before it.
_KINDS_NAMED = ("app_role:", "directory_role:", "group:")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class Replacement:
    """A role given in place of another; ``scope`` None is where the other one is held."""

    role: str
    scope: str | None = None


@dataclass(frozen=True)
class MapRule:
    """One rule of ``role_map``: ``role`` at or inside ``scope`` (None: anywhere) becomes ``to``; () leaves it out."""

    role: str
    to: tuple[Replacement, ...]
    scope: str | None = None


@dataclass(frozen=True)
class Choices:
    """The options; roles are as the task wrote them, or guids once ``resolved``.

    ``exclude_rights`` and ``include_rights`` are what is no role of Azure, such as ``app_role:user.read.all``, in lower
    case. ``kinds`` are the kinds of access to copy. ``join_groups`` are the names or object ids, in lower case, of the
    groups to join, or "all".
    """

    role_map: tuple[MapRule, ...] = ()
    exclude_scopes: tuple[str, ...] = ()
    exclude_roles: tuple[str, ...] = ()
    include_privileged: tuple[str, ...] = ()
    copy_unused: bool = False
    exclude_rights: frozenset[str] = frozenset()
    include_rights: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    join_groups: frozenset[str] = frozenset()

    def named_roles(self) -> dict[str, str]:
        """Return every role that is named, each with the option that names it."""
        names = dict.fromkeys(self.include_privileged, "include_privileged")
        names |= dict.fromkeys(self.exclude_roles, "exclude")
        for rule in self.role_map:
            names |= dict.fromkeys((rule.role, *(given.role for given in rule.to)), "role_map")
        return names

    def wanted_roles(self) -> set[str]:
        """Return the roles that ``role_map`` may give in place of others."""
        return {given.role for rule in self.role_map for given in rule.to}

    def wanted_scopes(self) -> set[str]:
        """Return the scopes that ``role_map`` gives roles at, where it names them."""
        return {given.scope for rule in self.role_map for given in rule.to if given.scope}

    def resolved(self, guids: Mapping[str, str]) -> Choices:
        """Return the same choices with guids for roles; ``guids`` has each role of ``named_roles``."""
        rules = (
            MapRule(guids[rule.role], tuple(replace(given, role=guids[given.role]) for given in rule.to), rule.scope)
            for rule in self.role_map
        )
        return replace(
            self,
            role_map=tuple(rules),
            exclude_roles=_each(self.exclude_roles, guids),
            include_privileged=_each(self.include_privileged, guids),
        )

    def excludes(self, scope: str, role: str) -> bool:
        """Tell whether ``exclude`` names the role, or a scope at or above this one."""
        return role in self.exclude_roles or any(inside(scope, outer) for outer in self.exclude_scopes)

    def excludes_right(self, kind: str, *names: str) -> bool:
        """Tell whether ``exclude`` names an app role, a directory role or a group, by any of its names or ids."""
        return any(f"{kind}:{name}".lower() in self.exclude_rights for name in names)

    def includes_right(self, kind: str, *names: str) -> bool:
        """Tell whether ``include_privileged`` names it, by any of its names or ids."""
        return any(f"{kind}:{name}".lower() in self.include_rights for name in names)

    def joins(self, *names: str) -> bool:
        """Tell whether the identity is to join a group, by any of its names or ids."""
        return "all" in self.join_groups or any(name.lower() in self.join_groups for name in names)

    def rule_for(self, scope: str, role: str) -> MapRule | None:
        """Return the rule for a role at a scope; the nearest scope wins."""
        fitting = [rule for rule in self.role_map if rule.role == role and inside(scope, rule.scope or "/")]
        return max(fitting, key=lambda rule: len(normal_id(rule.scope or "/")), default=None)


def choices_of(parameters: Mapping[str, Any]) -> Choices:
    """Read the options of the task. Raises StepError, naming the option and the entry that is wrong."""
    exclude, exclude_rights = _apart(flat(parameters["exclude"]))
    privileged, include_rights = _apart(flat(parameters["include_privileged"]))
    return Choices(
        role_map=_rules(parameters["role_map"]),
        exclude_scopes=tuple(item for item in exclude if item.startswith("/")),
        exclude_roles=tuple(item for item in exclude if not item.startswith("/")),
        include_privileged=privileged,
        copy_unused=parameters["copy_unused"],
        exclude_rights=exclude_rights,
        include_rights=include_rights,
        kinds=frozenset(flat(parameters["kinds"])),
        join_groups=frozenset(item.lower() for item in flat(parameters["join_groups"])),
    )


def _apart(entries: Sequence[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the entries that are scopes or roles of Azure, and those that name their kind."""
    named = [item for item in entries if item.lower().startswith(_KINDS_NAMED)]
    others = tuple(item for item in entries if item not in named)
    return others, frozenset(f"{kind.strip()}:{name.strip()}".lower() for kind, dummy, name in map(_parted, named))


def _parted(entry: str) -> tuple[str, str, str]:
    return entry.partition(":")


def is_guid(text: str) -> bool:
    """Tell whether a text is a guid with dashes."""
    return bool(_GUID.fullmatch(text))


def inside(scope: str, outer: str) -> bool:
    """Tell whether a scope is ``outer`` or has it as the beginning of its id; "/" holds everything."""
    return f"{normal_id(scope)}/".startswith(f"{normal_id(outer)}/")


def _each(roles: Iterable[str], guids: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(guids[role] for role in roles)


def _rules(entries: Iterable[Any]) -> tuple[MapRule, ...]:
    rules: list[MapRule] = []
    for entry in entries:
        if isinstance(entry, Mapping):
            rules.append(_rule_of_dict(entry))
        else:
            rules += [_rule_of_text(line) for line in flat([entry])]
    _refuse_doubles(rules)
    return tuple(rules)


def _rule_of_text(text: str) -> MapRule:
    """Read ``role=role+role@scope`` or ``role@scope=role``; nothing after the equals sign leaves the role out."""
    left, equals, right = text.partition("=")
    role, dummy, scope = left.partition("@")
    if not equals or not role.strip():
        raise StepError(f"role_map has the entry '{text}'. Write it as 'role=other role+other role'.")
    to = tuple(_replacement_of_text(part, text) for part in right.split("+") if part.strip())
    return MapRule(role.strip(), to, _scope(scope, text))


def _replacement_of_text(text: str, entry: object) -> Replacement:
    """Read ``role`` or ``role@scope``."""
    role, dummy, scope = text.partition("@")
    return Replacement(role.strip(), _scope(scope, entry))


def _rule_of_dict(entry: Mapping[str, Any]) -> MapRule:
    unknown = sorted(set(entry) - {"role", "scope", "to"})
    if unknown or not entry.get("role") or not isinstance(entry.get("to"), list):
        raise StepError(
            f"role_map has the entry {dict(entry)}. An entry has a role, a list named to (empty to leave the role "
            "out), and may have a scope."
        )
    to = tuple(given for item in entry["to"] for given in _replacements(item, entry))
    return MapRule(str(entry["role"]).strip(), to, _scope(entry.get("scope") or "", entry))


def _replacements(item: Any, entry: object) -> list[Replacement]:
    """Read an item of ``to``: text, or a dictionary with role and scope."""
    if not isinstance(item, Mapping):
        return [_replacement_of_text(text, entry) for text in flat([item])]
    if set(item) - {"role", "scope"} or not item.get("role"):
        raise StepError(f"role_map has the entry {entry}: an item of its list to has a role, and may have a scope.")
    return [Replacement(str(item["role"]).strip(), _scope(str(item.get("scope") or ""), entry))]


def _scope(text: str, entry: object) -> str | None:
    scope = text.strip()
    if scope and not scope.startswith("/"):
        raise StepError(f"role_map has the entry {entry}: its scope is no resource id. Begin it with '/'.")
    return scope or None


def _refuse_doubles(rules: Iterable[MapRule]) -> None:
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        key = (rule.role.lower(), normal_id(rule.scope or "/"))
        if key in seen:
            raise StepError(f"role_map has several entries for {rule.role} at the same scope. Join them to one.")
        seen.add(key)
