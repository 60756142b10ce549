# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What the login may do at a scope, as Azure itself tells it (contract 4.3).

The SDK has this call for resource groups and resources only, so it is a request
of our own. Returns the wire's JSON and raises the errors of ``errors``.
"""

from __future__ import annotations

from typing import Any

from .ids import url_path
from .session import Session

Json = dict[str, Any]

API_VERSION = "2022-04-01"


def list_permissions(session: Session, scope: str) -> list[Json]:
    """Return the login's permission entries at a scope: one per role held there, through a group, or from above.

    Conditions of role assignments and deny assignments are not in them.
    """
    path = f"{url_path(scope)}/providers/Microsoft.Authorization/permissions"
    return session.arm_pages(path, API_VERSION, f"Listing what the login may do at {scope}")
