# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that retires the Run As accounts of an Automation account, once nothing uses them.

Whoever may still use a Run As account is looked for first: the account's own
runbooks and container mappings stand in the way of everything; other accounts
with the same application only in the way of the application.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .._arguments import ACCOUNT, LEDGER, LOGIN, ArgumentSpec
from .._azure import authorization, automation, directory, subscriptions
from .._azure.errors import Absent, Forbidden
from .._azure.ids import normal_id
from .._finding import Finding
from .._ledger import LedgerOfAccount, read_journal
from .._step import Change, Hands, Outcome, Plan, StepError, in_parallel
from . import retirement_obstacles as obstacles
from . import retirement_plan as planning
from ._call import Call, Result
from .retiree import (
    SNAPSHOT,
    Assets,
    Entra,
    Retiree,
    application_state,
    certificate_state,
    connection_state,
    principal_state,
    read_assets,
    read_entra,
    without_secrets,
)
from .retirement_plan import DELETE, DISABLE, ENTRA_KINDS, Options, Pending, Wishes
from .surroundings_reading import container_mappings, holders
from .unread import Unread
from .usage import Holder, Usage, mapping_uses, runbook_uses

NAME = "remove_runas"

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + LEDGER
    + ArgumentSpec(
        options={
            "connection": {"type": "str"},
            "stage": {"type": "str", "choices": [DISABLE, DELETE], "default": DISABLE},
            "delete_application": {"type": "bool", "default": False},
            "accept_unread": {"type": "bool", "default": False},
            "accept_other_use": {"type": "bool", "default": False},
        }
    )
)

# Microsoft Graph answers from replicas: a change shows after seconds. It is read back so often, with such pauses.
_GRAPH_READS = 6
_GRAPH_PAUSE = 2.0


@dataclass(frozen=True)
class Observed:
    """What was read about the Run As accounts themselves. ``entra`` is by application id."""

    assets: Assets
    chosen: tuple[Retiree, ...]
    entra: Mapping[str, Entra]

    @property
    def staying(self) -> list[Retiree]:
        """The Run As accounts whose connection is there and was not chosen."""
        return [retiree for retiree in self.assets.retirees if retiree.present and retiree not in self.chosen]


@dataclass(frozen=True)
class Decision:
    """The plan, what is left of what was asked for, and who stands in the way of that."""

    plan: Plan
    pending: tuple[Pending, ...] = ()
    used_by: tuple[dict[str, Any], ...] = ()


def run(call: Call) -> Result:
    """Observe, plan, record, apply and verify; return the module's result."""
    options = Options(**{name: call.parameters[name] for name in Options.__dataclass_fields__})
    observed = _observe(call, options)
    staying = [retiree.connection for retiree in observed.staying]
    wishes = planning.wishes_of(
        call.account, observed.chosen, [*observed.assets.other_connections, *staying], observed.entra, options
    )
    visible = _visible_subscriptions(call) if wishes.any else []
    decision = _decide(call, options, observed, wishes, visible) if wishes.any else _nothing_to_do(wishes)
    if call.journal and decision.plan.changes:
        _record(call, call.journal, observed, visible)
    return call.finish(
        decision.plan,
        Hands(reread=lambda change: _reread(call, change), write=lambda change: _write(call, change)),
        verify=lambda: _verify(call, decision.plan),
        facts=lambda outcome: _facts(call, options, observed, decision, outcome),
    )


def _observe(call: Call, options: Options) -> Observed:
    assets = read_assets(call.session, call.account, read_journal(call.ledger), NAME, call.max_parallel)
    connection = call.parameters["connection"]
    chosen = tuple(planning.choose(call.account, assets.retirees, assets.other_connections, connection))
    return Observed(assets, chosen, _read_entra(call, options, chosen))


def _read_entra(call: Call, options: Options, chosen: Sequence[Retiree]) -> dict[str, Entra]:
    """Return what Microsoft Entra holds of each application, where that is changed or a deletion has to be recorded."""
    wanted = {
        retiree.application_id: retiree
        for retiree in chosen
        if retiree.application_id and (options.changes_entra or retiree.present or retiree.certificate)
    }
    tenant = call.parameters["tenant"]
    read = in_parallel(
        lambda item: read_entra(call.session, item.run_as, tenant, for_record_only=not options.changes_entra),
        list(wanted.values()),
        call.max_parallel,
    )
    return dict(zip(wanted, read, strict=True))


def _visible_subscriptions(call: Call) -> list[str]:
    return [item["subscriptionId"] for item in subscriptions.list_subscriptions(call.session)]


def _nothing_to_do(wishes: Wishes) -> Decision:
    findings = [*wishes.findings, *(item.finding for item in wishes.pending)]
    return Decision(Plan(findings=tuple(findings)), wishes.pending)


