# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Deciding what is to become of each container mapping. Pure: no I/O.

Only mappings from Azure to Azure that update their agents through the account are moved; what nobody asked for
stays as it is, and is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.ids import account_of, last_segment, normal_id
from .._finding import Finding, finding
from .._step import Change, StepError
from .site_recovery_model import (
    CONTAINER_MAPPING,
    DISABLED,
    ENABLED,
    IDENTITY,
    ContainerMapping,
    Fields,
    Vault,
    fields_from,
    same_fields,
    same_region,
)

KEEP, ENABLE = "keep", "enable"

MOVED, SWITCHED_ON, TOGGLED, UNCHANGED, LEFT = "moved", "switched_on", "toggled", "unchanged", "left"

# Mappings are written once the identity has its role (docs/site_recovery.md).
MAPPINGS_WAVE = 2

_ABOUT_AGENTS = "agentautoupdate"


@dataclass(frozen=True)
class Options:
    """What the task asks for. ``named`` tells that it names the vaults."""

    link: bool = False
    auto_update: str = KEEP
    toggle: bool = False
    named: bool = False


@dataclass(frozen=True)
class Own:
    """What the account's ledger says of mappings, by comparable id.

    ``switched_off`` are those that this step switched off, to switch them on again, and that nobody wrote since;
    ``toggled`` those that it has switched off and on.
    """

    switched_off: frozenset[str] = frozenset()
    toggled: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Asked:
    """The account that mappings are moved for, and what is known around it.

    ``gone`` are the comparable ids of other accounts that are not there any more.
    """

    account_id: str
    region: str
    options: Options
    own: Own = Own()
    gone: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The account's name."""
        return account_of(self.account_id).name


@dataclass(frozen=True)
class Decided:
    """What becomes of one mapping: ``writes`` are the fields that it gets, one after the other.

    ``needs_identity`` tells that it uses the account's identity then, so that this has to have its role.
    """

    mapping: ContainerMapping
    action: str
    writes: tuple[Fields, ...] = ()
    needs_identity: bool = False
    reason: str | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_written(self) -> bool:
        """Whether the mapping is changed."""
        return bool(self.writes)

    @property
    def end(self) -> Fields:
        """The fields in the end."""
        return self.writes[-1] if self.writes else self.mapping.fields


# The event that a mapping which this step had switched off was found switched on.
SETTLED = "mapping_settled"


def own_of(records: Iterable[Mapping[str, Any]], step: str) -> Own:
    """Return what a journal says of mappings. What another step wrote last is not this step's any more.

    A write that was not confirmed may have been made or not: a switch that was turned off stays this step's until it
    is known to be on again.
    """
    off: set[str] = set()
    toggled: set[str] = set()
    intended: dict[tuple[str, int], Mapping[str, Any]] = {}
    for record in records:
        if record["event"] == SETTLED:
            off.discard(normal_id(record["mapping"]))
        change = intended.get((record["run"], record.get("of", 0))) if record["event"] == "done" else None
        if change is not None and _switches(change, on=True):
            target = normal_id(change["target"])
            toggled |= off & {target}
            off.discard(target)
        if record["event"] == "intend" and record["change"]["kind"] == CONTAINER_MAPPING:
            change, target = record["change"], normal_id(record["change"]["target"])
            if record["step"] != step:
                off.discard(target)
                continue
            intended[record["run"], record["number"]] = change
            if _switches(change, on=False):
                off.add(target)
    return Own(frozenset(off), frozenset(toggled))


def _switches(change: Mapping[str, Any], *, on: bool) -> bool:
    before, after = fields_from(change["before"] or {}), fields_from(change["after"] or {})
    return before.updates is not on and after.updates is on


def decide(vault: Vault, asked: Asked) -> list[Decided]:
    """Return what becomes of each mapping of a vault.

    Raises StepError for a vault of another region that the task names, where a mapping of it would be written.
    """
    return [_decide(mapping, vault, asked) for mapping in vault.mappings]


