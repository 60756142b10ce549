# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Azure resource ids: made, taken apart and compared.

Ids and types are compared without case: answers echo the casing of requests
(azure-contracts, sections 0 and 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class AccountId:
    """Which Automation account: one inventory host."""

    subscription_id: str
    resource_group: str
    name: str

    @property
    def arm_id(self) -> str:
        """The account's ARM id."""
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Automation/automationAccounts/{self.name}"
        )

    def child(self, collection: str, name: str) -> str:
        """Return the id of a thing inside the account, such as ``child("runbooks", "rb")``."""
        return f"{self.arm_id}/{collection}/{name}"


def account_of(arm_id: str) -> AccountId:
    """Return the account of an account's ARM id, or of the id of a thing inside it."""
    segments = arm_id.strip("/").split("/")
    return AccountId(subscription_id=segments[1], resource_group=segments[3], name=segments[7])


def same_id(left: str | None, right: str | None) -> bool:
    """Tell whether two ids mean the same thing; a missing id means nothing."""
    if not left or not right:
        return False
    return normal_id(left) == normal_id(right)


def normal_id(arm_id: str) -> str:
    """Return the id as it can be compared: lower case, no slash at the end."""
    return arm_id.rstrip("/").lower()


def last_segment(arm_id: str) -> str:
    """Return what follows the last slash: a name, or the guid of a role definition."""
    return arm_id.rstrip("/").rsplit("/", 1)[-1]


def subscription_of(arm_id: str) -> str | None:
    """Return the subscription id inside an ARM id, or None for ids above subscriptions."""
    parts = arm_id.strip("/").split("/")
    if len(parts) >= 2 and parts[0].lower() == "subscriptions":
        return parts[1]
    return None


def quoted(segment: str) -> str:
    """Return one path segment escaped for a URL; names from Azure are untrusted text."""
    return quote(segment, safe="")


def url_path(arm_id: str) -> str:
    """Return an ARM id as a URL's path, escaped but for its slashes; "" for the tenant."""
    path = quote(arm_id.strip("/"), safe="/()-_.~")
    return f"/{path}" if path else ""
