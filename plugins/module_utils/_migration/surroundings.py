# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What lies around all accounts that a login sees: read once, and shared by the workers of a run.

Vaults, action groups, solutions and other accounts are the same for every account. Read
for each, they would cost the square of an estate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from .._azure import subscriptions
from .._azure.errors import Forbidden
from .._azure.ids import AccountId, account_of, same_id
from .._azure.session import Session
from . import surroundings_reading as reading
from .run_as import RunAs
from .shared_reading import Shelf, shared
from .unread import Unread
from .usage import Holder

Json = Mapping[str, Any]

KEPT_AS = "surroundings.json"
_IN_AN_ACCOUNT = "/providers/microsoft.automation/automationaccounts/"
# Solutions that work with an account although they contain nothing of it (docs/contract.md, 13).
_SOLUTIONS_OF_AUTOMATION = frozenset({"updates", "changetracking", "start-stop-vm"})


@dataclass(frozen=True)
class Surroundings:
    """What lies around accounts: plain data that JSON can hold, without secrets.

    ``mappings`` and ``intents`` are the wire's JSON with fewer members, and ``vault``, the id of their vault.
    ``receivers`` are what action groups start. ``holders`` are Run As connections, None where they were not read.
    """

    subscriptions: tuple[str, ...] = ()
    vaults: tuple[Json, ...] = ()
    mappings: tuple[Json, ...] = ()
    intents: tuple[Json, ...] = ()
    receivers: tuple[Json, ...] = ()
    solutions: tuple[Json, ...] = ()
    holders: tuple[Json, ...] | None = None
    unread: tuple[Json, ...] = ()

    def covers(self, account: AccountId) -> bool:
        """Tell whether the subscription of an account was looked at."""
        return any(same_id(account.subscription_id, subscription) for subscription in self.subscriptions)

    def others(self, account: AccountId) -> list[Holder]:
        """Return the accounts that hold Run As connections, but for this one."""
        found: dict[str, list[RunAs]] = {}
        for row in self.holders or ():
            if not same_id(row["account"], account.arm_id):
                run_as = RunAs(row["connection"], row["kind"], application_id=row["application_id"])
                found.setdefault(row["account"], []).append(run_as)
        return [Holder(account_of(arm_id), tuple(run_as)) for arm_id, run_as in found.items()]

    def missed(self) -> list[Unread]:
        """Return what could not be read."""
        return [Unread(**item) for item in self.unread]


def read_surroundings(session: Session, account: AccountId, max_parallel: int, *, other_accounts: bool) -> Surroundings:
    """Read all subscriptions that the login sees, that of ``account`` included.

    ``other_accounts`` asks for the Run As connections of all accounts too, the most expensive part. What cannot be
    read is in ``unread``. Raises Throttled, LoginFailed and Unreachable: then nothing else could be read either.
    """
    names, unread = _visible(session, account)
    found: dict[str, list[Any]] = {}
    for kind, read in (
        ("vaults", reading.vaults_of),
        ("receivers", reading.action_groups_of),
        ("solutions", reading.solutions_of),
        *((("accounts", reading.accounts_of),) if other_accounts else ()),
    ):
        found[kind], missed = reading.joined([partial(read, session, name) for name in names], max_parallel)
        unread += missed
    inner = [partial(_mappings, session, vault) for vault in found["vaults"]]
    inner += [partial(_intents, session, vault) for vault in found["vaults"]]
    inner += [partial(_holders, session, other) for other in found.get("accounts", ())]
    items, missed = reading.joined(inner, max_parallel)
    return Surroundings(
        subscriptions=tuple(names),
        vaults=tuple(_vault(item) for item in found["vaults"]),
        mappings=tuple(item for kind, item in items if kind == "mapping"),
        intents=tuple(item for kind, item in items if kind == "intent"),
        receivers=tuple(_receivers(found["receivers"])),
        solutions=tuple(_solutions(found["solutions"])),
        holders=tuple(item for kind, item in items if kind == "holder") if other_accounts else None,
        unread=tuple(asdict(item) for item in unread + missed),
    )


def _visible(session: Session, account: AccountId) -> tuple[list[str], list[Unread]]:
    own = account.subscription_id
    try:
        names = [str(item["subscriptionId"]) for item in subscriptions.list_subscriptions(session)]
    except Forbidden as error:
        return [own], [Unread.of("The subscriptions that the login sees", "/subscriptions", error)]
    return names if any(same_id(own, name) for name in names) else [*names, own], []


def _mappings(session: Session, vault: Json) -> reading.Part:
    items, unread = reading.mappings_of(session, vault)
    return [("mapping", _replicated(item, vault)) for item in items if _account_named(item)], unread


def _intents(session: Session, vault: Json) -> reading.Part:
    items, unread = reading.intents_of(session, vault)
    return [("intent", _replicated(item, vault)) for item in items if _account_named(item)], unread