def _decide(mapping: ContainerMapping, vault: Vault, asked: Asked) -> Decided:
    if not mapping.is_a2a:
        facts = _facts(mapping, vault, provider=mapping.provider or "another kind")
        return _left(mapping, "not Azure to Azure", "RA705", facts)
    ours_off = normal_id(mapping.id) in asked.own.switched_off and not mapping.fields.updates
    if not ours_off and not mapping.fields.names(asked.account_id) and not asked.options.link:
        return _of_another(mapping, vault, asked)
    if not mapping.fields.updates and not ours_off and asked.options.auto_update == KEEP:
        facts = _facts(mapping, vault, account=last_segment(mapping.fields.account or "no account"))
        return _left(mapping, "auto-update is off", "RA711", facts)
    decided = _written(mapping, asked)
    if decided.is_written and not same_region(vault.region, asked.region):
        return _in_another_region(mapping, vault, asked)
    return decided


def _written(mapping: ContainerMapping, asked: Asked) -> Decided:
    """Return what is written to a mapping that is meant; nothing where it is right already."""
    now = mapping.fields
    account = now.account if now.names(asked.account_id) else asked.account_id
    wanted, off = Fields(ENABLED, account, IDENTITY), Fields(DISABLED, account, IDENTITY)
    if not now.updates:
        return Decided(mapping, SWITCHED_ON, (wanted,), needs_identity=True)
    if same_fields(now, wanted):
        if asked.options.toggle and _wants_toggling(mapping, asked):
            return Decided(mapping, TOGGLED, (off, wanted), needs_identity=True)
        return Decided(mapping, UNCHANGED, needs_identity=True)
    writes = (off, wanted) if asked.options.toggle else (wanted,)
    return Decided(mapping, MOVED, writes, needs_identity=True)


def _wants_toggling(mapping: ContainerMapping, asked: Asked) -> bool:
    """Tell whether a mapping that is right is to be switched off and on: once, while its health is about updates."""
    unwell = any(category.lower().startswith(_ABOUT_AGENTS) for category in mapping.health)
    return unwell and normal_id(mapping.id) not in asked.own.toggled


def _of_another(mapping: ContainerMapping, vault: Vault, asked: Asked) -> Decided:
    """Return a mapping that names another account, or none: it is not touched."""
    named = mapping.fields.account
    if not named:
        return Decided(mapping, LEFT, reason="no account")
    facts = _facts(mapping, vault, other=last_segment(named), account=asked.name)
    if normal_id(named) in asked.gone:
        return _left(mapping, "its account is gone", "RA703", facts)
    return _left(mapping, "another account", "RA704", facts)


def _in_another_region(mapping: ContainerMapping, vault: Vault, asked: Asked) -> Decided:
    facts = _facts(mapping, vault, vault_region=vault.region, account=asked.name, region=asked.region)
    found = finding("RA706", mapping.id, **facts)
    if asked.options.named:
        raise StepError(f"{found.sentence} {found.remedy} Nothing was changed.")
    return Decided(mapping, LEFT, reason="another region", findings=(found,))


def _left(mapping: ContainerMapping, reason: str, code: str, facts: Mapping[str, Any]) -> Decided:
    return Decided(mapping, LEFT, reason=reason, findings=(finding(code, mapping.id, **facts),))


def _facts(mapping: ContainerMapping, vault: Vault, **more: Any) -> dict[str, Any]:
    return {"mapping": mapping.name, "vault": vault.name, **more}


def changes_of(decided: Sequence[Decided]) -> list[Change]:
    """Return the writes: those of one mapping in order, mappings independent of each other."""
    changes = []
    for one in decided:
        before = one.mapping.fields
        for wanted in one.writes:
            changes.append(_change(one.mapping, before, wanted))
            before = wanted
    return changes


def _change(mapping: ContainerMapping, before: Fields, after: Fields) -> Change:
    return Change(
        "update",
        CONTAINER_MAPPING,
        mapping.id,
        before=before.as_dict(),
        after=after.as_dict(),
        track=normal_id(mapping.id),
        wave=MAPPINGS_WAVE,
    )


@dataclass
class Blocked:
    """Mappings that cannot be moved, because their identity cannot be given its role: why, by comparable vault id."""

    reasons: dict[str, tuple[str, Finding]] = field(default_factory=dict)

    def apply(self, decided: Sequence[Decided]) -> list[Decided]:
        """Return what becomes of mappings; those of blocked vaults are left. A mapping that is right stays so."""
        return [self._apply(one) for one in decided]

    def _apply(self, one: Decided) -> Decided:
        blocked = self.reasons.get(normal_id(one.mapping.vault_id))
        if blocked is None or not one.is_written:
            return one
        reason, found = blocked
        return Decided(one.mapping, LEFT, reason=reason, findings=(found,))
