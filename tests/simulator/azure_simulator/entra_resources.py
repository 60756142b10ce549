# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applications that offer app roles: Exchange Online and SharePoint Online, and those of the company (contract 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from azure_simulator import entra
from azure_simulator.world import DirectoryObject, World

_BORN = "2019-01-01T00:00:00Z"


@dataclass(frozen=True)
class Resource:
    """An application of Microsoft's: its appId and the ids of its app roles are the same in every tenant."""

    app_id: str
    name: str
    roles: Mapping[str, str]


EXCHANGE = Resource(
    "00000002-0000-0ff1-ce00-000000000000",
    "Office 365 Exchange Online",
    {
        "full_access_as_app": "dc890d15-9560-4a4c-9b7f-a736ec74ec40",
        "Exchange.ManageAsApp": "dc50a0fb-09a3-484d-be87-e023b12c6440",
    },
)
SHAREPOINT = Resource(
    "00000003-0000-0ff1-ce00-000000000000",
    "Office 365 SharePoint Online",
    {"Sites.FullControl.All": "678536fe-1083-478a-9c59-b99265e6b0d3"},
)
# How an estate calls them.
BY_NAME = {"exchange": EXCHANGE, "sharepoint": SHAREPOINT}


def add_resource(world: World, tenant_id: str, resource: Resource, object_id: str) -> DirectoryObject:
    """The service principal of one of Microsoft's applications in a tenant, made once."""
    known = world.service_principal_of_app(tenant_id, resource.app_id)
    if known is not None:
        return known
    data = entra.service_principal(object_id, resource.app_id, resource.name, _BORN, tenant_id)
    offer(data, resource.roles)
    return world.add_object(DirectoryObject(object_id, entra.SERVICE_PRINCIPAL, tenant_id, data))


def offer(data: entra.Wire, roles: Mapping[str, str]) -> None:
    """Give an application, or its service principal, app roles: names with their ids."""
    data["appRoles"] = [entra.app_role(name, role_id) for name, role_id in roles.items()]
