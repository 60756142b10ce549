# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Whose access is copied: the service principals behind an account's Run As connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import directory
from .._azure.errors import Absent, Forbidden, LoginFailed, Unreachable
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import StepError, in_parallel
from .access_choices import is_guid
from .directory_lookup import DirectoryLookup
from .run_as import RunAs, find_run_as, findings_of
from .unread import unread_finding

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """A Run As account as the holder of access.

    ``principal_id`` is the object id of its service principal, None where there is
    none; ``dormant`` says why nothing can log in with it, if so.
    """

    connection: str | None
    application_id: str | None
    principal_id: str | None
    dormant: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "connection": self.connection,
            "application_id": self.application_id,
            "principal_id": self.principal_id,
            "unused_because": self.dormant,
        }


@dataclass(frozen=True)
class Found:
    """The sources, and what a person should know about them."""

    sources: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()


def find_sources(
    session: Session,
    account: AccountId,
    connection: str | None,
    principal_id: str | None,
    max_parallel: int,
    lookup: DirectoryLookup | None = None,
) -> Found:
    """Return whose access is to be copied: that of ``connection``, or of every Run As connection of the account.

    ``principal_id`` names the service principal where Microsoft Graph cannot tell it. ``lookup`` may find several at
    once; each that it does not find is asked for.
    Raises StepError where the options contradict what is there, and where Graph may
    not be read and ``principal_id`` is not given.
    """
    if principal_id and not is_guid(principal_id):
        raise StepError(f"principal_id is '{principal_id}', which is no object id. Give the service principal's guid.")
    chosen = choose(account, find_run_as(session, account, max_parallel), connection, principal_id)
    if principal_id:
        run_as = chosen[0] if chosen else None
        return _joined(account, chosen, [_named_source(session, run_as, principal_id)])
    known = lookup.find(item.application_id for item in chosen if item.application_id) if lookup else {}
    found = in_parallel(lambda item: _source(session, account, item, known), chosen, max_parallel)
    return _joined(account, chosen, found)


def choose(account: AccountId, found: Sequence[RunAs], connection: str | None, principal_id: str | None) -> list[RunAs]:
    """Return the Run As accounts that are meant; Classic ones have no service principal. Pure."""
    candidates = [run_as for run_as in found if run_as.kind == "azure"]
    if connection:
        candidates = [run_as for run_as in candidates if run_as.connection.lower() == connection.lower()]
        if not candidates:
            names = ", ".join(run_as.connection for run_as in found if run_as.kind == "azure") or "none"
            raise StepError(
                f"Automation account {account.name} has no Run As connection {connection} with a service principal; it "
                f"has: {names}. Correct connection, or leave it out to copy for all."
            )
    if principal_id and len(candidates) > 1:
        names = ", ".join(run_as.connection for run_as in candidates)
        raise StepError(
            f"principal_id names one service principal, but Automation account {account.name} has several Run As "
            f"connections: {names}. Name the one that is meant with connection."
        )
    return candidates


def _joined(account: AccountId, chosen: Sequence[RunAs], found: Sequence[Found]) -> Found:
    readable = [run_as for run_as in chosen if run_as.application_id]
    findings = findings_of(account, readable) + tuple(item for part in found for item in part.findings)
    return Found(tuple(source for part in found for source in part.sources), findings)


def _source(session: Session, account: AccountId, run_as: RunAs, known: Mapping[str, Json]) -> Found:
    """Return one Run As account with the service principal that Graph has for it."""
    resource = account.child("connections", run_as.connection)
    if not run_as.application_id:
        return Found(findings=(finding("RA301", resource, connection=run_as.connection),))
    try:
        principal = known.get(run_as.application_id.lower())
        principal = principal or directory.find_service_principal(session, run_as.application_id)
    except Forbidden as error:
        raise StepError(
            f"Whose access Run As connection {run_as.connection} stands for cannot be read: {error} Allow the login "
            "Application.Read.All in Microsoft Graph, or set principal_id to the object id of the service principal."
        ) from None
    if principal is None:
        return _deleted(session, account, run_as, run_as.application_id)
    dormant = dormant_because(run_as, principal)
    return Found((Source(run_as.connection, run_as.application_id, principal["id"], dormant),))


def _deleted(session: Session, account: AccountId, run_as: RunAs, application_id: str) -> Found:
    """Return the service principal that was deleted: what it held outlives it (azure-contracts, 4.2)."""
    resource = account.child("connections", run_as.connection)
    try:
        deleted = directory.find_deleted_service_principal(session, application_id)
    except Forbidden as error:
        what = f"Whether the service principal of Run As connection {run_as.connection} was deleted lately"
        return Found(findings=(_gone(resource, application_id, run_as), unread_finding(what, resource, error)))
    if deleted is None:
        return Found(findings=(_gone(resource, application_id, run_as),))
    told = finding(
        "RA314",
        resource,
        connection=run_as.connection,
        principal=deleted["id"],
        deleted=str(deleted.get("deletedDateTime") or "an unknown day")[:10],
    )
    source = Source(run_as.connection, application_id, str(deleted["id"]).lower(), dormant_because(run_as, None))
    return Found((source,), (told,))


def _gone(resource: str, application_id: str, run_as: RunAs) -> Finding:
    return finding("RA302", resource, application=application_id, connection=run_as.connection)


def _named_source(session: Session, run_as: RunAs | None, principal_id: str) -> Found:
    """Return the service principal that the task names; Graph is asked about it, but need not answer."""
    findings: tuple[Finding, ...] = ()
    try:
        dormant = dormant_because(run_as, directory.get_service_principal(session, principal_id))
    except Absent:
        dormant = dormant_because(run_as, None)
    except (Forbidden, LoginFailed, Unreachable) as error:
        dormant = _cannot_log_in(run_as)
        what = f"Whether service principal {principal_id} is enabled"
        findings = (unread_finding(what, principal_id, error),)
    connection = run_as.connection if run_as else None
    application = run_as.application_id if run_as else None
    return Found((Source(connection, application, principal_id.lower(), dormant),), findings)


def dormant_because(run_as: RunAs | None, principal: Json | None) -> str | None:
    """Return why nothing can log in as this Run As account, or None. Pure."""
    if principal is None:
        return "its service principal is gone"
    if principal.get("accountEnabled") is False:
        return "its service principal is disabled"
    return _cannot_log_in(run_as)


def _cannot_log_in(run_as: RunAs | None) -> str | None:
    if run_as is None:
        return None
    if run_as.missing:
        return f"Run As connection {run_as.connection} lacks {', '.join(run_as.missing)}"
    return f"its certificate expired on {run_as.expires}" if run_as.expired else None


def dormant_principals(sources: Sequence[Source]) -> dict[str, str | None]:
    """Return each principal with the reason why it is unused; one that any connection can use is used. Pure."""
    reasons: dict[str, str | None] = {}
    for source in sources:
        if source.principal_id is None:
            continue
        known = reasons.get(source.principal_id, source.dormant)
        reasons[source.principal_id] = known and source.dormant
    return reasons
