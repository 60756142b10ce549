# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that retires the Run As accounts of an Automation account, once nothing uses them, in stages.

disable: the service principal; delete, once it has been disabled long enough: connection, certificate, application;
purge, once the application has been deleted long enough: role assignments, and the application for good.

Before each stage whoever may still use a Run As account is looked for: the account's own runbooks, jobs and container
mappings stand in the way of everything; other accounts with the same application only in the way of the application.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN
from .._finding import Finding
from .._ledger import read_journal
from .._step import Change, Plan, StepError
from . import retirement_obstacles as obstacles
from . import retirement_plan as planning
from . import retirement_reading as reading
from . import retirement_result as telling
from ._call import Call, Result
from .recent_sign_ins import judge_sign_ins, read_sign_ins
from .retiree import read_assets
from .retirement_options import ARGUMENTS as OWN
from .retirement_options import DELETE, DISABLE, PURGE, Options, options_of
from .retirement_plan import Pending, Wishes
from .retirement_purge import read_remains
from .retirement_purge_plan import Remains, purge_wishes
from .retirement_reading import Observed
from .retirement_result import Decision
from .retirement_soak import judge_soak
from .retirement_stages import Stages, news_of, stages_of
from .retirement_writing import hands, verify
from .surroundings_reading import container_mappings, holders
from .usage import Holder, Usage, Use
from .usage_starts import with_starts

NAME = "remove_runas"
ARGUMENTS = LOGIN + ACCOUNT + LEDGER + OWN

Json = Mapping[str, Any]


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    options = options_of(call.parameters)
    now = datetime.now(timezone.utc)
    records = read_journal(call.ledger)
    observed = _observe(call, options, records)
    stages = _stages(call, observed, records)
    visible = reading.visible_subscriptions(call) if options.stage == PURGE else []
    remains = read_remains(call, observed.entra, stages, records, visible) if options.stage == PURGE else {}
    wishes = _wishes(call, options, observed, stages, remains, now)
    if wishes.any:
        visible = visible or reading.visible_subscriptions(call)
        decision = _decide(call, options, observed, wishes, stages, remains, visible, now)
    else:
        decision = _nothing_to_do(wishes)
    if call.journal and decision.plan.changes and options.stage != PURGE:
        reading.record_snapshots(call, call.journal, observed, visible)
    return call.finish(
        decision.plan,
        hands(call),
        verify=lambda: verify(call, decision.plan),
        facts=lambda outcome: telling.facts(call, options, observed, stages, remains, decision, outcome),
    )


def _observe(call: Call, options: Options, records: Sequence[Json]) -> Observed:
    assets = read_assets(call.session, call.account, records, NAME, call.max_parallel)
    connection = call.parameters["connection"]
    chosen = tuple(planning.choose(call.account, assets.retirees, assets.other_connections, connection))
    return Observed(assets, chosen, reading.read_applications(call, options, chosen))


def _stages(call: Call, observed: Observed, records: Sequence[Json]) -> Stages:
    """Return what the ledger knew, and have it know what others did to the service principals since."""
    stages = stages_of(records)
    if call.journal:
        for event, facts in news_of(observed.entra, stages):
            call.journal.note(event, facts)
    return stages


def _wishes(
    call: Call,
    options: Options,
    observed: Observed,
    stages: Stages,
    remains: Mapping[str, Remains],
    now: datetime,
) -> Wishes:
    chosen, staying = observed.chosen, observed.staying_connections
    if options.stage == PURGE:
        left, dummy = planning.asset_changes(call.account, chosen, staying, planning.tracks_of(chosen))
        return purge_wishes(call.account, chosen, left, remains, stages, options, now)
    wishes = planning.wishes_of(call.account, chosen, staying, observed.entra, options)
    if options.stage == DISABLE or not wishes.any:
        return wishes
    concerned = [one for one in chosen if one.present or one.certificate or one.application_id in wishes.entra]
    try:
        said = judge_soak(call.account, concerned, observed.entra, stages, options, now)
    except StepError as refusal:
        return replace(wishes, refusal=refusal)
    return replace(wishes, findings=(*wishes.findings, *said))


def _nothing_to_do(wishes: Wishes) -> Decision:
    findings = [*wishes.findings, *(item.finding for item in wishes.pending)]
    return Decision(Plan(findings=tuple(findings)), wishes.pending)


