# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Varied estates: every kind of account, Run As account and runbook, with the truth about each, for assessments."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import estate_model as model
from azure_simulator.generated_forms import Form, forms
from azure_simulator.generated_run_as import CUSTOM_ROLE, CUSTOM_ROLE_OF_OTHERS, MANAGEMENT_GROUP, VARIETIES, Place
from azure_simulator.generator import REGIONS, SUBSCRIPTIONS, new_dice, usual_logins
from azure_simulator.varied_truth import AccountTruth, RunbookTruth, run_as_names

_IDENTITIES = ("id-reporting", "id-scaling")
_IDENTITY_SETS: tuple[list[str], ...] = ([], ["system"], ["id-reporting"], ["system", "id-reporting", "id-scaling"])
_OPERATIONS = ["Microsoft.Compute/virtualMachines/start/action", "Microsoft.Compute/virtualMachines/read"]
_GROUPS = ("rg-automation", "rg_Größe (1)", "RG-Ops", "rg.ops-(2)")
_TAGS: tuple[dict[str, str], ...] = (
    {},
    {"owner": 'O\'Brien "ops" & <script>alert(1)</script>'},
    {"vorlage": "{{ 7 * 7 }}", "größe": "ü/../x"},
    {"cost center": "42", "AzureRunAsConnection": "not any more"},
)
# What the logins of the forms need beside Az, so that a text decides alone whether it can be rewritten.
_MODULES = tuple(
    model.Module(name=name, version=version)
    for name, version in (
        ("ExchangeOnlineManagement", "3.4.0"),
        ("Microsoft.Graph.Authentication", "2.15.0"),
        ("MicrosoftTeams", "5.8.0"),
    )
)
_SCHEDULES = ("nightly", "Jeden Tag um 2 {{ now() }}", 'Ralf\'s "weekly"', "每周")
_OTHER_CONNECTIONS = (
    model.Connection(name="Ticketing", type="ServiceNow", fields={"Url": "https://tickets.example", "Username": "ops"}),
    model.Connection(
        name="Management",
        type="Azure",
        fields={"SubscriptionID": "00000000-0000-0000-0000-000000000001", "AutomationCertificateName": "Management"},
    ),
    model.Connection(name="Customer API", type="Contoso.Customer", fields={"TenantId": "customer"}),
)
# The status of a runbook's last job, and how long ago it was: days, minutes. Some never run.
_JOBS: tuple[tuple[model.JobStatus, int, int] | None, ...] = (
    ("Completed", 0, 70),
    ("Failed", 3, 5),
    None,
    ("Completed", 29, 10),
    ("Running", 0, 2),
    None,
    ("Suspended", 12, 0),
)


@dataclass
class _Counter:
    """Deals the forms in turn, so that every form comes up as often as any other that fits."""

    forms: tuple[Form, ...] = field(default_factory=forms)
    position: int = 0

    def next(self, names: dict[str, str], *, uses: bool | None = None, need: str | None = None) -> Form:
        """The next form that an account with these names can have, of the use that is wanted."""
        for _ in self.forms:
            form = self.forms[self.position % len(self.forms)]
            self.position += 1
            if form.fits(names) and uses in (None, form.uses_run_as) and (need is None or need in form.needs):
                return form
        raise ValueError("no form of runbook fits an account")


def generate_varied(accounts: int, runbooks: int, seed: int) -> tuple[model.Estate, list[AccountTruth]]:
    """An estate of so many accounts with so many runbooks each, and the truth about each account, in order."""
    dice, counter = new_dice(seed), _Counter()
    names = [f"subscription-{number}" for number in range(1, SUBSCRIPTIONS + 1)]
    makers = [
        _AccountMaker(number, runbooks, names, new_dice(dice.getrandbits(64)), counter) for number in range(accounts)
    ]
    made = [maker.make() for maker in makers]
    estate = model.Estate(
        title=f"{accounts} varied accounts with {runbooks} runbooks each, seed {seed}",
        tenants=[model.Tenant(name="generated")],
        management_groups=[model.ManagementGroup(name=MANAGEMENT_GROUP)],
        subscriptions=[model.Subscription(name=name, management_group=MANAGEMENT_GROUP) for name in names],
        custom_roles=[
            model.CustomRole(name=CUSTOM_ROLE, actions=_OPERATIONS),
            model.CustomRole(name=CUSTOM_ROLE_OF_OTHERS, actions=["Microsoft.Compute/disks/*"]),
        ],
        identities=[model.Identity(name=name) for name in _IDENTITIES],
        accounts=[account for account, _ in made],
        logins=usual_logins(),
    )
    return estate, [truth for _, truth in made]


