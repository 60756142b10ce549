# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Whether a service principal has been disabled long enough for what belongs to it to be deleted. Pure.

What uses a Run As account without anybody knowing fails once it cannot log in any more: the soak is the time
in which that comes out, while all of it can still be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from .._azure.ids import AccountId
from .._finding import Finding, finding
from .._step import StepError
from .retiree import Entra, Retiree
from .retirement_options import Options
from .retirement_stages import Stages, check_clock, utc
from .run_as import parse_time


def judge_soak(
    account: AccountId,
    retirees: Iterable[Retiree],
    entra: Mapping[str, Entra],
    stages: Stages,
    options: Options,
    now: datetime,
) -> list[Finding]:
    """Return what is to be said of deleting what belongs to these Run As accounts now.

    Classic ones, and those without an application id, have nothing that could be disabled. Raises StepError, saying
    when it will be possible, where one has not been disabled long enough, or where that cannot be told.
    """
    findings: list[Finding] = []
    for application, connections in _by_application(retirees).items():
        found = entra.get(application, Entra(unread="it was not read"))
        if found.known and found.principal is None:
            continue
        named = f"application {application} (connection {', '.join(connections)} of Automation account {account.name})"
        if options.soak_days == 0:
            findings += _without_soak(account, application, found)
        else:
            findings += _judged(account, application, named, found, stages, options, now)
    return findings


def _by_application(retirees: Iterable[Retiree]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for retiree in retirees:
        if retiree.application_id:
            found.setdefault(retiree.application_id, []).append(retiree.run_as.connection)
    return found


def _without_soak(account: AccountId, application: str, found: Entra) -> list[Finding]:
    if found.known and not found.enabled:
        return []
    return [finding("RA820", account.arm_id, application=application)]


def _judged(
    account: AccountId, application: str, named: str, found: Entra, stages: Stages, options: Options, now: datetime
) -> list[Finding]:
    since = stages.disabled.get(application)
    if found.known and found.enabled:
        raise _enabled(named, since, options)
    if since is None and not found.known:
        return _unknown(account, application, named, found, options)
    # What was disabled by somebody else counts from when it was seen first, which is now.
    time = since or utc(now)
    check_clock(f"The ledger says that the service principal of {named} was disabled", time, now)
    possible = parse_time(time) + timedelta(days=options.soak_days)
    if now < possible:
        raise _too_early(named, time, since is None, possible, options)
    return []


def _enabled(named: str, since: str | None, options: Options) -> StepError:
    again = f", although the ledger says that it was disabled at {since}" if since else ""
    return StepError(
        f"The service principal of {named} is enabled{again}: nothing is deleted before it has been disabled for "
        f"{options.soak_days} days. Nothing was changed. Run with stage disable first, which also names whoever still "
        "uses it; soak_days of 0 deletes at once."
    )


def _too_early(named: str, time: str, seen: bool, possible: datetime, options: Options) -> StepError:
    how = "was disabled by somebody else, which counts from when it was seen first," if seen else "was disabled"
    return StepError(
        f"The service principal of {named} {how} at {time}, and soak_days is {options.soak_days}: what belongs to it "
        f"can be deleted from {utc(possible)} on. Nothing was changed. Run again then, or set soak_days to a smaller "
        "number.",
        possible_from=utc(possible),
    )


def _unknown(account: AccountId, application: str, named: str, found: Entra, options: Options) -> list[Finding]:
    reason = found.unread or f"it belongs to tenant {found.tenant}"
    if options.accept_unread:
        return [finding("RA816", account.arm_id, application=application, reason=reason)]
    raise StepError(
        f"Whether the service principal of {named} is disabled cannot be told ({reason}). Nothing was changed. Run "
        "with a login that may read it, or set accept_unread to true once you know that it has been disabled long "
        "enough."
    )
