# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key vaults of a generated access estate: in both modes, with a firewall, with every kind of entry, in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from azure_simulator.access_truth import PrincipalTruth
from azure_simulator.estate_model_key_vaults import AccessPolicy, Firewall, KeyVault
from azure_simulator.generated_directory import COMPANY

_PERMISSIONS: tuple[dict[str, list[str]], ...] = (
    {"secrets": ["get", "list"]},
    {"secrets": ["Get"], "certificates": ["get", "managecontacts"]},
    {"keys": ["get", "wrapKey", "unwrapKey"], "secrets": ["get", "set", "delete"]},
)
# Of eight principals, those with an even number have a vault of their own.
_TURN = 8
_PART_IS_THERE, _FIREWALL, _MORE_IS_THERE, _RBAC = 0, 2, 4, 6


@dataclass(frozen=True)
class Place:
    """Whose vault it is: the principal's number, its account, its application, and the vault's subscription."""

    number: int
    account: str
    application: str
    subscription: str


def vault_of(place: Place, *, deleted: bool) -> KeyVault | None:
    """The vault of a principal; every other has one, and so has one that is deleted."""
    if place.number % 2 and not deleted:
        return None
    turn = place.number % _TURN
    return KeyVault(
        name=f"kv-{place.number + 1:05}",
        subscription=place.subscription,
        rbac=turn == _RBAC,
        firewall=Firewall(addresses=["203.0.113.7"]) if turn == _FIREWALL else None,
        access_policies=[
            _entry(place.application, **_PERMISSIONS[place.number // 2 % len(_PERMISSIONS)]),
            *_of_others(place, turn),
        ],
    )


def _of_others(place: Place, turn: int) -> list[AccessPolicy]:
    """What the identity may do there from the start, and what is for users of an application (contract 7)."""
    if turn == _PART_IS_THERE:
        return [_entry(place.account, secrets=["get"])]
    if turn == _MORE_IS_THERE:
        user = _entry(place.application, application=COMPANY.name, secrets=["recover"])
        return [_entry(place.account, secrets=["get"], certificates=["list"]), user]
    return []


def shared_vault(principals: Sequence[PrincipalTruth], subscription: str) -> tuple[KeyVault, list[PrincipalTruth]]:
    """A vault that every fourth principal uses, and these."""
    users = [principal for principal in principals if not principal.deleted][3::4]
    entries = [_entry(principal.application, secrets=["get"]) for principal in users]
    return KeyVault(name="kv-of-several", subscription=subscription, access_policies=entries), users


def _entry(principal: str, **members: Any) -> AccessPolicy:
    return AccessPolicy.model_validate({"principal": principal, **members})