class _AccountMaker:
    """Makes one account and the truth about it."""

    def __init__(self, number: int, runbooks: int, names: list[str], dice: random.Random, counter: _Counter) -> None:
        self.number = number
        self.runbooks = runbooks
        self.dice = dice
        self.counter = counter
        self.name = f"aa-{number + 1:05}"
        self.place = Place(self.name, number, names, dice)
        self.variety, maker = VARIETIES[number % len(VARIETIES)]
        self.run_as = maker(self.place)
        self.names = run_as_names(self.run_as)

    def make(self) -> tuple[model.Account, AccountTruth]:
        # A number of turns that has no divisor in common with that of the varieties mixes the two.
        round_number = self.number + self.number // len(VARIETIES)
        identity = ["system"] if self.variety == "none, with the identity" else _IDENTITY_SETS[round_number % 4]
        made = [self._runbook(place) for place in range(1, self.runbooks + 1)]
        books = [book for book, _ in made]
        account = model.Account(
            name=self.name,
            subscription=self.place.subscription,
            resource_group=_GROUPS[round_number % len(_GROUPS)],
            region=self.dice.choice(REGIONS),
            tags=dict(_TAGS[round_number % len(_TAGS)]),
            identity=list(identity),
            run_as=self.run_as,
            runbooks=books,
            connections=list(_OTHER_CONNECTIONS),
            modules=list(_MODULES),
            **self._starters(books),
        )
        truth = AccountTruth(self.name, self.variety, list(identity), self.run_as, [truth for _, truth in made])
        self._tell_starters(account, truth)
        return account, truth

    # --- runbooks ---------------------------------------------------------

    def _runbook(self, place: int) -> tuple[model.Runbook, RunbookTruth]:
        form = self._first_form() if place == 1 else self.counter.next(self.names)
        turn = self.number * self.runbooks + place
        is_new = turn % 17 == 0
        draft = self._draft(form) if turn % 9 == 0 and not is_new else None
        name = f"{form.name}-{place:02}"
        book = model.Runbook(
            name=name,
            type=form.type,
            state="new" if is_new else "published",
            base64=form.encoded(self.names, self._number()),
            draft_base64=draft.encoded(self.names, self._number()) if draft else None,
            description="Logged in with AzureRunAsConnection before." if turn % 5 == 0 else None,
        )
        return book, RunbookTruth(name, form.type, None if is_new else form, form if is_new else draft)

    def _first_form(self) -> Form:
        """One that uses what only few accounts have: so it does not wait for its turn."""
        rare = next((place for place in ("SECOND", "CLASSIC") if place in self.names), None)
        return self.counter.next(self.names, need=rare)

    def _draft(self, form: Form) -> Form | None:
        """A draft of the same type that uses Run As where the published content does not, or the other way round."""
        wanted = not form.uses_run_as if self.names else None
        for _ in self.counter.forms:
            draft = self.counter.next(self.names, uses=wanted)
            if draft.type == form.type:
                return draft
        return None

    def _number(self) -> int:
        return self.dice.randrange(10**6)

    # --- what starts them -------------------------------------------------

    def _starters(self, books: list[model.Runbook]) -> dict[str, Any]:
        """Schedules, links, webhooks, worker groups and jobs: in three accounts of four."""
        published = [book for book in books if book.state == "published"]
        if not published or self.number % 4 == 3:
            return {}
        schedule = _SCHEDULES[self.number % len(_SCHEDULES)]
        group = "On site Köln" if self.number % 3 == 0 else None
        jobs = [
            model.Job(runbook=book.name, status=last[0], days=last[1], minutes=last[2], run_on=group)
            for position, book in enumerate(published)
            if (last := _JOBS[(self.number + position) % len(_JOBS)]) is not None
        ]
        return {
            "schedules": [model.Schedule(name=schedule, time="02:00", enabled=self.number % 5 != 0)],
            "links": [model.Link(runbook=published[0].name, schedule=schedule, run_on=group)],
            "webhooks": [model.Webhook(name="alert {{ 1 }}", runbook=published[-1].name, days=30, invoked_days=4)],
            "hybrid_worker_groups": [model.HybridWorkerGroup(name=group)] if group else [],
            "jobs": [*jobs, *(job.model_copy(update={"days": 30, "status": "Failed"}) for job in jobs[:1])],
        }

    def _tell_starters(self, account: model.Account, truth: AccountTruth) -> None:
        by_name = {runbook.name: runbook for runbook in truth.runbooks}
        for link in account.links:
            by_name[link.runbook].schedules.append(link.schedule)
        for webhook in account.webhooks:
            by_name[webhook.runbook].webhooks.append(webhook.name)
        for job in reversed(account.jobs):
            by_name[job.runbook].last_job = {"status": job.status, "days": job.days, "run_on": job.run_on}
