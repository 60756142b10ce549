# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft.PolicyInsights: what policies would say of a resource (contract 4.5). ``policies`` has what they refuse."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, policies
from azure_simulator.providers.authorization import require_scope
from azure_simulator.providers.automation import identity
from azure_simulator.router import Provider, Routes
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import World

Wire = dict[str, Any]

_FIRST_VERSION_WITH_EFFECTS = "2023-03-01"

PROVIDER = Provider(
    "Microsoft.PolicyInsights",
    ("2020-07-01", "2022-03-01", "2023-03-01", "2024-10-01"),
    resource_types=("checkPolicyRestrictions",),
)


def register(routes: Routes) -> None:
    routes.add_provider(PROVIDER)
    action = "Microsoft.PolicyInsights/checkPolicyRestrictions/read"
    subscription = "/subscriptions/{subscription}"
    for scope in (subscription, subscription + "/resourceGroups/{group}"):
        path = scope + "/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
        routes.add("arm", "POST", path, check, action=action, mutates=False)


def dump(world: World) -> Wire:
    """The assigned policies."""
    return {
        "policies": [
            {"name": item.name, "effect": item.effect, "scope": item.scope, "id": item.assignment_id}
            for item in policies.all_of(world)
        ]
    }


def check(call: Call) -> Response:
    scope = call.path.split("/providers/")[0]
    require_scope(call.world, scope)
    body = call.json()
    content = (body.get("resourceDetails") or {}).get("resourceContent")
    if not isinstance(content, dict):
        raise errors.bad_request(
            "InvalidRequestContent", "The request content was invalid: resourceContent is required."
        )
    effects = {policies.DENY, "audit"} if body.get("includeAuditEffect") else {policies.DENY}
    broken = policies.at_and_above(call.world, scope) if _another_identity(call.world, scope, content) else []
    evaluations = [_evaluation(item, call.api_version) for item in broken if item.effect in effects]
    return json_response({"fieldRestrictions": [], "contentEvaluationResult": {"policyEvaluations": evaluations}})


def _another_identity(world: World, scope: str, content: Wire) -> bool:
    """Whether the content is an Automation account with another identity than it has."""
    if str(content.get("type", "")).lower() != policies.ACCOUNT_TYPE.lower():
        return False
    account = world.accounts.get(f"{scope}/providers/{policies.ACCOUNT_TYPE}/{content.get('name')}".lower())
    return bool(content.get("identity")) if account is None else identity.differs(account, content.get("identity"))


def _evaluation(policy: policies.Policy, version: str) -> Wire:
    details: Wire = {"evaluatedExpressions": policies.expressions()}
    item: Wire = {
        "policyInfo": {"policyDefinitionId": policy.definition_id, "policyAssignmentId": policy.assignment_id},
        "evaluationResult": "NonCompliant",
        "evaluationDetails": details,
    }
    if version >= _FIRST_VERSION_WITH_EFFECTS:
        details["reason"] = "The identity of the Automation account is not allowed."
        item["effectDetails"] = {"policyEffect": policy.effect.capitalize()}
    return item
