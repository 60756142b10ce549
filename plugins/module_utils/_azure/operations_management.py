# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Solutions of Log Analytics workspaces, such as Update Management and Start/Stop VMs (docs/contract.md, 13)."""

from __future__ import annotations

from typing import Any

from .ids import quoted
from .session import Session

Json = dict[str, Any]

API_VERSION = "2015-11-01-preview"


def list_solutions(session: Session, subscription_id: str) -> list[Json]:
    """Return the solutions of a subscription, as the wire's JSON. Raises the errors of ``errors``."""
    path = f"/subscriptions/{quoted(subscription_id)}/providers/Microsoft.OperationsManagement/solutions"
    return session.arm_pages(path, API_VERSION, f"Listing the solutions of subscription {subscription_id}")
