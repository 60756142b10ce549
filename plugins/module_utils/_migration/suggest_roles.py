# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The step that suggests smaller roles than those that a Run As account holds. It changes nothing in Azure.

Evidence is read, roles are suggested from it (``suggest_plan``), and a role map for copy_runas_roles is returned and,
where a file is named for it, written. Nothing is ever applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._arguments import ACCOUNT, LOGIN, ArgumentSpec
from .._azure import authorization, automation, subscriptions
from .._azure.errors import Absent, Forbidden
from .._azure.ids import normal_id, subscription_of
from .._finding import Finding
from .._step import StepError, in_parallel
from . import access_reading, suggest_file
from ._call import Call, Result
from .access_model import Assignment, Role, assignment_of, role_of
from .access_sources import dormant_principals, find_sources
from .cmdlet_operations import CmdletOperations, own_operations
from .part_reading import OF_ONE_PART
from .role_catalogue import Catalogue
from .suggest_activity import ActivityRead, checked_days, read_activity
from .suggest_code import CodeRead, read_code
from .suggest_model import LEVELS, Evidence, Holding, Suggestions
from .suggest_plan import suggest
from .unread import unread_finding

ARGUMENTS = (
    LOGIN
    + ACCOUNT
    + ArgumentSpec(
        options={
            "connection": {"type": "str"},
            "principal_id": {"type": "str"},
            "runbooks": {"type": "list", "elements": "str"},
            "days": {"type": "int", "default": 90},
            "scope_level": {"type": "str", "choices": list(LEVELS), "default": "resource_group"},
            "custom_roles": {"type": "bool", "default": False},
            "cmdlet_operations": {"type": "dict"},
            "role_map_file": {"type": "path"},
            "force": {"type": "bool", "default": False},
        }
    )
)


def run(call: Call) -> Result:
    """Read the evidence, suggest, write the file that is asked for, and return the module's result."""
    days = checked_days(call.parameters["days"])
    table = CmdletOperations(own_operations(call.parameters["cmdlet_operations"]))
    automation.get_account(call.session, call.account)
    found = find_sources(
        call.session, call.account, call.parameters["connection"], call.parameters["principal_id"], call.max_parallel
    )
    principals = dormant_principals(found.sources)
    # Without a principal there is nothing whose place a suggestion could take.
    code = read_code(call, table) if principals else CodeRead()
    held = _read_held(call, sorted(principals)) if principals else _Held()
    activity = read_activity(call.session, held.subscriptions, found.sources, days, call.max_parallel)
    groups, group_findings = _read_groups(call, held.subscriptions)
    evidence = Evidence(activity.every, code.uses, groups)
    suggested = suggest(
        evidence,
        held.holdings,
        held.catalogue,
        level=call.parameters["scope_level"],
        custom=call.parameters["custom_roles"],
    )
    findings = (
        *found.findings,
        *held.findings,
        *activity.findings,
        *group_findings,
        *code.findings,
        *suggested.findings,
    )
    whole = Suggestions(
        suggested.suggestions, suggested.role_map, (*code.not_covered, *suggested.not_covered), findings
    )
    return {
        "changed": _keep(call, whole),
        "source": [source.as_dict() for source in found.sources],
        "held": [holding.as_dict() for holding in held.holdings],
        **_shown(whole),
        "looked_at": _looked_at(days, code, activity, held),
        "role_map_file": call.parameters["role_map_file"],
    }


def _shown(whole: Suggestions) -> dict[str, Any]:
    return {
        "suggestions": [item.as_dict() for item in whole.suggestions],
        "role_map": [dict(rule) for rule in whole.role_map],
        "not_covered": [item.as_dict() for item in dict.fromkeys(whole.not_covered)],
        "findings": [item.as_dict() for item in whole.findings],
    }


def _looked_at(days: int, code: CodeRead, activity: ActivityRead, held: _Held) -> dict[str, Any]:
    """Return how much the suggestions rest on."""
    return {
        "days": days,
        "runbook_texts": code.texts,
        "logs": [
            {
                "subscription_id": subscription,
                "read": subscription in activity.by_subscription,
                "operations": sum(one.count for one in activity.by_subscription.get(subscription, ())),
            }
            for subscription in held.subscriptions
        ],
        "roles": len(held.catalogue.powers),
    }


