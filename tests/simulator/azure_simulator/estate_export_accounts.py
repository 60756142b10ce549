# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of an export: Automation accounts and what is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from azure_simulator.clock import parse
from azure_simulator.estate_export_directory import ensure_identity
from azure_simulator.estate_export_files import Answers, Wire, merged
from azure_simulator.estate_export_runbooks import add_jobs, add_links, add_runbooks
from azure_simulator.estate_export_scopes import ensure_group
from azure_simulator.providers.automation.environments import environments
from azure_simulator.providers.automation.identity import UAI_TYPE
from azure_simulator.providers.automation.model import Account, Asset, HybridWorkerGroup, UserAssigned, add_account
from azure_simulator.world import Resource, World

ACCOUNT = r"(/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Automation/automationAccounts/[^/]+)"
_LIST = r"/subscriptions/[^/]+/providers/Microsoft\.Automation/automationAccounts"
# Accounts that an export only met on its way: it holds little of them, and nobody migrates them in the copy.
ONLY_MET = "accounts_only_met"

# The segment of each kind of asset, and where an account keeps it.
_KINDS = {
    "certificates": "certificates",
    "credentials": "credentials",
    "variables": "variables",
    "schedules": "schedules",
    "python3Packages": "python3_packages",
    "webhooks": "webhooks",
    "sourceControls": "source_controls",
    "softwareUpdateConfigurations": "update_configurations",
    "configurations": "dsc_configurations",
}
_MODULES = {
    "modules": "modules",
    "powershell7Modules": "powershell7_modules",
    "powershell72Modules": "powershell72_modules",
}
_TIMES = ("creationTime", "lastModifiedTime")


def add_accounts(world: World, answers: Answers) -> list[str]:
    """Add the exported accounts, and those that they were met beside; returns what people should know."""
    exported = {account.lower() for account in answers.exported}
    listed = [item for dummy, answer in answers.matching("arm", _LIST) for item in answer.items]
    whole = [item for dummy, answer in answers.matching("arm", ACCOUNT) for item in answer.items]
    for item in merged([*listed, *whole]).values():
        _add_account(world, item)
    for found, answer in answers.matching("arm", ACCOUNT + "/connections"):
        if found[1].lower() not in world.accounts and answer.items:
            _add_account(world, {"id": found[1]})
    met = [account for key, account in world.accounts.items() if key not in exported]
    world.provider_state[ONLY_MET] = {account.id.lower() for account in met}
    for account in world.accounts.values():
        _fill(world, answers, account)
    return [
        f"only met: Automation account {account.name}; its connections are there, not all of it." for account in met
    ]


def _add_account(world: World, item: Wire) -> None:
    parts, properties = item["id"].split("/"), item.get("properties") or {}
    ensure_group(world, item["id"], item.get("location") or "westeurope")
    group = world.find_resource_group(parts[2], parts[4])
    account = Account(
        subscription_id=parts[2],
        group=group.name if group else parts[4],
        name=item.get("name") or parts[8],
        tenant_id=world.tenant_of_subscription(parts[2]),
        location=item.get("location") or "westeurope",
        tags=dict(item.get("tags") or {}),
        public_network_access=properties.get("publicNetworkAccess") is not False,
        disable_local_auth=bool(properties.get("disableLocalAuth")),
        encryption=properties.get("encryption"),
        created=_ticks(properties.get("creationTime")),
        modified=_ticks(properties.get("lastModifiedTime")),
    )
    guid = str(properties.get("automationHybridServiceUrl") or "").rstrip("/").rsplit("/", 1)[-1]
    account.guid = guid or account.guid
    # The id keeps the casing in which Azure answers it.
    account.group = parts[4]
    add_account(world, account)
    _add_identity(world, account, item.get("identity") or {})


