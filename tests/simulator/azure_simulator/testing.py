# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For the simulator's own tests: a small Azure of one account, served over TLS, and the real SDK clients for it.

Needs the ``test`` extra; nothing that runs the simulator imports it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from ssl import create_default_context
from typing import Any

from azure.core.pipeline.policies import RetryPolicy
from azure.identity import ClientSecretCredential
from azure.mgmt.automation import AutomationClient

from azure_simulator import rbac
from azure_simulator.providers.automation.identity import add_user_assigned_identity
from azure_simulator.providers.automation.model import (
    Account,
    Runbook,
    add_account,
    add_asset,
    add_job_schedule,
    add_runbook,
)
from azure_simulator.server import Simulator
from azure_simulator.world import (
    DirectoryObject,
    Host,
    Login,
    ResourceGroup,
    RoleAssignment,
    Subscription,
    Tenant,
    World,
    new_id,
)

TENANT = "11111111-1111-4111-8111-111111111111"
SUBSCRIPTION = "22222222-2222-4222-8222-222222222222"
GROUP, ACCOUNT = "rg-automation", "aa-one"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SCRIPT = b"\xef\xbb\xbfparam([string]$Name)\r\n$c = Get-AutomationConnection -Name 'AzureRunAsConnection'\r\n"


def make_world() -> World:
    """One subscription, one account; the login ``owner`` may do all, ``reader`` may read."""
    world = World()
    rbac.install_builtin_roles(world)
    world.add_tenant(Tenant(TENANT))
    world.add_subscription(Subscription(SUBSCRIPTION, TENANT, "production"))
    world.add_resource_group(ResourceGroup(SUBSCRIPTION, GROUP))
    for name, role in (("owner", OWNER), ("reader", READER)):
        add_login(world, name, role)
    for name in ("uai-one", "uai-two"):
        add_user_assigned_identity(world, SUBSCRIPTION, GROUP, name)
    fill_account(world, add_account(world, Account(SUBSCRIPTION, GROUP, ACCOUNT, TENANT, "West Europe")))
    owner = world.logins["owner"]
    world.hosts["obviously-fake-header"] = Host("host", "obviously-fake-header", system=owner.object_id)
    return world


def add_login(world: World, name: str, role: str) -> Login:
    """An application with its service principal, a secret, and a role at the subscription."""
    app_id, secret, key_id = new_id(), f"not-a-real-secret-of-{name}", new_id()
    application = DirectoryObject(
        new_id(),
        "application",
        TENANT,
        {
            "appId": app_id,
            "displayName": name,
            "passwordCredentials": [{"keyId": key_id, "endDateTime": "2099-01-01T00:00:00Z"}],
            "keyCredentials": [],
        },
        secrets={key_id: secret},
    )
    principal = DirectoryObject(
        new_id(), "servicePrincipal", TENANT, {"appId": app_id, "displayName": name, "accountEnabled": True}
    )
    for obj in (application, principal):
        obj.data["id"] = obj.id
        world.add_object(obj)
    scope = f"/subscriptions/{SUBSCRIPTION}"
    definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    guid = new_id()
    rbac.put(
        world,
        RoleAssignment(
            f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}", guid, scope, definition, principal.id
        ),
    )
    world.logins[name] = Login(name, TENANT, app_id, secret, principal.id)
    return world.logins[name]


def fill_account(world: World, account: Account) -> None:
    """A published runbook linked to a schedule, a drafted one, and one of each asset that matters."""
    add_runbook(world, account, Runbook("Start-Machines"), content=SCRIPT)
    add_runbook(world, account, Runbook("Stop-Machines"), content=b"'published'\n", draft=b"'somebody is at it'\n")
    add_runbook(world, account, Runbook("Unfinished"), draft=b"'never published'\n")
    fields = {"ApplicationId": new_id(), "TenantId": TENANT, "CertificateThumbprint": "A" * 40}
    add_asset(
        world,
        account,
        "connections",
        "AzureRunAsConnection",
        {"description": None, "fieldDefinitionValues": fields, "connectionType": {"name": "AzureServicePrincipal"}},
    )
    add_asset(world, account, "schedules", "Daily", {"frequency": "Day", "interval": 1, "isEnabled": True})
    add_job_schedule(account, "Start-Machines", "Daily", parameters={"Name": "vm1"})
    add_asset(
        world,
        account,
        "webhooks",
        "Hook",
        {"isEnabled": True, "expiryTime": "2099-01-01T00:00:00+00:00", "runbook": {"name": "Start-Machines"}},
        secret="https://hook.invalid/obviously-fake",
    )


class Azure:
    """A running simulator and how to reach it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.world = simulator.world
        self.endpoint = simulator.start()
        self.base = self.endpoint["resource_manager"]
        self.ca = self.endpoint["ca_file"]

    def credential(self, login: str = "owner") -> ClientSecretCredential:
        held = self.endpoint["logins"][login]
        return ClientSecretCredential(
            held["tenant"],
            held["client_id"],
            held["secret"],
            authority=self.endpoint["login"],
            disable_instance_discovery=True,
            connection_verify=self.ca,
        )

    def client(self, login: str = "owner", **options: Any) -> AutomationClient:
        """The real Automation client; errors are not retried unless a test asks for it."""
        options.setdefault("retry_policy", RetryPolicy.no_retries())
        return AutomationClient(
            self.credential(login),
            SUBSCRIPTION,
            base_url=self.base,
            credential_scopes=[self.base + "/.default"],
            connection_verify=self.ca,
            polling_interval=0,
            **options,
        )

    def token(self, login: str = "owner", resource: str | None = None) -> str:
        return self.credential(login).get_token((resource or self.base) + "/.default").token

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: str = "2022-08-08",
        token: str | None = None,
        base: str | None = None,
    ) -> Answer:
        """One plain request to Resource Manager: for what a client library would hide."""
        glue = "&" if "?" in path else "?"
        return fetch(
            method,
            f"{base or self.base}{path}{glue}api-version={version}",
            body,
            self.ca,
            self.token() if token is None else token,
        )

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        return fetch(method, self.endpoint["control"] + path, body, self.ca, self.endpoint["control_token"])

    def set(self, **settings: Any) -> None:
        assert self.control("PUT", "/settings", settings).status == 200

    def faults(self, *specs: str) -> None:
        assert self.control("PUT", "/faults", list(specs)).status == 200


class Answer:
    """Status, headers and body of an answer, whatever its status."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self) -> Any:
        return json.loads(self.body.decode("utf-8-sig"))


def fetch(method: str, url: str, body: Any, ca_file: str, token: str) -> Answer:
    """Send JSON (or bytes) and read the answer, errors too."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, method=method, data=data, headers=headers)
    try:
        trust = create_default_context(cafile=ca_file)
        with urllib.request.urlopen(request, context=trust, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read())


def identity_path(name: str) -> str:
    return (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity"
        f"/userAssignedIdentities/{name}"
    )
