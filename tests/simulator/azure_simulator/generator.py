# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates of any size, the same for the same arguments, with the truth about them written down."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from azure_simulator import estate_model as model
from azure_simulator import generated_runbooks
from azure_simulator.generated_runbooks import Form

SUBSCRIPTIONS = 5
REGIONS = ("westeurope", "northeurope", "eastus", "westus2", "southeastasia")
_ROLES = ("Contributor", "Reader", "Virtual Machine Contributor", "Network Contributor", "Storage Account Contributor")

# How many of a hundred accounts are of each kind.
_KINDS = (("complete", 70), ("expired", 8), ("incomplete", 5), ("shared", 6), ("classic", 3), ("none", 8))


@dataclass(frozen=True)
class AccountTruth:
    """What a tool should find out about one generated account."""

    name: str
    run_as: str
    application: str | None
    roles: list[str]
    rewritable: list[str]
    manual: list[str]
    untouched: list[str]
    pending_drafts: list[str]

    def as_dict(self) -> dict[str, Any]:
        return dict(vars(self))


def generate(accounts: int, runbooks: int, seed: int) -> tuple[model.Estate, dict[str, Any]]:
    """An estate of so many accounts with so many runbooks each, and the truth about it, by account."""
    dice = new_dice(seed)
    names = [f"subscription-{number}" for number in range(1, SUBSCRIPTIONS + 1)]
    made = [_account(number, runbooks, names, new_dice(dice.getrandbits(64))) for number in range(1, accounts + 1)]
    estate = model.Estate(
        title=f"{accounts} generated accounts with {runbooks} runbooks each, seed {seed}",
        tenants=[model.Tenant(name="generated")],
        management_groups=[model.ManagementGroup(name="mg-generated")],
        subscriptions=[model.Subscription(name=name, management_group="mg-generated") for name in names],
        accounts=[account for account, _ in made],
        logins=usual_logins(),
    )
    return estate, {truth.name: truth.as_dict() for _, truth in made}


def new_dice(seed: int) -> random.Random:
    """Dice that fall the same at every run."""
    return random.Random(seed)  # noqa: S311 - it must be the same at every run, and hides nothing


def usual_logins() -> dict[str, model.Login]:
    """A login that may migrate, and one that may only read."""
    reader = model.Login(
        secret="FAKE-reader-login-secret-not-real",
        graph="read",
        roles=[model.Role(role="Reader", scope="mg:mg-generated")],
    )
    return {"migration": model.migration_login("FAKE-migration-login-secret-not-real"), "reader": reader}


def _account(number: int, runbooks: int, names: list[str], dice: random.Random) -> tuple[model.Account, AccountTruth]:
    name = f"aa-{number:05}"
    subscription = names[number % len(names)]
    kind = dice.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS])[0]
    roles = _roles(dice)
    run_as = _run_as(kind, number, roles)
    forms = [_form(kind, dice) for _ in range(runbooks)]
    books = [_runbook(form, place, dice) for place, form in enumerate(forms, 1)]
    account = model.Account(
        name=name,
        subscription=subscription,
        resource_group=f"rg-{number % 40:02}",
        region=dice.choice(REGIONS),
        tags={"generated": "yes"},
        identity=["system"] if kind == "none" else [],
        run_as=[run_as] if run_as else [],
        runbooks=books,
        schedules=[model.Schedule(name="nightly", time="02:00")] if books else [],
        links=[model.Link(runbook=books[0].name, schedule="nightly", parameters={"Number": "1"})] if books else [],
    )
    named = list(zip(forms, books, strict=True))
    truth = AccountTruth(
        name=name,
        run_as="complete" if kind == "shared" else "absent" if kind == "none" else kind,
        application=run_as.application if run_as else None,
        roles=[role.role for role in roles] if run_as and run_as.kind == "azure" else [],
        rewritable=[book.name for form, book in named if form.verdict == "rewritable"],
        manual=[book.name for form, book in named if form.verdict == "manual"],
        untouched=[book.name for form, book in named if form.verdict == "untouched"],
        pending_drafts=[book.name for book in books if book.draft is not None],
    )
    return account, truth


def _roles(dice: random.Random) -> list[model.Role]:
    count = dice.choices((1, 2, 3), (80, 15, 5))[0]
    return [model.Role(role=name) for name in dice.sample(_ROLES, count)]


def _run_as(kind: str, number: int, roles: list[model.Role]) -> model.RunAs | None:
    makers: dict[str, Callable[[], model.RunAs | None]] = {
        "complete": lambda: model.RunAs(roles=roles),
        "expired": lambda: model.RunAs(status="expired", roles=roles),
        "incomplete": lambda: model.RunAs(status="incomplete", missing=["certificate"], roles=roles),
        "shared": lambda: model.RunAs(application=f"shared-{number % 7}", roles=roles),
        "classic": lambda: model.RunAs(kind="classic"),
        "none": lambda: None,
    }
    return makers[kind]()


def _form(kind: str, dice: random.Random) -> Form:
    if kind in ("none", "classic"):
        return generated_runbooks.UNTOUCHED[0]
    forms = generated_runbooks.FORMS
    return dice.choices(forms, [form.weight for form in forms])[0]


def _runbook(form: Form, place: int, dice: random.Random) -> model.Runbook:
    text = form.text.replace("__NUMBER__", str(dice.randrange(10**6)))
    draft = f"# unfinished\n{text}" if dice.random() < 0.02 else None
    return model.Runbook(
        name=f"{form.name}-{place:02}",
        type=form.type,
        text=text,
        bom=dice.random() < 0.2,
        crlf=dice.random() < 0.25,
        draft=draft,
    )
