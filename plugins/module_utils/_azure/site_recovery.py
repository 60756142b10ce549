# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Site Recovery: vaults, their container mappings and protection intents (azure-contracts, section 6).

The management SDK does not resolve beside the peer's pins (section 10a), so the
requests are our own. Functions return the wire's JSON and raise the errors of
``errors``. Ids come with a capital S in ``/Subscriptions/``: compare without case.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .ids import last_segment, quoted
from .session import Session

Json = dict[str, Any]

VAULTS_API_VERSION = "2024-04-01"
API_VERSION = "2025-08-01"


def list_vaults(session: Session, subscription_id: str) -> list[Json]:
    """Return the Recovery Services vaults of a subscription."""
    path = f"/subscriptions/{quoted(subscription_id)}/providers/Microsoft.RecoveryServices/vaults"
    doing = f"Listing the Recovery Services vaults of subscription {subscription_id}"
    return session.arm_pages(path, VAULTS_API_VERSION, doing)


def list_container_mappings(session: Session, vault_id: str) -> list[Json]:
    """Return all protection container mappings of a vault, whatever their fabric and container."""
    path = f"{quote(vault_id, safe='/')}/replicationProtectionContainerMappings"
    doing = f"Listing the container mappings of vault {last_segment(vault_id)}"
    return session.arm_pages(path, API_VERSION, doing)


def list_protection_intents(session: Session, vault_id: str) -> list[Json]:
    """Return the protection intents of a vault, by which a policy protects machines (docs/contract.md, 6.2)."""
    path = f"{quote(vault_id, safe='/')}/replicationProtectionIntents"
    doing = f"Listing the protection intents of vault {last_segment(vault_id)}"
    return session.arm_pages(path, API_VERSION, doing)
