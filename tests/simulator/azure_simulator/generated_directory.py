# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the principals of a generated access estate hold in Microsoft Entra: every kind of it in turn."""

from __future__ import annotations

import random

from azure_simulator import estate_model as model

# An application of the company's own, which offers an app role.
COMPANY = model.Application(name="company-api", offers=["Orders.Read"])

# Their holders can give themselves more, read all mail, or own every site (contract 5.4 and 5.5).
PRIVILEGED_APP_ROLES = frozenset(
    {
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "exchange/full_access_as_app",
        "sharepoint/Sites.FullControl.All",
    }
)
PRIVILEGED_DIRECTORY_ROLES = frozenset({"Global Reader", "User Administrator"})
UNIT = "/administrativeUnits/0f6c2f4e-52b1-4c0f-9d0c-3a1f0c9c7d11"

_OF_GRAPH = ("User.Read.All", "Mail.Send", "Group.Read.All", "Application.ReadWrite.All", "Directory.Read.All")
_OF_OTHERS: tuple[tuple[str, ...], ...] = (
    ("exchange/Exchange.ManageAsApp", "AppRoleAssignment.ReadWrite.All"),
    ("sharepoint/Sites.FullControl.All", "company-api/Orders.Read"),
    ("exchange/full_access_as_app",),
    (),
)
_DIRECTORY_ROLES: tuple[tuple[model.Role, ...], ...] = (
    (model.Role(role="Directory Readers"),),
    (model.Role(role="Exchange Administrator"), model.Role(role="Global Reader")),
    (),
    (),
    (model.Role(role="User Administrator"), model.Role(role="Groups Administrator", scope=UNIT)),
)


def app_roles(number: int, dice: random.Random) -> list[str]:
    """The app roles of a principal in the words of an estate: some of Microsoft Graph, some of other applications."""
    of_graph = dice.sample(_OF_GRAPH, 2) if number % 3 == 1 else []
    return [*of_graph, *_OF_OTHERS[number % len(_OF_OTHERS)]]


def directory_roles(number: int) -> list[model.Role]:
    """The directory roles of a principal."""
    return list(_DIRECTORY_ROLES[number % len(_DIRECTORY_ROLES)])