def _add_identity(world: World, account: Account, identity: Wire) -> None:
    principal = identity.get("principalId")
    if principal:
        ensure_identity(world, principal, account.name, account.id, None, user_assigned=False)
        account.system_principal_id = principal
    for arm_id, told in (identity.get("userAssignedIdentities") or {}).items():
        detail = {name[0].lower() + name[1:]: value for name, value in (told or {}).items()}
        if not detail.get("principalId") or not detail.get("clientId"):
            continue
        made = UserAssigned(arm_id, detail["principalId"], detail["clientId"])
        account.user_assigned[arm_id.lower()] = made
        name = arm_id.rsplit("/", 1)[-1]
        ensure_identity(world, made.principal_id, name, arm_id, made.client_id, user_assigned=True)
        if arm_id.lower() not in world.resources:
            ensure_group(world, arm_id)
            properties = {"tenantId": account.tenant_id, **detail}
            world.add_resource(Resource(arm_id, UAI_TYPE, name, properties, account.location, {}))


def _fill(world: World, answers: Answers, account: Account) -> None:
    for segment, collection in _KINDS.items():
        getattr(account, collection).update(_assets(_items(answers, account, segment)))
    account.connections.update(_assets(_items(answers, account, "connections(?:/[^/]+)?")))
    _add_modules(answers, account)
    _add_environments(answers, account)
    _add_nodes(answers, account)
    _add_worker_groups(answers, account)
    for item in _items(answers, account, "linkedWorkspace"):
        account.linked_workspace = item.get("id")
    add_runbooks(world, answers, account)
    add_links(answers, account)
    add_jobs(answers, account)


def _items(answers: Answers, account: Account, segments: str) -> list[Wire]:
    found = answers.matching("arm", f"{re.escape(account.id)}/{segments}")
    items = [item for dummy, answer in found for item in answer.items]
    # A linked workspace is no part of the account, and has no id where there is none.
    return list(merged(items).values()) if all(item.get("id") for item in items) else []


def _assets(items: Iterable[Wire]) -> dict[str, Asset]:
    made = {}
    for item in items:
        properties = dict(item.get("properties") or {})
        created, modified = (_ticks(properties.pop(name, None)) for name in _TIMES)
        made[item["name"].lower()] = Asset(item["name"], properties, created, modified)
    return made


def _add_modules(answers: Answers, account: Account) -> None:
    """A list holds the modules that come with every account, too, so a list that was read is the whole."""
    read = {collection: _assets(_items(answers, account, segment)) for segment, collection in _MODULES.items()}
    if read["modules"]:
        account.default_modules = False
        for collection, assets in read.items():
            getattr(account, collection).update(assets)


def _add_environments(answers: Answers, account: Account) -> None:
    for name, asset in _assets(_items(answers, account, "runtimeEnvironments(?:/[^/]+)?")).items():
        if name not in environments(account):
            account.runtime_environments[name] = asset
        packages = _items(answers, account, f"runtimeEnvironments/{asset.name}/packages")
        if packages:
            account.environment_packages[name] = _assets(packages)


def _add_nodes(answers: Answers, account: Account) -> None:
    """The members of a node lie in its properties or beside its name, as the version has it."""
    for item in _items(answers, account, "nodes"):
        properties = dict(
            item.get("properties")
            or {name: value for name, value in item.items() if name not in ("id", "name", "type")}
        )
        created, modified = (_ticks(properties.pop(name, None)) for name in ("registrationTime", "lastSeen"))
        properties.setdefault("nodeId", item["id"].rsplit("/", 1)[-1])
        account.dsc_nodes[item["name"].lower()] = Asset(item["name"], properties, created, modified)


def _add_worker_groups(answers: Answers, account: Account) -> None:
    for item in _items(answers, account, "hybridRunbookWorkerGroups"):
        properties, system = item.get("properties") or {}, item.get("systemData") or {}
        workers = _assets(_items(answers, account, f"hybridRunbookWorkerGroups/{item['name']}/hybridRunbookWorkers"))
        account.hybrid_groups[item["name"].lower()] = HybridWorkerGroup(
            item["name"],
            kind=properties.get("groupType") or item.get("groupType") or "User",
            credential=(properties.get("credential") or {}).get("name"),
            workers=workers,
            created=_ticks(system.get("createdAt")),
            modified=_ticks(system.get("lastModifiedAt")),
        )


def _ticks(text: Any) -> int:
    return parse(text) if isinstance(text, str) and text else 0