def _keep(call: Call, whole: Suggestions) -> bool:
    path = call.parameters["role_map_file"]
    if not path:
        return False
    content = suggest_file.render(whole, call.account.arm_id)
    return suggest_file.write(path, content, force=call.parameters["force"], check_mode=call.check_mode)


@dataclass(frozen=True)
class _Held:
    """What the principals hold today, the subscriptions in which that counts, and all roles there are."""

    holdings: tuple[Holding, ...] = ()
    subscriptions: tuple[str, ...] = ()
    catalogue: Catalogue = field(default_factory=lambda: Catalogue.of(()))
    findings: tuple[Finding, ...] = ()


def _read_held(call: Call, principals: Sequence[str]) -> _Held:
    seen = access_reading.read_assignments(call.session, call.account, principals, call.max_parallel)
    assignments = [assignment for assignment, dummy in seen.assignments]
    if not assignments:
        return _Held(findings=seen.findings)
    roles = access_reading.read_roles(call.session, seen, call.max_parallel, known=_read_roles(call))
    reach = _read_reach(call, assignments)
    holdings = [
        Holding(item, roles[item.role].name, reach.get(normal_id(item.scope), frozenset())) for item in assignments
    ]
    holdings.sort(key=lambda item: item.key)
    named = {subscription_of(item.scope) for item in assignments} | {one for each in reach.values() for one in each}
    ids = {one.lower(): one for one in named if one}
    catalogue = Catalogue.of(roles.values())
    return _Held(tuple(holdings), tuple(ids[key] for key in sorted(ids)), catalogue, seen.findings)


def _read_roles(call: Call) -> dict[str, Role]:
    """Return all roles that can be given in the account's subscription, by guid."""
    scope = f"/subscriptions/{call.account.subscription_id}"
    try:
        roles = map(role_of, authorization.list_definitions(call.session, scope))
    except Forbidden as error:
        raise StepError(
            f"Which roles there are cannot be read: {error} Allow the login "
            f"Microsoft.Authorization/roleDefinitions/read at {scope}; Reader has it."
        ) from None
    return {role.guid: role for role in roles}


def _read_reach(call: Call, assignments: Sequence[Assignment]) -> Mapping[str, frozenset[str]]:
    """Return the subscriptions in which role assignments above them count: those in whose lists they are inherited.

    It needs no right at management groups. A list that cannot be read has a finding from reading the assignments.
    """
    above = [item for item in assignments if subscription_of(item.scope) is None]
    if not above:
        return {}
    visible = [str(item["subscriptionId"]).lower() for item in subscriptions.list_subscriptions(call.session)]
    pairs = [(one, principal) for one in visible for principal in sorted({item.principal_id for item in above})]
    answers = in_parallel(lambda pair: _inherited(call, *pair), pairs, call.max_parallel)
    reach: dict[str, set[str]] = {normal_id(item.scope): set() for item in above}
    for (one, dummy), scopes in zip(pairs, answers, strict=True):
        for scope in scopes & reach.keys():
            reach[scope].add(one)
    return {scope: frozenset(ids) for scope, ids in reach.items()}


def _inherited(call: Call, subscription: str, principal: str) -> set[str]:
    try:
        items = authorization.list_for_principal(call.session, f"/subscriptions/{subscription}", principal)
    except (Forbidden, Absent):
        return set()
    return {normal_id(assignment_of(item).scope) for item in items}


def _read_groups(call: Call, ids: Sequence[str]) -> tuple[dict[str, list[str]], tuple[Finding, ...]]:
    """Return the ids of the resource groups by subscription; one that forbids reading them is not among them."""
    answers = in_parallel(lambda one: _groups_of(call, one), ids, call.max_parallel)
    groups = {one.lower(): answer for one, answer in zip(ids, answers, strict=True) if not isinstance(answer, Finding)}
    return groups, tuple(answer for answer in answers if isinstance(answer, Finding))


def _groups_of(call: Call, subscription: str) -> list[str] | Finding:
    try:
        return [str(item["id"]) for item in subscriptions.list_resource_groups(call.session, subscription)]
    except OF_ONE_PART as error:
        what = f"The resource groups of subscription {subscription}"
        return unread_finding(what, f"/subscriptions/{subscription}", error)
