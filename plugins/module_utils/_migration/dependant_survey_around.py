# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Judging what lies around one account: Site Recovery, action groups, solutions, other accounts. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._azure.ids import AccountId, last_segment, normal_id, same_id
from .._finding import Finding, finding
from .dependant import Dependant, Using
from .retirement_obstacles import shared
from .surroundings import Surroundings
from .usage import Holder, mapping_uses, vault_name

Json = Mapping[str, Any]

_START_STOP = "start-stop-vm"
_UPDATES = "updates"

# What the categories of a mapping's health mean (docs/contract.md, 6.2). The first ones are about Run As.
_ABOUT_RUN_AS = {
    "agentautoupdaterunasaccount": "the Run As account cannot be used to update the agents",
    "agentautoupdaterunasaccountexpiry": "the certificate of the Run As account expires soon",
    "agentautoupdaterunasaccountexpired": "the certificate of the Run As account has expired",
}
_ABOUT_AGENTS = {
    "agentautoupdateinfra": "the agents cannot be updated",
    "agentautoupdateartifactdeleted": "something that updates the agents was deleted from the account",
    "versionexpiry": "agents run out of support",
}


def around(
    account: AccountId,
    workspace: str | None,
    surroundings: Surroundings,
    applications: Sequence[str],
    using: Using,
    location: str | None,
) -> Iterator[Dependant]:
    """Yield what around an account depends on it; ``workspace`` is the id of its linked workspace."""
    regions = {normal_id(vault["id"]): vault["location"] for vault in surroundings.vaults}
    yield from _mappings(account, surroundings.mappings, regions, location)
    yield from intent_dependants(account, surroundings.intents, regions, location)
    yield from _receivers(account, surroundings.receivers, using)
    yield from _solutions(account, workspace, surroundings.solutions, using)
    yield from _accounts(account, surroundings.others(account), applications)


def sharing(surroundings: Surroundings, account: AccountId, application_id: str) -> list[str] | None:
    """Return the ids of the other accounts that name an application; None where other accounts were not read."""
    if surroundings.holders is None:
        return None
    return sorted(other.account.arm_id for other in surroundings.others(account) if other.naming(application_id))


# Site Recovery


def _mappings(
    account: AccountId, mappings: Iterable[Json], regions: Mapping[str, str | None], location: str | None
) -> Iterator[Dependant]:
    for item in _naming(account, mappings):
        use = next(iter(mapping_uses([item], account).uses), None)
        found = use.finding() if use else None
        findings = [found] if found else []
        if not _updates(item, absent=False):
            facts = {"mapping": item["name"], "vault": vault_name(item["id"]), "account": account.name}
            findings.append(finding("RA711", item["id"], **facts))
        findings += health_findings(item)
        findings += _region(f"Container mapping {item['name']}", item, account, regions, location)
        sentence = _replication(item, _updates(item, absent=False))
        name = item["name"]
        yield Dependant("container_mapping", name, item["id"], sentence, use is not None, tuple(findings))


def intent_dependants(
    account: AccountId, intents: Iterable[Json], regions: Mapping[str, str | None], location: str | None
) -> Iterator[Dependant]:
    for item in _naming(account, intents):
        # No default is documented for auto-update of intents: without a word it counts as on (docs/contract.md, 6.2).
        updates = _updates(item, absent=True)
        uses = updates and _authentication(item).lower() == "runasaccount"
        facts = {"intent": item["name"], "vault": vault_name(item["id"]), "account": account.name}
        findings = [finding("RA710", item["id"], **facts)] if uses else []
        findings += _region(f"Protection intent {item['name']}", item, account, regions, location)
        sentence = _replication(item, updates)
        yield Dependant("protection_intent", item["name"], item["id"], sentence, uses, tuple(findings))


def _naming(account: AccountId, items: Iterable[Json]) -> list[Json]:
    return [item for item in items if same_id(_details(item).get("automationAccountArmId"), account.arm_id)]


def _details(item: Json) -> Json:
    return (item.get("properties") or {}).get("providerSpecificDetails") or {}


def _updates(item: Json, *, absent: bool) -> bool:
    """Tell whether auto-update is on; ``absent`` is what a missing word means."""
    status = str(_details(item).get("agentAutoUpdateStatus") or "").lower()
    return status == "enabled" if status else absent


