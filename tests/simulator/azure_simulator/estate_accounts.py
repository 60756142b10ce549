# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Automation accounts of an estate: identity, Run As accounts, assets, runbooks and what runs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from azure_simulator import estate_model as model
from azure_simulator.clock import offset_text
from azure_simulator.estate import EstateError
from azure_simulator.estate_build import DAY, Builder, find
from azure_simulator.estate_dependants import add_dependants
from azure_simulator.estate_jobs import add_jobs
from azure_simulator.estate_run_as import RunAsNames, add_run_as
from azure_simulator.estate_runbooks import draft_of, published_of, type_of
from azure_simulator.estate_workers import worker_assets
from azure_simulator.providers.automation.default_modules import module_properties
from azure_simulator.providers.automation.identity import assign_user_identity
from azure_simulator.providers.automation.model import (
    Account,
    Asset,
    Conduct,
    HybridWorkerGroup,
    Runbook,
    add_account,
    add_asset,
    add_job_schedule,
    add_runbook,
)
from azure_simulator.world import Subscription

_SYSTEM = "system"
_MODULES = {"5.1": "modules", "7.1": "powershell7_modules", "7.2": "powershell72_modules"}


def add_accounts(builder: Builder, folder: Path) -> None:
    """Build every account; ``folder`` is where runbook files are looked for."""
    for item in builder.estate.accounts:
        place = f"accounts ({item.name})"
        subscription = builder.subscription(item.subscription, place)
        location = item.region or builder.estate.region
        group = builder.group(subscription, item.resource_group, location)
        account = add_account(
            builder.world,
            Account(
                subscription_id=subscription.id,
                group=group.name,
                name=item.name,
                tenant_id=subscription.tenant_id,
                location=location,
                tags=dict(item.tags),
                guid=builder.make_id("account", subscription.id, group.name, item.name),
                created=builder.born,
            ),
        )
        builder.account_ids[item.name] = account.id
        _AccountBuilder(builder, item, account, subscription, folder, place).build()


