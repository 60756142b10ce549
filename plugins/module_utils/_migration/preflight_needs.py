# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which permission each step of a migration needs, and where. Pure.

The table is the one of docs/permissions.md; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .._azure.ids import normal_id

# How a Graph permission's scope is written beside ARM ids.
GRAPH = "Microsoft Graph"


@dataclass(frozen=True)
class Needs:
    """What has to be done on one account.

    ``user_assigned`` are ids of identities to attach, ``role_scopes`` every scope where a role assignment has to be
    written, ``vaults`` ids of vaults whose container mappings have to change. ``identity_type`` is the account's
    identity as it is to be ("SystemAssigned, UserAssigned"), ``location`` the account's. ``account`` is the account's
    JSON where the caller has read it already; it spares a request.
    """

    enable_identity: bool = False
    user_assigned: tuple[str, ...] = ()
    role_scopes: tuple[str, ...] = ()
    rewrite: bool = False
    probe: bool = False
    vaults: tuple[str, ...] = ()
    retire: bool = False
    location: str = ""
    identity_type: str = "SystemAssigned"
    account: Mapping[str, Any] | None = None

    @property
    def changes_identity(self) -> bool:
        """Tell whether the account's identity is to be changed."""
        return self.enable_identity or bool(self.user_assigned)


class Place(str, Enum):
    """Where a permission is needed."""

    ACCOUNT = "the account"
    IDENTITIES = "each user-assigned identity"
    SCOPES = "each scope of a role"
    VAULTS = "each vault"


