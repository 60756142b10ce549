# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of an export: tenants, subscriptions, management groups, resource groups, roles, locks and policies."""

from __future__ import annotations

from typing import Any

from azure_simulator import eligibility, locks, policies, rbac
from azure_simulator.clock import parse
from azure_simulator.estate import EstateError
from azure_simulator.estate_export_files import Answers, merged
from azure_simulator.scopes import group_of, subscription_of
from azure_simulator.world import (
    ManagementGroup,
    ResourceGroup,
    RoleAssignment,
    RoleDefinition,
    Subscription,
    Tenant,
    World,
)

_AUTHORIZATION = r"(.*)/providers/Microsoft\.Authorization"
_MANAGEMENT = r"/providers/Microsoft\.Management/managementGroups"
_NO_LICENCE = "AadPremiumLicenseRequired"


# --- where things live ------------------------------------------------------


def add_scopes(world: World, answers: Answers) -> list[str]:
    """Add what everything else lies in."""
    _add_subscriptions(world, answers)
    _add_management_groups(world, answers)
    for dummy, answer in answers.matching("arm", r"/subscriptions/[^/]+/resourcegroups"):
        for item in answer.items:
            world.add_resource_group(
                ResourceGroup(_segment(item["id"], 2), item["name"], item["location"], item.get("tags") or {})
            )
    _note_licence(world, answers)
    return []


def ensure_group(world: World, resource_id: str, location: str = "westeurope") -> None:
    """Add the resource group of a resource whose group could not be read."""
    subscription, name = _segment(resource_id, 2), _segment(resource_id, 4)
    if world.find_resource_group(subscription, name) is None:
        ensure_subscription(world, subscription)
        world.add_resource_group(ResourceGroup(subscription, name, location))


def ensure_subscription(world: World, subscription_id: str) -> Subscription:
    """A subscription, added to the first tenant where it could not be read."""
    known = world.subscriptions.get(subscription_id.lower())
    tenant = next(iter(world.tenants.values()))
    return known or world.add_subscription(Subscription(subscription_id, tenant.id, subscription_id))


def _add_subscriptions(world: World, answers: Answers) -> None:
    found = [item for dummy, answer in answers.matching("arm", "/subscriptions") for item in answer.items]
    for tenant_id in dict.fromkeys([*answers.tenants, *(item["tenantId"] for item in found if item.get("tenantId"))]):
        world.add_tenant(Tenant(tenant_id))
    if not world.tenants:
        raise EstateError("The exports do not tell their tenant. Export the accounts again.")
    home = next(iter(world.tenants.values())).id
    for item in merged(found).values():
        world.add_subscription(
            Subscription(
                item["subscriptionId"],
                item.get("tenantId") or home,
                item.get("displayName") or item["subscriptionId"],
                item.get("state") or "Enabled",
            )
        )
    for account in answers.exported:
        ensure_subscription(world, _segment(account, 2))


def _add_management_groups(world: World, answers: Answers) -> None:
    for dummy, answer in answers.matching("arm", _MANAGEMENT):
        for item in answer.items:
            properties = item.get("properties") or {}
            _ensure_management_group(world, item["name"], properties.get("displayName"))
    for found, answer in answers.matching("arm", _MANAGEMENT + r"/([^/]+)/descendants"):
        _ensure_management_group(world, found[1])
        for item in answer.items:
            properties = item.get("properties") or {}
            parent = str((properties.get("parent") or {}).get("id") or "").rsplit("/", 1)[-1]
            if item["id"].lower().startswith("/subscriptions/"):
                _put_subscription(world, item["name"], parent)
            else:
                group = _ensure_management_group(world, item["name"], properties.get("displayName"))
                group.parent = _ensure_management_group(world, parent).name


def _put_subscription(world: World, subscription_id: str, parent: str) -> None:
    """A subscription that the login does not see otherwise is no concern of a rehearsal."""
    subscription = world.subscriptions.get(subscription_id.lower())
    if subscription is not None:
        subscription.management_group = _ensure_management_group(world, parent).name


def _ensure_management_group(world: World, name: str, shown: str | None = None) -> ManagementGroup:
    group = world.management_groups.get(name.lower())
    if group is None:
        tenant = next(iter(world.tenants.values()))
        group = world.add_management_group(ManagementGroup(name, tenant.id, shown or name))
    group.display_name = shown or group.display_name
    return group


def _note_licence(world: World, answers: Answers) -> None:
    """A tenant that answers so has no roles that may be activated or end."""
    for answer in answers:
        error = answer.body.get("error") if isinstance(answer.body, dict) and answer.status == 400 else None
        if isinstance(error, dict) and error.get("code") == _NO_LICENCE:
            for tenant in world.tenants.values():
                tenant.premium = False


def _segment(arm_id: str, number: int) -> str:
    return arm_id.split("/")[number]


# --- what may be done there -------------------------------------------------


def add_roles(world: World, answers: Answers) -> list[str]:
    """Add role definitions, role assignments, roles that may be activated, locks and policies."""
    _add_definitions(world, answers)
    _add_assignments(world, answers)
    _add_eligible(world, answers)
    _add_locks(world, answers)
    return _add_policies(world, answers)


