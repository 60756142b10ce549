# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What contains resources: subscriptions, resource groups and management groups that the login can see.

The SDK packages that the collection requires have no calls for these, so they
are requests of our own. Lists hold what the login may read, and no word about
the rest. Functions return the wire's JSON and raise the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .ids import quoted
from .session import Session

Json = dict[str, Any]

API_VERSION = "2022-12-01"
_RESOURCE_GROUPS_VERSION = "2022-09-01"
_MANAGEMENT_VERSION = "2020-05-01"


def list_subscriptions(session: Session) -> list[Json]:
    """Return the subscriptions that the login can see, those without any right of its own are not among them."""
    return session.arm_pages("/subscriptions", API_VERSION, "Listing subscriptions")


def list_resource_groups(session: Session, subscription_id: str) -> list[Json]:
    """Return the resource groups of a subscription that the login can read."""
    path = f"/subscriptions/{quoted(subscription_id)}/resourcegroups"
    doing = f"Listing the resource groups of subscription {subscription_id}"
    return session.arm_pages(path, _RESOURCE_GROUPS_VERSION, doing)


def list_management_groups(session: Session) -> list[Json]:
    """Return the management groups that the login can read, whatever their parent."""
    path = "/providers/Microsoft.Management/managementGroups"
    return session.arm_pages(path, _MANAGEMENT_VERSION, "Listing management groups")


def list_descendants(session: Session, management_group: str) -> list[Json]:
    """Return the groups and subscriptions below a management group, at any depth (contract 8.2)."""
    path = f"/providers/Microsoft.Management/managementGroups/{quoted(management_group)}/descendants"
    doing = f"Listing what is below management group {management_group}"
    return session.arm_pages(path, _MANAGEMENT_VERSION, doing)
