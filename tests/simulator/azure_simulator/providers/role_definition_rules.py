# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure asks of a custom role, and of whoever writes it (contract 4.8)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.scopes import ROOT, group_of, normal, subscription_of
from azure_simulator.wire import Call
from azure_simulator.world import RoleDefinition, World

_MOST_SCOPES = 2000
_LONGEST_NAME, _LONGEST_DESCRIPTION = 512, 2048


def require_complete(properties: dict[str, Any]) -> None:
    """400 for a definition that lacks what every one needs."""
    if not isinstance(properties.get("roleName"), str) or not properties["roleName"].strip():
        raise errors.bad_request("RoleDefinitionNameNullOrEmpty", "The role definition name cannot be empty.")
    if not isinstance(properties.get("assignableScopes"), list) or not properties["assignableScopes"]:
        raise errors.bad_request("MissingAssignableScopes", "The role definition needs at least one assignable scope.")
    if properties.get("type") not in (None, "CustomRole"):
        raise errors.bad_request("InvalidRoleDefinitionType", "The type of a role definition is CustomRole.")


def require_allowed(world: World, wanted: RoleDefinition) -> None:
    """Refuse what no caller may write."""
    known = world.role_definitions.get(wanted.name)
    if known is not None and known.kind != "CustomRole":
        raise errors.conflict("RoleDefinitionExists", "A built-in role has this id.")
    for other in world.role_definitions.values():
        if other.role_name.lower() == wanted.role_name.lower() and other.name != wanted.name:
            raise errors.conflict(
                "RoleDefinitionWithSameNameExists",
                "A custom role with the same name already exists in this directory. Use a different name: "
                f"'{wanted.role_name}'.",
            )
    custom = sum(definition.kind == "CustomRole" for definition in world.role_definitions.values())
    if known is None and custom >= world.settings.role_definition_limit:
        raise errors.bad_request(
            "RoleDefinitionLimitExceeded",
            "Role definition limit exceeded. No more role definitions can be created.",
        )
    _require_texts(wanted)
    _require_scopes(wanted.assignable_scopes)


def _require_texts(wanted: RoleDefinition) -> None:
    if len(wanted.role_name) > _LONGEST_NAME or len(wanted.description) > _LONGEST_DESCRIPTION:
        raise errors.bad_request("InvalidRequestContent", "The name or the description is too long.")
    for entry in wanted.permissions:
        for action in (action for actions in entry.values() for action in actions):
            if action.count("*") > 1:
                raise errors.bad_request("InvalidActionOrNotAction", f"'{action}' has more than one wildcard.")


def _require_scopes(scopes: list[str]) -> None:
    groups = [scope for scope in scopes if group_of(scope)]
    if len(scopes) > _MOST_SCOPES or len(groups) > 1 or any(not _is_assignable(scope) for scope in scopes):
        raise errors.bad_request(
            "InvalidAssignableScopes",
            "Assignable scopes are subscriptions, resource groups and at most one management group.",
        )


def _is_assignable(scope: str) -> bool:
    parts = normal(scope).strip("/").split("/")
    in_subscription = parts[0] == "subscriptions" and (len(parts) == 2 or parts[2:3] == ["resourcegroups"])
    return normal(scope) != ROOT and "*" not in scope and (group_of(scope) is not None or in_subscription)


def require_rights(call: Call, definition: RoleDefinition, action: str) -> None:
    """403 unless the caller holds the action at every assignable scope, old ones included."""
    known = call.world.role_definitions.get(definition.name)
    scopes = {normal(scope): scope for role in (known, definition) if role for scope in role.assignable_scopes}
    lacking = [scope for scope in scopes.values() if not _may(call, action, scope)]
    if lacking:
        raise errors.arm_error(
            403,
            "LinkedAuthorizationFailed",
            f"The client '{call.who.app_id}' with object id '{call.who.object_id}' has permission to perform action "
            f"'{action}' on scope '{call.params['scope']}'; however, it does not have permission to perform action "
            f"'{action}' on the linked scope(s)'{','.join(lacking)}' or the linked scope(s)are invalid",
        )


def _may(call: Call, action: str, scope: str) -> bool:
    subscription = subscription_of(scope)
    there = subscription is None or subscription in call.world.subscriptions
    return there and rbac.authorize(call.world, call.who, action, scope)
