# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Microsoft Graph: the log of sign-ins of service principals (contract 5.6).

It is in beta only: v1.0 knows the sign-ins of users alone.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .session import Session

Json = dict[str, Any]

# So many are asked for at once, and no further page: a login that runs every minute fills the log.
MOST = 100
NO_LICENCE = "Authentication_RequestFromNonPremiumTenantOrB2CTenant"


def list_sign_ins(session: Session, application_id: str, since: datetime) -> list[Json]:
    """Return the newest sign-ins of an application since a time, ``MOST`` of them at most, failed ones among them.

    Raises Forbidden for a login without AuditLog.Read.All, and with the code ``NO_LICENCE`` for a tenant whose
    licence does not include the log: neither says that nobody logged in.
    """
    literal = application_id.replace("'", "''")
    terms = [
        f"appId eq '{literal}'",
        "signInEventTypes/any(t: t eq 'servicePrincipal')",
        f"createdDateTime ge {since.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
    ]
    query = {"$filter": " and ".join(terms), "$top": str(MOST)}
    doing = f"Listing the sign-ins of application {application_id}"
    answer = session.graph("GET", "/auditLogs/signIns", doing, version="beta", query=query)
    return list(answer.body["value"])
