# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What retiring Run As accounts would change, and what stands in the way. Pure: no I/O.

The connection goes before the certificate, the certificate before the
application: whoever finds a connection finds all that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import AccountId
from .._finding import Finding, finding
from .._step import Change, Plan, StepError
from .retiree import (
    Entra,
    Retiree,
    application_state,
    certificate_state,
    connection_state,
    principal_state,
    users_of_certificate,
)
from .retirement_options import BEGINNINGS, DELETE, DISABLE, TASKS, Options


@dataclass(frozen=True)
class Pending:
    """A change that was asked for and is left, and why; ``command`` makes it, where somebody else may."""

    action: str
    kind: str
    application_id: str
    finding: Finding
    command: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "application_id": self.application_id,
            "code": self.finding.code,
            "sentence": self.finding.sentence,
            "remedy": self.finding.remedy,
            "command": self.command,
        }


@dataclass(frozen=True)
class Wishes:
    """What would be changed if nothing stood in the way.

    ``entra`` maps application ids to the changes of each; ``findings`` come with the assets. ``refusal`` says why it is
    too early for all of it.
    """

    assets: tuple[Change, ...] = ()
    entra: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    pending: tuple[Pending, ...] = ()
    refusal: StepError | None = None

    @property
    def any(self) -> bool:
        """Tell whether there is anything to do, or to refuse."""
        return bool(self.assets or self.entra or self.refusal)


def choose(
    account: AccountId, retirees: Sequence[Retiree], others: Iterable[Mapping[str, Any]], connection: str | None
) -> list[Retiree]:
    """Return the Run As accounts that the option ``connection`` names; all without it, none where it is gone.

    Raises StepError where a connection of that name is no Run As connection.
    """
    if not connection:
        return list(retirees)
    wanted = connection.strip().lower()
    chosen = [retiree for retiree in retirees if retiree.run_as.connection.lower() == wanted]
    if not chosen and any(other["name"].lower() == wanted for other in others):
        raise StepError(
            f"Connection {connection} of Automation account {account.name} is no Run As connection (its type is "
            "neither AzureServicePrincipal nor AzureClassicCertificate). Nothing was changed. Name another."
        )
    return chosen


def wishes_of(
    account: AccountId,
    chosen: Sequence[Retiree],
    staying: Sequence[Mapping[str, Any]],
    entra: Mapping[str, Entra],
    options: Options,
) -> Wishes:
    """Return what is asked for and not yet so. ``staying`` are the connections that remain in the account."""
    tracks = tracks_of(chosen)
    assets, findings = asset_changes(account, chosen, staying, tracks) if options.stage == DELETE else ([], [])
    changes, pending = _entra_changes(account, chosen, entra, tracks, options) if options.changes_entra else ({}, [])
    findings += [_classic(account, retiree) for retiree in chosen if retiree.run_as.kind == "classic"]
    if options.changes_entra:
        findings += [_nameless(account, retiree) for retiree in chosen if _is_nameless(retiree)]
    return Wishes(tuple(assets), changes, tuple(findings), tuple(pending))


def tracks_of(retirees: Sequence[Retiree]) -> dict[str, str]:
    """Return the track of each Run As account by connection: those that share a part are one after the other."""
    tracks: dict[str, str] = {}
    owner: dict[tuple[str, str], str] = {}
    for retiree in retirees:
        name = retiree.run_as.connection
        parts = [("connection", name)]
        parts += [("certificate", retiree.certificate["name"].lower())] if retiree.certificate else []
        parts += [("application", retiree.application_id)] if retiree.application_id else []
        joined = {tracks[owner[part]] for part in parts if part in owner}
        track = min({name, *joined})
        tracks = {other: track if label in joined else label for other, label in tracks.items()} | {name: track}
        owner |= dict.fromkeys(parts, name)
    return tracks


def asset_changes(
    account: AccountId, chosen: Sequence[Retiree], staying: Sequence[Mapping[str, Any]], tracks: Mapping[str, str]
) -> tuple[list[Change], list[Finding]]:
    """Return the deletion of connections and certificate assets that are there, and what is to be said of each."""
    connections = [
        _deletion(
            "connection",
            account.child("connections", retiree.run_as.connection),
            connection_state(retiree.connection),
            tracks[retiree.run_as.connection],
        )
        for retiree in chosen
        if retiree.present
    ]
    certificates: dict[str, Change] = {}
    findings: dict[str, Finding] = {}
    for retiree in chosen:
        if retiree.certificate is None:
            continue
        name = retiree.certificate["name"]
        target = account.child("certificates", name)
        users = users_of_certificate(retiree.certificate, staying)
        if users:
            findings[name] = finding("RA803", target, certificate=name, connections=", ".join(users))
            continue
        findings[name] = finding("RA802", target, certificate=name)
        state = certificate_state(retiree.certificate)
        certificates[name] = _deletion("certificate", target, state, tracks[retiree.run_as.connection])
    return connections + list(certificates.values()), list(findings.values())


