# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The Activity Log of a subscription: what was written there, and by whom (docs/contract.md, 12.1).

Reads are not in it, nor what happens inside a vault, a storage account or a database.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from .ids import quoted
from .session import Session

Json = dict[str, Any]

# Azure keeps events so many days, and refuses to look further back.
KEPT_DAYS = 90
_API_VERSION = "2015-04-01"
# ``caller`` cannot be selected; the claims tell whose event it is.
_SELECT = "authorization,claims,correlationId,eventDataId,eventTimestamp,operationName,resourceId,status,subStatus"
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def list_events(
    session: Session, subscription_id: str, start: datetime, end: datetime, caller: str | None = None
) -> Iterator[list[Json]]:
    """Yield the events between two times (aware ones), page by page, as the wire's JSON; those of ``caller`` only.

    Raises Failed with status 400 where the service does not take ``caller``, which is not documented, or a start that
    is older than ``KEPT_DAYS``; else the errors of ``errors``.
    """
    bounds = [f"eventTimestamp ge '{_text(start)}'", f"eventTimestamp le '{_text(end)}'"]
    asked = [*bounds, f"caller eq '{_literal(caller)}'"] if caller else bounds
    query = {"$filter": " and ".join(asked), "$select": _SELECT}
    path = f"/subscriptions/{quoted(subscription_id)}/providers/Microsoft.Insights/eventtypes/management/values"
    doing = f"Reading the Activity Log of subscription {subscription_id}"
    return session.arm_page_by_page(path, _API_VERSION, doing, query=query)


def doers_of(event: Json) -> set[str]:
    """Return object id and application id, in lower case, of whoever caused an event; none where it does not say."""
    claims = event.get("claims") or {}
    return {str(claims[name]).lower() for name in (_OBJECT_ID, "oid", "appid") if claims.get(name)}


def _text(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _literal(text: str) -> str:
    return text.replace("'", "''")