def _authentication(item: Json) -> str:
    return str(_details(item).get("automationAccountAuthenticationType") or "RunAsAccount")


def _replication(item: Json, updates: bool) -> str:
    vault = vault_name(item["id"])
    if not updates:
        return f"Vault {vault} names this account, and auto-update is off."
    return f"Vault {vault} updates its agents through this account with {_authentication(item)}."


def health_findings(mapping: Json) -> Iterator[Finding]:
    facts: dict[str, Any] = {"mapping": mapping["name"], "vault": vault_name(mapping["id"])}
    for error in (mapping.get("properties") or {}).get("healthErrorDetails") or []:
        category = str(error.get("errorCategory") or "")
        for code, meanings in (("RA712", _ABOUT_RUN_AS), ("RA713", _ABOUT_AGENTS)):
            meaning = meanings.get(category.lower())
            if meaning:
                yield finding(code, mapping["id"], category=category, meaning=meaning, **facts)


def _region(
    what: str, item: Json, account: AccountId, regions: Mapping[str, str | None], location: str | None
) -> list[Finding]:
    """Account and vault have to be in the same region (docs/contract.md, 6.2); without both nothing is said."""
    there = regions.get(normal_id(str(item.get("vault") or "")))
    if not there or not location or _normal_region(there) == _normal_region(location):
        return []
    facts: dict[str, Any] = {
        "vault": vault_name(item["id"]),
        "vault_region": there,
        "account": account.name,
        "region": location,
    }
    return [finding("RA714", item["id"], what=what, **facts)]


def _normal_region(name: str) -> str:
    """Azure gives a region back as it was written: "West Europe" or "westeurope" (azure-contracts, section 0)."""
    return name.replace(" ", "").lower()


# Azure Monitor


def _receivers(account: AccountId, receivers: Iterable[Json], using: Using) -> Iterator[Dependant]:
    for item in receivers:
        if same_id(item["account"], account.arm_id):
            yield _receiver(item, using)


def _receiver(item: Json, using: Using) -> Dependant:
    runbook, uses = str(item["runbook"] or "without a name"), using.one(item["runbook"])
    if item["is_global"] and uses is False:
        # Built-in runbooks may not be among those of the account, so none was seen to be clean.
        uses = None
    facts = {"group": item["name"], "runbook": runbook}
    findings = []
    if uses:
        findings.append(finding("RA620", item["group"], **facts))
    elif item["is_global"]:
        findings.append(finding("RA621", item["group"], **facts))
    off = "" if item["enabled"] else "; it is disabled"
    sentence = f"It starts {'built-in ' if item['is_global'] else ''}runbook {runbook} by a webhook{off}."
    return Dependant("action_group", item["name"], item["group"], sentence, uses, tuple(findings))


def _solutions(
    account: AccountId, workspace: str | None, solutions: Iterable[Json], using: Using
) -> Iterator[Dependant]:
    inside = normal_id(account.arm_id) + "/"
    for item in solutions:
        contained = [part for part in item["resources"] if (normal_id(part) + "/").startswith(inside)]
        if contained or same_id(item["workspace"], workspace):
            yield _solution(item, contained, using)


def _solution(item: Json, contained: Sequence[str], using: Using) -> Dependant:
    runbooks = [last_segment(part) for part in contained if "/runbooks/" in part.lower()]
    uses = using.any_of(runbooks)
    findings: tuple[Finding, ...] = ()
    if item["kind"] == _START_STOP:
        findings = (finding("RA632" if uses is False else "RA630", item["id"], solution=item["name"]),)
    elif item["kind"] == _UPDATES:
        findings = (finding("RA631", item["id"], solution=item["name"]),)
    how = f"contains {len(contained)} parts of this account" if contained else "is in the workspace linked to it"
    return Dependant("solution", item["name"], item["id"], f"The solution {how}.", uses, findings)


# Other accounts


def _accounts(account: AccountId, others: Sequence[Holder], applications: Sequence[str]) -> Iterator[Dependant]:
    for application in applications:
        # One finding names them all; it goes with the first.
        findings = shared(account, application, others)
        for other in sorted(others, key=lambda one: one.account.name.lower()):
            for run_as in other.naming(application):
                name, resource = other.account.name, other.account.arm_id
                sentence = f"Its connection {run_as.connection} logs in with application {application} too."
                yield Dependant("account", name, resource, sentence, True, findings)
                findings = ()
