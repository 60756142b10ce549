# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Subscriptions that the login can see."""

from __future__ import annotations

from typing import Any

from .session import Session

Json = dict[str, Any]

API_VERSION = "2022-12-01"


def list_subscriptions(session: Session) -> list[Json]:
    """Return the subscriptions that the login can see, those without any right of its own are not among them."""
    return session.arm_pages("/subscriptions", API_VERSION, "Listing subscriptions")
