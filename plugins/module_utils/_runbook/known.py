# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the caller knows of the connection, and the texts that the rewrite writes for it."""

from __future__ import annotations

from dataclasses import dataclass

from .result import GUID, RewriteOptions


@dataclass(frozen=True)
class Known:
    """The identity to log in with, and the ids known from the connection asset; None when they are not."""

    options: RewriteOptions
    subscription: str | None
    tenant: str | None

    def identity_arguments(self, *, names_environment: bool) -> str:
        """The login's arguments; the environment only where the login does not name one itself."""
        client_id, environment = self.options.client_id, self.options.environment
        client = "" if client_id is None else f" -AccountId {client_id}"
        return f"-Identity{client}" + (
            "" if environment is None or names_environment else f" -Environment {environment}"
        )

    def identity_entries(self, *, names_environment: bool) -> str:
        """The same as entries of a splatted table."""
        client_id, environment = self.options.client_id, self.options.environment
        client = "" if client_id is None else f"; AccountId = '{client_id}'"
        cloud = "" if environment is None or names_environment else f"; Environment = '{environment}'"
        return f"Identity = $true{client}{cloud}"

    @property
    def pinned_subscription(self) -> str | None:
        """The literal that stands for a read of SubscriptionId; None when it is not known or not wanted."""
        if self.options.subscription != "pin" or self.subscription is None:
            return None
        return f"'{self.subscription}'"

    def pinned(self, field: str) -> str | None:
        """The literal that stands for a read of ``field``; None when it is not known, or not to be pinned."""
        if field == "subscriptionid":
            return self.pinned_subscription
        return f"'{self.tenant}'" if field == "tenantid" and self.tenant is not None else None


def known_of(name: str | None, options: RewriteOptions) -> Known:
    """Return what is known of the connection ``name``; an id that is no GUID counts as unknown."""
    connections = {key.lower(): value for key, value in (options.connections or {}).items()}
    asset = connections.get((name or "").lower(), {})
    return Known(options, _guid(asset.get("subscription_id")), _guid(asset.get("tenant_id")))


def _guid(value: str | None) -> str | None:
    return value if value is not None and GUID.fullmatch(value) else None