def _holders(session: Session, account: AccountId) -> reading.Part:
    items, unread = reading.holder_of(session, account)
    rows = [
        {
            "account": account.arm_id,
            "connection": run_as.connection,
            "kind": run_as.kind,
            "application_id": run_as.application_id,
        }
        for holder in items
        for run_as in holder.run_as
    ]
    return [("holder", row) for row in rows], unread


def _account_named(item: Json) -> str | None:
    return _details(item).get("automationAccountArmId") or None


def _details(item: Json) -> Json:
    return (item.get("properties") or {}).get("providerSpecificDetails") or {}


_KEPT_DETAILS = ("agentAutoUpdateStatus", "automationAccountArmId", "automationAccountAuthenticationType")


def _replicated(item: Json, vault: Json) -> dict[str, Any]:
    """Return what matters of a mapping or intent, in the wire's own shape."""
    details = _details(item)
    properties = item.get("properties") or {}
    errors = [{"errorCategory": category} for category in health_categories(properties.get("healthErrorDetails") or [])]
    return {
        "id": item["id"],
        "name": item["name"],
        "vault": vault["id"],
        "properties": {
            "healthErrorDetails": errors,
            "providerSpecificDetails": {name: details[name] for name in _KEPT_DETAILS if name in details},
        },
    }


def health_categories(errors: Iterable[Json]) -> list[str]:
    """Return the categories of health errors and of those inside them, each once."""
    found: dict[str, None] = {}
    for error in errors:
        for one in (error, *(error.get("innerHealthErrors") or [])):
            if one.get("errorCategory"):
                found[str(one["errorCategory"])] = None
    return list(found)


def _vault(vault: Json) -> dict[str, Any]:
    return {
        "id": vault["id"],
        "name": vault["name"],
        "location": vault.get("location"),
        "state": reading.vault_state(vault),
    }


def _receivers(groups: Iterable[Json]) -> Iterator[dict[str, Any]]:
    """Yield which runbooks action groups start. Never ``serviceUri``: it is the secret that starts them."""
    for group in groups:
        properties = group.get("properties") or {}
        for receiver in properties.get("automationRunbookReceivers") or []:
            if receiver.get("automationAccountId"):
                yield {
                    "group": group["id"],
                    "name": group["name"],
                    "enabled": properties.get("enabled") is not False,
                    "account": receiver["automationAccountId"],
                    "runbook": receiver.get("runbookName"),
                    "webhook": receiver.get("webhookResourceId"),
                    "is_global": bool(receiver.get("isGlobalRunbook")),
                }


def _solutions(solutions: Iterable[Json]) -> Iterator[dict[str, Any]]:
    """Yield the solutions that have to do with Automation accounts, and what of these they contain or refer to."""
    for solution in solutions:
        properties = solution.get("properties") or {}
        named = [*(properties.get("containedResources") or []), *(properties.get("referencedResources") or [])]
        resources = [resource for resource in named if _IN_AN_ACCOUNT in str(resource).lower()]
        kind = solution_kind(solution["name"], (solution.get("plan") or {}).get("product"))
        if resources or kind in _SOLUTIONS_OF_AUTOMATION:
            yield {
                "id": solution["id"],
                "name": solution["name"],
                "kind": kind,
                "workspace": properties.get("workspaceResourceId"),
                "resources": resources,
            }


def solution_kind(name: str, product: str | None) -> str:
    """Return what a solution is, in lower case: its product without the gallery, or its name without the workspace."""
    told = (product or "").rsplit("/", 1)[-1] or name.partition("(")[0].partition("[")[0]
    return told.strip().lower()


# Keeping


def kept_surroundings(folder: Path, key: str, max_age_seconds: int, read: Callable[[], Surroundings]) -> Surroundings:
    """Return what ``read`` returns, or what it returned to another worker not longer than ``max_age_seconds`` ago.

    ``key`` tells who asks where, and for what. Raises LedgerError where the folder cannot be used.
    """
    shelf = Shelf(folder, KEPT_AS, key, max_age_seconds)
    return _from_json(shared(shelf, lambda: asdict(read()), lambda content: _from_json(content) is not None))


def _from_json(content: Mapping[str, Any]) -> Surroundings:
    """Return what was kept. Raises TypeError or KeyError for what is none."""
    parts: dict[str, Any] = {item.name: content[item.name] for item in fields(Surroundings)}
    for name, part in parts.items():
        kind = str if name == "subscriptions" else dict
        if part is None and name == "holders":
            continue
        if not isinstance(part, (list, tuple)) or not all(isinstance(item, kind) for item in part):
            raise TypeError(f"{name} of the surroundings is no list of {kind.__name__}")
        parts[name] = tuple(part)
    return Surroundings(**parts)
