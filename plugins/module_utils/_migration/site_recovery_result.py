# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What migrate_site_recovery says: of vaults, mappings, machines and intents, before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .._azure.ids import AccountId, normal_id
from .._finding import Finding, Severity, finding
from .._step import Change
from .access_part import ROLE_ASSIGNMENT
from .dependant_survey_around import health_findings, intent_dependants
from .run_as import parse_time
from .site_recovery_access import Access
from .site_recovery_model import ContainerMapping, Fields, Machine, Vault, fields_of, mapping_of
from .site_recovery_plan import LEFT, Asked, Decided
from .site_recovery_reading import Seen

Json = Mapping[str, Any]

# An agent that runs out of support within so many days is told.
_SOON = timedelta(days=30)
_OF_OTHERS = frozenset({"another account", "its account is gone", "no account", "not Azure to Azure"})


def findings_of(account: AccountId, asked: Asked, seen: Seen, access: Access) -> tuple[Finding, ...]:
    """Return what a person should know, each once."""
    found = [*seen.findings()]
    for vault, decided in access.judged:
        found += _of_vault(account, asked, vault, decided)
    return tuple(dict.fromkeys([*found, *access.findings]))


def _of_vault(account: AccountId, asked: Asked, vault: Vault, decided: Sequence[Decided]) -> Iterator[Finding]:
    if any(one.is_written and not one.mapping.fields.by_identity for one in decided):
        yield finding("RA702", vault.id, vault=vault.name, account=asked.name)
    for one in decided:
        yield from one.findings
        # What a mapping complains about that is written now is what the write is for.
        if _is_of_account(one) and not one.is_written:
            yield from health_findings(_wire(one.mapping))
    if any(_is_of_account(one) for one in decided):
        yield from _agents(vault, datetime.now(timezone.utc))
    regions = {normal_id(vault.id): vault.region}
    for dependant in intent_dependants(account, vault.intents or (), regions, asked.region):
        yield from dependant.findings


def _is_of_account(one: Decided) -> bool:
    return one.action != LEFT or one.reason not in _OF_OTHERS


def _wire(mapping: ContainerMapping) -> Json:
    errors = [{"errorCategory": category} for category in mapping.health]
    return {"id": mapping.id, "name": mapping.name, "properties": {"healthErrorDetails": errors}}


def _agents(vault: Vault, now: datetime) -> Iterator[Finding]:
    for machine in vault.machines or ():
        expiry = _time(machine.agent_expiry)
        if expiry is not None and expiry < now + _SOON:
            yield finding(
                "RA707",
                machine.id,
                machine=machine.name,
                vault=vault.name,
                version=machine.agent_version or "unknown",
                runs="ran" if expiry < now else "runs",
                date=expiry.date().isoformat(),
            )


def _time(text: str | None) -> datetime | None:
    """Return a time of the wire; what is none is not guessed at."""
    try:
        return parse_time(text) if text else None
    except ValueError:
        return None


def diffs_of(account: AccountId, access: Access, changes: Sequence[Change]) -> tuple[Json, ...]:
    """Return the entry of diff mode: mappings and roles, before and after."""
    if not changes:
        return ()
    written = [one for one in access.decided if one.is_written]
    header = f"{account.name} Site Recovery"
    return (
        {
            "before_header": header,
            "after_header": header,
            "before": _shown(((one, one.mapping.fields) for one in written), changes, "delete"),
            "after": _shown(((one, one.end) for one in written), changes, "create"),
        },
    )


def _shown(mappings: Iterable[tuple[Decided, Fields]], changes: Sequence[Change], action: str) -> Json:
    return {
        "mappings": {one.mapping.id: fields.as_dict() for one, fields in mappings},
        "roles": sorted(_role(change) for change in changes if _is_role(change, action)),
    }


def _is_role(change: Change, action: str) -> bool:
    return (change.kind, change.action) == (ROLE_ASSIGNMENT, action)


def _role(change: Change) -> str:
    state = change.after or change.before
    return f"{state['role']} at {state['scope']}"


def is_partial(access: Access) -> bool:
    """Tell whether something that was asked for is left undone, because it cannot be done."""
    return any(
        one.action == LEFT and any(said.severity is Severity.ERROR for said in one.findings) for one in access.decided
    )


@dataclass(frozen=True)
class Told:
    """What is told of mappings: ``written`` has the JSON of those that were written, by id."""

    access: Access
    written: Mapping[str, Json]
    check_mode: bool

    def vaults(self, vaults: Sequence[Vault]) -> list[dict[str, Any]]:
        """Return the vaults, with their mappings as they are now, or in check mode as they would be."""
        decided = {one.mapping.id: one for one in self.access.decided}
        return [
            {
                "id": vault.id,
                "name": vault.name,
                "region": vault.region,
                "state": vault.state,
                "mappings": [self._mapping(decided[mapping.id]) for mapping in vault.mappings],
                "protected_items": _each(vault.machines),
                "protection_intents": None if vault.intents is None else [_intent(item) for item in vault.intents],
                "unread": [item.what for item in vault.unread],
            }
            for vault in vaults
        ]

    def left(self) -> list[dict[str, Any]]:
        """Return the mappings that stay as they are, and why."""
        return [
            {"id": one.mapping.id, "name": one.mapping.name, "reason": one.reason}
            for one in self.access.decided
            if one.action == LEFT
        ]

    def _mapping(self, one: Decided) -> dict[str, Any]:
        written = self.written.get(one.mapping.id)
        fields = self._fields(one, written)
        health_after = list(mapping_of(written).health) if written else None
        return {
            "id": one.mapping.id,
            "name": one.mapping.name,
            "action": one.action if self.check_mode or written or not one.is_written else "failed",
            "reason": one.reason,
            "account": fields.account,
            "authentication": fields.authentication or ("RunAsAccount" if one.mapping.is_a2a else None),
            "auto_update": fields.auto_update,
            "health": list(one.mapping.health),
            "health_after": health_after,
        }

    def _fields(self, one: Decided, written: Json | None) -> Fields:
        if written is not None:
            return fields_of(written)
        return one.end if self.check_mode else one.mapping.fields


def _each(machines: Sequence[Machine] | None) -> list[dict[str, Any]] | None:
    return None if machines is None else [machine.as_dict() for machine in machines]


def _intent(item: Json) -> dict[str, Any]:
    fields = fields_of(item)
    return {
        "name": item["name"],
        "account": fields.account,
        "authentication": fields.authentication or "RunAsAccount",
        "auto_update": fields.auto_update,
    }
