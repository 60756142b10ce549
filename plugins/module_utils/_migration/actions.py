# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the permission entries of roles allow. Pure (contract 4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any


def allows(entry: Mapping[str, Any], action: str) -> bool:
    """Tell whether one permission entry allows an action: in ``actions``, not in its own ``notActions``.

    What another entry takes away does not count, nor do data actions (see ``allows_data``).
    """
    return _matches(entry.get("actions"), action) and not _matches(entry.get("notActions"), action)


def allows_data(entry: Mapping[str, Any], action: str) -> bool:
    """The same for a data action: in ``dataActions``, not in the entry's own ``notDataActions``."""
    return _matches(entry.get("dataActions"), action) and not _matches(entry.get("notDataActions"), action)


def lies_within(inner: Sequence[Mapping[str, Any]], outer: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a role's permissions can be shown to allow nothing that another's do not; data actions too.

    Each entry must lie in one entry of the other: what several entries allow together is not worked out.
    """
    return all(any(_entry_within(entry, other) for other in outer) for entry in inner)


def _entry_within(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    return _part_within(inner, outer, "actions", "notActions") and _part_within(
        inner, outer, "dataActions", "notDataActions"
    )


def _part_within(inner: Mapping[str, Any], outer: Mapping[str, Any], allowed: str, taken: str) -> bool:
    """What the outer entry takes away must not be allowed by the inner one, or be taken away there too."""
    wanted = inner.get(allowed) or ()
    if not all(_matches(outer.get(allowed), pattern) for pattern in wanted):
        return False
    holes = [hole for hole in outer.get(taken) or () if any(_may_meet(pattern, hole) for pattern in wanted)]
    return all(_matches(inner.get(taken), hole) for hole in holes)


def _may_meet(left: str, right: str) -> bool:
    """Tell whether some action may match both patterns: unless what they begin or end with tells them apart."""
    left, right = left.lower(), right.lower()
    heads = left.partition("*")[0].rstrip("/"), right.partition("*")[0].rstrip("/")
    tails = left.rpartition("*")[2], right.rpartition("*")[2]
    begins = heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])
    return begins and (tails[0].endswith(tails[1]) or tails[1].endswith(tails[0]))


def _matches(patterns: Sequence[str] | None, action: str) -> bool:
    return any(_covers(pattern.lower(), action.lower()) for pattern in patterns or ())


def _covers(pattern: str, action: str) -> bool:
    """Tell whether an action with wildcards covers another; a ``*`` stands for any text, slashes included.

    Between two slashes it stands for nothing at all, too, slash and all: so Managed Identity Operator may assign.
    """
    # An expression costs a thousand times what these comparisons cost, and a role may have hundreds of actions.
    if not action.startswith(pattern.partition("*")[0].rstrip("/")) or not action.endswith(pattern.rpartition("*")[2]):
        return False
    return re.fullmatch(_expression(pattern), action) is not None


def matcher(patterns: Sequence[str] | None) -> re.Pattern[str]:
    """Return one expression for all of a role's patterns, for whoever asks about thousands of actions in lower case."""
    return re.compile("|".join(f"(?:{_expression(pattern.lower())})" for pattern in patterns or ()) or r"(?!)")


def _expression(pattern: str) -> str:
    pieces = (".*".join(re.escape(part) for part in piece.split("*")) for piece in pattern.split("/*/"))
    return "/(?:.*/)?".join(pieces)