def _deletion(kind: str, target: str, before: Mapping[str, Any], track: str) -> Change:
    return Change(action=DELETE, kind=kind, target=target, before=dict(before), after=None, track=track)


def _entra_changes(
    account: AccountId,
    chosen: Sequence[Retiree],
    entra: Mapping[str, Entra],
    tracks: Mapping[str, str],
    options: Options,
) -> tuple[dict[str, tuple[Change, ...]], list[Pending]]:
    changes: dict[str, tuple[Change, ...]] = {}
    pending: dict[str, Pending] = {}
    for retiree in chosen:
        application_id = retiree.application_id
        if application_id is None or application_id in changes:
            continue
        found = entra[application_id]
        if not found.known:
            pending[application_id] = unreadable(account, application_id, found, options)
            continue
        change = _entra_change(found, tracks[retiree.run_as.connection], options)
        if change:
            changes[application_id] = (change,)
    return changes, list(pending.values())


def _entra_change(entra: Entra, track: str, options: Options) -> Change | None:
    if options.stage == DISABLE and entra.principal and entra.enabled:
        before = principal_state(entra.principal)
        target = f"/servicePrincipals/{entra.principal['id']}"
        return Change(DISABLE, "service_principal", target, before, {**before, "enabled": False}, track)
    if options.stage == DELETE and entra.application:
        target = f"/applications/{entra.application['id']}"
        return _deletion("application", target, application_state(entra.application), track)
    return None


def _is_nameless(retiree: Retiree) -> bool:
    return retiree.run_as.kind == "azure" and retiree.application_id is None


def _nameless(account: AccountId, retiree: Retiree) -> Finding:
    resource = account.child("connections", retiree.run_as.connection)
    return finding("RA102", resource, connection=retiree.run_as.connection, missing=", ".join(retiree.run_as.missing))


def _classic(account: AccountId, retiree: Retiree) -> Finding:
    """Return where to look for the management certificate: no API that is left reaches it."""
    resource = account.child("connections", retiree.run_as.connection)
    thumbprint = ((retiree.certificate or {}).get("properties") or {}).get("thumbprint") or "unknown"
    subscription = retiree.run_as.subscription_id or "that the connection does not name"
    connection = retiree.run_as.connection
    return finding("RA812", resource, connection=connection, subscription=subscription, thumbprint=thumbprint)


def unreadable(account: AccountId, application_id: str, entra: Entra, options: Options) -> Pending:
    """Return what is left of an application because Microsoft Entra does not show it to the login."""
    task = TASKS[options.stage]
    if entra.tenant:
        found = finding("RA807", account.arm_id, application=application_id, tenant=entra.tenant, task=task)
    else:
        found = left_to_administrator(account, application_id, options, entra.unread or "")
    return Pending(options.stage, options.entra_kind, application_id, found)


def left_to_administrator(account: AccountId, application_id: str, options: Options, reason: str) -> Finding:
    """Return the hand-over: what somebody with rights in Microsoft Entra has to do."""
    what = BEGINNINGS[options.stage]
    return finding(
        "RA804", account.arm_id, what=what, application=application_id, reason=reason, task=TASKS[options.stage]
    )


def plan_of(wishes: Wishes, entra: Iterable[Change], findings: Iterable[Finding]) -> Plan:
    """Return the plan: assets, and those changes in Microsoft Entra that nothing holds back, last in each track."""
    changes = (*wishes.assets, *entra)
    return Plan(changes=changes, findings=tuple(findings), diffs=tuple(_diff(change) for change in changes))


def _diff(change: Change) -> dict[str, Any]:
    before = change.before
    named = before.get("name") or before.get("application_id") or f"{before.get('role')} at {before.get('scope')}"
    header = f"{change.kind} {named}"
    return {
        "before_header": header,
        "after_header": header,
        "before": change.before,
        "after": {} if change.after is None else change.after,
    }
