# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Bringing a Run As account back in Microsoft Entra: its application restored, its service principal enabled.

A restored application does not bring its service principal along (docs/contract.md, 5.8),
so both are restored as one: a run that was cut off between them is finished by the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import directory, directory_undo
from .._azure.caller import GraphClaims
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import last_segment, same_id
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import Change, StepError
from .directory_claims import may_change_applications
from .retiree import SNAPSHOT, application_state, principal_state
from .rollback_chains import Undo
from .rollback_part import ENTRA, Part, Said, change_back, diff_of
from .waiting import came_true

Json = Mapping[str, Any]

APPLICATION = "application"
PRINCIPAL = "service_principal"
PURGED = "deleted_application"

_NEEDS = "Cloud Application Administrator"


@dataclass(frozen=True)
class _Found:
    """What Entra holds of a Run As account. ``deleted`` and ``deleted_principal`` can be restored."""

    application: Json | None
    principal: Json | None
    deleted: Json | None = None
    deleted_principal: Json | None = None

    @property
    def state(self) -> dict[str, Any] | None:
        """The application, where nothing of it is left to restore."""
        whole = self.application is not None and self.deleted_principal is None
        return application_state(self.application) if self.application is not None and whole else None


class Entra:
    """The applications and service principals of Run As accounts.

    ``timeout`` is in seconds, for what Graph's replicas do not know yet. ``principals`` are the object ids of service
    principals by application id, as the ledger has them.
    """

    kinds = frozenset({APPLICATION, PRINCIPAL, PURGED})

    def __init__(
        self, session: Session, claims: GraphClaims | None, timeout: float, principals: Mapping[str, str]
    ) -> None:
        self._session = session
        self._claims = claims
        self._timeout = timeout
        self._principals = principals
        self._seen: dict[str, _Found] = {}
        self._restoring: set[str] = set()

    @property
    def restored(self) -> frozenset[str]:
        """The service principals that come back with their applications."""
        return frozenset(
            str(found.deleted_principal["id"]).lower()
            for application_id, found in self._seen.items()
            if found.deleted_principal and application_id in self._restoring
        )

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each application and service principal."""
        applications = [undo for undo in undos if undo.kind == APPLICATION]
        named = {str(undo.start["id"]).lower() for undo in applications}
        purged = [undo for undo in undos if undo.kind == PURGED and str(undo.start["id"]).lower() not in named]
        principals = [undo for undo in undos if undo.kind == PRINCIPAL]
        planned = [
            *(self._tried(undo, self._application) for undo in applications),
            *(self._tried(undo, self._purged) for undo in purged),
            *(self._tried(undo, self._principal) for undo in principals),
        ]
        return Part.joined(planned)

    def _tried(self, undo: Undo, planned: Any) -> Part:
        try:
            part: Part = planned(undo)
        except Forbidden as error:
            return self._handed_over(undo, str(error))
        if part.changes and not may_change_applications(self._claims):
            return self._handed_over(undo, "the login may not change applications.")
        return part

    def _application(self, undo: Undo) -> Part:
        found = self._find(undo.start)
        known = self._principals.get(str(undo.start["application_id"]).lower())
        if known and found.principal is not None and not same_id(str(found.principal["id"]), known):
            # Restoring an application in the portal makes a service principal of its own (docs/contract.md, 5.8).
            return _another_principal(undo, known, found.principal)
        if found.state is not None:
            return Part(back=(undo,))
        if found.application is None and found.deleted is None:
            return Part(not_restored=(Said(undo.kind, undo.target, undo.step, _lost(undo)),))
        self._restoring.add(str(undo.start["application_id"]).lower())
        change = change_back(undo, None, ENTRA, action="restore", track=_track(undo.start))
        return Part(changes=(change,), diffs=(diff_of(change, str(undo.start["application_id"])),))

    def _purged(self, undo: Undo) -> Part:
        if directory.find_application(self._session, undo.start["application_id"]) is not None:
            return Part(back=(undo,))
        return Part(not_restored=(Said(undo.kind, undo.target, undo.step, _lost(undo)),))

    def _principal(self, undo: Undo) -> Part:
        found = self._find(undo.start)
        restoring = str(undo.start["application_id"]).lower() in self._restoring
        there = found.principal or (found.deleted_principal if restoring else None)
        if there is None:
            if found.application is None and not restoring:
                # What is said of the application says it all.
                return Part()
            gone = finding("RA850", undo.target, what=f"Service principal {undo.start['id']}")
            return Part(conflicts=(Said(undo.kind, undo.target, undo.step, gone),))
        now = principal_state(there)
        if not same_id(str(now["id"]), str(undo.start["id"])):
            return _another_principal(undo, str(undo.start["id"]), there)
        if now["enabled"] == undo.start["enabled"]:
            return Part(back=(undo,))
        action = "enable" if undo.start["enabled"] else "disable"
        after = {**now, "enabled": undo.start["enabled"]}
        change = Change(action, undo.kind, undo.target, now, after, track=_track(undo.start), wave=ENTRA)
        return Part(changes=(change,), diffs=(diff_of(change, str(now["application_id"])),))

    def _handed_over(self, undo: Undo, reason: str) -> Part:
        said = handed_over(undo.kind, undo.target, str(undo.start["application_id"]), reason)
        return Part(pending=(Said(undo.kind, undo.target, undo.step, said),))

    def _find(self, state: Json) -> _Found:
        application_id = str(state["application_id"]).lower()
        if application_id not in self._seen:
            self._seen[application_id] = self._read(application_id, state)
        return self._seen[application_id]

    def _read(self, application_id: str, state: Json) -> _Found:
        application = directory.find_application(self._session, application_id)
        principal = directory.find_service_principal(self._session, application_id)
        deleted = None
        if application is None and "certificates" in state:
            deleted = directory_undo.find_deleted(self._session, str(state["id"]))
        return _Found(application, principal, deleted, None if principal else self._deleted_principal(application_id))

    def _deleted_principal(self, application_id: str) -> Json | None:
        known = self._principals.get(application_id)
        if known:
            return directory_undo.find_deleted(self._session, known)
        return directory.find_deleted_service_principal(self._session, application_id)

    def now(self, change: Change) -> Any:
        """Return an application or service principal as it is now."""
        planned = change.before or change.after
        if change.kind == APPLICATION:
            return self._read(str(planned["application_id"]).lower(), planned).state
        principal = directory.find_service_principal(self._session, planned["application_id"])
        return principal_state(principal) if principal else None

    def write(self, change: Change) -> None:
        """Restore or enable."""
        if change.kind == PRINCIPAL:
            directory.set_account_enabled(self._session, change.after["id"], change.after["enabled"])
            return
        application_id = str(change.after["application_id"]).lower()
        found = self._read(application_id, change.after)
        if found.application is None:
            directory_undo.restore_deleted(self._session, str(change.after["id"]))
        if found.deleted_principal is not None:
            self._restore_principal(application_id, str(found.deleted_principal["id"]))

    def _restore_principal(self, application_id: str, object_id: str) -> None:
        """Restore a service principal, again for as long as Graph does not know its application."""

        def restored() -> bool:
            try:
                directory_undo.restore_deleted(self._session, object_id)
            except (Absent, Failed) as error:
                if isinstance(error, Failed) and error.status != 400:
                    raise
                return directory.find_service_principal(self._session, application_id) is not None
            return True

        known = came_true(restored, self._timeout) and came_true(
            lambda: directory.find_service_principal(self._session, application_id) is not None, self._timeout
        )
        if not known:
            raise StepError(
                f"The application {application_id} was restored, its service principal {object_id} was not within "
                f"{self._timeout:g} seconds. Run again, or raise replication_timeout."
            )


def handed_over(kind: str, target: str, application_id: str, reason: str) -> Finding:
    """Return what somebody with rights in Microsoft Entra has to do."""
    doing, task = (
        ("Enabling the service principal of", "enable that service principal")
        if kind == PRINCIPAL
        else ("Restoring", "restore that application and its service principal")
    )
    facts: dict[str, Any] = {
        "what": f"{doing} application {application_id}",
        "reason": reason,
        "needs": _NEEDS,
        "task": task,
    }
    return finding("RA847", target, **facts)


def principals_in(records: Iterable[Json]) -> dict[str, str]:
    """Return the object ids of service principals by application id, lower case, from the snapshots. Pure."""
    found: dict[str, str] = {}
    for record in records:
        principal = record.get("service_principal") if record["event"] == SNAPSHOT else None
        if principal:
            found[str(principal["appId"]).lower()] = str(principal["id"])
    return found


def _another_principal(undo: Undo, old: str, there: Json) -> Part:
    facts: dict[str, Any] = {"application": undo.start["application_id"], "old": old, "new": there["id"]}
    said = finding("RA856", undo.target, **facts)
    return Part(conflicts=(Said(undo.kind, undo.target, undo.step, said),))


def _track(state: Json) -> str:
    return f"entra|{str(state['application_id']).lower()}"


def _lost(undo: Undo) -> Finding:
    facts = {
        "application": undo.start["application_id"],
        "name": undo.start.get("display_name") or last_segment(undo.target),
    }
    return finding("RA843", undo.target, **facts)
