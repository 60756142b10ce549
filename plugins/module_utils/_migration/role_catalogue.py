# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The roles that may be suggested, and how much each of them allows. Pure: the roles are read from Azure.

How wide a role is, is counted over the operations that the catalogue itself names: no list of them is kept here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from .access_model import Role
from .actions import matcher
from .operations import DATA, is_data, only_reads, plain, provider_of, subject_of, type_of

# One more change that a role allows is as bad as so many more reads.
_CHANGE = 10
# Stands for whatever a wildcard lets through.
_ANY = "any"
_UNHEARD_OF = "unheard.of/things/write"


# Words in names of roles that do not say what a role is about.
_PLAIN_WORDS = frozenset(
    {"access", "admin", "administrator", "and", "azure", "contributor", "data", "for", "in", "job", "of", "officer"}
    | {"on", "operator", "owner", "reader", "role", "service", "tenant", "the", "user"}
)
_WORD = re.compile(r"[A-Za-z][a-z]*|[A-Z]+(?![a-z])")


class Fit(IntEnum):
    """How a role fits a set of needs; the smaller, the better.

    OWN: it names no other resource provider than those that are needed. GENERAL: Azure's general role for a type of
    resource that is changed, with what else that takes. FOREIGN: made for something else.
    """

    OWN = 0
    GENERAL = 1
    FOREIGN = 2


class Powers:
    """A role, and what it allows. ``known`` are the known operations by their provider, in lower case."""

    def __init__(self, role: Role, known: Mapping[str, Iterable[str]]) -> None:
        self.role = role
        self._known = known

    def __repr__(self) -> str:
        return f"Powers({self.role.name})"

    def allow(self, operation: str) -> bool:
        """Tell whether the role allows an operation."""
        action, entries = plain(operation).lower(), self._data if is_data(operation) else self._control
        return any(given.fullmatch(action) and not taken.fullmatch(action) for given, taken in entries)

    @cached_property
    def _control(self) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        entries = self.role.permissions or ()
        return [(matcher(entry.get("actions")), matcher(entry.get("notActions"))) for entry in entries]

    @cached_property
    def _data(self) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
        entries = self.role.permissions or ()
        return [(matcher(entry.get("dataActions")), matcher(entry.get("notDataActions"))) for entry in entries]

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """What the role names, data actions marked."""
        return tuple(_patterns(self.role))

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The known operations that the role allows."""
        named = {provider_of(pattern) for pattern in self.patterns}
        providers = self._known if any("*" in name for name in named) else named & self._known.keys()
        known = (operation for provider in providers for operation in self._known[provider])
        return frozenset(operation for operation in known if self.allow(operation))

    @cached_property
    def is_named_for_another(self) -> bool:
        """Tell whether most words of the role's name are nowhere in what it allows, as of a role for a product.

        A name that somebody chose for a custom role says nothing.
        """
        words = {word.lower() for word in _WORD.findall(self.role.name)} - _PLAIN_WORDS
        text = "".join(self.patterns).lower().replace("/", "").replace(".", "")
        strange = [word for word in words if word.removesuffix("s") not in text]
        return not self.role.custom and len(strange) * 2 > len(words)

    @cached_property
    def changes_nothing(self) -> bool:
        """Tell whether the role changes nothing and touches no data."""
        return all(only_reads(pattern) for pattern in self.patterns)

    @cached_property
    def is_for_everything(self) -> bool:
        """Tell whether the role lets its holder change things of every kind, such as Contributor."""
        return self.allow(_UNHEARD_OF)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The resource providers that the role names."""
        return frozenset(subject for subject in map(subject_of, self.patterns) if subject)

    @cached_property
    def reads_everything(self) -> bool:
        """Tell whether the role reads things of every kind."""
        return self.allow("unheard.of/things/read")

    def manages(self, resource_type: str) -> bool:
        """Tell whether the role has all there is for a type of resource, what is still unknown of it included."""
        return all(self.allow(f"{resource_type}/{end}") for end in ("write", "delete", f"{_ANY}/action"))

    def width(self, needed: frozenset[str]) -> int:
        """Return how much more the role allows than is needed; a change counts ten times what a read counts."""
        return sum(1 if only_reads(operation) else _CHANGE for operation in self.allowed - needed)

    def _changes_what_is(self, needed: frozenset[str]) -> bool:
        """Tell whether a change is needed that the role allows: no role that changes things is given for reading."""
        return any(self.allow(operation) for operation in needed if not only_reads(operation))

    def fit(self, needed: frozenset[str]) -> Fit:
        """Return how the role fits needs (in lower case)."""
        if self.is_named_for_another or not (self.changes_nothing or self._changes_what_is(needed)):
            return Fit.FOREIGN
        if self.subjects <= {provider_of(operation) for operation in needed}:
            return Fit.OWN
        changed = {type_of(item) for item in needed if subject_of(item) and not is_data(item) and not only_reads(item)}
        general = any(self.manages(resource_type) for resource_type in changed)
        return Fit.GENERAL if general and not self.reads_everything else Fit.FOREIGN


@dataclass(frozen=True)
class Catalogue:
    """All roles by guid."""

    powers: dict[str, Powers]

    @staticmethod
    def of(roles: Iterable[Role], operations: Iterable[str] = ()) -> Catalogue:
        """Return the catalogue of roles, without those that could not be read.

        Known operations are those that any of the roles names, and ``operations``.
        """
        known = {role.guid: role for role in roles if role.permissions is not None}
        universe = {operation.lower() for operation in operations}
        for role in known.values():
            universe |= {pattern.lower().replace("*", _ANY) for pattern in _patterns(role)}
        by_provider: dict[str, list[str]] = defaultdict(list)
        for operation in sorted(universe):
            by_provider[provider_of(operation)].append(operation)
        return Catalogue({guid: Powers(role, by_provider) for guid, role in known.items()})

    def candidates(self, *, custom: bool) -> list[Powers]:
        """Return the roles that may be suggested: none that gives out roles, custom ones only if asked for."""
        chosen = [item for item in self.powers.values() if not item.role.privileged]
        return [item for item in chosen if custom or not item.role.custom]


def _patterns(role: Role) -> Iterable[str]:
    for entry in role.permissions or ():
        yield from entry.get("actions") or ()
        yield from (f"{DATA}{pattern}" for pattern in entry.get("dataActions") or ())
