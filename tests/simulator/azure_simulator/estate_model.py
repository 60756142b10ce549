# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an estate file may say. Every value but names has a default, so that estates stay short.

The classes are the schema, and ESTATES.md tells people about it. An unknown key is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from azure_simulator.estate_model_dependants import (
    ActionGroup,
    Activity,
    DscNode,
    Solution,
    SourceControl,
    UpdateConfiguration,
    Vault,
)
from azure_simulator.estate_model_key_vaults import KeyVault

RunAsKind = Literal["azure", "classic"]
RunAsStatus = Literal["complete", "expired", "incomplete"]
RunAsPart = Literal[
    "connection", "certificate", "application", "service_principal", "credential", "application_id", "role"
]
RunAsDifference = Literal["connection", "certificate", "application"]
RunAsOrigin = Literal["portal", "manual"]
ConnectionType = Literal["AzureServicePrincipal", "AzureClassicCertificate", "AzureClassicCertificate "]
GraphRight = Literal["none", "read", "manage", "administer"]
RunbookState = Literal["published", "new"]
JobStatus = Literal[
    "New",
    "Activating",
    "Running",
    "Completed",
    "Failed",
    "Stopped",
    "Blocked",
    "Suspended",
    "Disconnected",
    "Suspending",
    "Stopping",
    "Resuming",
    "Removing",
]

Name = Annotated[str, Field(min_length=1, max_length=260)]


class Model(BaseModel):
    """Common rules: no unknown keys, and numbers are not taken for names."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Tenant(Model):
    """An Entra tenant. `id` is made from the name if not given; `premium` is a licence with eligible roles."""

    name: Name
    id: str | None = None
    domain: str | None = None
    premium: bool = True


class ManagementGroup(Model):
    """A management group; without `parent` it lies right under the tenant's root."""

    name: Name
    display_name: str | None = None
    parent: str | None = None


class Subscription(Model):
    """A subscription. Resource groups that accounts or identities use need not be listed."""

    name: Name
    id: str | None = None
    tenant: str | None = None
    management_group: str | None = None
    resource_groups: list[Name] = []


class CustomRole(Model):
    """A custom role definition, assignable in the subscriptions named (all of them by default)."""

    name: Name
    id: str | None = None
    description: str = ""
    actions: list[str] = []
    not_actions: list[str] = []
    data_actions: list[str] = []
    not_data_actions: list[str] = []
    subscriptions: list[Name] = []


class Role(Model):
    """One role assignment. A bare string is the role's name, at the default scope.

    `scope` is a subscription's name, `subscription/group`, `subscription/group/Provider/type/name`,
    `mg:name` for a management group, or a full id that begins with `/`. `days` until it ends; without, it never does.
    """

    role: Name
    scope: str | None = None
    condition: str | None = None
    description: str | None = None
    days: Annotated[int, Field(ge=1)] | None = None


