# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure Monitor: action groups (docs/contract.md, 12)."""

from __future__ import annotations

from typing import Any

from .ids import quoted
from .session import Session

Json = dict[str, Any]

API_VERSION = "2023-01-01"


def list_action_groups(session: Session, subscription_id: str) -> list[Json]:
    """Return the action groups of a subscription, as the wire's JSON.

    The ``serviceUri`` of a receiver is a secret: whoever has it can start the runbook. Raises the errors of ``errors``.
    """
    path = f"/subscriptions/{quoted(subscription_id)}/providers/Microsoft.Insights/actionGroups"
    return session.arm_pages(path, API_VERSION, f"Listing the action groups of subscription {subscription_id}")