class _AccountBuilder:
    """Fills one account."""

    def __init__(
        self,
        builder: Builder,
        item: model.Account,
        account: Account,
        subscription: Subscription,
        folder: Path,
        place: str,
    ) -> None:
        self.builder = builder
        self.world = builder.world
        self.item = item
        self.account = account
        self.subscription = subscription
        self.folder = folder
        self.place = place

    def build(self) -> None:
        self._add_identity()
        self._add_run_as()
        self._add_assets()
        for runbook in self.item.runbooks:
            self._add_runbook(runbook)
        self._add_worker_groups()
        self._add_links()
        self._add_webhooks()
        add_dependants(self.builder, self.item, self.account)
        add_jobs(self.builder, self.account, self.item.jobs, f"{self.place}.jobs")

    # --- identity ---------------------------------------------------------

    def _add_identity(self) -> None:
        for name in self.item.identity:
            if name == _SYSTEM:
                self._add_system_identity()
            else:
                resource = find(self.builder.identities, name, f"{self.place}.identity", "user-assigned identity")
                assign_user_identity(self.world, self.account, resource.id)
        if self.item.identity_roles and _SYSTEM not in self.item.identity:
            raise EstateError(f"{self.place}.identity_roles: these need identity: system.")

    def _add_system_identity(self) -> None:
        principal = self.builder.add_managed_identity(
            self.item.name, self.account.id, self.account.tenant_id, user_assigned=False
        )
        self.account.system_principal_id = principal.id
        place = f"{self.place}.identity_roles"
        self.builder.assign_all(self.item.identity_roles, principal.id, self.subscription, place)

    # --- Run As -----------------------------------------------------------

    def _add_run_as(self) -> None:
        place = f"{self.place}.run_as"
        names = RunAsNames(self.item.name, self.account, self.subscription)
        for position, run_as in enumerate(self.item.run_as):
            add_run_as(self.builder, names, run_as, position, place)

    # --- assets -----------------------------------------------------------

    def _asset(self, kind: str, name: str, properties: Mapping[str, object], secret: object = None) -> Asset:
        made = add_asset(self.world, self.account, kind, name, dict(properties), secret)
        made.created = made.modified = self.builder.born
        return made

    def _add_assets(self) -> None:
        for variable in self.item.variables:
            value = json.dumps(variable.value)
            properties: dict[str, object] = {"description": variable.description, "isEncrypted": variable.encrypted}
            if not variable.encrypted:
                properties["value"] = value
            self._asset("variables", variable.name, properties, value if variable.encrypted else None)
        for credential in self.item.credentials:
            user: dict[str, object] = {"description": None, "userName": credential.user_name}
            self._asset("credentials", credential.name, user, credential.password)
        for connection in self.item.connections:
            fields = {"description": None, "fieldDefinitionValues": dict(connection.fields)}
            self._asset("connections", connection.name, {**fields, "connectionType": {"name": connection.type}})
        self._add_modules()
        for schedule in self.item.schedules:
            self._asset("schedules", schedule.name, self._schedule(schedule))

    def _add_modules(self) -> None:
        self.account.default_modules = self.item.default_modules
        self.account.failing_imports = frozenset(name.lower() for name in self.item.failing_imports)
        for module in self.item.modules:
            properties = module_properties(module.version, is_global=module.is_global, state=module.state)
            self._asset(_MODULES[module.powershell], module.name, properties)
        for package in self.item.python3_packages:
            self._asset("python3_packages", package.name, _package(package))
        for environment in self.item.runtime_environments:
            self._asset("runtime_environments", environment.name, _environment(environment))
            packages = {
                package.name.lower(): Asset(package.name, _package(package)) for package in environment.packages
            }
            self.account.environment_packages[environment.name.lower()] = packages

    def _schedule(self, schedule: model.Schedule) -> dict[str, object]:
        start = _at(self.builder.born, schedule.time, f"{self.place}.schedules ({schedule.name}).time")
        following = offset_text(_at(self.builder.now + DAY, schedule.time, self.place))
        return {
            "description": None,
            "startTime": offset_text(start),
            "startTimeOffsetMinutes": 0,
            "expiryTime": "9999-12-31T23:59:59.9999999+00:00",
            "expiryTimeOffsetMinutes": 0,
            "isEnabled": schedule.enabled,
            "nextRun": following if schedule.enabled else None,
            "nextRunOffsetMinutes": 0,
            "interval": None if schedule.frequency == "OneTime" else schedule.interval,
            "frequency": schedule.frequency,
            "timeZone": "UTC",
            "advancedSchedule": None,
        }

    # --- runbooks and what runs them --------------------------------------

    def _add_runbook(self, item: model.Runbook) -> None:
        place = f"{self.place}.runbooks ({item.name})"
        content: bytes | None = published_of(item, self.folder, place)
        draft = draft_of(item, self.folder, place)
        runbook = Runbook(
            name=item.name,
            type=type_of(item),
            location=self.account.location,
            tags=dict(item.tags),
            description=item.description,
            runtime_environment=item.runtime_environment,
            conduct=Conduct(item.conduct.status, item.conduct.errors, item.conduct.warnings),
            created=self.builder.born,
            modified=self.builder.born,
        )
        if item.state == "new":
            content, draft = None, content
        add_runbook(self.world, self.account, runbook, content=content, draft=draft)

    def _add_worker_groups(self) -> None:
        for item in self.item.hybrid_worker_groups:
            self.account.hybrid_groups[item.name.lower()] = HybridWorkerGroup(
                item.name,
                kind=item.type,
                credential=item.credential,
                workers=worker_assets(self.builder, self.item.name, self.subscription, item),
                created=self.builder.born,
                modified=self.builder.born,
            )

    def _add_links(self) -> None:
        for link in self.item.links:
            place = f"{self.place}.links"
            runbook = find(self.account.runbooks, link.runbook.lower(), place, "runbook")
            schedule = find(self.account.schedules, link.schedule.lower(), place, "schedule")
            self._require_worker_group(link.run_on, place)
            add_job_schedule(
                self.account,
                runbook.name,
                schedule.name,
                run_on=link.run_on,
                parameters=dict(link.parameters),
                link_id=self.builder.make_id("link", self.account.id, runbook.name, schedule.name),
            )

    def _add_webhooks(self) -> None:
        for item in self.item.webhooks:
            place = f"{self.place}.webhooks ({item.name})"
            runbook = find(self.account.runbooks, item.runbook.lower(), place, "runbook")
            self._require_worker_group(item.run_on, place)
            properties: dict[str, object] = {
                "isEnabled": item.enabled,
                "uri": "",
                "expiryTime": offset_text(self.builder.now + item.days * DAY),
                "lastInvokedTime": self._days_ago(item.invoked_days),
                "parameters": dict(item.parameters) or None,
                "runOn": item.run_on,
                "runbook": {"name": runbook.name},
                "lastModifiedBy": "",
            }
            self._asset("webhooks", item.name, properties)

    def _days_ago(self, days: int | None) -> str | None:
        return None if days is None else offset_text(self.builder.now - days * DAY)

    def _require_worker_group(self, run_on: str | None, place: str) -> None:
        if run_on:
            find(self.account.hybrid_groups, run_on.lower(), place, "hybrid worker group")


def _package(package: model.Package) -> dict[str, object]:
    return {
        "default": False,
        "version": package.version,
        "sizeInBytes": 0,
        "error": {"code": None, "message": None},
        "provisioningState": package.state,
    }


def _environment(environment: model.RuntimeEnvironment) -> dict[str, object]:
    """Names of default packages come back in lower case (contract 1.3)."""
    return {
        "runtime": {"language": environment.language, "version": environment.version},
        "defaultPackages": {name.lower(): version for name, version in environment.default_packages.items()} or None,
        "description": "",
    }


def _at(day: int, clock_time: str, place: str) -> int:
    """An hour of a day, in ticks."""
    hours, colon, minutes = clock_time.partition(":")
    if not (colon and hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise EstateError(f"{place}: a time is written as HH:MM, not {clock_time!r}.")
    return day - day % DAY + (int(hours) * 60 + int(minutes)) * DAY // (24 * 60)
