# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""User-assigned managed identities as resources of their own (azure-contracts, section 1.1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .session import Session

Json = dict[str, Any]

_VERSION = "2023-01-31"


def get_user_assigned(session: Session, identity_id: str) -> Json:
    """Return a user-assigned identity by its resource id, attached to an account or not."""
    path = "/" + quote(identity_id.strip("/"), safe="/()-_.~")
    body: Json = session.arm("GET", path, _VERSION, f"Reading user-assigned identity {identity_id}").body
    return body
