# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Automation account holds. Pure data; keys of every mapping are lower-cased names.

Estate loaders make accounts with `add_account` and fill them with the ``add_*`` methods.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from azure_simulator.providers.automation.parameters import declared_parameters
from azure_simulator.world import World, new_id


@dataclass(slots=True)
class Asset:
    """Anything with a name and properties in the wire's own spelling.

    ``properties`` leaves out creationTime and lastModifiedTime, which come from
    ``created`` and ``modified`` (ticks); ``secret`` never leaves the simulator.
    """

    name: str
    properties: dict[str, Any] = field(default_factory=dict)
    created: int = 0
    modified: int = 0
    secret: Any = None


@dataclass(slots=True)
class Conduct:
    """What the jobs of a runbook do besides logging in, since the rest of its script is not run.

    ``status`` is how they end once the login was good; a status that is no end is one that they keep for ever.
    """

    status: str = "Completed"
    errors: int = 0
    warnings: int = 0


@dataclass(slots=True)
class Runbook:
    """A runbook; its state follows from which of ``content`` and ``draft`` there is (contract 2.2)."""

    name: str
    type: str = "PowerShell"
    location: str = "westeurope"
    tags: dict[str, str] = field(default_factory=dict)
    description: str | None = None
    log_verbose: bool = False
    log_progress: bool = False
    log_activity_trace: int = 0
    runtime_environment: str | None = None
    content: bytes | None = None
    draft: bytes | None = None
    created: int = 0
    modified: int = 0
    draft_created: int = 0
    draft_modified: int = 0
    job_count: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    conduct: Conduct = field(default_factory=Conduct)
    test_job: Job | None = None

    @property
    def state(self) -> str:
        if self.content is None:
            return "New"
        return "Published" if self.draft is None else "Edit"


@dataclass(slots=True)
class JobSchedule:
    """A link of a runbook to a schedule; its guid is its only name (contract 2.8)."""

    id: str
    runbook: str
    schedule: str
    run_on: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """A job: ``content`` is the runbook as it was when the job was created (contract 2.5)."""

    name: str
    job_id: str
    runbook: str
    content: bytes
    status: str = "New"
    exception: str | None = None
    output: str = ""
    run_on: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    created: int = 0
    started: int | None = None
    ended: int | None = None
    modified: int = 0
    streams: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class HybridWorkerGroup:
    """A hybrid worker group with the names of its workers."""

    name: str
    kind: str = "User"
    credential: str | None = None
    workers: dict[str, Asset] = field(default_factory=dict)
    created: int = 0
    modified: int = 0


@dataclass(slots=True)
class UserAssigned:
    """A user-assigned identity as an account refers to it; ``id`` is spelled as it was sent."""

    id: str
    principal_id: str
    client_id: str


@dataclass(slots=True)
class Account:
    """An Automation account."""

    subscription_id: str
    group: str
    name: str
    tenant_id: str
    location: str = "westeurope"
    tags: dict[str, str] = field(default_factory=dict)
    public_network_access: bool = True
    disable_local_auth: bool = False
    encryption: dict[str, Any] | None = None
    guid: str = field(default_factory=new_id)
    created: int = 0
    modified: int = 0
    system_principal_id: str | None = None
    user_assigned: dict[str, UserAssigned] = field(default_factory=dict)
    linked_workspace: str | None = None
    runbooks: dict[str, Runbook] = field(default_factory=dict)
    connections: dict[str, Asset] = field(default_factory=dict)
    certificates: dict[str, Asset] = field(default_factory=dict)
    credentials: dict[str, Asset] = field(default_factory=dict)
    variables: dict[str, Asset] = field(default_factory=dict)
    schedules: dict[str, Asset] = field(default_factory=dict)
    modules: dict[str, Asset] = field(default_factory=dict)
    powershell7_modules: dict[str, Asset] = field(default_factory=dict)
    powershell72_modules: dict[str, Asset] = field(default_factory=dict)
    python3_packages: dict[str, Asset] = field(default_factory=dict)
    default_modules: bool = True
    failing_imports: frozenset[str] = frozenset()
    shadowed_modules: dict[str, dict[str, Asset]] = field(default_factory=dict)
    webhooks: dict[str, Asset] = field(default_factory=dict)
    source_controls: dict[str, Asset] = field(default_factory=dict)
    update_configurations: dict[str, Asset] = field(default_factory=dict)
    dsc_nodes: dict[str, Asset] = field(default_factory=dict)
    dsc_configurations: dict[str, Asset] = field(default_factory=dict)
    runtime_environments: dict[str, Asset] = field(default_factory=dict)
    environment_packages: dict[str, dict[str, Asset]] = field(default_factory=dict)
    job_schedules: dict[str, JobSchedule] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    hybrid_groups: dict[str, HybridWorkerGroup] = field(default_factory=dict)

    @property
    def group_id(self) -> str:
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"

    @property
    def id(self) -> str:
        return f"{self.group_id}/providers/Microsoft.Automation/automationAccounts/{self.name}"


ASSET_KINDS = (
    "connections",
    "certificates",
    "credentials",
    "variables",
    "schedules",
    "modules",
    "powershell7_modules",
    "powershell72_modules",
    "python3_packages",
    "webhooks",
    "source_controls",
    "update_configurations",
    "dsc_nodes",
    "dsc_configurations",
    "runtime_environments",
)


def add_account(world: World, account: Account) -> Account:
    """Put an account into the world; its resource group must be there."""
    account.created = account.created or world.clock.now()
    account.modified = account.modified or account.created
    world.accounts[account.id.lower()] = account
    return account


def add_asset(
    world: World, account: Account, kind: str, name: str, properties: dict[str, Any], secret: Any = None
) -> Asset:
    """Add or replace one asset of a kind of ``ASSET_KINDS``."""
    collection: dict[str, Asset] = getattr(account, kind)
    now = world.clock.now()
    known = collection.get(name.lower())
    asset = Asset(known.name if known else name, properties, known.created if known else now, now, secret)
    collection[name.lower()] = asset
    return asset


def add_runbook(
    world: World, account: Account, runbook: Runbook, *, content: bytes | None = None, draft: bytes | None = None
) -> Runbook:
    """Add a runbook with published content, a draft, or both; equal contents share their bytes."""
    runbook.created = runbook.created or world.clock.now()
    runbook.modified = runbook.modified or runbook.created
    account.runbooks[runbook.name.lower()] = runbook
    if content is not None:
        set_published(world, runbook, content)
    if draft is not None:
        set_draft(world, runbook, draft)
    return runbook


def set_published(world: World, runbook: Runbook, content: bytes) -> None:
    """Publish these bytes; the declared parameters are read from them."""
    runbook.content = world.share_bytes(content)
    runbook.parameters = declared_parameters(runbook.content, runbook.type)


def set_draft(world: World, runbook: Runbook, content: bytes) -> None:
    """Replace the draft. The runbook's own lastModifiedTime stays (contract 2.1)."""
    now = world.clock.now()
    if runbook.draft is None:
        runbook.draft_created = now
    runbook.draft = world.share_bytes(content)
    runbook.draft_modified = now


def add_job_schedule(
    account: Account,
    runbook: str,
    schedule: str,
    *,
    run_on: str | None = None,
    parameters: dict[str, str] | None = None,
    link_id: str | None = None,
) -> JobSchedule:
    """Link a runbook to a schedule; parameter names become lower case (contract 2.8)."""
    lowered = {name.lower(): value for name, value in (parameters or {}).items()}
    link = JobSchedule(link_id or new_id(), runbook, schedule, run_on, lowered)
    account.job_schedules[link.id.lower()] = link
    return link