def _decide(
    call: Call,
    options: Options,
    observed: Observed,
    wishes: Wishes,
    stages: Stages,
    remains: Mapping[str, Remains],
    visible: Sequence[str],
    now: datetime,
) -> Decision:
    """Return what may be done now. Raises StepError where the account itself, or something unread, forbids it."""
    mappings, unread = reading.without_deleted(container_mappings(call.session, visible, call.max_parallel))
    usage, running = _own_usage(call, options, observed, mappings)
    obstacles.refuse_used(call.account, usage)
    if wishes.refusal:
        raise wishes.refusal
    others, unread_others = (
        reading.without_deleted(holders(call.session, visible, call.account, call.max_parallel))
        if wishes.entra
        else ([], [])
    )
    of_others = reading.usage_of_others(call, options, wishes, others, mappings)
    missed = [*usage.unread, *unread, *unread_others, *(item for found in of_others.values() for item in found.unread)]
    missed += [item for found in remains.values() for item in found.unread]
    obstacles.refuse_unread(call.account, missed, options.accept_unread)
    signed_in = _sign_ins(call, options, observed, stages, remains, now)
    changes, findings, held = _entra_part(call, options, observed, wishes, others, of_others, now)
    pending = (*wishes.pending, *(item for item, dummy in held))
    findings = [*wishes.findings, *running, *signed_in, *findings, *(item.finding for item in pending)]
    findings += [item.finding() for item in missed]
    used_by = tuple(use.as_dict() for dummy, uses in held for use in uses)
    return Decision(planning.plan_of(wishes, changes, findings), pending, used_by)


def _own_usage(
    call: Call, options: Options, observed: Observed, mappings: Sequence[Json]
) -> tuple[Usage, tuple[Finding, ...]]:
    """Return what of the account itself is in the way, and findings about jobs that were accepted."""
    own = Holder(call.account, tuple(observed.assets.run_as))
    usage, running = obstacles.without_jobs(reading.usage_of(call, own, mappings), options)
    return with_starts(call.session, call.account, usage), running


def _sign_ins(
    call: Call,
    options: Options,
    observed: Observed,
    stages: Stages,
    remains: Mapping[str, Remains],
    now: datetime,
) -> list[Finding]:
    """Return what the log of sign-ins tells of the applications of the login's own tenant."""
    if options.sign_in_days == 0:
        return []
    found = [
        read_sign_ins(call.session, application, _ended(options, application, stages, remains), options, now)
        for application, entra in observed.entra.items()
        if entra.known
    ]
    return judge_sign_ins(call.account, found, options)


def _ended(
    options: Options, application: str, stages: Stages, remains: Mapping[str, Remains]
) -> tuple[str, str] | None:
    """Return how and since when nobody can log in as an application any more, as far as is known."""
    if options.stage == PURGE:
        deleted = remains[application].deleted if application in remains else None
        time = deleted["deletedDateTime"] if deleted else stages.deleted.get(application)
        return ("deleted", time) if time else None
    time = stages.disabled.get(application) if options.stage == DELETE else None
    return ("disabled", time) if time else None


def _entra_part(
    call: Call,
    options: Options,
    observed: Observed,
    wishes: Wishes,
    others: Sequence[Holder],
    of_others: Mapping[str, Usage],
    now: datetime,
) -> tuple[list[Change], list[Finding], list[tuple[Pending, list[Use]]]]:
    """Return the changes in Microsoft Entra that may be made, findings, and what is held back by whom."""
    changes: list[Change] = []
    findings: list[Finding] = []
    held: list[tuple[Pending, list[Use]]] = []
    own = Holder(call.account, tuple(retiree.run_as for retiree in observed.staying))
    for application_id, wished in wishes.entra.items():
        uses = obstacles.users_of_application(application_id, own, others, of_others, options)
        if uses:
            held.append((obstacles.waiting(call.account, application_id, uses, options), uses))
            continue
        findings += obstacles.shared(call.account, application_id, others)
        thumbprints = _run_as_thumbprints(observed, others, application_id)
        entra = observed.entra[application_id]
        findings += obstacles.judge_other_uses(call.account, application_id, entra, thumbprints, options, now)
        changes += wished
    return changes, findings, held


def _run_as_thumbprints(observed: Observed, others: Sequence[Holder], application_id: str) -> list[str | None]:
    """Return the thumbprints that connections to an application name, in this account and in others."""
    own = [retiree.run_as for retiree in observed.assets.retirees if retiree.application_id == application_id]
    theirs = [run_as for holder in others for run_as in holder.naming(application_id)]
    return [run_as.thumbprint for run_as in (*own, *theirs)]
