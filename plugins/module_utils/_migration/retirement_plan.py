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
from dataclasses import dataclass
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

DISABLE, DELETE = "disable", "delete"
ENTRA_KINDS = ("service_principal", "application")


@dataclass(frozen=True)
class Options:
    """What the task asks for."""

    stage: str
    delete_application: bool = False
    accept_unread: bool = False
    accept_other_use: bool = False

    @property
    def changes_entra(self) -> bool:
        """Tell whether the service principal or the application is meant too."""
        return self.stage == DISABLE or self.delete_application

    @property
    def entra_kind(self) -> str:
        """What is changed in Microsoft Entra."""
        return "service_principal" if self.stage == DISABLE else "application"


@dataclass(frozen=True)
class Pending:
    """A change in Microsoft Entra that was asked for and is left, and why."""

    action: str
    kind: str
    application_id: str
    finding: Finding

    def as_dict(self) -> dict[str, Any]:
        """Return it as a result carries it."""
        return {
            "action": self.action,
            "kind": self.kind,
            "application_id": self.application_id,
            "code": self.finding.code,
            "sentence": self.finding.sentence,
            "remedy": self.finding.remedy,
        }


@dataclass(frozen=True)
class Wishes:
    """What would be changed if nothing stood in the way.

    ``entra`` maps application ids to the change of each; ``findings`` come with the assets.
    """

    assets: tuple[Change, ...] = ()
    entra: Mapping[str, Change] | None = None
    findings: tuple[Finding, ...] = ()
    pending: tuple[Pending, ...] = ()

    @property
    def any(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.assets or self.entra)


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
    assets, findings = _asset_changes(account, chosen, staying, tracks) if options.stage == DELETE else ([], [])
    changes, pending = _entra_changes(account, chosen, entra, tracks, options) if options.changes_entra else ({}, [])
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


def _asset_changes(
    account: AccountId, chosen: Sequence[Retiree], staying: Sequence[Mapping[str, Any]], tracks: Mapping[str, str]
) -> tuple[list[Change], list[Finding]]:
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
) -> tuple[dict[str, Change], list[Pending]]:
    changes: dict[str, Change] = {}
    pending: list[Pending] = []
    for retiree in chosen:
        application_id = retiree.application_id
        if application_id is None or application_id in changes:
            continue
        found = entra[application_id]
        if not found.known:
            pending.append(_unreadable(account, application_id, found, options))
            continue
        change = _entra_change(found, tracks[retiree.run_as.connection], options)
        if change:
            changes[application_id] = change
    return changes, pending


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


# What a person has to do in Microsoft Entra, and how a sentence about it begins.
TASKS = {DISABLE: "disable that service principal", DELETE: "delete that application"}
BEGINNINGS = {DISABLE: "Disabling the service principal", DELETE: "Deletion"}


def _unreadable(account: AccountId, application_id: str, entra: Entra, options: Options) -> Pending:
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


def plan_of(wishes: Wishes, entra: Sequence[Change], findings: Iterable[Finding]) -> Plan:
    """Return the plan: assets, and those changes in Microsoft Entra that nothing holds back, last in each track."""
    changes = (*wishes.assets, *entra)
    return Plan(changes=changes, findings=tuple(findings), diffs=tuple(_diff(change) for change in changes))


def _diff(change: Change) -> dict[str, Any]:
    header = f"{change.kind} {change.before.get('name') or change.before.get('application_id')}"
    return {
        "before_header": header,
        "after_header": header,
        "before": change.before,
        "after": {} if change.after is None else change.after,
    }


def parts_after(account: AccountId, retiree: Retiree, entra: Entra | None, made: Iterable[Change]) -> dict[str, str]:
    """Return what each part of a Run As account is once the changes ``made`` are made."""
    targets = {change.target for change in made}
    gone = account.child("connections", retiree.run_as.connection) in targets
    certificate = retiree.certificate
    return {
        "connection": "deleted" if gone else _present(retiree.present),
        "certificate": (
            "deleted"
            if certificate and account.child("certificates", certificate["name"]) in targets
            else _present(certificate is not None)
        ),
        **_entra_parts(retiree, entra, targets),
    }


def _present(there: bool) -> str:
    return "present" if there else "absent"


def _entra_parts(retiree: Retiree, entra: Entra | None, targets: set[str]) -> dict[str, str]:
    if retiree.application_id is None:
        return {"application": "absent", "service_principal": "absent"}
    if entra is None or not entra.known:
        return {"application": "not read", "service_principal": "not read"}
    application = entra.application
    if application and f"/applications/{application['id']}" in targets:
        # Deleting an application takes its service principal along (section 5).
        return {"application": "deleted", "service_principal": "deleted" if entra.principal else "absent"}
    return {"application": _present(application is not None), "service_principal": _principal_part(entra, targets)}


def _principal_part(entra: Entra, targets: set[str]) -> str:
    if entra.principal is None:
        return "absent"
    disabled = f"/servicePrincipals/{entra.principal['id']}" in targets
    return "disabled" if disabled or not entra.enabled else "enabled"
