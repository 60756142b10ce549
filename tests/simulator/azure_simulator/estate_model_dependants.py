# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of an estate for what depends on accounts: inside them, and around them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=260)]


class Model(BaseModel):
    """Common rules, as in ``estate_model``."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SourceControl(Model):
    """A source control of an account; `token` is never shown by the API."""

    name: Name
    repo_url: str = "https://github.com/contoso/runbooks.git"
    branch: str = "main"
    folder: str = "/"
    auto_sync: bool = False
    publish_runbook: bool = True
    type: Literal["GitHub", "VsoGit", "VsoTfvc"] = "GitHub"
    token: str = "FAKE-source-control-token"


class Activity(Model):
    """What the Activity Log knows of a principal: an operation at a resource, every day from `days` ago to `until` ago.

    `principal` names an application, identity or account; `scope` is written as that of a role.
    """

    principal: Name
    operation: Name
    scope: Name
    days: int = 1
    until: int | None = None
    times: int = 1
    status: Literal["Succeeded", "Failed", "Accepted", "Forbidden"] = "Succeeded"


class UpdateConfiguration(Model):
    """A software update configuration of Update Management; the tasks are names of runbooks."""

    name: Name
    system: Literal["Windows", "Linux"] = "Windows"
    pre_task: str | None = None
    post_task: str | None = None


class DscNode(Model):
    """A machine that State Configuration manages; `configuration` is a node configuration."""

    name: Name
    configuration: str = "SetupServer.localhost"
    status: str = "Compliant"


class Mapping(Model):
    """A Site Recovery container mapping. `provider` is A2A (Azure to Azure) or another replication.

    `authentication` of null leaves the member out of the answer, as old mappings do; it then means RunAsAccount.
    `health` are the categories of what Site Recovery complains about. `account` may be a resource id, for one that
    is not there.
    """

    name: Name
    fabric: Name = "asr-a2a-default-westeurope"
    container: Name = "asr-a2a-default-westeurope-container"
    target_container: Name = "asr-a2a-default-northeurope-container"
    provider: str = "A2A"
    auto_update: Literal["Enabled", "Disabled"] = "Enabled"
    account: str | None = None
    authentication: Literal["RunAsAccount", "SystemAssignedIdentity"] | None = "RunAsAccount"
    health: list[Name] = []


class Intent(Model):
    """A protection intent of a vault; null leaves `auto_update` or `authentication` out of the answer."""

    name: Name
    auto_update: Literal["Enabled", "Disabled"] | None = "Enabled"
    account: str | None = None
    authentication: Literal["RunAsAccount", "SystemAssignedIdentity"] | None = None


class Item(Model):
    """A machine that a vault protects; null leaves a member out. `agent_expires` is in days from now."""

    name: Name
    fabric: Name = "asr-a2a-default-westeurope"
    container: Name = "asr-a2a-default-westeurope-container"
    provider: str = "A2A"
    resource_group: str | None = None
    agent_version: str | None = "9.65.7425.1"
    agent_expires: int | None = 200
    update_required: bool | None = False


class Vault(Model):
    """A Recovery Services vault with its container mappings, protection intents and protected machines."""

    name: Name
    subscription: str | None = None
    resource_group: Name = "rg-recovery"
    region: str | None = None
    state: str = "Succeeded"
    mappings: list[Mapping] = []
    intents: list[Intent] = []
    items: list[Item] = []


class RunbookReceiver(Model):
    """What an action group starts; `webhook` is the name of one of the account's."""

    account: Name
    runbook: Name
    name: str = "runbook"
    webhook: Name = "Alert"
    is_global: bool = False
    uri: str = "https://FAKE.webhook.invalid/webhooks?token=FAKE-webhook-token"


class ActionGroup(Model):
    """An action group of Azure Monitor that starts runbooks."""

    name: Name
    subscription: str | None = None
    resource_group: Name = "rg-monitoring"
    enabled: bool = True
    runbooks: list[RunbookReceiver] = []


class Solution(Model):
    """A solution of Log Analytics. `account` and `runbooks` are what it contains: these runbooks of that account."""

    name: Name
    product: str | None = None
    subscription: str | None = None
    resource_group: Name = "rg-monitoring"
    workspace: Name = "ws-contoso"
    account: str | None = None
    runbooks: list[Name] = []