def _decide(call: Call, options: Options, observed: Observed, wishes: Wishes, visible: Sequence[str]) -> Decision:
    """Return what may be done now. Raises StepError where the account itself, or something unread, forbids it."""
    mappings, unread = _without_deleted(container_mappings(call.session, visible, call.max_parallel))
    usage = runbook_uses(call.session, call.account, observed.assets.run_as, call.max_parallel)
    usage += mapping_uses(mappings, call.account) + Usage(unread=tuple(unread))
    obstacles.refuse_used(call.account, usage)
    others, unread_others = (
        _without_deleted(holders(call.session, visible, call.account, call.max_parallel)) if wishes.entra else ([], [])
    )
    of_others = _usage_of_others(call, options, wishes, others, mappings)
    missed = [*usage.unread, *unread_others, *(item for found in of_others.values() for item in found.unread)]
    obstacles.refuse_unread(call.account, missed, options.accept_unread)
    changes, findings, held = _entra_part(call, options, observed, wishes, others, of_others)
    pending = (*wishes.pending, *(item for item, dummy in held))
    findings = [*wishes.findings, *findings, *(item.finding for item in pending), *(item.finding() for item in missed)]
    used_by = tuple(use.as_dict() for dummy, uses in held for use in uses)
    return Decision(planning.plan_of(wishes, changes, findings), pending, used_by)


def _without_deleted(read: tuple[list[Any], list[Unread]]) -> tuple[list[Any], list[Unread]]:
    """Return what was read; what was deleted meanwhile uses nothing any more."""
    items, unread = read
    return items, [item for item in unread if not item.gone]


def _usage_of_others(
    call: Call, options: Options, wishes: Wishes, others: Sequence[Holder], mappings: Sequence[Mapping[str, Any]]
) -> dict[str, Usage]:
    """Return what of other accounts uses an application that is to be disabled, by account id.

    For a deletion their connections alone count, so nothing more is read.
    """
    if options.stage != DISABLE:
        return {}
    naming = [holder for holder in others if any(holder.naming(name) for name in wishes.entra or {})]
    usage = {}
    for holder in naming:
        found = runbook_uses(call.session, holder.account, holder.run_as, call.max_parallel)
        usage[holder.account.arm_id] = found + mapping_uses(mappings, holder.account)
    return usage


def _entra_part(
    call: Call,
    options: Options,
    observed: Observed,
    wishes: Wishes,
    others: Sequence[Holder],
    of_others: Mapping[str, Usage],
) -> tuple[list[Change], list[Finding], list[tuple[Pending, list[Any]]]]:
    """Return the changes in Microsoft Entra that may be made, findings, and what is held back by whom."""
    changes: list[Change] = []
    findings: list[Finding] = []
    held: list[tuple[Pending, list[Any]]] = []
    own = Holder(call.account, tuple(retiree.run_as for retiree in observed.staying))
    for application_id, change in (wishes.entra or {}).items():
        uses = obstacles.users_of_application(application_id, own, others, of_others, options)
        if uses:
            held.append((obstacles.waiting(call.account, application_id, uses, options), uses))
            continue
        findings += obstacles.shared(call.account, application_id, others)
        findings += obstacles.judge_other_uses(
            call.account,
            application_id,
            observed.entra[application_id],
            _run_as_thumbprints(observed, others, application_id),
            options,
            datetime.now(timezone.utc),
        )
        changes.append(change)
    return changes, findings, held


def _run_as_thumbprints(observed: Observed, others: Sequence[Holder], application_id: str) -> list[str | None]:
    """Return the thumbprints that connections to an application name, in this account and in others."""
    own = [retiree.run_as for retiree in observed.assets.retirees if retiree.application_id == application_id]
    theirs = [run_as for holder in others for run_as in holder.naming(application_id)]
    return [run_as.thumbprint for run_as in (*own, *theirs)]


def _record(call: Call, journal: LedgerOfAccount, observed: Observed, visible: Sequence[str]) -> None:
    """Keep all that can be known of each Run As account before a part of it goes: rollback and later runs read it."""
    for retiree in observed.chosen:
        entra = observed.entra.get(retiree.application_id or "", Entra(unread="not read"))
        principal = entra.principal
        assignments = _role_assignments(call, principal["id"], visible) if principal else {}
        journal.note(
            SNAPSHOT,
            {
                "run_as": retiree.run_as.as_dict(),
                "connection": dict(retiree.connection),
                "connection_present": retiree.present,
                "certificate": dict(retiree.certificate) if retiree.certificate else None,
                "application": without_secrets(entra.application) if entra.application else None,
                "service_principal": without_secrets(principal) if principal else None,
                "entra_unread": entra.unread,
                **assignments,
            },
        )


