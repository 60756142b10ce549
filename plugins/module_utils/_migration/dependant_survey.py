# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What depends on one Automation account: reading what lies inside it, and judging that and its surroundings.

``survey_dependants`` is pure; what lies around the account is read by ``surroundings``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from .._azure import automation_dependants as inside
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.ids import AccountId, normal_id
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .dependant import Dependant, Using
from .dependant_survey_around import around
from .surroundings import Surroundings
from .unread import Unread

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Own:
    """What lies inside an account, as the wire's JSON. ``workspace`` is the id of its linked workspace."""

    source_controls: tuple[Json, ...] = ()
    update_configurations: tuple[Json, ...] = ()
    dsc_nodes: tuple[Json, ...] = ()
    dsc_configurations: tuple[Json, ...] = ()
    workspace: str | None = None
    unread: tuple[Unread, ...] = ()


def read_own(session: Session, account: AccountId, max_parallel: int) -> Own:
    """Read what lies inside an account; what cannot be read is in ``unread``.

    An account that was deleted meanwhile is one of which nothing could be read. Raises Throttled, LoginFailed and
    Unreachable.
    """
    kinds: tuple[tuple[str, Callable[[Session, AccountId], list[Any]]], ...] = (
        ("source controls", inside.list_source_controls),
        ("software update configurations", inside.list_update_configurations),
        ("DSC nodes", inside.list_dsc_nodes),
        ("DSC configurations", inside.list_dsc_configurations),
        ("linked workspace", lambda *where: [inside.linked_workspace(*where)]),
    )
    jobs = [partial(_tried, session, account, what, read) for what, read in kinds]
    answers = in_parallel(lambda job: job(), jobs, max_parallel)
    controls, updates, nodes, configurations, workspace = (tuple(items) for items, dummy in answers)
    unread = tuple(missed for dummy, missed in answers if missed)
    return Own(controls, updates, nodes, configurations, next(iter(workspace), None), unread)


def _tried(
    session: Session, account: AccountId, what: str, read: Callable[[Session, AccountId], Any]
) -> tuple[list[Any], Unread | None]:
    try:
        return read(session, account), None
    except (Absent, Forbidden, Conflict, Failed) as error:
        return [], Unread.of(f"The {what} of account {account.name}", account.arm_id, error)


