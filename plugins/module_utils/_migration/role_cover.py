# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The smallest set of roles that allows what is needed. Pure.

Of all sets of roles that allow it, the one is taken with (1) no role that allows everything, such as Contributor, if
there is another way; (2) the fewest roles that are made for something else (``Fit.FOREIGN``); (3) the fewest roles;
(4) the least beyond what is needed; (5) the first in alphabetical order. So starting and stopping machines leads to
Virtual Machine Contributor, and not to a role that Azure made for another product, which names the same two
operations today and whatever that product needs tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from .role_catalogue import Fit, Powers

# Beyond so many roles for one scope, or so many that compete, the set is put together role by role.
_MOST_ROLES = 4
_MOST_COMPETING = 40


@dataclass(frozen=True)
class Cover:
    """The roles for a set of needs. ``uncovered`` no suggestible role allows; ``only_wide`` only one for everything."""

    roles: tuple[Powers, ...] = ()
    uncovered: frozenset[str] = frozenset()
    only_wide: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Option:
    powers: Powers
    covers: frozenset[str]
    fit: Fit
    width: int

    @property
    def key(self) -> tuple[int, int, str, str]:
        return (int(self.fit), self.width, self.powers.role.name.lower(), self.powers.role.guid)


def cover(needs: Iterable[str], roles: Sequence[Powers], within: Powers | None = None) -> Cover:
    """Return the smallest set among ``roles`` for operations, and none that allows what ``within`` does not allow."""
    needed = frozenset(operation.lower() for operation in needs)
    options = [option for option in (_option(powers, needed) for powers in roles) if option.covers]
    if within is not None:
        options = [option for option in options if option.powers.allowed <= within.allowed]
    narrow = [option for option in options if not option.powers.is_for_everything]
    reachable = _union(narrow)
    wide = [option for option in options if option.powers.is_for_everything and option.covers - reachable]
    if wide:
        return _with_wide(needed, narrow, min(wide, key=lambda option: option.key), reachable)
    return Cover(_smallest(needed & reachable, narrow), uncovered=needed - reachable)


def _with_wide(needed: frozenset[str], narrow: list[_Option], wide: _Option, reachable: frozenset[str]) -> Cover:
    """What only a role for everything allows is allowed by it, and with it nearly all else."""
    rest = (needed - wide.covers) & reachable
    only_wide = wide.covers - reachable
    return Cover((wide.powers, *_smallest(rest, narrow)), needed - wide.covers - reachable, only_wide)


def _option(powers: Powers, needed: frozenset[str]) -> _Option:
    covers = frozenset(operation for operation in needed if powers.allow(operation))
    if not covers:
        return _Option(powers, covers, Fit.FOREIGN, 0)
    return _Option(powers, covers, powers.fit(needed), powers.width(needed))


def _union(options: Iterable[_Option]) -> frozenset[str]:
    return frozenset(operation for option in options for operation in option.covers)


def _smallest(needed: frozenset[str], options: Sequence[_Option]) -> tuple[Powers, ...]:
    if not needed:
        return ()
    competing = _undominated(needed, options)
    best: tuple[_Option, ...] = ()
    for size in range(1, _MOST_ROLES + 1):
        if len(competing) > _MOST_COMPETING and size > 2:
            break
        sets = [each for each in combinations(competing, size) if _union(each) >= needed]
        best = min([*sets, *([best] if best else [])], key=_rank, default=())
        if best and _foreign(best) == 0:
            break
    return tuple(option.powers for option in best or _one_by_one(needed, competing))


def _undominated(needed: frozenset[str], options: Sequence[_Option]) -> list[_Option]:
    """Return the options without those that another one beats in everything."""
    kept: list[_Option] = []
    for option in sorted(options, key=lambda item: item.key):
        covers = option.covers & needed
        if covers and not any(covers <= better.covers for better in kept):
            kept.append(option)
    return kept


def _rank(options: Sequence[_Option]) -> tuple[int, int, int, list[str]]:
    names = sorted(option.powers.role.name.lower() for option in options)
    return _foreign(options), len(options), sum(option.width for option in options), names


def _foreign(options: Iterable[_Option]) -> int:
    return sum(option.fit is Fit.FOREIGN for option in options)


def _one_by_one(needed: frozenset[str], options: Sequence[_Option]) -> list[_Option]:
    """Return a set that need not be the smallest: at each step the role that allows most of what is left."""
    chosen: list[_Option] = []
    left = needed
    while left:
        best = min(options, key=lambda option: (int(option.fit), -len(option.covers & left), option.key))
        best = best if best.covers & left else max(options, key=lambda option: len(option.covers & left))
        chosen.append(best)
        left -= best.covers
    return chosen
