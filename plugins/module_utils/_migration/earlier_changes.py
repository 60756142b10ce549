# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What earlier steps of the same run would have changed, for a step in check mode that comes after them. Pure.

Check mode predicts what the run then does. A later step that looks at Azure alone would predict
what an earlier one has done by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._azure.ids import last_segment
from .._step import KNOWN_AFTER_APPLY
from .access_model import Assignment
from .access_part import ROLE_ASSIGNMENT
from .identity import Identity

Json = Mapping[str, Any]


def identity_after(before: Identity, changes: Iterable[Json]) -> Identity:
    """Return the identity as the account has it once these changes are made; as results carry them."""
    after = [change["after"] for change in changes if change.get("kind") == "identity" and change.get("after")]
    if not after or "SystemAssigned" not in str(after[-1].get("type")):
        return before
    return Identity(True, before.user_assigned, before.principal_id or KNOWN_AFTER_APPLY)


def assignments_after(identity: Identity, changes: Iterable[Json]) -> tuple[Assignment, ...]:
    """Return the role assignments that these changes give to the account's system-assigned identity."""
    known = {KNOWN_AFTER_APPLY, identity.principal_id}
    after = [change["after"] for change in changes if change.get("kind") == ROLE_ASSIGNMENT and change.get("after")]
    given = [state for state in after if state.get("principal_id") in known]
    return tuple(
        Assignment(
            id="",
            scope=str(state["scope"]),
            role=last_segment(str(state["role_definition"])).lower(),
            principal_id=str(state["principal_id"]),
            condition=state.get("condition") or None,
        )
        for state in given
    )
