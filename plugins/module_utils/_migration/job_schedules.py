# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Links of runbooks to schedules and webhooks: kept through publishing.

Updating a runbook has cost people links and their parameters (azure-contracts,
section 2.5). So they are in the ledger before a runbook is published, compared
afterwards, and links that are missing are made again; webhooks cannot be.
Parameters may be secrets: they are kept in a blob and never shown.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure import automation
from .._azure.ids import AccountId, last_segment
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import Change, Hands, in_parallel

JOB_SCHEDULE = "job_schedule"


@dataclass(frozen=True)
class Link:
    """A runbook's link to a schedule; it has no verb to change it, so an equal id means an equal link."""

    id: str
    runbook: str
    schedule: str
    run_on: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def pair(self) -> tuple[str, str]:
        """What Azure allows once: runbook and schedule (section 2.8)."""
        return self.runbook.lower(), self.schedule.lower()

    def same(self, other: Link) -> bool:
        """Tell whether both do the same; names of parameters come back in lower case (section 2.8)."""
        return self.pair == other.pair and self.run_on == other.run_on and self._lowered() == other._lowered()

    def _lowered(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.parameters.items()}

    def shown(self) -> dict[str, Any]:
        """Return what may be seen: the names of the parameters, not their values."""
        return {
            "runbook": self.runbook,
            "schedule": self.schedule,
            "run_on": self.run_on,
            "parameters": sorted(name.lower() for name in self.parameters),
        }

    def properties(self) -> dict[str, Any]:
        """Return the properties of the request that makes it."""
        body: dict[str, Any] = {
            "runbook": {"name": self.runbook},
            "schedule": {"name": self.schedule},
            "parameters": dict(self.parameters),
        }
        return {**body, "runOn": self.run_on} if self.run_on else body


@dataclass(frozen=True)
class Webhook:
    """A webhook as far as it can be read; its address cannot (section 2.9).

    What follows ``run_on`` changes by itself: the ledger does not keep it, and nothing is compared by it.
    """

    name: str
    runbook: str
    run_on: str | None = None
    enabled: bool | None = field(default=None, compare=False)
    expires: str | None = field(default=None, compare=False)
    last_invoked: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Dependants:
    """The links and webhooks of some runbooks."""

    links: tuple[Link, ...] = ()
    webhooks: tuple[Webhook, ...] = ()

    def to_bytes(self) -> bytes:
        """Return them as the ledger keeps them."""
        links = [{"id": link.id, **link.shown(), "parameters": dict(link.parameters)} for link in self.links]
        webhooks = [{"name": hook.name, "runbook": hook.runbook, "run_on": hook.run_on} for hook in self.webhooks]
        return json.dumps({"links": links, "webhooks": webhooks}, sort_keys=True).encode()

    @staticmethod
    def from_bytes(content: bytes) -> Dependants:
        """Return what ``to_bytes`` wrote."""
        kept = json.loads(content)
        return Dependants(
            tuple(Link(**link) for link in kept["links"]), tuple(Webhook(**hook) for hook in kept["webhooks"])
        )


def list_links(session: Session, account: AccountId) -> list[Link]:
    """Return the account's links, without parameters: lists leave them out (section 2.8)."""
    return [_link(item) for item in automation.list_job_schedules(session, account)]


def with_parameters(session: Session, account: AccountId, links: Sequence[Link], max_parallel: int) -> list[Link]:
    """Return the links as they are when each is read."""
    return in_parallel(lambda link: _link(automation.get_job_schedule(session, account, link.id)), links, max_parallel)


def list_webhooks(session: Session, account: AccountId) -> list[Webhook]:
    """Return the account's webhooks."""
    return [_webhook(item) for item in automation.list_webhooks(session, account)]


def link_hands(session: Session, account: AccountId, links: Mapping[str, Link]) -> Hands:
    """Return how changes of links reach Azure; ``links`` are those to be made, by target."""

    def reread(change: Change) -> Any:
        pair = _pair_of(change)
        there = next((link for link in list_links(session, account) if link.pair == pair), None)
        return with_parameters(session, account, [there], 1)[0].shown() if there else None

    def write(change: Change) -> None:
        link_id = last_segment(change.target)
        if change.after is None:
            automation.delete_job_schedule(session, account, link_id)
        else:
            automation.create_job_schedule(session, account, link_id, links[change.target].properties())

    return Hands(reread, write)


