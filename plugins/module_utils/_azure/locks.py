# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Management locks (contract 4.4). Functions return the wire's JSON and raise the errors of ``errors``."""

from __future__ import annotations

from typing import Any

from .ids import url_path
from .session import Session

Json = dict[str, Any]

API_VERSION = "2016-09-01"


def list_locks_at_and_above(session: Session, scope: str) -> list[Json]:
    """Return the locks that a subscription, resource group or resource is under; management groups have none."""
    path = f"{url_path(scope)}/providers/Microsoft.Authorization/locks"
    return session.arm_pages(path, API_VERSION, f"Listing the locks at {scope}", query={"$filter": "atScope()"})
