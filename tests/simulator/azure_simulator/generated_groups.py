# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups of a generated access estate: in each other, closed to people, with roles of Azure and of Entra."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from azure_simulator import estate_model as model
from azure_simulator.access_truth import AccountTruth, PrincipalTruth
from azure_simulator.generated_access import INNER_GROUP

_TEAMS_OF_A_DEPARTMENT = 3
# Groups of operators: the first of three is a group like any, the others give directory roles.
_MAY_ACTIVATE, _PRIVILEGED = 1, 2


@dataclass
class Groups:
    """Groups, and what these may activate."""

    groups: list[model.Group] = field(default_factory=list)
    eligible: list[model.Eligible] = field(default_factory=list)


def generate_groups(
    principals: Sequence[PrincipalTruth], accounts: Sequence[AccountTruth], subscriptions: Sequence[str]
) -> Groups:
    """Put each principal that is there into a group of one of three sorts, and write down in which.

    The first sort are teams, which are in departments, and these in one group of all; the second are operators; into
    the third nobody is put by hand. Some identities are in a group from the start.
    """
    made = Groups()
    there = [principal for principal in principals if not principal.deleted]
    _add_teams(made, there[::3], subscriptions)
    for number, principal in enumerate(there[1::3], 1):
        _add_operators(made, number, principal, accounts)
    for number, principal in enumerate(there[2::3], 1):
        _add_closed(made, number, principal)
    _add_group_of_identities(made, accounts)
    return made


def _join(principal: PrincipalTruth, group: model.Group) -> model.Group:
    principal.own_groups.append(group)
    principal.groups.append(group)
    return group


def _add_teams(made: Groups, members: Sequence[PrincipalTruth], subscriptions: Sequence[str]) -> None:
    teams = [_join(principal, _team(number, principal)) for number, principal in enumerate(members, 1)]
    made.groups += teams
    names: list[str] = []
    for start in range(0, len(teams), _TEAMS_OF_A_DEPARTMENT):
        number = start // _TEAMS_OF_A_DEPARTMENT + 1
        part = slice(start, start + _TEAMS_OF_A_DEPARTMENT)
        names.append(_add_department(made, number, teams[part], members[part], subscriptions))
    roles = [model.Role(role="Reader", scope=f"mg:{INNER_GROUP}")]
    everybody = model.Group(name="everybody", members=names, roles=roles)
    made.groups.append(everybody)
    for principal in members:
        principal.groups.append(everybody)


def _team(number: int, principal: PrincipalTruth) -> model.Group:
    """Every other team may give out roles."""
    place = f"{principal.home}/rg-team-{number}"
    roles = [model.Role(role="Virtual Machine Contributor", scope=place)]
    if number % 2:
        roles.append(model.Role(role="Owner", scope=place))
    return model.Group(name=f"team-{number}", members=[principal.application], roles=roles)


def _add_department(
    made: Groups,
    number: int,
    teams: Sequence[model.Group],
    members: Sequence[PrincipalTruth],
    subscriptions: Sequence[str],
) -> str:
    roles = [model.Role(role="Monitoring Reader", scope=subscriptions[number % len(subscriptions)])]
    department = model.Group(name=f"department-{number}", members=[team.name for team in teams], roles=roles)
    eligible = model.Eligible(principal=department.name, role="Owner", scope=subscriptions[0], days=90)
    for principal in members:
        principal.groups.append(department)
        principal.eligible.append(eligible)
    made.groups.append(department)
    made.eligible.append(eligible)
    return department.name


def _add_operators(made: Groups, number: int, principal: PrincipalTruth, accounts: Sequence[AccountTruth]) -> None:
    """Groups that people are added to. The first, fifth, ... has the identity as well."""
    turn, name = number % 3, f"operators-{number}"
    of_entra = {0: "Directory Readers", _PRIVILEGED: "User Administrator"}.get(turn)
    place = f"{principal.home}/rg-operators-{number}"
    owners = [account for account in accounts if account.principal is principal] if number % 4 == 1 else []
    group = model.Group(
        name=name,
        members=[principal.application, *(account.name for account in owners)],
        roles=[] if turn == _PRIVILEGED else [model.Role(role="Reader", scope=place)],
        directory_roles=[model.Role(role=of_entra)] if of_entra else [],
        role_assignable=of_entra is not None,
    )
    made.groups.append(_join(principal, group))
    for account in owners:
        account.identity_groups.append(group)
    if turn == _MAY_ACTIVATE:
        eligible = model.Eligible(principal=name, role="Contributor", scope=place)
        principal.eligible.append(eligible)
        made.eligible.append(eligible)


def _add_closed(made: Groups, number: int, principal: PrincipalTruth) -> None:
    """Groups with members by a rule, and groups from an on-premises directory, of which the latter give nothing."""
    members = [principal.application]
    if number % 2:
        roles = [model.Role(role="Reader", scope=f"{principal.home}/rg-ruled-{number}")]
        group = model.Group(name=f"ruled-{number}", members=members, roles=roles, dynamic=True)
    else:
        group = model.Group(name=f"on-premises-{number}", members=members, synced=True)
    made.groups.append(_join(principal, group))


def _add_group_of_identities(made: Groups, accounts: Sequence[AccountTruth]) -> None:
    """A group that has identities and none of the principals."""
    members = [account for account in accounts if account.identity_groups == []][1::6]
    group = model.Group(name="identities", members=[account.name for account in members])
    for account in members:
        account.identity_groups.append(group)
    made.groups.append(group)
