# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of Run As accounts that a varied estate has, in turn: every kind, status, gap, origin and scope."""

from __future__ import annotations

import random
from collections.abc import Callable

from azure_simulator import estate_model as model

CUSTOM_ROLE, CUSTOM_ROLE_OF_OTHERS = "Task Operator", "Größen-Verwalter {{ 1 }}"
MANAGEMENT_GROUP = "mg-generated"
# Not in them: what Azure refuses in names of assets (contract 3.7).
ODD_CONNECTIONS = ("Contoso's Zugang {{ größer }}", "run as (Köln) [prod]", "ταυτότητα, #1; -- 'neu'")
ODD_CERTIFICATES = ("Zertifikat {{ 7 - 1 }}", "cert (Köln) [prod]", "πιστοποιητικό #1")
SHARED = 4

Maker = Callable[["Place"], list[model.RunAs]]


class Place:
    """Where Run As accounts are made: the account's name and number, and the subscriptions around it."""

    def __init__(self, account: str, number: int, subscriptions: list[str], dice: random.Random) -> None:
        self.account = account
        self.number = number
        self.dice = dice
        self.other_subscription = subscriptions[(number + 1) % len(subscriptions)]
        self.subscription = subscriptions[number % len(subscriptions)]

    def run_as(self, part: str = "", **facts: object) -> model.RunAs:
        """One with an application whose name is known here; ``part`` tells several of one account apart."""
        suffix = f"{self.dice.getrandbits(64):016x}"
        portal = facts.get("origin") != "manual"
        name = f"{self.account}_{suffix}" if portal else f"automation of {self.account}{part}"
        return model.RunAs.model_validate({"application": name, **facts})

    def with_roles(self, *roles: tuple[str, str | None]) -> list[model.RunAs]:
        """One whose service principal has these roles, each at a scope; None is the subscription."""
        return [self.run_as(roles=[model.Role(role=name, scope=scope) for name, scope in roles])]


def _missing(part: str) -> tuple[str, Maker]:
    return f"without {part}", lambda place: [place.run_as(status="incomplete", missing=[part])]


def _differs(*parts: str) -> tuple[str, Maker]:
    return (
        f"another certificate in {' and '.join(parts)}",
        lambda place: [place.run_as(status="incomplete", differs=list(parts))],
    )


def _second(place: Place) -> model.RunAs:
    return place.run_as(" two", connection="Second connection", certificate="Second certificate")


def _odd(place: Place) -> list[model.RunAs]:
    chosen = place.number % len(ODD_CONNECTIONS)
    return [place.run_as(connection=ODD_CONNECTIONS[chosen], certificate=ODD_CERTIFICATES[chosen])]


def _classic(**facts: object) -> model.RunAs:
    return model.RunAs.model_validate({"kind": "classic", **facts})


def _expired_and_without_role(place: Place) -> list[model.RunAs]:
    return [place.run_as(status="incomplete", missing=["role"], certificate_days=-9)]


def _two_with_an_expired_one(place: Place) -> list[model.RunAs]:
    second = {"connection": "Backup Run As", "certificate": "Backup", "status": "expired", "origin": "manual"}
    return [place.run_as(), place.run_as(" two", **second)]


def _at_a_resource_group(place: Place) -> list[model.RunAs]:
    return place.with_roles(("Virtual Machine Contributor", f"{place.subscription}/rg-{place.number % 7}"))


def _at_one_machine(place: Place) -> list[model.RunAs]:
    machine = f"Microsoft.Compute/virtualMachines/vm-{place.number}"
    return place.with_roles(("Reader", f"{place.subscription}/rg-one/{machine}"))


def _shared(place: Place) -> list[model.RunAs]:
    return [model.RunAs(application=f"shared-{place.number % SHARED}")]


VARIETIES: tuple[tuple[str, Maker], ...] = (
    ("complete", lambda place: [place.run_as()]),
    ("expired", lambda place: [place.run_as(status="expired", certificate_days=-place.dice.randint(1, 900))]),
    ("about to expire", lambda place: [place.run_as(certificate_days=place.dice.randint(2, 29))]),
    _missing("connection"),
    _missing("certificate"),
    ("none", lambda place: []),
    _missing("application"),
    _missing("service_principal"),
    ("shared", _shared),
    _missing("credential"),
    _missing("application_id"),
    _missing("role"),
    ("odd names", _odd),
    _differs("connection"),
    _differs("certificate"),
    _differs("application"),
    ("complete, by hand", lambda place: [place.run_as(origin="manual")]),
    _differs("certificate", "application"),
    ("several gaps", lambda place: [place.run_as(status="incomplete", missing=["certificate", "service_principal"])]),
    ("expired and without role", _expired_and_without_role),
    ("classic", lambda place: [_classic()]),
    ("classic without the blank", lambda place: [_classic(connection_type="AzureClassicCertificate")]),
    ("classic, expired", lambda place: [_classic(status="expired")]),
    ("classic without certificate", lambda place: [_classic(status="incomplete", missing=["certificate"])]),
    ("azure and classic", lambda place: [place.run_as(), _classic()]),
    ("two of azure", lambda place: [place.run_as(), _second(place)]),
    ("two of azure, one expired and by hand", _two_with_an_expired_one),
    ("none, with the identity", lambda place: []),
    ("by hand, expired", lambda place: [place.run_as(origin="manual", status="expired")]),
    ("disabled", lambda place: [place.run_as(enabled=False)]),
    ("shared again", _shared),
    ("a custom role", lambda place: place.with_roles((CUSTOM_ROLE, None))),
    ("a role at a resource group", _at_a_resource_group),
    (
        "a role at another subscription",
        lambda place: place.with_roles(("Contributor", None), ("Reader", place.other_subscription)),
    ),
    (
        "a role at the management group",
        lambda place: place.with_roles((CUSTOM_ROLE_OF_OTHERS, None), ("Reader", f"mg:{MANAGEMENT_GROUP}")),
    ),
    ("a role at one machine", _at_one_machine),
    ("the owner", lambda place: place.with_roles(("Owner", None))),
)