def _pair_of(change: Change) -> tuple[str, str]:
    shown = change.after or change.before
    return shown["runbook"].lower(), shown["schedule"].lower()


def _link(item: Mapping[str, Any]) -> Link:
    properties = item["properties"]
    return Link(
        id=properties["jobScheduleId"],
        runbook=_name_in(properties, "runbook"),
        schedule=_name_in(properties, "schedule"),
        run_on=properties.get("runOn") or None,
        parameters=properties.get("parameters") or {},
    )


def _webhook(item: Mapping[str, Any]) -> Webhook:
    properties = item["properties"]
    return Webhook(
        name=item["name"],
        runbook=_name_in(properties, "runbook"),
        run_on=properties.get("runOn") or None,
        enabled=properties.get("isEnabled"),
        expires=properties.get("expiryTime"),
        last_invoked=properties.get("lastInvokedTime"),
    )


def _name_in(properties: Mapping[str, Any], what: str) -> str:
    return str((properties.get(what) or {}).get("name") or "")


def after_publishing(
    before: Sequence[Link], listed: Sequence[Link], read: Callable[[Sequence[Link]], Sequence[Link]]
) -> list[Link]:
    """Return the links as they are now, with parameters; ``read`` reads those whose id is new."""
    known = {link.id.lower(): link for link in before}
    unknown = iter(read([link for link in listed if link.id.lower() not in known]))
    return [known.get(link.id.lower()) or next(unknown) for link in listed]


def repairs(account: AccountId, before: Sequence[Link], now: Sequence[Link]) -> list[Change]:
    """Return the changes that give each link back. Pure.

    One that is there under another id with other parameters is a maimed copy: it is
    dropped first, since a runbook has one link to a schedule.
    """
    there = {link.pair: link for link in now}
    changes: list[Change] = []
    for link in before:
        maimed = there.get(link.pair)
        if maimed is not None and link.same(maimed):
            continue
        if maimed is not None:
            changes.append(_change("delete", account, maimed, maimed.shown(), None))
        changes.append(_change("create", account, renewed(account, link), None, link.shown()))
    return changes


def missing(account: AccountId, before: Sequence[Link], now: Sequence[Link]) -> list[Change]:
    """Return the changes that make links again whose pair is gone; those that differ are somebody's by now. Pure."""
    pairs = {link.pair for link in now}
    gone = [link for link in before if link.pair not in pairs]
    return [_change("create", account, renewed(account, link), None, link.shown()) for link in gone]


def _change(action: str, account: AccountId, link: Link, before: Any, after: Any) -> Change:
    target = account.child("jobSchedules", link.id)
    return Change(action, JOB_SCHEDULE, target, before, after, track=f"link {link.pair}")


def renewed(account: AccountId, link: Link) -> Link:
    """Return the link under the id it is made again with: new, and the same however often that is tried."""
    seed = account.child("jobSchedules", link.id).lower()
    new_id = str(uuid.uuid5(uuid.NAMESPACE_URL, seed))
    return Link(new_id, link.runbook, link.schedule, link.run_on, link.parameters)


def lost_webhooks(account: AccountId, before: Sequence[Webhook], now: Sequence[Webhook]) -> list[Finding]:
    """Return a finding for each webhook that is gone. Pure."""
    names = {hook.name.lower() for hook in now}
    return [
        finding("RA603", account.child("webhooks", hook.name), webhook=hook.name, runbook=hook.runbook)
        for hook in before
        if hook.name.lower() not in names
    ]


def hybrid_findings(account: AccountId, dependants: Dependants) -> dict[str, list[Finding]]:
    """Return, by lower-case name of the runbook, each way in which it runs on hybrid workers. Pure.

    For user-assigned identities: they do not work there (azure-contracts, section 1.1).
    """
    ways = [(link.runbook, link.run_on, f"schedule {link.schedule}") for link in dependants.links]
    ways += [(hook.runbook, hook.run_on, f"webhook {hook.name}") for hook in dependants.webhooks]
    found: dict[str, list[Finding]] = {}
    for runbook, run_on, through in ways:
        if run_on:
            said = finding("RA604", account.child("runbooks", runbook), runbook=runbook, group=run_on, through=through)
            found.setdefault(runbook.lower(), []).append(said)
    return found
