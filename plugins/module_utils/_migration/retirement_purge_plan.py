# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What purging a retired Run As account would change: the role assignments that remain, then the deleted application.

In this order and not before: a deleted application that is restored has its role assignments again, unless somebody
deleted them meanwhile (contract 5.7). Pure: no I/O.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .._azure.deleted_items import DELETED_ITEMS
from .._azure.ids import AccountId
from .._finding import Finding, finding
from .._step import Change, StepError
from .access_model import Assignment
from .limit_plan import deletion
from .retiree import Entra, Retiree
from .retirement_options import PURGE, Options
from .retirement_plan import Pending, Wishes, unreadable
from .retirement_stages import Stages, check_clock, utc
from .run_as import parse_time
from .unread import Unread

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Remains:
    """What is left of a deleted application: ``deleted`` is its JSON among the deleted items, None where it is not.

    ``principals`` are the object ids that its service principal had, as far as anybody remembers; ``roles`` the names
    of the roles of ``assignments`` by guid.
    """

    entra: Entra = field(default_factory=Entra)
    deleted: Json | None = None
    principals: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()

    @property
    def target(self) -> str:
        """The id of the deleted item, as changes name it; "" where there is none."""
        return f"{DELETED_ITEMS}/{self.deleted['id']}" if self.deleted else ""


def deleted_state(item: Json) -> dict[str, Any]:
    """Return what of a deleted application is compared and shown."""
    return {"id": item["id"], "application_id": item["appId"], "display_name": item.get("displayName")}


def purge_wishes(
    account: AccountId,
    chosen: Sequence[Retiree],
    left: Sequence[Change],
    remains: Mapping[str, Remains],
    stages: Stages,
    options: Options,
    now: datetime,
) -> Wishes:
    """Return what a purge is asked to do. ``left`` is what the stage delete has not deleted yet."""
    if left:
        return Wishes(refusal=_unfinished(account, [change.before["name"] for change in left]))
    changes: dict[str, tuple[Change, ...]] = {}
    pending: list[Pending] = []
    findings: list[Finding] = []
    for application, found in remains.items():
        try:
            whole = _judged(account, application, found, stages, options, now)
        except StepError as refusal:
            return Wishes(refusal=refusal)
        if not found.entra.known:
            pending.append(unreadable(account, application, found.entra, options))
        if whole:
            changes_of_one = _changes(found)
            findings += _said(account, application, found, stages)
            if changes_of_one:
                changes[application] = changes_of_one
    return Wishes(entra=changes, pending=tuple(pending), findings=tuple(findings))


def _unfinished(account: AccountId, names: Sequence[str]) -> StepError:
    return StepError(
        f"{', '.join(names)} of Automation account {account.name} {'is' if len(names) == 1 else 'are'} still there: a "
        "purge comes after the stage delete. Nothing was changed. Run with stage delete first."
    )


def _judged(
    account: AccountId, application: str, found: Remains, stages: Stages, options: Options, now: datetime
) -> bool:
    """Tell whether what remains of an application may go now. Raises StepError where it is too early.

    False is for one of which nobody can tell whether it can still be restored.
    """
    named = f"application {application} of Automation account {account.name}"
    entra = found.entra
    if entra.known and (entra.application or entra.principal):
        what = "The" if entra.application else "The service principal of"
        raise StepError(
            f"{what} {named} is there: a purge comes after the stage delete, which deletes it. Nothing was changed. "
            "Run with stage delete and delete_application first; what keeps it there is in its result."
        )
    time = found.deleted["deletedDateTime"] if found.deleted else stages.deleted.get(application)
    if entra.known and not found.deleted:
        # Neither there nor among the deleted items: nothing can be restored any more.
        return True
    if time is None:
        return False
    check_clock(f"The {named} was deleted", time, now)
    possible = parse_time(time) + timedelta(days=options.purge_after_days)
    if now < possible:
        raise StepError(
            f"The {named} was deleted at {time}, and purge_after_days is {options.purge_after_days}: it can be purged "
            f"from {utc(possible)} on, and be restored with its role assignments until then. Nothing was changed. Run "
            "again then, or set purge_after_days to a smaller number.",
            possible_from=utc(possible),
        )
    return True


def _changes(found: Remains) -> tuple[Change, ...]:
    """Return the deletions, one after the other: the item goes once no role assignment is left."""
    track = found.principals[0].lower() if found.principals else found.target
    ordered = sorted(found.assignments, key=lambda item: item.id.lower())
    changes = [_deletion(item, found.roles, track) for item in ordered]
    if found.deleted:
        before = deleted_state(found.deleted)
        changes.append(Change(PURGE, "deleted_application", found.target, before, None, track=track))
    return tuple(changes)


def _deletion(assignment: Assignment, roles: Mapping[str, str], track: str) -> Change:
    change = deletion(assignment, roles.get(assignment.role, assignment.role), wave=0)
    return Change(change.action, change.kind, change.target, change.before, None, track=track)


def _said(account: AccountId, application: str, found: Remains, stages: Stages) -> list[Finding]:
    said = [finding("RA814", account.arm_id, application=application)] if found.deleted else []
    if not found.principals and (found.deleted or application in stages.deleted):
        said.append(finding("RA815", account.arm_id, application=application))
    return said
