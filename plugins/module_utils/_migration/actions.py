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