def _as_role(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


RoleEntry = Annotated[Role, BeforeValidator(_as_role)]


class Lock(Model):
    """A management lock; `scope` is written as that of a role, but is no management group."""

    name: Name
    level: Literal["CanNotDelete", "ReadOnly"] = "CanNotDelete"
    scope: str | None = None
    notes: str | None = None

    @model_validator(mode="after")
    def _no_management_group(self) -> Lock:
        if self.scope and self.scope.startswith(("mg:", "/providers/")):
            raise ValueError("management groups have no locks")
        return self


class Policy(Model):
    """An assignment of a policy; `scope` is written as that of a role.

    `denies: identity` is a policy that an Automation account with another identity than it has does not comply
    with, `denies: access_policies` one that no change of the access policies of a key vault complies with.
    """

    name: Name
    scope: str | None = None
    effect: Literal["deny", "audit"] = "deny"
    denies: Literal["identity", "access_policies"] = "identity"


class Identity(Model):
    """A user-assigned managed identity."""

    name: Name
    subscription: str | None = None
    resource_group: Name = "rg-identities"
    region: str | None = None
    roles: list[RoleEntry] = []


class Application(Model):
    """More about an application that Run As accounts name: credentials and app roles besides theirs.

    `app_roles` are what its service principal holds: `User.Read.All` of Microsoft Graph, `exchange/full_access_as_app`,
    `sharepoint/Sites.FullControl.All`, or `application/role` where another application `offers` the role.
    `directory_roles` are roles of Microsoft Entra; their `scope` is `/` without one, and they may have `days`.
    `deleted` means that its service principal was deleted days ago: its role assignments are still there, and it can be
    restored.
    """

    name: Name
    tenant: str | None = None
    secrets: list[Name] = []
    app_roles: list[Name] = []
    directory_roles: list[RoleEntry] = []
    offers: list[Name] = []
    enabled: bool = True
    deleted: bool = False


class SignIn(Model):
    """Logins of an application, `count` of them, a minute apart, the last `days` and `minutes` ago (contract 5.6).

    `resource` is what it logged in to; `error` is the code of a login that failed, 0 for one that did not.
    """

    application: Name
    resource: Name = "Windows Azure Service Management API"
    days: int = 0
    minutes: int = 0
    count: int = 1
    error: int = 0
    address: Name = "20.50.2.1"


class Group(Model):
    """A group of the directory; members are names of applications, identities, accounts (their system identity),
    other groups, machines, and logins (as `login-NAME`).

    The members of a `dynamic` one are a rule's, those of a `synced` one an on-premises directory's; a
    `role_assignable` one may hold `directory_roles`. `app_roles` and `directory_roles` are as of an application.
    """

    name: Name
    tenant: str | None = None
    members: list[Name] = []
    roles: list[RoleEntry] = []
    app_roles: list[Name] = []
    directory_roles: list[RoleEntry] = []
    dynamic: bool = False
    synced: bool = False
    role_assignable: bool = False


class StorageAccount(Model):
    """A storage account; `containers` are those of its Blob service, empty at the start."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]{3,24}$")]
    subscription: str | None = None
    resource_group: Name = "rg-storage"
    region: str | None = None
    containers: list[Annotated[str, Field(pattern=r"^[a-z0-9-]{3,63}$")]] = []


class Eligible(Model):
    """A role that a principal may activate: `principal` is named as members of groups are, `scope` as that of a role.

    Azure takes no service principals for this, but groups that have some for members (contract 4.6). `days` until it
    ends; without, it never does.
    """

    principal: Name
    role: Name
    scope: str | None = None
    condition: str | None = None
    days: int | None = None


class RunAs(Model):
    """A Run As account. `complete` alone stands for one with every default.

    `application` is the application's name: two accounts that give the same name share it.
    `missing` names the parts that an incomplete one lacks; `differs` those whose certificate is another than that of
    the others: the connection's thumbprint, the certificate asset, the application. `certificate_days` are the days
    until the certificate expires; negative when it has. `roles` are those of the service principal: Contributor at the
    subscription by default, as the portal gave it. `origin` is who made it: the portal, or somebody with a service
    principal of their own (contract 3.6). `enabled` is that of the service principal. `connection_type` is the name of
    the connection's type where it is not the usual one: scripts of Microsoft wrote a blank at the end of Classic's.
    """

    kind: RunAsKind = "azure"
    status: RunAsStatus = "complete"
    missing: list[RunAsPart] = []
    differs: list[RunAsDifference] = []
    connection: Name | None = None
    connection_type: ConnectionType | None = None
    certificate: Name | None = None
    application: Name | None = None
    origin: RunAsOrigin = "portal"
    enabled: bool = True
    certificate_days: int | None = None
    roles: list[RoleEntry] = [Role(role="Contributor")]

    @model_validator(mode="after")
    def _consistent(self) -> RunAs:
        if (self.missing or self.differs) and self.status != "incomplete":
            raise ValueError("`missing` and `differs` need status: incomplete")
        if self.status == "incomplete" and not (self.missing or self.differs):
            raise ValueError("status: incomplete needs `missing`, the list of parts that are not there")
        return self


def _as_run_as(value: object) -> object:
    return {"status": value} if isinstance(value, str) else value


def _as_list(value: object) -> object:
    return value if isinstance(value, list) else [value]


RunAsEntries = Annotated[list[Annotated[RunAs, BeforeValidator(_as_run_as)]], BeforeValidator(_as_list)]


class Conduct(Model):
    """What the jobs of a runbook do once their login was good; those that end as Running never end."""

    status: Literal["Completed", "Failed", "Suspended", "Running"] = "Completed"
    errors: int = 0
    warnings: int = 0


class Runbook(Model):
    """A runbook. A bare string is a file of the folder `runbooks` beside the estate; its stem is the name.

    Give the published content by one of `text`, `file`, `base64` (exact bytes) or `graph` (readable names that a
    graphical runbook contains). `bom` and `crlf` change how text and files are written. `draft…` is a pending
    draft beside the published version; `state: new` means that only a draft exists, with the content given.
    """

    name: Name
    type: str | None = None
    state: RunbookState = "published"
    text: str | None = None
    file: str | None = None
    base64: str | None = None
    graph: list[str] | None = None
    bom: bool = False
    crlf: bool = False
    draft: str | None = None
    draft_file: str | None = None
    draft_base64: str | None = None
    description: str | None = None
    tags: dict[str, str] = {}
    runtime_environment: str | None = None
    conduct: Conduct = Conduct()

    @model_validator(mode="after")
    def _one_source(self) -> Runbook:
        given = [key for key in ("text", "file", "base64", "graph") if getattr(self, key) is not None]
        drafts = [key for key in ("draft", "draft_file", "draft_base64") if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError("give the content by exactly one of text, file, base64 and graph")
        if len(drafts) > 1:
            raise ValueError("give the draft by one of draft, draft_file and draft_base64")
        if drafts and self.state == "new":
            raise ValueError("a runbook in state new is a draft already; leave draft away")
        return self


def _as_runbook(value: object) -> object:
    if not isinstance(value, str):
        return value
    stem = value.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return {"name": stem, "file": value}


class Schedule(Model):
    """A schedule; `time` is the hour of its next run, as HH:MM in UTC."""

    name: Name
    frequency: Literal["OneTime", "Hour", "Day", "Week", "Month"] = "Day"
    interval: int = 1
    time: str = "06:00"
    enabled: bool = True


class Link(Model):
    """A runbook linked to a schedule (a job schedule)."""

    runbook: Name
    schedule: Name
    run_on: str | None = None
    parameters: dict[str, str] = {}


class Connection(Model):
    """A connection asset that is no Run As account: to another service, or of a type of one's own."""

    name: Name
    type: Name = "Azure"
    fields: dict[str, str] = {}


class Webhook(Model):
    """A webhook of a runbook; `days` until it expires, `invoked_days` since it was last called (never without)."""

    name: Name
    runbook: Name
    days: int = 365
    enabled: bool = True
    invoked_days: int | None = None
    run_on: str | None = None
    parameters: dict[str, str] = {}


class Job(Model):
    """A job of a runbook, `days` and `minutes` ago, that took `seconds`; one that has not ended took none.

    `errors` and `warnings` are how many it wrote.
    """

    runbook: Name
    status: JobStatus = "Completed"
    days: int = 0
    minutes: int = 0
    seconds: int = 30
    run_on: str | None = None
    errors: int = 0
    warnings: int = 0


class HybridWorker(Model):
    """A hybrid runbook worker and its machine.

    `kind` is agent (HybridV1) or extension (HybridV2). `machine` is a virtual machine of Azure (vm), one of Azure Arc
    (arc), one that was deleted (gone), or one that Azure does not name (none, as of agent-based workers by default).
    `version` is that of its extension; the API tells no version of an agent. `machine_identity` is what the machine
    has.
    """

    name: Name
    kind: Literal["agent", "extension"] = "extension"
    os: Literal["Windows", "Linux"] = "Windows"
    version: str | None = None
    machine: Literal["vm", "arc", "gone", "none"] | None = None
    machine_identity: Literal["none", "system", "user", "both"] = "system"
    resource_group: Name = "rg-machines"
    last_seen_days: int = 0


class HybridWorkerGroup(Model):
    """A hybrid runbook worker group; `credential` names the asset that its jobs run as.

    `workers` is how many there are, or which. Groups of type System serve Update Management.
    """

    name: Name
    workers: int | list[HybridWorker] = 1
    credential: str | None = None
    type: Literal["User", "System"] = "User"


class Variable(Model):
    """A variable asset."""

    name: Name
    value: str | int | bool | None = None
    encrypted: bool = False
    description: str | None = None


class Credential(Model):
    """A credential asset; the password is never shown by the API."""

    name: Name
    user_name: str
    password: str


class Module(Model):
    """A PowerShell module of the account, for one of its PowerShells. ``state`` is that of its import."""

    name: Name
    version: str | None = "1.0.0"
    is_global: bool = False
    state: str = "Succeeded"
    powershell: Literal["5.1", "7.1", "7.2"] = "5.1"


class Package(Model):
    """A package of a runtime environment, or a Python 3 package of the account."""

    name: Name
    version: str | None = "1.0.0"
    state: str = "Succeeded"


class RuntimeEnvironment(Model):
    """A runtime environment of the account's own; the system ones are always there."""

    name: Name
    language: Literal["PowerShell", "Python"] = "PowerShell"
    version: str = "7.2"
    default_packages: dict[str, str] = {}
    packages: list[Package] = []


def _as_identity(value: object) -> object:
    if value is None or value == "none":
        return []
    return [value] if isinstance(value, str) else value


class Account(Model):
    """An Automation account.

    `identity` is `none`, `system`, a user-assigned identity's name, or a list of these. `identity_roles` are roles
    that the identities hold already. `run_as` is one Run As account, a list, or its status alone.
    """

    name: Name
    subscription: str | None = None
    resource_group: Name = "rg-automation"
    region: str | None = None
    tags: dict[str, str] = {}
    identity: Annotated[list[Name], BeforeValidator(_as_identity)] = []
    identity_roles: list[RoleEntry] = []
    run_as: RunAsEntries = []
    runbooks: list[Annotated[Runbook, BeforeValidator(_as_runbook)]] = []
    schedules: list[Schedule] = []
    links: list[Link] = []
    webhooks: list[Webhook] = []
    jobs: list[Job] = []
    hybrid_worker_groups: list[HybridWorkerGroup] = []
    variables: list[Variable] = []
    credentials: list[Credential] = []
    connections: list[Connection] = []
    modules: list[Module] = []
    default_modules: bool = True
    failing_imports: list[Name] = []
    python3_packages: list[Package] = []
    runtime_environments: list[RuntimeEnvironment] = []
    source_controls: list[SourceControl] = []
    update_configurations: list[UpdateConfiguration] = []
    dsc_nodes: list[DscNode] = []
    dsc_configurations: list[Name] = []
    linked_workspace: Name | None = None


class Login(Model):
    """A login (service principal) with rights. `graph` are its rights in Microsoft Graph: none, read, manage, or
    administer; `app_roles` and `directory_roles`, as of an application, come on top.

    A role without `scope` is held at every subscription of the estate.
    """

    secret: str
    tenant: str | None = None
    graph: GraphRight = "none"
    roles: list[RoleEntry] = []
    app_roles: list[Name] = []
    directory_roles: list[RoleEntry] = []


class Machine(Model):
    """A machine with a system-assigned identity, to log in from as a managed identity. Rights as of a login."""

    name: Name
    graph: GraphRight = "none"
    roles: list[RoleEntry] = []
    app_roles: list[Name] = []
    directory_roles: list[RoleEntry] = []


class Estate(Model):
    """A whole estate. Everything is optional; without subscriptions there is one, called `production`."""

    title: str = "An estate of Automation accounts"
    region: str = "westeurope"
    tenants: list[Tenant] = [Tenant(name="contoso")]
    management_groups: list[ManagementGroup] = []
    subscriptions: list[Subscription] = [Subscription(name="production")]
    custom_roles: list[CustomRole] = []
    locks: list[Lock] = []
    policies: list[Policy] = []
    identities: list[Identity] = []
    applications: list[Application] = []
    sign_ins: list[SignIn] = []
    groups: list[Group] = []
    eligible: list[Eligible] = []
    accounts: list[Account] = []
    vaults: list[Vault] = []
    key_vaults: list[KeyVault] = []
    storage_accounts: list[StorageAccount] = []
    action_groups: list[ActionGroup] = []
    solutions: list[Solution] = []
    activity: list[Activity] = []
    logins: dict[str, Login] = {}
    machines: list[Machine] = []
    seeded_secrets: list[str] = []

    def model_post_init(self, _context: Any) -> None:
        """An estate without logins gets the one that a migration needs."""
        if not self.logins:
            self.logins = {"migration": migration_login("FAKE-migration-login-secret")}


def migration_login(secret: str) -> Login:
    """The rights that a migration really needs."""
    return Login(
        secret=secret,
        graph="manage",
        roles=[Role(role="Contributor"), Role(role="User Access Administrator")],
    )
