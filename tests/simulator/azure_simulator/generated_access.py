# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which roles the principals of a generated access estate hold: every kind of role at every kind of scope, in turn."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count, islice

from azure_simulator import estate_model as model

CONDITION = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete'})))"
# The only role that people give under a condition: conditions look at what is done to data.
UNDER_CONDITION = "Storage Blob Data Contributor"
TOP_GROUP, INNER_GROUP = "mg-generated", "mg-generated-inner"
# The first of these is assignable in some subscriptions only.
CUSTOM_OF_SOME, CUSTOM, CUSTOM_PRIVILEGED = "Task Operator", "Größen-Verwalter {{ 1 }}", "Access Giver"
PRIVILEGED = (
    "Owner",
    "User Access Administrator",
    "Role Based Access Control Administrator",
    CUSTOM_PRIVILEGED,
)
BUILT_IN = (
    "Reader",
    "Virtual Machine Contributor",
    "Contributor",
    "Network Contributor",
    "Storage Account Contributor",
    "Monitoring Reader",
    "Log Analytics Contributor",
    "Key Vault Contributor",
    "Automation Operator",
    "Key Vault Secrets User",
)
PLAIN = ("Reader", "Virtual Machine Contributor", "Network Contributor", "Storage Account Contributor")

# The lengths have no divisor in common, so that every kind of role comes to every kind of scope.
_ROLE_KINDS = ("built-in", "built-in", "custom", "built-in", "condition", "built-in", "privileged", "custom of some")
_SCOPE_KINDS = (
    *("subscription", "group", "resource", "group", "other subscription", "odd group", "nested resource", "root"),
    *("group", "resource", "other group", "management group", "resource", "group", "nested resource", "inner group"),
    "other group",
)
_RESOURCES = (
    "Microsoft.Compute/virtualMachines/vm-",
    "Microsoft.Storage/storageAccounts/stdata",
    "Microsoft.Network/virtualNetworks/vnet-",
)
_ODD_GROUPS = ("rg_Größe (1)", "RG.Ops-(2)")
_GROUPS = 12
# Azure allows 500 role assignments at a management group, and a copy of access doubles them.
_MOST_ABOVE = 200
_ABOVE = {"root": "/", "management group": f"mg:{TOP_GROUP}", "inner group": f"mg:{INNER_GROUP}"}


def custom_roles(subscriptions: list[str]) -> list[model.CustomRole]:
    """The custom roles that principals are given."""
    operations = ["Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines/read"]
    return [
        model.CustomRole(name=CUSTOM_OF_SOME, actions=operations, subscriptions=subscriptions[:2]),
        model.CustomRole(name=CUSTOM, actions=["Microsoft.Compute/disks/*"]),
        model.CustomRole(name=CUSTOM_PRIVILEGED, actions=["Microsoft.Authorization/roleAssignments/*"]),
    ]


class Dealer:
    """Deals role assignments to principals; a principal is given no role twice at one scope."""

    def __init__(self, subscriptions: list[str], dice: random.Random) -> None:
        self.subscriptions = subscriptions
        self.dice = dice
        self.turn = 0
        self.above: Counter[str] = Counter()

    def deal(self, home: str, size: int) -> list[model.Role]:
        """So many role assignments of a principal whose account lies in the subscription ``home``."""
        dealt: dict[tuple[str, str], model.Role] = {}
        for number in range(size):
            made = self._next(home)
            # Large numbers run out of groups: a resource is always free.
            while (made.role, made.scope or "") in dealt:
                made = self._at(home, "resource", self._role(home, "built-in"))
            if number % 7 == 3:
                made = made.model_copy(update={"description": f"Needed for task {number} of the operators"})
            dealt[made.role, made.scope or ""] = made
        return list(dealt.values())

    def _next(self, home: str) -> model.Role:
        place, kind = _SCOPE_KINDS[self.turn % len(_SCOPE_KINDS)], _ROLE_KINDS[self.turn % len(_ROLE_KINDS)]
        self.turn += 1
        if place in _ABOVE:
            self.above[place] += 1
            place = place if self.above[place] <= _MOST_ABOVE else "group"
        if place in _ABOVE and kind in ("custom", "custom of some"):
            kind = "built-in"
        role = self._role(home, kind)
        if place in _ABOVE and role == CUSTOM_PRIVILEGED:
            role = PRIVILEGED[0]
        return self._at(home, place, role)

    def _role(self, home: str, kind: str) -> str:
        choices: dict[str, tuple[str, ...]] = {
            "built-in": BUILT_IN,
            "custom": (CUSTOM,),
            "condition": (UNDER_CONDITION,),
            "privileged": PRIVILEGED,
            "custom of some": (CUSTOM_OF_SOME,),
        }
        return self.dice.choice(choices[kind])

    def _at(self, home: str, place: str, role: str) -> model.Role:
        scope = self._scope(home, place)
        if role == CUSTOM_OF_SOME and scope.split("/")[0] not in self.subscriptions[:2]:
            role = CUSTOM
        condition = CONDITION if role == UNDER_CONDITION else None
        return model.Role(role=role, scope=scope, condition=condition)

    def _scope(self, home: str, place: str) -> str:
        if place in _ABOVE:
            return _ABOVE[place]
        other = self.dice.choice([name for name in self.subscriptions if name != home])
        group = f"rg-{self.dice.randrange(_GROUPS):02}"
        number = self.dice.randrange(10**6)
        makers: dict[str, Callable[[], str]] = {
            "subscription": lambda: home,
            "other subscription": lambda: other,
            "group": lambda: f"{home}/{group}",
            "odd group": lambda: f"{home}/{self.dice.choice(_ODD_GROUPS)}",
            "other group": lambda: f"{other}/{group}",
            "resource": lambda: f"{home}/{group}/{self.dice.choice(_RESOURCES)}{number}",
            "nested resource": lambda: f"{other}/{group}/Microsoft.Sql/servers/sql-{number}/databases/db-1",
        }
        return makers[place]()


def plain(home: str, size: int) -> list[model.Role]:
    """So many role assignments of a few roles at resource groups of one subscription."""
    places: Iterator[tuple[str, int]] = ((role, group) for group in count() for role in PLAIN)
    return [model.Role(role=role, scope=f"{home}/rg-{group:02}") for role, group in islice(places, size)]