def survey_dependants(
    account: AccountId,
    own: Own,
    surroundings: Surroundings,
    run_as_application_ids: Iterable[str],
    runbooks_using_run_as: Collection[str] | None,
    *,
    location: str | None = None,
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return what depends on an account, and what a person should know about it. Pure.

    ``run_as_application_ids`` are the applications of its Run As accounts; ``runbooks_using_run_as`` the names of its
    runbooks that use one, or may, None where nobody looked; ``location`` its region, where known.
    """
    using = Using(runbooks_using_run_as)
    applications = list({normal_id(one): one for one in run_as_application_ids if one}.values())
    dependants = [
        *_source_controls(own, using, has_run_as=bool(applications)),
        *_update_configurations(own, using),
        *around(account, own.workspace, surroundings, applications, using, location),
        *_dsc(own),
    ]
    findings = [found for dependant in dependants for found in dependant.findings]
    return [dependant.as_dict() for dependant in dependants], [
        *findings,
        *_dsc_finding(account, own),
        *(item.finding() for item in own.unread),
        *unread_around(account, surroundings),
    ]


def unread_around(account: AccountId, surroundings: Surroundings) -> Iterator[Finding]:
    """Yield a finding for each thing around an account that could not be read."""
    states = {normal_id(vault["id"]): str(vault["state"]) for vault in surroundings.vaults}
    for item in surroundings.missed():
        state = states.get(normal_id(item.resource), "Succeeded")
        if item.gone:
            yield finding("RA639", item.resource, what=item.what)
        elif state.lower() != "succeeded":
            vault = item.resource.rstrip("/").rsplit("/", 1)[-1]
            yield finding("RA715", item.resource, vault=vault, state=state, what=item.what, reason=item.reason)
        else:
            yield item.finding()
    if not surroundings.covers(account):
        resource = f"/subscriptions/{account.subscription_id}"
        what = f"What lies around the account in subscription {account.subscription_id}"
        yield Unread(what, resource, "the login does not see this subscription as a whole.").finding()


# Inside the account


def _source_controls(own: Own, using: Using, *, has_run_as: bool) -> Iterator[Dependant]:
    for item in own.source_controls:
        properties = item.get("properties") or {}
        automatic = properties.get("autoSync") is True
        facts = {"control": item["name"], "repository": _repository(properties)}
        if using.some or has_run_as:
            found = finding("RA610" if automatic else "RA611", item["id"], **facts)
        else:
            found = finding("RA612", item["id"], **facts)
        yield Dependant("source_control", item["name"], item["id"], _sync(properties), findings=(found,))


def _sync(properties: Json) -> str:
    when = "at every commit" if properties.get("autoSync") is True else "when somebody starts it"
    # Without the member it publishes (docs/contract.md, 3.8).
    then = "as drafts" if properties.get("publishRunbook") is False else "and publishes them"
    return f"It takes runbooks from {_repository(properties)} {when}, {then}."


def _repository(properties: Json) -> str:
    """Return where the runbooks come from, in words."""
    branch, folder = properties.get("branch"), properties.get("folderPath")
    parts = [
        without_credentials(str(properties.get("repoUrl") or "a repository that is not named")),
        f"branch {branch}" if branch else "",
        f"folder {folder}" if folder else "",
    ]
    return ", ".join(part for part in parts if part)


def without_credentials(url: str) -> str:
    """Return an address without user, password and query: people put tokens there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=host, query="", fragment="").geturl()


def _update_configurations(own: Own, using: Using) -> Iterator[Dependant]:
    for item in own.update_configurations:
        runbooks = _tasks(item)
        uses = using.any_of(runbooks.values()) if runbooks else False
        findings = [finding("RA625", item["id"], configuration=item["name"])]
        for name in sorted({name for name in runbooks.values() if using.one(name)}):
            findings.append(finding("RA626", item["id"], configuration=item["name"], runbook=name))
        tasks = ", ".join(f"runbook {name} {when} it updates" for when, name in runbooks.items())
        sentence = f"Update Management starts {tasks}." if tasks else "Update Management updates machines; no runbook."
        yield Dependant("update_configuration", item["name"], item["id"], sentence, uses, tuple(findings))


def _tasks(item: Json) -> dict[str, str]:
    """Return the runbooks before and after the updates, where there are any."""
    tasks = (item.get("properties") or {}).get("tasks") or {}
    named = {when: (tasks.get(key) or {}).get("source") for when, key in (("before", "preTask"), ("after", "postTask"))}
    return {when: str(name) for when, name in named.items() if name}


def _dsc(own: Own) -> Iterator[Dependant]:
    for item in own.dsc_nodes:
        # Old versions have the members of a node beside its name (docs/contract.md, 3.8).
        properties = item.get("properties") or item
        configuration = (properties.get("nodeConfiguration") or {}).get("name") or "no node configuration"
        sentence = f"State Configuration keeps it at {configuration}; its status is {properties.get('status')}."
        yield Dependant("dsc_node", item["name"], item["id"], sentence)
    for item in own.dsc_configurations:
        sentence = "A configuration of State Configuration; what it reads of the account was not looked at."
        yield Dependant("dsc_configuration", item["name"], item["id"], sentence)


def _dsc_finding(account: AccountId, own: Own) -> list[Finding]:
    if not own.dsc_nodes and not own.dsc_configurations:
        return []
    counts = {"nodes": len(own.dsc_nodes), "configurations": len(own.dsc_configurations)}
    return [finding("RA635", account.arm_id, **counts)]
