# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Key vaults and their access policies, in the management plane (azure-contracts, section 7; docs/contract.md, 7.1).

The SDK package does not resolve beside the peer's pins (azure-contracts, 10a), so the requests are our own.
Secrets, keys and certificates are in the data plane, which nothing here talks to. Functions return the wire's JSON
and raise the errors of ``errors``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .ids import last_segment, quoted, url_path
from .session import Session

Json = dict[str, Any]

# Known to every cloud (docs/contract.md, 7.1).
API_VERSION = "2023-02-01"

_PROVIDER = "/providers/Microsoft.KeyVault/vaults"


def list_vaults(session: Session, subscription_id: str) -> list[Json]:
    """Return the key vaults of a subscription; an item may lack its ``properties``."""
    doing = f"Listing the key vaults of subscription {subscription_id}"
    return session.arm_pages(f"/subscriptions/{quoted(subscription_id)}{_PROVIDER}", API_VERSION, doing)


def list_vaults_of_group(session: Session, group_id: str) -> list[Json]:
    """Return the key vaults of a resource group, given by its id; as ``list_vaults``."""
    doing = f"Listing the key vaults of resource group {last_segment(group_id)}"
    return session.arm_pages(url_path(group_id) + _PROVIDER, API_VERSION, doing)


def get_vault(session: Session, vault_id: str) -> Json:
    """Return one key vault. Raises Absent where there is none, or it was deleted."""
    doing = f"Reading key vault {last_segment(vault_id)}"
    body: Json = session.arm("GET", url_path(vault_id), API_VERSION, doing).body
    return body


def add_access_policy(
    session: Session, vault_id: str, tenant_id: str, object_id: str, permissions: Mapping[str, Sequence[str]]
) -> Json:
    """Give a principal permissions in addition to those that it has in a vault.

    ``add`` merges: other entries, and other permissions of the same entry, stay as they are, whoever changes them at
    the same time. The vault itself is never sent. ``permissions`` are lists of names by kind (keys, secrets,
    certificates, storage). Raises Conflict with code ConflictError while somebody else changes the vault.
    """
    doing = f"Adding an access policy to key vault {last_segment(vault_id)}"
    wanted = {kind: list(names) for kind, names in permissions.items()}
    entry = {"tenantId": tenant_id, "objectId": object_id, "permissions": wanted}
    content = {"properties": {"accessPolicies": [entry]}}
    body: Json = session.arm("PUT", f"{url_path(vault_id)}/accessPolicies/add", API_VERSION, doing, json=content).body
    return body


def remove_access_policy(
    session: Session, vault_id: str, tenant_id: str, object_id: str, permissions: Mapping[str, Sequence[str]]
) -> Json:
    """Take permissions of a principal away, and nothing else (azure-contracts, section 7).

    ``remove`` subtracts; who is left without any has no entry any more. Raises Conflict with code ConflictError while
    somebody else changes the vault.
    """
    doing = f"Taking an access policy back in key vault {last_segment(vault_id)}"
    wanted = {kind: list(names) for kind, names in permissions.items()}
    entry = {"tenantId": tenant_id, "objectId": object_id, "permissions": wanted}
    content = {"properties": {"accessPolicies": [entry]}}
    path = f"{url_path(vault_id)}/accessPolicies/remove"
    body: Json = session.arm("PUT", path, API_VERSION, doing, json=content).body
    return body
