# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Estates whose Run As accounts hold access of every kind and at every scope, with the truth about it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from azure_simulator import estate_model as model
from azure_simulator.access_truth import AccountTruth, PrincipalTruth
from azure_simulator.estate_model_key_vaults import KeyVault
from azure_simulator.generated_access import (
    CONDITION,
    INNER_GROUP,
    TOP_GROUP,
    UNDER_CONDITION,
    Dealer,
    custom_roles,
    plain,
)
from azure_simulator.generated_directory import COMPANY, app_roles, directory_roles
from azure_simulator.generated_groups import Groups, generate_groups
from azure_simulator.generated_vaults import Place, shared_vault, vault_of
from azure_simulator.generator import REGIONS, SUBSCRIPTIONS, new_dice

# The copies count too: a subscription may hold 4,000, and an estate should leave room.
_MOST_IN_A_SUBSCRIPTION = 3000
# Two in a dozen accounts share a principal; others lack or have one that nothing can log in with.
_DOZEN = 12
_SHARED, _SHARING, _DELETED, _EXPIRED, _DISABLED = 3, 10, 5, 7, 9


def generate_access(
    principals: int, assignments: int, seed: int, *, only_plain: bool = False
) -> tuple[model.Estate, list[AccountTruth]]:
    """An estate of so many accounts whose Run As principals hold so many role assignments each, and the truth.

    With ``only_plain`` they are direct ones at resource groups of one subscription, and there is nothing else.
    """
    size = max(SUBSCRIPTIONS, -(-2 * principals * assignments // _MOST_IN_A_SUBSCRIPTION))
    names = [f"subscription-{number}" for number in range(1, size + 1)]
    maker = _Maker(names, new_dice(seed), assignments, only_plain)
    for number in range(principals):
        maker.add_account(number)
    if not only_plain:
        maker.add_what_is_shared()
    kind = "plain" if only_plain else "of every kind"
    estate = model.Estate(
        title=f"{principals} accounts with {assignments} role assignments {kind} each, seed {seed}",
        tenants=[model.Tenant(name="generated")],
        management_groups=[
            model.ManagementGroup(name=TOP_GROUP),
            model.ManagementGroup(name=INNER_GROUP, parent=TOP_GROUP),
        ],
        subscriptions=[_subscription(name, number) for number, name in enumerate(names)],
        custom_roles=custom_roles(names),
        logins=_plain_logins() if only_plain else _logins(),
        **maker.members(),
    )
    return estate, maker.truths


def _subscription(name: str, number: int) -> model.Subscription:
    """The first two lie in the inner management group."""
    return model.Subscription(name=name, management_group=INNER_GROUP if number < 2 else TOP_GROUP)


def _plain_logins() -> dict[str, model.Login]:
    """One that may migrate all role assignments, and one that may read all of it but the root."""
    reading = [model.Role(role="Reader", scope=f"mg:{TOP_GROUP}")]
    return {
        "migration": model.Login(secret="FAKE-migration-login-secret-not-real", graph="manage", roles=_everywhere()),
        "reader": model.Login(secret="FAKE-reader-login-secret-not-real", graph="read", roles=reading),
    }


def _logins() -> dict[str, model.Login]:
    """The same, where the first may give all there is; others may give less in Microsoft Entra, or nothing there."""
    plain_ones = _plain_logins()
    return {
        **plain_ones,
        "migration": plain_ones["migration"].model_copy(update={"graph": "administer"}),
        "assigner": model.Login(secret="FAKE-assigner-login-secret-not-real", graph="manage", roles=_everywhere()),
        "operator": model.Login(secret="FAKE-operator-login-secret-not-real", graph="read", roles=_everywhere()),
    }


def _everywhere() -> list[model.Role]:
    return [model.Role(role="Contributor"), model.Role(role="User Access Administrator", scope="/")]


@dataclass
class _Maker:
    """Makes accounts one after the other, and remembers what is true about them."""

    subscriptions: list[str]
    dice: random.Random
    assignments: int
    only_plain: bool
    truths: list[AccountTruth] = field(default_factory=list)
    accounts: list[model.Account] = field(default_factory=list)
    applications: list[model.Application] = field(default_factory=list)
    groups: list[model.Group] = field(default_factory=list)
    eligible: list[model.Eligible] = field(default_factory=list)
    key_vaults: list[KeyVault] = field(default_factory=list)
    principals: list[PrincipalTruth] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dealer = Dealer(self.subscriptions, self.dice)

    def members(self) -> dict[str, Any]:
        """What has been made, as members of an estate."""
        names = ("accounts", "applications", "groups", "eligible", "key_vaults")
        return {name: getattr(self, name) for name in names}

    # --- accounts ---------------------------------------------------------

    def add_account(self, number: int) -> None:
        place = -1 if self.only_plain else number % _DOZEN
        home = self.subscriptions[number % len(self.subscriptions)]
        name = f"aa-{number + 1:05}"
        shares = place == _SHARING
        # Who shares a principal shares that of an account seven places before.
        principal = self.truths[number - _SHARING + _SHARED].principal if shares else self._principal(name, home, place)
        run_as = model.RunAs(
            application=principal.application,
            status="expired" if place == _EXPIRED else "complete",
            enabled=place != _DISABLED,
            roles=[] if shares else list(principal.direct),
        )
        identity = [] if self.only_plain or number % 4 != 1 else self._held_already(principal)
        account = model.Account(
            name=name,
            subscription=home,
            resource_group=f"rg-automation-{number % 10}",
            region=self.dice.choice(REGIONS),
            identity=["system"],
            identity_roles=identity,
            run_as=[run_as],
        )
        self.accounts.append(account)
        unused = {_EXPIRED: "expired", _DISABLED: "disabled", _DELETED: "deleted"}.get(place)
        self.truths.append(AccountTruth(name, home, principal, identity, unused))

    def _principal(self, account: str, home: str, place: int) -> PrincipalTruth:
        number = len(self.principals)
        application = f"{account}_{self.dice.getrandbits(64):016x}"
        if self.only_plain:
            made = PrincipalTruth(application, home, plain(home, self.assignments))
        else:
            made = PrincipalTruth(application, home, self._roles(home, number))
            self._add_directory_access(made, number, place)
            self._add_vaults(made, account, number)
        self.principals.append(made)
        return made

    def _roles(self, home: str, number: int) -> list[model.Role]:
        """Every other principal has what the portal gave to Run As accounts."""
        roles = self.dealer.deal(home, self.assignments)
        default = model.Role(role="Contributor", scope=home)
        if number % 2 or not roles or any((role.role, role.scope) == ("Contributor", home) for role in roles):
            return roles
        return [default, *roles[1:]]

    def _held_already(self, principal: PrincipalTruth) -> list[model.Role]:
        """What an identity holds before: some of the same, and one under another condition."""
        same = [role for role in principal.direct if not role.condition][:2]
        others = [role for role in principal.direct if role.role == UNDER_CONDITION][:1]
        changed = [role.model_copy(update={"condition": f"{CONDITION} AND (1 == 1)"}) for role in others]
        return [*same, *changed]

    # --- what is no direct role assignment --------------------------------

    def _add_directory_access(self, principal: PrincipalTruth, number: int, place: int) -> None:
        """Give what is held in Microsoft Entra; it goes with the service principal."""
        principal.deleted = deleted = place == _DELETED
        if not deleted:
            principal.app_roles = app_roles(number, self.dice)
            principal.directory_roles = directory_roles(number)
        if deleted or principal.app_roles or principal.directory_roles:
            self.applications.append(
                model.Application(
                    name=principal.application,
                    app_roles=principal.app_roles,
                    directory_roles=principal.directory_roles,
                    enabled=place != _DISABLED,
                    deleted=deleted,
                )
            )

    def _add_vaults(self, principal: PrincipalTruth, account: str, number: int) -> None:
        place = Place(number, account, principal.application, self.dice.choice(self.subscriptions))
        vault = vault_of(place, deleted=principal.deleted)
        if vault is not None:
            self.key_vaults.append(vault)
            principal.vaults.append(vault)

    def add_what_is_shared(self) -> None:
        """Add groups, a vault that several principals use, and the company's own application."""
        self.applications.append(COMPANY)
        shared, users = shared_vault(self.principals, self.subscriptions[0])
        self.key_vaults.append(shared)
        for principal in users:
            principal.vaults.append(shared)
        made: Groups = generate_groups(self.principals, self.truths, self.subscriptions)
        self.groups += made.groups
        self.eligible += made.eligible
