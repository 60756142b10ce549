# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Microsoft Graph: what lies among the deleted items of the directory, and deleting it for good (contract 5.7)."""

from __future__ import annotations

from typing import Any

from .errors import Absent
from .ids import quoted
from .session import Session

Json = dict[str, Any]

DELETED_ITEMS = "/directory/deletedItems"


def find_deleted_application(session: Session, application_id: str) -> Json | None:
    """Return the application of an application id that was deleted last; None where Entra keeps none.

    It is kept for 30 days, so None is no proof that there never was one (contract 5.7).
    """
    literal = application_id.replace("'", "''")
    doing = f"Looking for the deleted application {application_id}"
    path = f"{DELETED_ITEMS}/microsoft.graph.application"
    items = session.graph_pages(path, doing, query={"$filter": f"appId eq '{literal}'"})
    return max(items, key=lambda item: str(item.get("deletedDateTime") or ""), default=None)


def get_deleted_item(session: Session, object_id: str) -> Json | None:
    """Return a deleted item by its object id; None where there is none."""
    try:
        return session.graph("GET", f"{DELETED_ITEMS}/{quoted(object_id)}", f"Reading deleted item {object_id}").body
    except Absent:
        return None


def purge_deleted_item(session: Session, object_id: str) -> bool:
    """Delete a deleted item for good: nothing brings it back; False where it was not there."""
    try:
        session.graph("DELETE", f"{DELETED_ITEMS}/{quoted(object_id)}", f"Deleting item {object_id} for good")
    except Absent:
        return False
    return True
