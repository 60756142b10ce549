# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assigned policies of a world: what they say of an Automation account, and what they refuse (contract 4.5).

There are two rules: an Automation account with another identity than it has does not comply, and no change of
the access policies of a key vault does (contract 7.1).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.scopes import contains
from azure_simulator.world import World

ACCOUNT_TYPE = "Microsoft.Automation/automationAccounts"
ACCESS_POLICIES_TYPE = "Microsoft.KeyVault/vaults/accessPolicies"
IDENTITY = "identity"
ACCESS_POLICIES = "access_policies"
DENY = "deny"
_STATE = "policies"


@dataclass(frozen=True)
class Policy:
    """A policy's assignment at a scope; its definition is made for it and has its name."""

    name: str
    effect: str
    scope: str
    denies: str = IDENTITY

    @property
    def assignment_id(self) -> str:
        return f"{self.scope}/providers/Microsoft.Authorization/policyAssignments/{self.name}"

    @property
    def definition_id(self) -> str:
        return f"{self.scope}/providers/Microsoft.Authorization/policyDefinitions/{self.name}"


def add(world: World, policy: Policy) -> None:
    """Assign a policy."""
    all_of(world).append(policy)


def all_of(world: World) -> list[Policy]:
    """Every assigned policy of a world."""
    found: list[Policy] = world.provider_state.setdefault(_STATE, [])
    return found


def at_and_above(world: World, scope: str, denies: str = IDENTITY) -> list[Policy]:
    """The policies of one rule that a scope is under."""
    hierarchy = rbac.hierarchy_of(world)
    return [policy for policy in all_of(world) if policy.denies == denies and contains(policy.scope, scope, hierarchy)]


def refuse_identity(world: World, account_id: str, name: str) -> None:
    """403 when a policy denies the account another identity; the first that does answers."""
    _refuse(world, account_id, name, IDENTITY, expressions())


def refuse_access_policies(world: World, vault_id: str, operation: str) -> None:
    """403 when a policy denies to change the access policies of a vault."""
    _refuse(world, vault_id, operation, ACCESS_POLICIES, [_type_is(ACCESS_POLICIES_TYPE)])


def _refuse(world: World, scope: str, name: str, denies: str, looked_at: list[dict[str, Any]]) -> None:
    for policy in at_and_above(world, scope, denies) if all_of(world) else ():
        if policy.effect == DENY:
            raise errors.Refusal(403, {"error": _disallowed(policy, name, looked_at)})


def expressions() -> list[dict[str, Any]]:
    """What the rule looked at."""
    return [
        _type_is(ACCOUNT_TYPE),
        {
            "result": "True",
            "expressionKind": "Field",
            "expression": "identity.type",
            "path": "identity.type",
            "targetValue": "True",
            "operator": "Exists",
        },
    ]


def _type_is(resource_type: str) -> dict[str, Any]:
    return {
        "result": "True",
        "expressionKind": "Field",
        "expression": "type",
        "path": "type",
        "expressionValue": resource_type,
        "targetValue": resource_type,
        "operator": "Equals",
    }


def _disallowed(policy: Policy, name: str, looked_at: list[dict[str, Any]]) -> dict[str, Any]:
    named = [
        {
            "policyAssignment": {"name": policy.name, "id": policy.assignment_id},
            "policyDefinition": {"name": policy.name, "id": policy.definition_id},
        }
    ]
    identifiers = json.dumps(named, separators=(",", ":"))
    info = {
        "policyDefinitionDisplayName": policy.name,
        "evaluationDetails": {"evaluatedExpressions": looked_at},
        "policyDefinitionId": policy.definition_id,
        "policyDefinitionName": policy.name,
        "policyDefinitionEffect": "Deny",
        "policyAssignmentId": policy.assignment_id,
        "policyAssignmentName": policy.name,
        "policyAssignmentDisplayName": policy.name,
        "policyAssignmentScope": policy.scope,
        "policyAssignmentParameters": {},
    }
    return {
        "code": "RequestDisallowedByPolicy",
        "target": name,
        "message": f"Resource '{name}' was disallowed by policy. Policy identifiers: '{identifiers}'.",
        "additionalInfo": [{"type": "PolicyViolation", "info": info}],
    }