@dataclass(frozen=True)
class Requirement:
    """Permissions of one family at one kind of place, and the least of Azure's own roles that has them."""

    place: Place
    family: str
    actions: tuple[str, ...]
    role: str

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions by their full names."""
        return tuple(f"{self.family}/{action}" for action in self.actions)


@dataclass(frozen=True)
class Step:
    """A step: what it needs in Azure, and in Microsoft Graph. ``instead`` tells how to do without the latter."""

    name: str
    requirements: tuple[Requirement, ...]
    graph: str | None = None
    instead: str = ""


_ACCOUNT = "Microsoft.Automation/automationAccounts"
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_ROLES = "Microsoft.Authorization"
_VAULT = "Microsoft.RecoveryServices/vaults"
_MAPPINGS = "replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings"

_AUTOMATION_ROLE = "Automation Contributor"
_RECOVERY_ROLE = "Site Recovery Contributor"

EVERY_STEP = "all"
RETIREMENT = "remove_runas"

STEPS = (
    Step(
        EVERY_STEP,
        (Requirement(Place.ACCOUNT, _ACCOUNT, ("read", "connections/read"), _AUTOMATION_ROLE),),
    ),
    Step(
        "enable_identity",
        (
            Requirement(Place.ACCOUNT, _ACCOUNT, ("write", "hybridRunbookWorkerGroups/read"), _AUTOMATION_ROLE),
            Requirement(Place.IDENTITIES, _IDENTITY, ("read", "assign/action"), "Managed Identity Operator"),
        ),
    ),
    Step(
        "copy_runas_roles",
        (
            Requirement(Place.ACCOUNT, _ACCOUNT, ("certificates/read",), _AUTOMATION_ROLE),
            Requirement(
                Place.SCOPES,
                _ROLES,
                ("roleAssignments/read", "roleAssignments/write", "roleDefinitions/read"),
                "Role Based Access Control Administrator",
            ),
        ),
        "Application.Read.All",
        "name the service principal with principal_id",
    ),
    Step(
        "update_runbook",
        (
            Requirement(
                Place.ACCOUNT,
                _ACCOUNT,
                (
                    "runbooks/read",
                    "runbooks/content/read",
                    "runbooks/draft/content/read",
                    "runbooks/draft/content/write",
                    "runbooks/publish/action",
                    "runbooks/operationResults/read",
                    "jobSchedules/read",
                    "jobSchedules/write",
                    "jobSchedules/delete",
                    "webhooks/read",
                    "modules/read",
                    "powershell7Modules/read",
                    "powershell72Modules/read",
                    "python3Packages/read",
                    "runtimeEnvironments/read",
                    "runtimeEnvironments/packages/read",
                ),
                _AUTOMATION_ROLE,
            ),
        ),
    ),
    Step(
        "probe_identity",
        (
            Requirement(
                Place.ACCOUNT,
                _ACCOUNT,
                (
                    "runbooks/read",
                    "runbooks/write",
                    "runbooks/delete",
                    "runbooks/content/read",
                    "runbooks/draft/content/read",
                    "runbooks/draft/content/write",
                    "runbooks/publish/action",
                    "runbooks/operationResults/read",
                    "jobs/read",
                    "jobs/write",
                    "jobs/stop/action",
                    "jobs/output/read",
                    "jobs/streams/read",
                ),
                _AUTOMATION_ROLE,
            ),
        ),
        instead="leave it out with runas_probe: false, and nothing is proved before runbooks are published",
    ),
    Step(
        "migrate_site_recovery",
        (
            Requirement(
                Place.VAULTS,
                _VAULT,
                (
                    "read",
                    "replicationProtectionContainerMappings/read",
                    f"{_MAPPINGS}/read",
                    f"{_MAPPINGS}/write",
                    "replicationOperationStatus/read",
                ),
                _RECOVERY_ROLE,
            ),
            Requirement(
                Place.VAULTS,
                _ROLES,
                ("roleAssignments/read", "roleAssignments/write"),
                "Role Based Access Control Administrator",
            ),
        ),
    ),
    Step(
        RETIREMENT,
        (
            Requirement(
                Place.ACCOUNT,
                _ACCOUNT,
                (
                    "connections/delete",
                    "certificates/read",
                    "certificates/delete",
                    "runbooks/read",
                    "runbooks/content/read",
                    "runbooks/draft/content/read",
                    "jobs/read",
                    "jobs/runbookContent/action",
                    "jobSchedules/read",
                    "webhooks/read",
                ),
                _AUTOMATION_ROLE,
            ),
            Requirement(
                Place.VAULTS, _VAULT, ("read", "replicationProtectionContainerMappings/read"), "Site Recovery Reader"
            ),
        ),
        "Application.ReadWrite.All",
        "have an administrator of Microsoft Entra do that part",
    ),
)


@dataclass(frozen=True)
class Need:
    """One permission that one step needs at one scope. ``role`` is what would give it; ``write`` whether it changes."""

    step: str
    permission: str
    scope: str
    role: str

    @property
    def write(self) -> bool:
        """Tell whether it is more than reading."""
        return not self.permission.lower().endswith(("/read", "/runbookcontent/action"))

    @property
    def in_graph(self) -> bool:
        """Tell whether it is a permission of Microsoft Graph."""
        return self.scope == GRAPH


def planned_steps(needs: Needs) -> tuple[Step, ...]:
    """Return the steps that have to be taken on the account; none where nothing has to be done."""
    taken = {
        "enable_identity": needs.changes_identity,
        "copy_runas_roles": bool(needs.role_scopes),
        "update_runbook": needs.rewrite,
        "probe_identity": needs.probe,
        "migrate_site_recovery": bool(needs.vaults),
        RETIREMENT: needs.retire,
    }
    return tuple(step for step in STEPS if taken.get(step.name, any(taken.values())))


def needed(account_id: str, needs: Needs) -> list[Need]:
    """Return every permission that the steps need, each once per step and scope."""
    return [need for step in planned_steps(needs) for need in _of_step(step, account_id, needs)]


def azure_scopes(wanted: list[Need]) -> list[str]:
    """Return the scopes of Resource Manager at which something is needed, each once."""
    return list({normal_id(need.scope): need.scope for need in wanted if not need.in_graph}.values())


def places(account_id: str, needs: Needs) -> Mapping[Place, tuple[str, ...]]:
    """Return the scopes of each kind of place, each once; ids are compared without case."""
    scopes = {
        Place.ACCOUNT: (account_id,),
        Place.IDENTITIES: needs.user_assigned,
        Place.SCOPES: needs.role_scopes,
        Place.VAULTS: needs.vaults,
    }
    return {place: tuple({normal_id(item): item for item in ids}.values()) for place, ids in scopes.items()}


def _of_step(step: Step, account_id: str, needs: Needs) -> Iterator[Need]:
    scopes = places(account_id, needs)
    for requirement in step.requirements:
        for scope in scopes[requirement.place]:
            for permission in requirement.permissions:
                yield Need(step.name, permission, scope, requirement.role)
    if step.graph:
        yield Need(step.name, step.graph, GRAPH, step.graph)
