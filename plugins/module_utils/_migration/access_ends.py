# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments that end by themselves: one like it, given to another principal, would stay (contract 4.6)."""

from __future__ import annotations

from .._azure import eligibility
from .._azure.errors import Failed
from .._azure.ids import normal_id
from .._azure.session import Session

# What results call a role assignment with an end that was left out or left alone.
TIME_BOUND = "time-bound"


def ends_at(session: Session, scope: str) -> dict[str, str]:
    """Return when role assignments at a scope, inside it and above it end, as Azure writes it, by ``normal_id``.

    Those that stay are not in it. Raises the errors of ``errors`` where that could not be read.
    """
    try:
        listed = eligibility.list_active(session, scope)
    except Failed as error:
        if error.code != eligibility.NOT_LICENSED:
            raise
        return {}
    each = [item["properties"] for item in listed]
    return {
        normal_id(item["originRoleAssignmentId"]): str(item["endDateTime"])
        for item in each
        if item.get("originRoleAssignmentId") and item.get("endDateTime")
    }
