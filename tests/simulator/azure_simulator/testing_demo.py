# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo estate as a world, and how tests find things in it by name."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline.policies import RetryPolicy
from azure.mgmt.authorization import AuthorizationManagementClient

from azure_simulator import estates
from azure_simulator.providers.automation.model import Account
from azure_simulator.settings import Settings
from azure_simulator.testing import Answer, Azure, fetch
from azure_simulator.world import DirectoryObject, World


def demo_world(**settings: Any) -> World:
    """The demo estate, with other settings than usual if a test needs them."""
    world = World(Settings(**settings))
    estates.load(world)
    return world


def subscription(azure: Azure, name: str) -> str:
    """The id of a subscription by its name."""
    return next(item.id for item in azure.world.subscriptions.values() if item.name == name)


def account(azure: Azure, name: str) -> Account:
    return next(item for item in azure.world.accounts.values() if item.name == name)


def directory_object(azure: Azure, kind: str, name: str) -> DirectoryObject:
    """An object of the directory by kind and display name."""
    return next(item for item in azure.world.objects.values() if item.kind == kind and item.data["displayName"] == name)


def roles_client(azure: Azure, subscription_name: str, login: str = "migration") -> AuthorizationManagementClient:
    """The real client of Microsoft.Authorization; errors are not retried."""
    return AuthorizationManagementClient(
        azure.credential(login),
        subscription(azure, subscription_name),
        base_url=azure.base,
        credential_scopes=[azure.base + "/.default"],
        connection_verify=azure.ca,
        retry_policy=RetryPolicy.no_retries(),
    )


def graph(azure: Azure, method: str, path: str, body: Any = None, *, login: str = "migration") -> Answer:
    """One request to Microsoft Graph; ``path`` follows ``/v1.0``, or is a whole URL."""
    base = azure.endpoint["graph"]
    url = path if path.startswith("https://") else f"{base}/v1.0{path}"
    return fetch(method, url.replace(" ", "%20"), body, azure.ca, azure.token(login, base))


def resource_manager(
    azure: Azure, method: str, path: str, body: Any = None, *, version: str, login: str = "migration"
) -> Answer:
    """One request to Resource Manager with a login of the demo estate."""
    url = path if path.startswith("https://") else f"{azure.base}{path}"
    glue = "" if "api-version=" in url else ("&" if "?" in url else "?") + f"api-version={version}"
    return fetch(method, url + glue, body, azure.ca, azure.token(login))
