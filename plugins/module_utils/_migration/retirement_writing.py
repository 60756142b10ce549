# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""How changes of a retirement reach Azure, and how they are read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._azure import authorization, automation, deleted_items, directory
from .._azure.errors import Absent
from .._azure.ids import last_segment
from .._step import Change, Hands, Plan, StepError
from ._call import Call
from .access_model import assignment_of
from .limit_plan import wanted_assignment
from .retiree import application_state, certificate_state, connection_state, principal_state
from .retirement_options import ENTRA_KINDS
from .retirement_purge_plan import deleted_state
from .waiting import came_true

# Microsoft Graph answers from replicas: a change shows after seconds. For so long it is read back until it does.
_GRAPH_SECONDS = 12.0

State = dict[str, Any]


def hands(call: Call) -> Hands:
    """Return how each change is read again and made."""
    return Hands(reread=lambda change: _reread(call, change), write=lambda change: _write(call, change))


def _reread(call: Call, change: Change) -> State | None:
    """Return the target of a change as it is now, in the shape of ``before``; None where it is not there."""
    readers: dict[str, Callable[[Call, Change], State | None]] = {
        "connection": _connection_now,
        "certificate": _certificate_now,
        "service_principal": _principal_now,
        "application": _application_now,
        "run_as_role_assignment": _assignment_now,
        "deleted_application": _deleted_now,
    }
    return readers[change.kind](call, change)


def _connection_now(call: Call, change: Change) -> State | None:
    try:
        return connection_state(automation.get_connection(call.session, call.account, change.before["name"]))
    except Absent:
        return None


def _certificate_now(call: Call, change: Change) -> State | None:
    try:
        return certificate_state(automation.get_certificate(call.session, call.account, change.before["name"]))
    except Absent:
        return None


def _principal_now(call: Call, change: Change) -> State | None:
    principal = directory.find_service_principal(call.session, change.before["application_id"])
    return principal_state(principal) if principal else None


def _application_now(call: Call, change: Change) -> State | None:
    application = directory.find_application(call.session, change.before["application_id"])
    return application_state(application) if application else None


def _assignment_now(call: Call, change: Change) -> State | None:
    before = change.before
    found = authorization.get_assignment(call.session, before["scope"], last_segment(change.target))
    if found is None:
        return None
    assignment = assignment_of(found)
    # The name of the role is for people; what is compared is its guid.
    return wanted_assignment(assignment, assignment.role, before["role"])


def _deleted_now(call: Call, change: Change) -> State | None:
    item = deleted_items.get_deleted_item(call.session, change.before["id"])
    return deleted_state(item) if item else None


def _write(call: Call, change: Change) -> dict[str, Any]:
    """Make a change; a deletion tells whether somebody else was faster."""
    session, before = call.session, change.before
    if change.kind == "service_principal":
        directory.set_account_enabled(session, before["id"], False)
        return {}
    deletions: dict[str, Callable[[], bool]] = {
        "connection": lambda: automation.delete_connection(session, call.account, before["name"]),
        "certificate": lambda: automation.delete_certificate(session, call.account, before["name"]),
        "application": lambda: directory.delete_application(session, before["id"]),
        "run_as_role_assignment": lambda: authorization.delete_assignment(
            session, before["scope"], last_segment(change.target)
        ),
        "deleted_application": lambda: deleted_items.purge_deleted_item(session, before["id"]),
    }
    return {"was_there": deletions[change.kind]()}


def verify(call: Call, plan: Plan) -> None:
    """Read back all that was changed. Raises StepError where it is not as planned."""
    unlike = [change for change in plan.changes if not _became(call, change)]
    if unlike:
        raise StepError(
            f"Azure answered that it was done, but {', '.join(change.target for change in unlike)} "
            f"{'is' if len(unlike) == 1 else 'are'} not as planned. The state before is in the ledger. Run again, and "
            "check what else writes there."
        )


def _became(call: Call, change: Change) -> bool:
    patience = _GRAPH_SECONDS if change.kind in ENTRA_KINDS else 0.0
    return came_true(lambda: _reread(call, change) == change.after, patience)
