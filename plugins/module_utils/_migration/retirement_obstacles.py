# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What stands in the way of retiring a Run As account: refusals, and what has to wait. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from .._azure.ids import AccountId
from .._finding import Finding, finding
from .._step import StepError
from .retiree import Entra, other_uses
from .retirement_options import BEGINNINGS, DISABLE, Options
from .retirement_plan import Pending
from .unread import Unread
from .usage import Holder, Usage, Use

# A refusal names this many of what is in the way; all of it is in ``used_by`` and ``findings``.
_NAMED_AT_MOST = 5


def users_of_application(
    application_id: str, own: Holder, others: Sequence[Holder], usage: Mapping[str, Usage], options: Options
) -> list[Use]:
    """Return what an application must wait for.

    To be disabled, for the runbooks and mappings of other accounts with a
    connection to it (``usage``, by account id); to be deleted, for these
    connections and for those of ``own`` that stay.
    """
    naming = [holder for holder in others if holder.naming(application_id)]
    if options.stage == DISABLE:
        return [use for holder in naming for use in usage[holder.account.arm_id].uses]
    return [
        Use("connection", holder.account, run_as.connection, holder.account.child("connections", run_as.connection))
        for holder in (own, *naming)
        for run_as in holder.naming(application_id)
    ]


def waiting(account: AccountId, application_id: str, uses: Sequence[Use], options: Options) -> Pending:
    """Return what becomes of an application that others still use."""
    by_account: dict[str, list[str]] = {}
    for use in uses:
        by_account.setdefault(use.account.name, []).append(use.phrase())
    users = "; ".join(f"{name}: {_listed(phrases)}" for name, phrases in sorted(by_account.items()))
    found = finding("RA805", account.arm_id, what=BEGINNINGS[options.stage], application=application_id, users=users)
    return Pending(options.stage, options.entra_kind, application_id, found)


def shared(account: AccountId, application_id: str, others: Sequence[Holder]) -> tuple[Finding, ...]:
    """Return the finding that other accounts have a connection to an application, if any has."""
    names = sorted(holder.account.name for holder in others if holder.naming(application_id))
    if not names:
        return ()
    return (finding("RA104", account.arm_id, application=application_id, accounts=", ".join(names)),)


def refuse_used(account: AccountId, usage: Usage) -> None:
    """Raise StepError, naming each, when runbooks or mappings of the account use a Run As account, or may."""
    if not usage.uses:
        return
    kinds = {use.kind for use in usage.uses}
    remedies = [remedy for kind, remedy in _REMEDIES.items() if kind in kinds]
    unread = f" Not read: {_listed([_not_read(item) for item in usage.unread])}." if usage.unread else ""
    raise StepError(
        f"Automation account {account.name} still uses its Run As account: "
        f"{_listed([use.phrase() for use in usage.uses])}.{unread} Nothing was changed. {' '.join(remedies)} Then run "
        "again.",
        used_by=[use.as_dict() for use in usage.uses],
        findings=[found.as_dict() for found in findings_of_usage(usage)],
    )


_REMEDIES = {
    "runbook": "Rewrite the runbooks with update_runbook, or by hand where that leaves a finding.",
    "job": "Wait until the jobs have ended, or stop them; accept_running_jobs goes on all the same.",
    "container_mapping": "Set the mappings to SystemAssignedIdentity.",
}


def without_jobs(usage: Usage, options: Options) -> tuple[Usage, tuple[Finding, ...]]:
    """Return what counts of a usage, and findings about running jobs where these were accepted."""
    if not options.accept_running_jobs:
        return usage, ()
    jobs = [found for use in usage.uses if use.kind == "job" and (found := use.finding())]
    return Usage(tuple(use for use in usage.uses if use.kind != "job"), usage.unread), tuple(jobs)


def refuse_unread(account: AccountId, unread: Sequence[Unread], accepted: bool) -> None:
    """Raise StepError, naming each, when something that may use the Run As account could not be read."""
    if not unread or accepted:
        return
    raise StepError(
        f"Whether the Run As account of {account.name} is still used cannot be told: "
        f"{_listed([_not_read(item) for item in unread])}. Nothing was changed. "
        "Grant the login read access there, or set accept_unread to true once you know that nothing there uses it.",
        findings=[item.finding().as_dict() for item in unread],
    )


def _not_read(item: Unread) -> str:
    return f"{item.what} could not be read ({item.reason})"


def findings_of_usage(usage: Usage) -> list[Finding]:
    """Return the findings about what uses a Run As account and what could not be read."""
    found = [use.finding() for use in usage.uses]
    return [entry for entry in found if entry] + [item.finding() for item in usage.unread]


def judge_other_uses(
    account: AccountId,
    application_id: str,
    entra: Entra,
    thumbprints: Iterable[str | None],
    options: Options,
    now: datetime,
) -> tuple[Finding, ...]:
    """Return the finding that an application is more than a Run As account, where that was accepted.

    Raises StepError where it was not.
    """
    uses = other_uses(entra, thumbprints, now)
    if not uses:
        return ()
    found = finding("RA806", account.arm_id, application=application_id, uses=_listed(uses))
    if options.accept_other_use:
        return (found,)
    raise StepError(
        f"Application {application_id} is more than the Run As account of {account.name}: it has {_listed(uses)}. "
        "Nothing was changed. Remove what is not needed, or set accept_other_use to true if nothing else logs in with "
        "it."
    )


def _listed(phrases: Sequence[str]) -> str:
    named = ", ".join(phrases[:_NAMED_AT_MOST])
    more = len(phrases) - _NAMED_AT_MOST
    return f"{named}, and {more} more" if more > 0 else named