def _add_definitions(world: World, answers: Answers) -> None:
    found, now = answers.matching("arm", _AUTHORIZATION + r"/roleDefinitions(/[^/]+)?"), world.clock.now()
    for item in (item for dummy, answer in found for item in answer.items):
        properties, guid = item["properties"], item["name"].lower()
        scopes = properties.get("assignableScopes") or ["/"]
        custom = properties.get("type") == "CustomRole"
        world.role_definitions[guid] = RoleDefinition(
            guid,
            properties["roleName"],
            properties.get("type") or "BuiltInRole",
            properties.get("description") or "",
            scopes[0] if custom else "",
            scopes,
            properties.get("permissions") or [],
            _ticks(properties.get("createdOn")) or now,
            _ticks(properties.get("updatedOn")) or now,
        )


def _add_assignments(world: World, answers: Answers) -> None:
    ends, now = _ends(answers), world.clock.now()
    for found, answer in answers.matching("arm", _AUTHORIZATION + r"/roleAssignments(?:/[^/]+)?"):
        for item in answer.items:
            properties = item["properties"]
            _place(world, found[1], properties["scope"])
            rbac.put(
                world,
                RoleAssignment(
                    id=item["id"],
                    name=item["name"],
                    scope=properties["scope"],
                    role_definition_id=properties["roleDefinitionId"],
                    principal_id=properties["principalId"],
                    principal_type=properties.get("principalType") or "ServicePrincipal",
                    condition=properties.get("condition"),
                    condition_version=properties.get("conditionVersion"),
                    description=properties.get("description"),
                    created_on=_ticks(properties.get("createdOn")) or now,
                    updated_on=_ticks(properties.get("updatedOn")) or now,
                    created_by=properties.get("createdBy"),
                    updated_by=properties.get("updatedBy"),
                    ends=ends.get(item["id"].lower()),
                ),
            )


def _place(world: World, asked: str, scope: str) -> None:
    """Put a subscription below a management group that something inherits from there, where nothing told so."""
    subscription = world.subscriptions.get(subscription_of(asked) or "")
    name = group_of(scope)
    if subscription is None or name is None:
        return
    group = _ensure_management_group(world, scope.rstrip("/").rsplit("/", 1)[-1])
    above = list(rbac.hierarchy_of(world).groups_above((subscription.management_group or "").lower() or None))
    if not above:
        subscription.management_group = group.name
    elif name not in above:
        top = world.management_groups.get(above[-1])
        if top is not None:
            top.parent = group.name


def _ends(answers: Answers) -> dict[str, int]:
    """When role assignments end, by their id."""
    found = answers.matching("arm", _AUTHORIZATION + r"/roleAssignmentScheduleInstances")
    properties = [item["properties"] for dummy, answer in found for item in answer.items]
    return {
        str(one["originRoleAssignmentId"]).lower(): parse(one["endDateTime"])
        for one in properties
        if one.get("originRoleAssignmentId") and one.get("endDateTime")
    }


def _add_eligible(world: World, answers: Answers) -> None:
    found = answers.matching("arm", _AUTHORIZATION + r"/roleEligibilityScheduleInstances")
    for item in merged(item for dummy, answer in found for item in answer.items).values():
        properties = item["properties"]
        eligibility.add(
            world,
            eligibility.Eligible(
                name=item["name"],
                schedule=str(properties.get("roleEligibilityScheduleId") or "").rsplit("/", 1)[-1],
                scope=properties["scope"],
                role_definition_id=properties["roleDefinitionId"],
                principal_id=properties["principalId"],
                principal_type=properties.get("principalType") or "Group",
                starts=_ticks(properties.get("startDateTime")) or world.clock.now(),
                ends=_ticks(properties.get("endDateTime")),
                condition=properties.get("condition"),
            ),
        )


def _add_locks(world: World, answers: Answers) -> None:
    found = answers.matching("arm", _AUTHORIZATION + "/locks")
    for item in merged(item for dummy, answer in found for item in answer.items).values():
        scope = item["id"][: item["id"].lower().rindex(locks.LOCKS.lower())]
        properties = item["properties"]
        locks.add(world, locks.Lock(item["name"], properties["level"], scope, properties.get("notes")))


def _add_policies(world: World, answers: Answers) -> list[str]:
    """Add policies that deny what was asked about; what they deny besides is not known."""
    added: set[tuple[str, str]] = set()
    said = []
    for dummy, answer in answers.matching(
        "arm", r".*/providers/Microsoft\.PolicyInsights/checkPolicyRestrictions", "POST"
    ):
        asked = ((answer.asked or {}).get("resourceDetails") or {}).get("resourceContent") or {}
        denies = policies.IDENTITY if str(asked.get("type", "")).lower() == policies.ACCOUNT_TYPE.lower() else None
        for evaluation in ((answer.body or {}).get("contentEvaluationResult") or {}).get("policyEvaluations") or ():
            assignment = str((evaluation.get("policyInfo") or {}).get("policyAssignmentId") or "")
            scope, assigned, name = assignment.rpartition("/providers/Microsoft.Authorization/policyAssignments/")
            if denies is None or not assigned:
                said.append(f"not represented: the policy {assignment or 'without an id'}.")
            elif (name, scope) not in added:
                added.add((name, scope))
                policies.add(world, policies.Policy(name, policies.DENY, scope, denies))
    return said


def _ticks(text: Any) -> int | None:
    return parse(text) if isinstance(text, str) and text else None