def _role_assignments(call: Call, principal_id: str, visible: Sequence[str]) -> dict[str, Any]:
    """Return the service principal's role assignments, and the subscriptions where they could not be read."""

    def read(subscription_id: str) -> list[dict[str, Any]] | None:
        try:
            return authorization.list_for_principal(call.session, f"/subscriptions/{subscription_id}", principal_id)
        except Forbidden:
            return None

    lists = in_parallel(read, visible, call.max_parallel)
    found = {normal_id(item["id"]): item for items in lists for item in items or []}
    unread = [subscription for subscription, items in zip(visible, lists, strict=True) if items is None]
    return {"role_assignments": list(found.values()), "role_assignments_unread": unread}


def _reread(call: Call, change: Change) -> dict[str, Any] | None:
    """Return the target of a change as it is now, in the shape of ``before``; None where it is not there."""
    readers: dict[str, Callable[[Call, Change], dict[str, Any] | None]] = {
        "connection": _connection_now,
        "certificate": _certificate_now,
        "service_principal": _principal_now,
        "application": _application_now,
    }
    return readers[change.kind](call, change)


def _connection_now(call: Call, change: Change) -> dict[str, Any] | None:
    try:
        return connection_state(automation.get_connection(call.session, call.account, change.before["name"]))
    except Absent:
        return None


def _certificate_now(call: Call, change: Change) -> dict[str, Any] | None:
    try:
        return certificate_state(automation.get_certificate(call.session, call.account, change.before["name"]))
    except Absent:
        return None


def _principal_now(call: Call, change: Change) -> dict[str, Any] | None:
    principal = directory.find_service_principal(call.session, change.before["application_id"])
    return principal_state(principal) if principal else None


def _application_now(call: Call, change: Change) -> dict[str, Any] | None:
    application = directory.find_application(call.session, change.before["application_id"])
    return application_state(application) if application else None


def _write(call: Call, change: Change) -> dict[str, Any]:
    """Make a change; a deletion tells whether somebody else was faster."""
    if change.kind == "connection":
        return {"was_there": automation.delete_connection(call.session, call.account, change.before["name"])}
    if change.kind == "certificate":
        return {"was_there": automation.delete_certificate(call.session, call.account, change.before["name"])}
    if change.kind == "application":
        return {"was_there": directory.delete_application(call.session, change.before["id"])}
    directory.set_account_enabled(call.session, change.before["id"], False)
    return {}


def _verify(call: Call, plan: Plan) -> None:
    """Read back all that was changed. Raises StepError where it is not as planned."""
    unlike = [change for change in plan.changes if not _became(call, change)]
    if unlike:
        raise StepError(
            f"Azure answered that it was done, but {', '.join(change.target for change in unlike)} "
            f"{'is' if len(unlike) == 1 else 'are'} not as planned. The state before is in the ledger. Run again, and "
            "check what else writes there."
        )


def _became(call: Call, change: Change) -> bool:
    for dummy in range(_GRAPH_READS if change.kind in ENTRA_KINDS else 1):
        if _reread(call, change) == change.after:
            return True
        if change.kind in ENTRA_KINDS:
            time.sleep(_GRAPH_PAUSE)
    return False


def _facts(call: Call, options: Options, observed: Observed, decision: Decision, outcome: Outcome) -> dict[str, Any]:
    made = decision.plan.changes if call.check_mode else [done.change for done in outcome.done]
    refused = _refused_by_entra(call, options, outcome)
    pending = (*decision.pending, *refused)
    findings = (*decision.plan.findings, *(item.finding for item in refused))
    return {
        "stage": options.stage,
        "run_as": [_run_as_fact(call, observed, retiree, made) for retiree in observed.chosen],
        "used_by": list(decision.used_by),
        "pending": [item.as_dict() for item in pending],
        "findings": [found.as_dict() for found in findings],
        "partial": bool(pending) or not outcome.complete,
    }


def _refused_by_entra(call: Call, options: Options, outcome: Outcome) -> list[Pending]:
    """Return the hand-over of what Microsoft Entra refused to write, which reading cannot foresee."""
    refused = [
        item for item in outcome.failures if item.change.kind in ENTRA_KINDS and isinstance(item.error, Forbidden)
    ]
    pending = []
    for failure in refused:
        application_id = failure.change.before["application_id"]
        found = planning.left_to_administrator(call.account, application_id, options, str(failure.error))
        pending.append(Pending(options.stage, failure.change.kind, application_id, found))
    return pending


def _run_as_fact(call: Call, observed: Observed, retiree: Retiree, made: Sequence[Change]) -> dict[str, Any]:
    """Return a Run As account as it was found, and its parts as they are now."""
    entra = observed.entra.get(retiree.application_id or "")
    found = retiree.run_as.as_dict()
    if not retiree.present:
        found["status"] = "absent"
    return {**found, "parts": planning.parts_after(call.account, retiree, entra, made)}
